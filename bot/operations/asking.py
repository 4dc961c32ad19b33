"""How an operation is asked for: it takes over what was due, and pushes aside what has less authority."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.context import Context
from bot.model import CLOCK, JSON, Decision, Dossier, Operation, OperationState, Show, StreamKey
from bot.safe import NAMED, SEALED
from bot.show.cues import RANKS, holds_stream, rank
from bot.show.draft import Draft, new_id
from bot.slack import notices

PARKED = frozenset({"record", "stop_recording"})
"""What a pause lets go on afterwards; a finish ends them."""


def ask(draft: Draft, verb: str, by: str, show: Show, args: Mapping[str, JSON] | None = None, *, reply_to: str = "") -> Operation:
    """Ask for `verb` now. An unfinished operation of the same verb is taken over, so that a press and a cue are one operation.

    One that runs goes on as it is, unless this asks for more: its journal then lets it begin again where it stands.
    """
    unfinished = sorted(draft.of(show.id, verb), key=lambda op: op.state is not OperationState.RUNNING)
    there = unfinished[0] if unfinished else None
    if there is not None and there.state is OperationState.RUNNING and not _asks_for_more(there, by, args or {}):
        return there
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
        reply_to=reply_to or there.reply_to,
        owner="",
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
    request: str = "",
    check: Callable[[Dossier], None] = lambda _: None,
) -> Operation:
    """Commit what `ask_thing` asks for. `secrets` are fields that the database never sees as they are: the safe keeps them.

    `request` is the key of the person's request that this carries out. `check` raises, in the same transaction, what forbids it.
    """
    identity = new_id(verb.replace("_", "-"))
    said = dict(args or {})
    if secrets:
        said[NAMED] = sorted(secrets)
        if sealed := context.safe.keep(identity, secrets):
            said[SEALED] = sealed

    def rule(dossier: Dossier) -> Decision[Operation]:
        check(dossier)
        draft = Draft(dossier, context.clock.now())
        asked = ask_thing(draft, verb, by, provider, stream, said, reply_to=reply_to, channel=channel, identity=identity)
        return replace(draft.decision(asked), request=request)

    return await context.store.decide(StreamKey(provider, stream or f"new:{identity}"), rule)


def _asks_for_more(running: Operation, by: str, args: Mapping[str, JSON]) -> bool:
    """Whether a press says something that the running operation does not know: a way to go, or that a person wants it now."""
    insists = running.verb == "go" and running.by == CLOCK and by != CLOCK
    return insists or any(running.args.get(name) != value for name, value in args.items() if value)


def push_aside(draft: Draft, higher: Operation) -> None:
    """Take the stream from every running or waiting operation with less authority: the brake is never blocked."""
    for op in draft.operations:
        if op.id == higher.id or op.rank >= higher.rank or op.state is OperationState.ASKING:
            continue
        same_stream = op.stream == higher.stream and bool(higher.stream)
        same_show = op.show == higher.show and bool(higher.show) and op.verb in RANKS
        if not (same_stream or same_show) or (op.verb == "prepare" and op.show == higher.show and higher.verb != "finish"):
            continue  # a go waits for what is being made for it
        if op.state is OperationState.SCHEDULED and op.due > draft.now:
            continue
        if op.verb in PARKED and higher.verb != "finish":
            draft.operate(replace(op, state=OperationState.WAITING, fence=op.fence + 1, due=draft.now, owner=""))
        elif op.show == higher.show:
            draft.end(op, OperationState.SUPERSEDED, f"{higher.verb} was asked for")
        elif op.state is OperationState.RUNNING:
            draft.operate(replace(op, state=OperationState.WAITING, fence=op.fence + 1, due=draft.now, owner=""))
