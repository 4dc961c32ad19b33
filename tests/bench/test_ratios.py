"""The figures that are promised, as ratios to controls of the same run.

Other programs use this machine too. So each turn of ours is held against the control's turn right before it, the median over these
pairs counts, and where it misses what is promised more pairs are measured, of which all count: one disturbed pair decides nothing,
and what really became slower misses with any number of pairs.

That a command takes at most 2.5 times as long as with a Bolt that stores nothing is told by `make bench` and not asserted: the
least that can prove a command and keep it, without Bolt, router or thread, takes longer than that itself, as the disk alone takes
as long as all of that Bolt. Asserted is what the bot adds to that least, and that it is answered sooner than by a
Bolt that keeps the request as well.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from pathlib import Path

from tests.bench import accepting, acknowledging, announcing, busy, scheduling, starting, steady, weighing
from tests.bench.accepting import SHARE, Accepting
from tests.bench.acknowledging import AS_LONG_AS_KEPT, AS_LONG_AS_LEAST, TIMES_FASTER, Acknowledging
from tests.bench.busy import Busy
from tests.bench.figures import Ratios, Round
from tests.bench.scheduling import Scheduling
from tests.bench.starting import Starting
from tests.bench.steady import Steady

PAIRS, TRIES = 5, 4
"""Pairs that are measured at a time, and how often at most."""


def test_a_command_is_acknowledged_ten_times_faster_than_by_bolt_as_it_comes(tmp_path: Path) -> None:
    def faster(rounds: list[Acknowledging]) -> bool:
        return Ratios.of(each.faster_than_default for each in rounds).median >= TIMES_FASTER

    def as_long(rounds: list[Acknowledging]) -> bool:
        of_kept = ratio(rounds, lambda r: r.of_keeping) <= AS_LONG_AS_KEPT
        return of_kept and ratio(rounds, lambda r: r.of_least) <= AS_LONG_AS_LEAST

    rounds = until(acknowledging.measure(tmp_path, bursts=1), lambda found: faster(found) and as_long(found))
    assert faster(rounds), rounds
    assert as_long(rounds), rounds


def test_webhooks_are_committed_at_nearly_half_the_rate_at_which_starlette_forgets_them(tmp_path: Path) -> None:
    def keeps_up(rounds: list[Accepting]) -> bool:
        return Ratios.of(each.share for each in rounds).median >= SHARE

    rounds = until(accepting.measure(tmp_path, webhooks=4000), keeps_up)
    assert keeps_up(rounds), rounds


def test_every_webhook_of_a_stream_that_went_live_becomes_its_post(tmp_path: Path) -> None:
    assert announcing.measure(tmp_path, posts=20).tries == 20


def test_a_cue_rings_no_later_than_on_the_store_that_apscheduler_brings_with_a_tenth_of_the_cues(tmp_path: Path) -> None:
    def misses(rounds: list[Scheduling]) -> list[str]:
        kept = {
            "median lateness beside SQLAlchemy's": ratio(rounds, lambda r: r.of_sqlalchemy) <= scheduling.MEDIAN,
            "tail beside APScheduler alone": ratio(rounds, lambda r: r.of_alone) <= scheduling.TAIL,
            "500 due at once": ratio(rounds, lambda r: r.crowd_of_sqlalchemy) < scheduling.CROWD,
            "adding one at a time": ratio(rounds, lambda r: r.added_of_sqlalchemy) >= scheduling.ADDED,
            "adding in batches": ratio(rounds, lambda r: r.together_of_sqlalchemy) >= scheduling.ADDED_TOGETHER,
        }
        return [what for what, holds in kept.items() if not holds]

    rounds = until(scheduling.measure(tmp_path), lambda found: not misses(found), pairs=3)
    assert misses(rounds) == [], rounds


def test_the_bot_starts_with_a_hundred_thousand_cues_nearly_as_fast_as_with_none(tmp_path: Path) -> None:
    def soon(rounds: list[Starting]) -> bool:
        return ratio(rounds, lambda r: r.longer) <= starting.TIMES_AS_LONG

    rounds = until(starting.measure(tmp_path), soon, pairs=3)
    assert soon(rounds), rounds


def test_webhooks_are_answered_as_fast_while_the_provider_hangs(tmp_path: Path) -> None:
    def alike(rounds: list[Steady]) -> bool:
        tail = ratio(rounds, lambda r: r.tail) <= steady.SAME_TAIL
        return tail and ratio(rounds, lambda r: r.middle) <= steady.NO_DIFFERENCE

    rounds = until(steady.measure(tmp_path, turns=3), alike)
    assert alike(rounds), rounds


def test_a_command_is_acknowledged_while_two_hundred_shows_go_live_and_the_provider_hangs(tmp_path: Path) -> None:
    def in_time(rounds: list[Busy]) -> bool:
        return ratio(rounds, lambda r: r.tail) <= busy.TIMES_AS_LONG

    rounds = until(busy.measure(tmp_path, bursts=4), in_time)
    assert in_time(rounds), rounds
    assert min(each.running for each in rounds) >= 0.9 * busy.RUNNING, rounds


def test_memory_does_not_grow_with_shows_nor_with_traffic(tmp_path: Path) -> None:
    weighed = weighing.measure(tmp_path, seconds=12, hurry=5)  # the traffic of a minute
    assert weighed.growth <= weighing.GROWTH, weighed
    assert weighed.heavier <= weighing.TIMES_AS_HEAVY, weighed


def ratio(rounds: list[Round], of: Callable[[Round], float]) -> float:
    """The median over the pairs."""
    return Ratios.of(map(of, rounds)).median


def until(contest: Generator[Round], holds: Callable[[list[Round]], bool], *, pairs: int = PAIRS) -> list[Round]:
    """Pairs until it holds for all of them together, or there were enough."""
    found: list[Round] = []
    with closing(contest):
        for _ in range(TRIES):
            found += islice(contest, pairs)
            if holds(found):
                break
    return found
