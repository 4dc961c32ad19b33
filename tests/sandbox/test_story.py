"""The story that `make demo` plays: it tells a whole show, keeps every secret, and does not take the bot's word for its end."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest

import commands
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.story import CURTAIN, ZONE, Story
from bot.sandbox.terminal import HIDDEN, Terminal, Tone, broken, cells, marked
from bot.sandbox.verdict import Expected, differences

STATES = [
    "PLANNED",
    "WAITING FOR ENCODER",
    "READY",
    "ON AIR since",
    "ON AIR, NO SIGNAL",
    "ON AIR since",
    "OFF AIR",
    "DONE",
]


@pytest.fixture
async def world(tmp_path: Path, fair_time: None) -> AsyncIterator[Rehearsal]:
    """A stage on a Sunday morning, with a Slack that does not limit anybody's pace."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=CURTAIN.astimezone(UTC))
    await rehearsal.open()
    yield rehearsal
    await rehearsal.close()


def cards(told: str) -> list[str]:
    """The states in which the card was shown, in order, without those that pass in a second."""
    shown = re.findall(r"^.{8}  ▌ ([A-Z][A-Z, ]+[A-Z](?: since)?)[^—]* — Sunday Service \(s1\)$", told, re.MULTILINE)
    lasting = [state for state in shown if state not in ("GOING LIVE", "TAKING OFF")]
    return [re.sub("(NO SIGNAL) since", r"\1", state) for state in lasting]


class TestTheWholeShow:
    async def test_it_is_told_from_plan_to_recordings_and_found_right_at_the_provider(self, world: Rehearsal) -> None:
        out = io.StringIO()
        code = await Story(world, out, hurry=60, talk=15).play()
        told = out.getvalue()

        assert code == 0, told
        assert cards(told) == STATES, told
        for once in ("🔴 ON AIR —", "⚫ OFF AIR —", "🎬 RECORDINGS READY", "Ben presses I've got it", "(only Ana sees) RTMP"):
            assert told.count(once) == 1, (once, told)
        assert "on air once, 10:00:0" in told
        assert told.count("Recording started") == 2
        assert not re.findall(r":[a-z_]{2,}:", told), "every shortcode is drawn"
        assert "\x1b" not in told

        self.no_secret_in(told, world)
        self.a_doubled_go_would_have_been_seen(world)

    def no_secret_in(self, told: str, world: Rehearsal) -> None:
        slack, cloud = world.slack, world.cloud
        push_token = cloud.stream(cloud.ledger.of("stream created")[0].id).token
        for secret in (slack.bot_token, slack.app_token, slack.signing_secret, cloud.token, world.secret, push_token):
            assert secret not in told
        assert "rtmp://" not in told
        assert HIDDEN in told

    def a_doubled_go_would_have_been_seen(self, world: Rehearsal) -> None:
        plan = Expected(CURTAIN.replace(hour=10, minute=0), CURTAIN.replace(hour=10, minute=20))
        assert differences(world.cloud, plan, ZONE) == []
        world.cloud.ledger.note("broadcast live", 58001, plan.start)
        wrong = differences(world.cloud, plan, ZONE)
        assert "“broadcast live” happened twice instead of once" in wrong

    async def test_a_go_that_the_provider_loses_is_no_success(self, world: Rehearsal) -> None:
        world.cloud.faults.add(Fault("/streaming/broadcasts/*", "PATCH", times=None, status=200, body=b"{}"))
        out = io.StringIO()
        code = await Story(world, out, hurry=60, talk=15).play()
        told = out.getvalue()

        assert code == 1
        assert "THE STORY BROKE OFF" in told
        assert "“broadcast live” happened never instead of once" in told
        assert "Checked at the provider" not in told
        self.no_secret_in_the_picture(told, world)

    async def test_a_story_that_takes_too_long_ends_with_a_picture_of_the_workspace(self, world: Rehearsal) -> None:
        out = io.StringIO()
        assert await Story(world, out, patience=0.3).play() == 1
        assert "The story took longer than 0 s." in out.getvalue()
        assert "delivery command acked=True" in out.getvalue()

    def no_secret_in_the_picture(self, told: str, world: Rehearsal) -> None:
        stream = world.cloud.stream(world.cloud.ledger.of("stream created")[0].id)
        assert stream.token not in told
        assert world.secret not in told


class TestTheScreen:
    def test_a_line_carries_the_clock_once_and_goes_on_below_its_margin(self) -> None:
        out = io.StringIO()
        screen = Terminal(out, colour=False, zone=ZONE, width=40)
        screen.say(CURTAIN, ":red_circle: *ON AIR* and a good deal more than fits in", margin="▌ ")
        screen.say(CURTAIN, "again", Tone.AIR)
        assert out.getvalue().splitlines() == [
            "09:24:00  ▌ 🔴 ON AIR and a good deal",
            "          ▌ more than fits in",
            "          again",
        ]

    def test_bold_goes_on_in_the_next_line_and_colours_end_with_it(self) -> None:
        assert broken(marked("*one two*"), 4) == ["\ue000one\ue001", "\ue000two\ue001"]
        out = io.StringIO()
        Terminal(out, colour=True, zone=ZONE).say(None, "now *this*", Tone.AIR)
        assert out.getvalue().endswith("now \x1b[0m\x1b[31m\x1b[1mthis\x1b[0m\x1b[31m\x1b[0m\n")

    def test_a_secret_is_covered_wherever_it_stands(self) -> None:
        out = io.StringIO()
        screen = Terminal(out, colour=False, zone=ZONE, hidden=lambda: ["k3y"])
        screen.say(None, "push to rtmp://host/in/1?k3y")
        screen.raw("k3y")
        assert "k3y" not in out.getvalue()

    def test_emoji_take_two_columns(self) -> None:
        assert cells(marked(":red_circle: on")) == 5
