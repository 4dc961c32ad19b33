"""`python -m tests.bench`: measure everything, print a table in plain words, and write the figures as JSON where asked."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

from tests.bench import accepting, acknowledging, announcing, busy, scheduling, starting, steady, weighing
from tests.bench.accepting import Accepting
from tests.bench.acknowledging import Acknowledging
from tests.bench.busy import Busy
from tests.bench.figures import Ratios, Times, first
from tests.bench.scheduling import Scheduling
from tests.bench.starting import Starting
from tests.bench.steady import Steady
from tests.bench.weighing import Weighing

ROUNDS = 10
SOAK = 60.0
"""Real seconds of traffic while memory is watched; an hour is asked for by hand."""


@dataclass(frozen=True, slots=True)
class Results:
    """One run: the rounds of each contest, what the bot adds between a webhook and its post, and what it weighs."""

    acknowledging: list[Acknowledging]
    accepting: list[Accepting]
    announcing: Times
    scheduling: list[Scheduling]
    starting: list[Starting]
    steady: list[Steady]
    busy: list[Busy]
    weighing: Weighing

    @property
    def ratios(self) -> dict[str, Ratios]:
        """What is compared, each round with the control of the same round."""
        return {
            "command_times_faster_than_default_bolt": Ratios.of(each.faster_than_default for each in self.acknowledging),
            "command_times_as_long_as_bolt_before_response": Ratios.of(each.of_pbr for each in self.acknowledging),
            "command_times_as_long_as_bolt_that_keeps": Ratios.of(each.of_keeping for each in self.acknowledging),
            "command_times_as_long_as_the_least_that_keeps": Ratios.of(each.of_least for each in self.acknowledging),
            "least_that_keeps_times_as_long_as_bolt_before_response": Ratios.of(each.least_of_pbr for each in self.acknowledging),
            "webhooks_share_of_bare_starlette": Ratios.of(each.share for each in self.accepting),
            "lateness_share_of_sqlalchemy_store": Ratios.of(each.of_sqlalchemy for each in self.scheduling),
            "tail_of_lateness_times_apscheduler_alone": Ratios.of(each.of_alone for each in self.scheduling),
            "crowd_share_of_sqlalchemy_store": Ratios.of(each.crowd_of_sqlalchemy for each in self.scheduling),
            "added_times_sqlalchemy_store": Ratios.of(each.added_of_sqlalchemy for each in self.scheduling),
            "added_in_batches_times_sqlalchemy_store": Ratios.of(each.together_of_sqlalchemy for each in self.scheduling),
            "start_times_as_long_with_a_full_store": Ratios.of(each.longer for each in self.starting),
            "webhook_median_times_as_long_while_the_provider_hangs": Ratios.of(each.middle for each in self.steady),
            "webhook_tail_times_as_long_while_the_provider_hangs": Ratios.of(each.tail for each in self.steady),
            "command_tail_times_as_long_at_work": Ratios.of(each.tail for each in self.busy),
            "command_median_times_as_long_at_work": Ratios.of(each.middle for each in self.busy),
        }


def run(*, rounds: int, soak: float) -> Results:
    """Measure everything, each contest on a fresh database; about five minutes and the soak."""
    with ExitStack() as stack:
        fresh = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in fields(Results))
        return Results(
            first(rounds, acknowledging.measure(next(fresh), bursts=2)),
            first(rounds, accepting.measure(next(fresh), webhooks=4000)),
            announcing.measure(next(fresh), posts=200),
            first(rounds, scheduling.measure(next(fresh))),
            first(rounds, starting.measure(next(fresh))),
            first(rounds, steady.measure(next(fresh), turns=8)),
            first(rounds, busy.measure(next(fresh))),
            weighing.measure(next(fresh), seconds=soak),
        )


def table(results: Results) -> str:
    """The figures for people: what was compared, what was wanted, what came out; every round, since machines are noisy."""
    faster, longer, of_keeping, of_least, least, share = list(results.ratios.values())[:6]
    commands, webhooks = results.acknowledging, results.accepting
    lines = [
        "Slash command to acknowledgement, signed HTTP, one kept connection, request row committed",
        *(
            f"  Bolt default {r.default}; before response {r.pbr}; keeping {r.keeping}; least {r.least}; ours {r.ours}"
            for r in commands
        ),
        f"  = times faster than Bolt's default mode: {faster}, wanted at least {acknowledging.TIMES_FASTER}",
        f"    by round: {_list(r.faster_than_default for r in commands)}",
        f"  = times as long as Bolt before response: {longer}, wanted at most {acknowledging.TIMES_AS_LONG}",
        f"    by round: {_list(r.of_pbr for r in commands)}",
        f"  = times as long as it where it keeps the request: {of_keeping}, wanted at most {acknowledging.AS_LONG_AS_KEPT}",
        f"  = times as long as the least that proves a command and keeps it: {of_least}, "
        f"wanted at most {acknowledging.AS_LONG_AS_LEAST}",
        f"    which itself takes times as long as Bolt before response: {least}",
        f"Webhooks committed and answered, {accepting.CONNECTIONS} kept connections, {accepting.STREAMS} streams",
        *(
            f"  bare Starlette {r.bare}; ours {r.ours}; disk alone {r.floor}; the rest opened {r.drained_after:.2f} s later"
            for r in webhooks
        ),
        f"  = share of bare Starlette's rate: {share}, wanted at least {accepting.SHARE}",
        f"    by round: {_list(r.share for r in webhooks)}",
        "Webhook sent to its Slack post at Slack's door, Slack's own pace left out",
        f"  {results.announcing}",
        *_of_schedule(results),
        *_of_trouble(results),
        *_of_memory(results.weighing),
    ]
    return "\n".join(lines)


def _of_schedule(results: Results) -> list[str]:
    rounds, at_least = results.scheduling, "at least {:g}".format
    at_most, said = "at most {:g}".format, partial(_ratio, results)
    return [
        f"How late a cue rings, {scheduling.OURS} in the store; APScheduler on SQLAlchemy with {scheduling.THEIRS}, and alone",
        *(f"  ours {r.ours}; SQLAlchemy {r.sqlalchemy}; alone {r.alone}" for r in rounds),
        said("median as a share of SQLAlchemy's", "lateness_share_of_sqlalchemy_store", at_most(scheduling.MEDIAN)),
        said("p99 times that of APScheduler alone", "tail_of_lateness_times_apscheduler_alone", at_most(scheduling.TAIL)),
        f"{scheduling.AT_ONCE} due at one instant, until the last rings",
        *(f"  ours {r.crowd * 1000:.0f} ms; SQLAlchemy {r.sqlalchemy_crowd * 1000:.0f} ms" for r in rounds),
        said("share of SQLAlchemy's time", "crowd_share_of_sqlalchemy_store", f"below {scheduling.CROWD:g}"),
        f"Cues added and committed per second, one at a time and by {scheduling.BATCH}",
        *(f"  ours {r.added:.0f} and {r.added_together:.0f}; SQLAlchemy {r.sqlalchemy_added:.0f}" for r in rounds),
        said("times SQLAlchemy's rate", "added_times_sqlalchemy_store", at_least(scheduling.ADDED)),
        said("in batches", "added_in_batches_times_sqlalchemy_store", at_least(scheduling.ADDED_TOGETHER)),
        f"From process start to well, {starting.OPERATIONS} cues in the store and none",
        *(f"  {r.filled:.2f} s; empty {r.empty:.2f} s" for r in results.starting),
        said("times as long", "start_times_as_long_with_a_full_store", at_most(starting.TIMES_AS_LONG)),
    ]


def _of_trouble(results: Results) -> list[str]:
    at_most, said = "at most {:g}".format, partial(_ratio, results)
    return [
        f"Webhooks at {steady.PER_SECOND} a second while the provider hangs, and while it answers",
        *(f"  hanging {r.hanging}; answering {r.answering}" for r in results.steady),
        said("median times as long", "webhook_median_times_as_long_while_the_provider_hangs", at_most(steady.NO_DIFFERENCE)),
        said("p99 times as long", "webhook_tail_times_as_long_while_the_provider_hangs", at_most(steady.SAME_TAIL)),
        f"Slash command to acknowledgement while {busy.RUNNING} shows go live and the provider hangs, and idle",
        *(f"  at work {r.busy}; idle {r.idle}; {r.running} still under way" for r in results.busy),
        said("p99 times as long", "command_tail_times_as_long_at_work", at_most(busy.TIMES_AS_LONG)),
        said("median times as long", "command_median_times_as_long_at_work"),
    ]


def _ratio(results: Results, what: str, name: str, wanted: str = "") -> str:
    return f"  = {what}: {results.ratios[name]}" + (f", wanted {wanted}" if wanted else "")


def _of_memory(weighed: Weighing) -> list[str]:
    return [
        f"Resident memory with {weighing.STORED} shows stored and {weighing.LIVE} on air",
        f"  {weighed.full:.0f} MB, expected below {weighing.EXPECTED}; without any show {weighed.empty:.0f} MB",
        f"  through {weighed.seconds:.0f} s with {weighed.served} webhooks and commands: {weighing.shape(weighed.soak)} MB",
        f"  = last third times the second: {weighed.growth:.3f}, wanted at most {weighing.GROWTH}",
    ]


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each contest (default {ROUNDS})")
    parser.add_argument(
        "--soak", type=float, default=SOAK, metavar="SECONDS", help=f"of traffic while memory is watched ({SOAK:.0f})"
    )
    asked = parser.parse_args(argv)
    results = run(rounds=asked.rounds, soak=asked.soak)
    print(table(results))  # noqa: T201 - what it is for
    if asked.json is not None:
        asked.json.write_text(
            json.dumps({**asdict(results), "ratios": {name: asdict(each) for name, each in results.ratios.items()}}, indent=2)
            + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
