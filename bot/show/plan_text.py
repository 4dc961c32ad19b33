"""The one-line grammar of a plan: title, time, then what else is wanted: `Sunday Service 10:00-11:15 every sun on church-main`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.errors import Choice, Question, UserError
from bot.show.phone import as_typed, normalise, unquote, words
from bot.show.times import is_day, parse_zone, read_span, span_instants, weekday_index
from bot.show.times.moments import AN_HOUR
from bot.show.times.spoken import LONGEST_MOMENT, SpokenSpan, read_moment
from bot.show.times.words import WEEKDAYS, day_words

EXAMPLE = "Type it like: plan Sunday Service sun 10:00-11:15 every sun on church-main"
OPTIONS = "every sun, on <stream>, new on <provider>, zone <city>, no record, no page, finish ask"

FINISH_POLICIES = ("at-end", "ask", "by-hand")

LONGEST_LINE = 600
"""Characters."""

_LONGEST_TIME = 14
"""Words; `sunday the 22nd of november ...` stays below it, and a long title is not searched for times word by word."""


@dataclass(frozen=True)
class PlanWords:
    """What one line asks to be planned; it prefills the form, whose Create is the confirmation.

    `start` and `end` are aware UTC; `zone` is the show's. `every`: `sun` … `mon`, `week`, `weekday` (Monday to Friday) or None.
    `stream`: an existing stream as typed. `new_on`: a provider to create one at, in lower case. At most one of them is set.
    `finish`: `at-end`, `ask` or `by-hand`.
    """

    title: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    every: str | None = None
    stream: str | None = None
    new_on: str | None = None
    record: bool = True
    page: bool = True
    finish: str = "at-end"


@dataclass(frozen=True)
class _Options:
    """The clauses behind the time, each None where it was not typed."""

    every: str | None = None
    stream: str | None = None
    new_on: str | None = None
    zone: ZoneInfo | None = None
    no_record: bool = False
    no_page: bool = False
    finish: str | None = None


@dataclass(frozen=True)
class _Reading:
    """One way to cut the line into title, time and options; the cuts are word positions."""

    said: Sequence[str]
    time_at: int
    options_at: int
    span: SpokenSpan
    options: _Options

    @property
    def title(self) -> str:
        """The words before the time, without quotes around them."""
        return unquote(" ".join(self.said[: self.time_at]))

    @property
    def time_text(self) -> str:
        """The words of the time."""
        return " ".join(self.said[self.time_at : self.options_at])

    @property
    def before_time(self) -> str:
        """What was typed before the time, with the blank."""
        return " ".join([*self.said[: self.time_at], ""])

    @property
    def after_time(self) -> str:
        """What was typed behind the time, with the blank."""
        return " ".join(["", *self.said[self.options_at :]])


def parse_plan(text: str, now: datetime, zone: ZoneInfo, *, default_length: timedelta = AN_HOUR) -> PlanWords:
    """Read `<title> <time>[-<time>|for <dur>] [every …] [on <stream>|new on <provider>] [zone …] [no record] [no page] [finish …]`.

    The title may be quoted; `zone` is the one to read the time in unless a zone clause says another; without an end the show lasts
    `default_length`. Raises Question, whose choices are whole lines, and UserError with what was typed and what is missing.
    """
    line = normalise(text)
    if len(line) > LONGEST_LINE:
        raise UserError(
            f"{as_typed(line)} is {len(line)} characters long. Type a plan of at most {LONGEST_LINE}, or open the form."
        )
    reading = _only_reading(line)
    show_zone = reading.options.zone or zone
    start, end = _times(reading, now, show_zone, default_length)
    if not reading.title:
        raise UserError(f"{as_typed(line)} has a time but no title. {EXAMPLE}")
    return PlanWords(
        title=reading.title,
        start=start,
        end=end,
        zone=show_zone,
        every=reading.options.every,
        stream=reading.options.stream,
        new_on=reading.options.new_on,
        record=not reading.options.no_record,
        page=not reading.options.no_page,
        finish=reading.options.finish or "at-end",
    )


def _only_reading(line: str) -> _Reading:
    """The one way to read the line; raises what is wrong with the last try, or a Question when there are several."""
    said = words(line)
    readings: list[_Reading] = []
    wrong: UserError | None = None
    for end in range(1, len(said) + 1):
        starts_with_time = False
        try:
            if found := _time_ending_at(said, end):
                starts_with_time = found[0] == 0
                readings.append(_Reading(said, found[0], end, found[1], _parse_options(said, end)))
        except UserError as error:
            wrong = (
                UserError(f"{as_typed(line)} begins with a time; the title comes first. {EXAMPLE}") if starts_with_time else error
            )
    # Four digits alone are rather part of a name (Best of 2020, Studio 1200) where another reading has a real time.
    clear = [reading for reading in readings if not reading.span.is_plain_number] or readings
    if not clear:
        raise wrong or _no_time(line)
    if len(clear) > 1:
        raise _which_reading(line, clear)
    return clear[0]


def _time_ending_at(said: Sequence[str], end: int) -> tuple[int, SpokenSpan] | None:
    """The longest time that ends before the word at `end`, and where it begins."""
    wrong: UserError | None = None
    for start in range(max(0, end - _LONGEST_TIME), end):
        try:
            span = read_span(" ".join(said[start:end]))
            if span and not (wrong and span.is_plain_number):
                return start, span
        except UserError as error:
            wrong = wrong or error
    if wrong:
        raise wrong
    return None


def _no_time(line: str) -> UserError:
    if not line:
        return UserError(f"A plan needs a title and a time. {EXAMPLE}")
    return UserError(f"I see no time in {as_typed(line)}. {EXAMPLE}")


def _which_reading(line: str, readings: Sequence[_Reading]) -> Question:
    """The question how to cut the line. Each choice is the line with its title, and its stream, in quotes."""
    choices = [
        Choice(
            f"{reading.title} · {reading.time_text}{reading.after_time}"[:75],
            f'"{reading.title}" {reading.time_text}{_quoted_tail(reading)}',
        )
        for reading in readings
        if reading.title and '"' not in reading.title
    ]
    return Question(
        f"{as_typed(line)} can be read in {len(readings)} ways. Which one do you mean? A title in quotes is never searched.",
        choices,
    )


def _quoted_tail(reading: _Reading) -> str:
    stream = reading.options.stream
    return reading.after_time if stream is None else reading.after_time.replace(f"on {stream}", f'on "{stream}"', 1)


def _times(reading: _Reading, now: datetime, zone: ZoneInfo, default_length: timedelta) -> tuple[datetime, datetime]:
    """Start and end; `every sun` says which day a bare time is on, and a day that was typed must be one of those."""
    span, every = reading.span, reading.options.every
    try:
        start, end = span_instants(span, now, zone, default_length=default_length)
        index = start.astimezone(zone).weekday()
        wanted = {"week": range(7), "weekday": range(5), None: range(7)}.get(every) or [weekday_index(every or "")]
        if index in wanted:
            return start, end
        if span.start.day or span.start.from_now is not None:
            day = day_words(start.astimezone(zone).date())
            raise UserError(
                f"{as_typed(reading.time_text)} is {day}, not every {every}. Type a day that fits, or leave the day out."
            )
        moved = read_span(f"{WEEKDAYS[wanted[0] or 0]} {reading.time_text}")
        return span_instants(moved or span, now, zone, default_length=default_length)
    except Question as question:
        raise question.within(reading.before_time, reading.after_time) from None


def _clauses(said: Sequence[str], start: int) -> Iterator[tuple[str, int, int]]:
    """The options from the word at `start` on: keyword, and where its value begins and ends."""
    at = start
    while at < len(said):
        keyword, width = _keyword(said, at)
        if not keyword:
            rest = as_typed(" ".join(said[at:]))
            raise UserError(f"I do not understand {rest} behind the time. What can stand there: {OPTIONS}.")
        end = at + width
        # An option's first word is always its value, so that a stream may be called "new" or "zone".
        takes_value = keyword not in {"no record", "no page"}
        if takes_value:
            end = min(end + 1, len(said))
            while end < len(said) and not _keyword(said, end)[0]:
                end += 1
        yield keyword, at + width, end
        at = end


def _keyword(said: Sequence[str], at: int) -> tuple[str, int]:
    """The option that begins at a word and how many words its name has; an empty name where none begins."""
    first = said[at].casefold()
    second = said[at + 1].casefold() if at + 1 < len(said) else ""
    if first == "no" and (what := re.fullmatch("(record|page)(?:ing|s)?", second)):
        return f"no {what[1]}", 2
    if first == "new" and second == "on":
        return "new on", 2
    if first in {"every", "on", "zone", "finish"}:
        return first, 1
    return "", 0


def _parse_options(said: Sequence[str], start: int) -> _Options:
    """The options behind the time; raises UserError for the first that cannot be read, stands twice or contradicts another."""
    found: dict[str, str | ZoneInfo | bool] = {}
    for keyword, value_at, end in _clauses(said, start):
        field = _FIELDS[keyword]
        value = unquote(" ".join(said[value_at:end]))
        if field in found:
            raise UserError(f"“{keyword}” stands twice behind the time. Leave one of them out.")
        if end == value_at and not keyword.startswith("no "):
            raise UserError(f"“{keyword}” needs a word behind it. What can stand there: {OPTIONS}.")
        try:
            found[field] = _READERS[keyword](value)
        except Question as question:
            raise question.within(" ".join([*said[:value_at], ""]), " ".join(["", *said[end:]]).rstrip()) from None
    if "stream" in found and "new_on" in found:
        raise UserError("“on” and “new on” contradict each other. Choose an existing stream or a new one.")
    return _Options(**found)  # type: ignore[arg-type]  # each reader returns what its field holds


def _read_every(value: str) -> str:
    said = value.casefold()
    index = weekday_index(said.removesuffix("s") if len(said) > 4 else said)
    if index is not None:
        return WEEKDAYS[index].casefold()
    if said in {"week", "weekday"}:
        return said
    raise UserError(f"I cannot read “every {value[:40]}”. Type every sun (or another weekday), every week or every weekday.")


def _read_stream(value: str) -> str:
    if is_day(value) or (len(value) <= LONGEST_MOMENT and read_moment(value)):
        raise UserError(f"“on {value}” is a time, not a stream. Type the day before the time, like sun 10:00.")
    return value


def _read_provider(value: str) -> str:
    if " " in value:
        raise UserError(f"I cannot read {as_typed(f'new on {value}')}. Type one provider, like new on gcore.")
    return value.casefold()


def _read_finish(value: str) -> str:
    policy = "-".join(value.casefold().replace("-", " ").split())
    if policy not in FINISH_POLICIES:
        raise UserError(f"I cannot read {as_typed(f'finish {value}')}. Type finish at-end, finish ask or finish by-hand.")
    return policy


_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "every": "every",
        "on": "stream",
        "new on": "new_on",
        "zone": "zone",
        "no record": "no_record",
        "no page": "no_page",
        "finish": "finish",
    }
)
_READERS: Mapping[str, Callable[[str], str | ZoneInfo | bool]] = MappingProxyType(
    {
        "every": _read_every,
        "on": _read_stream,
        "new on": _read_provider,
        "zone": parse_zone,
        "no record": lambda _: True,
        "no page": lambda _: True,
        "finish": _read_finish,
    }
)
