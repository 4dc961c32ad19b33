"""Numbers about an audience and a signal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.gcore import GcoreCloud
from tests.sandbox.gcore.crew import SHOWTIME, Crew

FROM, TO = "2026-03-01T10:00:00Z", "2026-03-01T10:10:00Z"


async def test_viewers_per_minute_are_pairs_up_to_now(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    cloud.set_viewers(stream_id, 100)
    await crew.later(60)
    cloud.set_viewers(stream_id, 214)
    await crew.later(60)

    series = await crew.get("statistics/stream/viewers", **{"from": FROM, "to": TO, "granularity": "1m", "stream_id": stream_id})

    begin = int(SHOWTIME.timestamp())
    assert series == [{"client": cloud.client_id, "metrics": {"streams": [[begin, 100], [begin + 60, 214], [begin + 120, 214]]}}]


async def test_minutes_watched_are_those_of_all_viewers_together(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    cloud.set_viewers(stream_id, 100)
    await crew.later(60)
    cloud.set_viewers(stream_id, 10)
    await crew.later(30)

    total = await crew.get("statistics/stream/watching_duration/total", **{"from": FROM, "to": TO, "stream_id": stream_id})

    assert total == [{"client": cloud.client_id, "duration": 105}]


async def test_statistics_may_lag_behind(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.habits.viewers_lag = 120
    stream_id = await crew.on_air()
    cloud.set_viewers(stream_id, 100)
    await crew.later(110)

    series = await crew.get("statistics/stream/viewers", **{"from": FROM, "to": TO, "granularity": "1m"})

    assert [value for _, value in series[0]["metrics"]["streams"]] == [0]


async def test_the_audience_leaves_with_the_signal(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    cloud.set_viewers(stream_id, 100)
    cloud.drop_signal(stream_id)
    await crew.later(120)

    series = await crew.get("statistics/stream/viewers", **{"from": FROM, "to": TO, "granularity": "1m"})

    assert series[0]["metrics"]["streams"][-1][1] == 0


async def test_ingest_health_has_rows_only_while_something_arrives(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    cloud.drop_signal(stream_id)
    await crew.later(60)

    probe = await crew.get("statistics/ffprobe", date_from=FROM, date_to=TO, stream_id=stream_id)

    assert [row["time"][11:19] for row in probe["data"]] == ["10:00:00", "10:00:10"]
    assert (probe["data"][0]["max_height"], probe["data"][0]["max_fps"]) == (1080, 50.0)


async def test_streams_at_once(crew: Crew, cloud: GcoreCloud) -> None:
    await crew.on_air()
    await crew.on_air()

    series = await crew.get("statistics/max_stream", **{"from": FROM, "to": TO, "granularity": "1m"})

    assert [value for _, value in series[0]["metrics"]["streams"]] == [2]


async def test_unique_viewers(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    cloud.set_viewers(stream_id, 31)

    answer = await crew.get("statistics/cdn/uniqs", date_from=FROM, date_to=TO, type="live", id=stream_id)

    assert answer == {"data": [{"type": "live", "uniqs": 31}]}


@pytest.mark.parametrize(
    "query", [{}, {"from": FROM}, {"from": "yesterday", "to": TO}, {"from": FROM, "to": TO, "granularity": "7m"}]
)
async def test_a_wrong_question_gets_errors_as_a_list(crew: Crew, query: dict[str, str]) -> None:
    refused = await crew.call("GET", "statistics/stream/viewers", params=query)

    assert refused.status_code == 400
    assert refused.json()["data"] == []
    assert isinstance(refused.json()["errors"], list)


async def test_the_thumbnail_has_one_address_and_changing_pictures(crew: Crew) -> None:
    url = (await crew.stream(await crew.on_air()))["screenshot"]

    first = (await crew.http.get(url)).content
    await crew.later(10)
    second = (await crew.http.get(url)).content

    assert first[:4] == b"\x89PNG"
    assert first != second
    assert SHOWTIME + timedelta(seconds=20) == crew.clock.now()
