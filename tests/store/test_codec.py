"""Dataclasses as JSON and back: nothing is lost but what is finer than a millisecond."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from bot.model import Noted, Operation, Person, Post, Seen, Show, StepRecord, Video
from bot.store.codec import Codec, from_ms, to_ms
from bot.store.rows import write_json

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
INSTANTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of that type may hold."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return JSONS
    if hint is datetime:
        return INSTANTS
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return st.builds(hint, **{item.name: values(hints[item.name]) for item in fields(hint)})
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values, args))
    if origin is tuple:
        return st.lists(values(args[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(st.text(), values(args[1]), max_size=2)
    return st.floats(allow_nan=False) if hint is float else st.from_type(hint)


@pytest.mark.parametrize("kind", [Show, Operation, StepRecord, Seen, Video, Post, Noted, Person])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_value_comes_back_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(values(kind))
    codec = Codec(kind)
    assert codec.load(from_json(write_json(codec.dump(value)))) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_cut_to_its_millisecond_and_never_moved_into_the_future(at: datetime) -> None:
    kept = from_ms(to_ms(at))
    assert kept <= at
    assert kept == at.replace(microsecond=at.microsecond // 1000 * 1000)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError):
        to_ms(datetime(2026, 10, 24))  # noqa: DTZ001


def test_what_is_unknown_is_ignored_and_what_is_missing_takes_its_default() -> None:
    assert Codec(Person).load({"id": "U-EVA", "name": "Eva", "pager": "12"}) == Person("U-EVA", "Eva")
    with pytest.raises(TypeError):
        Codec(Person).load({"id": "U-EVA"})
