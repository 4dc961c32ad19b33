"""The shapes of what Slack sends, as far as the bot looks at them; nothing is converted, what is of another type is malformed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

Id = Annotated[str, Field(min_length=1, max_length=255)]


def _id_of(thing: object) -> object:
    """Slack gives people and channels as an object or, elsewhere, as the bare id."""
    return thing.get("id") if isinstance(thing, dict) else thing


IdOrObject = Annotated[Id, BeforeValidator(_id_of)]
Text = Annotated[str, BeforeValidator(lambda text: "" if text is None else text)]


class Body(BaseModel):
    """A part of a body. Nothing is converted: a number where an id belongs is malformed."""

    model_config = {"strict": True, "extra": "ignore"}


class PersonPart(Body):
    """Who did it."""

    id: Id
    team_id: Text = ""


class StatePart(Body):
    """What the inputs of a form were set to, by block and action."""

    values: dict[str, dict[str, dict[str, Any]]] = {}


class ViewBody(Body):
    """A form, or the home tab."""

    id: Id
    hash: Text = ""
    type: Text = ""
    callback_id: Text = ""
    private_metadata: Text = ""
    state: StatePart | None = None


class ContainerPart(Body):
    """Where a control was pressed."""

    type: Text = ""
    channel_id: Text = ""
    message_ts: Text = ""
    thread_ts: Text = ""
    view_id: Text = ""


class MessagePart(Body):
    """The message that a control stands in."""

    ts: Text = ""
    thread_ts: Text = ""


class ActionPart(Body):
    """The control that was pressed."""

    type: Text = ""
    action_id: Id
    action_ts: Id
    block_id: Text = ""


class ResponseUrlPart(Body):
    """An address to answer at, of a form that asked for one."""

    response_url: Id


class CommandBody(Body):
    """A slash command: form fields, not JSON."""

    command: Id
    user_id: Id
    channel_id: Id
    trigger_id: Id
    team_id: Text = ""
    text: Text = ""
    response_url: Text = ""


class InteractivePart(Body):
    """What every interaction payload has."""

    user: PersonPart
    channel: Annotated[Text, BeforeValidator(_id_of)] = ""
    trigger_id: Text = ""
    response_url: Text = ""

    @property
    def home(self) -> str:
        """The person's own workspace. (The payload's `team` is another matter: the workspace in which it happened.)"""
        return self.user.team_id


class PressBody(InteractivePart):
    """A `block_actions` payload."""

    actions: Annotated[list[dict[str, Any]], Field(min_length=1)]
    container: ContainerPart = ContainerPart()
    message: MessagePart | None = None
    view: ViewBody | None = None


class FormBody(InteractivePart):
    """A `view_submission` or `view_closed` payload."""

    view: ViewBody
    response_urls: list[ResponseUrlPart] = []


class SearchBody(InteractivePart):
    """A `block_suggestion` payload."""

    action_id: Id
    value: str
    block_id: Text = ""
    container: ContainerPart = ContainerPart()
    message: MessagePart | None = None
    view: ViewBody | None = None


class ShortcutBody(InteractivePart):
    """A `shortcut` or `message_action` payload."""

    callback_id: Id
    trigger_id: Id
    message: MessagePart | None = None


class AuthorizationPart(Body):
    """For whom an event was sent: the bot."""

    user_id: Text = ""


class ItemPart(Body):
    """What an event is about, where it is a message."""

    channel: Text = ""
    ts: Text = ""


class EventBody(Body):
    """An event, whatever it is."""

    type: Id
    user: Annotated[Text, BeforeValidator(_id_of)] = ""
    channel: Annotated[Text, BeforeValidator(_id_of)] = ""
    text: Text = ""
    ts: Text = ""
    thread_ts: Text = ""
    subtype: Text = ""
    bot_id: Text = ""
    user_team: Text = ""
    team: Annotated[Text, BeforeValidator(_id_of)] = ""
    item: ItemPart | None = None


class Envelope(Body):
    """What an event comes in."""

    type: Literal["event_callback"]
    event_id: Id
    event: dict[str, Any]
    team_id: Text = ""
    authorizations: list[AuthorizationPart] | None = None
