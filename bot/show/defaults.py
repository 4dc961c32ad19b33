"""The figures by which a show is called; each is a setting of the same name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


def _s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _m(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Defaults:
    """Spans of show time, unless a name says otherwise; those of quality that are no spans are percent."""

    open_lead: timedelta = _m(30)
    fetch_lead: timedelta = _m(15)
    encoder_ask_lead: timedelta = _m(15)
    check_leads: tuple[timedelta, ...] = (timedelta(hours=24), _m(60), _m(15))
    caller_lead: timedelta = _m(5)
    steady: timedelta = _s(10)
    go_window: timedelta = _m(2)
    go_early: timedelta = _m(2)
    go_give_up: timedelta = _m(60)
    roll_lead: timedelta = _s(60)
    roll_confirm: timedelta = _s(15)
    roll_tries: int = 3
    roll_pause: timedelta = _s(5)
    cut_note_lead: timedelta = _m(10)
    remind_grace: timedelta = _m(5)
    finish_grace: timedelta = _m(15)
    end_warnings: tuple[timedelta, ...] = (_m(10), _m(2))
    overrun_first: timedelta = _m(5)
    overrun_every: timedelta = _m(15)
    overrun_limit: timedelta = _m(60)
    silent_end: timedelta = _s(120)
    save_after: timedelta = _s(120)
    save_alarm: timedelta = timedelta(hours=10)
    encoder_stop_nags: tuple[timedelta, ...] = (_m(0), _m(1), _m(5))
    encoder_stop_every: timedelta = _m(10)
    undo: timedelta = _s(10)
    back_on_air: timedelta = _m(15)
    off_confirm: timedelta = _s(30)
    stream_kept_for_next: timedelta = _m(60)
    due_here: timedelta = _m(60)
    recovery_hold: timedelta = _s(20)
    recovery_hold_most: timedelta = _s(160)
    flap_window: timedelta = _m(10)
    quick_return: timedelta = _s(15)
    ladder: tuple[timedelta, ...] = (_s(60), _s(180))
    ladder_every: timedelta = _m(5)
    claim_lapse: timedelta = _m(10)
    backup_again: timedelta = _m(15)
    quiet: timedelta = _m(5)
    blind_alarm: timedelta = _s(60)
    quality_hold: timedelta = _s(30)
    quality_bitrate: int = 50
    quality_fps: int = 80
    quality_speed: int = 95
    quality_speed_alarm: int = 80
    viewers_every: timedelta = _s(60)
    no_viewers_after: timedelta = _m(5)
    look_open: timedelta = _s(20)
    look_near: timedelta = _s(5)
    look_near_lead: timedelta = _m(5)
    look_idle: timedelta = _m(5)
    look_video: timedelta = _s(30)
    look_video_fast_for: timedelta = _m(10)
    look_video_slow: timedelta = _m(2)
    look_video_for: timedelta = timedelta(hours=24)
    left_on: timedelta = _m(60)
    length: timedelta = _m(60)
    clip_last: timedelta = _s(60)
    clip_delay: timedelta = _s(20)
    clip_settle: timedelta = _s(15)
    clip_asks: timedelta = _m(10)
    marker_before: timedelta = _s(10)
    marker_after: timedelta = _s(5)
    look_clip: timedelta = _s(5)
    clip_patience: timedelta = _m(30)
