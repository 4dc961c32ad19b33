"""Every setting with its default, its meaning and what makes it usable."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.show.defaults import Defaults

PROVIDERS = ("gcore", "videograph", "gjirafa", "aioz")
"""Names of the providers, as in the paths of their webhooks and in `<PROVIDER>_CHANNEL`."""

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


def _list_of(pattern: str, otherwise: str) -> AfterValidator:
    def check(several: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(pattern, each) for each in several):
            raise ValueError(otherwise)
        return several

    return AfterValidator(check)


def _split(text: object) -> object:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


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
People = Annotated[
    tuple[str, ...],
    BeforeValidator(_split),
    _list_of(r"[UWS][A-Z0-9]{2,}", "must be ids of people (U…) or user groups (S…), separated by commas."),
]
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


class Settings(BaseSettings):
    """The settings of one running bot. The environment's name of a field is the field's in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=False)

    slack_bot_token: BotToken = Field(description="Bot User OAuth Token of the Slack app (xoxb-…)")
    slack_app_token: AppToken | None = Field(None, description="app-level token (xapp-…); with it the bot uses Socket Mode")
    slack_signing_secret: HeaderSecret | None = Field(None, description="Signing Secret, for HTTP instead of Socket Mode")
    slack_api_url: Url = Field("https://slack.com/api/", description="where Slack's Web API is")

    gcore_api_token: HeaderSecret | None = Field(None, description="Gcore: permanent API token")
    gcore_base_url: Url = Field("https://api.gcore.com", description="where Gcore's API is")
    videograph_token_id: HeaderSecret | None = Field(None, description="Videograph: token id")
    videograph_secret_key: HeaderSecret | None = Field(None, description="Videograph: secret key")
    videograph_region: str = Field("", description="Videograph: region of new streams")
    videograph_base_url: Url = Field("https://api.videograph.ai", description="where Videograph's API is")
    gjirafa_authorization: HeaderSecret | None = Field(None, description="Gjirafa: the whole value of the Authorization header")
    gjirafa_project_id: str = Field("", description="Gjirafa: id of the project")
    gjirafa_base_url: Url = Field("https://livestream.vp.gjirafa.tech", description="where Gjirafa's API is")
    aioz_public_key: HeaderSecret | None = Field(None, description="AIOZ: public key")
    aioz_secret_key: HeaderSecret | None = Field(None, description="AIOZ: secret key")
    aioz_bearer_token: HeaderSecret | None = Field(None, description="AIOZ: bearer token, instead of the two keys")
    aioz_base_url: Url = Field("https://api.aiozstream.network/api", description="where AIOZ's API is")

    webhook_secret: WebhookSecrets = Field(
        (), description="last part of the webhooks' path; two values, separated by a comma, may be valid at a time"
    )
    secret_key: Seal | None = Field(None, description="seals restream keys in the database; without it they are asked for again")
    public_url: PublicUrl = Field("", description="where the bot is reached from outside, for webhooks and HTTP")
    database_url: Database = Field(
        "sqlite:///showcaller.db", description="the database file; sqlite:////absolute/path has four slashes"
    )
    backup_folder: str = Field("", description="folder for backups of the database; without it, `backups` beside the database")
    backup_keep: Kept = Field(48, description="backups kept; the oldest go")
    backup_every_minutes: Rhythm = Field(60, description="minutes between two backups by the running bot; 0: it makes none")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: Annotated[int, BeforeValidator(_port)] = Field(3000, description="port to listen on")

    command: Command = Field("/live", description="name of the slash command")
    default_channel: Channel | Literal[""] = Field("", description="channel for what belongs to no show's channel")
    gcore_channel: Channel | Literal[""] = Field("", description="the same for Gcore alone")
    videograph_channel: Channel | Literal[""] = Field("", description="the same for Videograph alone")
    gjirafa_channel: Channel | Literal[""] = Field("", description="the same for Gjirafa alone")
    aioz_channel: Channel | Literal[""] = Field("", description="the same for AIOZ alone")
    ops_channel: Channel | Literal[""] = Field("", description="channel for what is wrong with the bot itself")
    operators: People = Field((), description="people and user groups who may act on every show")
    admins: People = Field((), description="people and user groups who may also decide who else may")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="zone of shows that name none")
    log_level: Level = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    defaults: Defaults = Field(default_factory=Defaults, description="the figures by which shows are called")

    @property
    def socket_mode(self) -> bool:
        """Whether Slack reaches the bot over WebSockets that the bot opens, and not by HTTP."""
        return self.slack_app_token is not None

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers with credentials, in the order of `PROVIDERS`."""
        return tuple(name for name in PROVIDERS if _CREDENTIALS[name](self))

    @property
    def database_path(self) -> Path:
        """The file behind `database_url`."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def zone(self) -> tzinfo:
        """`timezone`, ready to calculate with."""
        return ZoneInfo(self.timezone)

    def channel_of(self, provider: str) -> str:
        """Where news of a provider's streams go that belong to no show; empty if nowhere was named."""
        return str(getattr(self, f"{provider}_channel")) or self.default_channel

    def webhook_url(self, provider: str) -> str:
        """The address to enter at a provider, with the first secret in it; empty without PUBLIC_URL and WEBHOOK_SECRET."""
        if not (self.public_url and self.webhook_secret):
            return ""
        return f"{self.public_url}/webhooks/{provider}/{self.webhook_secret[0].get_secret_value()}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` hands over, which reads the environment or what a test puts in its place."""
        return (init_settings,)


_CREDENTIALS: dict[str, Callable[[Settings], bool]] = {
    "gcore": lambda s: s.gcore_api_token is not None,
    "videograph": lambda s: s.videograph_token_id is not None and s.videograph_secret_key is not None,
    "gjirafa": lambda s: s.gjirafa_authorization is not None and bool(s.gjirafa_project_id),
    "aioz": lambda s: s.aioz_bearer_token is not None or (s.aioz_public_key is not None and s.aioz_secret_key is not None),
}
