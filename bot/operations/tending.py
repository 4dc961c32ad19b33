"""What has to be done about a show as it is now: asked after every look of ours, so that nothing hangs on one event arriving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import CLOCK, FinishPolicy, Operation, OperationState, Seen, Show, ShowState, Urgency
from bot.operations import alarms, notes, quality
from bot.operations.asking import ask
from bot.operations.onair import silent, stopped
from bot.operations.ungated import encoder_is_the_air, public_after_all, to_be_saved
from bot.providers.base import Capabilities, Kept
from bot.show.defaults import Defaults
from bot.show.draft import Draft, new_id
from bot.show.lifecycle import not_seen
from bot.show.times import day_words
from bot.slack import notices
from bot.slack.stamps import at, brief
from bot.slack.text import escape, mention

LONGEST_LOOK = timedelta(seconds=45)
"""From one look to the end of the next one that fails, at the most; longer, and the bot was not there."""

SETTLED_VIDEOS = ("ready", "error", "deleted")


class Tending:
    """The standing rules of one show, run over a draft."""

    def __init__(self, draft: Draft, show_id: str, figures: Defaults, able: Capabilities, ring: tuple[str, ...] = ()) -> None:
        self._draft = draft
        self._id = show_id
        self._figures = figures
        self._able = able
        self._ring = ring
        self._partly = False
        """Whether what is on and off was seen, although the look broke a rule of ours."""

    @property
    def _show(self) -> Show:
        return self._draft.show(self._id)

    def tend(self, *, blind: bool) -> None:
        """After a look of ours (`blind`: one that failed)."""
        if blind:
            self._draw_unseen()
            self._alarm()
            return
        self._viewers()
        self._consume_go()
        self._ask_again()
        self._roll()
        encoder_is_the_air(self._draft, self._show, self._figures, self._able)
        self._alarm()
        self._quality()
        notes.tend(self._draft, self._show, self._figures, self._able)
        self._silent_after_end()
        self._give_up()
        self._tidy()
        self._confirm_off()
        self._left_on()
        self.close_the_books()

    def tend_barely(self, alone: Callable[[Callable[[], None]], None], *, blind: bool) -> None:
        """Where a rule broke: what brings a show on and off the air and its alarms, each `alone`, so that one stops no other."""
        self._partly = not blind
        rules = [self._alarm]
        if not blind:
            rules += [self._consume_go, self._roll, self._silent_after_end, self._tidy, self._confirm_off]
        for rule in rules:
            alone(rule)

    def _draw_unseen(self) -> None:
        """Nothing happens when the last look grows too old, so the card has to be drawn again on purpose: NOT SEEN."""
        seen, now = self._draft.seen, self._draft.now
        if self._show.state.on_air and not_seen(seen, now) and not not_seen(seen, now - 2 * self._figures.look_near):
            self._draft.put(self._show)

    def _viewers(self) -> None:
        seen = self._draft.seen
        if seen is not None and seen.viewers and self._show.state.on_air and seen.viewers > self._show.peak_viewers:
            self._draft.put(replace(self._show, peak_viewers=seen.viewers))

    def _consume_go(self) -> None:
        """A go that waits for what has come true elsewhere has nothing left to ask."""
        if self._show.state.on_air:
            for op in self._draft.of(self._id, "go"):
                if op.state is not OperationState.RUNNING:
                    self._draft.end(op, OperationState.DONE, "the show is on air")

    def _ask_again(self) -> None:
        """A question whether to go live although there is no signal is another one once there is, and again once it is gone."""
        show, seen, now = self._show, self._draft.seen, self._draft.now
        if show.state is not ShowState.OPEN or not show.gated or show.held(now) or seen is None:
            return
        for op in self._draft.of(self._id, "go"):
            if op.state is not OperationState.ASKING or not self._draft.steps(op.id):
                continue
            due, came = f"{show.title} was due at {at(show.start, show, seconds=False)}", bool(op.args.get("came"))
            if not came and seen.steady_for(now) >= self._figures.steady:
                note = f"{due}: the signal is there since {at(seen.since['signal'], show)}."
                args = {**op.args, "came": True, "asked_anew": op.fence + 1}
                asked = replace(op, fence=op.fence + 1, note=note, args=args)
                self._draft.post(notices.question(self._draft.operate(asked), now))
            elif came and seen.signal is False:
                note = f"{due}: there is no signal from the encoder any more."
                self._draft.operate(replace(op, note=note, args={**op.args, "came": False}))

    def _roll(self) -> None:
        """Recording is a wanted state: rolled from a minute before the start, and again after every return of signal."""
        show, seen, now = self._show, self._draft.seen, self._draft.now
        by_hand = self._able.recording is not None and self._able.recording.kept is Kept.LIVE
        if not by_hand or not show.wants_recording or show.recording_failed or seen is None:
            return
        rolling_time = show.state.on_air or (show.state is ShowState.OPEN and now >= show.start - self._figures.roll_lead)
        if not rolling_time or not seen.signal or seen.recording is not False:
            return
        busy = self._draft.of(show.id, "record", "stop_recording")
        if not busy and not self._finishing():
            ask(self._draft, "record", CLOCK, show)

    def _give_up(self) -> None:
        """Still nothing an hour after the start: perhaps nobody is coming."""
        show, seen = self._show, self._draft.seen
        when = show.start + self._figures.go_give_up
        if show.state is ShowState.OPEN and self._draft.now >= when and seen is not None and not seen.signal:
            text = (
                f":grey_question: {mention(show.planned_by)}: {brief(show.title)} ({show.id}) was due at "
                f"{at(show.start, show, seconds=False)} and there is still no signal. Cancel… or Move… is on its card."
            )
            self._draft.post(notices.told(show, "give-up", when, text, Urgency.STATE))

    def _left_on(self) -> None:
        """An enabled stream counts against the account's quota and takes any encoder that knows its key."""
        show, seen = self._show, self._draft.seen
        if show.state is not ShowState.OFF or show.stopped_at is None or seen is None or not seen.enabled:
            return
        when = show.stopped_at + self._figures.left_on
        others = [
            other for other in self._draft.shows if other.id != show.id and other.state not in (ShowState.OFF, ShowState.DONE)
        ]
        if self._draft.now >= when and not others:
            text = (
                f":electric_plug: {mention(show.planned_by)}: the stream of {brief(show.title)} ({show.id}) is still enabled at "
                f"{self._able.title}. Turn it off with the stream's commands if nobody needs it."
            )
            self._draft.post(notices.told(show, "left-on", when, text, Urgency.STATE))

    def _alarm(self) -> None:
        show = self._show
        if show.state is ShowState.LIVE and not self._finishing():
            alarms.tend(self._draft, show, self._figures, self._ring, self._trouble(show))

    def _quality(self) -> None:
        if not self._finishing():
            quality.tend(self._draft, self._show, self._figures, self._able)

    def _trouble(self, show: Show) -> str:
        seen = self._draft.seen
        if seen is None:
            return ""
        if seen.blind_since is not None:
            ringing = show.ringing.kind if show.ringing else ""
            if self._partly and seen.signal is False:
                return "signal"
            too_long = self._draft.now - _unseen_since(seen, seen.blind_since) >= self._figures.blind_alarm
            return "blind" if too_long and ringing != "signal" else ringing
        if seen.signal is False:
            return "signal"
        if seen.backup and (seen.primary is False or self._is_failing_back(show)):
            return "backup"
        return ""

    def _is_failing_back(self, show: Show) -> bool:
        """Whether the primary is back and the provider does not use it yet."""
        seen = self._draft.seen
        since = seen.since.get("primary") if seen is not None and seen.primary else None
        was_lost = show.ringing is not None and show.ringing.kind == "backup"
        return was_lost and since is not None and self._draft.now - since < self._able.fail_back

    def _finishing(self) -> bool:
        """Whether a finish is under way or due this moment; one that asks people has not begun."""
        under_way = (OperationState.RUNNING, OperationState.WAITING)
        return any(
            op.state in under_way or (op.state is OperationState.SCHEDULED and op.due <= self._draft.now)
            for op in self._draft.of(self._id, "finish")
        )

    def _silent_after_end(self) -> None:
        """Signal gone for two minutes after the planned end: whoever stopped the encoder has ended the show. Finish, and say so."""
        show, seen, now = self._show, self._draft.seen, self._draft.now
        if show.state is not ShowState.LIVE or now < show.end or seen is None or seen.signal is not False:
            return
        since = seen.since.get("signal")
        if since is None or now - max(since, show.end, *self._returned(show)) < self._figures.silent_end or self._finishing():
            return
        if show.finish is FinishPolicy.BY_HAND:
            return
        text = f"The signal has been gone since {at(since, show)}, after the planned end: finishing {escape(show.title)}."
        self._draft.post(notices.told(show, "silent-end", now, text))
        ask(self._draft, "finish", CLOCK, show, {"tidy": True})

    def _returned(self, show: Show) -> list[datetime]:
        """When ingest and page were last switched on: after Back on air the encoder is given its time to connect again."""
        seen = self._draft.seen
        return [seen.since[fact] for fact in ("enabled", f"page:{show.page}") if fact in seen.since] if seen else []

    def _tidy(self) -> None:
        """Viewers were sent home by somebody else (the provider's own portal): recording and ingest are closed after the undo."""
        show = self._show
        if show.state is not ShowState.OFF or show.stopped_at is not None or show.off_at is None or self._able.switch is None:
            return
        if self._draft.now - show.off_at < self._figures.undo or self._draft.of(show.id, "finish", "back_on_air"):
            return
        if show.tidied_at is None or self._draft.now - show.tidied_at >= self._figures.overrun_every:
            show = self._draft.put(replace(show, tidied_at=self._draft.now))
            ask(self._draft, "finish", CLOCK, show, {"tidy": True, "now": True})

    def _confirm_off(self) -> None:
        show, seen = self._show, self._draft.seen
        if show.state is not ShowState.OFF or seen is None:
            return
        off = seen.enabled is False and not seen.signal if self._able.switch is not None else silent(show, seen)
        if off:
            stopped(self._draft, show, self._able)

    def close_the_books(self) -> None:
        """Done: off and confirmed off, nothing left to take back, and every part of the recording settled."""
        show, now = self._show, self._draft.now
        if show.state not in (ShowState.OFF, ShowState.DONE) or show.stopped_at is None or show.off_at is None:
            return
        parts = [video for video in self._draft.videos if video.show == show.id]
        ready = [video for video in parts if video.status == "ready"]
        given_up = now - show.stopped_at >= self._figures.look_video_for
        settled = all(video.status in SETTLED_VIDEOS for video in parts) or given_up
        if settled and ready:
            self._draft.post(notices.recordings(show, now))
            self._name_parts(show, [video.id for video in sorted(ready, key=lambda video: video.started_at or now)])
        over = settled and now - show.off_at >= self._figures.back_on_air and not self._draft.of(show.id)
        over = over and not to_be_saved(show, self._able)
        seen = self._draft.seen
        if seen is not None and seen.enabled and now - show.stopped_at < self._figures.left_on:
            over = False  # somebody is asked about a stream that was left on before the books are closed
        if public_after_all(self._draft, show, self._figures):
            over = False  # its crew is asked to stop the encoder
        if over and show.state is ShowState.OFF:
            self._draft.put(replace(self._show, state=ShowState.DONE))
            self._draft.note(show.id, "done")

    def _name_parts(self, show: Show, parts: list[str]) -> None:
        """“Sunday Service 22 Nov 1/2”: the vendor's own title says only when the file ended."""
        if self._able.videos is None or not self._able.videos.renamable:
            return
        for number, video in enumerate(parts, 1):
            name = part_name(show, show.on_air_at or show.start, number, len(parts))
            show = name_video(self._draft, show, video, name)


def _unseen_since(seen: Seen, blind_since: datetime) -> datetime:
    """The last good look, where that was shortly before the first bad one: a look may hang for long before it is called bad."""
    looked = seen.looked_at
    return looked if looked is not None and timedelta(0) <= blind_since - looked <= LONGEST_LOOK else blind_since


def name_video(draft: Draft, show: Show, video: str, name: str) -> Show:
    """Have a video of the show called so, unless that was asked for already."""
    if show.named.get(video) == name:
        return show
    draft.operate(
        Operation(
            id=new_id("name"),
            verb="rename_video",
            due=draft.now,
            by=CLOCK,
            asked_at=draft.now,
            show=show.id,
            provider=show.provider,
            rank=10,
            channel=show.channel,
            args={"video": video, "name": name},
        )
    )
    return draft.put(replace(show, named={**show.named, video: name}))


def part_name(show: Show, when: datetime, number: int, of: int) -> str:
    """The name of one part of a show's recording; no number where there is only one."""
    _, _, day = day_words(when.astimezone(ZoneInfo(show.zone)).date()).partition(" ")
    return f"{show.title} {day}" + (f" {number}/{of}" if of > 1 else "")
