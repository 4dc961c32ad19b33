"""What viewers are shown, and where else the picture goes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.gcore import GcoreCloud
from tests.sandbox.gcore.crew import Crew, Mailbox

YOUTUBE = "rtmp://a.rtmp.youtube.example/live2/abcd-efgh"


async def create_broadcast(crew: Crew, **fields: Any) -> dict[str, Any]:
    answer = await crew.call("POST", "broadcasts", json={"broadcast": {"name": "Sunday", "status": "pending", **fields}})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def create_restream(crew: Crew, stream_id: int, /, **fields: Any) -> Any:
    body = {"name": "YouTube", "uri": YOUTUBE, "stream_id": stream_id} | fields
    return await crew.call("POST", "restreams", json={"restream": body})


async def test_a_broadcast_goes_through_its_states(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    stream_id = await crew.create_stream()
    broadcast = await create_broadcast(crew, stream_ids=[stream_id], pending_message="Back at ten", ad_id=None)
    path = f"broadcasts/{broadcast['id']}"

    for status in ("live", "live", "paused", "live", "finished"):
        answer = await crew.call("PATCH", path, json={"broadcast": {"status": status}})
        assert answer.json()["status"] == status

    await crew.later(0)
    assert [e["status"] for e in mailbox.about("broadcast")] == ["live", "paused", "live", "finished"]
    assert len(cloud.ledger.of("broadcast live", broadcast["id"])) == 2
    assert (await crew.get(path))["pending_message"] == "Back at ten"
    assert (await crew.call("DELETE", path)).status_code == 204
    assert (await crew.call("GET", path)).status_code == 404


async def test_a_broadcast_s_status_and_the_signal_are_independent(crew: Crew) -> None:
    stream_id = await crew.create_stream()

    broadcast = await create_broadcast(crew, stream_ids=[stream_id], status="live")

    assert broadcast["status"] == "live"
    assert not (await crew.stream(stream_id))["live"]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": ["can't be blank"]}),
        ({"status": ""}, {"status": ["can't be blank"]}),
        ({"status": "Live"}, {"status": ["is not included in the list"]}),
    ],
)
async def test_a_broadcast_needs_name_and_status(crew: Crew, fields: dict[str, str], errors: dict[str, Any]) -> None:
    body = {"broadcast": {"name": "Sunday", "status": "pending", **fields}}

    refused = await crew.call("POST", "broadcasts", json=body)

    assert (refused.status_code, refused.json()) == (422, {"errors": errors})


async def test_an_unwrapped_broadcast_has_no_name(crew: Crew) -> None:
    crew.speak_freely()
    refused = await crew.call("POST", "broadcasts", json={"name": "Sunday", "status": "pending"})

    assert refused.json() == {"errors": {"name": ["can't be blank"]}}


async def test_broadcasts_come_with_their_streams_when_asked_for(crew: Crew) -> None:
    stream_id = await crew.create_stream()
    broadcast = await create_broadcast(crew, stream_ids=[stream_id])

    with_them, without = await crew.get("streams", with_broadcasts=1), await crew.get("streams")

    assert with_them[0]["broadcasts"][0]["id"] == broadcast["id"]
    assert "broadcasts" not in without[0]
    assert without[0]["broadcast_ids"] == [broadcast["id"]]


async def test_a_stream_can_be_bound_from_its_own_side(crew: Crew) -> None:
    broadcast = await create_broadcast(crew)

    stream_id = await crew.create_stream(broadcast_ids=[broadcast["id"]])

    assert (await crew.get(f"broadcasts/{broadcast['id']}"))["stream_ids"] == [stream_id]
    await crew.call("DELETE", f"streams/{stream_id}")
    assert (await crew.get(f"broadcasts/{broadcast['id']}"))["stream_ids"] == []


async def test_spectators_are_the_streams_viewers_unless_set(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    broadcast = await create_broadcast(crew, stream_ids=[stream_id])
    path = f"broadcasts/{broadcast['id']}/spectators"

    cloud.set_viewers(stream_id, 214)
    assert await crew.get(path) == {"spectators_count": 214}
    cloud.set_spectators(broadcast["id"], 7)
    assert await crew.get(path) == {"spectators_count": 7}


async def test_broadcast_events_can_be_gone_as_on_the_current_webhook_page(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    cloud.habits.broadcast_webhooks = False
    broadcast = await create_broadcast(crew)

    await crew.call("PATCH", f"broadcasts/{broadcast['id']}", json={"broadcast": {"status": "live"}})
    await crew.later(0)

    assert mailbox.about("broadcast") == []


async def test_a_restream_arrives_a_minute_after_the_signal_and_stops_with_it(
    crew: Crew, cloud: GcoreCloud, mailbox: Mailbox
) -> None:
    stream_id = await crew.create_stream(active=True)
    restream = (await create_restream(crew, stream_id)).json()
    cloud.connect_encoder(stream_id)

    await crew.later(61)
    assert not (await crew.get(f"restreams/{restream['id']}"))["live"]
    await crew.later(1)
    assert (await crew.get(f"restreams/{restream['id']}"))["live"]
    cloud.drop_signal(stream_id)
    await crew.later(3)

    assert [(e["stream_id"], e["live"]) for e in mailbox.about("restream")] == [(stream_id, True), (stream_id, False)]
    assert (await crew.stream(stream_id))["restreams"][0]["active"]


async def test_a_restream_without_source_gives_up_after_an_hour(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    restream = (await create_restream(crew, stream_id)).json()
    await crew.later(120)

    cloud.drop_signal(stream_id)
    await crew.later(3603)

    assert not (await crew.get(f"restreams/{restream['id']}"))["active"]


async def test_a_restream_is_switched_on_and_off(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.on_air()
    restream = (await create_restream(crew, stream_id, active=False)).json()
    path = f"restreams/{restream['id']}"

    await crew.later(120)
    assert not (await crew.get(path))["live"]
    await crew.call("PATCH", path, json={"restream": {"active": True}})
    await crew.later(60)
    assert (await crew.get(path))["live"]
    await crew.call("PATCH", path, json={"restream": {"active": False}})
    await crew.later(0)
    assert not (await crew.get(path))["live"]
    assert (await crew.call("DELETE", path)).status_code == 204
    assert await crew.get("restreams") == []


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"uri": "https://a.example/key"}, {"uri": ["unsupported protocol"]}),
        ({"stream_id": 1}, {"stream": ["must exist"]}),
    ],
)
async def test_wrong_restreams_are_refused(crew: Crew, fields: dict[str, Any], errors: dict[str, Any]) -> None:
    refused = await create_restream(crew, await crew.create_stream(), **fields)

    assert (refused.status_code, refused.json()) == (422, {"errors": errors})


async def test_no_audio_must_be_a_real_boolean(cloud: GcoreCloud, crew: Crew) -> None:
    crew.speak_freely()
    refused = await create_restream(crew, await crew.create_stream(), no_audio="true")

    assert refused.json() == {"errors": {"no_audio": ["must be a boolean"]}}


async def test_one_restream_target_unless_support_raises_it(crew: Crew, cloud: GcoreCloud) -> None:
    stream_id = await crew.create_stream()

    assert (await create_restream(crew, stream_id)).status_code == 200
    assert (await create_restream(crew, stream_id)).status_code == 422
    cloud.limit(restreams=2)
    assert (await create_restream(crew, stream_id)).status_code == 200
