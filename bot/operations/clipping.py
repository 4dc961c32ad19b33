"""Moments that people note, and clips: settled, asked of the provider once, and told of when they can be played."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import UserError
from bot.model import Clip, ClipState, Dossier, Marker, Operation, Show, StepKind
from bot.operations.preparing import tag
from bot.operations.steps import Result, Run, Step, Verb
from bot.providers.base import CutClip
from bot.show.cues import rank
from bot.show.draft import Draft, new_id
from bot.show.times import duration_words
from bot.slack import clips

SAME_PRESS = timedelta(seconds=5)
"""Two who want what just happened within this want the same."""

EAGER = timedelta(minutes=2)
"""For so long a clip is looked at often; one that takes longer is being converted."""


# -- marks --------------------------------------------------------------------------------------------------------------
def mark(draft: Draft, show: Show, by: str, at: datetime, text: str) -> Marker:
    """Note a moment: numbered, in the show's thread and in its log."""
    number = _next((marker.number for marker in draft.markers if marker.show == show.id), show)
    marker = draft.mark(Marker(show.id, number, at, by, text))
    draft.post(clips.marked(marker, show))
    draft.note(show.id, f"mark {marker.name}", by, text, at=at)
    return marker


def _next(given: Iterable[int], show: Show) -> int:
    """The next number in a show, after those that were given."""
    return 1 + max((show.numbered, *given))


def name_mark(draft: Draft, show: Show, by: str, number: int, text: str) -> Marker:
    """Say what a moment was about, after it was noted."""
    found = next((marker for marker in draft.markers if marker.show == show.id and marker.number == number), None)
    if found is None:
        raise UserError(f"There is no mark m{number} in {show.title}.")
    marker = draft.mark(replace(found, text=text))
    draft.post(clips.named(marker, show, draft.now))
    draft.note(show.id, f"mark {marker.name} named", by, text)
    return marker


# -- asking for a clip --------------------------------------------------------------------------------------------------
def ask_clip(draft: Draft, show: Show, clip: Clip) -> Clip:
    """Want a clip: the next number of its show, and the operation that makes it. UserError where it is wanted already."""
    mine = [each for each in draft.clips if each.show == show.id]
    there = next((each for each in mine if each.state is not ClipState.FAILED and _same(each, clip)), None)
    if there is not None:
        state = clips.STATES[there.state]
        raise UserError(f"{there.name} is that very clip already, {state}. See the thread of the card; nothing was done twice.")
    wanted = draft.clip(replace(clip, number=_next((each.number for each in mine), show)))
    _operate(draft, show, wanted)
    draft.note(show.id, f"clip {wanted.name} asked for", wanted.by, clips.clip_words(wanted, show))
    return wanted


def again(draft: Draft, show: Show, number: int, by: str) -> Clip:
    """Ask once more for a clip that could not be made."""
    failed = next((clip for clip in draft.clips if clip.show == show.id and clip.number == number), None)
    if failed is None or failed.state is not ClipState.FAILED:
        raise UserError(f"c{number} is being made again already, or was. See the thread of the card.")
    wanted = draft.clip(replace(failed, state=ClipState.ASKED, error="", cut="", asked_at=draft.now, by=by))
    _operate(draft, show, wanted)
    return wanted


def _same(one: Clip, other: Clip) -> bool:
    """Whether two wishes mean one clip: the same button of one clip, the same range, or two presses on what just happened."""
    if one.after and other.after:
        return one.after == other.after
    if (one.title, one.length, dict(one.fields)) != (other.title, other.length, dict(other.fields)):
        return False
    just_now = abs(one.asked_at - other.asked_at) <= SAME_PRESS and abs(one.start - other.start) <= SAME_PRESS
    return one.start == other.start or (just_now and not other.after)


def _operate(draft: Draft, show: Show, clip: Clip) -> None:
    draft.operate(
        Operation(
            id=new_id("clip"),
            verb="clip",
            due=draft.now,
            by=clip.by,
            asked_at=clip.asked_at,
            show=show.id,
            provider=clip.provider,
            rank=rank("clip"),
            channel=show.channel,
            args={"clip": clip.number},
        )
    )


# -- making it ----------------------------------------------------------------------------------------------------------
def _of(dossier: Dossier, operation: Operation) -> Clip:
    return next(each for each in dossier.clips if each.show == operation.show and each.number == operation.args["clip"])


def _steps(context: Context, _: Dossier, __: Operation) -> tuple[Step, ...]:
    return (_settled(context), _cut(), _playable(context))


def _settled(context: Context) -> Step:
    """The last moment of the range has arrived at the provider."""

    async def ready(run: Run) -> datetime | None:
        until = max(run.operation.asked_at, _of(run.dossier, run.operation).end) + context.figures.clip_settle
        return None if context.clock.now() >= until else until

    return Step(name="settle", label="Let the picture arrive", kind=StepKind.WAIT, ready=ready)


def _cut() -> Step:
    """The provider has cut it; found again by the tag or, where there is no place for one, by its range and title.

    Of several that are alike the one is taken that no other clip of ours is: cuts of one range show the same.
    """

    async def seen(run: Run) -> Result | None:
        clip = _of(run.dossier, run.operation)
        title = clips.clip_title(clip, run.show)
        found = await run.provider.find_clips(clip.stream, title, clip.start, clip.end, tag(run.operation))
        others = {each.cut for each in run.dossier.clips if (each.show, each.number) != (clip.show, clip.number)}
        free = [each for each in found if each.id not in others]
        return _facts((free or found)[0]) if found else None

    async def act(run: Run) -> Result:
        clip = _of(run.dossier, run.operation)
        title = clips.clip_title(clip, run.show)
        return _facts(await run.provider.create_clip(clip.stream, title, clip.start, clip.end, clip.fields, tag(run.operation)))

    def done(draft: Draft, operation: Operation, result: Result) -> None:
        clip = _drafted(draft, operation)
        draft.clip(replace(clip, cut=str(result["cut"]), video=str(result["video"]) or clip.video))

    return Step(name="cut", label="Cut the clip", kind=StepKind.CREATE, seen=seen, act=act, verify=False, done=done)


def _facts(cut: CutClip) -> Result:
    return {"cut": cut.id, "video": cut.video}


def _playable(context: Context) -> Step:
    """It can be watched: asked for patiently, since a link that is followed too early answers with an error."""
    played: list[CutClip] = []

    async def ready(run: Run) -> datetime | None:
        clip, now = _of(run.dossier, run.operation), context.clock.now()
        found = await run.provider.clip(clip.stream, clip.cut)
        if found.error:
            raise UserError(found.error)
        if found.playable:
            played.append(found)
            return None
        waited = now - (run.done_at("cut") or now)
        if waited >= max(context.figures.clip_patience, 2 * clip.length):
            title = run.provider.capabilities.title
            raise UserError(f"{title} took it, but it cannot be played after {duration_words(waited)}. Look into its portal.")
        return now + (context.figures.look_clip if waited < EAGER else 3 * context.figures.look_clip)

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        clip, found = _drafted(draft, operation), played[-1]
        made = replace(clip, state=ClipState.PLAYABLE, link=found.link or clip.link, video=found.video or clip.video)
        _take_from_the_recording(draft, draft.clip(made))

    return Step(name="playable", label="Wait until it can be played", kind=StepKind.WAIT, ready=ready, done=done)


def _take_from_the_recording(draft: Draft, clip: Clip) -> None:
    """Its video may have been reported before it was known to be a clip's."""
    for video in draft.videos:
        if clip.video and video.id == clip.video and video.show:
            draft.video(replace(video, show=""))


def _drafted(draft: Draft, operation: Operation) -> Clip:
    return next(each for each in draft.clips if each.show == operation.show and each.number == operation.args["clip"])


def _finished(draft: Draft, operation: Operation) -> None:
    clip, show = _drafted(draft, operation), draft.show(operation.show)
    draft.post(clips.ready(clip, show, draft.now))
    draft.note(show.id, f"clip {clip.name} ready", "", clip.title)


def _failed(draft: Draft, operation: Operation, sentence: str) -> None:
    show = draft.show(operation.show)
    clip = draft.clip(replace(_drafted(draft, operation), state=ClipState.FAILED, error=sentence))
    draft.post(clips.failed(clip, show, draft.now))
    draft.note(show.id, f"clip {clip.name} failed", "", sentence)


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (Verb(name="clip", title="Cutting the clip", quiet=True, aside=True, steps=_steps, finished=_finished, failed=_failed),)
