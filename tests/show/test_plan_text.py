"""One line plans a show: title, time and what else is wanted, in the words a crew uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Question, UserError
from bot.show.plan_text import PlanWords, parse_plan
from bot.show.times import NoSuchTime, TwiceTime, span_words

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY_AFTERNOON = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def plan(text: str) -> PlanWords:
    return parse_plan(text, SATURDAY_AFTERNOON, BERLIN)


def told(text: str) -> tuple[str, str]:
    words = plan(text)
    return words.title, span_words(words.start, words.end, words.zone)


@pytest.mark.parametrize(
    ("text", "title", "span"),
    [
        ("Sunday Service 10:00-11:15", "Sunday Service", "Sun 22 Nov 10:00–11:15 Berlin"),
        ("“News at 9” 21:00 for 30m on church-main", "News at 9", "Sat 21 Nov 21:00–21:30 Berlin"),
        ("News at 9 21:00 for 30m", "News at 9", "Sat 21 Nov 21:00–21:30 Berlin"),
        ("Morning on Two 7am for 2h", "Morning on Two", "Sun 22 Nov 07:00–09:00 Berlin"),
        ("Service sun 19.30–21.00", "Service", "Sun 22 Nov 19:30–21:00 Berlin"),
        ("Late Show 23:00-01:00", "Late Show", "Sat 21 Nov 23:00–01:00 (+1) Berlin"),
        ("Top 10 nov 22 10:00", "Top 10", "Sun 22 Nov 10:00–11:00 Berlin"),
        ("Area 51 7-9pm", "Area 51", "Sat 21 Nov 19:00–21:00 Berlin"),
        ("Studio 1930 10:00", "Studio 1930", "Sun 22 Nov 10:00–11:00 Berlin"),
        ("Best of 2020 on stage 20:00", "Best of 2020 on stage", "Sat 21 Nov 20:00–21:00 Berlin"),
        ("Service 10:00 on sunday", "Service", "Sun 22 Nov 10:00–11:00 Berlin"),
        ("Q&A in 20m", "Q&A", "Sat 21 Nov 16:50–17:50 Berlin"),
        ("Service 10:00 zone new york", "Service", "Sat 21 Nov 10:00–11:00 New York"),
        ('"Sunday" 10:00', "Sunday", "Sun 22 Nov 10:00–11:00 Berlin"),
        ("Service 1000", "Service", "Sun 22 Nov 10:00–11:00 Berlin"),
    ],
)
def test_a_line_gives_a_title_and_a_time(text: str, title: str, span: str) -> None:
    if "new york" in text:
        span = span.replace("Sat 21 Nov", "Sun 22 Nov")  # it is 10:30 there
    assert told(text) == (title, span)


def test_without_options_the_show_is_recorded_has_a_page_and_ends_at_its_end() -> None:
    words = plan("Sunday Service 10:00-11:15")

    assert (words.every, words.stream, words.new_on) == (None, None, None)
    assert (words.record, words.page, words.finish) == (True, True, "at-end")


def test_every_option_is_read_in_any_order() -> None:
    words = plan("Service 10:00-11:15 finish by hand no page zone london every sundays new on Gcore no record")

    assert words == PlanWords(
        title="Service",
        start=datetime(2026, 11, 22, 10, tzinfo=UTC),
        end=datetime(2026, 11, 22, 11, 15, tzinfo=UTC),
        zone=ZoneInfo("Europe/London"),
        every="sun",
        new_on="gcore",
        record=False,
        page=False,
        finish="by-hand",
    )


def test_a_stream_may_have_several_words_and_digits() -> None:
    assert plan("Service 10:00-11:15 on Studio 1200 every week").stream == "Studio 1200"
    assert plan('Service 10:00 on "on air" no record').stream == "on air"


def test_every_sunday_puts_a_bare_time_on_a_sunday() -> None:
    assert told("Vespers 18:00 every sun") == ("Vespers", "Sun 22 Nov 18:00–19:00 Berlin")
    assert told("News 20:00 every weekday") == ("News", "Mon 23 Nov 20:00–21:00 Berlin")
    assert told("News 20:00 every week") == ("News", "Sat 21 Nov 20:00–21:00 Berlin")


def test_a_typed_day_that_is_not_one_of_the_recurring_ones_is_refused() -> None:
    with pytest.raises(UserError, match=r"“tomorrow 10:00” is Sun 22 Nov, not every sat\. Type a day that fits"):
        plan("Service tomorrow 10:00 every sat")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "A plan needs a title and a time"),
        ("Service", "I see no time in “Service”. Type it like: plan"),
        ("Sunday 10:00", "has a time but no title"),
        ("10:00 Sunday Service", "the title comes first"),
        ("Service 10:00 evry sun", "I do not understand “evry sun” behind the time"),
        ("Service 10:00 every moon", "every moon"),
        ("Service 10:00 on", "“on” needs a word behind it"),
        ("Service 10:00 on main on other", "stands twice"),
        ("Service 10:00 on main new on gcore", "contradict"),
        ("Service 10:00 new on g core", "new on g core"),
        ("Service 10:00 zone berln", "Did you mean Europe/Berlin"),
        ("Service 10:00 finish never", "finish never"),
        ("Service 10:00 for banana", "“banana”"),
        ("Service 22 nov 2026", "is a date without a time"),
        ("Service today 10:00", "in the past, 6 h 30 min ago"),
        ("Service 22 nov 10:00-24 nov 10:00", "at most 24 h"),
        ("x" * 601, "601 characters"),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_with_what_was_typed_and_what_is_missing(text: str, answer: str) -> None:
    with pytest.raises(UserError) as refused:
        plan(text)

    assert answer in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Service 10:00 zone est on main", Question),
        ("Service 05/06 10:00-11:00 on main", Question),
        ("Service 31 oct 2027 02:30 for 1h on main", TwiceTime),
        ("Service 31 oct 2027 01:30-02:30 on main", TwiceTime),
        ("Service 28 mar 2027 02:30 on main", NoSuchTime),
        ("Service 02:30 every sun zone nicosia on main", Question),
    ],
)
def test_every_answer_to_a_question_is_a_line_that_plans_without_asking(text: str, kind: type[Question]) -> None:
    with pytest.raises(kind) as asked:
        plan(text)

    assert len(asked.value.choices) >= 2
    answers = [plan(choice.value) for choice in asked.value.choices]
    assert len({(answer.title, answer.start, answer.end, answer.zone.key) for answer in answers}) == len(answers)
    assert all(answer.stream for answer in answers)


def test_a_line_with_two_times_is_asked_about_and_the_answers_are_in_quotes() -> None:
    with pytest.raises(Question) as asked:
        plan("News 7am on Two 8am no page")

    assert [choice.value for choice in asked.value.choices] == ['"News" 7am on "Two 8am" no page', '"News 7am on Two" 8am no page']
    answers = [plan(choice.value) for choice in asked.value.choices]
    assert [(answer.title, answer.stream) for answer in answers] == [("News", "Two 8am"), ("News 7am on Two", None)]


def test_a_show_without_an_end_lasts_as_long_as_the_channel_s_shows() -> None:
    words = parse_plan("Service 10:00", SATURDAY_AFTERNOON, BERLIN, default_length=timedelta(minutes=75))

    assert words.end - words.start == timedelta(minutes=75)


def _is_a_sentence(refused: UserError) -> None:
    assert len(str(refused)) > 20
    assert str(refused)[-1] in ".?" or "like: " in str(refused)


VOCABULARY = """
    Service Sunday sun 10:00 10:00-11:15 7pm - 1930 on new zone every week no record page finish ask for 90m 02:30 first second
    est berlin "a b" " at 22 nov 05/06 2026 now in tomorrow ３０ — 24:00 29 feb utc +02:00 31 oct 2027 28 mar
"""
PLAN_WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=12).map(" ".join)


@settings(deadline=None)
@given(st.one_of(st.text(), PLAN_WORDS))
def test_any_text_is_a_plan_or_a_sentence(text: str) -> None:
    try:
        words = plan(text)
    except UserError as refused:
        _is_a_sentence(refused)
    else:
        assert words.title
        assert SATURDAY_AFTERNOON <= words.start < words.end <= words.start + timedelta(hours=24)
