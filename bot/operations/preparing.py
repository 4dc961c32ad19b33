"""Making what a show needs at the provider, and taking it away again when the show is cancelled."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import ProviderError
from bot.model import Dossier, Operation, PageState, Show, ShowState, StepKind
from bot.operations import aim
from bot.operations.finishing import keeper
from bot.operations.steps import SETTLE, AskPeople, Result, Run, Step, Verb
from bot.providers.base import Capabilities, Gate, Kept, Page, StreamInfo
from bot.show.access import show_thing
from bot.show.cues import holds_stream, schedule
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.text import escape

TAG = "showcaller:"
"""What a stream's tag begins with; the id of the operation that made it follows."""


def tag(operation: Operation) -> str:
    """What a stream made by this operation carries, so that it is found again: `showcaller:<operation>`."""
    return f"{TAG}{operation.id}"


def _may_be_sent(run: Run, name: str) -> bool:
    """Whether the request of this step was written down as intended, in this life of the bot or an earlier one."""
    return any(step.name == name and step.intent_at is not None for step in run.dossier.steps.get(run.operation.id, ()))


# -- the stream ---------------------------------------------------------------------------------------------------------
def create_stream(name: str, fields: Result, word: str) -> Step:
    """A new stream, not enabled; found again by its tag if the answer was lost.

    Where the vendor has no place for a tag, a stream of that name is another's until our own request may have made it, and
    also then if it belongs to somebody: whoever types the name of a crew's stream must not be given it.
    """

    async def seen(run: Run) -> Result | None:
        tagged = run.provider.capabilities.tagged
        if not tagged and not _may_be_sent(run, "create-stream"):
            return None
        found = await run.provider.find_streams(name, tag(run.operation), run.operation.asked_at)
        if not tagged:
            found = [stream for stream in found if not await run.context.store.grants(stream.key)]
        if len(found) > 1:
            raise AskPeople(f"{run.provider.capabilities.title} has {len(found)} streams made for this. Delete all but one.")
        return _stream_facts(found[0], run.provider.capabilities) if found else None

    async def act(run: Run) -> Result:
        made = await run.provider.create_stream(name, fields, tag(run.operation))
        return _stream_facts(made, run.provider.capabilities)

    return Step(
        name="create-stream",
        label=f"Create the {word} “{name}”",
        kind=StepKind.CREATE,
        seen=seen,
        act=act,
        verify=False,
        done=_keep_stream,
    )


def _reuse_stream(show: Show) -> Step:
    async def seen(run: Run) -> Result | None:
        info = await run.provider.stream(show.stream)
        recording = run.provider.capabilities.recording
        by_stream = recording is not None and recording.kept is Kept.CREATION and not recording.on_page
        unrecorded = by_stream and recording is not None and info.fields.get(recording.field) is False
        return {**_stream_facts(info, run.provider.capabilities), "unrecorded": bool(unrecorded)}

    return Step(name="find-stream", label="Find the stream", seen=seen, done=_keep_stream)


def _stream_facts(info: StreamInfo, able: Capabilities) -> Result:
    fetched = bool(able.fetched and info.fields.get(able.fetched))
    return {"stream": info.key.id, "name": info.name, "link": info.viewer_link, "fetched": fetched}


def _keep_stream(draft: Draft, operation: Operation, result: Result) -> None:
    if not operation.show:
        return
    show = draft.show(operation.show)
    show = draft.put(
        replace(
            show,
            stream=str(result["stream"]),
            stream_name=str(result.get("name", "")),
            viewer_link=show.viewer_link or str(result.get("link", "")),
            new_stream=None,
            fetched=bool(result.get("fetched")),
        )
    )
    for op in draft.of(show.id):
        if holds_stream(op.verb) and op.id != operation.id:
            draft.operate(replace(op, stream=show.stream))
    if result.get("unrecorded") and show.wants_recording:
        draft.put(replace(show, wants_recording=False))
        text = (
            f":warning: *Nothing of {escape(show.title)}* ({show.id}) *will be kept*: its stream was made without recording, which "
            "cannot be changed later. Cancel it and plan it on a new stream if it has to be kept."
        )
        draft.post(notices.told(show, "unrecorded", draft.now, text))


def _so_that_clips_can_be_cut(able: Capabilities) -> Result:
    """What a stream made for a show has to have on, unless somebody says otherwise: the card offers clips while it runs."""
    return {able.clips.needs: True} if able.clips is not None and able.clips.needs else {}


def with_recording(able: Capabilities, fields: Result, *, wanted: bool, of_page: bool) -> Result:
    """The fields of something that is made for a show: where one of them decides about the recording, it says what is wanted."""
    recording = able.recording
    if recording is None or recording.kept is not Kept.CREATION or recording.on_page is not of_page:
        return fields
    return {**fields, recording.field: wanted}


# -- the page -----------------------------------------------------------------------------------------------------------
def create_page(able: Capabilities, command: str = "/live") -> Step:
    """A pending page bound to the stream; found again by its exact name on this very stream."""
    word = able.pages.word if able.pages else "page"
    pending = ", pending" if able.gate is not Gate.NONE else ""

    async def seen(run: Run) -> Result | None:
        show = run.show
        found = _not_begun(able, await run.provider.find_pages(show.page_name, show.stream))
        if len(found) > 1:
            raise AskPeople(f"There are {len(found)} pending {word}s named “{show.page_name}”. Delete all but one.")
        return _page_facts(found[0], able) if found else None

    async def act(run: Run) -> Result:
        show = run.show
        try:
            fields = with_recording(able, show.page_fields, wanted=show.wants_recording, of_page=True)
            made = await run.provider.create_page(show.page_name, show.stream, fields)
            return {**_page_facts(made, able), "unkept": _unkept(able, show, made)}
        except ProviderError as failure:
            if failure.status != 404 or not run.just_made(run.done_at("create-stream")):
                raise
            # a stream that was made a moment ago may not be known everywhere at the provider yet
            raise ProviderError(failure.sentence, permanent=False, retry_after=1.0, status=404, detail=failure.detail) from failure

    return Step(
        name="create-page",
        label=f"Create the {word}{pending}",
        kind=StepKind.CREATE,
        seen=seen,
        act=act,
        verify=False,
        done=_keep_page,
        needed=False,
        otherwise=f"Make it later with {command} broadcast create.",
    )


def _not_begun(able: Capabilities, pages: Iterable[Page]) -> list[Page]:
    """Those that may be the one just asked for. Only where a page gates is it known to be pending at first."""
    return [page for page in pages if page.state == PageState.PENDING or able.gate is Gate.NONE]


def page_at_open(able: Capabilities, show: Show, dossier: Dossier, operation: Operation, command: str) -> tuple[Step, ...]:
    """The page of a show whose stream was taken when it was planned: made now, at the latest."""
    made_here = any(step.name == "create-page" for step in dossier.steps.get(operation.id, ()))
    if able.pages is None or not able.pages.one_at_a_time or not show.wants_page or (show.page and not made_here):
        return ()
    return (create_page(able, command),)


def clean_dvr(able: Capabilities, dossier: Dossier, show: Show) -> tuple[Step, ...]:
    """Viewers cannot rewind into the show before on a reused stream; never while something is on air on it."""
    others_on_air = any(other.state.on_air for other in dossier.shows if other.id != show.id)
    if not able.dvr or others_on_air or (dossier.seen is not None and dossier.seen.signal):
        return ()

    async def act(run: Run) -> Result:
        await run.provider.clean_dvr(run.stream)
        return {}

    return (Step(name="clean-dvr", label="Clear what viewers could rewind to", act=act, verify=False, needed=False),)


def _page_facts(page: Page, able: Capabilities) -> Result:
    """What is kept of a page; where one of its fields decides about the recording, what the provider says of it."""
    field = able.recording.field if able.recording and able.recording.on_page else ""
    told = page.fields.get(field)
    return {"page": page.id, "link": page.viewer_link, "told": {field: told} if isinstance(told, bool) else {}}


def _unkept(able: Capabilities, show: Show, page: Page) -> bool:
    """Whether the page says that nothing of the show will be kept although that was asked for: a vendor may drop the wish."""
    recording = able.recording
    if recording is None or recording.kept is not Kept.CREATION or not recording.on_page:
        return False
    return show.wants_recording and page.fields.get(recording.field) is False


def _keep_page(draft: Draft, operation: Operation, result: Result) -> None:
    show = draft.show(operation.show)
    link = str(result.get("link", "")) or show.viewer_link
    fields = {**show.page_fields, **(result.get("told") or {})}
    made = replace(show, page=str(result["page"]), page_made_here=True, wants_page=True, viewer_link=link, page_fields=fields)
    draft.put(made)
    if result.get("unkept"):
        text = (
            f":rotating_light: *Nothing of {escape(show.title)}* ({show.id}) *would be kept*, although it was asked for: the "
            "provider made it like that. Look at the account there, or delete it and make it again, before the show starts."
        )
        draft.post(notices.told(show, "unkept", draft.now, text))


# -- verbs --------------------------------------------------------------------------------------------------------------
def _prepare_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    show, able = dossier.show(operation.show), context.provider(operation.provider).capabilities
    journal = {step.name for step in dossier.steps.get(operation.id, ())}
    asked = {**_so_that_clips_can_be_cut(able), **(show.new_stream or {})}
    fields = with_recording(able, asked, wanted=show.wants_recording, of_page=False)
    new = "create-stream" in journal or not show.stream
    steps = [create_stream(_new_name(show, able), fields, able.stream_word) if new else _reuse_stream(show)]
    wanted = able.pages is not None and show.wants_page and ("create-page" in journal or not show.page)
    if wanted and able.pages is not None and (not able.pages.one_at_a_time or _stream_is_free(dossier, show)):
        steps.append(create_page(able, context.command))
    return tuple(steps)


def _new_name(show: Show, able: Capabilities) -> str:
    """The name of a stream made for a show. Where it carries no tag its name alone finds it again, so that is nobody else's."""
    name = show.stream_name or show.title
    return name if able.tagged else f"{name} ({show.id})"


def _stream_is_free(dossier: Dossier, show: Show) -> bool:
    """Whether no other show has a page on the stream that is not over."""
    over = (ShowState.OFF, ShowState.DONE, ShowState.CANCELLED)
    return not any(other.page for other in dossier.shows if other.id != show.id and other.state not in over)


def _prepare(context: Context) -> Verb:
    def finished(draft: Draft, operation: Operation) -> None:
        show = draft.show(operation.show)
        tried = any(step.name == "create-page" for step in draft.steps(operation.id))
        if show.wants_page and not show.page and tried:
            show = draft.put(replace(show, wants_page=False))
        if show.fetched:
            schedule(draft, show, context.figures)

    return Verb(name="prepare", title="Preparing the show", steps=_prepare_steps, finished=finished)


def _cancel_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    show = dossier.show(operation.show)
    orphan = str(operation.args.get("orphan", ""))
    steps: list[Step] = [_find_orphan(orphan)] if orphan else []
    able = context.provider(show.provider).capabilities
    if ((show.page and show.page_made_here) or orphan == "create-page") and able.pages and able.pages.deletable:
        steps.append(_delete_own_page(able.pages.word))
    switch = able.switch
    own = not show_thing(show, dossier.grants).borrowed  # another channel's stream is not this show's to turn off
    if own and (show.stream or orphan == "create-stream") and keeper(dossier, show, context) is None and switch:
        steps.append(_disable_if_made())
    return tuple(steps)


def _find_orphan(orphan: str) -> Step:
    """What a preparing that was cut off had sent is looked for until it cannot arrive any more: a page by name, a stream by tag."""
    found: dict[str, Result] = {}

    async def ready(run: Run) -> datetime | None:
        args = run.operation.args
        show = run.show
        if orphan == "create-page":
            able = run.provider.capabilities
            pages = _not_begun(able, await run.provider.find_pages(show.page_name, show.stream))
            found.update({page.id: _page_facts(page, able) for page in pages[:1]})
        else:
            name = _new_name(show, run.provider.capabilities)
            streams = await run.provider.find_streams(name, f"{TAG}{args.get('prepare')}", show.planned_at)
            able = run.provider.capabilities
            found.update({stream.key.id: _stream_facts(stream, able) for stream in streams[:1]})
        settle = SETTLE if run.context.settle is None else run.context.settle
        if found or _since(run, int(args.get("sent", 0)) / 1000) >= settle:
            return None
        return run.context.clock.now() + timedelta(seconds=1)

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        for facts in found.values():
            (_keep_page if orphan == "create-page" else _keep_stream)(draft, operation, facts)

    return Step(name="find-orphan", label="Find what was being made", kind=StepKind.WAIT, ready=ready, done=done)


def _since(run: Run, sent: float) -> float:
    """Seconds since a request was sent (epoch seconds), or since it is looked for, if a clock was set back to before that."""
    passed = time.time() - sent
    begun = next((step.intent_at for step in run.dossier.steps.get(run.operation.id, ()) if step.name == "find-orphan"), None)
    now = run.context.clock.now()
    return passed if passed >= 0 else (now - (begun or now)).total_seconds()


def _delete_own_page(word: str) -> Step:
    """The show's own page is gone; nothing is sent where none was made after all."""

    async def seen(run: Run) -> Result | None:
        return None if run.show.page and run.show.page_made_here else {}

    async def act(run: Run) -> Result:
        await run.provider.delete_page(run.show.page)
        return {}

    return Step(name="delete-page", label=f"Delete the {word}", seen=seen, act=act, verify=False, needed=False)


def _disable_if_made() -> Step:
    """The ingest is off; nothing is sent where there is no stream after all."""
    disable = aim.disable(needed=False)

    async def seen(run: Run) -> Result | None:
        return await disable.seen(run) if run.show.stream else {}

    return replace(disable, seen=seen)


def _off_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    """The ingest off again before a show that was moved away; unless another show needs the stream."""
    show = dossier.show(operation.show)
    no_switch = context.provider(show.provider).capabilities.switch is None
    if not show.stream or no_switch or keeper(dossier, show, context) is not None:
        return ()
    return (aim.disable(),)


def verbs(context: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (
        _prepare(context),
        Verb(name="cancel", title="Cancelling", steps=_cancel_steps),
        Verb(name="stream_off", title="Turning the stream off", steps=_off_steps),
    )
