"""Every setting that is not a provider's, with its default, its meaning and what makes it usable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.network import Network
from bot.settings.account import Account
from bot.settings.kinds import (
    AppToken,
    BotToken,
    Channel,
    Command,
    Database,
    HeaderSecret,
    Kept,
    Level,
    People,
    Port,
    PublicUrl,
    Rhythm,
    Seal,
    Url,
    WebhookSecrets,
    Zone,
)
from bot.show.defaults import Defaults


class Settings(BaseSettings):
    """The settings of one running bot. The environment's name of a field is the field's in capitals."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=False, arbitrary_types_allowed=True
    )

    slack_bot_token: BotToken = Field(description="Bot User OAuth Token of the Slack app (xoxb-…)")
    slack_app_token: AppToken | None = Field(None, description="app-level token (xapp-…); with it the bot uses Socket Mode")
    slack_signing_secret: HeaderSecret | None = Field(None, description="Signing Secret, for HTTP instead of Socket Mode")
    slack_api_url: Url = Field("https://slack.com/api/", description="where Slack's Web API is")

    webhook_secret: WebhookSecrets = Field(
        (), description="last part of the webhooks' path; two values, separated by a comma, may be valid at a time"
    )
    secret_key: Seal | None = Field(
        None, description="seals restream keys and other typed secrets in the database; without it they are asked for again"
    )
    public_url: PublicUrl = Field("", description="where the bot is reached from outside, for webhooks and HTTP")
    database_url: Database = Field(
        "sqlite:///showcaller.db", description="the database file; sqlite:////absolute/path has four slashes"
    )
    backup_folder: str = Field("", description="folder for backups of the database; without it, `backups` beside the database")
    backup_keep: Kept = Field(48, description="backups kept; the oldest go")
    backup_every_minutes: Rhythm = Field(60, description="minutes between two backups by the running bot; 0: it makes none")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: Port = Field(3000, description="port to listen on")

    command: Command = Field("/live", description="name of the slash command")
    default_channel: Channel | Literal[""] = Field("", description="channel for what belongs to no show's channel")
    ops_channel: Channel | Literal[""] = Field("", description="channel for what is wrong with the bot itself")
    operators: People = Field(
        (), description="people and user groups who may act on every show; without it, admins and owners of the workspace"
    )
    admins: People = Field((), description="people and user groups who may also decide who else may; without it as above")
    timezone: Zone = Field("UTC", description="zone of shows that name none")
    log_level: Level = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    defaults: Defaults = Field(default_factory=Defaults, description="the figures by which shows are called")
    accounts: Mapping[str, Account] = Field(default_factory=dict, description="the providers with credentials, by name")
    network: Network = Field(default_factory=Network, description="proxies and trusted certificates, as the environment has them")
    notes: tuple[str, ...] = Field((), description="names that are set, are no settings, and nearly are")

    @property
    def socket_mode(self) -> bool:
        """Whether Slack reaches the bot over WebSockets that the bot opens, and not by HTTP."""
        return self.slack_app_token is not None

    @property
    def providers(self) -> tuple[str, ...]:
        """The names of the providers with credentials."""
        return tuple(self.accounts)

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
        account = self.accounts.get(provider)
        return (account.channel if account else "") or self.default_channel

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
