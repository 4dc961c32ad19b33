"""`/live restream`: the board, the form, targets named by their titles, and keys that are typed where they should not be."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.model import RestreamTarget
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import User
from tests.bad_input.test_typed_secrets import everything
from tests.commands.control_room import (
    a_stream,
    choose,
    database,
    form,
    form_text,
    last_answer,
    last_words,
    on_air,
    private_messages,
)
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio

ADDRESS, KEY = "rtmps://live.example.tv/app", "k4711-and-nobody-reads-it"


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A rehearsal whose bot seals keys, and whose account may have three targets."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, env={"SECRET_KEY": "a-long-random-text-0f9d"}, settle=0.3)
    await rehearsal.open()
    playing = Studio(rehearsal)
    playing.cloud.limit(restreams=3)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


async def add(studio: Studio, title: str = "YouTube", show: str = "s1", key: str = KEY) -> RestreamTarget:
    await studio.type(f"/live restream add {show}")
    await studio.submit(None, title=title, url=ADDRESS, key=key)
    return (await studio.rehearsal.bot.store.restreams(show))[-1]


async def press(studio: Studio, action: str, target: str, show: str = "s1", who: User | None = None) -> None:
    """Press a button of a target on the board that was shown last."""
    carried = json.dumps({"s": show, "t": target}, separators=(",", ":"))
    await studio.rehearsal.press(who or studio.ana, last_answer(studio, who), action, carried)


# -- the board ----------------------------------------------------------------------------------------------------------
async def test_bare_it_is_a_board_of_what_is_wanted_and_what_is_reported(studio: Studio) -> None:
    await studio.plan()
    await add(studio)
    await add(studio, "Twitch")
    await studio.type("/live restream off twitch")
    said = await studio.type("/live restream")
    assert "Restream — Sunday Service* (s1) at Gcore, looked 09:00:00" in said
    assert "YouTube* (r1) → live.example.tv: goes on with the show." in said
    assert "Twitch* (r2) → live.example.tv: stays off." in said
    assert "[Switch on] [Remove…]" in said
    assert said.endswith("[Add a target…]")
    assert KEY not in said


async def test_its_buttons_switch_a_target_and_show_what_became_of_it(studio: Studio) -> None:
    await on_air(studio)
    await add(studio)
    await studio.type("/live restream")
    await press(studio, "restream-off", "r1")
    assert "(r1) → live.example.tv: asked off 09:06:00, not confirmed yet" in last_words(studio)
    await studio.type("/live restream")
    assert "(r1) → live.example.tv: off 09:06:00, stays off until switched on" in last_words(studio)
    await press(studio, "restream-on", "r1")
    assert studio.cloud.ledger.of("restream enabled")


async def test_what_others_send_on_from_the_stream_is_named(studio: Studio) -> None:
    await studio.plan()
    await studio.plan("Evening 18:00-19:00 on Sunday Service")
    await add(studio, "Twitch")
    said = await studio.type("/live restream s2")
    assert "No targets yet." in said
    assert "Also there, and not this show's: “Twitch” (live.example.tv), off." in said


async def test_where_the_provider_does_not_answer_the_board_says_so_and_shows_what_is_known(studio: Studio) -> None:
    await studio.plan()
    await add(studio)
    studio.cloud.faults.add(Fault("/streaming/restreams*", "GET", status=503))
    said = await studio.type("/live restream")
    assert "not looked now (Gcore has a fault of its own. Try again in a moment.)" in said
    assert "YouTube* (r1)" in said


async def test_the_card_leads_to_the_board(studio: Studio) -> None:
    await on_air(studio)
    await choose(studio, "restreams")
    assert "No targets yet." in last_words(studio)


async def test_list_is_the_board_too(studio: Studio) -> None:
    await studio.plan()
    assert "No targets yet." in await studio.type("/live restream list")


# -- adding -------------------------------------------------------------------------------------------------------------
async def test_the_form_has_title_address_key_and_what_the_provider_knows(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live restream add")
    inputs = [block["block_id"] for block in form(studio).body["blocks"] if block["type"] == "input"]
    assert inputs == ["title", "url", "key", "no_audio", "no_audio_mode", "source"]


@pytest.mark.parametrize(
    ("typed", "where", "why"),
    [
        ({"title": "X", "url": "live.example.tv/app", "key": KEY}, "url", "It begins with rtmp://"),
        ({"title": "X", "url": "rtmp://", "key": KEY}, "url", "It begins with rtmp://"),
        ({"title": "X", "url": "rtmp://a b/c", "key": KEY}, "url", "It begins with rtmp://"),
        ({"title": "X", "url": "rtmp://[::1/c", "key": KEY}, "url", "It begins with rtmp://"),
        ({"title": "X", "url": ADDRESS}, "key", "Paste the stream key"),
        ({"title": "X", "url": ADDRESS, "key": f"{KEY} {KEY}"}, "key", "no spaces"),
        ({"title": "youtube", "url": ADDRESS, "key": KEY}, "title", "of that title already"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_input_and_not_repeated(
    studio: Studio, typed: dict[str, str], where: str, why: str
) -> None:
    await studio.plan()
    await add(studio)
    await studio.type("/live restream add")
    delivery = await studio.slack.submit(studio.ana, form(studio), dict(typed))
    assert why in delivery.errors[where]
    assert KEY not in json.dumps(delivery.errors)


async def test_srt_needs_no_key(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live restream add")
    await studio.submit(None, title="Arena", url="srt://arena.example:9000?streamid=abc")
    assert (await studio.rehearsal.bot.store.restreams("s1"))[0].host == "arena.example"


async def test_a_show_that_is_over_takes_no_target(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live restream add s1")
    await studio.type("/live cancel s1", studio.ben)
    await studio.submit(studio.ben)
    await studio.submit(None, title="Late", url=ADDRESS, key=KEY)
    assert "is over, so there is nothing to send on" in studio.everything
    assert await studio.rehearsal.bot.store.restreams("s1") == []


# -- naming -------------------------------------------------------------------------------------------------------------
async def test_a_title_that_fits_several_is_asked_about(studio: Studio) -> None:
    await studio.plan()
    await add(studio, "YouTube main")
    await add(studio, "YouTube backup")
    assert "That fits several targets. Choose one." in await studio.type("/live restream off you")
    await studio.rehearsal.press(studio.ana, last_answer(studio), "answer:1")
    assert "YouTube backup (r2) stays off" in last_words(studio)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("restream on", "by its id or a part of its title: /live restream on r1"),
        ("restream off nosuch", "There is no such restream target here"),
        ("restream on r99", "There is no such restream target here"),
        ("restream remov", "Did you mean /live restream remove?"),
        ("restream copy", "/live restream copy s12"),
        ("restream copy s1", "There is no other show"),
    ],
)
async def test_what_cannot_be_meant_is_answered_with_what_can(studio: Studio, typed: str, said: str) -> None:
    await studio.plan()
    assert said in await studio.type(f"/live {typed}")


async def test_copying_asks_which_show_where_several_are_to_come(studio: Studio) -> None:
    await studio.plan()
    await add(studio)
    await studio.plan("Noon 12:00-12:30")
    await studio.plan("Evening 18:00-19:00")
    assert "To which show are the targets of Sunday Service (s1) copied?" in await studio.type("/live restream copy s1")
    await studio.rehearsal.press(studio.ana, last_answer(studio), "answer:1")
    assert "Ready to go on with the show: YouTube (r2)" in last_words(studio)
    assert [target.title for target in await studio.rehearsal.bot.store.restreams("s3")] == ["YouTube"]
    assert "has all targets of Sunday Service (s1) already" in await studio.type("/live restream copy s1 to s3")


async def test_a_board_without_targets_offers_those_of_the_last_show(studio: Studio) -> None:
    await studio.plan()
    await add(studio)
    await studio.plan("Evening 18:00-19:00")
    assert "Copy from Sunday Service (s1)" in await studio.type("/live restream s2")
    await studio.rehearsal.press(studio.ana, last_answer(studio), "restream-copy")
    assert "Ready to go on with the show: YouTube (r2)" in last_words(studio)


async def test_who_is_not_of_the_crew_may_not_touch_a_target(studio: Studio) -> None:
    await studio.plan()
    await add(studio)
    guest = studio.slack.add_user("gil", tz="Europe/Berlin")
    lobby = studio.slack.add_channel("lobby", members=[guest])
    said = await studio.rehearsal.command(guest, lobby, "/live restream off r1")
    assert "belongs to" in said
    assert (await studio.rehearsal.bot.store.restreams("s1"))[0].wanted


async def test_dry_runs_name_the_targets(studio: Studio) -> None:
    await on_air(studio)
    await add(studio)
    answer = await studio.type("/live finish dry")
    assert "YouTube (r1) goes off with it." in answer
    assert "*Restream* at Gcore, by itself:\n1. Switch YouTube off" in answer
    await studio.plan("Noon 12:00-12:30")
    await add(studio, "Twitch", "s2")
    assert "*Restream* at Gcore, by itself:\n1. Switch Twitch on" in await studio.type("/live go s2 dry")


async def test_as_a_mention_it_opens_its_forms_from_buttons(studio: Studio) -> None:
    await studio.plan()
    await add(studio)
    await studio.slack.mention(studio.ana, studio.channel, "restream remove youtube")
    await studio.settle()
    await press(studio, "restream-remove", "r1")
    assert "its key is forgotten" in form_text(studio)


async def test_moved_far_away_a_target_that_is_on_goes_off(studio: Studio) -> None:
    await studio.plan("Sunday Service 09:20-09:40")
    await studio.passes(5)
    await add(studio)
    await studio.type("/live restream on youtube")
    assert studio.cloud.ledger.of("restream enabled")
    await studio.type("/live move s1 20:00")
    assert studio.cloud.ledger.of("restream disabled")


# -- secrets ------------------------------------------------------------------------------------------------------------
LINES = (
    f"restream add rtmp://a.example/live/{KEY}",
    f"restream add YouTube {KEY}",
    f"restream add YouTube key={KEY}",
    f"restream add {KEY}",
    f"restream add YouTube rtmp://a.example/live key {KEY}",
    f"restream {KEY}",
    f"restream copy {KEY}",
    f"restream on {KEY}",
    f"restream off rtmp://a.example/{KEY}",
    f"restream remove {KEY}",
    f"restream key={KEY}",
    f"restream ad {KEY}",
    f"Restream  ADD   “{KEY}”",
)


@pytest.mark.parametrize("line", LINES)
async def test_a_key_in_a_typed_line_is_refused_and_repeated_nowhere(
    studio: Studio, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await studio.plan()
    assert await studio.type(f"/live {line}")
    assert KEY not in everything(studio).replace(f"/live {line}", "")
    assert KEY not in caplog.text
    assert KEY.encode() not in database(studio)
    assert not [call for call in studio.cloud.calls if KEY in str(call)]


@pytest.mark.parametrize("key", ["abcd-1234-efgh-5678-ijkl", "live_123456789_AbCdEfGhIj", "FB-123456-0-AbCdEf"])
@pytest.mark.parametrize("line", ["stream add {}", "go {}", "plan Sunday {}", "video info {}", "restream add YouTube {}"])
async def test_a_key_as_platforms_hand_them_out_is_repeated_by_no_command(studio: Studio, line: str, key: str) -> None:
    typed = "/live " + line.format(key)
    await studio.type(typed)
    assert key not in everything(studio).replace(typed, "")


async def test_a_key_in_a_line_is_answered_with_the_form(studio: Studio) -> None:
    await studio.plan()
    assert "a typed line is kept in Slack's history" in await studio.type(f"/live restream add {KEY}")
    await studio.press("restream-form", message=last_answer(studio))
    assert "Add a restream target" in form_text(studio)


async def test_a_streams_secret_survives_a_restart_as_well(studio: Studio) -> None:
    await studio.make_admin()
    stream = await a_stream(studio, "Chapel")
    studio.cloud.faults.add(Fault("/streaming/streams*", "PATCH", times=None, cut="before"))
    await studio.type("/live stream edit chapel")
    await studio.slack.submit(studio.ana, form(studio), {"srt_passphrase": "hush-hush-hush"})
    await studio.slack.wait_for(lambda _: "Change the stream's settings" in "".join(private_messages(studio)))
    await studio.rehearsal.stop_bot()
    studio.cloud.faults.clear()
    assert b"hush-hush-hush" not in database(studio)
    await studio.rehearsal.start_bot()
    await studio.settle()
    assert studio.cloud.stream(stream).srt_passphrase == "hush-hush-hush"
