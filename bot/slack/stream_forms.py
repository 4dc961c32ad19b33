"""The forms in which a stream is created or changed: every field that the provider documents, and no secret shown again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from bot.model import JSON
from bot.providers.base import Field, Provider, StreamInfo
from bot.slack.blocks import Block
from bot.slack.fields import field_input
from bot.slack.modals import cut, form, paragraph, text_input
from bot.slack.text import escape

CREATE, EDIT = "stream-create", "stream-edit"


def create_form(provider: Provider, name: str, metadata: str) -> Mapping[str, JSON]:
    """An empty form with every field that can be set on creation."""
    able = provider.capabilities
    blocks: list[Block] = [
        paragraph(
            f"A new {able.stream_word} at *{escape(able.title)}*. "
            f"{'It is made *not enabled*.' if able.switch is not None else able.takes_at_once} "
            f"What is left empty is {able.title}'s default."
        ),
        text_input("name", "Name", name, most=200),
        *(field_input(field, creating=True) for field in settable(provider, creating=True) if field.name != "name"),
    ]
    return form(CREATE, f"New {able.stream_word}", blocks, "Create", metadata)


def edit_form(provider: Provider, info: StreamInfo, metadata: str) -> Mapping[str, JSON]:
    """The form filled with what is set now."""
    fields = settable(provider, creating=False)
    blocks: list[Block] = [
        paragraph(f"*{escape(info.name)}* ({info.key.id}). Only what you change is sent; what is left empty stays as it is."),
        *(field_input(field, shown(field, info)) for field in fields),
    ]
    return form(EDIT, f"Edit {provider.capabilities.stream_word}", blocks, "Save", metadata)


def settable(provider: Provider, *, creating: bool) -> Sequence[Field]:
    """The documented fields that can be set on creation, or later."""
    return [field for field in provider.capabilities.stream_fields if (field.on_create if creating else field.on_edit)]


def shown(field: Field, info: StreamInfo) -> JSON:
    """What a form shows of a field; nothing of a secret. What is longer than the field takes counts as it is shown: cut."""
    if field.kind == "secret":
        return None
    return as_shown(field, info.name if field.name == "name" else info.fields.get(field.name))


def as_shown(field: Field, value: JSON) -> JSON:
    """A value as its input begins with it, so that a long one is not sent back cut when nobody changed it."""
    return cut(value, field.most or 0) if isinstance(value, str) else value


def prints(fields: Sequence[Field], info: StreamInfo) -> dict[str, str]:
    """A short print of each value that the form showed, so that only what the person changed is sent afterwards."""
    return {field.name: print_of(shown(field, info)) for field in fields if shown(field, info) not in (None, "", [])}


def changed(values: Mapping[str, JSON], before: Mapping[str, str]) -> dict[str, JSON]:
    """The values that are not as they were shown."""
    return {name: value for name, value in values.items() if before.get(name) != print_of(value)}


def print_of(value: JSON) -> str:
    """A short print of a value, for telling whether it was changed."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def apart(fields: Sequence[Field], values: Mapping[str, JSON]) -> tuple[dict[str, JSON], dict[str, JSON]]:
    """The values that may be kept in the database, and the secrets, which may not."""
    hidden = {field.name for field in fields if field.kind == "secret"}
    open_ones = {name: value for name, value in values.items() if name not in hidden}
    return open_ones, {name: value for name, value in values.items() if name in hidden}
