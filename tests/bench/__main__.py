"""`python -m tests.bench`: measure everything, print a table in plain words, and write the figures as JSON where asked."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import accepting, acknowledging, announcing
from tests.bench.accepting import Accepting
from tests.bench.acknowledging import Acknowledging
from tests.bench.figures import Ratios, Times, first

ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Results:
    """One run: the rounds of each contest, and what the bot adds between a webhook and its post."""

    acknowledging: list[Acknowledging]
    accepting: list[Accepting]
    announcing: Times

    @property
    def ratios(self) -> dict[str, Ratios]:
        """What is compared, each round with the control of the same round."""
        return {
            "command_times_faster_than_default_bolt": Ratios.of(each.faster_than_default for each in self.acknowledging),
            "command_times_as_long_as_bolt_before_response": Ratios.of(each.of_pbr for each in self.acknowledging),
            "the_same_but_for_the_disk": Ratios.of(each.of_pbr_but_for_the_disk for each in self.acknowledging),
            "webhooks_share_of_bare_starlette": Ratios.of(each.share for each in self.accepting),
        }


def run(*, rounds: int) -> Results:
    """Measure everything, each contest on a fresh database; about a minute."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two, tempfile.TemporaryDirectory() as three:
        return Results(
            first(rounds, acknowledging.measure(Path(one), bursts=2)),
            first(rounds, accepting.measure(Path(two), webhooks=4000)),
            announcing.measure(Path(three), posts=200),
        )


def table(results: Results) -> str:
    """The figures for people: what was compared, what was wanted, what came out; every round, since machines are noisy."""
    faster, longer, but_for_the_disk, share = results.ratios.values()
    commands, webhooks = results.acknowledging, results.accepting
    lines = [
        "Slash command to acknowledgement, signed HTTP, one kept connection, request row committed",
        *(f"  Bolt default {r.default}; Bolt before response {r.pbr}; ours {r.ours}; disk alone {r.floor}" for r in commands),
        f"  = times faster than Bolt's default mode: {faster}, wanted at least {acknowledging.TIMES_FASTER}",
        f"    by round: {_list(r.faster_than_default for r in commands)}",
        f"  = times as long as Bolt before response: {longer}, wanted at most {acknowledging.TIMES_AS_LONG}",
        f"    by round: {_list(r.of_pbr for r in commands)}",
        f"    without the disk's own time: {but_for_the_disk}",
        f"Webhooks committed and answered, {accepting.CONNECTIONS} kept connections, {accepting.STREAMS} streams",
        *(
            f"  bare Starlette {r.bare}; ours {r.ours}; disk alone {r.floor}; the rest opened {r.drained_after:.2f} s later"
            for r in webhooks
        ),
        f"  = share of bare Starlette's rate: {share}, wanted at least {accepting.SHARE}, hoped for {accepting.HOPED}",
        f"    by round: {_list(r.share for r in webhooks)}",
        "Webhook sent to its Slack post at Slack's door, Slack's own pace left out",
        f"  {results.announcing}",
    ]
    return "\n".join(lines)


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there as well")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each contest (default {ROUNDS})")
    asked = parser.parse_args(argv)
    results = run(rounds=asked.rounds)
    print(table(results))  # noqa: T201 - what it is for
    if asked.json is not None:
        asked.json.write_text(
            json.dumps({**asdict(results), "ratios": {name: asdict(each) for name, each in results.ratios.items()}}, indent=2)
            + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
