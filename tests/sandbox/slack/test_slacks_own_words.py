"""The emulator's methods, errors, scopes and fields compared with what Slack publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.slack.blocks import BLOCK_KEYS
from bot.sandbox.slack.elements import KEYS
from bot.sandbox.slack.manifest import EVENT_SCOPES
from bot.sandbox.slack.web_api import METHODS

SCHEMAS = Path(__file__).resolve().parents[4] / "shared" / "schemas"
NOT_LISTED: dict[str, set[str]] = {
    "chat.postMessage": {"invalid_thread_ts"},
    "chat.update": {"msg_blocks_too_long"},
    "chat.postEphemeral": {"msg_blocks_too_long"},
}
"""Errors Slack answers with although the page of the method does not list them."""

NOT_CRAWLED = {"channel_archive", "channel_unarchive", "group_archive", "group_unarchive"}
"""Events that the published list at hand lacks; their pages on docs.slack.dev name the scopes."""


def published(name: str) -> Any:
    path = SCHEMAS / name
    if not path.exists():
        pytest.skip(f"NOT COMPARED WITH SLACK: {path} is not here")
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_is_as_slack_publishes_it(name: str) -> None:
    slacks = published("slack_methods.json")["methods"][name]
    ours = METHODS[name]
    theirs = set(slacks["scope"].get("bot", []))
    assert set(ours.scopes) | set(ours.channel_scopes) <= theirs
    assert bool(theirs) == bool(ours.scopes or ours.channel_scopes)
    assert ours.errors - NOT_LISTED.get(name, set()) <= set(slacks["errors"]) | {"push_limit_reached"}
    assert {"special": "t5", "post": "t5"}.get(ours.tier, ours.tier) == slacks["tier"]
    assert set(ours.required) <= set(slacks["args"])


def test_events_need_the_scopes_slack_says() -> None:
    events = published("slack_methods.json")["events"]
    assert set(EVENT_SCOPES) - set(events) == NOT_CRAWLED
    for event, scopes in EVENT_SCOPES.items():
        if event in NOT_CRAWLED:
            continue
        assert set(scopes) <= set(events[event]["scopes"]), event


def test_blocks_and_elements_have_the_fields_slack_says() -> None:
    schema = published("slack_blockkit_schema.json")["definitions"]
    fields: dict[str, set[str]] = {}
    for shape in schema.values():
        kind = shape.get("properties", {}).get("type", {}).get("const")
        if kind and shape.get("additionalProperties") is False:
            fields.setdefault(kind, set()).update(shape["properties"])
    for kind, keys in BLOCK_KEYS.items():
        if kind != "image":
            assert {"type", "block_id", *keys} == fields[kind], kind
    for kind, keys in KEYS.items():
        if kind != "image":
            assert {"type", "action_id", *keys} == fields[kind], kind
