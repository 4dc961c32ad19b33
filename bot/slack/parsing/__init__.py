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
from typing import TypeVar

from pydantic import ValidationError

from bot.model import JSON
from bot.slack.interaction import Interaction, Kind, View
from bot.slack.parsing.bodies import (
    ActionPart,
    Body,
    CommandBody,
    Envelope,
    EventBody,
    FormBody,
    ItemPart,
    PressBody,
    SearchBody,
    ShortcutBody,
    ViewBody,
)
from bot.slack.parsing.malformed import MalformedError
from bot.slack.parsing.values import as_text, flat, value_of
from bot.slack.text import unescape

__all__ = ["MalformedError", "parse"]


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


Shape = TypeVar("Shape", bound=Body)


def _read(shape: type[Shape], body: object) -> Shape:
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        name = shape.__name__.removesuffix("Body").removesuffix("Part").lower()
        raise MalformedError(f"{name}: {where or 'the whole'} is missing or not of its type.") from None


def _command(body: Mapping[str, JSON]) -> Interaction:
    command = _read(CommandBody, body)
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
    press = _read(PressBody, body)
    element = press.actions[0]
    action = _read(ActionPart, element)
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
        value=as_text(value_of(element)),
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
        form = _read(FormBody, body)
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
    search = _read(SearchBody, body)
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
    shortcut = _read(ShortcutBody, body)
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
    envelope = _read(Envelope, body)
    event = _read(EventBody, envelope.event)
    item = event.item or ItemPart()
    bot = next((each.user_id for each in envelope.authorizations or [] if each.user_id), "")
    return Interaction(
        Kind.EVENT,
        f"event:{envelope.event_id}",
        event.user,
        team=event.user_team or event.team,
        by_bot=bool(event.bot_id) or event.subtype == "bot_message",
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


def _view(view: ViewBody | None) -> View | None:
    if view is None:
        return None
    values = view.state.values if view.state else {}
    return View(view.id, view.hash, view.callback_id, view.private_metadata, flat(values))


_READERS: Mapping[str, Callable[[Mapping[str, JSON]], Interaction]] = {
    "block_actions": _press,
    "view_submission": _form(Kind.SUBMIT),
    "view_closed": _form(Kind.CLOSE),
    "block_suggestion": _search,
    "shortcut": _shortcut,
    "message_action": _shortcut,
    "event_callback": _event,
}
