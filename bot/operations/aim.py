"""The steps that several verbs share: what is wanted of a stream, its page and its recording, each seen before it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.errors import ProviderError
from bot.model import Operation, PageState, Seen, Show, StepKind
from bot.operations.steps import Result, Run, Step
from bot.providers.base import Capabilities, Kept
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.text import escape

NOTHING: Result = {}

PAGE_WORDS = {
    PageState.LIVE: "to live",
    PageState.PAUSED: "to paused",
    PageState.FINISHED: "finished",
    PageState.PENDING: "back to pending",
}
"""What is done to a page, after the provider's word for it."""

GOING_LIVE = "page-live"
"""The name of the step that lets viewers in."""


def when(true: Callable[[Seen, Run], bool]) -> Callable[[Run], Awaitable[Result | None]]:
    """A look that is content when `true` of what it saw."""

    async def seen(run: Run) -> Result | None:
        return NOTHING if true(await run.look(), run) else None

    return seen


def enabled(able: Capabilities, done: Callable[[Draft, Operation, Result], None] | None = None) -> tuple[Step, ...]:
    """The ingest is on; no step where the provider has no switch and takes the encoder at any time."""
    return (enable(done),) if able.switch is not None else ()


def enable(done: Callable[[Draft, Operation, Result], None] | None = None) -> Step:
    """The ingest is on."""

    async def act(run: Run) -> Result:
        await run.provider.set_enabled(run.stream, True)
        return NOTHING

    return Step(name="enable", label="Enable the stream", seen=when(lambda seen, _: bool(seen.enabled)), act=act, done=done)


def disable(*, needed: bool = True) -> Step:
    """The ingest is off; whether the signal is gone is another question."""

    async def act(run: Run) -> Result:
        await run.provider.set_enabled(run.stream, False)
        return NOTHING

    return Step(
        name="disable",
        label="Disable the stream",
        seen=when(lambda seen, _: seen.enabled is False),
        act=act,
        needed=needed,
    )


def page_to(state: PageState, show: Show, able: Capabilities, *, needed: bool = True) -> Step:
    """The viewers' page shows `state`. A page that the provider no longer knows or allows drops out, is told of and stops nothing.

    Except where it is all that viewers have, and for a pause: without the page there is nothing that they could be shown.
    """

    word = able.pages.word if able.pages else "page"
    dispensable = state is not PageState.PAUSED and not (able.pages and able.pages.needed)

    async def act(run: Run) -> Result:
        try:
            await run.provider.set_page(show.page, state.value)
        except ProviderError as failure:
            if failure.status not in (403, 404) or not dispensable:
                raise
            return {"lost": failure.sentence}
        return NOTHING

    async def seen(run: Run) -> Result | None:
        known = (await run.look()).pages.get(show.page)
        if known == "gone" and dispensable:
            return {"lost": f"The {word} is not there any more."}
        return NOTHING if known == state.value else None

    def done(draft: Draft, operation: Operation, result: Result) -> None:
        if result.get("lost"):
            _page_lost(draft, operation, str(result["lost"]), word)

    label = f"{word.capitalize()} {PAGE_WORDS[state]}"
    return Step(name=f"page-{state.value}", label=label, seen=seen, act=act, done=done, needed=needed)


def _page_lost(draft: Draft, operation: Operation, why: str, word: str) -> None:
    current = draft.put(replace(draft.show(operation.show), wants_page=False))
    text = f":warning: *{escape(current.title)}* ({current.id}) goes on without its {word}: {escape(why)}"
    draft.post(notices.told(current, "page-lost", draft.now, text))
    draft.note(current.id, f"{word} dropped", "", why)


def end_and_save(show: Show, able: Capabilities) -> Step:
    """The page is over and what it showed is kept as a video: never the way that throws it away, whatever goes wrong."""
    word = able.pages.word if able.pages else "page"

    async def act(run: Run) -> Result:
        began = run.show.on_air_at or run.show.start
        video = await run.provider.save_page(run.show.page, run.show.title, began, run.context.clock.now())
        if video is None:
            return {"saved": True}
        await run.context.sightings.report_video(replace(video, show=run.show.id, name=video.name or run.show.title))
        return {"saved": True, "video": video.id}

    async def seen(run: Run) -> Result | None:
        return NOTHING if (await run.look()).pages.get(show.page) in (PageState.FINISHED, "gone") else None

    def done(draft: Draft, operation: Operation, result: Result) -> None:
        if result.get("saved"):
            return
        current = draft.show(operation.show)
        text = (
            f":warning: *{escape(current.title)}* ({current.id}): its {word} was ended without me, "
            f"so I do not know whether its recording was kept. Look at {escape(able.title)}."
        )
        draft.post(notices.told(current, "ended-elsewhere", draft.now, text))

    return Step(
        name="page-finished",
        label=f"{word.capitalize()} finished and kept",
        kind=StepKind.CREATE,
        seen=seen,
        act=act,
        done=done,
        otherwise=f"Nothing was thrown away: end and save it at {able.title}, or press Try again.",
    )


def keep_on_page(able: Capabilities) -> tuple[Step, ...]:
    """Where the page says whether anything is kept, it says yes; people hear of it loudly if it does not."""
    recording = able.recording
    if recording is None or recording.kept is not Kept.CREATION or not recording.on_page:
        return ()
    field = recording.field

    async def seen(run: Run) -> Result | None:
        return NOTHING if not run.page or (await run.provider.page(run.page)).fields.get(field) is True else None

    async def act(run: Run) -> Result:
        await run.provider.update_page(run.page, {field: True})
        return NOTHING

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        show = draft.show(operation.show)
        if show.page:
            draft.put(replace(show, page_fields={**show.page_fields, field: True}))

    return (
        Step(
            name="keep",
            label=f"Kept afterwards ({field})",
            seen=seen,
            act=act,
            done=done,
            needed=False,
            otherwise=f"*Nothing of this show would be kept*: set {field} at {able.title} while it is on.",
        ),
    )


def start_recording(roll_confirm: timedelta, tries: int, pause: timedelta) -> Step:
    """The provider records: asked, and confirmed by a look."""

    async def act(run: Run) -> Result:
        warnings = await run.provider.start_recording(run.stream)
        return {"warnings": list(warnings)} if warnings else NOTHING

    return Step(
        name="record",
        label="Start the recording",
        kind=StepKind.CREATE,
        seen=when(lambda seen, _: bool(seen.recording)),
        act=act,
        patience=roll_confirm,
        settle=22.0,
        tries=tries,
        try_again_after=pause,
        late="The recording was asked for and does not run.",
    )


def stop_recording(*, needed: bool = True) -> Step:
    """Nothing is being recorded; what was is a video now."""

    async def act(run: Run) -> Result:
        video = await run.provider.stop_recording(run.stream)
        if video is None:
            return NOTHING
        with suppress(ProviderError):
            await run.look()  # so that people read that it stopped before they read what became of it
        await run.context.sightings.report_video(video)
        return {"video": video.id, "name": video.name}

    return Step(
        name="stop-recording",
        label="Stop the recording",
        seen=when(lambda seen, _: seen.recording is False),
        act=act,
        needed=needed,
    )
