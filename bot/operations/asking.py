"""How an operation is asked for: it takes over what was due, and pushes aside what has less authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.context import Context
from bot.model import JSON, Decision, Dossier, Operation, OperationState, Show, StreamKey
from bot.safe import NAMED
from bot.show.cues import holds_stream, rank
from bot.show.draft import Draft, new_id
from bot.slack import notices

PARKED = frozenset({"record", "stop_recording", "hold"})
"""What a pause lets go on afterwards; a finish ends them."""


def ask(draft: Draft, verb: str, by: str, show: Show, args: Mapping[str, JSON] | None = None, *, reply_to: str = "") -> Operation:
    """Ask for `verb` now. An unfinished operation of the same verb is taken over, so that a press and a cue are one operation."""
    there = next((op for op in draft.of(show.id, verb) if op.state is not OperationState.RUNNING), None)
    running = next((op for op in draft.of(show.id, verb) if op.state is OperationState.RUNNING), None)
    if running is not None:
        return running
    if there is None:
        there = Operation(
            id=new_id(verb.replace("_", "-")),
            verb=verb,
            due=draft.now,
            by=by,
            asked_at=draft.now,
            show=show.id,
            provider=show.provider,
            rank=rank(verb),
            channel=show.channel,
        )
    operation = replace(
        there,
        by=by,
        due=draft.now,
        asked_at=draft.now,
        stream=show.stream if holds_stream(verb) else "",
        state=OperationState.SCHEDULED,
        fence=there.fence + 1,
        args={**there.args, **(args or {})},
        reply_to=reply_to,
        note="",
    )
    push_aside(draft, operation)
    draft.post(notices.progress(operation, show, draft.now))
    return draft.operate(operation)


def ask_thing(
    draft: Draft,
    verb: str,
    by: str,
    provider: str,
    stream: str = "",
    args: Mapping[str, JSON] | None = None,
    *,
    reply_to: str = "",
    channel: str = "",
    identity: str = "",
) -> Operation:
    """Ask now for a verb on a stream or a video, outside the run of a show; its progress is told to the asker alone.

    `reply_to` is the response URL of what they did; without one (a form was sent) they get a direct message. `stream` is empty
    where none is worked on, so that nothing waits for it.
    """
    operation = Operation(
        id=identity or new_id(verb.replace("_", "-")),
        verb=verb,
        due=draft.now,
        by=by,
        asked_at=draft.now,
        provider=provider,
        stream=stream,
        args=dict(args or {}),
        rank=rank(verb),
        reply_to=reply_to,
        channel=channel,
    )
    draft.post(notices.progress(operation, None, draft.now))
    return draft.operate(operation)


async def request_thing(
    context: Context,
    verb: str,
    by: str,
    provider: str,
    stream: str = "",
    args: Mapping[str, JSON] | None = None,
    *,
    secrets: Mapping[str, JSON] | None = None,
    reply_to: str = "",
    channel: str = "",
) -> Operation:
    """Commit what `ask_thing` asks for. `secrets` are fields that the database never sees: they are kept in memory until sent."""
    identity = new_id(verb.replace("_", "-"))
    said = dict(args or {})
    if secrets:
        said[NAMED] = sorted(secrets)
        context.safe.keep(identity, secrets)

    def rule(dossier: Dossier) -> Decision[Operation]:
        draft = Draft(dossier, context.clock.now())
        asked = ask_thing(draft, verb, by, provider, stream, said, reply_to=reply_to, channel=channel, identity=identity)
        return draft.decision(asked)

    return await context.store.decide(StreamKey(provider, stream or f"new:{identity}"), rule)


def push_aside(draft: Draft, higher: Operation) -> None:
    """Take the stream from every running or waiting operation with less authority: the brake is never blocked."""
    for op in draft.operations:
        if op.id == higher.id or op.rank >= higher.rank or op.state is OperationState.ASKING:
            continue
        if op.stream != higher.stream or not higher.stream:
            continue
        if op.state is OperationState.SCHEDULED and op.due > draft.now:
            continue
        if op.verb in PARKED and higher.verb != "finish":
            draft.operate(replace(op, state=OperationState.WAITING, fence=op.fence + 1, due=draft.now, owner=""))
        elif op.show == higher.show:
            draft.end(op, OperationState.SUPERSEDED, f"{higher.verb} was asked for")
        elif op.state is OperationState.RUNNING:
            draft.operate(replace(op, state=OperationState.WAITING, fence=op.fence + 1, due=draft.now, owner=""))
