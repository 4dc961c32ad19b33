"""The generated manifest is one that Slack accepts, and asks for what the product needs and no more."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.slack.manifest import COMMENT, EVENTS, Shortcut, build, optional_scopes, to_yaml
from bot.slack.methods import METHODS
from tests.slack.schemas import shared_schema

# Missing from the crawl; docs.slack.dev/reference/events has a page for each.
NOT_CRAWLED = {"channel_archive", "channel_unarchive", "group_archive", "group_unarchive"}

MARK = Shortcut(name="Mark this moment", callback_id="mark", description="Put a marker on the running show", kind="global")


def socket_mode() -> dict[str, Any]:
    return build(command="/live", commands_hint="[plan|go|finish|clip|help]", shortcuts=[MARK])


def over_http() -> dict[str, Any]:
    return build(command="/live", commands_hint="[plan|go|finish|clip|help]", http_url="https://bot.example/")


@pytest.mark.parametrize("manifest", [socket_mode(), over_http()], ids=["socket mode", "http"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_slack_accepts_it(manifest: dict[str, Any], version: str) -> None:
    schema = shared_schema("slack_manifest_schema.json")["definitions"][version]
    assert [error.message for error in Draft7Validator(schema).iter_errors(manifest)] == []


def test_every_method_called_has_one_of_its_scopes() -> None:
    granted = set(socket_mode()["oauth_config"]["scopes"]["bot"])
    for method in METHODS.values():
        assert not method.bot_scopes or granted & set(method.bot_scopes), method.name


def test_without_the_optional_scopes_only_optional_methods_fail() -> None:
    scopes = socket_mode()["oauth_config"]["scopes"]
    granted = set(scopes["bot"]) - set(scopes["bot_optional"])
    without = {method.name for method in METHODS.values() if method.bot_scopes and not granted & set(method.bot_scopes)}
    assert without == {"conversations.history", "conversations.replies"}


def test_optional_scopes_are_the_two_histories_and_are_asked_for_as_well() -> None:
    scopes = socket_mode()["oauth_config"]["scopes"]
    assert scopes["bot_optional"] == ["channels:history", "groups:history"]
    assert set(optional_scopes()) <= set(scopes["bot"])


def test_it_never_asks_to_post_where_it_was_not_invited() -> None:
    assert "chat:write.public" not in socket_mode()["oauth_config"]["scopes"]["bot"]


def test_every_scope_is_one_that_slack_knows() -> None:
    documented = shared_schema("slack_methods.json")
    asked = [method["scope"] for method in documented["methods"].values() if isinstance(method["scope"], dict)]
    known = {scope for scopes in asked for scope in scopes.get("bot", [])}
    known |= {scope for event in documented["events"].values() for scope in event["scopes"]}
    assert set(socket_mode()["oauth_config"]["scopes"]["bot"]) - known == {"commands"}


def test_every_event_comes_with_its_scope() -> None:
    granted = set(socket_mode()["oauth_config"]["scopes"]["bot"]) - set(optional_scopes())
    for event in socket_mode()["settings"]["event_subscriptions"]["bot_events"]:
        assert set(EVENTS[event]) <= granted, event


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_slack_sends_the_event_for_these_scopes(event: str) -> None:
    documented = shared_schema("slack_methods.json")["events"]
    if event in NOT_CRAWLED:
        assert event not in documented, "crawled by now: take it out of NOT_CRAWLED"
        return
    assert "Events" in documented[event]["apis"]
    assert set(EVENTS[event]) <= set(documented[event]["scopes"])
    assert bool(EVENTS[event]) == bool(documented[event]["scopes"])


def test_socket_mode_needs_no_address() -> None:
    manifest = socket_mode()
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "url" not in to_yaml(manifest)


def test_over_http_everything_arrives_at_one_address() -> None:
    manifest = over_http()
    address = "https://bot.example/slack/events"
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert manifest["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": address,
        "message_menu_options_url": address,
    }
    assert [command["url"] for command in manifest["features"]["slash_commands"]] == [address]


def test_the_one_command_has_its_people_and_channels_resolved() -> None:
    (command,) = socket_mode()["features"]["slash_commands"]
    assert command["command"] == "/live"
    assert command["should_escape"] is True


def test_another_root_command_is_taken_over() -> None:
    manifest: Any = build(command="/show-2", commands_hint="help")
    assert manifest["features"]["slash_commands"][0]["command"] == "/show-2"


@pytest.mark.parametrize("command", ["live", "/", "/Live", "/live show", "/" + "x" * 32])
def test_a_command_slack_would_refuse_is_refused(command: str) -> None:
    with pytest.raises(ValueError, match="slash command"):
        build(command=command, commands_hint="help")


def test_the_file_says_that_it_is_generated_and_reads_back_the_same() -> None:
    written = to_yaml(socket_mode())
    assert written.startswith(COMMENT)
    assert yaml.safe_load(written) == socket_mode()
    assert written == to_yaml(socket_mode())
