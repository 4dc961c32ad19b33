"""What Slack sends, read once at the border: a body in, an `Interaction` out, no I/O.

Shapes are those of Slack's documentation on slash commands, interaction payloads and the Events API. Fields that the bot does not
use are not looked at, so that Slack may add to them.

What a person typed after a command or a mention arrives with `&`, `<` and `>` as entities and with people and channels as tokens
(`<@U1|ann>`, since the manifest asks for `should_escape`). `Interaction.text` has the entities undone and the tokens kept. What was
typed into a modal arrives as it was typed and is left so. Both must be escaped before they are shown again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.errors import ShowcallerError
from bot.model import JSON
from bot.slack.interaction import Interaction, Kind, View
from bot.slack.text import unescape


class MalformedError(ShowcallerError):
    """A body is not one that Slack sends.

    Raised by `parse`; HTTP answers it with 400, Socket Mode logs it. The message names the field and never holds the body.
    """


Id = Annotated[str, Field(min_length=1, max_length=255)]


def _id_of(thing: object) -> object:
    """Slack gives people and channels as an object or, elsewhere, as the bare id."""
    return thing.get("id") if isinstance(thing, dict) else thing


IdOrObject = Annotated[Id, BeforeValidator(_id_of)]
Text = Annotated[str, BeforeValidator(lambda text: "" if text is None else text)]


class _Body(BaseModel):
    """A part of a body. Nothing is converted: a number where an id belongs is malformed."""

    model_config = {"strict": True, "extra": "ignore"}


class _Person(_Body):
    id: Id
    team_id: Text = ""


class _Team(_Body):
    id: Text = ""


class _State(_Body):
    values: dict[str, dict[str, dict[str, Any]]] = {}


class _View(_Body):
    id: Id
    hash: Text = ""
    type: Text = ""
    callback_id: Text = ""
    private_metadata: Text = ""
    state: _State | None = None


class _Container(_Body):
    type: Text = ""
    channel_id: Text = ""
    message_ts: Text = ""
    thread_ts: Text = ""
    view_id: Text = ""


class _Message(_Body):
    ts: Text = ""
    thread_ts: Text = ""


class _Action(_Body):
    type: Text = ""
    action_id: Id
    action_ts: Id
    block_id: Text = ""


class _ResponseUrl(_Body):
    response_url: Id


class _Command(_Body):
    command: Id
    user_id: Id
    channel_id: Id
    trigger_id: Id
    team_id: Text = ""
    text: Text = ""
    response_url: Text = ""


class _Interactive(_Body):
    user: _Person
    team: _Team | None = None
    channel: Annotated[Text, BeforeValidator(_id_of)] = ""
    trigger_id: Text = ""
    response_url: Text = ""

    @property
    def home(self) -> str:
        """The person's own workspace, which in a shared channel is not the channel's."""
        return self.user.team_id or (self.team.id if self.team else "")


class _Press(_Interactive):
    actions: Annotated[list[dict[str, Any]], Field(min_length=1)]
    container: _Container = _Container()
    message: _Message | None = None
    view: _View | None = None


class _Form(_Interactive):
    view: _View
    response_urls: list[_ResponseUrl] = []


class _Search(_Interactive):
    action_id: Id
    value: str
    block_id: Text = ""
    container: _Container = _Container()
    message: _Message | None = None
    view: _View | None = None


class _Shortcut(_Interactive):
    callback_id: Id
    trigger_id: Id
    message: _Message | None = None


class _Authorization(_Body):
    user_id: Text = ""


class _Item(_Body):
    channel: Text = ""
    ts: Text = ""


class _Event(_Body):
    type: Id
    user: Annotated[Text, BeforeValidator(_id_of)] = ""
    channel: Annotated[Text, BeforeValidator(_id_of)] = ""
    text: Text = ""
    ts: Text = ""
    thread_ts: Text = ""
    user_team: Text = ""
    team: Annotated[Text, BeforeValidator(_id_of)] = ""
    item: _Item | None = None


class _Envelope(_Body):
    type: Literal["event_callback"]
    event_id: Id
    event: dict[str, Any]
    team_id: Text = ""
    authorizations: list[_Authorization] | None = None


def parse(body: object) -> Interaction:
    """The interaction in a body: a command's form fields, or the JSON object of any other kind. Raises MalformedError."""
    if not isinstance(body, Mapping):
        raise MalformedError("The body is not an object.")
    reader = _command if "command" in body and "type" not in body else _READERS.get(_type(body))
    if reader is None:
        raise MalformedError("The body is of no type that the bot takes part in.")
    return reader(body)


def _type(body: Mapping[str, JSON]) -> str:
    kind = body.get("type")
    return kind if isinstance(kind, str) else ""


Shape = TypeVar("Shape", bound=_Body)


def _read(shape: type[Shape], body: object) -> Shape:
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise MalformedError(
            f"{shape.__name__.strip('_').lower()}: {where or 'the whole'} is missing or not of its type."
        ) from None


def _command(body: Mapping[str, JSON]) -> Interaction:
    command = _read(_Command, body)
    return Interaction(
        Kind.COMMAND,
        f"command:{command.trigger_id}",
        command.user_id,
        team=command.team_id,
        channel=command.channel_id,
        text=unescape(command.text).strip(),
        action=command.command,
        trigger=command.trigger_id,
        reply_to=command.response_url,
    )


def _press(body: Mapping[str, JSON]) -> Interaction:
    press = _read(_Press, body)
    element = press.actions[0]
    action = _read(_Action, element)
    where = press.container
    message = where.message_ts or (press.message.ts if press.message else "")
    channel = press.channel or where.channel_id
    place = press.view.id if press.view else where.view_id or f"{channel}/{message}"
    if place == "/":
        raise MalformedError("press: neither a message nor a view.")
    return Interaction(
        Kind.PRESS,
        f"press:{place}:{action.action_id}:{action.action_ts}:{press.user.id}",
        press.user.id,
        team=press.home,
        channel=channel,
        thread=where.thread_ts or (press.message.thread_ts if press.message else ""),
        message=message,
        action=action.action_id,
        value=_as_text(_value(element)),
        block=action.block_id,
        trigger=press.trigger_id,
        reply_to=press.response_url,
        view=_view(press.view),
    )


def _form(kind: Kind) -> Callable[[Mapping[str, JSON]], Interaction]:
    """A form sent or closed.

    Its key stays the same until the view is updated, so whoever answers a form with errors must not remember the key.
    """

    def read(body: Mapping[str, JSON]) -> Interaction:
        form = _read(_Form, body)
        return Interaction(
            kind,
            f"{kind}:{form.view.id}:{form.view.hash}",
            form.user.id,
            team=form.home,
            action=form.view.callback_id,
            trigger=form.trigger_id,
            reply_to=form.response_urls[0].response_url if form.response_urls else form.response_url,
            view=_view(form.view),
        )

    return read


def _search(body: Mapping[str, JSON]) -> Interaction:
    """A search for options. Slack gives it no id of its own, so the same search by the same person has the same key."""
    search = _read(_Search, body)
    where = search.container
    message = where.message_ts or (search.message.ts if search.message else "")
    channel = search.channel or where.channel_id
    place = search.view.id if search.view else where.view_id or f"{channel}/{message}"
    return Interaction(
        Kind.OPTIONS,
        f"options:{place}:{search.action_id}:{search.user.id}:{search.value}",
        search.user.id,
        team=search.home,
        channel=channel,
        thread=where.thread_ts,
        message=message,
        text=search.value,
        action=search.action_id,
        block=search.block_id,
        view=_view(search.view),
    )


def _shortcut(body: Mapping[str, JSON]) -> Interaction:
    shortcut = _read(_Shortcut, body)
    return Interaction(
        Kind.SHORTCUT,
        f"shortcut:{shortcut.trigger_id}",
        shortcut.user.id,
        team=shortcut.home,
        channel=shortcut.channel,
        thread=shortcut.message.thread_ts if shortcut.message else "",
        message=shortcut.message.ts if shortcut.message else "",
        action=shortcut.callback_id,
        trigger=shortcut.trigger_id,
        reply_to=shortcut.response_url,
    )


def _event(body: Mapping[str, JSON]) -> Interaction:
    envelope = _read(_Envelope, body)
    event = _read(_Event, envelope.event)
    item = event.item or _Item()
    bot = next((each.user_id for each in envelope.authorizations or [] if each.user_id), "")
    return Interaction(
        Kind.EVENT,
        f"event:{envelope.event_id}",
        event.user,
        team=event.user_team or event.team or envelope.team_id,
        channel=event.channel or item.channel,
        thread=event.thread_ts,
        message=event.ts or item.ts,
        text=_spoken(event.text, bot),
        action=event.type,
        event=envelope.event,
    )


def _spoken(text: str, bot: str) -> str:
    """What was said to the bot: the first mention of it is left out, wherever it stands in the sentence."""
    mention = rf"<@{re.escape(bot)}(?:\|[^>]*)?>" if bot else r"^\s*<@[A-Z0-9]+(?:\|[^>]*)?>"
    return unescape(re.sub(rf"\s*{mention}[\s:,]*", " ", text, count=1)).strip()


def _view(view: _View | None) -> View | None:
    if view is None:
        return None
    values = view.state.values if view.state else {}
    return View(view.id, view.hash, view.callback_id, view.private_metadata, _flat(values))


def _flat(blocks: Mapping[str, Mapping[str, Mapping[str, JSON]]]) -> dict[str, JSON]:
    """By block id; the inputs of a block with several (an actions block) are by their action id instead."""
    flat: dict[str, JSON] = {}
    for block, elements in blocks.items():
        for action, element in elements.items():
            flat[block if len(elements) == 1 else action] = _value(element)
    return flat


def _value(element: Mapping[str, JSON]) -> JSON:
    """What an element carries or was set to: text, number, list, or None where nothing was chosen."""
    kind = element.get("type")
    if kind == "number_input":
        return _number(element.get("value"))
    field = _FIELDS.get(kind if isinstance(kind, str) else "", "value")
    chosen = element.get(field)
    if field in {"selected_option", "selected_options"}:
        return _chosen(chosen)
    if field == "files":
        return [each["id"] for each in chosen if isinstance(each, dict) and isinstance(each.get("id"), str)] if chosen else []
    return chosen if chosen != "" else None


def _chosen(chosen: JSON) -> JSON:
    """The value of an option, the values of several."""
    if isinstance(chosen, list):
        return [_chosen(option) for option in chosen]
    if chosen is None:
        return None
    if not isinstance(chosen, dict) or not isinstance(chosen.get("value"), str):
        raise MalformedError("An option has no value.")
    return chosen["value"]


def _number(text: JSON) -> int | float | None:
    if text is None or text == "":
        return None
    try:
        number = float(text)
        return int(number) if number == int(number) else number
    except (TypeError, ValueError, OverflowError):
        raise MalformedError("A number is not one.") from None


def _as_text(value: JSON) -> str:
    """A press carries text: several choices are separated by commas."""
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


_FIELDS: Mapping[str, str] = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "overflow": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
"""Where each element keeps its value (Slack's block element reference); the others keep it in `value`."""

_READERS: Mapping[str, Callable[[Mapping[str, JSON]], Interaction]] = {
    "block_actions": _press,
    "view_submission": _form(Kind.SUBMIT),
    "view_closed": _form(Kind.CLOSE),
    "block_suggestion": _search,
    "shortcut": _shortcut,
    "message_action": _shortcut,
    "event_callback": _event,
}
