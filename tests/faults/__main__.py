"""`make torture`: every scene with a crash at every moment, under three kinds of provider, then SIGKILL at random moments."""

# ruff: noqa: T201  # its report is for whoever started it

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from statistics import median

from tests.faults.drill import PROVIDERS, Outcome, at_random, drill
from tests.faults.scenes import SCENES, WHOLE
from tests.faults.survey import every, sample, side_by_side

AT_ONCE = 4


def main(argv: Sequence[str] | None = None) -> int:
    """0 if nothing was lost or doubled, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every so many moments, and all around a create (default: all)")
    parser.add_argument("--random", type=int, default=200, help="how many shows are killed at random moments (default: 200)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="of the sample and of chance")
    parser.add_argument("--scene", action="append", choices=[scene.name for scene in SCENES], help="only this one")
    asked = parser.parse_args(argv)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # a bot that is gone is what this is about
    print(f"seed {asked.seed}", flush=True)
    wrong = asyncio.run(_torture(asked))
    return 1 if wrong else 0


async def _torture(asked: argparse.Namespace) -> int:
    wrong = 0
    for provider in PROVIDERS:
        for scene in SCENES:
            if asked.scene and scene.name not in asked.scene:
                continue
            points = (await drill(scene, provider=provider)).points
            chosen = every(points) if asked.every == 1 else sample(points, asked.seed, asked.every)
            plays = [partial(drill, scene, deaths, provider=provider) for deaths in chosen]
            wrong += await _report(f"{scene.name}, {provider.__name__}, {len(points)} moments", plays)
    if asked.random:
        plays = [
            partial(drill, WHOLE, provider=PROVIDERS[number % len(PROVIDERS)], kills=at_random(random.Random(asked.seed + number)))
            for number in range(asked.random)
        ]
        wrong += await _report("whole show, SIGKILL at random moments", plays)
    return wrong


async def _report(title: str, plays: Iterable[Callable[[], Awaitable[Outcome]]]) -> int:
    began, outcomes = time.monotonic(), []
    async for outcome in side_by_side(plays, AT_ONCE):
        outcomes.append(outcome)
        if outcome.wrong:
            print(outcome, flush=True)
    kills, deliveries = sum(one.kills for one in outcomes), sum(one.deliveries for one in outcomes)
    lost, doubled = sum(len(one.books.lost) for one in outcomes), sum(len(one.books.doubled) for one in outcomes)
    asked = sum(one.asked and not one.ended for one in outcomes)
    wrong = sum(bool(one.wrong) for one in outcomes)
    looks = sorted(took for one in outcomes for took in one.first_looks) or [0.0]
    print(
        f"{title}: {len(outcomes)} drills, {kills} kills, {deliveries} deliveries, {asked} asked people, "
        f"lost {lost}, doubled {doubled}, wrong {wrong}; "
        f"first look after a restart {median(looks):.1f} s, at most {looks[-1]:.1f} s ({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
