"""Times and lengths as crews type and read them: the grammar of moments, spans, durations and zones, and the words back."""

from bot.show.times.lengths import parse_duration
from bot.show.times.moments import parse_moment, parse_span, span_instants
from bot.show.times.spoken import SpokenSpan, Weekday, is_day, read_span, weekday_index
from bot.show.times.words import city_words, clock_words, day_words, duration_words, span_words, wall
from bot.show.times.zones import NoSuchTime, TwiceTime, parse_zone, wall_instant, wall_text

__all__ = [
    "NoSuchTime",
    "SpokenSpan",
    "TwiceTime",
    "Weekday",
    "city_words",
    "clock_words",
    "day_words",
    "duration_words",
    "is_day",
    "parse_duration",
    "parse_moment",
    "parse_span",
    "parse_zone",
    "read_span",
    "span_instants",
    "span_words",
    "wall",
    "wall_instant",
    "wall_text",
    "weekday_index",
]
