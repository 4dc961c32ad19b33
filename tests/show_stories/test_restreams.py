"""The picture is sent on to other platforms: made off, on when viewers are let in, off when they are sent home, told as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import commands
from bot.model import RestreamTarget
from bot.sandbox.faults import Fault
from bot.sandbox.gcore.state import Restream
from bot.sandbox.rehearsal import Rehearsal
from tests.commands.control_room import database, form, last_answer
from tests.show_stories.gallery import Gallery

KEY = "canary-9x7q-4711-stream-key"
ADDRESS = "rtmp://a.rtmp.youtube.com/live2"
SECRET_KEY = "0f9d-a-long-random-text-of-this-crew"
SUNDAY_MORNING = datetime(2026, 11, 22, 7, 50, tzinfo=UTC)


@asynccontextmanager
async def a_gallery(folder: Path, secret_key: str = SECRET_KEY) -> AsyncIterator[Gallery]:
    """Sunday, 08:50; an account that may have three targets."""
    env = {"SECRET_KEY": secret_key} if secret_key else {}
    rehearsal = Rehearsal(folder, commands.load(), start=SUNDAY_MORNING, env=env, settle=0.3, timeout=0.5)
    await rehearsal.open()
    playing = Gallery(rehearsal)
    playing.cloud.limit(restreams=3)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


@pytest.fixture
async def sealed(tmp_path: Path) -> AsyncIterator[Gallery]:
    """A bot that seals keys."""
    async with a_gallery(tmp_path) as gallery:
        yield gallery


@pytest.fixture
async def unsealed(tmp_path: Path) -> AsyncIterator[Gallery]:
    """A bot without SECRET_KEY: keys live in memory for their one operation."""
    async with a_gallery(tmp_path, "") as gallery:
        yield gallery


# -- what the crew does -------------------------------------------------------------------------------------------------
async def add(gallery: Gallery, title: str = "YouTube", key: str = KEY, **more: str) -> RestreamTarget:
    """Add a target through its form."""
    await gallery.type("/live restream add")
    await gallery.submit(None, title=title, url=ADDRESS, key=key, **more)
    return (await gallery.rehearsal.bot.store.restreams("s1"))[-1]


async def target(gallery: Gallery, target_id: str = "r1") -> RestreamTarget:
    found = await gallery.rehearsal.bot.store.restream(target_id)
    assert found is not None
    return found


def at_gcore(gallery: Gallery) -> list[Restream]:
    """The targets that the played Gcore has."""
    return list(gallery.cloud._account.restreams.values())


async def restart(gallery: Gallery, secret_key: str | None = None) -> None:
    await gallery.rehearsal.stop_bot()
    if secret_key is not None:
        gallery.rehearsal._env["SECRET_KEY"] = secret_key
    await gallery.rehearsal.start_bot()
    await gallery.settle()


# -- the run of a show --------------------------------------------------------------------------------------------------
async def test_a_target_is_made_off_goes_on_with_the_show_and_off_with_it(sealed: Gallery) -> None:
    await sealed.planned()
    made = await add(sealed, no_audio="true", no_audio_mode="silence")
    (there,) = at_gcore(sealed)
    assert (there.active, there.uri, there.no_audio_mode) == (False, f"{ADDRESS}/{KEY}", "silence")
    assert (made.remote, made.title, made.host) == (str(there.id), "YouTube", "a.rtmp.youtube.com")
    assert "Restream: YouTube goes on with the show" in sealed.card_text

    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("10:00:10", step=2)
    assert at_gcore(sealed)[0].active
    assert "Restream: YouTube asked on 10:00:00, not arriving yet" in sealed.card_text
    await sealed.at("10:01:30", step=10)
    assert "Restream: YouTube arriving since 10:01:00" in sealed.card_text
    assert sealed.said("the picture arrives (told by webhook 10:01:00)") == 1

    await sealed.at("10:20:05", step=30)
    assert not at_gcore(sealed)[0].active
    await sealed.at("10:21", step=5)
    deeds = sealed.deeds
    assert deeds.index("broadcast live") < deeds.index("restream enabled") < deeds.index("broadcast finished")
    assert deeds.index("broadcast finished") < deeds.index("restream disabled") < deeds.index("recording stopped")
    assert [sealed.count(deed) for deed in ("restream created", "restream enabled", "restream disabled")] == [1, 1, 1]
    assert sealed.said("does not arrive any more") == 0


async def test_a_target_switched_off_by_hand_stays_off(sealed: Gallery) -> None:
    await sealed.planned()
    await add(sealed)
    assert "YouTube (r1) stays off until somebody switches it on" in await sealed.type("/live restream off youtube")
    assert "Restream: YouTube stays off" in sealed.card_text
    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("10:02", step=10)
    assert sealed.count("restream enabled") == 0
    assert "Switching YouTube (r1) on" in await sealed.type("/live restream on r1")
    assert at_gcore(sealed)[0].active
    assert "is on already since 10:02:00, asked by @ana. Nothing to do." in await sealed.type("/live restream on YOU")
    assert sealed.count("restream enabled") == 1


async def test_a_target_added_on_air_goes_on_at_once_and_is_removed_after_asking(sealed: Gallery) -> None:
    await sealed.on_air()
    await add(sealed)
    (there,) = at_gcore(sealed)
    assert there.active
    await sealed.type("/live restream remove you")
    assert "its key is forgotten" in sealed.slack.read(form(sealed), sealed.ana)
    await sealed.submit()
    assert at_gcore(sealed) == []
    assert (await target(sealed)).gone
    assert (await target(sealed)).sealed == ""
    assert "Restream:" not in sealed.card_text
    assert "No targets yet" in await sealed.type("/live restream")


async def test_a_target_that_is_not_listed_at_once_goes_on_when_it_is(sealed: Gallery) -> None:
    await sealed.on_air()
    sealed.cloud.habits.appear_delay = 3
    await sealed.type("/live restream add")
    await sealed.slack.submit(sealed.ana, form(sealed), {"title": "YouTube", "url": ADDRESS, "key": KEY})
    await sealed.cloud.until(lambda: bool(at_gcore(sealed)))
    asked = len(sealed.cloud.calls)
    await sealed.cloud.until(lambda: any(call.path == "/streaming/restreams" for call in sealed.cloud.calls[asked:]))
    await sealed.rehearsal.advance(seconds=10)
    assert at_gcore(sealed)[0].active
    assert sealed.posted("is not there any more") == 0


async def test_a_target_that_somebody_deleted_at_the_provider_is_told(sealed: Gallery) -> None:
    await sealed.planned()
    await add(sealed)
    await sealed.at("9:58:30", step=120)
    sealed.cloud._account.restreams.clear()
    sealed.connect()
    await sealed.at("10:00:10", step=2)
    assert sealed.posted("YouTube is not there any more at Gcore. Remove it and add it again.") == 1


async def test_before_the_stream_is_there_a_target_waits_for_it(sealed: Gallery) -> None:
    sealed.cloud.faults.add(Fault("/streaming/streams", "POST", times=2, status=503))
    await sealed.type("/live plan Sunday Service 10:00-10:20")
    await sealed.slack.submit(sealed.ana, form(sealed), {})
    await sealed.slack.wait_for(lambda _: "s1" in sealed.everything)
    assert not (await sealed.show()).stream
    await sealed.type("/live restream add")
    await sealed.submit(title="YouTube", url=ADDRESS, key=KEY)
    await sealed.passes(10)
    assert [one.stream_id for one in at_gcore(sealed)] == [int((await sealed.show()).stream)]


async def test_back_on_air_takes_the_targets_along(sealed: Gallery) -> None:
    await sealed.planned()
    await add(sealed)
    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("10:05", step=10)
    await sealed.type("/live finish")
    assert "YouTube (r1) goes off with it" in sealed.slack.read(form(sealed), sealed.ana)
    await sealed.submit()
    await sealed.passes(4)
    assert not at_gcore(sealed)[0].active
    await sealed.press("undo-finish")
    await sealed.passes(4)
    assert at_gcore(sealed)[0].active


async def test_a_cancelled_show_leaves_no_target_on(sealed: Gallery) -> None:
    await sealed.opened()
    await add(sealed)
    assert "Switching YouTube (r1) on" in await sealed.type("/live restream on r1")
    assert at_gcore(sealed)[0].active
    await sealed.type("/live cancel s1")
    await sealed.submit()
    assert not at_gcore(sealed)[0].active


# -- what may go wrong --------------------------------------------------------------------------------------------------
async def test_a_refused_target_is_told_and_does_not_stop_the_show(sealed: Gallery) -> None:
    await sealed.planned()
    await add(sealed)
    sealed.cloud.refuse_next("/streaming/restreams/*", method="PATCH", text="not now", times=1)
    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("10:00:10", step=2)
    assert sealed.posted("*ON AIR") == 1
    assert "ON AIR since 10:00" in sealed.card_text
    assert "*failed*" in sealed.card_text
    refused = sealed.message("The show goes on")
    await sealed.press("restream-again", message=refused)
    assert at_gcore(sealed)[0].active
    assert "*failed*" not in sealed.card_text


async def test_one_target_too_many_is_explained(sealed: Gallery) -> None:
    sealed.cloud.limit(restreams=0)
    await sealed.planned()
    await add(sealed)
    assert sealed.posted("An account has one restream target unless Gcore's support allows more") == 1


async def test_an_answer_lost_on_its_way_makes_no_second_target(sealed: Gallery) -> None:
    await sealed.planned()
    sealed.cloud.faults.add(Fault("/streaming/restreams", "POST", cut="after"))
    await add(sealed)
    assert sealed.count("restream created") == 1
    assert (await target(sealed)).remote == str(at_gcore(sealed)[0].id)


async def test_an_outage_of_the_targets_holds_up_nothing_else(sealed: Gallery) -> None:
    await sealed.planned()
    await add(sealed)
    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("9:59:55", step=5)
    sealed.cloud.faults.add(Fault("/streaming/restreams*", "*", times=None, status=503))
    sealed.rehearsal.clock.advance(timedelta(seconds=6))
    await sealed.slack.wait_for(lambda _: sealed.posted("*ON AIR") == 1)
    await sealed.slack.wait_for(lambda _: sealed.said("is held up") == 1, timeout=10)
    await sealed.slack.press(sealed.ana, sealed.card, "pause")
    await sealed.slack.wait_for(lambda _: sealed.count("broadcast paused") == 1)
    assert sealed.count("restream enabled") == 0
    sealed.cloud.faults.clear()
    await sealed.settle()
    assert sealed.count("restream enabled") == 1


@pytest.mark.parametrize("seconds", [0, 30], ids=["at once", "a look later"])
async def test_what_somebody_switches_off_at_the_provider_is_told_once(sealed: Gallery, seconds: int) -> None:
    """The picture ends with it, or a while later: that is no news of its own."""
    await sealed.planned()
    await add(sealed)
    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("10:02", step=10)
    there = at_gcore(sealed)[0]
    there.active = False
    await sealed.passes(seconds, step=5)
    sealed.cloud._restreamer.end(there)
    await sealed.passes(60, step=5)
    assert sealed.said("was switched off at the provider") == 1
    assert "switched off at Gcore" in sealed.card_text


async def test_the_arrival_is_found_by_looking_where_no_webhook_tells(sealed: Gallery) -> None:
    sealed.cloud.webhooks.url = None
    await sealed.planned()
    await add(sealed)
    await sealed.at("9:58:30", step=120)
    sealed.connect()
    await sealed.at("10:02", step=5)
    assert sealed.said("the picture arrives (seen by our look") == 1


# -- keys ---------------------------------------------------------------------------------------------------------------
async def test_a_sealed_key_survives_a_restart_and_is_copied_to_the_next_show(sealed: Gallery) -> None:
    await sealed.on_air()
    sealed.cloud.faults.add(Fault("/streaming/restreams", "GET", times=None, status=503))
    await sealed.type("/live restream add")
    await sealed.slack.submit(sealed.ana, form(sealed), {"title": "YouTube", "url": ADDRESS, "key": KEY})
    await sealed.slack.wait_for(lambda _: sealed.said("is held up") == 1, timeout=10)
    await sealed.rehearsal.stop_bot()
    sealed.cloud.faults.clear()
    assert KEY.encode() not in database(sealed)
    await sealed.rehearsal.start_bot()
    await sealed.settle()
    assert [one.uri for one in at_gcore(sealed)] == [f"{ADDRESS}/{KEY}"]

    await sealed.plan("Evening Service 18:00-19:00")
    answer = await sealed.type("/live restream copy s1")
    assert "Copied from Sunday Service (s1) to Evening Service (s2)" in answer
    assert [(one.uri, one.active) for one in at_gcore(sealed)] == [(f"{ADDRESS}/{KEY}", True), (f"{ADDRESS}/{KEY}", False)]


async def test_on_the_same_stream_the_target_itself_goes_to_the_next_show(unsealed: Gallery) -> None:
    await unsealed.planned()
    await add(unsealed)
    await unsealed.at("9:58:30", step=120)
    unsealed.connect()
    await unsealed.at("10:20:30", step=10)
    await unsealed.at("11:30", step=300)
    assert "DONE" in unsealed.state
    await unsealed.plan("Evening Service 18:00-19:00 on Sunday Service")
    assert "Ready to go on with the show: YouTube (r2)" in await unsealed.type("/live restream copy s1 to s2")
    assert unsealed.count("restream created") == 1
    assert (await target(unsealed, "r2")).remote == str(at_gcore(unsealed)[0].id)
    assert (await target(unsealed)).remote == ""


async def test_without_a_secret_key_a_key_that_a_restart_lost_is_asked_for_again(unsealed: Gallery) -> None:
    await unsealed.on_air()
    unsealed.cloud.faults.add(Fault("/streaming/restreams", "*", times=None, cut="before"))
    await unsealed.type("/live restream add")
    await unsealed.slack.submit(unsealed.ana, form(unsealed), {"title": "YouTube", "url": ADDRESS, "key": KEY})
    await unsealed.slack.wait_for(lambda _: unsealed.said("is held up") == 1, timeout=10)
    await unsealed.rehearsal.stop_bot()
    unsealed.cloud.faults.clear()
    await unsealed.rehearsal.start_bot()
    await unsealed.settle()
    assert at_gcore(unsealed) == []
    asked = unsealed.message("without SECRET_KEY a secret is kept in memory only")
    assert "Its key has to be typed again" in await unsealed.type("/live restream")
    await unsealed.press("restream-key", message=asked)
    await unsealed.submit(url=ADDRESS, key=KEY)
    assert [(one.uri, one.active) for one in at_gcore(unsealed)] == [(f"{ADDRESS}/{KEY}", True)]
    assert KEY.encode() not in database(unsealed)


async def test_a_changed_secret_key_is_said_in_a_sentence(sealed: Gallery) -> None:
    await sealed.finished()
    await sealed.type("/live restream")
    await sealed.plan("Evening Service 18:00-19:00")
    await sealed.type("/live restream add s2")
    await sealed.submit(title="YouTube", url=ADDRESS, key=KEY)
    await sealed.plan("Night Service 22:00-23:00")
    await restart(sealed, "quite-another-secret-key-0f9d")
    answer = await sealed.type("/live restream copy s2 to s3")
    assert "Their keys are not kept, so they have to be typed again: YouTube (r2)" in answer
    await sealed.rehearsal.press(sealed.ana, last_answer(sealed), "restream-key")
    await sealed.submit(url=ADDRESS, key=KEY)
    assert len(at_gcore(sealed)) == 2
