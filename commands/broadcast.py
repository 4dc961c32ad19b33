"""`/live broadcast`: the viewers' page of a show, which has a status of its own: made, changed, deleted, and its pending text."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.errors import UserError
from bot.model import JSON, OperationState, Show
from bot.operations.asking import ask
from bot.providers.base import Field, Page, Pages
from bot.show.draft import Draft
from bot.slack.blocks import Control, actions, say
from bot.slack.call import ACTIVE, Call, present_state
from bot.slack.controls import control
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.fields import field_input, read_fields
from bot.slack.modals import confirm, form, loading, paragraph, text_input
from bot.slack.stamps import at
from bot.slack.stream_forms import as_shown, changed, print_of
from bot.slack.streams import look_now
from bot.slack.text import escape, link

PENDING_MOST = 3000


async def run(call: Call) -> None:
    """Do what the first word says to the show's page; without one, tell of it."""
    verb, _, rest = call.words.partition(" ")
    act = _ACTS.get(verb.casefold())
    if act is None:
        close = difflib.get_close_matches(verb.casefold(), list(_ACTS), n=1)
        if close and not rest:
            raise UserError(f"A broadcast can be: {', '.join(_ACTS)}. Did you mean {call.command} broadcast {close[0]}?")
    show = await call.find_show(call.words if act is None else rest.strip(), (*ACTIVE,))
    _pages(call, show)
    await (act or _tell)(call, show)


def _pages(call: Call, show: Show) -> Pages:
    provider = call.context.provider(show.provider)
    if provider.capabilities.pages is None:
        raise provider.cannot("pages")
    return provider.capabilities.pages


def _word(call: Call, show: Show) -> str:
    """What the provider calls it: broadcast, live video, streaming."""
    return _pages(call, show).word


async def _tell(call: Call, show: Show) -> None:
    """The show's page: its name, state and link, and the button for what can be done."""
    if not show.page:
        button = Control("page-create", f"Create the {_word(call, show)}…", {"s": show.id}, "primary")
        await call.reply(say(f"{escape(show.title)} ({show.id}) has no {_word(call, show)}.", *actions([button])))
        return
    page = await call.context.provider(show.provider).page(show.page)
    now = at(call.context.clock.now(), show)
    of = f"{escape(show.title)} ({show.id})"
    text = f"{_word(call, show).capitalize()} *{escape(page.name)}* ({page.id}) of {of}: *{escape(page.state)}*, looked {now}."
    said = str(page.fields.get("pending_message") or "")
    text += f"\nWhile viewers wait they read: “{escape(said)}”" if said else ""
    text += f"\n{link(page.viewer_link, 'Viewer link')}" if page.viewer_link else ""
    buttons = [
        Control("page-edit", "Edit…", {"s": show.id}),
        *([control("tell-viewers", show)] if _takes_a_text(call, show) else []),
        *([control("delete-page", show)] if _pages(call, show).deletable else []),
    ]
    await call.reply(say(text, *actions(buttons)))


# -- create -------------------------------------------------------------------------------------------------------------
async def _create(call: Call, show: Show) -> None:
    if show.page:
        raise UserError(
            f"{show.title} ({show.id}) has its {_word(call, show)} already ({show.page}). See {call.command} broadcast."
        )
    if not show.stream:
        raise UserError(f"{show.title} ({show.id}) has no stream yet. Its planning makes one; ask again in a moment.")
    blocks = [
        paragraph(f"A {_word(call, show)} for *{escape(show.title)}*, bound to its stream."),
        text_input("name", "Name", show.page_name or f"{show.title} ({show.id})", most=200),
        *(field_input(field, show.page_fields.get(field.name), creating=True) for field in _settable(call, show, creating=True)),
    ]
    await call.open(form("page-create", f"New {_word(call, show)}", blocks, "Create", call.remember(s=show.id)))


def _settable(call: Call, show: Show, *, creating: bool) -> Sequence[Field]:
    return [field for field in _pages(call, show).fields if (field.on_create if creating else field.on_edit)]


async def press_create(call: Call) -> None:
    """Create, from the answer about the broadcast."""
    show = await call.carried_show()
    _pages(call, show)
    await _create(call, show)


async def check_create(call: Call) -> Mapping[str, str]:
    """Errors by input, before the form closes."""
    return await _check(call, creating=True)


async def check_edit(call: Call) -> Mapping[str, str]:
    """Errors by input, before the form closes."""
    return await _check(call, creating=False)


async def _check(call: Call, *, creating: bool) -> Mapping[str, str]:
    show = await call.checked_show()
    if show is None:
        return {}
    return read_fields(_settable(call, show, creating=creating), call.view.values)[1]


async def submit_create(call: Call) -> None:
    """Create was pressed."""
    show = await call.carried_show()
    fields, _ = read_fields(_settable(call, show, creating=True), call.view.values)
    name = str(call.view.values.get("name") or show.title)

    def rule(draft: Draft, current: Show) -> str:
        if current.page:
            return f"{escape(current.title)} ({current.id}) has its {_word(call, show)} already; nothing was made."
        draft.put(replace(current, page_name=name, page_fields=fields))
        ask(draft, "create_page", call.user, draft.show(current.id))
        draft.note(current.id, f"{_word(call, show)} asked for", call.user, name)
        return f"Creating the {_word(call, show)} of {escape(current.title)} ({current.id}). Its steps are in the card's thread."

    await call.reply(await call.decide(show, rule))


# -- edit ---------------------------------------------------------------------------------------------------------------
async def _edit(call: Call, show: Show) -> None:
    _require_page(call, show)
    await call.open(loading(f"Edit {_word(call, show)}"))
    page = await call.context.provider(show.provider).page(show.page)
    fields = _settable(call, show, creating=False)
    before = {field.name: print_of(_shown(field, page)) for field in fields if _shown(field, page) not in (None, "")}
    blocks = [
        paragraph(
            f"{_word(call, show).capitalize()} {page.id} of *{escape(show.title)}*. "
            "Only what you change is sent; viewers see it at once."
        ),
        *(field_input(field, _shown(field, page)) for field in fields),
    ]
    await call.open(form("page-edit", f"Edit {_word(call, show)}", blocks, "Save", call.remember(s=show.id, was=before)))


def _shown(field: Field, page: Page) -> JSON:
    if field.kind == "secret":
        return None
    return as_shown(field, page.name if field.name == "name" else page.fields.get(field.name))


def _require_page(call: Call, show: Show) -> None:
    if not show.page:
        raise UserError(
            f"{show.title} ({show.id}) has no {_word(call, show)}. Make one with {call.command} broadcast create {show.id}."
        )


async def press_edit(call: Call) -> None:
    """Edit, from the answer about the broadcast."""
    show = await call.carried_show()
    _pages(call, show)
    await _edit(call, show)


async def submit_edit(call: Call) -> None:
    """Save was pressed: what differs from what the form showed is sent."""
    show = await call.carried_show()
    fields, _ = read_fields(_settable(call, show, creating=False), call.view.values)
    was = call.metadata.get("was")
    await _change(call, show, changed(fields, was if isinstance(was, dict) else {}))


async def _change(call: Call, show: Show, fields: Mapping[str, JSON]) -> None:
    """Ask for the change; one that is not under way yet takes it up, so that nothing typed is lost."""
    if not fields:
        raise UserError("Nothing differs from what is set already, so nothing was changed.")

    def rule(draft: Draft, current: Show) -> None:
        _require_page(call, current)
        waiting: dict[str, JSON] = {}
        for op in draft.of(current.id, "edit_page"):
            if op.state is OperationState.RUNNING:
                raise UserError(
                    f"The {_word(call, show)} of {current.title} is being changed right now. Send it again in a moment."
                )
            waiting |= dict(op.args.get("fields") or {})
        ask(draft, "edit_page", call.user, current, {"fields": {**waiting, **fields}, "page": current.page})
        draft.note(current.id, f"{_word(call, show)} changed", call.user, ", ".join(sorted(fields)))

    await call.decide(show, rule)
    await call.reply(f"Changing the {_word(call, show)} of {escape(show.title)} ({show.id}). Its steps are in the card's thread.")


# -- tell viewers -------------------------------------------------------------------------------------------------------
async def press_tell(call: Call) -> None:
    """Tell viewers…: the text on the page while they wait, in a form."""
    show = await call.carried_show()
    if not _takes_a_text(call, show):
        raise UserError(f"A {_word(call, show)} has no text that viewers could be shown.")
    _require_page(call, show)
    before = str(show.page_fields.get("pending_message") or "")
    blocks = [
        paragraph(
            f"Viewers of *{escape(show.title)}* read this while the {_word(call, show)} is pending. Open players follow at once."
        ),
        text_input("pending_message", "Text for viewers", before, long=True, most=PENDING_MOST),
    ]
    await call.open(form("tell-viewers", "Tell viewers", blocks, "Show it", call.remember(s=show.id)))


def _takes_a_text(call: Call, show: Show) -> bool:
    return any(field.name == "pending_message" for field in _pages(call, show).fields)


async def submit_tell(call: Call) -> None:
    """The text for viewers was sent."""
    show = await call.carried_show()
    await _change(call, show, {"pending_message": str(call.view.values.get("pending_message") or "")})


# -- delete -------------------------------------------------------------------------------------------------------------
async def _delete(call: Call, show: Show) -> None:
    """Deleting asks first, with the page's state of now."""
    if not _pages(call, show).deletable:
        raise call.context.provider(show.provider).cannot("delete-page")
    _require_page(call, show)
    _require_off_air(call, show)
    if call.interaction.trigger:
        await call.open(loading(f"Delete {_word(call, show)}"))
    state, looked = "not known", ""
    if show.key is not None:
        seen, failed = await look_now(call, show.key, show.page)
        state = seen.pages.get(show.page, state) if seen else state
        when = seen.looked_at if seen else None
        looked = f", looked {at(when, show)}" if when else ""
        looked += f" (:warning: {escape(failed)})" if failed else ""
    text = (
        f"The {_word(call, show)} of *{escape(show.title)}* ({show.id}) is *{escape(state)}*{looked}.\n"
        ":warning: *This cannot be undone.* Its viewer link stops working. The stream and its recordings stay."
    )
    if not call.interaction.trigger:
        await call.reply(say(text, *actions([control("delete-page", show)])))
        return
    await call.open(confirm("delete-page", f"Delete the {_word(call, show)}?", text, "Delete", call.remember(s=show.id)))


def _require_off_air(call: Call, show: Show) -> None:
    if show.state.on_air:
        raise UserError(
            f"{present_state(show)} Viewers are on its {_word(call, show)}: finish it first with {call.command} finish {show.id}."
        )


async def press_delete(call: Call) -> None:
    """Delete page… on the card."""
    show = await call.carried_show()
    _pages(call, show)
    await _delete(call, show)


async def submit_delete(call: Call) -> None:
    """Deleting was confirmed."""
    show = await call.carried_show()

    def rule(draft: Draft, current: Show) -> None:
        _require_page(call, current)
        _require_off_air(call, current)
        ask(draft, "delete_page", call.user, current, {"page": current.page})
        draft.note(current.id, f"{_word(call, show)} deletion asked for", call.user, current.page)

    await call.decide(show, rule)
    await call.reply(f"Deleting the {_word(call, show)} of {escape(show.title)} ({show.id}). Its steps are in the card's thread.")


_ACTS: Mapping[str, Callable[[Call, Show], Awaitable[None]]] = {"create": _create, "edit": _edit, "delete": _delete}

DECLARATIONS = (
    Command(
        "broadcast",
        "create|edit|delete [show]",
        "the page that viewers see",
        Stage.THINGS,
        run,
        bare="the show's broadcast, with its state and link",
        examples=("broadcast", "broadcast edit s12", "broadcast delete s12"),
    ),
    Button("page-create", press_create),
    Button("page-edit", press_edit),
    Button("tell-viewers", press_tell),
    Button("delete-page", press_delete),
    Form("page-create", submit_create, check_create),
    Form("page-edit", submit_edit, check_edit),
    Form("tell-viewers", submit_tell),
    Form("delete-page", submit_delete),
)
