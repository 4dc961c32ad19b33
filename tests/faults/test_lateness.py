"""A cue whose moment passes unseen runs and says that it is late, or becomes a question to people: never silence, never twice."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.scenes import berlin, key_of, messages
from tests.faults.stage import Stage
from tests.show_stories.gallery import Gallery

AFTER_A_START = 10.0
"""Real seconds from the start of the bot until people hear of what was missed."""

SHORT, LONG, VERY_LONG = timedelta(seconds=2), timedelta(minutes=2), timedelta(minutes=20)
ABSENCES = (SHORT, LONG, VERY_LONG)

BEFORE = timedelta(seconds=15)
"""Show time from the start of the drill to the cue: more than a process takes to start."""

WINDOW = r"\*ON AIR —|missed its start by 2 min"
"""Two minutes late is the end of the window of a go."""


Way = Callable[[Stage], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that the clock does at `due`, and what people read where that was 2 s, 2 min or 20 min ago (patterns)."""

    name: str
    setting: Callable[[Gallery], Awaitable[object]]
    due: datetime
    signs: tuple[str, str, str]

    def __str__(self) -> str:
        return self.name


async def _asks_at_the_end(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-10:20 finish ask")


async def _finish_in_ten_minutes(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live finish s1 in 10m", gallery.ben)


OFF = r"\*OFF AIR —"

CUES = (
    Cue(
        "open",
        lambda gallery: gallery.planned(),
        berlin("9:30"),
        ("stream is enabled", r"Opening .*2 min.* late: it was due at 09:30", r"Opening .*20 min.* late: it was due at 09:30"),
    ),
    Cue(
        "encoder",
        lambda gallery: gallery.opened(),
        berlin("9:45"),
        ("please connect the encoder", r"please connect the encoder.*\(1\d\d s late\)", "reminder due 09:45 was missed"),
    ),
    Cue(
        "caller",
        lambda gallery: gallery.opened(),
        berlin("9:55"),
        ("goes live by itself at 10:00", r"goes live by itself at 10:00.*\(1\d\d s late\)", "reminder due 09:55 was missed"),
    ),
    Cue("go", lambda gallery: gallery.ready(), berlin("10:00"), (r"\*ON AIR —", WINDOW, "missed its start by 20 min")),
    Cue("end warning", lambda gallery: gallery.on_air(), berlin("10:10"), ("10:20", "10:20", r"Finishing 10 min.* late")),
    Cue(
        "finish", lambda gallery: gallery.on_air(), berlin("10:20"), (OFF, r"Finishing 2 min.* late", "should have finished 20 min")
    ),
    Cue("end as a question", _asks_at_the_end, berlin("10:20"), ("10:20", "10:20", "10:20")),
    Cue(
        "finish in 10m", _finish_in_ten_minutes, berlin("10:10:10"), (OFF, r"Finishing 2 min.* late", "should have finished 20 min")
    ),
)


@asynccontextmanager
async def a_stage() -> AsyncIterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="showcaller-late-") as folder:
        stage = Stage(Path(folder), berlin("8:50"))
        await stage.open()
        try:
            yield stage
        finally:
            await stage.close()


async def shortly_before(stage: Stage, cue: Cue) -> set[str]:
    """The bot runs, and the cue comes in a moment; the keys of what was posted until then."""
    await cue.setting(stage.gallery)
    await stage.rehearsal.run_until(cue.due - BEFORE, step=30)
    await stage.raise_curtain()
    assert await stage.until(lambda: stage.connected, AFTER_A_START)
    return keys(stage.gallery)


def keys(gallery: Gallery) -> set[str]:
    return {key_of(message) for message in messages(gallery)}


def news(gallery: Gallery, known: set[str]) -> list[str]:
    """What stands in the channel now that did not before, or says something else."""
    posts = [post for message in gallery.messages for post in (message, *message.replies)]
    return [gallery.top(post) for post in posts if key_of(post) not in known and not gallery.is_card(post)]


async def silence(cue: Cue, way: Way, absence: timedelta) -> list[str]:
    """What is wrong with what people hear of a cue that came while the bot was away."""
    sign = re.compile(cue.signs[ABSENCES.index(absence)])
    async with a_stage() as stage:
        known = await shortly_before(stage, cue)
        with way(stage):
            stage.jump(cue.due + absence)
        await stage.until(lambda: any(sign.search(line) for line in news(stage.gallery, known)), AFTER_A_START)
        in_time = sum(bool(sign.search(line)) for line in news(stage.gallery, known))
        await stage.rest()
        in_the_end = sum(bool(sign.search(line)) for line in news(stage.gallery, known))
        fallen = [f"{cue}: the bot fell with exit code {code}" for code in stage.died_otherwise()]
        if (in_time, in_the_end) == (1, 1):
            return fallen
        heard = f"{cue}: {sign.pattern!r} stood {in_time} times after {AFTER_A_START:g} s and {in_the_end} times in the end"
        return [*fallen, f"{heard}\n{stage.gallery.everything}"]


@pytest.mark.parametrize("absence", ABSENCES, ids=["2s", "2min", "20min"])
@pytest.mark.parametrize("way", [Stage.down, Stage.stopped], ids=["down", "stopped"])
async def test_every_cue_that_nobody_was_there_for_is_told_once(way: Way, absence: timedelta) -> None:
    found = await asyncio.gather(*(silence(cue, way, absence) for cue in CUES))
    assert not [sentence for sentences in found for sentence in sentences]


STEPS = (timedelta(seconds=15), timedelta(seconds=-15), timedelta(hours=1), timedelta(hours=-1))


@pytest.mark.parametrize("by", STEPS, ids=["15s ahead", "15s back", "1h ahead", "1h back"])
async def test_a_go_after_the_clock_of_the_machine_was_set_is_neither_missed_in_silence_nor_done_twice(by: timedelta) -> None:
    """The machine's clock is set wrong before the start, put right after it would have been, and shows the start once more."""
    cue = next(cue for cue in CUES if cue.name == "go")
    async with a_stage() as stage:
        gallery = stage.gallery
        known = await shortly_before(stage, cue)
        stage.step(by)
        asked = re.compile(r"missed its start by \d+ min")
        if by > timedelta():
            sign = asked if by > VERY_LONG else re.compile(r"\*ON AIR —")
            assert await stage.until(lambda: any(sign.search(line) for line in news(gallery, known)), AFTER_A_START), (
                gallery.everything
            )
        stage.jump(cue.due + timedelta(seconds=1))
        ahead = by > VERY_LONG
        aired = await stage.until(
            lambda: any("*ON AIR —" in line for line in news(gallery, known)), 2.0 if ahead else AFTER_A_START
        )
        assert aired is not ahead, gallery.everything
        stage.step(timedelta(seconds=-15))
        assert await stage.until(lambda: stage.rehearsal.clock.now() > cue.due + timedelta(seconds=40), AFTER_A_START)
        await stage.rest()
        assert gallery.count("broadcast live") == aired
        assert sum("*ON AIR —" in line for line in news(gallery, known)) == aired
        assert sum(bool(asked.search(line)) for line in news(gallery, known)) == (not aired)
