"""Recording, what becomes of it, and the videos that are made of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.gcore import GcoreCloud
from tests.sandbox.gcore.crew import Crew, Mailbox


async def start(crew: Crew, stream_id: int) -> int:
    return (await crew.call("PUT", f"streams/{stream_id}/start_recording")).status_code


async def stop(crew: Crew, stream_id: int) -> Any:
    answer = await crew.call("PUT", f"streams/{stream_id}/stop_recording")
    assert answer.status_code == 200
    return answer.json() if answer.content else None


async def test_a_recording_runs_five_seconds_after_it_was_asked_for(crew: Crew, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air()

    assert await start(crew, stream_id) == 204
    await crew.later(4.9)
    assert not (await crew.stream(stream_id))["recording"]
    await crew.later(10.1)

    stream = await crew.stream(stream_id)
    assert (stream["recording"], stream["recording_duration"]) == (True, 10.0)
    assert mailbox.about("stream")[-1]["recording"]


async def test_stopping_returns_the_video(crew: Crew, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air()

    video = await crew.record(stream_id, seconds=90)

    assert video["name"] == "Stream Record: church main, 2026-03-01 10:01:45 +0000"
    assert (video["duration"], video["status"], video["stream_id"]) == (90_000, "pending", stream_id)
    assert video["recording_started_at"] == "2026-03-01T10:00:15.000Z"
    await crew.later(0)
    assert (mailbox.about("stream")[-1]["live"], mailbox.about("stream")[-1]["recording"]) == (True, False)


async def test_stopping_when_nothing_records_answers_nothing(crew: Crew) -> None:
    stream_id = await crew.on_air()

    assert await stop(crew, stream_id) is None
    await start(crew, stream_id)
    assert await stop(crew, stream_id) is None

    await crew.later(60)
    assert not (await crew.stream(stream_id))["recording"]


async def test_without_a_signal_nothing_is_recorded(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream(active=True)

    assert await start(crew, stream_id) == 204
    await crew.later(60)

    assert cloud.ledger.of("recording started", stream_id) == []


@pytest.mark.parametrize(("habit", "status", "rolls"), [("armed", 204, True), ("refused", 422, False)])
async def test_what_happens_without_a_signal_can_be_chosen(
    crew: Crew, cloud: GcoreCloud, habit: Any, status: int, rolls: bool
) -> None:
    cloud.habits.start_without_signal = habit
    stream_id = await crew.create_stream(active=True)

    assert await start(crew, stream_id) == status
    await crew.later(60)
    cloud.connect_encoder(stream_id)
    await crew.later(60)

    assert (await crew.stream(stream_id))["recording"] is rolls


async def test_starting_twice_is_one_recording(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()

    await start(crew, stream_id)
    await start(crew, stream_id)
    await crew.later(30)
    await start(crew, stream_id)
    await crew.later(30)

    assert len(cloud.ledger.of("recording started", stream_id)) == 1


async def test_a_second_start_may_cut_the_recording_in_two(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.habits.start_twice_cuts = True
    stream_id = await crew.on_air()

    await start(crew, stream_id)
    await crew.later(30)
    await start(crew, stream_id)
    await crew.later(30)

    assert len(await crew.get("videos", stream_id=stream_id)) == 1
    assert (await crew.stream(stream_id))["recording"]


async def test_a_short_gap_stays_in_one_file(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    await start(crew, stream_id)
    await crew.later(60)

    cloud.drop_signal(stream_id)
    await crew.later(5)
    assert not (await crew.stream(stream_id))["recording"]
    await crew.later(4)
    cloud.connect_encoder(stream_id)
    await crew.later(60)

    assert (await crew.stream(stream_id))["recording"]
    assert len(cloud.ledger.of("recording started", stream_id)) == 1


async def test_a_long_gap_closes_the_file_and_the_next_recording_is_another_video(
    crew: Crew, cloud: GcoreCloud, mailbox: Mailbox
) -> None:
    stream_id = await crew.on_air()
    await start(crew, stream_id)
    await crew.later(65)

    cloud.drop_signal(stream_id)
    await crew.later(3)
    lost = mailbox.about("stream")[-1]
    assert (lost["live"], lost["recording"]) == (False, False)
    await crew.later(60)
    cloud.connect_encoder(stream_id)
    await crew.later(60)
    assert not (await crew.stream(stream_id))["recording"]
    await crew.record(stream_id, seconds=30)

    videos = await crew.get("videos", stream_id=stream_id)
    assert [v["duration"] for v in videos] == [30_000, 60_000]
    assert len(cloud.ledger.of("recording stopped", stream_id)) == 2


async def test_two_short_gaps_close_together_do_not_add_up(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    await start(crew, stream_id)
    await crew.later(60)

    for _ in range(3):
        cloud.drop_signal(stream_id)
        await crew.later(6)
        cloud.connect_encoder(stream_id)
        await crew.later(2)

    await crew.later(60)
    assert cloud.ledger.of("recording stopped", stream_id) == []


async def test_a_recording_may_resume_by_itself(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.habits.resume_after_gap = True
    stream_id = await crew.on_air()
    await start(crew, stream_id)
    await crew.later(60)

    cloud.drop_signal(stream_id)
    await crew.later(60)
    cloud.connect_encoder(stream_id)
    await crew.later(60)

    assert len(cloud.ledger.of("recording started", stream_id)) == 2


async def test_a_file_begun_in_the_last_seconds_of_a_signal_is_closed_too(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    await start(crew, stream_id)
    await crew.later(4)

    cloud.drop_signal(stream_id)
    await crew.later(60)

    assert len(cloud.ledger.of("recording stopped", stream_id)) == len(cloud.ledger.of("recording started", stream_id)) == 1


async def test_auto_record_needs_no_request(crew: Crew) -> None:
    stream_id = await crew.on_air(auto_record=True)

    assert (await crew.stream(stream_id))["recording"]


async def test_switching_off_ends_the_recording(crew: Crew, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air(auto_record=True)
    await crew.later(60)

    await crew.set_stream(stream_id, active=False)
    await crew.later(2)

    last = mailbox.about("stream")[-1]
    assert (last["live"], last["recording"]) == (False, False)
    assert len(await crew.get("videos", stream_id=stream_id)) == 1


async def test_recordings_are_cut_every_four_hours(crew: Crew) -> None:
    stream_id = await crew.on_air(auto_record=True)

    await crew.later(9 * 3600)

    videos = await crew.get("videos", stream_id=stream_id)
    assert [v["duration"] for v in videos] == [4 * 3600_000] * 2
    assert (await crew.stream(stream_id))["recording"]


async def test_a_video_becomes_viewable_and_then_ready(crew: Crew, mailbox: Mailbox, cloud: GcoreCloud) -> None:
    video = await crew.record(await crew.on_air(), seconds=60)
    path = f"videos/{video['id']}"

    await crew.later(150)
    first = (await crew.get(path))["converted_videos"][0]
    assert (first["status"], first["progress"], first["mp4_url"]) == ("processing", 50, None)
    await crew.later(150)
    viewable = await crew.get(path)
    assert viewable["status"] == "viewable"
    assert [r["status"] for r in viewable["converted_videos"]] == ["complete"] + ["processing"] * 3
    await crew.later(180)

    ready = await crew.get(path)
    assert ready["status"] == "ready"
    assert (await crew.http.get(ready["converted_videos"][3]["mp4_url"] + "/download=sunday")).status_code == 200
    assert [v["status"] for v in mailbox.about("video")] == ["pending", "viewable", "ready"]
    assert [v["duration"] for v in mailbox.about("video")] == [60_000] * 3
    assert cloud.ledger.kinds(video["id"]) == ["video created", "video viewable", "video ready"]


async def test_processing_can_fail(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    cloud.fail_next_video("Unsupported pixel format")
    video = await crew.record(await crew.on_air(), seconds=60)

    await crew.later(600)

    failed = await crew.get(f"videos/{video['id']}")
    assert (failed["status"], failed["error"]) == ("error", "Unsupported pixel format")
    assert mailbox.about("video")[-1]["status"] == "error"


async def test_a_fragment_under_ten_seconds_fails(crew: Crew) -> None:
    video = await crew.record(await crew.on_air(), seconds=6)

    await crew.later(600)

    assert (await crew.get(f"videos/{video['id']}"))["status"] == "error"


async def test_a_video_is_renamed_with_a_bare_body_and_deleted_with_204(crew: Crew, mailbox: Mailbox) -> None:
    video = await crew.record(await crew.on_air(), seconds=60)
    path = f"videos/{video['id']}"

    assert (await crew.call("PATCH", path, json={"name": "Sunday Service 1/2"})).json()["name"] == "Sunday Service 1/2"
    assert (await crew.call("PATCH", path, json={"name": " "})).json() == {"errors": {"name": ["can't be blank"]}}
    assert (await crew.call("DELETE", path)).status_code == 204
    assert (await crew.call("DELETE", path)).status_code == 404

    await crew.later(600)
    assert mailbox.about("video_delete")[0]["id"] == video["id"]
    assert [v["status"] for v in mailbox.about("video")] == ["pending"]


async def test_videos_are_found_by_stream_status_text_and_id(crew: Crew) -> None:
    first, second = await crew.on_air(name="church"), await crew.on_air(name="stadium")
    a, b = await crew.record(first, seconds=20), await crew.record(second, seconds=20)
    await crew.call("POST", "videos", json={"video": {"name": "an empty one"}})

    async def ids(**query: Any) -> list[int]:
        return [v["id"] for v in await crew.get("videos", **query)]

    assert await ids(stream_id=first) == [a["id"]]
    assert await ids(search="STADIUM") == [b["id"]]
    assert await ids(status="pending") == [b["id"], a["id"]]
    assert await ids(id=f"{a['id']},{b['id']}") == [b["id"], a["id"]]
    assert len(await ids(per_page=2)) == 2
    assert len(await ids(per_page=2, page=2)) == 1
    assert await ids(page=3) == []
    names = await crew.get("videos/names", ids=f"{a['id']},{b['id']}")
    assert {n["name"] for n in names} == {a["name"], b["name"]}


async def test_an_upload_from_an_address_is_processed(crew: Crew) -> None:
    body = {"video": {"name": "opener", "origin_url": "https://files.example/opener.mp4"}}
    video = (await crew.call("POST", "videos", json=body)).json()

    await crew.later(600)

    assert (await crew.get(f"videos/{video['id']}"))["status"] == "ready"
    crew.speak_freely()
    assert (await crew.call("POST", "videos", json={"video": {}})).json() == {"errors": {"name": ["can't be blank"]}}


async def test_a_warning_near_the_storage_limit_and_no_recording_beyond(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.limit(storage_mb=1000)
    stream_id = await crew.on_air()

    cloud.use_storage(950)
    warned = await crew.call("PUT", f"streams/{stream_id}/start_recording")
    cloud.use_storage(1000)
    refused = await crew.call("PUT", f"streams/{stream_id}/start_recording")

    assert (warned.status_code, warned.json()["warnings"][0]["key"]) == (200, "client_storage_almost_exceeded")
    assert warned.json()["errors"] == []
    assert (refused.status_code, refused.json()) == (422, {"errors": {"name": ["No space for recording the stream"]}})


async def test_recordings_fill_the_storage_and_deleting_frees_it(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.limit(storage_mb=100)
    stream_id = await crew.on_air()
    video = await crew.record(stream_id, seconds=200)

    assert await start(crew, stream_id) == 422
    await crew.call("DELETE", f"videos/{video['id']}")
    assert await start(crew, stream_id) == 204


async def test_a_deleted_stream_leaves_its_recordings(crew: Crew) -> None:
    stream_id = await crew.on_air(auto_record=True)
    await crew.later(60)

    await crew.call("DELETE", f"streams/{stream_id}")

    assert len(await crew.get("videos", stream_id=stream_id)) == 1


async def test_a_client_can_do_without_the_undeclared_recording_field(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.habits.declared_only = True
    stream = await crew.stream(await crew.on_air(auto_record=True))

    assert "recording" not in stream
    assert stream["recording_duration"] == 3.0
