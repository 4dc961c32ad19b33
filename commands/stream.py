"""`/live stream`: the provider's standing entry points: listed, created, changed, switched, deleted, and where to push."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.errors import Choice, Question, UserError
from bot.model import JSON, StreamKey
from bot.offload import offload
from bot.providers.base import Field, Provider, StreamInfo
from bot.show.access import Verb
from bot.show.phone import normalise
from bot.show.times import wall
from bot.slack.assignments import TypedSecret, read_assignments, require_no_secret, split_assignments
from bot.slack.blocks import Control, actions, say
from bot.slack.call import ACTIVE, Call
from bot.slack.declare import Button, Command, Form, Picker, Stage
from bot.slack.fields import read_fields
from bot.slack.modals import confirm, loading
from bot.slack.requests import request
from bot.slack.stream_forms import apart, changed, create_form, edit_form, prints, settable
from bot.slack.stream_list import streams_message
from bot.slack.streams import (
    PICK,
    HiddenStreams,
    all_streams,
    chosen,
    facts_of,
    find_stream,
    folded,
    hidden_streams,
    look_now,
    missing,
    named_or_not,
    offer_streams,
    parse_key,
    read_stream,
    require_hands_on,
    require_off_air,
    shows_on,
    shows_words,
    still_hands_on,
)
from bot.slack.text import escape
from commands.key import show_key

CHANGING = "Changing the stream"
ENABLING = "Enabling the stream"


async def run(call: Call) -> None:
    """Do what the first word says; without words, list."""
    words = call.words
    if normalise(call.interaction.text).partition(" ")[0].casefold() == "key":
        words = f"key {words}"
    verb, _, rest = words.partition(" ")
    act = _ACTS.get(verb.casefold() or "list")
    if act is None:
        close = difflib.get_close_matches(verb.casefold(), list(_ACTS), n=1)
        hint = f" Did you mean {call.command} stream {close[0]}?" if close else ""
        raise UserError(f"A stream can be: {', '.join(_ACTS)}.{hint}")
    try:
        require_no_secret(_all_fields(call), rest)
    except TypedSecret as secret:
        await _send_to_form(call, verb.casefold(), rest, str(secret))
        return
    await act(call, rest.strip())


def _all_fields(call: Call) -> list[Field]:
    return [field for provider in call.context.providers.values() for field in provider.capabilities.stream_fields]


async def _send_to_form(call: Call, verb: str, words: str, sentence: str) -> None:
    """Answer a secret in a typed line, which is not repeated: with a button for the form where one takes it."""
    match verb:
        case "create":
            buttons = _form_button(call)
        case "edit":
            buttons = await _edit_button(call, words)
        case _:
            buttons = []
    await call.reply(say(escape(sentence), *buttons))


async def _edit_button(call: Call, words: str) -> list[Mapping[str, JSON]]:
    said, _ = split_assignments(words)
    try:
        info = await find_stream(call, "stream edit", said)
    except UserError:
        return []
    return actions([Control("stream-edit", "Open the form", {"k": str(info.key)})])


# -- list ---------------------------------------------------------------------------------------------------------------
async def _list(call: Call, words: str) -> None:
    """Every stream that the person may know of with its state, those first that were left on."""
    listed, failures = await all_streams(call)
    hidden = await hidden_streams(call)
    streams = await offload(_listed, listed, hidden, words)
    if not streams:
        fits = f" with “{words}” in its name" if words else ""
        out = "".join(f" {sentence}" for sentence in failures)
        raise UserError(f"There is no stream{fits}.{out} Make one with {call.command} stream create.")
    shows = await named_or_not(call, await call.context.store.shows(states=ACTIVE, limit=1000))
    able = {name: provider.capabilities for name, provider in call.context.providers.items()}
    narrow = f"{call.command} stream list <part of a name>"
    titles = {name: one.title for name, one in able.items()}
    where = titles if len(titles) > 1 else {}
    now, notes = call.context.clock.now(), missing(failures)
    await call.reply(await offload(streams_message, streams, shows, able, now, call.zone, narrow, where, notes))


def _listed(listed: Sequence[StreamInfo], hidden: HiddenStreams, words: str) -> list[StreamInfo]:
    wanted = folded(words)
    return [
        info for info in listed if not hidden.has(info.key, info.name) and (wanted in folded(info.name) or words == info.key.id)
    ]


# -- create -------------------------------------------------------------------------------------------------------------
async def _create(call: Call, words: str) -> None:
    """By form, or in one line: a name, then `key=value`."""
    name, values = split_assignments(words)
    name, named = _on_provider(call, name)
    provider = _provider(call, values.pop("provider", named), words)
    if not name or not words:
        if values:
            raise UserError(f"Name the stream first: {call.command} stream create Church Main region=ix1.")
        await call.open(create_form(provider, name, call.remember(p=provider.name)))
        return
    await _ask_to_create(call, provider, name, read_assignments(settable(provider, creating=True), values))


def _on_provider(call: Call, name: str) -> tuple[str, str]:
    """The name without `on <provider>` at its end, and that provider: `Chapel on Gjirafa`, or nothing but `on gjirafa`."""
    before, found, last = f" {name}".rpartition(" on ")
    said = folded(last)
    for key, provider in call.context.providers.items():
        if found and said in (key, folded(provider.capabilities.title)):
            return before.strip(), key
    return name, ""


def _provider(call: Call, named: str, words: str) -> Provider:
    if named:
        return call.context.provider(named.casefold())
    if len(call.context.providers) == 1:
        return call.context.only_provider
    there = call.context.providers.items()
    choices = [Choice(provider.capabilities.title, f"stream create provider={name} {words}".strip()) for name, provider in there]
    raise Question("At which provider?", choices)


def _form_button(call: Call) -> list[Mapping[str, JSON]]:
    return actions([Control("stream-form", "Open the form", {})]) if len(call.context.providers) == 1 else []


async def press_form(call: Call) -> None:
    """The form, from an answer that sends people to it."""
    provider = call.context.only_provider
    await call.open(create_form(provider, "", call.remember(p=provider.name)))


async def check_create(call: Call) -> Mapping[str, str]:
    """Errors by input, before the form closes."""
    provider = call.context.provider(str(call.metadata.get("p")))
    _, errors = read_fields(settable(provider, creating=True), call.view.values)
    if not normalise(str(call.view.values.get("name") or "")):
        errors["name"] = "Give the stream a name."
    return errors


async def submit_create(call: Call) -> None:
    """Create was pressed."""
    provider = call.context.provider(str(call.metadata.get("p")))
    fields, _ = read_fields(settable(provider, creating=True), call.view.values)
    await _ask_to_create(call, provider, normalise(str(call.view.values["name"])), fields)


async def _ask_to_create(call: Call, provider: Provider, name: str, fields: Mapping[str, JSON]) -> None:
    kept, secrets = apart(provider.capabilities.stream_fields, fields)
    await request(call, "create_stream", provider.name, "", {"name": name, "fields": kept}, secrets)


# -- edit ---------------------------------------------------------------------------------------------------------------
async def _edit(call: Call, words: str) -> None:
    """By form, or in one line: the stream, then `key=value`."""
    said, values = split_assignments(words)
    if not values:
        await call.open(loading("Edit stream"))
        info = await chosen(call, "stream edit", said)
        if info is not None:
            await _show_edit_form(call, info)
        return
    info = await chosen(call, "stream edit", said, " ".join(f'{key}="{value}"' for key, value in values.items()))
    if info is None:
        return
    provider = call.context.provider(info.key.provider)
    await require_hands_on(call, info.key, CHANGING)
    await _ask_to_edit(call, info.key, read_assignments(settable(provider, creating=False), values))


async def press_edit(call: Call) -> None:
    """The form, from an answer that sends people to it."""
    await call.open(loading("Edit stream"))
    key = parse_key(str(call.carried.get("k")))
    await require_hands_on(call, key, CHANGING)
    await _show_edit_form(call, await read_stream(call, key))


async def _show_edit_form(call: Call, info: StreamInfo) -> None:
    provider = call.context.provider(info.key.provider)
    await require_hands_on(call, info.key, CHANGING)
    before = prints(settable(provider, creating=False), info)
    await call.open(edit_form(provider, info, call.remember(k=str(info.key), was=before)))


async def check_edit(call: Call) -> Mapping[str, str]:
    """Errors by input, before the form closes."""
    key = parse_key(str(call.metadata.get("k")))
    _, errors = read_fields(settable(call.context.provider(key.provider), creating=False), call.view.values)
    return errors


async def submit_edit(call: Call) -> None:
    """Save was pressed: what differs from what the form showed is sent."""
    key = parse_key(str(call.metadata.get("k")))
    await require_hands_on(call, key, CHANGING)
    typed, _ = read_fields(settable(call.context.provider(key.provider), creating=False), call.view.values)
    was = call.metadata.get("was")
    await _ask_to_edit(call, key, changed(typed, was if isinstance(was, dict) else {}))


async def _ask_to_edit(call: Call, key: StreamKey, fields: Mapping[str, JSON]) -> None:
    if not fields:
        raise UserError("Nothing differs from what is set already, so nothing was changed.")
    known = call.context.provider(key.provider).capabilities.stream_fields
    if any(field.moves_ingest and field.name in fields for field in known):
        await require_off_air(call, await shows_on(call, key))
    kept, secrets = apart(known, fields)
    check = await still_hands_on(call, key, CHANGING, Verb.CHANGE)
    await request(call, "edit_stream", key.provider, key.id, {"fields": kept}, secrets, check)


# -- enable, disable, delete ---------------------------------------------------------------------------------------------
async def _enable(call: Call, words: str) -> None:
    info = await chosen(call, "stream enable", words)
    if info is None:
        return
    _require_switch(call, info.key)
    await require_hands_on(call, info.key, ENABLING, Verb.ENABLE)
    if info.enabled:
        seen = await call.context.store.seen(info.key)
        began = seen.since.get("enabled") if seen else None
        now = call.context.clock.now()
        since = f" since {wall(began, call.zone, seconds=True, relative_to=now)}" if began else ""
        raise UserError(f"{info.name} is enabled already{since}. Nothing to do.")
    check = await still_hands_on(call, info.key, ENABLING, Verb.ENABLE)
    await request(call, "enable_stream", info.key.provider, info.key.id, check=check)


def _require_switch(call: Call, key: StreamKey) -> None:
    provider = call.context.provider(key.provider)
    if provider.capabilities.switch is None:
        raise provider.cannot("switch")


async def _disable(call: Call, words: str) -> None:
    await _ask_first(call, "disable", words)


async def _delete(call: Call, words: str) -> None:
    await _ask_first(call, "delete", words)


async def _ask_first(call: Call, verb: str, words: str) -> None:
    if call.interaction.trigger:
        await call.open(loading(f"{verb.capitalize()} stream"))
    info = await chosen(call, f"stream {verb}", words)
    if info is not None:
        await _question(call, verb, info.key)


async def press_off(call: Call) -> None:
    """Turn stream off: of a show's card, or of a stream in the list."""
    await call.open(loading("Disable stream"))
    if "k" in call.carried:
        await _question(call, "disable", parse_key(str(call.carried["k"])))
        return
    show = await call.carried_show()
    if show.key is None:
        raise UserError(f"{show.title} ({show.id}) has no stream, so there is nothing to turn off.")
    await _question(call, "disable", show.key)


async def press_delete(call: Call) -> None:
    """Delete a stream, from an answer that could not open a form."""
    await call.open(loading("Delete stream"))
    await _question(call, "delete", parse_key(str(call.carried.get("k"))))


async def _question(call: Call, verb: str, key: StreamKey) -> None:
    """Taking a stream away asks first, with what is known of it now."""
    if verb == "disable":
        _require_switch(call, key)
    await require_hands_on(call, key, f"To {verb} the stream", Verb(verb))
    shows = await shows_on(call, key)
    await require_off_air(call, shows)
    seen, failed = await look_now(call, key)
    if seen is not None and seen.gone:
        raise UserError(f"The stream {key.id} is not there any more.")
    name = seen.name if seen and seen.name else key.id
    able = call.context.provider(key.provider).capabilities
    facts = "\n".join(facts_of(seen, call.zone, call.context.clock.now(), failed, able=able))
    warning = _WARNINGS[verb] + (_ONLY_OFF if verb == "delete" and able.switch is not None else "")
    text = f"*{escape(name)}* ({key.id})\n{facts}\n\n{await shows_words(call, shows)}\n\n{warning}"
    if not call.interaction.trigger:
        action = "stream-off" if verb == "disable" else "stream-delete"
        await call.reply(say(text, *actions([Control(action, f"{verb.capitalize()}…", {"k": str(key)}, "danger")])))
        return
    title = f"{verb.capitalize()} this stream?"
    await call.open(confirm(f"stream-{verb}", title, text, verb.capitalize(), call.remember(k=str(key))))


_WARNINGS: Mapping[str, str] = {
    "disable": "Disabling cuts off the encoder at once. The stream, its addresses and its recordings stay.",
    "delete": (
        ":warning: *This cannot be undone.* Its push addresses, player links and statistics are destroyed. Its recordings stay."
    ),
}
_ONLY_OFF = " To only turn it off, disable it."


async def submit_disable(call: Call) -> None:
    """Disable was confirmed."""
    await _confirmed(call, "disable")


async def submit_delete(call: Call) -> None:
    """Delete was confirmed."""
    await _confirmed(call, "delete")


async def _confirmed(call: Call, verb: str) -> None:
    key = parse_key(str(call.metadata.get("k")))
    what = f"To {verb} the stream"
    await require_hands_on(call, key, what, Verb(verb))
    await require_off_air(call, await shows_on(call, key))
    check = await still_hands_on(call, key, what, Verb(verb))
    await request(call, f"{verb}_stream", key.provider, key.id, check=check)


# -- picking ------------------------------------------------------------------------------------------------------------
async def submit_pick(call: Call) -> None:
    """A stream was picked for a verb."""
    key = parse_key(str(call.view.values.get("stream") or ""))
    act = _ACTS[str(call.metadata.get("v")).removeprefix("stream ")]
    await act(call, str(key))


_ACTS: Mapping[str, Callable[[Call, str], Awaitable[None]]] = {
    "list": _list,
    "create": _create,
    "edit": _edit,
    "key": show_key,
    "enable": _enable,
    "disable": _disable,
    "delete": _delete,
}

DECLARATIONS = (
    Command(
        "stream",
        "list|create|edit|key|enable|disable|delete [<stream>|<show>]",
        "streams: make, change, switch on and off, where to push",
        Stage.THINGS,
        run,
        aliases=("key",),
        bare="all streams with their state, those left on first",
        examples=(
            "stream",
            "stream create",
            "stream create Church Main region=ix1 dvr_enabled=yes",
            "stream edit church-main region=dt1",
            "stream key church-main",
            "stream disable s12",
        ),
    ),
    Button("stream-off", press_off),
    Button("stream-delete", press_delete),
    Button("stream-edit", press_edit),
    Button("stream-form", press_form),
    Form(PICK, submit_pick),
    Form("stream-create", submit_create, check_create),
    Form("stream-edit", submit_edit, check_edit),
    Form("stream-disable", submit_disable),
    Form("stream-delete", submit_delete),
    Picker("stream", offer_streams),
)
