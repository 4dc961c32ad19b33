"""What people fill into a provider's fields becomes typed values, or a sentence; a form shows them as they were typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import JSON
from bot.providers.base import Field
from bot.slack.assignments import read_assignments
from bot.slack.fields import field_input, read_field, read_fields

QUALITIES = Field("qualities", "Qualities", "choices", ("360p", "720p", "1080p"))
TAGS = Field("tags", "Tags", "words", most=20)
METADATA = Field("metadata", "Metadata", "pairs")
RECORD = Field("record", "Record it", "bool", needed=True, default="yes")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (QUALITIES, "360p, 1080p", ["360p", "1080p"]),
        (TAGS, "church, sunday morning ,", ["church", "sunday morning"]),
        (METADATA, "place=Berlin, camera = 2", {"place": "Berlin", "camera": "2"}),
        (METADATA, "formula=a=b", {"formula": "a=b"}),
        (RECORD, "No", False),
    ],
)
def test_what_is_typed_is_what_is_meant(field: Field, typed: str, value: JSON) -> None:
    assert read_field(field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (QUALITIES, "360p 4k", "Choose one of 360p, 720p, 1080p."),
        (TAGS, "a" * 21, "At most 20 characters."),
        (METADATA, "place", "Type Metadata as name=value"),
        (METADATA, "=Berlin", "Type Metadata as name=value"),
    ],
)
def test_what_cannot_be_says_what_to_type(field: Field, typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_field(field, typed)


def test_a_menu_of_several_hands_over_all_that_were_chosen() -> None:
    found, errors = read_fields([QUALITIES, TAGS], {"qualities": ["720p", "360p"], "tags": ""})
    assert (found, errors) == ({"qualities": ["720p", "360p"]}, {})


def test_a_needed_field_cannot_be_left_out_and_begins_with_its_default() -> None:
    creating: Any = field_input(RECORD, creating=True)
    assert creating["optional"] is False
    assert creating["element"]["initial_option"]["value"] == "true"
    assert "initial_option" not in field_input(RECORD)["element"]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (METADATA, {"place": "Berlin", "camera": "2"}, "place=Berlin, camera=2"),
        (TAGS, ["church", "sunday morning"], "church, sunday morning"),
        (Field("key", "Key", "secret"), "hunter2", None),
    ],
)
def test_a_form_shows_a_value_as_it_would_be_typed_and_never_a_secret(field: Field, value: JSON, shown: str | None) -> None:
    assert field_input(field, value)["element"].get("initial_value") == shown


def test_chosen_qualities_are_ticked_in_the_menu() -> None:
    element = field_input(QUALITIES, ["720p"])["element"]
    assert [option["value"] for option in element["initial_options"]] == ["720p"]


WORD = st.text("abcdefghijklmnopqrstuvwxyzäöü0123456789 ", min_size=1, max_size=15).map(str.strip).filter(bool)


@given(st.dictionaries(WORD, WORD, max_size=4))
def test_what_a_form_shows_of_pairs_is_read_as_the_same_pairs(pairs: dict[str, str]) -> None:
    shown = field_input(METADATA, pairs)["element"].get("initial_value", "")
    assert read_field(METADATA, shown) == pairs


def test_a_name_in_the_vendors_spelling_may_be_typed_in_any_case() -> None:
    dvr = Field("dvrDurationInMins", "DVR", "int")
    assert read_assignments([dvr], {"dvrdurationinmins": "30"}) == {"dvrDurationInMins": 30}
    assert read_assignments([dvr], {"duration": "30"}) == {"dvrDurationInMins": 30}
