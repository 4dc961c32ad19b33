"""What text from outside becomes before it is kept."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sanitise import DEEPEST, LARGEST_INT, clean_json, clean_text, one_line

ANYTHING = st.text(st.characters(exclude_categories=()))
"""Lone surrogates among it."""
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANYTHING, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("foreign", "kept"),
    [
        ("Sunday Service", "Sunday Service"),
        ("half \ud800 character", "half \ufffd character"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("a\x00b\x1b[31mc\x9bd\x7f", "ab[31mcd"),
        ("\ufeffChurch", "Church"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("safe\u202egnp.exe\u2066", "safegnp.exe"),
        ("z\u200be\u2060r\u00ado", "zero"),
        ("Cafe\u0301", "Café"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db", "ab"),
    ],
)
def test_a_text(foreign: str, kept: str) -> None:
    assert clean_text(foreign) == kept


@settings(deadline=None)
@given(ANYTHING)
def test_every_text_can_be_kept_compared_and_sent(text: str) -> None:
    kept = clean_text(text)
    assert clean_text(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    kept.encode()
    assert sqlite3.connect(":memory:").execute("SELECT ?", (kept,)).fetchone() == (kept,)
    assert one_line(text).splitlines() in ([], [one_line(text)])
    assert one_line(one_line(text)) == one_line(text)
    assert clean_text(unicodedata.normalize("NFD", kept)) == clean_text(unicodedata.normalize("NFC", kept))


@settings(deadline=None)
@given(JUNK)
def test_every_value_can_be_kept_and_sent(value: Any) -> None:
    kept = clean_json(value)
    assert json.loads(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()) == kept
    assert clean_json(kept) == kept


def test_numbers_that_nothing_can_hold() -> None:
    assert clean_json([float("nan"), float("inf"), -float("inf"), 10**5000]) == [None] * 4
    assert clean_json([LARGEST_INT, LARGEST_INT + 1, -(10**20)]) == [LARGEST_INT, str(LARGEST_INT + 1), str(-(10**20))]


def test_what_is_nested_too_deeply_is_cut() -> None:
    nested: Any = "end"
    for _ in range(5000):
        nested = [nested]
    kept, depth = clean_json(nested), 0
    while isinstance(kept, list):
        kept, depth = kept[0], depth + 1
    assert (kept, depth) == (None, DEEPEST)


def test_keys_are_cleaned_too() -> None:
    assert clean_json({"na\ud800me": 1, "Cafe\u0301": 2, 3: 4}) == {"na\ufffdme": 1, "Café": 2, "3": 4}
