"""The operation that brings a restream target to what is wanted of it: beside the show, and never in its way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.context import Context
from bot.errors import ProviderError, UserError
from bot.model import Dossier, Operation, OperationState, RestreamTarget, Source, StepKind, StepRecord, StepState
from bot.operations.restreaming import VERB, owner_of, require_room
from bot.operations.steps import Result, Run, Step, Verb
from bot.providers.base import Restream, Restreams
from bot.safe import SecretLost
from bot.show.draft import Draft
from bot.slack import restreams

OWNER_EVERY = timedelta(seconds=5)
"""How often it is looked whether the stream or the page of a new target has been made."""


def _target(operation: Operation, dossier: Dossier | Draft) -> RestreamTarget:
    return dossier.restream(str(operation.args["target"]))


def _way(context: Context, provider: str) -> Restreams:
    way = context.provider(provider).capabilities.restreams
    if way is None:
        raise context.provider(provider).cannot("restreams")
    return way


def _is_to_be_there(target: RestreamTarget, way: Restreams) -> bool:
    return not target.leaving and (way.switchable or bool(target.on))


def _was_sent(steps: Sequence[StepRecord]) -> bool:
    """Whether an adding may have reached the provider: then it is seen through, whatever is wanted now."""
    return any(step.name == "add" and step.state in (StepState.INTENT, StepState.DONE) for step in steps)


def _steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    target, way = _target(operation, dossier), _way(context, operation.provider)
    journal = dossier.steps.get(operation.id, ())
    there, sent = _is_to_be_there(target, way), _was_sent(journal)
    steps = []
    adding = sent or (there and not target.remote)
    waited = any(step.name == "owner" for step in journal)
    if adding and (waited or not owner_of(dossier.show(operation.show), way)):
        steps.append(_owner_is_known(way))
    if adding:
        steps.append(_add(target, way))
    if not there and (sent or target.remote):
        steps.append(_remove(target, way, operation))
    if there and way.switchable and target.on is not None:
        steps.append(_switch(target, way, operation, on=target.on))
    return tuple(steps)


def _owner_is_known(way: Restreams) -> Step:
    """The stream or the page to which the target belongs has been made."""

    async def ready(run: Run) -> datetime | None:
        show = run.show
        if owner_of(show, way):
            return None
        require_room(show)
        if way.of == "stream" and not run.dossier.of(show.id, "prepare"):
            raise UserError(f"{show.title} ({show.id}) has no stream to send on: making it failed.")
        return run.context.clock.now() + OWNER_EVERY

    return Step(name="owner", label="What it belongs to is made", kind=StepKind.WAIT, ready=ready)


def _add(target: RestreamTarget, way: Restreams) -> Step:
    """It is there; found again by its tag, or by what was sent, if the answer was lost."""

    async def seen(run: Run) -> Result | None:
        known = {other.remote for other in run.dossier.restreams if other.id != target.id}
        found = [one for one in await _look_up(run, target, way) if one.id not in known]
        if len(found) > 1:
            title = run.provider.capabilities.title
            raise ProviderError(f"{title} has {len(found)} targets like “{target.title}”. Remove all but one.", permanent=True)
        return _facts(found[0]) if found else None

    async def act(run: Run) -> Result:
        secrets = run.context.safe.take(target.tag, target.sealed)
        url, key = SecretStr(str(secrets.pop("url", ""))), SecretStr(str(secrets.pop("key", "")))
        fields = {**target.fields, **secrets}
        made = await run.provider.add_restream(owner_of(run.show, way), target.title, url, key, fields, target.tag)
        if way.switchable:
            run.context.safe.forget(target.tag)
        return _facts(made)

    def done(draft: Draft, operation: Operation, result: Result) -> None:
        made = _told(_target(operation, draft), result, draft.now)
        draft.send_on(replace(made, remote=str(result["remote"]), made_at=draft.now, failed=""))
        if not way.switchable:
            _is_on(draft, operation, reporting=way.reports)

    label = f"Add {target.title}" if way.switchable else f"Switch {target.title} on"
    return Step(name="add", label=label, kind=StepKind.CREATE, seen=seen, act=act, verify=False, done=done)


async def _look_up(run: Run, target: RestreamTarget, way: Restreams) -> list[Restream]:
    """The targets that were made for this one, by its tag or by what was sent. Where its key is lost: also by title and host."""
    owner, find = owner_of(run.show, way), run.provider.find_restreams
    tagged: list[Restream] = []
    try:
        secrets = run.context.safe.take(target.tag, target.sealed)
    except SecretLost:
        with suppress(UserError):  # not every vendor looks anything up without a whole address
            tagged = await find(owner, target.title, SecretStr(f"rtmp://{target.host}"), SecretStr(""), target.tag)
        if tagged or not _was_sent(run.dossier.steps.get(run.operation.id, ())):
            return tagged
        listed = await run.provider.list_restreams(owner)
        return [one for one in listed if not one.tag and (one.title, one.host) == (target.title, target.host)]
    url, key = SecretStr(str(secrets.get("url", ""))), SecretStr(str(secrets.get("key", "")))
    return await find(owner, target.title, url, key, target.tag)


def _facts(found: Restream) -> Result:
    return {"remote": found.id, "active": found.active, "live": found.live}


def _told(target: RestreamTarget, result: Result, now: datetime) -> RestreamTarget:
    """The target with what the provider answered of it."""
    active, live = result.get("active"), result.get("live")
    active = target.active if active is None else bool(active)
    live = target.live if live is None else bool(live)
    if (active, live) == (target.active, target.live):
        return target
    return replace(target, active=active, live=live, reported_at=now, reported_by=Source.LOOK)


def _switch(target: RestreamTarget, way: Restreams, operation: Operation, *, on: bool) -> Step:
    """It is on, or off: looked at first, because some vendors only know how to turn it over."""
    words = "on" if on else "off"

    async def seen(run: Run) -> Result | None:
        now = _target(run.operation, run.dossier)
        found = [one for one in await run.provider.list_restreams(owner_of(run.show, way)) if one.id == now.remote]
        if not found:
            title = run.provider.capabilities.title
            if run.just_made(now.made_at):
                raise ProviderError(f"{title} does not list {target.title} yet.", permanent=False, retry_after=1.0)
            raise ProviderError(f"{target.title} is not there any more at {title}. Remove it and add it again.", permanent=True)
        return _facts(found[0]) if found[0].active is on else None

    async def act(run: Run) -> Result:
        now = _target(run.operation, run.dossier)
        answered = await run.provider.switch_restream(owner_of(run.show, way), now.remote, on)
        if answered.active not in (on, None):
            title = run.provider.capabilities.title
            raise ProviderError(f"{title} took the request to switch {target.title} {words}, but it does not show.", permanent=True)
        return _facts(answered)

    def done(draft: Draft, operation: Operation, result: Result) -> None:
        draft.send_on(replace(_told(_target(operation, draft), result, draft.now), done_at=draft.now, failed=""))
        if on:
            _is_on(draft, operation, reporting=way.reports)
        else:
            draft.note(operation.show, "restream off", operation.by, f"{target.title} {target.id}")

    name = f"{words}-{operation.args.get('round', 0)}"
    return Step(name=name, label=f"Switch {target.title} {words}", seen=seen, act=act, verify=False, done=done)


def _is_on(draft: Draft, operation: Operation, *, reporting: bool) -> None:
    target = _target(operation, draft)
    if not target.on:
        return
    target = draft.send_on(replace(target, done_at=draft.now, failed=""))
    draft.note(target.show, "restream on", operation.by, f"{target.title} {target.id}")
    if not reporting:
        draft.post(restreams.asked_on(target, draft.show(target.show), draft.now))


def _remove(target: RestreamTarget, way: Restreams, operation: Operation) -> Step:
    """It is not there any more."""

    async def act(run: Run) -> Result:
        now = _target(run.operation, run.dossier)
        if now.remote:
            await run.provider.remove_restream(owner_of(run.show, way), now.remote)
        return {}

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        now = _target(operation, draft)
        draft.send_on(replace(now, remote="", active=None, live=None, done_at=draft.now, failed=""))

    label = f"Remove {target.title}" if target.leaving else f"Switch {target.title} off"
    return Step(name=f"remove-{operation.args.get('round', 0)}", label=label, act=act, verify=False, done=done)


def _begin(context: Context, draft: Draft, operation: Operation) -> Operation:
    """Nothing is begun for which the key is missing: it is asked for."""
    target, way = _target(operation, draft), _way(context, operation.provider)
    to_add = _is_to_be_there(target, way) and not target.remote and not _was_sent(draft.steps(operation.id))
    if not to_add:
        return operation
    try:
        context.safe.take(target.tag, target.sealed)
    except SecretLost as lost:
        _tell_failure(draft, target, f"Its key is needed again. {lost}", lost=True)
        return draft.end(operation, OperationState.CANCELLED, "its key has to be typed again")
    return operation


def _tell_failure(draft: Draft, target: RestreamTarget, sentence: str, *, lost: bool) -> None:
    target = draft.send_on(replace(target, failed=sentence))
    draft.post(restreams.failure(target, draft.show(target.show), draft.now, lost=lost))
    draft.note(target.show, "restream failed", "", f"{target.title} {target.id}: {sentence}")


def verbs(context: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""

    def finished(draft: Draft, operation: Operation) -> None:
        target = _target(operation, draft)
        if target.leaving:
            context.safe.forget(target.tag)
            draft.send_on(replace(target, gone=True, sealed="", fields={}))

    def failed(draft: Draft, operation: Operation, sentence: str) -> None:
        target = _target(operation, draft)
        _tell_failure(draft, target, sentence, lost=not context.safe.has(target.tag, target.sealed) and not target.remote)

    return (Verb(name=VERB, title="Restream", aside=True, steps=_steps, begin=_begin, finished=finished, failed=failed),)
