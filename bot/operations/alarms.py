"""An outage on air: one alarm however much the signal flaps, a ladder until somebody takes it, and an all-clear at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Alarm, Show
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.stamps import at
from bot.slack.text import escape, mention, usergroup


def tend(draft: Draft, show: Show, figures: Defaults, ring: tuple[str, ...], trouble: str) -> None:
    """Raise, escalate or clear the alarm of a show on air; `trouble` is what is wrong now (empty: nothing).

    An outage that the backup ended is over like any other: once it has held. Only then the backup has an alarm of its own.
    """
    alarm = show.ringing
    if alarm is not None and alarm.kind == "signal" and trouble == "backup":
        _recover(draft, show, alarm, figures)
    elif trouble:
        if alarm is None or alarm.kind != trouble:
            if show.quiet_until is None or draft.now >= show.quiet_until:
                _raise(draft, show, figures, trouble)
        else:
            show = _count_flap(draft, show, alarm, figures)
            _climb(draft, show, show.alarm or alarm, figures, ring)
    elif alarm is not None and not (alarm.kind == "backup" and not alarm.taken_by):
        _recover(draft, show, alarm, figures)


def _raise(draft: Draft, show: Show, figures: Defaults, kind: str) -> None:
    before = show.alarm
    flaps = 0
    if before is not None and draft.now - (before.cleared_at or draft.now) < figures.flap_window:
        flaps = before.flaps + (before.kind == kind)
    alarm = Alarm(kind, draft.now, show.alarms + 1, rung_at=draft.now, flaps=flaps, down_at=_lost_at(draft))
    show = draft.put(replace(show, alarm=alarm, alarms=show.alarms + 1))
    draft.post(notices.alarm(show, draft.now))
    draft.note(show.id, f"alarm {kind}")


def _lost_at(draft: Draft) -> datetime | None:
    seen = draft.seen
    return seen.since.get("signal") if seen is not None and seen.signal is False else None


def _count_flap(draft: Draft, show: Show, alarm: Alarm, figures: Defaults) -> Show:
    """The signal was back for a moment, and went again: the same alarm, but its recovery has to hold for longer."""
    lost = _lost_at(draft)
    if alarm.kind != "signal" or lost is None or alarm.down_at is None or lost <= alarm.down_at:
        return show
    flaps = alarm.flaps + 1 if lost - alarm.down_at < figures.flap_window else 0
    return draft.put(replace(show, alarm=replace(alarm, flaps=flaps, down_at=lost)))


def _climb(draft: Draft, show: Show, alarm: Alarm, figures: Defaults, ring: tuple[str, ...]) -> None:
    """The next rung of the ladder, unless somebody has it or asked for quiet. A claim lapses after 10 min."""
    now = draft.now
    if alarm.quiet_until and now < alarm.quiet_until:
        return
    if alarm.kind == "backup":
        _say_again(draft, show, alarm, figures)
        return
    if alarm.taken_by:
        if alarm.taken_at and now - alarm.taken_at >= figures.claim_lapse:
            lapsed = replace(alarm, taken_by="", taken_at=None, rung_at=now)
            draft.put(replace(show, alarm=lapsed))
            ago = notices.minutes(figures.claim_lapse)
            _ring(draft, show, alarm, f"{mention(alarm.taken_by)} took this {ago} ago and it is still so.")
        return
    if now - (alarm.rung_at or alarm.since) < _pause(alarm.rung, figures):
        return
    climbed = replace(alarm, rung=alarm.rung + 1, rung_at=now)
    draft.put(replace(show, alarm=climbed))
    group = ring if alarm.rung > 0 else ()
    who = " ".join(called(person) for person in group or (show.planned_by,))
    _ring(draft, show, climbed, f"{who}: nobody has taken this yet.")


def _say_again(draft: Draft, show: Show, alarm: Alarm, figures: Defaults) -> None:
    """On the backup there is nothing behind it any more: said again every quarter of an hour, until somebody noted it."""
    if not alarm.taken_by and draft.now - (alarm.rung_at or alarm.since) >= figures.backup_again:
        show = draft.put(replace(show, alarm=replace(alarm, rung=alarm.rung + 1, rung_at=draft.now)))
        draft.post(notices.alarm(show, draft.now))


def _pause(rung: int, figures: Defaults) -> timedelta:
    """How long nothing rings before the next rung; counted from the last ring, so that no silence is made up for at once."""
    if rung >= len(figures.ladder):
        return figures.ladder_every
    return figures.ladder[rung] - (figures.ladder[rung - 1] if rung else timedelta(0))


def _ring(draft: Draft, show: Show, alarm: Alarm, text: str) -> None:
    what = notices.ALARM_WORDS.get(alarm.kind, alarm.kind)
    said = f":rotating_light: *{what}* since {at(alarm.since, show)} — {escape(show.title)} ({show.id}). {text}"
    draft.post(notices.ring(show, alarm, draft.now, said))


def _recover(draft: Draft, show: Show, alarm: Alarm, figures: Defaults) -> None:
    """The all-clear comes only after the recovery has held, longer with every flap."""
    hold = min(figures.recovery_hold * 2 ** min(alarm.flaps, 16), figures.recovery_hold_most)
    seen = draft.seen
    steady = seen.steady_for(draft.now) if seen is not None else timedelta(0)
    if steady < hold:
        return
    draft.put(replace(show, alarm=replace(alarm, cleared_at=draft.now)))
    draft.note(show.id, f"all clear {alarm.kind}")
    back = seen.since.get("signal") if seen is not None else None
    if alarm.kind == "signal" and back is not None and back - alarm.since > figures.quick_return:
        text = (
            f":white_check_mark: *All clear* — {escape(show.title)} ({show.id}): signal back {at(back, show)}, "
            f"gone for {_span(back - alarm.since)}, steady since."
        )
        draft.post(notices.told(show, f"clear-{alarm.number}", draft.now, text))
    elif alarm.kind == "blind":
        text = (
            f":white_check_mark: *All clear* — {escape(show.title)} ({show.id}): I can see the stream again, its signal is steady."
        )
        draft.post(notices.told(show, f"clear-{alarm.number}", draft.now, text))


def called(who: str) -> str:
    """A person or a user group of the ladder, so that their phones ring."""
    return usergroup(who) if who.startswith("S") else mention(who)


def _span(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def claim(draft: Draft, show: Show, by: str) -> Show:
    """Somebody takes the alarm."""
    alarm = show.ringing
    if alarm is None:
        return show
    draft.note(show.id, "alarm taken", by)
    return draft.put(replace(show, alarm=replace(alarm, taken_by=by, taken_at=draft.now)))


def quieten(draft: Draft, show: Show, until: datetime) -> Show:
    """No ringing until then: neither of what rings now, nor of what somebody is about to restart."""
    alarm = show.ringing
    draft.note(show.id, "alarms quiet", "", until.isoformat())
    return draft.put(replace(show, quiet_until=until, alarm=replace(alarm, quiet_until=until) if alarm else show.alarm))
