"""What people and vendors call things rings for nobody and leads nowhere, wherever it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.slack.blocks import Control, button, verbatim
from bot.slack.text import link
from tests.show_stories.gallery import Gallery

TITLE = "@channel @here <!here> <!channel> <!subteam^S1> <@U1> #general <#C1> <https://evil.example|Open>"
MARKUP = ("<!here", "<!channel", "<!everyone", "<!subteam^S1", "<@U1>", "<#C1", "<https://evil")


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object in the arguments of a call."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text") and "text" in value:
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


async def test_a_title_of_mentions_rings_for_nobody(gallery: Gallery) -> None:
    await gallery.on_air(f'"{TITLE}" 10:00-10:20')
    for line in ("shows", "status", "link", "mark @channel <!here> goal", "stream list", "video list", ""):
        await gallery.type(f"/live {line}".strip())
    gallery.drop()
    await gallery.passes(60, step=5)
    shown = [text for call in gallery.slack.calls for text in texts(call.args)]
    assert len(shown) > 50
    assert [text for text in shown if text["type"] == "mrkdwn" and text.get("verbatim") is not True] == []
    pushed = [str(call.args.get("text") or "") for call in gallery.slack.calls]
    markup = [text["text"] for text in shown if text["type"] == "mrkdwn"] + pushed
    assert [text for text in markup if any(each in text for each in MARKUP)] == []
    assert not any(call.args.get("link_names") or call.args.get("parse") == "full" for call in gallery.slack.calls)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "slack://open",
        "http://",
        "https:///x",
        "http://a b",
        "http://a\nb",
        "https://[::1",
        "//evil.example",
        "evil.example",
        "",
        "https://x" + "y" * 4000,
    ],
)
def test_only_web_addresses_are_links(url: str) -> None:
    assert link(url, "Watch <it>") == "Watch &lt;it&gt;"
    assert "url" not in button(Control("a", "Watch", {}, url=url))


def test_a_web_address_is_a_link_that_nothing_in_it_ends_early() -> None:
    assert link("https://x.example/a?b=1&c=|d>", "Watch") == "<https://x.example/a?b=1&amp;c=%7Cd%3E|Watch>"


def test_plain_text_stays_as_it_is() -> None:
    assert verbatim({"type": "plain_text", "text": "x"}) == {"type": "plain_text", "text": "x"}
    assert verbatim([{"type": "mrkdwn", "text": "x"}]) == [{"type": "mrkdwn", "text": "x", "verbatim": True}]
