"""Our frozen dataclasses as JSON and back, so that a row written by an older version still loads.

Instants become whole epoch milliseconds (what is finer is cut off, never rounded up). A key that this version does not know is
ignored, a field that the row does not have takes its default. What the bot wrote itself is trusted: types are not checked again.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R")

Convert = Callable[[Any], Any] | None
"""How one value is converted; None: it stays what it is."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """An aware instant as epoch milliseconds, cut off; TypeError for a naive one."""
    return (instant - EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Epoch milliseconds as an aware instant in UTC."""
    return EPOCH + milliseconds * MILLISECOND


class Codec(Generic[R]):
    """Turns values of one dataclass into mappings that `json` can write, and back."""

    def __init__(self, kind: type[R]) -> None:
        hints = get_type_hints(kind)
        self._kind = kind
        self._names = tuple(item.name for item in fields(kind))  # type: ignore[arg-type]  # R is a dataclass: typing cannot say so
        self._known = frozenset(self._names)
        self._values = attrgetter(*self._names)
        self._write = [(name, write) for name in self._names if (write := _writer(hints[name]))]
        self._read = [(name, read) for name in self._names if (read := _reader(hints[name]))]

    def dump(self, value: R) -> dict[str, Any]:
        """Every field of `value`, by name."""
        found: dict[str, Any] = dict(zip(self._names, self._values(value), strict=True))
        for name, write in self._write:
            given = found[name]
            if given is not None:
                found[name] = write(given)
        return found

    def load(self, found: Mapping[str, Any]) -> R:
        """The value that `found` describes; TypeError where a field without a default is missing."""
        known = dict(found)
        for name in found.keys() - self._known:
            del known[name]
        for name, read in self._read:
            value = known.get(name)
            if value is not None:
                known[name] = read(value)
        return self._kind(**known)


def _apply(convert: Convert, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)


@cache
def codec_of(kind: type[Any]) -> Codec[Any]:
    """The codec of a dataclass, made once."""
    return Codec(kind)


def _inner(hint: Any) -> Any:
    """The type inside an optional one; every converter is spared None anyway."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return inner[0] if len(inner) == 1 else Any
    return hint


def _items(hint: Any) -> tuple[type, Any] | None:
    """For a sequence or a mapping: which of the two, and the type of what is in it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return tuple, args[0]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict, args[1]
    return None


def _writer(hint: Any) -> Convert:
    hint = _inner(hint)
    if hint is datetime:
        return to_ms
    if is_dataclass(hint) and isinstance(hint, type):
        return codec_of(hint).dump
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _value_of
    return _each(hint, _writer, list)


def _reader(hint: Any) -> Convert:
    hint = _inner(hint)
    if hint is datetime:
        return from_ms
    if hint is bool:
        return bool  # a column knows 0 and 1 only
    if is_dataclass(hint) and isinstance(hint, type):
        return codec_of(hint).load
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return _each(hint, _reader, tuple)


def _each(hint: Any, converter_of: Callable[[Any], Convert], sequence: type) -> Convert:
    """A converter for what holds other things: a fresh container, so that nobody shares one with a row."""
    found = _items(hint)
    if found is None:
        return None
    container, item = found
    convert = converter_of(item)
    if container is dict:
        return lambda held: {str(key): _apply(convert, value) for key, value in held.items()}
    return lambda held: sequence(_apply(convert, value) for value in held)


def _value_of(member: Enum) -> Any:
    return member.value
