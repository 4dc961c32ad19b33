"""One-call operations on streams, broadcasts and videos that somebody asks for outside the run of a show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.context import Context
from bot.errors import ProviderError
from bot.model import Dossier, Operation, PageState
from bot.operations import aim
from bot.operations.preparing import create_page, create_stream
from bot.operations.steps import Result, Run, Step, Verb
from bot.show.draft import Draft

Call = Callable[[Run], Awaitable[Result]]


def _one(name: str, label: str, call: Call, done: Callable[[Draft, Operation, Result], None] | None = None) -> Step:
    """A step that is one repeatable call."""
    return Step(name=name, label=label, act=call, verify=False, done=done)


# -- streams
def _create_stream(_: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    return (create_stream(str(operation.args["name"]), dict(operation.args.get("fields", {}))),)


def _edit_stream(_: Context, __: Dossier, operation: Operation) -> tuple[Step, ...]:
    async def call(run: Run) -> Result:
        info = await run.provider.update_stream(run.stream, dict(operation.args["fields"]))
        return {"name": info.name}

    return (_one("edit-stream", "Change the stream's settings", call),)


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


def _delete_stream(_: Context, __: Dossier, ___: Operation) -> tuple[Step, ...]:
    async def call(run: Run) -> Result:
        await run.provider.delete_stream(run.stream)
        return {}

    return (_one("delete-stream", "Delete the stream", call),)


def _stream_deleted(draft: Draft, _: Operation) -> None:
    if draft.seen is not None:
        draft.see(replace(draft.seen, gone=True, enabled=False, signal=False, recording=False))


# -- broadcasts
def _create_page(_: Context, __: Dossier, ___: Operation) -> tuple[Step, ...]:
    return (replace(create_page(), needed=True),)


def _edit_page(_: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    page = str(operation.args.get("page") or dossier.show(operation.show).page)

    async def call(run: Run) -> Result:
        await run.provider.update_page(page, dict(operation.args["fields"]))
        return {}

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        if operation.show:
            show = draft.show(operation.show)
            draft.put(replace(show, page_fields={**show.page_fields, **operation.args["fields"]}))

    return (_one("edit-page", "Change the broadcast", call, done),)


def _delete_page(_: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    page = str(operation.args.get("page") or dossier.show(operation.show).page)

    async def call(run: Run) -> Result:
        await run.provider.delete_page(page)
        return {}

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        if operation.show:
            show = draft.show(operation.show)
            draft.put(replace(show, page="", wants_page=False if show.off_at is None else show.wants_page))

    return (_one("delete-page", "Delete the broadcast", call, done),)


def _page_live(_: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    return (aim.page_to(PageState(str(operation.args["state"])), dossier.show(operation.show)),)


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


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (
        Verb(name="create_stream", title="Creating the stream", steps=_create_stream),
        Verb(name="edit_stream", title="Changing the stream", steps=_edit_stream),
        Verb(name="enable_stream", title="Enabling the stream", steps=_enable_stream),
        Verb(name="disable_stream", title="Disabling the stream", steps=_disable_stream),
        Verb(name="delete_stream", title="Deleting the stream", steps=_delete_stream, finished=_stream_deleted),
        Verb(name="create_page", title="Creating the broadcast", steps=_create_page),
        Verb(name="edit_page", title="Changing the broadcast", steps=_edit_page),
        Verb(name="delete_page", title="Deleting the broadcast", steps=_delete_page),
        Verb(name="page_live", title="Changing the broadcast's status", steps=_page_live),
        Verb(name="rename_video", title="Naming the video", quiet=True, steps=_rename_video),
        Verb(name="delete_video", title="Deleting the video", steps=_delete_video),
    )
