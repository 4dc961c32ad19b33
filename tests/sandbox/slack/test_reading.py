"""Messages as people read them."""

from __future__ import annotations

from bot.sandbox.slack import Message, Reader, View, render
from tests.sandbox.slack.stagehand import button, modal, section, text_input

SUNDAY_NINE = 1_795_338_000  # 2026-11-22 09:00:00 UTC


def message(text: str = "", **more: object) -> Message:
    return Message("C1", "1.0", "U1", text, **more)  # type: ignore[arg-type]


def test_markup_becomes_words() -> None:
    names = {"U1": "@ana", "C1": "#studio", "S1": "@crew"}
    written = "<@U1> in <#C1|old-name> for <!subteam^S1>, <!here>: <https://a.example|the page> &amp; 5 &lt; 6 &gt; 4"
    assert render(message(written), names=names) == "@ana in #studio for @crew, @here: the page & 5 < 6 > 4"


def test_times_are_in_the_readers_zone() -> None:
    token = f"<!date^{SUNDAY_NINE}^{{date_short}} {{time_secs}}|later>"
    assert render(message(token), tz="Europe/Berlin") == "Nov 22, 2026 10:00:00"
    assert render(message(token), tz="America/New_York") == "Nov 22, 2026 04:00:00"
    pretty = f"<!date^{SUNDAY_NINE}^{{date_pretty}} at {{time}}, {{ago}}|later>"
    assert Reader(tz="UTC", now=SUNDAY_NINE + 7_200).mrkdwn(pretty) == "today at 09:00, 2 hours ago"


def test_timecode_is_left_alone() -> None:
    assert render(message("+00:01:12 and 19:31:05")) == "+00:01:12 and 19:31:05"


def test_a_card_reads_like_a_card() -> None:
    picker = {
        "type": "static_select",
        "action_id": "p",
        "placeholder": {"type": "plain_text", "text": "Which"},
        "options": [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}],
    }
    menu = {**picker, "type": "overflow"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "ON AIR"}},
        section("*Sunday*", accessory=button("Preview", "p")),
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "looked 10:04"}, {"type": "plain_text", "text": "Gcore"}]},
        {"type": "actions", "elements": [button("Pause", "a"), picker, menu]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
    ]
    card = message("ON AIR", blocks=blocks, edited="2.0", replies=(message("a reply"),))
    assert render(card).splitlines() == [
        "# ON AIR",
        "*Sunday*",
        "[Preview]",
        "---",
        "looked 10:04 · Gcore",
        "[Pause] [Which] [… One]",
        "a | b (edited)",
        "  | a reply",
    ]


def test_a_form_reads_like_a_form() -> None:
    chosen = {"text": {"type": "plain_text", "text": "Ask"}, "value": "ask"}
    other = {"text": {"type": "plain_text", "text": "At end"}, "value": "at-end"}
    ends = {"type": "radio_buttons", "action_id": "e", "options": [chosen, other], "initial_option": chosen}
    blocks = [
        text_input("t", "Title", initial_value="Sunday"),
        {"type": "input", "block_id": "e", "label": {"type": "plain_text", "text": "End"}, "element": ends, "optional": True},
    ]
    view = View("V1", "U1", "h", modal("Plan", *blocks), root="V1")
    assert Reader().view(view).splitlines() == ["= Plan =", "Title: [Sunday]", "End (optional): (x) Ask ( ) At end", "[Create]"]


def test_rich_text_reads_as_text() -> None:
    part = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "Ask "},
            {"type": "user", "user_id": "U1"},
            {"type": "text", "text": " at "},
            {"type": "date", "timestamp": SUNDAY_NINE, "format": "{time}"},
        ],
    }
    rich = {"type": "rich_text", "elements": [part, {"type": "rich_text_list", "style": "bullet", "elements": [part]}]}
    assert render(message(blocks=[rich]), names={"U1": "@ana"}) == "Ask @ana at 09:00\n• Ask @ana at 09:00"
