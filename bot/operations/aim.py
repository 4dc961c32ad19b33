"""The steps that several verbs share: what is wanted of a stream, its page and its recording, each seen before it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.errors import ProviderError
from bot.model import Operation, PageState, Seen, Show, StepKind
from bot.operations.steps import Result, Run, Step
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.text import escape

NOTHING: Result = {}

PAGE_WORDS = {
    PageState.LIVE: "Broadcast to live",
    PageState.PAUSED: "Broadcast to paused",
    PageState.FINISHED: "Broadcast finished",
    PageState.PENDING: "Broadcast back to pending",
}


def when(true: Callable[[Seen, Run], bool]) -> Callable[[Run], Awaitable[Result | None]]:
    """A look that is content when `true` of what it saw."""

    async def seen(run: Run) -> Result | None:
        return NOTHING if true(await run.look(), run) else None

    return seen


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


def page_to(state: PageState, show: Show, *, needed: bool = True) -> Step:
    """The viewers' page shows `state`. A page that the provider no longer knows or allows drops out, is told of and stops nothing.

    Except a pause: without the page there is nothing that viewers could be shown, so that fails.
    """

    async def act(run: Run) -> Result:
        try:
            await run.provider.set_page(show.page, state.value)
        except ProviderError as failure:
            if failure.status not in (403, 404) or state is PageState.PAUSED:
                raise
            return {"lost": failure.sentence}
        return NOTHING

    async def seen(run: Run) -> Result | None:
        known = (await run.look()).pages.get(show.page)
        if known == "gone" and state is not PageState.PAUSED:
            return {"lost": "The broadcast is not there any more."}
        return NOTHING if known == state.value else None

    def done(draft: Draft, operation: Operation, result: Result) -> None:
        if not result.get("lost"):
            return
        current = draft.put(replace(draft.show(operation.show), wants_page=False))
        text = f":warning: *{escape(current.title)}* ({current.id}) goes on without its broadcast: {escape(str(result['lost']))}"
        draft.post(notices.told(current, "page-lost", draft.now, text))
        draft.note(current.id, "broadcast dropped", "", str(result["lost"]))

    return Step(name=f"page-{state.value}", label=PAGE_WORDS[state], seen=seen, act=act, done=done, needed=needed)


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
