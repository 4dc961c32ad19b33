"""`make torture`: zones, webhooks, Slack's outages and the model first, then every scene with a crash at every moment, under three
kinds of provider, then SIGKILL at random moments.
"""

# ruff: noqa: T201  # its report is for whoever started it

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import traceback
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from bot.sandbox.played import played as everybody
from bot.show.access import may
from tests.faults import clock_steps, endless, flood, outage, outsider
from tests.faults.bodies import strace_works
from tests.faults.day import a_day
from tests.faults.day import wrong as wrong_with
from tests.faults.drill import PROVIDERS, Outcome, drill, random_kills
from tests.faults.outsider import allow_everything
from tests.faults.post_office import believed, blind, deliver
from tests.faults.scenes import GO_LIVE, SCENES
from tests.faults.survey import CONTROL, control, every, played, sample, syscalls
from tests.faults.tape import record
from tests.faults.zones import every_zone, planned_and_claimed
from tests.outbox.test_model_check import Night
from tests.store.test_model_check import CONTROLS, Evening, found_out

AT_ONCE = 4
MOST_LINES = 50
"""Of what went wrong in one harness."""


def main(argv: Sequence[str] | None = None) -> int:
    """0 if nothing was lost or doubled, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every so many moments, and all around a create (default: all)")
    parser.add_argument("--random", type=int, default=200, help="how many shows are killed at random moments (default: 200)")
    parser.add_argument("--syscalls", type=int, default=50, help="how many deaths in each kind of system call (default: 50)")
    parser.add_argument("--models", type=int, default=300, help="evenings and nights held against a model (default: 300 each)")
    parser.add_argument("--zones", type=int, default=1, help="0: no shows across changes of clocks")
    parser.add_argument("--clocks", type=int, default=1, help="0: no wall clock is set on air")
    parser.add_argument("--floods", type=int, default=1, help="0: no bursts of webhooks on air")
    parser.add_argument("--endless", type=int, default=20, help="connections at once that send without an end (default: 20)")
    parser.add_argument("--day", type=int, default=12, help="shows of a day in a minute (default: 12)")
    parser.add_argument("--outsiders", type=int, default=1, help="0: nobody tries what they may not")
    parser.add_argument("--webhooks", type=int, default=100_000, help="how many are delivered, badly (default: 100000)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="of the sample and of chance")
    parser.add_argument(
        "--scene", action="append", choices=["none", *(scene.name for scene in SCENES)], help="only this one, or none"
    )
    asked = parser.parse_args(argv)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # a bot that is gone is what this is about
    print(f"seed {asked.seed}", flush=True)
    logging.getLogger("bot").setLevel(logging.CRITICAL)  # what is drilled is trouble, and the books say what came of it
    wrong = _models(asked.models) + asyncio.run(_clocks_and_post(asked)) + asyncio.run(_torture(asked))
    return 1 if wrong else 0


def _models(count: int) -> int:
    """Claim, lease and fence, then the outbox, through any order of what may happen; how many of the two did not hold."""
    wrong = 0
    for broken in CONTROLS if count else ():
        found = found_out(broken)
        print(f"control, {broken.__name__}: {'FOUND' if found else 'NOT FOUND'} by random evenings (must be found)", flush=True)
        wrong += not found
    for machine in (Evening, Night) if count else ():
        held = "held"
        try:
            run_state_machine_as_test(machine, settings=settings(max_examples=count, stateful_step_count=40, deadline=None))
        except Exception:
            wrong, held = wrong + 1, "DID NOT HOLD"
            traceback.print_exc()
        print(f"{machine.__name__}: {count} runs of 40 steps against the model {held}", flush=True)
    return wrong


async def _clocks_and_post(asked: argparse.Namespace) -> int:
    """What needs no process to be killed."""
    wrong = 0
    if asked.zones:
        book = await planned_and_claimed(every_zone())
        wrong += _told(str(book), book.wrong)
    if asked.day:
        day = await a_day(asked.day)
        wrong += _told(str(day), wrong_with(day))
    if asked.outsiders:
        wrong += await _outsiders()
    if asked.clocks:
        lines, counts = await clock_steps.wrong()
        wrong += _told(counts, lines)
    if asked.floods:
        lines, counts = await flood.all_floods()
        wrong += _told(counts, lines)
    if asked.endless:
        wrong += await _endless(asked.endless)
    if asked.webhooks:
        tape = await record()
        controls = {"every webhook believed as it comes": believed(tape, asked.seed), "no look": await blind(tape, asked.seed)}
        for how, control_book in controls.items():
            print(f"control, {how}: {control_book} (must miss)", flush=True)
            wrong += not control_book.missing
        delivered = await deliver(tape, asked.webhooks, asked.seed)
        wrong += _told(str(delivered), delivered.wrong)
    return wrong


async def _outsiders() -> int:
    """Everything that somebody outside a crew can type, press and send, and the control that gets through."""
    wrong = 0
    plays = [("eve", may, provider) for provider in everybody()] + [("gus", may, "gcore"), ("eve", allow_everything, "gcore")]
    for name, rule, provider in plays:
        with TemporaryDirectory(prefix="showcaller-outsider-") as folder:
            async with outsider.on_air(Path(folder), rule, provider) as crew:
                before = await outsider.state_of(crew)
                attack = await outsider.begun(crew, crew.slack.user(name))
                await outsider.everything(attack)
                changed = await outsider.state_of(crew) != before
        counts = (
            f"{name}: {len(attack.heard)} answers, {len(attack.leaks)} leaks, the crew's things {'' if changed else 'un'}changed"
        )
        if rule is may:
            wrong += _told(
                f"outsider at {provider}, {counts}", [*attack.leaks, *(["the crew's things were changed"] if changed else [])]
            )
        else:
            print(f"control, everything allowed: {counts} (must leak and change)", flush=True)
            wrong += not (attack.leaks and changed)
    return wrong


async def _endless(connections: int) -> int:
    """Every kind of request that never ends, and the control that keeps one."""
    kept = await endless.control()
    print(f"control, {kept} (must be too much)", flush=True)
    found = await endless.costs(sorted(endless.ENDLESS), connections)
    lines = [str(cost) for cost in found if cost.wrong]
    return (not kept.wrong) + _told("; ".join(map(str, found)), lines)


def _told(counts: str, wrong: Sequence[str]) -> int:
    print("\n".join([*wrong[:MOST_LINES], counts]), flush=True)
    return len(wrong)


async def _torture(asked: argparse.Namespace) -> int:
    wrong = 0
    for careless in CONTROL:
        wrong += not (await control(*careless)).books.doubled
    for provider in PROVIDERS:
        for scene in SCENES:
            if asked.scene and scene.name not in asked.scene:
                continue
            points = (await drill(scene, provider=provider)).points
            chosen = every(points, asked.seed) if asked.every == 1 else sample(points, asked.seed, asked.every)
            drills = [partial(drill, scene, deaths, provider=provider) for deaths in chosen]
            wrong += _wrong(await played(f"{scene.name}, {provider.__name__}, {len(points)} moments", drills, AT_ONCE))
    if not asked.scene:
        wrong += await _provider_out()
    if asked.syscalls and strace_works():
        deaths = syscalls(random.Random(asked.seed), asked.syscalls)
        drills = [partial(drill, GO_LIVE, (death,)) for death in deaths]
        wrong += _wrong(await played("go-live, SIGKILL in system calls", drills, AT_ONCE))
    elif asked.syscalls:
        print("NO KILLS IN SYSTEM CALLS: strace is not installed or may not trace here", flush=True)
    if asked.random:
        wrong += _wrong(await played("whole show, SIGKILL at random moments", random_kills(asked.random, asked.seed), AT_ONCE))
    return wrong


async def _provider_out() -> int:
    """Every outage at every provider, as a show is made and as it begins."""
    outcomes = await outage.side_by_side(outage.plays(sorted(everybody()), outage.OUTAGES))
    lines = [sentence for one in outcomes for sentence in one.wrong]
    print("\n".join([*lines, f"provider out: {outage.tally(outcomes)}"]), flush=True)
    return sum(bool(one.wrong) for one in outcomes)


def _wrong(outcomes: Iterable[Outcome]) -> int:
    return sum(bool(outcome.wrong) for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
