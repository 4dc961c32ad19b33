"""Push addresses: for the one who asked and may know them, split as encoders want them, and on record."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from bot.slack.ingest import split_address
from tests.commands.control_room import a_stream, database, form, form_text
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio, operated_by_ana


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio in which Ana is an operator: keys, disabling and deletion of what no show used are for operators."""
    async with operated_by_ana(Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE)) as playing:
        yield playing


async def test_push_addresses_are_shown_only_to_the_asker_and_are_in_no_channel_log_or_database(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    show = await studio.plan("Sunday Service 10:00-10:20")
    token = studio.cloud.stream(int(show.stream)).token
    await studio.press("ingest")
    text = form_text(studio)
    assert "Server `rtmp://vp-push.gvideo.co/in/`" in text
    assert f"Key `{show.stream}?{token}`" in text
    assert "not enabled" in text
    await studio.slack.close_view(studio.ana, form(studio))
    await studio.settle()
    assert token not in studio.everything
    assert token not in caplog.text
    assert token.encode() not in database(studio)


async def test_that_they_were_shown_is_on_record(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    show = await studio.plan("Sunday Service 10:00-10:20")
    await studio.type("/live key s1")
    lines = await studio.rehearsal.bot.store.as_run(show.id)
    assert [(line.what, line.by) for line in lines if "push" in line.what] == [("push addresses shown", studio.ana.id)]
    assert f"push addresses of gcore:{show.stream} shown to {studio.ana.id}" in caplog.text


async def test_key_without_a_name_is_that_of_the_show_here(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    await a_stream(studio, "Chapel")
    await studio.type("/live stream key")
    assert f"{show.stream}?" in form_text(studio)


async def test_a_new_key_is_asked_about_first_and_then_the_old_one_opens_nothing(studio: Studio) -> None:
    stream = await a_stream(studio)
    old = studio.cloud.stream(stream).token
    await studio.type("/live stream key rotate church-main")
    assert "stop working at once" in form_text(studio)
    assert studio.cloud.stream(stream).token == old
    await studio.submit(studio.ana)
    assert studio.cloud.stream(stream).token != old
    told = "\n".join(studio.slack.read(message, studio.ana) for message in studio.slack.ephemerals(studio.ana))
    assert not any(secret in told + "".join(studio.posts) for secret in (old, studio.cloud.stream(stream).token))


async def test_in_a_thread_only_the_asker_reads_them(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    token = studio.cloud.stream(int(show.stream)).token
    await studio.slack.mention(studio.ben, studio.channel, "stream key s1")
    await studio.settle()
    assert token in studio.slack.read(studio.slack.ephemerals(studio.ben)[-1])
    assert not any(token in text for text in [*studio.posts, *studio.thread()])


@pytest.mark.parametrize(
    ("url", "server", "key"),
    [
        ("rtmp://vp-push.gvideo.co/in/12?abc", "rtmp://vp-push.gvideo.co/in/", "12?abc"),
        ("rtmps://push.example:443/app/live/k-1", "rtmps://push.example:443/app/live/", "k-1"),
        ("srt://push.example:5001?streamid=12#abc", "srt://push.example:5001", "12#abc"),
        ("https://whip.gvideo.co/12_abc/whip", "https://whip.gvideo.co/12_abc/whip", ""),
    ],
)
def test_an_address_is_split_as_encoders_ask_for_it(url: str, server: str, key: str) -> None:
    assert split_address(url) == (server, key)


async def test_where_operators_are_named_a_stream_without_a_show_is_theirs(studio: Studio) -> None:
    await a_stream(studio)
    await studio.appoint(studio.ben)
    await studio.type("/live key church-main")
    assert "needs an operator" in form_text(studio)
    await studio.type("/live key church-main", studio.ben)
    assert "Server `rtmp://" in form_text(studio, studio.ben)


async def test_the_crew_reads_that_the_key_of_its_show_was_made_anew_and_not_the_key(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    old = studio.cloud.stream(int(show.stream)).token
    await studio.type("/live stream key rotate s1")
    await studio.submit()
    new = studio.cloud.stream(int(show.stream)).token
    assert new != old
    (told,) = [line for line in studio.thread() if "made a new push key" in line]
    assert told == ":key: @ana made a new push key: every encoder needs its new address (Ingest details)."
    assert old not in studio.everything
    assert new not in studio.everything
    await studio.type("/live stream key s1")
    assert new in form_text(studio)
    assert old not in form_text(studio)
