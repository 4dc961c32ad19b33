"""Handles of shows, and the words that may stand last in a command."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.show.references import parse_handle, split_dry, split_option, take_handle


@pytest.mark.parametrize("typed", ["s12", "S12", "#s12", " s12 ", "(s12)", "s１２", "s12\u200b"])
def test_a_handle_is_read_as_cards_print_it_and_as_phones_type_it(typed: str) -> None:
    assert parse_handle(typed) == "s12"


@pytest.mark.parametrize("typed", ["", "s", "12", "s0", "s012", "sunday", "s12a", "s1234567890", "s1 s2"])
def test_what_is_no_handle_is_none(typed: str) -> None:
    assert parse_handle(typed) is None


def test_a_handle_may_stand_first_or_last() -> None:
    assert take_handle("S12 +15") == ("s12", "+15")
    assert take_handle("+15 #s12") == ("s12", "+15")
    assert take_handle("Sunday Service") == (None, "Sunday Service")
    assert take_handle("") == (None, "")


def test_the_last_word_dry_means_say_do_not_do() -> None:
    assert split_dry("go s12 Dry") == ("go s12", True)
    assert split_dry("dry") == ("", True)
    assert split_dry("mark dry ice on stage") == ("mark dry ice on stage", False)
    assert split_dry('mark "dry"') == ('mark "dry"', False)


def test_a_last_word_is_an_option_only_where_it_is_one() -> None:
    assert split_option("s12 19:30 ALL", {"this", "all"}) == ("s12 19:30", "all")
    assert split_option("s12 19:30", {"this", "all"}) == ("s12 19:30", None)
    assert split_option("", {"this"}) == ("", None)


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_them(text: str) -> None:
    parse_handle(text)
    rest, is_dry = split_dry(text)
    assert is_dry or split_dry(rest) == (rest, False)
    take_handle(text)
