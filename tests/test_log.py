"""A record is one line whatever is in it, and what repeats is counted."""

from __future__ import annotations

import asyncio
import io
import logging
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.log import LineFormatter, RateLimit, RateLimitedLog, RateLimitFilter
from bot.sanitise import escape_controls

ANYTHING = st.text(st.characters(exclude_categories=()))
"""Lone surrogates among it."""
NASTY = "a\nb\r\x1b[2J\x9b1A\x00\u202ec\u2028d\u200be\ud800\x7f"


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("%(levelname)s %(name)s: %(message)s"))
    log = logging.Logger("told")
    log.addHandler(handler)
    yield log, stream
    log.removeHandler(handler)


def test_a_record_is_one_line_without_anything_that_a_terminal_obeys(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written
    log.warning("video %s not read", NASTY)
    assert stream.getvalue() == ("WARNING told: video a\\nb\\r\\x1b[2J\\x9b1A\\x00\\u202ec\\u2028d\\u200be\\ud800\\x7f not read\n")


@settings(deadline=None)
@given(ANYTHING)
def test_nothing_unprintable_passes_and_printable_text_stays(text: str) -> None:
    shown = escape_controls(text)
    assert shown.splitlines() in ([], [shown])
    assert {unicodedata.category(character) for character in shown}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    shown.encode()  # SQLite, a terminal and a pipe can all take it
    assert escape_controls("Café 🎥 “Ünïcode” 日本") == "Café 🎥 “Ünïcode” 日本"


def test_a_text_inside_a_traceback_cannot_pass_for_a_record(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written
    try:
        raise ValueError("bad\n2026-01-01 00:00:00,000 ERROR bot: all shows were deleted\x1b[0m\u2028WARNING x")
    except ValueError:
        log.exception("it broke")
    first, *rest = stream.getvalue().removesuffix("\n").split("\n")
    assert first == "ERROR told: it broke"
    assert "Traceback" in rest[0]
    assert all(line.startswith("    ") for line in rest)
    assert rest[-1].endswith("all shows were deleted\\x1b[0m\\u2028WARNING x")


def test_what_repeats_is_written_once_with_a_count(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written
    now = [0.0]
    repeated = RateLimitedLog(log, 60, now=lambda: now[0])
    for second in range(61):
        now[0] = float(second)
        for _ in range(100):
            repeated.warning("refused", "POST: %d", 401)
        repeated.warning("other kind", "something else")
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["WARNING told: POST: 401", "WARNING told: something else"]
    assert lines[2:] == ["WARNING told: POST: 401 (and 5,999 more in 60 s)", "WARNING told: something else (and 59 more in 60 s)"]


def test_after_the_end_of_it_the_next_is_written_at_once(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written
    repeated = RateLimitedLog(log, 60, now=lambda: 0.0)
    repeated.warning("write", "the disk is full")
    repeated.warning("write", "the disk is full")
    assert repeated.over("write") == 1
    assert repeated.over("write") == 0
    repeated.warning("write", "the disk is full")
    assert stream.getvalue().count("the disk is full") == 2


async def test_the_last_ones_are_counted_when_the_time_is_up(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written
    repeated, told = RateLimitedLog(log, 0.01, now=lambda: 0.0), asyncio.Event()
    for _ in range(3):
        repeated.warning("refused", "POST refused")

    def wake(_: logging.LogRecord) -> bool:
        told.set()
        return True

    log.handlers[0].addFilter(wake)
    await told.wait()
    assert stream.getvalue().splitlines()[1] == "WARNING told: 2 more like “POST refused” in 0.01 s"


def test_invented_kinds_take_no_memory() -> None:
    limit = RateLimit(60, now=lambda: 0.0)
    admitted = [limit.admit(f"kind {number}") for number in range(10_000)]
    assert sum(each is not None for each in admitted) <= 201


def test_loggers_of_libraries_are_limited_by_their_template(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written
    now = [0.0]
    log.addFilter(RateLimitFilter(60, now=lambda: now[0]))
    for _ in range(500):
        log.warning("Invalid HTTP request received.")
    now[0] = 61.0
    log.warning("Invalid HTTP request received.")
    assert stream.getvalue().splitlines() == [
        "WARNING told: Invalid HTTP request received.",
        "WARNING told: Invalid HTTP request received. (and 499 more in 60 s)",
    ]
