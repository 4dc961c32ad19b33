"""The figures that are promised, as ratios to controls of the same run.

Other programs use this machine too. So each turn of ours is held against the control's turn right before it, the median over these
pairs counts, and where it misses what is promised more pairs are measured, of which all count: one disturbed pair decides nothing,
and what really became slower misses with any number of pairs. Beside Bolt that stores nothing, the disk's own time is taken off: it
is the machine's, and alone as long as all of Bolt.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from pathlib import Path

from tests.bench import accepting, acknowledging, announcing
from tests.bench.accepting import SHARE, Accepting
from tests.bench.acknowledging import TIMES_AS_LONG, TIMES_FASTER, Acknowledging
from tests.bench.figures import Ratios, Round

PAIRS, TRIES = 5, 4
"""Pairs that are measured at a time, and how often at most."""


def test_a_command_is_acknowledged_ten_times_faster_than_by_bolt_as_it_comes(tmp_path: Path) -> None:
    def faster(rounds: list[Acknowledging]) -> bool:
        return Ratios.of(each.faster_than_default for each in rounds).median >= TIMES_FASTER

    def as_long(rounds: list[Acknowledging]) -> bool:
        return Ratios.of(each.of_pbr_but_for_the_disk for each in rounds).median <= TIMES_AS_LONG

    rounds = until(acknowledging.measure(tmp_path, bursts=1), lambda found: faster(found) and as_long(found))
    assert faster(rounds), rounds
    assert as_long(rounds), rounds


def test_webhooks_are_committed_at_two_fifths_of_the_rate_at_which_starlette_forgets_them(tmp_path: Path) -> None:
    def keeps_up(rounds: list[Accepting]) -> bool:
        return Ratios.of(each.share for each in rounds).median >= SHARE

    rounds = until(accepting.measure(tmp_path, webhooks=4000), keeps_up)
    assert keeps_up(rounds), rounds


def test_every_webhook_of_a_stream_that_went_live_becomes_its_post(tmp_path: Path) -> None:
    assert announcing.measure(tmp_path, posts=20).tries == 20


def until(contest: Generator[Round], holds: Callable[[list[Round]], bool]) -> list[Round]:
    """Pairs until it holds for all of them together, or there were enough."""
    found: list[Round] = []
    with closing(contest):
        for _ in range(TRIES):
            found += islice(contest, PAIRS)
            if holds(found):
                break
    return found
