"""`/live restream`: where else a show's picture is sent on to. Addresses and keys are typed into a form and nowhere else."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping

from bot.errors import Choice, Question, UserError
from bot.model import CLOCK, Decision, Dossier, RestreamTarget, Show, ShowState
from bot.operations import restreaming
from bot.operations.restreaming import Copied, Wish
from bot.providers.base import Field
from bot.show.access import Verb
from bot.show.draft import Draft
from bot.show.phone import normalise
from bot.slack.assignments import TypedSecret, require_no_stream_key
from bot.slack.blocks import Control, Message, actions, say
from bot.slack.call import ACTIVE, Call, present_state
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.fields import read_fields
from bot.slack.modals import confirm
from bot.slack.restream_board import AHEAD, able_of, board_of, carried_target, change, is_keyless, named_target, way_of
from bot.slack.restreams import ADD, KEY, add_form, address_errors, host_of, key_form, may_be_noticed, remove_words, titles
from bot.slack.stamps import at
from bot.slack.stream_forms import apart
from bot.slack.text import escape, mention


async def run(call: Call) -> None:
    """Do what the first word says; without one, show the board."""
    verb, _, rest = call.words.partition(" ")
    try:
        require_no_stream_key(call.words, strict=verb.casefold() not in ("on", "off", "remove"))
    except TypedSecret as secret:
        await _send_to_form(call, str(secret))
        return
    act = _ACTS.get(verb.casefold())
    if act is not None:
        await act(call, rest.strip())
        return
    close = difflib.get_close_matches(verb.casefold(), list(_ACTS), n=1)
    if close and not rest:
        raise UserError(f"A restream can be: {', '.join(_ACTS)}. Did you mean {call.command} restream {close[0]}?")
    await _list(call, call.words)


async def _send_to_form(call: Call, sentence: str) -> None:
    """Answer a secret in a typed line, which is not repeated, with the form that takes it."""
    try:
        show = await call.find_show("", AHEAD)
        way_of(call, show)
    except UserError:
        await call.reply(say(escape(sentence)))
        return
    await call.reply(say(escape(sentence), *actions([Control("restream-form", "Add a target…", {"s": show.id})])))


# -- the board ----------------------------------------------------------------------------------------------------------
async def press_board(call: Call) -> None:
    """Restreams… on the card."""
    await call.reply(await board_of(call, await call.carried_show(Verb.READ)))


async def _again(call: Call, show: Show) -> None:
    """The board in the place of the one that was pressed in."""
    await call.reply(await board_of(call, show), replace=True)


# -- add ----------------------------------------------------------------------------------------------------------------
async def _add(call: Call, words: str) -> None:
    """By form only: what is no show is not repeated, because it may be a part of a key."""
    try:
        show = await call.find_show(words, AHEAD)
    except Question:
        raise
    except UserError:
        if not words:
            raise
        await _send_to_form(call, "A target's title, address and key are typed into its form; what was typed is not used.")
        return
    await _open_form(call, show)


async def press_form(call: Call) -> None:
    """Add a target…, on the board or in an answer."""
    await _open_form(call, await call.carried_show())


async def _open_form(call: Call, show: Show) -> None:
    way = way_of(call, show)
    restreaming.require_room(show)
    await call.open(add_form(show, able_of(call, show), way, call.remember(s=show.id)))


async def check_add(call: Call) -> Mapping[str, str]:
    """Errors by input, before the form closes; none of them repeats what was typed."""
    show = await call.checked_show()
    if show is None:
        return {}
    errors = {**address_errors(call.view.values), **read_fields(_fields(call, show), call.view.values)[1]}
    title = _typed(call, "title")
    if not title:
        errors["title"] = "Give the target a title."
    elif any(title.casefold() == known.title.casefold() for known in await call.context.store.restreams(show.id)):
        errors["title"] = "This show has a target of that title already."
    return errors


def _fields(call: Call, show: Show) -> list[Field]:
    return [field for field in way_of(call, show).fields if field.on_create]


def _typed(call: Call, name: str) -> str:
    return normalise(str(call.view.values.get(name) or "")) if name == "title" else str(call.view.values.get(name) or "").strip()


async def submit_add(call: Call) -> None:
    """Add was pressed."""
    show = await call.carried_show()
    fields, secrets = apart(_fields(call, show), read_fields(_fields(call, show), call.view.values)[0])
    safe, url = call.context.safe, _typed(call, "url")
    key = restreaming.put_away(safe, {**secrets, "url": url, "key": _typed(call, "key")})
    wish = Wish(_typed(call, "title"), host_of(url), call.user, key, fields)

    def rule(dossier: Dossier, ids: tuple[str, ...]) -> Decision[RestreamTarget]:
        draft = Draft(dossier, call.context.clock.now())
        current = draft.show(show.id)
        call.require_still(dossier, current)
        target = restreaming.add(draft, current, ids[0], wish, able_of(call, show))
        return call.carried_out(draft.decision(target))

    try:
        target = await call.context.store.add_restreams(show.id, 1, rule)
    except UserError:
        safe.forget(key.tag)
        raise
    goes = "It is switched on now." if target.on else "It goes on and off with the show."
    await call.reply(f"{titles([target])} is a restream target of {escape(show.title)} ({show.id}). {goes}")


# -- copy ---------------------------------------------------------------------------------------------------------------
async def _copy(call: Call, words: str) -> None:
    """`copy <show>`, into the show due here, or `copy <show> to <show>`."""
    named, _, into = f" {words} ".partition(" to ")
    if not named.strip():
        raise UserError(f"Name the show to copy from: {call.command} restream copy s12.")
    source = await call.find_show(named.strip(), tuple(ShowState))
    show = await call.find_show(into.strip(), AHEAD) if into.strip() else await _next_show(call, source)
    await call.reply(await _copied(call, source, show))


async def _next_show(call: Call, source: Show) -> Show:
    here = await call.readable_shows(await call.context.store.shows(channel=source.channel, states=AHEAD, limit=50))
    found = [show for show in here if show.id != source.id and show.provider == source.provider]
    if not found:
        raise UserError(f"There is no other show to copy the targets of {source.title} ({source.id}) to. Plan it first.")
    if len(found) == 1:
        await call.require(found[0])
        return found[0]
    choices = [
        Choice(f"{show.id}: {at(show.start, show, seconds=False)} {show.title}", f"restream copy {source.id} to {show.id}")
        for show in found[:5]
    ]
    raise Question(f"To which show are the targets of {source.title} ({source.id}) copied?", choices)


async def press_copy(call: Call) -> None:
    """Copy from the last show, on the board."""
    show = await call.carried_show()
    source = await call.carried_show(name="from")
    await call.reply(await _copied(call, source, show), replace=True)


async def _copied(call: Call, source: Show, show: Show) -> Message:
    way_of(call, show)
    if source.provider != show.provider:
        raise UserError(
            f"{source.title} is at another provider than {show.title}: add its targets with {call.command} restream add."
        )
    there = await call.context.store.restreams(source.id)
    if not there:
        raise UserError(f"{source.title} ({source.id}) has no restream targets.")
    keys = {target.id: restreaming.another(call.context.safe, target) for target in there}

    def rule(dossier: Dossier, ids: tuple[str, ...]) -> Decision[Copied]:
        draft = Draft(dossier, call.context.clock.now())
        call.require_still(dossier, draft.show(show.id))
        found = restreaming.copy(draft, draft.show(show.id), source, ids, call.user, keys, able_of(call, show))
        return call.carried_out(draft.decision(found))

    found = await call.context.store.add_restreams(show.id, len(there), rule, beside=source.id)
    if not (found.copied or found.keyless):
        return say(f"{escape(show.title)} ({show.id}) has all targets of {escape(source.title)} ({source.id}) already.")
    lines = [f"Copied from {escape(source.title)} ({source.id}) to {escape(show.title)} ({show.id})."]
    if found.copied:
        lines.append(f"Ready to go on with the show: {titles(found.copied)}.")
    if found.keyless:
        lines.append(f"Their keys are not kept, so they have to be typed again: {titles(found.keyless)}.")
    buttons = [Control(KEY, f"Key of {target.title}…", {"s": show.id, "t": target.id}) for target in found.keyless[:5]]
    return say("\n".join(lines), *actions(buttons))


# -- on and off ---------------------------------------------------------------------------------------------------------
async def _on(call: Call, words: str) -> None:
    show, target = await named_target(call, "on", words)
    await call.reply(await _switched(call, show, target, on=True))


async def _off(call: Call, words: str) -> None:
    show, target = await named_target(call, "off", words)
    await call.reply(await _switched(call, show, target, on=False))


async def _switched(call: Call, show: Show, target: RestreamTarget, *, on: bool) -> str:
    """Ask for it, unless it is so already; what the person is answered."""
    way_of(call, show)

    name, word = titles([target]), "on" if on else "off"

    def rule(draft: Draft, current: Show, now: RestreamTarget) -> str:
        if now.leaving:
            raise UserError(f"{now.title} ({now.id}) is being removed. Add it again to use it.")
        if now.wanted is on and now.on is on and now.done_at and not now.failed and now.active is not (not on):
            by = f", asked by {mention(now.asked_by)}" if now.asked_by != CLOCK else ""
            return f"{name} is {word} already since {at(now.asked_at or now.done_at, current)}{by}. Nothing to do."
        after = restreaming.by_hand(draft, current, now, call.user, on=on)
        if after.on is on and after.done_at is None:
            return f"Switching {name} {word}. Its steps are in the card's thread."
        with_it = f"{name} goes on with {escape(current.title)} ({current.id})."
        return with_it if on else f"{name} stays off until somebody switches it on."

    return await change(call, show, target, rule)


async def press_on(call: Call) -> None:
    """Switch on, on the board."""
    show, target = await carried_target(call)
    await _switched(call, show, target, on=True)
    await _again(call, show)


async def press_off(call: Call) -> None:
    """Switch off, on the board."""
    show, target = await carried_target(call)
    await _switched(call, show, target, on=False)
    await _again(call, show)


async def press_again(call: Call) -> None:
    """Try again, on the post that says what could not be done."""
    show, target = await carried_target(call)

    def rule(draft: Draft, current: Show, now: RestreamTarget) -> None:
        if not now.failed:
            raise UserError(f"{now.title} ({now.id}) was dealt with already. See {call.command} restream {current.id}.")
        restreaming.again(draft, current, now, call.user, able_of(call, current))

    await change(call, show, target, rule)
    await call.reply(
        say(f":arrows_counterclockwise: {titles([target])} had failed; {mention(call.user)} tries again."), replace=True
    )


async def press_seen(call: Call) -> None:
    """I see it: no provider tells whether the picture arrives, so a person does."""
    show, target = await carried_target(call)

    def rule(draft: Draft, current: Show, now: RestreamTarget) -> None:
        if not may_be_noticed(now, able_of(call, current)):
            raise UserError(_noticed_words(now, current))
        restreaming.notice(draft, now, call.user)

    await change(call, show, target, rule)
    await call.reply(f"Noted: you see {titles([target])}, {at(call.context.clock.now(), show)}.")


def _noticed_words(target: RestreamTarget, show: Show) -> str:
    if target.noticed_by and target.noticed_at:
        return f"{target.title} ({target.id}) was seen already, {at(target.noticed_at, show)}. Nothing to note."
    return f"{target.title} ({target.id}) is not on now. {present_state(show)}"


# -- remove -------------------------------------------------------------------------------------------------------------
async def _remove(call: Call, words: str) -> None:
    await _ask_to_remove(call, *await named_target(call, "remove", words))


async def press_remove(call: Call) -> None:
    """Remove… on the board."""
    await _ask_to_remove(call, *await carried_target(call))


async def _ask_to_remove(call: Call, show: Show, target: RestreamTarget) -> None:
    """Removing forgets the key, so it asks first."""
    text = remove_words(target, show, able_of(call, show))
    if not call.interaction.trigger:
        button = Control("restream-remove", "Remove…", {"s": show.id, "t": target.id}, "danger")
        await call.reply(say(text, *actions([button])))
        return
    await call.open(confirm("restream-remove", "Remove the target?", text, "Remove", call.remember(s=show.id, t=target.id)))


async def submit_remove(call: Call) -> None:
    """Removing was confirmed."""
    show, target = await carried_target(call)
    await change(call, show, target, lambda draft, current, now: restreaming.remove(draft, current, now, call.user))
    await call.reply(f"Removing {titles([target])} from {escape(show.title)} ({show.id}).")


# -- the key again ------------------------------------------------------------------------------------------------------
async def press_key(call: Call) -> None:
    """Type the key…: nobody knows it any more."""
    show, target = await carried_target(call)
    if not is_keyless(call, target):
        raise UserError(f"{target.title} ({target.id}) has its key. See {call.command} restream {show.id}.")
    await call.open(key_form(target, _secret_fields(call, show), call.remember(s=show.id, t=target.id)))


def _secret_fields(call: Call, show: Show) -> list[Field]:
    return [field for field in _fields(call, show) if field.kind == "secret"]


async def check_key(call: Call) -> Mapping[str, str]:
    """Errors by input, before the form closes."""
    show = await call.checked_show()
    more = read_fields(_secret_fields(call, show), call.view.values)[1] if show is not None else {}
    return {**address_errors(call.view.values), **more}


async def submit_key(call: Call) -> None:
    """The key was typed again."""
    show, target = await carried_target(call)
    more, _ = read_fields(_secret_fields(call, show), call.view.values)
    url = _typed(call, "url")
    sealed = call.context.safe.keep(target.tag, {**more, "url": url, "key": _typed(call, "key")})

    def rule(draft: Draft, current: Show, now: RestreamTarget) -> None:
        restreaming.retype(draft, current, now, call.user, host_of(url), sealed, able_of(call, current))

    await change(call, show, target, rule)
    await call.reply(f"{titles([target])} has its key again.")


async def _list(call: Call, words: str) -> None:
    """The board, as without a word."""
    await call.reply(await board_of(call, await call.find_show(words, ACTIVE, Verb.READ)))


_ACTS: Mapping[str, Callable[[Call, str], Awaitable[None]]] = {
    "list": _list,
    "add": _add,
    "copy": _copy,
    "on": _on,
    "off": _off,
    "remove": _remove,
}

DECLARATIONS = (
    Command(
        "restream",
        "list|add|copy <show>|on <target>|off <target>|remove <target>",
        "send the picture on to other platforms; addresses and keys only in the form",
        Stage.THINGS,
        run,
        bare="the show's targets, as wanted and as reported, with their buttons",
        examples=("restream", "restream add", "restream copy s12", "restream off youtube", "restream on r1"),
    ),
    Button("restreams", press_board),
    Button("restream-form", press_form),
    Button("restream-copy", press_copy),
    Button("restream-on", press_on),
    Button("restream-off", press_off),
    Button("restream-again", press_again),
    Button("restream-seen", press_seen),
    Button("restream-remove", press_remove),
    Button(KEY, press_key),
    Form(ADD, submit_add, check_add),
    Form(KEY, submit_key, check_key),
    Form("restream-remove", submit_remove),
)
