"""What is told of a stream: each change once, whoever saw it, and never what a look of ours does not bear out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Change, ChangeKind, Look, Quality, Seen, Source, StreamKey
from bot.show.changes import STRAGGLING, blind, changes, forgetting, unanswered

SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CHURCH = StreamKey("gcore", "101")


def after(seconds: float) -> datetime:
    return SUNDAY + timedelta(seconds=seconds)


def look(seconds: float, **saw: Any) -> Look:
    return Look(CHURCH, after(seconds), Source.LOOK, **{"enabled": True, "signal": False, "recording": False, **saw})


def webhook(seconds: float, **said: Any) -> Look:
    return Look(CHURCH, after(seconds), Source.WEBHOOK, **said)


def watch(*reports: Look, before: Seen | None = None) -> tuple[Seen, list[Change]]:
    """What is known and what was told after these reports, each handled at the moment it speaks of."""
    seen, told = before, list[Change]()
    for report in reports:
        seen, found = changes(seen, report, report.at)
        told += found
    assert seen is not None
    return seen, told


def said(told: Iterable[Change]) -> list[tuple[str, bool | str]]:
    return [(change.kind.value, change.value) for change in told]


# -- the first sight
def test_the_first_look_is_a_silent_baseline_even_of_a_stream_that_is_on() -> None:
    seen, told = watch(look(0, signal=True, recording=True, page="7", page_state="live"))
    assert told == []
    assert (seen.signal, seen.recording, seen.pages) == (True, True, {"7": "live"})
    assert seen.since["signal"] == after(0)


def test_a_first_sight_by_webhook_is_compared_with_everything_off() -> None:
    seen, told = watch(webhook(0, signal=True, recording=False))
    assert said(told) == [("signal", True)]
    assert (told[0].source, told[0].at) == (Source.WEBHOOK, after(0))
    assert seen.heard_at == after(0)
    assert seen.looked_at is None


def test_what_a_webhook_could_not_tell_is_learnt_silently_by_the_first_look() -> None:
    _, told = watch(webhook(0, signal=True), look(1, signal=True, enabled=True))
    assert said(told) == [("signal", True)]


# -- once
def test_live_true_said_four_times_is_one_change() -> None:
    _, told = watch(look(0), *(webhook(10 + second, signal=True) for second in range(4)), look(20, signal=True))
    assert said(told) == [("signal", True)]


def test_a_look_of_ours_confirms_silently_what_a_webhook_told() -> None:
    seen, told = watch(look(0), webhook(10, signal=True, recording=True), look(11, signal=True, recording=True))
    assert said(told) == [("signal", True), ("recording", True)]
    assert seen.since["signal"] == after(10)


def test_the_page_goes_through_its_states_one_change_each() -> None:
    pages = [look(second, page="7", page_state=state) for second, state in enumerate(("pending", "live", "live", "finished"))]
    _, told = watch(*pages)
    assert said(told) == [("page", "live"), ("page", "finished")]
    assert {change.page for change in told} == {"7"}
    assert told[0].before == "pending"


# -- doubt
def test_live_false_by_webhook_raises_a_doubt_and_waits_for_a_look() -> None:
    seen, told = watch(look(0, signal=True), webhook(60, signal=False))
    assert told == []
    assert seen.signal is True
    assert seen.doubts["signal"].value is False

    off, told = watch(look(61), before=seen)
    assert said(told) == [("signal", False)]
    assert told[0].source is Source.LOOK
    assert off.doubts == {}


def test_the_backup_is_up_so_the_doubt_is_laid_without_a_word() -> None:
    seen, told = watch(look(0, signal=True), webhook(60, signal=False), look(61, signal=True, backup=True))
    assert told == []
    assert seen.doubts == {}


def test_a_webhook_that_arrives_in_reversed_order_does_not_take_the_page_off() -> None:
    before, _ = watch(look(0, page="7", page_state="finished"))
    seen, told = watch(webhook(60, page="7", page_state="live"), webhook(61, page="7", page_state="finished"), before=before)
    assert told == []
    _, told = watch(look(62, page="7", page_state="live"), before=seen)
    assert said(told) == [("page", "live")]


def test_a_page_changes_only_on_a_look_of_ours_because_webhooks_are_unsigned() -> None:
    before, _ = watch(look(0, page="7", page_state="pending"))
    seen, told = watch(webhook(60, page="7", page_state="live"), before=before)
    assert (told, seen.pages["7"]) == ([], "pending")
    _, told = watch(look(61, page="7", page_state="pending"), before=seen)
    assert told == []


def test_of_two_claims_in_doubt_the_newer_one_is_kept() -> None:
    seen, _ = watch(
        look(0, page="7", page_state="pending"),
        webhook(60, page="7", page_state="live"),
        webhook(61, page="7", page_state="paused"),
        webhook(62, page="7", page_state="finished"),
        webhook(63, page="7", page_state="finished"),
    )
    assert (seen.doubts["page:7"].value, seen.doubts["page:7"].at) == ("finished", after(62))


def test_a_doubt_ends_when_the_webhook_takes_it_back() -> None:
    seen, told = watch(look(0, signal=True), webhook(60, signal=False), webhook(61, signal=True))
    assert (said(told), seen.doubts) == ([], {})


# -- stragglers
def test_a_webhook_that_says_again_what_was_before_waits_for_a_look() -> None:
    seen, told = watch(look(0), webhook(60, recording=True), look(61, recording=True), look(300))
    assert said(told) == [("recording", True), ("recording", False)]

    doubtful, told = watch(webhook(340, recording=True), before=seen)
    assert (told, doubtful.recording) == ([], False)
    _, told = watch(look(340), before=doubtful)
    assert told == []
    _, told = watch(look(340, recording=True), before=doubtful)
    assert said(told) == [("recording", True)]


def test_what_a_stream_never_had_while_we_knew_it_is_told_at_once() -> None:
    _, told = watch(look(0), webhook(1, signal=True), webhook(2, signal=True, recording=True))
    assert said(told) == [("signal", True), ("recording", True)]
    assert {change.source for change in told} == {Source.WEBHOOK}


def test_a_day_later_nothing_is_on_its_way_any_more() -> None:
    seen, _ = watch(look(0), webhook(60, recording=True), look(300))
    day = STRAGGLING.total_seconds()
    assert said(watch(webhook(299 + day, recording=True), before=seen)[1]) == []
    assert said(watch(webhook(300 + day, recording=True), before=seen)[1]) == [("recording", True)]


def test_a_webhook_that_lay_unopened_while_we_looked_waits_for_another_look() -> None:
    seen, _ = watch(look(0), look(20))
    seen, told = changes(seen, webhook(10, recording=True), after(21))
    assert told == ()
    assert seen.doubts["recording"].value is True


def test_a_look_that_began_before_a_doubt_does_not_lay_it() -> None:
    seen, _ = watch(look(0, signal=True), webhook(60, signal=False))
    for saw in (True, False):
        known, told = changes(seen, look(59, signal=saw), after(61))
        assert told == ()
        assert known.doubts == seen.doubts


def test_a_look_that_hangs_leaves_it_to_be_told_as_reported() -> None:
    seen, _ = watch(look(0, signal=True), webhook(60, signal=False))
    assert unanswered(seen, after(61)) == (seen, ())
    reported, told = unanswered(seen, after(62))
    assert [(change.value, change.confirmed) for change in told] == [(False, False)]
    assert (reported.signal, reported.doubts, reported.blind_since) == (False, {}, None)


def test_pages_of_shows_that_are_over_are_forgotten_with_all_that_was_known_of_them() -> None:
    seen, _ = watch(*(look(second, page=page, page_state=state) for second, (page, state) in enumerate(PAGES)))
    seen, _ = watch(webhook(10, page="8", page_state="live"), webhook(10, page="7", page_state="live"), before=seen)
    kept = forgetting(seen, {"8", ""})
    assert (kept.pages, set(kept.doubts)) == ({"8": "pending"}, {"page:8"})
    assert {fact for fact in (*kept.since, *kept.turned) if "page" in fact} == {"page:8"}
    assert forgetting(kept, {"8"}) == kept


PAGES = (("7", "pending"), ("7", "finished"), ("8", "pending"))


# -- our look decides
def test_a_look_overrides_what_a_webhook_told() -> None:
    seen, told = watch(look(0), webhook(60, signal=True), look(61, signal=False))
    assert said(told) == [("signal", True), ("signal", False)]
    assert seen.signal is False


def test_a_look_that_began_before_the_webhook_does_not_contradict_it() -> None:
    seen, _ = watch(look(0), webhook(60, signal=True))
    seen, told = changes(seen, look(59, signal=False), after(61))
    assert told == ()
    assert seen.signal is True


def test_a_look_that_a_younger_look_overtook_is_history() -> None:
    seen, _ = watch(look(0, signal=True), look(10, signal=True))
    late, told = changes(seen, look(9, signal=False), after(11))
    assert told == ()
    assert late == seen


# -- blind
def test_a_blind_look_tells_an_old_doubt_once_as_reported_not_confirmed() -> None:
    seen, _ = watch(look(0, signal=True), webhook(60, signal=False))
    seen, told = blind(seen, seen, after(61))
    assert told == ()
    assert seen.blind_since == after(61)

    seen, told = blind(seen, seen, after(62))
    assert [(change.value, change.confirmed, change.source) for change in told] == [(False, False, Source.WEBHOOK)]
    assert seen.signal is False

    seen, told = blind(seen, seen, after(67))
    assert told == ()
    assert seen.blind_since == after(61)


def test_a_look_that_contradicts_what_was_reported_corrects_it() -> None:
    seen, _ = watch(look(0, signal=True), webhook(60, signal=False))
    seen, _ = blind(seen, seen, after(63))
    seen, told = watch(look(64, signal=True), before=seen)
    assert said(told) == [("signal", True)]
    assert seen.blind_since is None


def test_a_page_in_doubt_is_told_with_its_id_when_nobody_can_see() -> None:
    seen, _ = watch(look(0, page="7", page_state="live"), webhook(3, page="7", page_state="paused"))
    _, told = blind(seen, seen, after(6))
    assert [(change.kind, change.page, change.value) for change in told] == [(ChangeKind.PAGE, "7", "paused")]


def test_blind_from_the_beginning_knows_since_when() -> None:
    seen, told = blind(None, Seen(CHURCH), after(5))
    assert told == ()
    assert (seen.blind_since, seen.signal) == (after(5), None)


# -- gone, and what else is remembered
def test_a_stream_that_is_gone_is_off_in_every_way_since_now() -> None:
    seen, told = watch(look(0, signal=True, recording=True), Look(CHURCH, after(60), Source.LOOK, gone=True))
    assert said(told) == [("gone", True)]
    assert (seen.gone, seen.signal, seen.enabled, seen.recording) == (True, False, False, False)
    assert seen.since["signal"] == after(60)
    seen, told = watch(Look(CHURCH, after(65), Source.LOOK, gone=True), before=seen)
    assert told == []


def test_a_stream_that_comes_back_is_told() -> None:
    seen, told = watch(look(0), Look(CHURCH, after(60), Source.LOOK, gone=True), look(70, signal=True))
    assert said(told) == [("gone", True), ("signal", True), ("enabled", True)]
    assert not seen.gone


def test_a_count_of_viewers_says_nothing_of_the_picture() -> None:
    picture = Quality(1080, 50.0, 5900.0)
    seen, _ = watch(look(0, signal=True, quality=picture, trouble="receiving: late frames"))
    counted, told = watch(Look(CHURCH, after(30), Source.LOOK, viewers=214), before=seen)
    assert told == []
    assert counted == replace(seen, viewers=214, viewers_at=after(30))


# -- any history
FACTS = ("signal", "recording", "enabled")


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, bool], list[tuple[Look, datetime]]]:
    """A stream's true history as its observers report it: late, twice, out of order, or not at all."""
    truth = {fact: draw(st.booleans()) for fact in FACTS}
    reports: list[tuple[Look, datetime]] = []
    for moment in sorted(draw(st.lists(st.integers(0, 200), max_size=12))):
        fact = draw(st.sampled_from(FACTS))
        truth = {**truth, fact: not truth[fact]}
        said = {name: truth[name] for name in FACTS}
        for source in draw(st.lists(st.sampled_from(Source), max_size=3)):
            known: dict[str, Any] = said if source is Source.LOOK else {name: said[name] for name in ("signal", "recording")}
            delay = draw(st.integers(0, 30))
            begun = moment if source is Source.LOOK else moment + delay
            reports.append((Look(CHURCH, after(begun), source, **known), after(moment + delay)))
    return truth, sorted(reports, key=lambda report: report[1])


@settings(deadline=None)
@given(histories())
def test_whatever_was_reported_one_look_of_ours_brings_the_truth_and_nothing_is_told_twice(
    told_by: tuple[dict[str, bool], list[tuple[Look, datetime]]],
) -> None:
    truth, reports = told_by
    seen: Seen | None = None
    known: dict[ChangeKind, bool | str] = {}
    for report, now in [*reports, (look(1000, **truth), after(1000)), (look(1005, **truth), after(1005))]:
        seen, found = changes(seen, report, now)
        for change in found:
            assert change.value != change.before
            assert known.get(change.kind) != change.value, "told twice in a row"
            known[change.kind] = change.value
    assert seen is not None
    assert {fact: getattr(seen, fact) for fact in FACTS} == truth
    for fact in FACTS:
        assert known.get(ChangeKind(fact), truth[fact]) == truth[fact]
    assert seen.doubts == {}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.lists(st.integers(0, 2000), max_size=3)), max_size=8))
def test_however_late_webhooks_come_nothing_is_told_that_was_not_so(turns: list[tuple[int, list[int]]]) -> None:
    """`turns`: how many seconds after the one before recording turns, and how late its webhooks come. Each is looked after."""
    reports: list[tuple[int, bool]] = []
    turned_at, true = [0], [False]
    for pause, delays in turns:
        turned_at.append(turned_at[-1] + pause)
        true.append(not true[-1])
        reports += [(turned_at[-1] + delay, true[-1]) for delay in delays]
    seen, told = watch(look(0))
    for moment, value in [*sorted(reports), (5000, true[-1])]:
        now_true = true[sum(at <= moment for at in turned_at) - 1]
        seen, found = watch(webhook(moment, recording=value), look(moment, recording=now_true), before=seen)
        told += found
    for value in (True, False):
        assert said(told).count(("recording", value)) <= true[1:].count(value)
    assert seen.recording is true[-1]


@settings(deadline=None)
@given(histories(), st.data())
def test_blind_moments_in_between_do_not_make_it_tell_twice_either(
    told_by: tuple[dict[str, bool], list[tuple[Look, datetime]]], data: st.DataObject
) -> None:
    truth, reports = told_by
    seen, _ = changes(None, look(-10, **truth), after(-10))
    known: dict[ChangeKind, bool | str] = {ChangeKind(fact): truth[fact] for fact in FACTS}
    for report, now in [*reports, (look(1000, **truth), after(1000))]:
        steps = [changes(seen, report, now)]
        if data.draw(st.booleans()):
            steps.append(blind(steps[0][0], steps[0][0], now + timedelta(seconds=3)))
        seen = steps[-1][0]
        for _, found in steps:
            for change in found:
                assert known[change.kind] != change.value
                known[change.kind] = change.value
    assert {fact: getattr(seen, fact) for fact in FACTS} == truth


# -- the part that is recorded
def test_a_part_begins_where_the_vendors_count_of_it_says_and_a_count_that_is_rough_is_the_same_part() -> None:
    seen, _ = watch(look(0, signal=True, recording=True, recorded=60.0), look(5, signal=True, recording=True, recorded=63.0))
    assert seen.part_since == after(-60)
    seen, _ = watch(look(3600, signal=True, recording=True, recorded=5.0), before=seen)
    assert seen.part_since == after(3595), "cut into a new part"


def test_of_no_recording_and_of_one_that_is_not_counted_no_part_is_known() -> None:
    counted, _ = watch(look(0, signal=True, recording=True, recorded=60.0))
    assert watch(look(5, signal=True, recording=True), before=counted)[0].part_since is None
    assert watch(look(5, recording=False, recorded=65.0), before=counted)[0].part_since is None


def test_a_clock_that_is_set_back_blinds_no_look() -> None:
    key = StreamKey("gcore", "101")
    later, now = datetime(2026, 11, 22, 11, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)
    seen, _ = changes(Seen(key), Look(key, later, Source.LOOK, signal=True), later)
    seen, found = changes(seen, Look(key, now, Source.LOOK, signal=False), now)
    assert [change.kind for change in found] == [ChangeKind.SIGNAL]
    assert (seen.signal, seen.looked_at, seen.since["signal"]) == (False, now, now)
