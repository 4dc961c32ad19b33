"""What the environment may say, and what one reads when it says something else."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr, ValidationError

from bot.errors import SettingsError
from bot.providers.catalogue import accounts
from bot.providers.gcore import GcoreAccount
from bot.settings import FIGURES, Account, Accounts, HeaderSecret, Settings, load_manifest_settings, load_settings, settings_table
from bot.settings.figures import setting_name, shown
from bot.settings.near import distance, misspelt
from bot.settings.reading import MADE, setting_names
from bot.show.defaults import Defaults

ENOUGH = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "GCORE_API_TOKEN": "123$abc"}


class Pair(Account):
    """A provider that wants two things."""

    token_id: HeaderSecret = Field(description="token id")
    secret_key: HeaderSecret = Field(description="secret key")
    region: str = Field("", description="where")


class EitherWay(Account):
    """A provider to which one can prove oneself in two ways."""

    ways = (("bearer_token",), ("public_key", "secret_key"))

    bearer_token: HeaderSecret | None = Field(None, description="bearer token")
    public_key: HeaderSecret | None = Field(None, description="public key")
    secret_key: HeaderSecret | None = Field(None, description="secret key")


ACCOUNTS: Accounts = {"gcore": GcoreAccount, "pair": Pair, "either": EitherWay}


def read(**env: str) -> Settings:
    return load_settings(ACCOUNTS, {**ENOUGH, **env}, env_file=None)


def refusal(**env: str) -> str:
    with pytest.raises(SettingsError) as refused:
        read(**env)
    return str(refused.value)


def test_three_settings_are_enough_and_the_rest_has_defaults() -> None:
    settings = read()
    assert settings.socket_mode
    assert settings.providers == ("gcore",)
    assert (settings.host, settings.port, settings.command, settings.timezone) == ("127.0.0.1", 3000, "/live", "UTC")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_path == Path("showcaller.db")
    assert settings.defaults == Defaults()
    assert settings.webhook_url("gcore") == ""


def test_an_empty_value_counts_as_unset() -> None:
    assert read(PORT="", OPERATORS=" ", OPEN_LEAD_MINUTES="") == read()
    assert "GCORE_API_TOKEN" in refusal(GCORE_API_TOKEN="")


def test_everything_of_a_provider_makes_it_present() -> None:
    settings = read(
        PAIR_TOKEN_ID="id",
        PAIR_SECRET_KEY="key",
        EITHER_BEARER_TOKEN="t",
    )
    assert settings.providers == ("gcore", "pair", "either")


def test_settings_cannot_be_changed_and_show_no_secret() -> None:
    settings = read(WEBHOOK_SECRET="abcdefghijklmnop")
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]
    assert not any(secret in repr(settings) for secret in ("xoxb-1-abc", "123$abc", "abcdefghijklmnop"))


def test_the_webhook_address_carries_the_first_of_two_secrets() -> None:
    settings = read(PUBLIC_URL="https://bot.example.org/", WEBHOOK_SECRET="new-new-new-new-1, old-old-old-old-1")
    assert settings.webhook_secret == (SecretStr("new-new-new-new-1"), SecretStr("old-old-old-old-1"))
    assert settings.webhook_url("pair") == "https://bot.example.org/webhooks/pair/new-new-new-new-1"


def test_lists_and_channels_are_read() -> None:
    settings = read(OPERATORS="U012AB, S99XYZ", DEFAULT_CHANNEL="C0DEFAULT", GCORE_CHANNEL="G0GCORE", LOG_LEVEL="debug")
    assert settings.operators == ("U012AB", "S99XYZ")
    assert (settings.channel_of("gcore"), settings.channel_of("pair")) == ("G0GCORE", "C0DEFAULT")
    assert settings.log_level == "DEBUG"


def test_figures_are_read_in_their_unit() -> None:
    figures = read(OPEN_LEAD_MINUTES="45", UNDO_SECONDS="2.5", END_WARNINGS_MINUTES="15, 5, 1", ROLL_TRIES="5").defaults
    assert figures.open_lead == timedelta(minutes=45)
    assert figures.undo == timedelta(seconds=2.5)
    assert figures.end_warnings == (timedelta(minutes=15), timedelta(minutes=5), timedelta(minutes=1))
    assert figures.roll_tries == 5
    assert figures.steady == Defaults().steady


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", ""),
        ("SLACK_BOT_TOKEN", "xapp-swapped-1"),
        ("SLACK_APP_TOKEN", "xoxb-swapped-1"),
        ("SLACK_APP_TOKEN", ""),
        ("SLACK_SIGNING_SECRET", "with\nline"),
        ("SLACK_API_URL", "slack.com/api"),
        ("GCORE_BASE_URL", "ftp://gcore"),
        ("GCORE_API_TOKEN", ""),
        ("PAIR_TOKEN_ID", "only-half"),
        ("EITHER_PUBLIC_KEY", "only-half"),
        ("WEBHOOK_SECRET", "short"),
        ("WEBHOOK_SECRET", "sixteen/but+not=url"),
        ("WEBHOOK_SECRET", "aaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbb,cccccccccccccccc"),
        ("SECRET_KEY", "short-secret"),
        ("PUBLIC_URL", "http://bot.example.org"),
        ("PUBLIC_URL", "https://bot.example.org/?a=b"),
        ("DATABASE_URL", "postgresql://db-host/show"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("BACKUP_KEEP", "0"),
        ("BACKUP_KEEP", "2.5"),
        ("BACKUP_EVERY_MINUTES", "-1"),
        ("BACKUP_EVERY_MINUTES", "hourly"),
        ("PORT", "65536"),
        ("PORT", "three"),
        ("COMMAND", "live"),
        ("COMMAND", "/go live"),
        ("COMMAND", "/" + "a" * 32),
        ("DEFAULT_CHANNEL", "#general"),
        ("OPERATORS", "U012AB,anna"),
        ("TIMEZONE", "Berlin-ish"),
        ("TIMEZONE", "../etc/passwd"),
        ("LOG_LEVEL", "LOUD"),
        ("OPEN_LEAD_MINUTES", "soon"),
        ("OPEN_LEAD_MINUTES", "nan"),
        ("OVERRUN_LIMIT_MINUTES", "241"),
        ("ROLL_TRIES", "1.5"),
        ("END_WARNINGS_MINUTES", "10;2"),
    ],
)
def test_one_line_names_the_setting_and_not_its_value(name: str, value: str) -> None:
    line = refusal(**{name: value})
    assert line.count("\n") == 0
    expected = {"PAIR_TOKEN_ID": "PAIR_SECRET_KEY", "EITHER_PUBLIC_KEY": "EITHER_SECRET_KEY"}.get(name, name)
    assert expected in line.partition(" is missing")[0].split(" ") or line.startswith(f"{expected} ")
    assert line.endswith(".")
    assert not value or value not in line or value in {"live", "/go live", "three", "soon", "nan"}


def test_several_problems_have_a_line_each() -> None:
    lines = refusal(PORT="x", TIMEZONE="x", OPEN_LEAD_MINUTES="x").splitlines()
    assert [line.split()[0] for line in lines] == ["PORT", "TIMEZONE", "OPEN_LEAD_MINUTES"]


def test_http_needs_the_signing_secret_instead_of_the_app_token() -> None:
    settings = read(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="8f742231b10e8888abcd99yyyzzz85a5")
    assert not settings.socket_mode


@given(
    st.sampled_from(["PORT", "TIMEZONE", "PUBLIC_URL", "DATABASE_URL", "OPERATORS", "SLACK_API_URL", "GO_WINDOW_SECONDS"]),
    st.text(),
)
def test_no_value_whatever_breaks_the_reading(name: str, value: str) -> None:
    try:
        read(**{name: value})
    except SettingsError as refused:
        assert str(refused).startswith(name)  # noqa: PT017 - some values are well


def test_a_file_is_read_below_the_environment(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('# the bot\nexport SLACK_BOT_TOKEN="xoxb-file"\nPORT=4000\nHOST=\nGCORE_API_TOKEN=pa$$word${HOME}\n')
    settings = load_settings(accounts(), {"SLACK_APP_TOKEN": "xapp-env", "PORT": "5000"}, env_file=str(file))
    assert settings.slack_bot_token.get_secret_value() == "xoxb-file"
    account = settings.accounts["gcore"]
    assert isinstance(account, GcoreAccount)
    assert account.api_token == SecretStr("pa$$word${HOME}")
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load_settings(accounts(), ENOUGH, env_file=str(file))


def test_the_process_environment_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENOUGH.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COMMAND", "/show")
    assert load_settings(accounts(), env_file=None).command == "/show"


def test_every_figure_of_the_show_is_a_setting_with_a_meaning() -> None:
    assert set(FIGURES) == {field.name for field in dataclasses.fields(Defaults)}


def test_a_figure_written_as_the_table_shows_it_is_the_default() -> None:
    assert read(**{setting_name(name): shown(name) for name in FIGURES}).defaults == Defaults()


def test_the_table_explains_every_setting() -> None:
    rows = settings_table(accounts()).splitlines()
    names = [row.split("`")[1] for row in rows]
    assert (
        len(names)
        == len(set(names))
        == len(Settings.model_fields) - len(MADE) + len(FIGURES) + sum(len(kind.model_fields) for kind in accounts().values())
    )
    assert "| `OPEN_LEAD_MINUTES` | `30` | before the start, the stream is turned on |" in rows
    assert "| `SLACK_BOT_TOKEN` |  | Bot User OAuth Token of the Slack app (xoxb-…) |" in rows
    assert all(row.count("|") == 4 and len(row.split("|")[3].strip()) > 5 for row in rows)


def test_the_manifest_needs_no_tokens_because_there_is_no_app_yet() -> None:
    assert load_manifest_settings({}, None) == ("/live", "")
    assert load_manifest_settings({"COMMAND": "/show", "PUBLIC_URL": "https://bot.example.org"}, None) == (
        "/show",
        "https://bot.example.org",
    )
    with pytest.raises(SettingsError, match=r"^COMMAND is not a slash command"):
        load_manifest_settings({"COMMAND": "show"}, None)


# -- who operates, and names that are nearly settings
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("@ana", "entry 1 is a name: copy the member ID from the person's profile"),
        ("U012AB, @video-crew", "entry 2 is a name"),
        ("C0123456789", "entry 1 is the id of a conversation"),
        ("G0123456789", "entry 1 is the id of a conversation"),
        ("ana@example.org", "entry 1 is an e-mail address: copy the member ID"),
        ("u012ab", "entry 1 is an id in small letters: write it in capitals"),
        ("B0123456789", "entry 1 is the id of an app or bot"),
        ("T0123456789", "entry 1 is the id of a workspace"),
        ("ana", "entry 1 is no id of Slack's"),
        ("everyone,U012AB", "entry 1 is no id of Slack's"),
    ],
)
@pytest.mark.parametrize("name", ["OPERATORS", "ADMINS"])
def test_what_is_no_id_of_a_person_or_group_is_named_by_its_place_and_kind(name: str, value: str, said: str) -> None:
    line = refusal(**{name: value})
    assert line.startswith(f"{name} must be ids of people (U… or W…) or user groups (S…), separated by commas; ")
    assert said in line
    assert "ana" not in line.replace("names", "").replace("name people", "")


@pytest.mark.parametrize(
    "value",
    ["U012AB,W34CD,S99XYZ", "U012AB W34CD; S99XYZ", "<@U012AB|ana>, <@W34CD> <!subteam^S99XYZ|@crew>", "U012AB,\nW34CD,\nS99XYZ,"],
)
def test_ids_are_read_however_they_are_separated_and_wrapped(value: str) -> None:
    assert read(OPERATORS=value).operators == ("U012AB", "W34CD", "S99XYZ")


MISSPELT = {
    "OPERATOR": "OPERATORS",
    "OPRATORS": "OPERATORS",
    "OPERATERS": "OPERATORS",
    "OPERATOSR": "OPERATORS",
    "operators": "OPERATORS",
    "ADMIN": "ADMINS",
    "GCORE_TOKEN": "GCORE_API_TOKEN",
    "GCORE_APITOKEN": "GCORE_API_TOKEN",
    "GCORE-API-TOKEN": "GCORE_API_TOKEN",
    "GCORE_API_KEY": "GCORE_API_TOKEN",
    "GJIRAFA_AUTHORISATION": "GJIRAFA_AUTHORIZATION",
    "VIDEOGRAPH_SECRETKEY": "VIDEOGRAPH_SECRET_KEY",
    "AIOZ_SECRET": "AIOZ_SECRET_KEY",
    "SLACK_TOKEN": "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECERT": "SLACK_SIGNING_SECRET",
    "WEBHOOK_SECRETS": "WEBHOOK_SECRET",
    "PUBLIC_URI": "PUBLIC_URL",
    "OPS_CHANEL": "OPS_CHANNEL",
    "DEFAULT_CHANEL": "DEFAULT_CHANNEL",
    "TIME_ZONE": "TIMEZONE",
    "OPEN_LEAD_MINUTE": "OPEN_LEAD_MINUTES",
    "UNDO_SECOND": "UNDO_SECONDS",
}


@pytest.mark.parametrize("name", MISSPELT)
@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_misspelt_setting_is_named_with_the_nearest(name: str, where: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"{name}=value-of-it\n" if where == "file" else "")
    env = ENOUGH | ({name: "value-of-it"} if where == "environment" else {})
    (note,) = load_settings(accounts(), env, str(file)).notes
    place = str(file) if where == "file" else "the environment"
    assert note == f"{name} in {place} is no setting and is not read: {MISSPELT[name]} is."


def test_short_names_are_looked_at_in_the_bots_own_file_only(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HOSTS=0.0.0.0\nPROT=1\n")
    assert len(load_settings(accounts(), ENOUGH, str(file)).notes) == 2
    assert load_settings(accounts(), {**ENOUGH, "HOSTS": "0.0.0.0", "SORT": "1"}, None).notes == ()


def test_the_line_of_a_missing_setting_stands_beside_what_was_meant_for_it() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(accounts(), {"SLACK_BOT_TOKN": "xoxb-1", **{k: v for k, v in ENOUGH.items() if k != "SLACK_BOT_TOKEN"}}, None)
    assert "SLACK_BOT_TOKEN is missing" in str(refused.value)
    assert "SLACK_BOT_TOKN in the environment is no setting and is not read: SLACK_BOT_TOKEN is." in str(refused.value)


FOREIGN = """
PATH HOME HOSTNAME HOSTTYPE USER LOGNAME SHELL SHLVL PWD OLDPWD LANG LC_ALL TERM TZ EDITOR PAGER MAIL TMPDIR DISPLAY XDG_RUNTIME_DIR
PYTHONPATH PYTHONUNBUFFERED VIRTUAL_ENV PIP_INDEX_URL NODE_ENV NO_PROXY HTTP_PROXY HTTPS_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR
KUBERNETES_SERVICE_HOST KUBERNETES_PORT KUBERNETES_PORT_443_TCP_ADDR BOT_SERVICE_HOST BOT_SERVICE_PORT BOT_PORT INVOCATION_ID
JOURNAL_STREAM NOTIFY_SOCKET SYSTEMD_EXEC_PID CI GITHUB_TOKEN GITHUB_ACTIONS RUNNER_OS DYNO REDIS_URL MONGODB_URI TEST_DATABASE_URL
DATABASE_HOST DATABASE_PASSWORD POSTGRES_PASSWORD SECRET_KEY_BASE AWS_SECRET_ACCESS_KEY AWS_REGION AWS_DEFAULT_REGION DEBUG VERBOSE
COLUMNS LINES COMMAND_MODE MANPATH INFOPATH SENTRY_DSN RAILS_ENV WEB_CONCURRENCY PROCESS_TYPE SLACK_WEBHOOK_URL SLACK_CHANNEL_NAME
SLACK_WORKSPACE GCORE_PERMANENT_ENDPOINT TWITCH_TOKEN YOUTUBE_API_KEY DISCORD_BOT_TOKEN TELEGRAM_BOT_TOKEN FAKETIME LD_PRELOAD
"""


def test_what_belongs_to_other_programs_is_not_complained_about() -> None:
    env = ENOUGH | dict.fromkeys(FOREIGN.split(), "1")
    assert load_settings(accounts(), env, None).notes == ()


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=24))
def test_a_name_far_from_every_setting_is_nobodys_business(name: str) -> None:
    known = setting_names(accounts())
    for _, near in misspelt([name], known, own_file=True):
        assert near in known
        assert distance(name, near) <= 2 or name.partition("_")[0] == near.partition("_")[0]
