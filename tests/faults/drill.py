"""One drill: set the scene, let the bot die, start it again, wait for the end or a question, and read the books."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bot.sandbox.gcore.habits import Habits
from tests.contention import Stopwatch
from tests.faults.ledger import Books, audit
from tests.faults.scenes import PATIENCE, WHOLE, Scene, asked_people, berlin
from tests.faults.stage import FIRST_LOOK, RATE, SETTLE, Death, Stage

SLOW = 1.2
"""Real seconds for which a slow provider takes its time after it has answered."""


def prompt_provider(_: Habits) -> None:
    """What was answered is done."""


def applies_late(habits: Habits) -> None:
    """What was answered is done a little later."""
    habits.apply_delay = SLOW * RATE


def appears_late(habits: Habits) -> None:
    """What was created is seen a little later."""
    habits.appear_delay = SLOW * RATE


PROVIDERS: tuple[Callable[[Habits], None], ...] = (prompt_provider, applies_late, appears_late)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a drill. `ended`: the scene came to its end; else people were asked, or nothing happened in time.

    `first_looks` are the real seconds from each restart to the first request at the provider, `claims` to the claim of each
    operation that a death interrupted.
    """

    scene: str
    about: str
    ended: bool
    asked: bool
    kills: int
    deliveries: int
    points: list[str]
    books: Books
    first_looks: tuple[float, ...]
    claims: tuple[float, ...]
    said: str = field(repr=False, default="")
    kept: str = ""
    """The folder in which the bot's files and all books are kept, where anything is wrong."""

    @property
    def wrong(self) -> list[str]:
        """What is not as it has to be, a sentence each."""
        stuck = [] if self.ended or self.asked else ["it came neither to its end nor to a question"]
        looks = [f"the first look came {took:.1f} s after a start" for took in self.first_looks if took > FIRST_LOOK]
        claims = [f"an operation was claimed again {took:.1f} s after a start" for took in self.claims if took > FIRST_LOOK]
        return [*stuck, *looks, *claims, *self.books.wrong]

    def __str__(self) -> str:
        end = "ended" if self.ended else "asked" if self.asked else "STUCK"
        faults = "".join(f"\n    {sentence}" for sentence in self.wrong)
        where = f"\n    kept in {self.kept}" if self.kept else ""
        return f"{self.scene:10} {self.about:48} {end}, {self.kills} kills, {self.deliveries} deliveries{faults}{where}"


async def drill(
    scene: Scene,
    deaths: Sequence[Death] = (),
    *,
    provider: Callable[[Habits], None] = prompt_provider,
    settle: float | None = SETTLE,
    kills: Callable[[Stage], Awaitable[None]] | None = None,
) -> Outcome:
    """Play a scene once; the bots die at these moments, one after the other, or when `kills` says so.

    What goes wrong with the settle rule on leaves its folder behind, with everything that was said and done.
    """
    folder = Path(tempfile.mkdtemp(prefix="showcaller-drill-"))
    stage = Stage(folder, berlin("8:50"), settle=settle)
    await stage.open()
    try:
        outcome = await _played(stage, scene, deaths, provider, kills)
    finally:
        await stage.close()
    if outcome.wrong and settle:
        effects, calls = stage.rehearsal.cloud.ledger, stage.rehearsal.cloud.calls
        (folder / "books.txt").write_text("\n".join([str(outcome), outcome.said, *map(str, effects), *map(str, calls)]))
        return replace(outcome, kept=str(folder))
    shutil.rmtree(folder)
    return outcome


async def _played(
    stage: Stage,
    scene: Scene,
    deaths: Sequence[Death],
    provider: Callable[[Habits], None],
    kills: Callable[[Stage], Awaitable[None]] | None,
) -> Outcome:
    await scene.setting(stage.gallery)
    habits = stage.rehearsal.cloud.habits
    habits.start_twice_cuts = True
    habits.recording_delay = 1.0  # so short that a second start is not taken for the first
    provider(habits)
    await stage.raise_curtain(deaths)
    killing = asyncio.ensure_future(kills(stage)) if kills else None
    await scene.play(stage)
    ended = await _to_its_end(stage, scene)
    if killing is not None:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
        ended = await _to_its_end(stage, scene)
    asked = asked_people(stage.gallery)
    await stage.rest()
    last_words = [(len(points), points[-1]) for life in range(1, stage.lives) if (points := stage.points(life))]
    about = ", ".join(f"{number}: {name}" for number, name in last_words) or "no crash"
    return Outcome(
        scene.name,
        f"{about} ({provider.__name__})",
        ended,
        asked,
        len(stage.deaths),
        len(stage.rehearsal.slack.deliveries) + len(stage.rehearsal.cloud.webhooks.log),
        stage.points(),
        audit(stage, scene, over=ended),
        tuple(stage.first_looks),
        tuple(stage.claims),
        stage.gallery.everything,
    )


async def _to_its_end(stage: Stage, scene: Scene) -> bool:
    """Whether the scene is over, and stays so, before people are asked and within PATIENCE."""
    watch = Stopwatch(stage.contention)
    while (left := PATIENCE - watch.passed()) > 0:
        await stage.until(lambda: scene.over(stage.gallery) or asked_people(stage.gallery), left)
        if asked_people(stage.gallery) or not scene.lasts:
            break
        if scene.over(stage.gallery) and not await stage.until(lambda: not scene.over(stage.gallery), scene.lasts):
            return True
    return bool(scene.over(stage.gallery))


def at_random(chance: random.Random, times: int = 3) -> Callable[[Stage], Awaitable[None]]:
    """SIGKILL so many times, each after a random while."""

    async def kill(stage: Stage) -> None:
        for _ in range(times):
            await asyncio.sleep(chance.uniform(0.05, 1.5))
            stage.kill()

    return kill


def random_kills(shows: int, seed: int, times: int = 3) -> list[Callable[[], Awaitable[Outcome]]]:
    """So many whole shows, each killed so often at random moments, with each kind of provider in turn."""
    return [
        partial(drill, WHOLE, provider=PROVIDERS[number % len(PROVIDERS)], kills=at_random(random.Random(seed + number), times))
        for number in range(shows)
    ]
