"""Clips out of the DVR."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox.clock import RehearsalClock
from tests.sandbox.gcore.crew import Crew


async def clip(crew: Crew, stream_id: int, **fields: object) -> httpx.Response:
    return await crew.call("PUT", f"streams/{stream_id}/clip_recording", json=fields)


async def test_a_clip_of_the_past_can_be_fetched_at_once_and_becomes_a_video(crew: Crew, clock: RehearsalClock) -> None:
    stream_id = await crew.on_air(dvr_enabled=True)
    await crew.later(120)

    made = (await clip(crew, stream_id, start=int(clock.now().timestamp()) - 60, duration=45)).json()
    await crew.later(0)

    assert (await crew.http.get(made["mp4_master"])).status_code == 200
    assert (await crew.http.get(made["hls_master"].replace("master", made["renditions"][0]))).status_code == 200
    listed = (await crew.get(f"streams/{stream_id}/clip_recording"))[0]
    video = await crew.get(f"videos/{listed['video_id']}")
    assert (video["duration"], video["stream_id"]) == (45_000, stream_id)


async def test_by_default_the_future_is_cut_and_the_links_answer_425_until_then(crew: Crew) -> None:
    stream_id = await crew.on_air(dvr_enabled=True)

    made = (await clip(crew, stream_id, duration=30)).json()

    assert made["video_id"] is None
    assert (await crew.http.get(made["mp4_master"])).status_code == 425
    await crew.later(30)
    assert (await crew.http.get(made["mp4_master"])).status_code == 200


async def test_a_clip_expires_unlike_its_video(crew: Crew) -> None:
    stream_id = await crew.on_air(dvr_enabled=True)
    made = (await clip(crew, stream_id, duration=30)).json()

    await crew.later(30 + 3600)

    assert (await crew.http.get(made["mp4_master"])).status_code == 404
    assert await crew.get(f"streams/{stream_id}/clip_recording") == []
    assert len(await crew.get("videos", stream_id=stream_id)) == 1


async def test_a_clip_need_not_become_a_video(crew: Crew) -> None:
    stream_id = await crew.on_air(dvr_enabled=True)

    await clip(crew, stream_id, duration=30, vod_required=False)
    await crew.later(60)

    assert await crew.get("videos") == []


async def test_without_dvr_there_are_no_clips(crew: Crew) -> None:
    refused = await clip(crew, await crew.on_air(), duration=30)

    assert (refused.status_code, refused.json()["status"]) == (422, 422)
    assert isinstance(refused.json()["error"], str)


@pytest.mark.parametrize(
    "fields", [{"duration": 3601}, {"duration": 0}, {"start": 1, "duration": 30}, {"duration": 30, "expiration": 5}]
)
async def test_impossible_ranges_are_refused(crew: Crew, fields: dict[str, int]) -> None:
    stream_id = await crew.on_air(dvr_enabled=True, dvr_duration=3600)

    assert (await clip(crew, stream_id, **fields)).status_code == 400


async def test_a_cleaned_dvr_has_no_past(crew: Crew, clock: RehearsalClock) -> None:
    stream_id = await crew.on_air(dvr_enabled=True)
    await crew.later(120)

    assert (await crew.call("PUT", f"streams/{stream_id}/dvr_cleanup")).status_code == 204

    assert (await clip(crew, stream_id, start=int(clock.now().timestamp()) - 60, duration=30)).status_code == 400
    assert (await clip(crew, stream_id, duration=30)).status_code == 200
