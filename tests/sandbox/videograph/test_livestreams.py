"""Livestreams at the simulated Videograph: made once, fed by an encoder, changed and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.videograph import VideographCloud
from tests.sandbox.videograph.crew import LIVESTREAM, Crew


async def test_a_new_livestream_is_idle_and_tells_its_key_and_where_to_push(crew: Crew, cloud: VideographCloud) -> None:
    answer = await crew.call("POST", "livestreams", json=LIVESTREAM | {"metadata": [{"key": "a", "value": "b"}]})

    envelope = answer.json()
    stream = envelope["data"]
    assert (answer.status_code, envelope["code"], envelope["status"]) == (201, 200, "Success")
    assert (stream["status"], stream["metadata"], stream["createdOn"]) == ("Idle", [{"key": "a", "value": "b"}], 1772359200000)
    assert stream["rtmpUrl"].startswith("rtmp://rc-ingest.us.videograph.ai/rec/")
    assert stream["streamKey"] in stream["playbackUrl"]
    assert stream["streamKey"] in cloud.secrets()
    assert cloud.ledger.kinds(stream["streamUUID"]) == ["stream created"]


async def test_lists_are_by_recording_and_say_little(crew: Crew) -> None:
    recorded = await crew.create()
    plain = await crew.create(title="Rehearsal", record=False)

    assert [s["streamUUID"] for s in await crew.get("livestreams", record="false")] == [plain["streamUUID"]]
    (item,) = await crew.get("livestreams", record="true")
    assert item == {
        "streamUUID": recorded["streamUUID"],
        "title": "Church",
        "status": "Idle",
        "created_at": recorded["createdOn"],
    }
    assert len(await crew.get("livestreams")) == 2


async def test_recorded_and_plain_streams_are_pushed_to_different_servers(crew: Crew) -> None:
    servers = [(await crew.create(record=record))["rtmpUrl"] for record in (True, False)]

    assert servers[0] != servers[1]


async def test_the_encoder_is_the_air(crew: Crew, cloud: VideographCloud) -> None:
    stream = (await crew.create())["streamUUID"]
    detail = await crew.get(f"livestreams/{stream}")

    assert cloud.push_to(f"{detail['ingestUrl']}/{detail['streamKey']}")
    assert (await crew.get(f"livestreams/{stream}"))["status"] == "Idle"
    await crew.later(3)
    assert (await crew.get(f"livestreams/{stream}"))["status"] == "Active"

    assert cloud.drop_signal(stream)
    await crew.later(5)
    assert (await crew.get(f"livestreams/{stream}"))["status"] == "Idle"
    assert cloud.ledger.kinds(stream) == ["stream created", "live", "recording started", "off"]


async def test_a_short_gap_does_not_show(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()

    cloud.drop_signal(stream)
    await crew.later(2)
    assert cloud.connect_encoder(stream)
    await crew.later(60)

    assert cloud.ledger.kinds(stream) == ["stream created", "live", "recording started"]


async def test_where_nobody_can_push(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.create()
    address = f"{stream['rtmpUrl']}/{stream['streamKey']}"

    assert not cloud.push_to(f"{stream['rtmpUrl']}/wrong-key")
    assert not cloud.push_to(address.replace("rc-ingest", "ingest"))
    assert not cloud.push_to(address.replace("rtmp:", "rtmps:"))
    assert cloud.push_to(address)
    assert not cloud.push_to(address)
    assert not cloud.connect_encoder("nobody")
    assert not cloud.drop_signal("nobody")


async def test_rtmps_where_the_account_has_it(crew: Crew, cloud: VideographCloud) -> None:
    cloud.habits.rtmps = True
    stream = await crew.create()

    assert cloud.push_to(f"{stream['rtmpsUrl']}/{stream['streamKey']}")


@pytest.mark.parametrize("replaces", [False, True])
async def test_a_change_needs_the_title_and_answers_nothing(crew: Crew, cloud: VideographCloud, replaces: bool) -> None:
    cloud.habits.put_replaces = replaces
    stream = (await crew.create(description="Sunday"))["streamUUID"]

    refused = await crew.call("PUT", f"livestreams/{stream}", json={"description": "Monday"})
    changed = await crew.call("PUT", f"livestreams/{stream}", json={"title": "Chapel"})

    assert (refused.status_code, refused.json()["message"]) == (400, "title: Field required")
    assert (changed.status_code, changed.content) == (200, b"")
    detail = await crew.get(f"livestreams/{stream}")
    assert (detail["title"], detail["description"]) == ("Chapel", "" if replaces else "Sunday")


async def test_what_can_only_be_chosen_at_creation_stays(crew: Crew) -> None:
    stream = (await crew.create())["streamUUID"]

    await crew.call("PUT", f"livestreams/{stream}", json={"title": "Church", "record": False})

    assert len(await crew.get("livestreams", record="true")) == 1


async def test_a_deletion_takes_a_while_and_cuts_the_encoder_off(crew: Crew, cloud: VideographCloud) -> None:
    stream = await crew.on_air()

    deleted = await crew.call("DELETE", f"livestreams/{stream}")

    assert deleted.json()["data"]["status"] == "Deleting"
    assert (await crew.get(f"livestreams/{stream}"))["status"] == "Deleting"
    assert not cloud.connect_encoder(stream)
    assert (await crew.call("DELETE", f"livestreams/{stream}")).status_code == 200
    await crew.later(10)
    gone = await crew.call("GET", f"livestreams/{stream}")
    assert (gone.status_code, gone.json()) == (404, {"code": 404, "message": "Livestream not found", "status": "Failure"})
    assert cloud.ledger.kinds(stream)[-3:] == ["stream deleting", "off", "stream deleted"]
    with pytest.raises(KeyError):
        cloud.stream(stream)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "title: String should have at least 1 character"),
        ({"region": None}, "region: Input should be a valid string"),
        ({"record": "yes"}, "record: Input should be a valid boolean"),
        ({"dvrDurationInMins": -1}, "dvrDurationInMins: Input should be greater than or equal to 0"),
        ({"playback_policy": ["secret"]}, "playback_policy.0: Input should be 'public' or 'signed'"),
        ({"metadata": {"a": "b"}}, "metadata: Input should be a valid list"),
    ],
)
async def test_wrong_livestreams_are_refused_by_field(crew: Crew, fields: dict[str, Any], words: str) -> None:
    refused = await crew.call("POST", "livestreams", json=LIVESTREAM | fields)

    assert (refused.status_code, refused.json()["message"]) == (400, words)


async def test_region_and_recording_must_be_chosen(crew: Crew) -> None:
    for missing in ("title", "region", "record"):
        body = {name: value for name, value in LIVESTREAM.items() if name != missing}
        assert (await crew.call("POST", "livestreams", json=body)).json()["message"] == f"{missing}: Field required"


async def test_nonsense_is_a_bad_request(crew: Crew) -> None:
    for body in (b"{", b"[]", b"\xff"):
        assert (await crew.call("POST", "livestreams", content=body)).status_code == 400


@pytest.mark.parametrize("header", [None, "Basic", "Bearer x", "Basic d3Jvbmc6cGFpcg=="])
async def test_wrong_credentials(crew: Crew, cloud: VideographCloud, header: str | None) -> None:
    crew.http.headers.pop("Authorization")
    headers = {} if header is None else {"Authorization": header}

    refused = await crew.call("GET", "livestreams", headers=headers)

    assert (refused.status_code, refused.json()["status"]) == (401, "Failure")


async def test_tokens_can_be_revoked_and_can_lack_the_right_to_write(crew: Crew, cloud: VideographCloud) -> None:
    cloud.permit(write=False)
    assert (await crew.call("POST", "livestreams", json=LIVESTREAM)).status_code == 403
    assert (await crew.call("GET", "livestreams")).status_code == 200
    cloud.revoke_token()
    assert (await crew.call("GET", "livestreams")).status_code == 401


async def test_a_failure_can_come_as_a_200(crew: Crew, cloud: VideographCloud) -> None:
    cloud.habits.failures = "envelope"

    quiet = await crew.call("GET", "livestreams/nobody")

    assert (quiet.status_code, quiet.json()["code"], quiet.json()["status"]) == (200, 404, "Failure")


async def test_refusals_and_an_unknown_path(crew: Crew, cloud: VideographCloud) -> None:
    cloud.refuse_next("*/livestreams", status=503, text="Down")
    assert (await crew.call("GET", "livestreams")).json() == {"code": 503, "message": "Down", "status": "Failure"}
    assert (await crew.call("GET", "nowhere")).json() == {"code": 404, "message": "Not Found", "status": "Failure"}
