"""A database that an earlier version wrote is opened by this one, with everything that is in it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.seal import Seal
from bot.store import open_store, shelf_of
from bot.store.codec import to_ms
from tests.upgrade.contents import KEY_OF_THE_TARGET, SECRET_KEY, expected_of
from tests.upgrade.write_database import Sunday

DATABASES = sorted((Path(__file__).parent / "databases").glob("*.sqlite3"))
LATER = datetime(2026, 11, 22, 9, 12, tzinfo=UTC)
"""Five minutes after the kept bot was stopped, with a show on air."""


@pytest.fixture(params=DATABASES, ids=lambda file: file.stem)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a kept database, which itself stays as it was written; beside it nothing, as after a clean stop."""
    original: Path = request.param
    shutil.copyfile(original, tmp_path / "showcaller.db")
    return original


def test_there_is_at_least_one_kept_database() -> None:
    assert DATABASES


async def test_every_show_and_its_operations_are_as_they_were_written(kept: Path, tmp_path: Path) -> None:
    expected = expected_of(kept)
    store = await open_store(str(tmp_path / "showcaller.db"), clock=Clock())
    shows = {show.id: show for show in await store.shows(limit=1000)}
    assert {(id_, show.title) for id_, show in shows.items()} == {(id_, title) for id_, title in expected["titles"]}
    for id_, state, channel, provider, stream, start, end in expected["shows"]:
        show = shows[id_]
        assert (show.state.value, show.channel, show.provider, show.stream) == (state, channel, provider, stream)
        assert (to_ms(show.start), to_ms(show.end)) == (start, end)
    for id_, state, verb, show_id in expected["operations"]:
        operation = await store.operation(id_)
        assert operation is not None
        assert (operation.state.value, operation.verb, operation.show) == (state, verb, show_id)
    for id_, count in expected["steps"]:
        assert len(await store.steps(id_)) == count
    await store.close()


async def test_what_was_seen_noted_and_cut_is_there(kept: Path, tmp_path: Path) -> None:
    expected = expected_of(kept)
    store = await open_store(str(tmp_path / "showcaller.db"), clock=Clock())
    for provider, stream, _ in expected["seen"]:
        assert stream in {seen.key.id for seen in await store.streams_seen(provider)}
    for provider, id_, stream, show_id in expected["videos"]:
        video = await store.video(provider, id_)
        assert video is not None
        assert (video.stream, video.show) == (stream, show_id)
    for show_id, count in expected["as_run"]:
        assert len(await store.as_run(show_id)) == count
    for show_id, number, start in expected["clips"]:
        assert (number, start) in {(clip.number, to_ms(clip.start)) for clip in await store.clips(show_id)}
    for show_id, number, at in expected["markers"]:
        assert (number, at) in {(marker.number, to_ms(marker.at)) for marker in await store.markers(show_id)}
    for (id_,) in expected["people"]:
        assert await store.person(id_) is not None
    await store.close()


async def test_what_still_has_to_be_done_is_there(kept: Path, tmp_path: Path) -> None:
    expected = expected_of(kept)
    store = await open_store(str(tmp_path / "showcaller.db"), clock=Clock())
    assert {parcel.post.key for parcel in await store.parcels()} >= {key for (key,) in expected["queued"]}
    assert [[letter.provider, letter.stream] for letter in await store.dead_letters()] == [
        row[:2] for row in expected["dead_letters"]
    ]
    for id_, show_id, provider, remote in expected["restreams"]:
        target = await store.restream(id_)
        assert target is not None
        assert (target.show, target.provider, target.remote) == (show_id, provider, remote)
        assert KEY_OF_THE_TARGET in str(Seal(SecretStr(SECRET_KEY)).open(target.sealed))
    await store.close()


async def test_the_older_file_is_backed_up_before_it_is_changed_and_only_then(kept: Path, tmp_path: Path) -> None:
    where = str(tmp_path / "showcaller.db")
    store = await open_store(where, clock=Clock(), shelf=shelf_of(where))
    await store.close()
    after_the_first = len(shelf_of(where).backups())
    store = await open_store(where, clock=Clock(), shelf=shelf_of(where))
    await store.close()
    assert len(shelf_of(where).backups()) == after_the_first <= 1


async def test_the_whole_bot_starts_on_it_and_goes_on(kept: Path, tmp_path: Path) -> None:
    """The emulated Slack gives people and channels the ids that they had; requests that the stop cut off are told of."""
    sunday = Sunday(tmp_path, start=LATER)
    await sunday.rehearsal.open()
    await sunday.studio.settle()
    listed = await sunday.studio.type("/live shows")
    assert "League Night" in listed
    assert "Tuesday Match" in listed
    assert "Sunday Service" in await sunday.studio.type("/live status s8")
    assert any("@ana" in line and "mark" in line for line in sunday.studio.everything.splitlines()), (
        "a cut-off request is not told of"
    )
    await sunday.rehearsal.close()
