"""The table of Web API methods agrees with Slack's own pages, and every refusal reads like a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.methods import ALREADY_SO, AMBIGUOUS, COMMON_ERRORS, METHODS, RATE_LIMITED, RETRYABLE, Method, explain
from tests.slack.schemas import shared_schema

# Slack's pages leave these out, though the same limit holds for the sister method.
UNLISTED = {
    "chat.postMessage": {"msg_too_long"},
    "chat.update": {"msg_blocks_too_long"},
    "chat.postEphemeral": {"msg_blocks_too_long"},
}
TIERS = {"t2": "t2", "t3": "t3", "t4": "t4", "t5": "special"}
EVERY_ERROR = sorted(
    {error for method in METHODS.values() for error in method.permanent_errors} | RATE_LIMITED | AMBIGUOUS | RETRYABLE
)


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    methods: dict[str, Any] = shared_schema("slack_methods.json")["methods"]
    return methods


def every_method() -> list[Any]:
    return [pytest.param(method, id=method.name) for method in METHODS.values()]


@pytest.mark.parametrize("method", every_method())
def test_slack_documents_the_method_with_this_rate(method: Method, documented: dict[str, Any]) -> None:
    assert TIERS[documented[method.name]["tier"]] == method.tier


@pytest.mark.parametrize("method", every_method())
def test_its_scopes_are_ones_that_slack_accepts(method: Method, documented: dict[str, Any]) -> None:
    accepted = documented[method.name]["scope"].get("bot", [])
    assert set(method.bot_scopes) <= set(accepted)
    assert bool(method.bot_scopes) == bool(accepted)


@pytest.mark.parametrize("method", every_method())
def test_slack_lists_every_error_in_the_table(method: Method, documented: dict[str, Any]) -> None:
    listed = set(documented[method.name]["errors"]) | UNLISTED.get(method.name, set())
    assert method.permanent_errors - COMMON_ERRORS <= listed


@pytest.mark.parametrize("method", every_method())
def test_no_error_that_slack_lists_goes_unjudged(method: Method, documented: dict[str, Any]) -> None:
    judged = [method.permanent_errors, RATE_LIMITED, AMBIGUOUS, RETRYABLE, ALREADY_SO]
    for error in documented[method.name]["errors"]:
        assert sum(error in words for words in judged) == 1, error


def test_only_reading_the_history_is_optional() -> None:
    assert {method.name for method in METHODS.values() if method.optional} == {"conversations.history", "conversations.replies"}


def test_not_in_channel_asks_for_an_invitation() -> None:
    assert explain("not_in_channel", channel="C0SHOW", bot="<@U0BOT>") == (
        "I am not in <#C0SHOW>. Invite me there with /invite <@U0BOT>, then try again."
    )


def test_channel_not_found_does_not_pretend_that_the_channel_is_gone() -> None:
    assert "/invite <@U0BOT>" in explain("channel_not_found", channel="C0SHOW", bot="<@U0BOT>")


def test_an_archived_channel_opens_the_sentence_properly() -> None:
    assert explain("is_archived").startswith("That channel is archived.")


def test_a_direct_message_is_not_shown_as_a_broken_channel_link() -> None:
    assert "<#D" not in explain("is_archived", channel="D0DIRECT")


@pytest.mark.parametrize("error", [*EVERY_ERROR, "an_error_slack_invents_tomorrow"])
def test_no_raw_code_reaches_a_person(error: str) -> None:
    sentence = explain(error, channel="C0SHOW", bot="<@U0BOT>")
    assert error not in sentence
    assert "_" not in sentence
    assert "{" not in sentence
    assert sentence.endswith(".")
