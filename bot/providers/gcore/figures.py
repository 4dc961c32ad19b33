"""Gcore's statistics: who watches, and what arrives, as figures that people read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from bot.model import JSON
from bot.providers.base import Figure
from bot.providers.budget import Priority
from bot.providers.gcore.api import STATISTICS, GcoreApi, number
from bot.providers.gcore.words import kbps
from bot.providers.reading import Sheet

HOUR = timedelta(hours=1)
RECENT = timedelta(minutes=5)
"""How far back the last minute that is known may lie: the vendor counts from its log files, which lag behind."""
NOT_TOLD = (403, 404)
WATCHED = "stream/watching_duration"

Params = Mapping[str, str | int]


class GcoreFigures:
    """The statistics of one account. Times go out in UTC; half of the paths name them `from` and `to`, the others `date_…`."""

    def __init__(self, api: GcoreApi) -> None:
        self._api = api

    async def watching(self, stream: str, now: datetime) -> int | None:
        """Who watched in the last minute that is known; None where the vendor does not tell."""
        counted = _series(await self._read("stream/viewers", _span(now, RECENT) | _of(stream, "1m"), or_nothing=True))
        return counted[-1] if counted else None

    async def about(self, stream: str, now: datetime) -> list[Figure]:
        """The last hour of a stream: its audience, and what arrived in the last minute.

        Which series a token may read is not documented: one that it may not is left out, as long as viewers are told.
        """
        counted = _series(await self._read("stream/viewers", _span(now, HOUR) | _of(stream, "1m")))
        figures = [
            *((Figure("Viewers, last minute counted", f"{counted[-1]}"),) if counted else ()),
            *((Figure("Viewers, most in the last hour", f"{max(counted)}"),) if counted else ()),
        ]
        dates: Params = _dates(now, HOUR) | {"type": "live", "id": number(stream)}
        for row in Sheet(await self._read("cdn/uniqs", dates, or_nothing=True)).sheets("data"):
            unique = row.whole("uniqs")
            if row.text("type") == "live" and unique is not None:
                figures.append(Figure("Different viewers in the last hour", f"{unique}"))
        span: Params = _span(now, HOUR) | {"stream_id": number(stream)}
        minutes = [row.number("duration") for row in _sheets(await self._read(f"{WATCHED}/total", span, or_nothing=True))]
        if told := [each for each in minutes if each is not None]:
            figures.append(Figure("Minutes watched in the last hour", f"{sum(told):.0f}"))
        dates = _dates(now, RECENT) | {"stream_id": number(stream), "interval": 1, "units": "minute"}
        for row in Sheet(await self._read("ffprobe", dates, or_nothing=True)).sheets("data")[-1:]:
            figures += _picture(row)
        return figures

    async def _read(self, path: str, params: Params, *, or_nothing: bool = False) -> JSON:
        """A series, or an object with `data`; with `or_nothing`, None where it is not told."""
        answer = await self._api.seam.call(
            "GET",
            f"{STATISTICS}/{path}",
            params=params,
            priority=Priority.LIST,
            what="statistics",
            accept=NOT_TOLD if or_nothing else (),
        )
        if answer.status in NOT_TOLD:
            return None
        if not isinstance(answer.json, Mapping | list):
            raise self._api.seam.garbage(answer, what="statistics")
        return answer.json


def _picture(row: Sheet) -> Iterator[Figure]:
    """One row of `ffprobe`; the unit of `avg_bitrate` is told nowhere and taken as that of `video_bitrate`."""
    height, fps, keyframes = row.whole("max_height"), row.number("max_fps"), row.number("max_keyframe_interval")
    rate = kbps(row.number("avg_bitrate"))
    if height:
        yield Figure("Picture received, last minute", f"{height} lines")
    if fps:
        yield Figure("Frames received, last minute", f"{fps:g} a second")
    if rate:
        yield Figure("Bitrate received, last minute", f"{rate:.0f} kbit/s")
    if keyframes:
        yield Figure("Between keyframes, last minute", f"up to {keyframes:g} s")


def _series(body: JSON) -> list[int]:
    """The values of `[{client, metrics: {streams: [[unix seconds, value], …]}}]`, oldest first, of all clients together.

    The types in Gcore's OpenAPI say plain integers, its examples are pairs.
    """
    points: dict[float, int] = {}
    for sheet in _sheets(body):
        pairs = sheet.sheet("metrics").body.get("streams")
        for pair in pairs if isinstance(pairs, list) else ():
            if isinstance(pair, list) and len(pair) == 2 and all(_is_number(each) for each in pair):
                points[pair[0]] = points.get(pair[0], 0) + round(pair[1])
    return [points[when] for when in sorted(points)]


def _is_number(value: JSON) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def _sheets(body: JSON) -> list[Sheet]:
    return [Sheet(item) for item in body if isinstance(item, Mapping)] if isinstance(body, list) else []


def _of(stream: str, granularity: str) -> dict[str, str | int]:
    return {"stream_id": number(stream), "granularity": granularity}


def _span(now: datetime, length: timedelta) -> dict[str, str | int]:
    return {"from": _iso(now - length), "to": _iso(now)}


def _dates(now: datetime, length: timedelta) -> dict[str, str | int]:
    return {"date_from": _iso(now - length), "date_to": _iso(now)}


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
