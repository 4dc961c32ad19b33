"""One-call operations on streams, pages and videos that somebody asks for outside the run of a show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.context import Context
from bot.errors import ProviderError, UserError
from bot.model import Dossier, Grant, Operation, PageState, Post, Seen, StepKind, StepState, StreamKey
from bot.operations import aim
from bot.operations.preparing import create_page, create_stream
from bot.operations.steps import AskPeople, Result, Run, Step, Verb
from bot.providers.base import Capabilities
from bot.safe import NAMED
from bot.show.cues import schedule
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.blocks import Control, actions, say
from bot.slack.text import escape, mention

Call = Callable[[Run], Awaitable[Result]]


def _one(name: str, label: str, call: Call, done: Callable[[Draft, Operation, Result], None] | None = None) -> Step:
    """A step that is one repeatable call."""
    return Step(name=name, label=label, act=call, verify=False, done=done)


def _able(context: Context, operation: Operation) -> Capabilities:
    return context.provider(operation.provider).capabilities


# -- streams
def _create_stream(context: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    """The step finds the stream again before it is sent again, so secrets lost with a restart matter only if nothing was sent."""
    name, word = str(operation.args["name"]), context.provider(operation.provider).capabilities.stream_word

    async def call(run: Run) -> Result:
        act = create_stream(name, context.safe.fields_of(operation), word).act
        assert act is not None
        made = await act(run)
        context.safe.forget(operation.id)
        return made

    return (replace(create_stream(name, {}, word), act=call),)


def _stream_created(context: Context) -> Callable[[Draft, Operation], None]:
    """What was made, and whether an encoder may push at once."""

    def created(draft: Draft, operation: Operation) -> None:
        made = next((step.result for step in draft.steps(operation.id) if step.name == "create-stream"), {})
        stream, name = str(made.get("stream", "")), str(made.get("name", ""))
        able = context.provider(operation.provider).capabilities
        off = False if able.switch is not None else None
        key = StreamKey(operation.provider, stream)
        draft.see(Seen(key, name=name, enabled=off, looked_at=draft.now))
        draft.grant(Grant(key, "", operation.by, "", draft.now))
        pushed = "It is not enabled; nothing can be pushed until it is." if able.switch is not None else able.takes_at_once
        draft.operate(replace(operation, note=f"“{name}” is {able.stream_word} {stream}. {pushed}"))

    return created


def _edit_stream(context: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    async def call(run: Run) -> Result:
        info = await run.provider.update_stream(run.stream, context.safe.fields_of(operation))
        context.safe.forget(operation.id)
        return {"name": info.name}

    return (_one("edit-stream", f"Change the {_able(context, operation).stream_word}'s settings", call),)


def _stream_edited(context: Context) -> Callable[[Draft, Operation], None]:
    """The shows on it note the change; where it moves the ingest, whoever asked is told, and never what the addresses are."""

    def finished(draft: Draft, operation: Operation) -> None:
        fields = {*operation.args.get("fields", {}), *operation.args.get(NAMED, ())}
        name = str(next((step.result.get("name") for step in draft.steps(operation.id) if step.name == "edit-stream"), "") or "")
        able = context.provider(operation.provider).capabilities
        typed = operation.args.get("fields", {})
        for show in draft.shows:
            if not show.state.closed:
                draft.note(show.id, "stream changed", operation.by, ", ".join(sorted(fields)))
                fetched = bool(typed[able.fetched]) if able.fetched in typed else show.fetched
                changed = draft.put(replace(show, stream_name=name or show.stream_name, fetched=fetched))
                if fetched is not show.fetched:
                    schedule(draft, changed, context.figures)
        if any(field.moves_ingest and field.name in fields for field in able.stream_fields):
            draft.post(_ingest_moved(operation, draft.now))

    return finished


def _ingest_moved(operation: Operation, now: datetime) -> Post:
    text = ":warning: Its push addresses may be others now. The encoder has to be given the new ones before it connects."
    carried = {"k": str(operation.key)}
    blocks = say(text, *actions([Control("ingest", "Ingest details", carried)])).blocks
    channel = "" if operation.reply_to else operation.by
    return Post(f"ingest-moved:{operation.id}", channel, now, text=text, blocks=blocks, reply_to=operation.reply_to)


def _rotate_key(_: Context, __: Dossier, ___: Operation) -> tuple[Step, ...]:
    """A new key each time it is sent, which nothing that is seen tells from the old one: after doubt it is people who look."""

    async def seen(run: Run) -> Result | None:
        if run.dossier.steps[run.operation.id][0].state is StepState.INTENT:
            raise AskPeople("Whether the new push key was made is not known. Look at the push addresses, and ask again if need be.")
        return None

    async def call(run: Run) -> Result:
        return {"next": list(await run.provider.rotate_key(run.stream))}

    return (Step(name="rotate-key", label="Make a new push key", kind=StepKind.CREATE, seen=seen, act=call, verify=False),)


def _key_rotated(draft: Draft, operation: Operation) -> None:
    for show in draft.shows:
        if not show.state.closed:
            draft.note(show.id, "push key made anew", operation.by, str(operation.key))
            text = f":key: {mention(operation.by)} made a new push key: every encoder needs its new address (Ingest details)."
            draft.post(notices.line(show, "key-anew", draft.now, text))
    said = next((step.result.get("next", ()) for step in draft.steps(operation.id)), ())
    draft.operate(replace(operation, note=" ".join(map(str, said))))
    draft.post(_ingest_moved(operation, draft.now))


def _not_on_air(_: Context, draft: Draft, operation: Operation) -> Operation:
    """Somebody may have gone live between the question and its answer."""
    for show in draft.shows:
        if show.state.on_air:
            named = f"{show.title} ({show.id})" if show.channel == operation.channel else "A show of another channel"
            raise UserError(f"{named} is on air on this stream. Finish it first.")
    return operation


def _enable_stream(_: Context, __: Dossier, ___: Operation) -> tuple[Step, ...]:
    return (aim.enable(),)


def _disable_stream(_: Context, __: Dossier, ___: Operation) -> tuple[Step, ...]:
    return (aim.disable(), off_confirmed())


def off_confirmed() -> Step:
    """The provider shows no signal any more: PATCH answers before the ingest is really gone (Gcore tutorial)."""

    async def seen(run: Run) -> Result | None:
        look = await run.look()
        return {} if look.enabled is False and not look.signal else None

    async def call(_: Run) -> Result:
        return {}

    return Step(
        name="off", label="Confirmed stopped", seen=seen, act=call, late="The stream is disabled, but a signal is still seen."
    )


def _delete_stream(context: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    async def call(run: Run) -> Result:
        await run.provider.delete_stream(run.stream)
        return {}

    return (_one("delete-stream", f"Delete the {_able(context, operation).stream_word}", call),)


def _stream_deleted(draft: Draft, operation: Operation) -> None:
    for show in draft.shows:
        if not show.state.closed:
            draft.note(show.id, "stream deleted", operation.by, operation.stream)
            text = (
                f":warning: {mention(operation.by)} deleted the stream of *{escape(show.title)}* ({show.id}). "
                "It cannot go on air like this: cancel it and plan it again on another stream."
            )
            draft.post(notices.told(show, "stream-deleted", draft.now, text))
    if draft.seen is not None:
        draft.see(replace(draft.seen, gone=True, enabled=False, signal=False, recording=False))


# -- pages
def _create_page(context: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    able = context.provider(operation.provider).capabilities
    return (replace(create_page(able, context.command), needed=True),)


def _edit_page(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    page = str(operation.args.get("page") or dossier.show(operation.show).page)

    async def call(run: Run) -> Result:
        await run.provider.update_page(page, dict(operation.args["fields"]))
        return {}

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        if operation.show:
            show = draft.show(operation.show)
            draft.put(replace(show, page_fields={**show.page_fields, **operation.args["fields"]}))

    return (_one("edit-page", f"Change the {_able(context, operation).page_word}", call, done),)


def _delete_page(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    page = str(operation.args.get("page") or dossier.show(operation.show).page)

    async def call(run: Run) -> Result:
        await run.provider.delete_page(page)
        return {}

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        if operation.show:
            show = draft.show(operation.show)
            draft.put(replace(show, page="", wants_page=False if show.off_at is None else show.wants_page))

    return (_one("delete-page", f"Delete the {_able(context, operation).page_word}", call, done),)


def _page_live(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    able = context.provider(operation.provider).capabilities
    return (aim.page_to(PageState(str(operation.args["state"])), dossier.show(operation.show), able),)


# -- videos
def _rename_video(_: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    video, name = str(operation.args["video"]), str(operation.args["name"])

    async def seen(run: Run) -> Result | None:
        return {} if (await run.provider.video(video)).name == name else None

    async def call(run: Run) -> Result:
        await run.context.sightings.report_video(await run.provider.rename_video(video, name))
        return {}

    return (Step(name="rename-video", label=f"Name the video “{name}”", seen=seen, act=call, verify=False),)


def _delete_video(_: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    video = str(operation.args["video"])

    async def call(run: Run) -> Result:
        known = await run.context.store.video(run.operation.provider, video)
        try:
            await run.provider.delete_video(video)
        except ProviderError as failure:
            if failure.status != 404:
                raise
        if known is not None:
            await run.context.sightings.report_video(replace(known, status="deleted"))
        return {}

    return (_one("delete-video", "Delete the video", call),)


def _noted(what: str) -> Callable[[Draft, Operation], None]:
    """The show that the video belongs to notes in its log what became of it."""

    def finished(draft: Draft, operation: Operation) -> None:
        if operation.args.get("of"):
            detail = f"{operation.args['video']} {operation.args.get('name', '')}".strip()
            draft.note(str(operation.args["of"]), what, operation.by, detail)

    return finished


def verbs(context: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (
        Verb(name="create_stream", title="Creating the {stream}", steps=_create_stream, finished=_stream_created(context)),
        Verb(name="edit_stream", title="Changing the {stream}", steps=_edit_stream, finished=_stream_edited(context)),
        Verb(name="rotate_key", title="Making a new push key", steps=_rotate_key, finished=_key_rotated),
        Verb(name="enable_stream", title="Enabling the {stream}", steps=_enable_stream),
        Verb(name="disable_stream", title="Disabling the {stream}", steps=_disable_stream, begin=_not_on_air),
        Verb(
            name="delete_stream",
            title="Deleting the {stream}",
            steps=_delete_stream,
            begin=_not_on_air,
            finished=_stream_deleted,
        ),
        Verb(name="create_page", title="Creating the {page}", steps=_create_page),
        Verb(name="edit_page", title="Changing the {page}", steps=_edit_page),
        Verb(name="delete_page", title="Deleting the {page}", steps=_delete_page),
        Verb(name="page_live", title="Changing the {page}'s status", steps=_page_live),
        Verb(name="rename_video", title="Naming the video", quiet=True, steps=_rename_video, finished=_noted("video named")),
        Verb(name="delete_video", title="Deleting the video", steps=_delete_video, finished=_noted("video deleted")),
    )
