"""Reads the environment and a `.env` file; each problem becomes one line that names the setting and says what to do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import TypeAdapter, ValidationError

from bot.errors import SettingsError
from bot.settings.figures import read_figures
from bot.settings.model import Command, PublicUrl, Settings

_MISSING = {
    "slack_bot_token": "is missing: copy the Bot User OAuth Token (xoxb-…) of your Slack app.",
}
_TOGETHER = (
    ("videograph_token_id", "videograph_secret_key", "is missing: Videograph needs its token id and its secret key."),
    ("gjirafa_authorization", "gjirafa_project_id", "is missing: Gjirafa needs its authorization and its project id."),
    ("aioz_public_key", "aioz_secret_key", "is missing: AIOZ needs its public key and its secret key."),
)


def load_settings(env: Mapping[str, str] | None = None, env_file: str | None = ".env") -> Settings:
    """The settings of `env` (the process's environment by default) over those of `env_file`; an empty value counts as unset.

    Raises SettingsError with a line for each setting that is missing or cannot be used. No line holds a value.
    """
    values = {**_read_file(env_file), **{name: text for name, text in (os.environ if env is None else env).items() if text.strip()}}
    figures, problems = read_figures(values)
    named = {name: values[name.upper()].strip() for name in Settings.model_fields if name.upper() in values and name != "defaults"}
    try:
        settings = Settings.model_validate({**named, "defaults": figures})
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error) + problems)) from None
    if problems := problems + _disagreements(settings):
        raise SettingsError("\n".join(problems))
    return settings


def load_manifest_settings(env: Mapping[str, str] | None = None, env_file: str | None = ".env") -> tuple[str, str]:
    """COMMAND and PUBLIC_URL alone: the manifest is needed before there is a Slack app to have tokens from.

    Raises SettingsError with a line for each of them that cannot be used.
    """
    values = {**_read_file(env_file), **{name: text for name, text in (os.environ if env is None else env).items() if text.strip()}}
    found, problems = [], []
    for name, kind, otherwise in (("COMMAND", Command, "/live"), ("PUBLIC_URL", PublicUrl, "")):
        try:
            found.append(TypeAdapter(kind).validate_python(values[name].strip()) if name in values else otherwise)
        except ValidationError as error:
            problems.append(f"{name} {error.errors(include_url=False, include_input=False)[0]['ctx']['error']}")
    if problems:
        raise SettingsError("\n".join(problems))
    return found[0], found[1]


def _read_file(env_file: str | None) -> dict[str, str]:
    if env_file is None or not Path(env_file).exists():
        return {}
    try:
        # A secret may hold a dollar sign, so nothing is interpolated.
        return {name: text for name, text in dotenv_values(env_file, interpolate=False).items() if text and text.strip()}
    except (OSError, UnicodeDecodeError) as why:
        raise SettingsError(
            f"{env_file} cannot be read ({type(why).__name__}): it must be a text file of lines NAME=value."
        ) from why


def _lines(error: ValidationError) -> list[str]:
    lines: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        field = str(problem["loc"][0])
        if problem["type"] == "missing":
            lines.setdefault(field, _MISSING.get(field, "is missing."))
        elif problem["type"] == "value_error":
            lines.setdefault(field, str(problem["ctx"]["error"]))
        elif field == "log_level":
            lines.setdefault(field, "must be DEBUG, INFO, WARNING or ERROR.")
        else:
            lines.setdefault(field, "cannot be used: see the README's table of settings.")
    return [f"{field.upper()} {line}" for field, line in lines.items()]


def _disagreements(settings: Settings) -> list[str]:
    """What is wrong although each setting is well by itself."""
    problems = []
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        problems.append("SLACK_APP_TOKEN is missing: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")
    for first, second, line in _TOGETHER:
        if bool(getattr(settings, first)) != bool(getattr(settings, second)):
            problems.append(f"{(second if getattr(settings, first) else first).upper()} {line}")
    if not settings.providers and not problems:
        problems.append(
            "GCORE_API_TOKEN is missing: set the credentials of at least one provider (Gcore, Videograph, Gjirafa or AIOZ)."
        )
    return problems
