"""A stream's way on air and off again, as the API and the webhooks tell it."""

from __future__ import annotations

import asyncio
import math

import httpx
import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.gcore import GcoreCloud, Shape
from tests.sandbox.gcore.crew import Crew, Mailbox


async def test_a_stream_is_created_off_and_nothing_is_live(crew: Crew) -> None:
    stream = await crew.stream(await crew.create_stream())

    assert not stream["active"]
    assert not stream["live"]
    assert not stream["recording"]
    assert stream["push_url"].startswith("rtmp://")
    assert stream["token"] in stream["push_url"]


async def test_wrapped_and_bare_requests_are_both_understood(crew: Crew) -> None:
    wrapped = (await crew.call("POST", "streams", json={"stream": {"name": "wrapped", "uri": None}})).json()
    bare = (await crew.call("PATCH", f"streams/{wrapped['id']}", json={"transcoding_region": "ix1"})).json()

    assert wrapped["name"] == bare["name"] == "wrapped"
    assert bare["transcoding_region"] == "ix1"


async def test_another_region_has_other_push_addresses(crew: Crew) -> None:
    stream_id = await crew.create_stream()
    before = (await crew.stream(stream_id))["push_url"]

    after = (await crew.set_stream(stream_id, transcoding_region="dt1"))["push_url"]

    assert before.split("/")[2] != after.split("/")[2]


@pytest.mark.parametrize("key", ["push_url", "backup_push_url", "push_url_srt", "backup_push_url_srt", "push_url_whip"])
async def test_an_encoder_can_push_to_every_address_it_is_given(crew: Crew, cloud: GcoreCloud, key: str) -> None:
    stream_id = await crew.create_stream(active=True)

    assert cloud.push_to((await crew.stream(stream_id))[key])

    await crew.later(5)
    stream = await crew.stream(stream_id)
    assert (stream["live"], stream["backup_live"]) == ("backup" not in key, "backup" in key)


async def test_a_disabled_stream_refuses_the_encoder(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()

    assert not cloud.connect_encoder(stream_id)
    await crew.set_stream(stream_id, active=True)
    assert cloud.connect_encoder(stream_id)


async def test_a_second_encoder_is_silently_refused(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()

    assert not cloud.connect_encoder(stream_id, height=720)

    assert (await crew.stream(stream_id))["video_height"] == 1080


async def test_live_comes_a_moment_after_the_encoder_and_is_told_three_times(
    crew: Crew, cloud: GcoreCloud, mailbox: Mailbox
) -> None:
    cloud.habits.webhook_style = "w3"
    stream_id = await crew.create_stream(active=True)

    cloud.connect_encoder(stream_id)
    assert not (await crew.stream(stream_id))["live"]
    await crew.later(10)

    assert (await crew.stream(stream_id))["live"]
    assert [(e["live"], e["transcoding"]) for e in mailbox.about("stream")] == [(True, False), (True, True), (True, True)]
    assert cloud.ledger.kinds(stream_id) == ["stream created", "enabled", "live"]


async def test_one_jump_of_the_clock_tells_the_same_story_as_small_steps(crew: Crew, cloud: GcoreCloud) -> None:
    stepped, jumped = await crew.create_stream(active=True), await crew.create_stream(active=True)
    cloud.connect_encoder(stepped)
    cloud.connect_encoder(jumped)
    live = (await crew.stream(stepped))["started_at_primary"]

    await crew.later(3600)

    assert live is None
    streams = [await crew.stream(s) for s in (stepped, jumped)]
    assert {s["started_at_primary"] for s in streams} == {"2026-03-01T10:00:02.000Z"}


async def test_switching_off_on_air_answers_live_and_goes_off_two_seconds_later(crew: Crew, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air()

    answer = await crew.set_stream(stream_id, active=False)

    assert (answer["active"], answer["live"]) == (False, True)
    await crew.later(1.9)
    assert (await crew.stream(stream_id))["live"]
    await crew.later(0.1)
    assert not (await crew.stream(stream_id))["live"]
    assert not mailbox.about("stream")[-1]["live"]


async def test_a_lost_signal_shows_after_three_seconds_and_leaves_the_switch_on(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()

    cloud.drop_signal(stream_id)
    await crew.later(2.9)
    assert (await crew.stream(stream_id))["live"]
    await crew.later(0.1)

    stream = await crew.stream(stream_id)
    assert (stream["active"], stream["live"]) == (True, False)
    assert stream["finished_at_primary"] > stream["started_at_primary"]


async def test_a_hiccup_under_three_seconds_is_not_noticed(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    told = len(cloud.webhooks.log)

    cloud.drop_signal(stream_id)
    await crew.later(2)
    cloud.connect_encoder(stream_id)
    await crew.later(30)

    assert len(cloud.webhooks.log) == told
    assert len(cloud.ledger.of("live", stream_id)) == 1


async def test_a_test_burst_is_live_and_gone_again(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream(active=True)

    cloud.burst(stream_id, seconds=3)
    await crew.later(20)

    assert cloud.ledger.kinds(stream_id)[-2:] == ["live", "off"]


async def test_the_backup_keeps_the_stream_on_air(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air()
    cloud.connect_encoder(stream_id, backup=True, height=720)
    await crew.later(5)

    cloud.drop_signal(stream_id)
    await crew.later(5)

    stream = await crew.stream(stream_id)
    assert (stream["live"], stream["backup_live"], stream["video_height"]) == (False, True, 720)
    last = mailbox.about("stream")[-1]
    assert (last["live"], last["backup_live"]) == (False, True)


async def test_quality_and_errors_are_shown(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()

    cloud.set_quality(stream_id, bitrate=900_000, fps=25, transcoding_speed=0.7, receiving_error="bad GOP")

    stream = await crew.stream(stream_id)
    assert (stream["video_bitrate"], stream["frame_rate"], stream["transcoding_speed"]) == (900_000, 25, 0.7)
    assert stream["receiving_error"] == "bad GOP"


async def test_enabling_twice_is_one_effect(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()

    await crew.set_stream(stream_id, active=True)
    await crew.set_stream(stream_id, active=True)

    assert len(cloud.ledger.of("enabled", stream_id)) == 1
    assert [c.status for c in cloud.calls if c.method == "PATCH"] == [200, 200]


@pytest.mark.parametrize("shape", list(Shape))
async def test_one_active_stream_too_many_is_refused(crew: Crew, cloud: GcoreCloud, shape: Shape) -> None:
    cloud.habits.quota_shape = shape
    for _ in range(3):
        await crew.create_stream(active=True)
    fourth = await crew.create_stream()

    refused = await crew.call("PATCH", f"streams/{fourth}", json={"stream": {"active": True}})

    assert refused.status_code == 422
    assert not (await crew.stream(fourth))["active"]
    assert (await crew.call("POST", "streams", json={"name": "fifth", "active": True})).status_code == 422


async def test_a_pull_stream_finds_its_source_by_itself(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.source_up("srt://venue.example:9000", height=720)
    stream_id = await crew.create_stream(pull=True, uri="rtmp://down.example/a srt://venue.example:9000", active=True)

    await crew.later(14)
    assert not (await crew.stream(stream_id))["live"]
    await crew.later(1)

    stream = await crew.stream(stream_id)
    assert (stream["live"], stream["stream_source_type"], stream["video_height"]) == (True, "srt", 720)


async def test_a_pull_stream_goes_to_its_next_address(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.source_up("rtmp://one.example/a")
    cloud.source_up("rtmp://two.example/a")
    stream_id = await crew.create_stream(pull=True, uri="rtmp://one.example/a rtmp://two.example/a", active=True)
    await crew.later(20)

    cloud.source_down("rtmp://one.example/a")
    await crew.later(10)

    assert (await crew.stream(stream_id))["live"]


async def test_a_pull_stream_without_a_source_switches_itself_off_after_two_hours(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.source_up("rtmp://venue.example/a")
    stream_id = await crew.create_stream(pull=True, uri="rtmp://venue.example/a", active=True)
    await crew.later(20)

    cloud.source_down("rtmp://venue.example/a")
    await crew.later(2 * 3600 - 1)
    assert (await crew.stream(stream_id))["active"]
    await crew.later(1)

    assert not (await crew.stream(stream_id))["active"]


async def test_a_source_that_returns_is_picked_up_within_seconds(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream(pull=True, uri="rtmp://venue.example/a", active=True)
    await crew.later(3600)

    cloud.source_up("rtmp://venue.example/a")
    await crew.later(3)

    assert (await crew.stream(stream_id))["live"]
    await crew.later(4 * 3600)
    assert (await crew.stream(stream_id))["active"]


async def test_a_new_push_token_drops_the_encoder_and_refuses_the_old_address(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    old = (await crew.stream(stream_id))["push_url"]

    new = (await crew.call("POST", f"streams/{stream_id}/reset_push_token")).json()["push_url"]
    await crew.later(2)

    assert not (await crew.stream(stream_id))["live"]
    assert not cloud.push_to(old)
    assert cloud.push_to(new)


async def test_a_new_push_token_may_leave_the_encoder_running(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.habits.reset_drops_ingest = False
    stream_id = await crew.on_air()

    answer = await crew.call("POST", f"streams/{stream_id}/reset_push_token")
    await crew.later(60)

    assert (answer.status_code, list(answer.json())) == (202, ["message"])
    assert (await crew.stream(stream_id))["live"]


async def test_a_slow_vendor_says_yes_first_and_does_it_later(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()
    cloud.habits.apply_delay = 4

    assert (await crew.set_stream(stream_id, active=True, name="renamed"))["active"]

    assert not (await crew.stream(stream_id))["active"]
    await crew.later(4)
    stream = await crew.stream(stream_id)
    assert (stream["active"], stream["name"]) == (True, "renamed")


async def test_a_vendor_may_say_yes_and_never_do_it(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()
    cloud.habits.apply_delay = math.inf

    await crew.set_stream(stream_id, active=True)
    await crew.later(86400)

    assert not (await crew.stream(stream_id))["active"]


async def test_a_deleted_stream_is_gone_with_its_signal(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()

    assert (await crew.call("DELETE", f"streams/{stream_id}")).status_code == 204

    assert (await crew.call("GET", f"streams/{stream_id}")).json() == {"status": 404, "error": "Not Found"}
    assert cloud.ledger.kinds(stream_id)[-3:] == ["live", "off", "stream deleted"]


async def test_playback_says_why_it_does_not_play(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream(active=True)
    url = (await crew.stream(stream_id))["hls_cmaf_url"]

    async def reason() -> str | None:
        code: str | None = (await crew.http.get(url)).headers.get("X-Err-Code")
        return code

    assert await reason() == "1000"
    cloud.connect_encoder(stream_id)
    await crew.later(2)
    assert await reason() == "3000"
    await crew.later(3)
    assert await reason() is None


async def test_switching_off_and_on_again_in_a_second_still_interrupts(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()

    await crew.set_stream(stream_id, active=False)
    await crew.set_stream(stream_id, active=True)
    assert cloud.connect_encoder(stream_id)
    await crew.later(2)
    assert not (await crew.stream(stream_id))["live"]
    await crew.later(2)

    assert (await crew.stream(stream_id))["live"]
    assert cloud.ledger.kinds(stream_id)[2:] == ["live", "disabled", "enabled", "off", "live"]


async def test_a_whole_session_comes_back_after_an_outage(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air()
    cloud.drop_signal(stream_id)
    await crew.later(4)
    cloud.connect_encoder(stream_id)
    await crew.later(10)

    assert [e["live"] for e in mailbox.about("stream")] == [True] * 3 + [False] + [True] * 3
    stream = await crew.stream(stream_id)
    assert stream["finished_at_primary"] < stream["started_at_primary"]


async def test_the_transcoder_starts_also_when_the_backup_takes_over_at_once(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream(active=True)
    cloud.connect_encoder(stream_id)
    cloud.connect_encoder(stream_id, backup=True)
    await crew.later(2)

    cloud.drop_signal(stream_id)
    await crew.later(10)

    assert cloud.stream(stream_id).transcoding


async def test_a_pull_stream_given_another_address_moves_there(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.source_up("rtmp://one.example/a", height=720)
    cloud.source_up("rtmp://two.example/a", height=1080)
    stream_id = await crew.create_stream(pull=True, uri="rtmp://one.example/a", active=True)
    await crew.later(20)

    await crew.set_stream(stream_id, uri="rtmp://two.example/a")
    await crew.later(2)
    assert not (await crew.stream(stream_id))["live"]
    await crew.later(20)

    assert (await crew.stream(stream_id))["video_height"] == 1080


async def test_the_vendor_can_be_unreachable_and_come_back(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id, port = await crew.on_air(), int(cloud.base_url.rpartition(":")[2])

    await cloud.stop()
    with pytest.raises(httpx.ConnectError):
        await crew.stream(stream_id)
    await cloud.start(port)

    assert (await crew.stream(stream_id))["live"]


async def test_a_request_can_be_caught_in_flight(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()
    answered = asyncio.Event()
    cloud.faults.add(Fault("/streaming/streams/*", "PATCH", answer_held_until=answered))

    switching = asyncio.create_task(crew.set_stream(stream_id, active=True))
    await cloud.until(lambda: bool(cloud.ledger.of("enabled", stream_id)))
    assert cloud.in_flight == [f"PATCH /streaming/streams/{stream_id}"]
    answered.set()
    await switching

    assert cloud.in_flight == []


async def test_a_request_can_be_held_before_it_has_any_effect(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()
    arrives = asyncio.Event()
    cloud.faults.add(Fault("/streaming/streams/*", "PATCH", held_until=arrives))

    switching = asyncio.create_task(crew.set_stream(stream_id, active=True))
    await cloud.until(lambda: bool(cloud.in_flight))
    assert not cloud.ledger.of("enabled", stream_id)
    arrives.set()
    await switching

    assert cloud.ledger.of("enabled", stream_id)


async def test_nothing_that_can_be_printed_shows_a_secret(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air(srt_passphrase="correct-horse-battery")

    printed = repr(cloud.stream(stream_id))

    assert cloud.stream(stream_id).token not in printed
    assert "correct-horse" not in printed
