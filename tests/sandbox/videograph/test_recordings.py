"""Recordings, clips and contents at the simulated Videograph: twelve hours, and what lasts longer."""

from __future__ import annotations

import math
from typing import Literal

import pytest

from bot.sandbox.videograph import VideographCloud
from tests.sandbox.videograph.crew import Crew

HOUR = 3600


async def test_a_clip_becomes_a_content_that_is_ready_after_a_while(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()
    await crew.later(60)

    made = await crew.clip(stream, 10, 40, tags=["goal"], metadata=[{"key": "a", "value": "b"}])

    content = made.json()["data"]
    assert (content["title"], content["status"], content["tags"], content["duration"]) == ("Goal", "Pending", ["goal"], None)
    seen = []
    for _ in range(4):
        seen.append((await crew.get(f"contents/{content['contentId']}"))["status"])
        await crew.later({"Pending": 5, "Preparing": 5, "Processing": 60}.get(seen[-1], 0))
    assert seen == ["Pending", "Preparing", "Processing", "Ready"]
    ready = await crew.get(f"contents/{content['contentId']}")
    assert (ready["duration"], ready["metadata"]) == (30_000, [{"key": "a", "value": "b"}])
    assert "playbackId" in ready
    assert cloud.ledger.kinds(content["contentId"]) == ["content created", "content ready"]


@pytest.mark.parametrize(("first", "last"), [(0, 20), (10, 9), (10, 10), (10, 500)])
async def test_a_range_outside_of_the_recording_is_refused(crew: Crew, first: int, last: int) -> None:
    stream = await crew.on_air()
    await crew.later(60)

    refused = await crew.clip(stream, first, last)

    assert (refused.status_code, refused.json()["status"]) == (400, "Failure")
    assert await crew.get("contents") == []


async def test_a_clip_can_be_cut_after_the_show_until_twelve_hours_after_its_start(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()
    await crew.later(HOUR)
    cloud.drop_signal(stream)

    await crew.later(10.9 * HOUR)
    assert (await crew.clip(stream, 3, HOUR)).status_code == 200
    await crew.later(HOUR)
    assert (await crew.clip(stream, 3, HOUR)).json()["message"] == "No recording is available for this stream"
    assert cloud.ledger.kinds(stream)[-2:] == ["clip created", "recording expired"]


async def test_a_signal_that_returns_goes_on_with_the_recording(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()
    cloud.drop_signal(stream)
    await crew.later(HOUR)
    cloud.connect_encoder(stream)
    await crew.later(HOUR)

    assert (await crew.clip(stream, 3, 2 * HOUR)).status_code == 200
    assert len(cloud.ledger.of("recording started", stream)) == 1


@pytest.mark.parametrize("ending", ["expires", "becomes a content"])
async def test_both_endings_of_a_recording(
    crew: Crew, cloud: VideographCloud, ending: Literal["expires", "becomes a content"]
) -> None:
    cloud.habits.recording_end = ending
    stream = await crew.on_air()
    await crew.later(HOUR)
    cloud.drop_signal(stream)

    await crew.later(12 * HOUR)

    kept = [(content["title"], content["status"], content["duration"]) for content in await crew.get("contents")]
    length = round((HOUR + 10 - 3 + 5) * 1000)
    assert kept == ([("Church", "Ready", length)] if ending == "becomes a content" else [])


async def test_a_stream_that_never_ends_begins_another_recording(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()

    await crew.later(13 * HOUR)

    assert cloud.ledger.kinds(stream)[-2:] == ["recording expired", "recording started"]
    assert (await crew.clip(stream, 11 * HOUR, 13 * HOUR)).json()["message"] == "startTime and endTime must be within the recording"
    assert (await crew.clip(stream, 12 * HOUR + 60, 13 * HOUR)).status_code == 200


async def test_a_plain_stream_cannot_be_clipped(crew: Crew) -> None:
    stream = await crew.on_air(record=False)

    assert (await crew.clip(stream, 3, 5)).json()["message"] == "Clips can be created only for streams with recording"


async def test_a_clip_may_be_answered_with_nothing(crew: Crew, cloud: VideographCloud) -> None:
    cloud.habits.empty_clip_answers = True

    made = await crew.clip(await crew.on_air(), 3, 8)

    assert (made.status_code, made.content) == (200, b"")
    assert len(await crew.get("contents")) == 1


async def test_processing_can_fail_and_can_take_for_ever(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()
    cloud.fail_next_content()
    failing = (await crew.clip(stream, 3, 8)).json()["data"]["contentId"]
    await crew.later(100)
    cloud.habits.processing_delay = math.inf
    stuck = (await crew.clip(stream, 3, 8)).json()["data"]["contentId"]
    await crew.later(HOUR)

    assert [cloud.content(each).status for each in (failing, stuck)] == ["Failed", "Processing"]


async def test_contents_are_listed_by_start_and_limit(crew: Crew, cloud: VideographCloud) -> None:
    source = [{"url": "https://files.example/opener.mp4"}]
    for number in range(5):
        await crew.call("POST", "contents", json={"title": f"Part {number}", "content": source})

    async def titles(**query: int) -> list[str]:
        return [content["title"] for content in await crew.get("contents", **query)]

    assert await titles(start=1, limit=2) == ["Part 3", "Part 2"]
    assert await titles(start=5, limit=2) == []
    cloud.habits.largest_page = 3
    assert await titles(limit=100) == ["Part 4", "Part 3", "Part 2"]
    cloud.habits.lists_metadata = False
    assert "metadata" not in (await crew.get("contents"))[0]


async def test_an_upload_needs_an_address(crew: Crew) -> None:
    assert (await crew.call("POST", "contents", json={"title": "Opener", "content": []})).status_code == 400


async def test_a_content_is_deleted(crew: Crew, cloud: VideographCloud) -> None:
    content = (await crew.clip(await crew.on_air(), 3, 8)).json()["data"]["contentId"]

    assert (await crew.call("DELETE", f"contents/{content}")).status_code == 200
    assert (await crew.call("DELETE", f"contents/{content}")).status_code == 404
    await crew.later(100)
    assert cloud.ledger.kinds(content) == ["content created", "content deleted"]
