"""The simulated vendor's statistics: viewers over time, ingest health, streams at once."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from aiohttp import web

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.addresses import iso
from bot.sandbox.gcore.refusals import Refusal, Shape
from bot.sandbox.gcore.state import Picture, Stream

_GRANULARITY = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86400}
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000}
_MOST_POINTS = 20_000
T = TypeVar("T")
Window = tuple[datetime, datetime]


class StatisticsApi:
    """Series are lists of [unix seconds, value] pairs, as in the vendor's examples (its types say plain integers)."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.get("/streaming/statistics/stream/viewers", self.viewers),
            web.get("/streaming/statistics/stream/watching_duration/total", self.minutes_watched),
            web.get("/streaming/statistics/max_stream", self.max_stream),
            web.get("/streaming/statistics/ffprobe", self.ffprobe),
            web.get("/streaming/statistics/cdn/uniqs", self.unique_viewers),
        ]

    def _known_until(self, lag: float = 0.0) -> datetime:
        return self._account.now() - timedelta(seconds=lag)

    def _streams(self, request: web.Request) -> list[Stream]:
        stream_id, user = request.query.get("stream_id"), request.query.get("client_user_id")
        found = list(self._account.streams.values())
        return [s for s in found if stream_id in (None, str(s.id)) and user in (None, str(s.client_user_id))]

    def _series(self, points: list[tuple[datetime, int]]) -> web.Response:
        pairs = [[int(when.timestamp()), value] for when, value in points]
        return web.json_response([{"client": self._account.client_id, "metrics": {"streams": pairs}}])

    async def viewers(self, request: web.Request) -> web.Response:
        """Viewers of one stream (or all together) per bucket: the most of each bucket."""
        streams, until = self._streams(request), self._known_until(self._account.habits.viewers_lag)
        points = [
            (begin, sum(_highest(s.viewers, begin, end, lambda n: n or 0) for s in streams))
            for begin, end in _buckets(request, "from", "to", _granularity(request), until)
        ]
        return self._series(points)

    async def minutes_watched(self, request: web.Request) -> web.Response:
        """Minutes of all viewers together, begun ones counted whole; the total has one number, not a series."""
        begin, end = _window(request, "from", "to")
        end = min(end, self._known_until(self._account.habits.viewers_lag))
        seconds = sum(_watched(s.viewers, begin, end) for s in self._streams(request))
        return web.json_response([{"client": self._account.client_id, "duration": math.ceil(seconds / 60)}])

    async def max_stream(self, request: web.Request) -> web.Response:
        """How many streams ran at once, the most of each bucket."""
        streams, points = list(self._account.streams.values()), []
        for begin, end in _buckets(request, "from", "to", _granularity(request), self._known_until()):
            moments = {begin} | {when for s in streams for when, _ in s.pictures if begin <= when < end}
            running = max(sum(_value_at(s.pictures, m) is not None for s in streams) for m in moments)
            points.append((begin, running))
        return self._series(points)

    async def ffprobe(self, request: web.Request) -> web.Response:
        """What arrived at the ingest, for the times at which something did."""
        query = request.query
        if "stream_id" not in query:
            raise _bad("stream_id is required")
        interval, unit = query.get("interval", "10"), query.get("units", "second")
        if not interval.isdecimal() or int(interval) == 0 or unit not in _UNITS:
            raise _bad("interval or units is invalid")
        step, rows = int(interval) * _UNITS[unit], list[dict[str, Any]]()
        for begin, end in _buckets(request, "date_from", "date_to", step, self._known_until()):
            for stream in self._streams(request):
                shown = [p for p in _values_in(stream.pictures, begin, end) if p is not None]
                if shown:
                    rows.append(_probe(begin, step, shown))
        return web.json_response({"data": rows})

    async def unique_viewers(self, request: web.Request) -> web.Response:
        """Different viewers in a window; here the highest count of it. `id` is ignored without `type` (Gcore OpenAPI)."""
        begin, end = _window(request, "date_from", "date_to")
        wanted = set(request.query.get("id", "").split(",")) - {""} if "type" in request.query else set()
        streams = [s for s in self._account.streams.values() if not wanted or str(s.id) in wanted]
        count = sum(_highest(s.viewers, begin, end, lambda n: n or 0) for s in streams)
        kind = request.query.get("type", "live")
        return web.json_response({"data": [{"type": kind, "uniqs": count if kind == "live" else 0}]})


def _watched(history: Sequence[tuple[datetime, int]], begin: datetime, end: datetime) -> float:
    """Seconds that viewers spent between two instants."""
    until = [*(when for when, _ in history[1:]), end]
    spans = (
        [(max(when, begin), min(after, end), viewers) for (when, viewers), after in zip(history, until, strict=True)]
        if history
        else []
    )
    return sum(max(0.0, (last - first).total_seconds()) * viewers for first, last, viewers in spans)


def _probe(begin: datetime, step: int, shown: list[Picture]) -> dict[str, Any]:
    return {
        "time": iso(begin),
        "avg_bitrate": sum(p.bitrate for p in shown) / len(shown),
        "sum_frames": round(step * max(p.fps for p in shown)),
        "max_height": max(p.height for p in shown),
        "max_fps": max(p.fps for p in shown),
        "max_keyframe_interval": 2,
    }


def _bad(text: str) -> Refusal:
    return Refusal(400, text, Shape.STATISTICS)


def _granularity(request: web.Request) -> int:
    text = request.query.get("granularity", "1h")
    if text not in _GRANULARITY:
        raise _bad("granularity is invalid")
    return _GRANULARITY[text]


def _instant(request: web.Request, name: str) -> datetime:
    text = request.query.get(name)
    if text is None:
        raise _bad(f"{name} is required")
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise _bad(f"{name} is invalid") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _window(request: web.Request, first: str, last: str) -> Window:
    return _instant(request, first), _instant(request, last)


def _buckets(request: web.Request, first: str, last: str, step: int, known_until: datetime) -> Iterable[Window]:
    begin, end = _window(request, first, last)
    if (end - begin).total_seconds() / step > _MOST_POINTS:
        raise _bad("the period is too long for this granularity")
    bucket = datetime.fromtimestamp(begin.timestamp() // step * step, UTC)
    while bucket < end and bucket <= known_until:
        after = bucket + timedelta(seconds=step)
        yield bucket, min(after, known_until + timedelta(microseconds=1))
        bucket = after


def _value_at(history: Sequence[tuple[datetime, T]], when: datetime) -> T | None:
    index = bisect_right(history, when, key=lambda entry: entry[0])
    return history[index - 1][1] if index else None


def _values_in(history: Sequence[tuple[datetime, T]], begin: datetime, end: datetime) -> list[T | None]:
    return [_value_at(history, begin), *(value for when, value in history if begin <= when < end)]


def _highest(history: Sequence[tuple[datetime, T]], begin: datetime, end: datetime, measure: Callable[[T | None], int]) -> int:
    return max(measure(value) for value in _values_in(history, begin, end))
