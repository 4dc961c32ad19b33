"""A government changes its clocks after a show was planned: the wall time that was confirmed stays, the crew is told once."""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import OperationState
from bot.operations.rezoning import follow_the_clocks
from tests.show_stories.gallery import Gallery
from tests.show_stories.test_restart import restart

JULY = "Sunday Service 2027-07-04 10:00-10:20"


class Tzdata:
    """The machine's time zone files, in a folder of their own, of which a package update brings others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._source = next(Path(path) for path in zoneinfo.TZPATH if (Path(path) / "Europe/Berlin").exists())
        shutil.copytree(self._source / "Europe", folder / "Europe")
        self._use()

    def update(self, zone: str, rules_of: str) -> None:
        """From now on clocks in `zone` go by the rules of another place, for whoever reads the files anew."""
        shutil.copy(self._source / rules_of, self._folder / zone)

    def _use(self) -> None:
        zoneinfo.reset_tzpath([str(self._folder), str(self._source)])
        zoneinfo.ZoneInfo.clear_cache()


@pytest.fixture
def tzdata(tmp_path: Path) -> Iterator[Tzdata]:
    before = zoneinfo.TZPATH
    yield Tzdata(tmp_path / "zoneinfo")
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


async def test_a_country_that_gives_up_summer_time_moves_no_show(gallery: Gallery, tzdata: Tzdata) -> None:
    show = await gallery.planned(JULY)
    assert show.start == datetime(2027, 7, 4, 8, 0, tzinfo=UTC)
    tzdata.update("Europe/Berlin", "Africa/Lagos")
    await restart(gallery)
    moved = await gallery.show()
    assert (moved.start, moved.end) == (datetime(2027, 7, 4, 9, 0, tzinfo=UTC), datetime(2027, 7, 4, 9, 20, tzinfo=UTC))
    cues = {op.verb: op.due for op in await gallery.operations(unfinished=True) if op.verb in ("open", "go", "finish")}
    assert cues == {"open": moved.start - timedelta(minutes=30), "go": moved.start, "finish": moved.end}
    assert gallery.posted("is still Sun 4 Jul 10:00–10:20 Berlin, as it was confirmed: that is 09:00 UTC now and was 08:00") == 1
    assert "10:00–10:20 Berlin" in gallery.card_text


async def test_it_goes_live_at_the_wall_time_that_was_confirmed_and_once(gallery: Gallery, tzdata: Tzdata) -> None:
    await gallery.planned(JULY)
    tzdata.update("Europe/Berlin", "Africa/Lagos")
    await restart(gallery)
    await gallery.rehearsal.run_until(datetime(2027, 7, 4, 8, 40, tzinfo=UTC), step=86_400)
    gallery.connect()
    await gallery.rehearsal.run_until(datetime(2027, 7, 4, 8, 59, 55, tzinfo=UTC), step=60)
    assert gallery.count("broadcast live") == 0
    await gallery.passes(10, step=2)
    assert gallery.count("broadcast live") == 1


async def test_a_bot_that_goes_on_meanwhile_follows_within_the_hour(gallery: Gallery, tzdata: Tzdata) -> None:
    show = await gallery.planned(JULY)
    tzdata.update("Europe/Berlin", "Africa/Lagos")
    assert (await gallery.show()).start == show.start
    assert await follow_the_clocks(gallery.rehearsal.bot.context) == ["s1"]
    await gallery.settle()
    assert (await gallery.show()).start == datetime(2027, 7, 4, 9, 0, tzinfo=UTC)
    assert gallery.posted("were changed") == 1
    assert "10:00–10:20 Berlin" in gallery.card_text


async def test_the_next_start_has_nothing_to_tell(gallery: Gallery, tzdata: Tzdata) -> None:
    await gallery.planned(JULY)
    tzdata.update("Europe/Berlin", "Africa/Lagos")
    await restart(gallery)
    await restart(gallery)
    assert gallery.posted("were changed") == 1


async def test_rules_that_change_nothing_for_a_show_are_not_told(gallery: Gallery, tzdata: Tzdata) -> None:
    show = await gallery.planned("Sunday Service 2026-12-06 10:00-10:20")
    tzdata.update("Europe/Berlin", "Africa/Lagos")
    await restart(gallery)
    assert (await gallery.show()).start == show.start
    assert gallery.posted("were changed") == 0


async def test_a_wall_time_that_clocks_now_skip_begins_as_soon_as_there_is_one_and_says_so(
    gallery: Gallery, tzdata: Tzdata
) -> None:
    await gallery.planned("Night Vigil 2027-03-28 01:30-03:30")
    tzdata.update("Europe/Berlin", "Europe/London")
    await restart(gallery)
    assert (await gallery.show()).start == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert (
        gallery.posted("They skip the time that was confirmed for *Night Vigil* (s1), so it is Sun 28 Mar 02:00–03:30 Berlin") == 1
    )


async def test_a_show_whose_moment_has_passed_by_the_new_rules_stays_where_its_crew_is_and_says_so(
    gallery: Gallery, tzdata: Tzdata
) -> None:
    opened = await gallery.opened()
    tzdata.update("Europe/Berlin", "Europe/Athens")
    await restart(gallery)
    await restart(gallery)
    assert (await gallery.show()).start == opened.start
    assert gallery.posted("(s1) has passed. Nothing was moved: it is Sun 22 Nov 11:00–11:20 Berlin now, 09:00 UTC as before.") == 1
    assert gallery.posted("were changed") == 1


async def test_on_air_only_the_end_moves_with_a_finish_that_was_asked_for(gallery: Gallery, tzdata: Tzdata) -> None:
    on_air = await gallery.on_air()
    await gallery.type("/live finish s1 in 10m", gallery.ben)
    tzdata.update("Europe/Berlin", "Europe/London")
    await restart(gallery)
    moved = await gallery.show()
    assert moved.start == on_air.start
    finish = next(op for op in await gallery.operations(unfinished=True) if op.verb == "finish")
    assert finish.state is OperationState.SCHEDULED
    assert finish.due == moved.end == datetime(2026, 11, 22, 10, 10, 10, tzinfo=UTC)
    assert gallery.posted("still ends at 10:10 Berlin, which is 10:10 UTC now and was 09:10 UTC before") == 1


async def test_without_the_confirmed_wall_time_the_show_would_be_an_hour_off(gallery: Gallery, tzdata: Tzdata) -> None:
    """The control: the instant alone, read by the new rules, is another wall time."""
    show = await gallery.planned(JULY)
    tzdata.update("Europe/Berlin", "Africa/Lagos")
    assert f"{show.start.astimezone(zoneinfo.ZoneInfo.no_cache(show.zone)):%H:%M}" == "09:00"
