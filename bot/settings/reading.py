"""Reads the environment and a `.env` file; each problem becomes one line that names the setting and says what to do."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import TypeAdapter, ValidationError

from bot.errors import SettingsError
from bot.network import Network
from bot.settings.account import Account, setting_of
from bot.settings.figures import FIGURES, read_figures, setting_name
from bot.settings.kinds import Command, PublicUrl
from bot.settings.model import Settings
from bot.settings.near import misspelt

MADE = ("defaults", "accounts", "network", "notes")
"""Fields of the settings that are read one by one."""

_MISSING = {
    "slack_bot_token": "is missing: copy the Bot User OAuth Token (xoxb-…) of your Slack app.",
}
Accounts = Mapping[str, type[Account]]
"""What each provider has to be told, by the provider's name."""


def load_settings(accounts: Accounts, env: Mapping[str, str] | None = None, env_file: str | None = ".env") -> Settings:
    """The settings of `env` (the process's environment by default) over those of `env_file`; an empty value counts as unset.

    `accounts` are the providers that there are, with what each of them has to be told.

    Raises SettingsError with a line for each setting that is missing or cannot be used. No line holds a value.
    """
    in_file = _read_file(env_file)
    around = {name: text for name, text in (os.environ if env is None else env).items() if text.strip()}
    values = {**in_file, **around}
    notes = _notes(accounts, in_file, around, str(env_file))
    figures, problems = read_figures(values)
    found, wrong = _read_accounts(accounts, values)
    problems += wrong
    named = {name: values[name.upper()].strip() for name in Settings.model_fields if name.upper() in values and name not in MADE}
    try:
        made = {"defaults": figures, "accounts": found, "network": Network(values), "notes": notes}
        settings = Settings.model_validate({**named, **made})
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error) + problems + notes)) from None
    problems += _no_way_in(settings)
    if not found and not problems:
        problems.append(_no_provider(accounts))
    if problems:
        raise SettingsError("\n".join(problems + notes))
    return settings


def setting_names(accounts: Accounts) -> frozenset[str]:
    """Every name that is read."""
    own = {name.upper() for name in Settings.model_fields if name not in MADE}
    theirs = {setting_of(provider, name) for provider, kind in accounts.items() for name in kind.model_fields}
    return frozenset(own | theirs | {setting_name(name) for name in FIGURES})


def _notes(accounts: Accounts, in_file: Mapping[str, str], around: Mapping[str, str], file: str) -> list[str]:
    """A line for each name that is set, is no setting, and nearly is one."""
    known = setting_names(accounts)
    found = [(file, *pair) for pair in misspelt(in_file, known, own_file=True)]
    found += [("the environment", *pair) for pair in misspelt(around.keys() - in_file.keys(), known, own_file=False)]
    return [f"{name} in {where} is no setting and is not read: {near} is." for where, name, near in sorted(found)]


def readable_by_others(env_file: str = ".env") -> str:
    """One line if others on this machine can read the file of the credentials, else empty."""
    try:
        mode = stat.S_IMODE(Path(env_file).stat().st_mode)
    except OSError:
        return ""
    exposed = f"{env_file} holds credentials and can be read by others on this machine. Run: chmod 600 {env_file}"
    return exposed if mode & 0o077 else ""


def _read_accounts(accounts: Accounts, values: Mapping[str, str]) -> tuple[dict[str, Account], list[str]]:
    """The accounts of the providers whose credentials are there, and a line for each setting of theirs that is wrong."""
    found: dict[str, Account] = {}
    problems: list[str] = []
    for provider, kind in accounts.items():
        given = {name: values[setting].strip() for name in kind.model_fields if (setting := setting_of(provider, name)) in values}
        if lacking := kind.lacking(given):
            missing, there = (_settings_of(provider, names) for names in (lacking, [name for name in given if name != "channel"]))
            problems.append(f"{missing} is missing: it is needed beside {there}.")
        try:
            account = kind.model_validate(given) if kind.complete(given) else None
        except ValidationError as error:
            problems += _lines(error, f"{provider}_")
            continue
        if account is not None:
            found[provider] = account
    return found, problems


def _settings_of(provider: str, fields: Iterable[str]) -> str:
    return " and ".join(setting_of(provider, name) for name in fields)


def _no_provider(accounts: Accounts) -> str:
    ways = [_settings_of(provider, way) for provider, kind in accounts.items() for way in kind.credentials()]
    return f"{' or '.join(ways)} is missing: one of these is needed, the credentials of at least one provider."


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


def _lines(error: ValidationError, prefix: str = "") -> list[str]:
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
    return [f"{(prefix + field).upper()} {line}" for field, line in lines.items()]


def _no_way_in(settings: Settings) -> list[str]:
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        return ["SLACK_APP_TOKEN is missing: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."]
    return []
