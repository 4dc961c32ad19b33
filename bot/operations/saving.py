"""Keeping a recording that expires: one clip of its whole length, which does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.context import Context
from bot.errors import UserError
from bot.model import Dossier, Operation, Show, StepKind, Video
from bot.operations.steps import AskPeople, Result, Run, Step, Verb
from bot.providers.base import CutClip
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.stamps import at
from bot.slack.text import escape, mention

TRY_AGAIN_AFTER = timedelta(minutes=30)
"""A save that failed is wanted all the same: it is tried again, as long as there is something to be cut out."""

PLAYABLE_EVERY = timedelta(seconds=30)
"""Between two looks at whether the vendor is done with it."""


def _steps(_: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    return _cut_all(dossier.show(operation.show), operation), _playable()


def _range(show: Show, operation: Operation) -> tuple[datetime, datetime]:
    to = datetime.fromtimestamp(int(operation.args["to"]), UTC)
    return show.on_air_at or show.start, to


def _cut_all(show: Show, operation: Operation) -> Step:
    start, end = _range(show, operation)
    tag = f"showcaller:{operation.id}"

    async def seen(run: Run) -> Result | None:
        found = await run.provider.find_clips(run.stream, show.title, start, end, tag)
        if len(found) > 1:
            raise AskPeople(f"{run.provider.capabilities.title} has {len(found)} clips of the whole show. Delete all but one.")
        return _kept(found[0]) if found else None

    async def act(run: Run) -> Result:
        window = await run.provider.clip_window(run.stream)
        if window.why_not:
            raise UserError(window.why_not)
        began = max(start, window.earliest) if window.earliest else start
        return _kept(await run.provider.create_clip(run.stream, show.title, began, end, {}, tag))

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        draft.put(replace(draft.show(operation.show), saved_to=end))

    label = f"Cut out the whole show, {at(start, show)} to {at(end, show)}"
    return Step(name="cut-all", label=label, kind=StepKind.CREATE, seen=seen, act=act, verify=False, done=done)


def _kept(clip: CutClip) -> Result:
    return {"clip": clip.id, "video": clip.video or clip.id}


def _playable() -> Step:
    async def ready(run: Run) -> datetime | None:
        kept = run.result("cut-all")
        clip = await run.provider.clip(run.stream, str(kept["clip"]))
        status = "error" if clip.error else "ready" if clip.playable else "pending"
        length = (clip.end - clip.start).total_seconds()
        video = Video(
            run.operation.provider, str(kept["video"]), run.show.title, run.stream, run.show.id, status, length, clip.start
        )
        await run.context.sightings.report_video(replace(video, link=clip.link, error=clip.error))
        return None if clip.playable or clip.error else run.context.clock.now() + PLAYABLE_EVERY

    return Step(name="playable", label="It can be watched", kind=StepKind.WAIT, ready=ready)


def _failed(draft: Draft, operation: Operation, sentence: str) -> None:
    show = draft.put(replace(draft.show(operation.show), save_again_at=draft.now + TRY_AGAIN_AFTER))
    text = (
        f":rotating_light: *Not kept* — {escape(show.title)} ({show.id}), {mention(show.planned_by)}: {escape(sentence)} "
        "It is tried again in half an hour; Try again is on the post that says so."
    )
    draft.post(notices.told(show, "not-kept", show.on_air_at or show.start, text))
    draft.note(show.id, "recording not kept", "", sentence)


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (Verb(name="save", title="Keeping the recording", steps=_steps, failed=_failed),)
