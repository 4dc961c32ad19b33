"""What the value of a setting may be: each kind checks itself, and says what to do about a wrong one after the setting's name."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname or re.search(r"\s", text):
        raise ValueError("is not a web address: write it as https://host/path.")
    return text.rstrip("/")


def _public_url(text: str) -> str:
    text = _url(text)
    parts = urlsplit(text)
    if (parts.scheme != "https" and parts.hostname not in LOOPBACK) or parts.query or parts.fragment:
        raise ValueError("must be an https address without a query, such as https://bot.example.org.")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError) as why:  # an unknown zone is a KeyError, a folder's name an OSError
        raise ValueError("is not a time zone: use an IANA name such as Europe/Berlin.") from why
    return text


def _like(pattern: str, otherwise: str) -> AfterValidator:
    """Text of that form; `otherwise` follows the setting's name in the line that people read."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(otherwise)
        return text

    return AfterValidator(check)


def _secret(pattern: str, otherwise: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, secret.get_secret_value()):
            raise ValueError(otherwise)
        return secret

    return AfterValidator(check)


_NOT_PEOPLE = (
    (r"[uws][a-z0-9]{2,}", "is an id in small letters: write it in capitals"),
    (r"[CGD][A-Z0-9]{2,}", "is the id of a conversation: name people and user groups"),
    (r"[BA][A-Z0-9]{2,}", "is the id of an app or bot, which has no rights"),
    (r"[TE][A-Z0-9]{2,}", "is the id of a workspace or organisation: name people and user groups"),
    (r"[^@\s]+@[^@\s]+", "is an e-mail address: copy the member ID from the person's profile in Slack"),
    (r"@.+", "is a name: copy the member ID from the person's profile in Slack, or the ID from the user group's"),
)
"""What people write in the place of an id, and what to do about it."""


def _people(several: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [(number, each) for number, each in enumerate(several, start=1) if not re.fullmatch(r"[UWS][A-Z0-9]{2,}", each)]
    if wrong:
        said = [
            f"entry {number} " + next((why for form, why in _NOT_PEOPLE if re.fullmatch(form, each)), "is no id of Slack's")
            for number, each in wrong
        ]
        raise ValueError(f"must be ids of people (U… or W…) or user groups (S…), separated by commas; {'; '.join(said)}.")
    return several


def _split(text: object) -> object:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


def _split_people(text: object) -> object:
    """Ids separated by commas, semicolons, white space or lines; a mention copied out of Slack (`<@U1|ana>`) is its id."""
    if not isinstance(text, str):
        return text
    ids = re.sub(r"<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>", r"\1", text)
    return tuple(part for part in re.split(r"[,;\s]+", ids) if part)


def _webhook_secrets(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not 1 <= len(secrets) <= 2 or not all(re.fullmatch(r"[A-Za-z0-9_~-]{16,}", each.get_secret_value()) for each in secrets):
        raise ValueError("must be one or two values, separated by a comma, each of 16 or more letters, digits, - or _.")
    return secrets


def _port(text: object) -> object:
    if isinstance(text, str) and not (re.fullmatch(r"\d{1,5}", text) and int(text) < 65536):
        raise ValueError("is not a port: use a number from 1 to 65535, or 0 for any free one.")
    return text


def _number(pattern: str, least: float, most: float, otherwise: str) -> BeforeValidator:
    """A number typed like that and within these limits; `otherwise` follows the setting's name in the line that people read."""

    def check(text: object) -> object:
        if isinstance(text, str) and not (re.fullmatch(pattern, text) and least <= float(text) <= most):
            raise ValueError(otherwise)
        return text

    return BeforeValidator(check)


Url = Annotated[str, AfterValidator(_url)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Channel = Annotated[
    str, _like(r"[CG][A-Z0-9]{2,}", "is not a channel's id: copy it from the channel's details, it starts with C or G.")
]
People = Annotated[tuple[str, ...], BeforeValidator(_split_people), AfterValidator(_people)]
WebhookSecrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_split), AfterValidator(_webhook_secrets)]
BotToken = Annotated[SecretStr, _secret(r"xoxb-\S+", "must start with xoxb-: copy the Bot User OAuth Token of your Slack app.")]
AppToken = Annotated[SecretStr, _secret(r"xapp-\S+", "must start with xapp-: copy an app-level token with connections:write.")]
HeaderSecret = Annotated[
    SecretStr, _secret(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*", "holds characters that no token has: copy it again.")
]
Seal = Annotated[SecretStr, _secret(r"(?s).{16,}", "is too short: use 16 or more random characters.")]
Command = Annotated[
    str, _like(r"/[a-z0-9_-]{1,31}", "is not a slash command: a / and up to 31 lower-case letters, digits, - or _, such as /live.")
]
Database = Annotated[str, _like(r"sqlite:///(?!:memory:)[^?#]+", "is not a database here: write it as sqlite:///showcaller.db.")]
Kept = Annotated[int, _number(r"[0-9]{1,4}", 1, 9999, "is not a number of backups: use a whole number from 1 to 9999.")]
Rhythm = Annotated[
    float,
    _number(
        r"[0-9]{1,5}(\.[0-9]{1,3})?", 0, 10_080, "is not a number of minutes from 0 to 10080: correct it, or use 0 for no backups."
    ),
]
Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda text: text.upper() if isinstance(text, str) else text)
]
Port = Annotated[int, BeforeValidator(_port)]
Zone = Annotated[str, AfterValidator(_zone)]
