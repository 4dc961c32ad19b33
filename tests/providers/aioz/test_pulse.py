"""Whether pictures arrive, where the vendor does not say so: what moves, what stands still, and what a word proves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import PageState, Quality
from bot.providers.aioz.pulse import MOST_REMEMBERED, Pulses, Vitals
from tests.providers.aioz.conftest import Radio
from tests.providers.conftest import SHOWTIME

PATIENCE = timedelta(seconds=45)
Felt = tuple[int, float | None, float | None]


def at(second: float, duration: float | None = None, kbps: float | None = None) -> Vitals:
    """Seconds after the start, seconds of duration, kbit/s."""
    return Vitals(SHOWTIME + timedelta(seconds=second), None if duration is None else duration * 1000, None, kbps)


def signals(*looks: Felt, phase: PageState | None = PageState.LIVE) -> list[bool | None]:
    pulses = Pulses(PATIENCE)
    return [pulses.feel("a", at(*look), phase).signal for look in looks]


def test_a_duration_that_rises_is_a_signal_from_the_second_look_on() -> None:
    assert signals((0, 100, None), (10, 110, None), (20, 120, None)) == [None, True, True]


def test_a_duration_that_stands_still_is_a_loss_after_the_detection_time() -> None:
    assert signals((0, 100, None), (10, 110, None), (30, 110, None), (54, 110, None), (55, 110, None)) == [
        None,
        True,
        True,
        True,
        False,
    ]


def test_the_first_look_is_judged_by_the_statistic() -> None:
    assert signals((0, 100, 2900)) == [True]
    assert signals((0, None, 2900)) == [True]
    assert signals((0, 100, 0)) == [None]
    assert signals((0, 0, 0)) == [False]


def test_a_bitrate_that_is_left_over_is_no_signal_for_long() -> None:
    assert signals((0, 100, 2900), (40, 100, 2900), (50, 100, 2900), (90, 100, 2900)) == [True, True, False, False]


def test_a_bitrate_that_varies_is_a_signal_also_where_the_duration_is_written_at_the_end() -> None:
    assert signals((0, None, 2900), (60, None, 2950), (120, None, 2890)) == [True, True, True]


def test_a_bitrate_that_falls_to_nothing_is_no_sign_of_life() -> None:
    assert signals((0, 100, 2900), (20, 100, 0), (50, 100, 0)) == [True, True, False]


def test_nothing_to_go_by_is_not_guessed_and_in_time_is_none() -> None:
    assert signals((0, 100, None), (44, 100, None), (45, 100, None)) == [None, None, False]


def test_what_waits_for_its_first_picture_has_no_signal() -> None:
    assert signals((0, 0, None), (10, 0, 0), phase=PageState.PENDING) == [False, False]
    assert signals((0, None, None), phase=PageState.PENDING) == [False]


def test_what_is_over_has_no_signal_although_its_duration_goes_on() -> None:
    pulses = Pulses(PATIENCE)
    pulses.feel("a", at(0, 100, 2900), PageState.LIVE)

    assert pulses.feel("a", at(10, 110, 2900), PageState.FINISHED).signal is False
    assert pulses.feel("a", at(20, 120, 2900), PageState.FINISHED).signal is False


def test_under_a_word_that_nobody_knows_a_duration_counts_only_where_the_statistic_does_not_deny_it() -> None:
    assert signals((0, 100, None), (10, 110, None), phase=None) == [None, True]
    assert signals((0, 100, 2900), (10, 110, 2900), phase=None) == [True, True]
    assert signals((0, 100, 0), (10, 110, 0), (50, 150, 0), phase=None) == [None, None, False]


def test_a_look_that_was_overtaken_changes_nothing() -> None:
    assert signals((0, 100, None), (10, 110, None), (5, 90, None), (12, 111, None)) == [None, True, True, True]


def test_a_duration_that_begins_anew_is_not_a_loss_by_itself() -> None:
    assert signals((0, 100, None), (10, 110, None), (20, 3, None), (30, 13, None)) == [None, True, True, True]


@pytest.mark.parametrize(
    ("before", "now", "evidence"),
    [
        ((0, 100, None), (14, 114, None), "duration +14 s"),
        ((0, 100, None), (1, 100.4, None), "duration rises"),
        ((0, None, 2800), (10, None, 2900), "2,900 kbit/s in"),
    ],
)
def test_it_is_said_from_what_a_signal_is_inferred(before: Felt, now: Felt, evidence: str) -> None:
    pulses = Pulses(PATIENCE)
    pulses.feel("a", at(*before), PageState.LIVE)

    assert pulses.feel("a", at(*now), PageState.LIVE).evidence == evidence


def test_streamings_are_felt_apart_and_the_oldest_are_forgotten() -> None:
    pulses = Pulses(PATIENCE)
    for number in range(MOST_REMEMBERED + 1):
        pulses.feel(str(number), at(0, 100), PageState.LIVE)

    assert pulses.feel("0", at(10, 110), PageState.LIVE).signal is None
    assert pulses.feel(str(MOST_REMEMBERED), at(10, 110), PageState.LIVE).signal is True


# -- at the simulated vendor
async def test_a_show_is_seen_to_wait_to_be_live_and_to_be_over(radio: Radio) -> None:
    key = await radio.key()
    page = (await radio.streaming(key)).id
    waiting = await radio.aioz.look(key, page=page)
    await radio.push(key)
    live = (await radio.looks(key, page, 30))[-1]
    radio.cloud.drop_signal(key)
    lost = await radio.looks(key, page, 240)

    assert (waiting.signal, waiting.page_state, waiting.recording, waiting.trouble) == (False, "pending", False, "")
    assert (live.signal, live.page_state, live.recording, live.evidence) == (True, "live", True, "duration +10 s")
    assert live.quality == Quality(fps=50.0, kbps=2900.0)
    assert (lost[0].signal, lost[-1].signal, lost[-1].page_state, lost[-1].recording) == (True, False, "finished", False)
    known_after = next(number for number, seen in enumerate(lost) if seen.signal is False) * 10
    assert known_after <= PATIENCE.total_seconds() + 20


async def test_a_show_that_is_not_saved_is_not_called_recorded(radio: Radio) -> None:
    key, page = await radio.on_air(save=False)

    assert (await radio.aioz.look(key, page=page)).recording is False


async def test_a_short_drop_is_bridged(radio: Radio) -> None:
    key, page = await radio.on_air()
    radio.cloud.drop_signal(key)
    dropped = await radio.looks(key, page, 20)
    await radio.push(key)
    back = await radio.looks(key, page, 60)

    assert {seen.signal for seen in (*dropped, *back)} == {True}


async def test_a_status_word_that_nobody_knows_is_shown_as_it_is(radio: Radio) -> None:
    radio.cloud.habits.status_live = "broadcasting"
    key, page = await radio.on_air()

    seen = await radio.aioz.look(key, page=page)
    assert (seen.page_state, seen.trouble) == ("broadcasting", "AIOZ calls the streaming “broadcasting”")


async def test_without_a_statistic_the_duration_is_enough(radio: Radio) -> None:
    radio.cloud.habits.statistics_missing = True
    key, page = await radio.on_air()

    seen = await radio.aioz.look(key, page=page)
    assert (seen.signal, seen.quality) == (True, None)


async def test_a_statistic_that_fails_does_not_hide_the_streaming(radio: Radio) -> None:
    key, page = await radio.on_air()
    radio.cloud.refuse_next("/api/live_streams/statistic/*", status=500)

    assert (await radio.aioz.look(key, page=page)).signal is True


async def test_a_vendor_that_counts_by_the_clock_and_ends_at_once_is_believed_about_the_end(radio: Radio) -> None:
    radio.cloud.habits.duration_counts, radio.cloud.habits.end_delay = "clock", 0
    radio.cloud.habits.statistics_stay = True
    key, page = await radio.on_air()
    radio.cloud.drop_signal(key)

    seen = await radio.looks(key, page, 30)
    assert [(look.signal, look.page_state) for look in seen] == [(False, "finished")] * 3


@pytest.mark.parametrize(("hidden", "state"), [(False, "finished"), (True, "gone")])
async def test_an_encoder_that_comes_back_to_another_streaming_is_told_as_that(radio: Radio, hidden: bool, state: str) -> None:
    radio.cloud.habits.end_delay, radio.cloud.habits.over_is_hidden = 0, hidden
    key, page = await radio.on_air()
    radio.cloud.drop_signal(key)
    await radio.later(30)
    assert (await radio.aioz.look(key, page=page)).signal is False
    await radio.push(key)

    seen = (await radio.looks(key, page, 40))[-1]

    assert (seen.signal, seen.page_state) == (True, state)
    assert "another streaming on this key" in (seen.trouble or "")


async def test_a_key_is_looked_at_by_whatever_is_streamed_on_it(radio: Radio) -> None:
    silent = await radio.aioz.look(await radio.key("silent"))
    key, _ = await radio.on_air()
    live = await radio.aioz.look(key)
    radio.cloud.refuse_next("*/streamings", status=500)
    unknown = await radio.aioz.look(key)

    assert (silent.signal, silent.name, silent.enabled) == (False, "silent", None)
    assert (live.signal, live.name) == (True, "radio one")
    assert (unknown.signal, unknown.gone) == (None, False)
