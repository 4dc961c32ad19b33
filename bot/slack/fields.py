"""A provider's documented fields as inputs of a form, and what was typed into them as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.model import JSON
from bot.providers.base import Field
from bot.slack.blocks import Block
from bot.slack.modals import choice, choices, text_input


def field_input(field: Field, value: JSON = None, *, creating: bool = False) -> Block:
    """The input of a field, filled with `value`, or in a form that is `creating` with the field's default.

    A secret never comes back into a form.
    """
    hint, optional = field.help, not field.needed
    if value is None and creating and field.default:
        value = read_field(field, field.default)
    match field.kind:
        case "bool":
            shown = "" if value is None else ("true" if value else "false")
            return choice(field.name, field.label, (("yes", "true"), ("no", "false")), shown, optional=optional, hint=hint)
        case "choice":
            options = ((word, word) for word in field.choices)
            return choice(field.name, field.label, options, str(value or ""), optional=optional, hint=hint)
        case "choices":
            options = ((word, word) for word in field.choices)
            return choices(field.name, field.label, options, map(str, value or ()), optional=optional, hint=hint)
        case _:
            shown = "" if value is None or field.kind == "secret" else _written(value)
            most = (field.most or 0) if field.kind in ("text", "long", "secret") else 0
            return text_input(field.name, field.label, shown, optional=optional, long=field.kind == "long", hint=hint, most=most)


def _written(value: JSON) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={text}" for key, text in value.items())
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)


def read_fields(fields: Iterable[Field], values: Mapping[str, JSON]) -> tuple[dict[str, JSON], dict[str, str]]:
    """What was filled in, typed, and an error by block id for what cannot be."""
    found: dict[str, JSON] = {}
    errors: dict[str, str] = {}
    for field in fields:
        typed = values.get(field.name)
        if typed in (None, "", []):
            continue
        try:
            found[field.name] = read_field(field, ",".join(map(str, typed)) if isinstance(typed, list) else str(typed))
        except ValueError as wrong:
            errors[field.name] = str(wrong)
    return found, errors


def read_field(field: Field, typed: str) -> JSON:
    """One typed value; ValueError with a sentence if it does not fit."""
    match field.kind:
        case "bool":
            return _yes_or_no(field, typed)
        case "int":
            return _number(field, typed)
        case "ids":
            return [_number(field, part) for part in _apart(typed)]
        case "choice":
            return _one_of(field, typed)
        case "choices":
            return [_one_of(field, part) for part in _apart(typed)]
        case "words":
            return [_bounded(field, part.strip()) for part in typed.split(",") if part.strip()]
        case "pairs":
            return dict(_pair(field, part) for part in typed.split(",") if part.strip())
        case _:
            return _bounded(field, typed)


def _apart(typed: str) -> list[str]:
    return typed.replace(",", " ").split()


def _yes_or_no(field: Field, typed: str) -> bool:
    if typed.casefold() in ("true", "yes", "on", "1"):
        return True
    if typed.casefold() in ("false", "no", "off", "0"):
        return False
    raise ValueError(f"Type yes or no for {field.label}.")


def _one_of(field: Field, typed: str) -> str:
    if typed not in field.choices:
        raise ValueError(f"Choose one of {', '.join(field.choices)}.")
    return typed


def _pair(field: Field, typed: str) -> tuple[str, str]:
    key, found, value = typed.partition("=")
    if not found or not key.strip():
        raise ValueError(f"Type {field.label} as name=value, several with commas between.")
    return key.strip(), _bounded(field, value.strip())


def _bounded(field: Field, typed: str) -> str:
    if field.least is not None and len(typed) < field.least:
        raise ValueError(f"At least {field.least} characters.")
    if field.most is not None and len(typed) > field.most:
        raise ValueError(f"At most {field.most} characters.")
    return typed


def _number(field: Field, typed: str) -> int:
    try:
        number = int(typed)
    except ValueError:
        raise ValueError(f"Type a whole number for {field.label}.") from None
    if (field.least is not None and number < field.least) or (field.most is not None and number > field.most):
        raise ValueError(f"From {field.least} to {field.most}.")
    return number
