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
    """Raise, escalate or clear the alarm of a show on air; `trouble` is what is wrong now (empty: nothing)."""
    alarm = show.ringing
    if trouble:
        if alarm is None or alarm.kind != trouble:
            _raise(draft, show, figures, trouble)
        else:
            _climb(draft, show, alarm, figures, ring)
    elif alarm is not None and not (alarm.kind == "backup" and not alarm.taken_by):
        _recover(draft, show, alarm, figures)


def _raise(draft: Draft, show: Show, figures: Defaults, kind: str) -> None:
    before = show.alarm
    recent = before is not None and before.cleared_at is not None and draft.now - before.cleared_at < figures.flap_window
    flaps = before.flaps + 1 if before is not None and recent and before.kind == kind else 0
    alarm = Alarm(kind, draft.now, show.alarms + 1, rung_at=draft.now, flaps=flaps)
    show = draft.put(replace(show, alarm=alarm, alarms=show.alarms + 1))
    draft.post(notices.alarm(show, draft.now))
    draft.note(show.id, f"alarm {kind}")


def _climb(draft: Draft, show: Show, alarm: Alarm, figures: Defaults, ring: tuple[str, ...]) -> None:
    """The next rung of the ladder, unless somebody has it or asked for quiet. A claim lapses after 10 min."""
    now = draft.now
    if alarm.kind == "backup" or (alarm.quiet_until and now < alarm.quiet_until):
        return
    if alarm.taken_by:
        if alarm.taken_at and now - alarm.taken_at >= figures.claim_lapse:
            lapsed = replace(alarm, taken_by="", taken_at=None, rung_at=now)
            draft.put(replace(show, alarm=lapsed))
            _ring(
                draft,
                show,
                alarm,
                f"{mention(alarm.taken_by)} took this {notices.minutes(figures.claim_lapse)} ago and it is still so.",
            )
        return
    if now - alarm.since < _due(alarm, figures):
        return
    climbed = replace(alarm, rung=alarm.rung + 1, rung_at=now)
    draft.put(replace(show, alarm=climbed))
    called = [mention(show.planned_by)] if alarm.rung == 0 else [_name(who) for who in ring] or [mention(show.planned_by)]
    _ring(draft, show, climbed, f"{' '.join(called)}: nobody has taken this yet.")


def _due(alarm: Alarm, figures: Defaults) -> timedelta:
    if alarm.rung < len(figures.ladder):
        return figures.ladder[alarm.rung]
    return figures.ladder[-1] + figures.ladder_every * (alarm.rung - len(figures.ladder) + 1)


def _ring(draft: Draft, show: Show, alarm: Alarm, text: str) -> None:
    what = WORDS.get(alarm.kind, alarm.kind)
    said = f":rotating_light: *{what}* since {at(alarm.since, show)} — {escape(show.title)} ({show.id}). {text}"
    draft.post(notices.told(show, f"ring-{alarm.number}-{alarm.rung}", draft.now, said))


def _recover(draft: Draft, show: Show, alarm: Alarm, figures: Defaults) -> None:
    """The all-clear comes only after the recovery has held, longer with every flap."""
    hold = min(figures.recovery_hold * 2**alarm.flaps, figures.recovery_hold_most)
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


def _name(who: str) -> str:
    return usergroup(who) if who.startswith("S") else mention(who)


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def claim(draft: Draft, show: Show, by: str) -> Show:
    """Somebody takes the alarm."""
    alarm = show.ringing
    if alarm is None:
        return show
    draft.note(show.id, "alarm taken", by)
    return draft.put(replace(show, alarm=replace(alarm, taken_by=by, taken_at=draft.now)))


def quieten(draft: Draft, show: Show, until: datetime) -> Show:
    """No ringing until then."""
    alarm = show.ringing
    if alarm is None:
        return show
    return draft.put(replace(show, alarm=replace(alarm, quiet_until=until)))


WORDS = {
    "signal": "NO SIGNAL ON AIR",
    "blind": "I CANNOT SEE THE STREAM",
    "backup": "ON THE BACKUP ENCODER",
}
"""What an alarm is called, by kind."""
