"""The simulated Gjirafa over HTTP: channels, live videos and restreams as its documentation describes them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.gjirafa import GjirafaCloud
from tests.sandbox.gjirafa.conftest import Crew


def able(read: dict[str, Any]) -> tuple[bool, ...]:
    return tuple(read[name] for name in ("canGoLive", "isLiveStreaming", "canStopAndCut", "canStopWithoutSaving"))


async def test_a_channel_is_made_by_a_form_and_shows_its_key(crew: Crew) -> None:
    made = await crew.channel()

    read = await crew.result("GET", f"channels/{made['publicId']}")
    assert made["streamServer"].startswith("rtmp://")
    assert made["streamKey"] in set(crew.cloud.secrets())
    assert (made["liveStatus"], made["healthStatus"]) == ("Offline", "Unknown")
    assert (read["typeId"], read["latencyTypeId"], read["inputType"]) == (1, 1, "RtmpPush")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"Title": " "}, "Title is required."),
        ({"Type": "two"}, "Type must be a number."),
        ({"InputType": "9"}, "Type, LatencyType or InputType is not valid."),
        ({"InputType": "2"}, "FilePath is required."),
    ],
)
async def test_a_channel_that_makes_no_sense_is_refused(crew: Crew, form: dict[str, str], words: str) -> None:
    parts = {"Title": "church", "Type": "1", "LatencyType": "1", "InputType": "1", **form}

    assert await crew.refused("POST", "channels", files={name: (None, text) for name, text in parts.items()}) == (400, words)


async def test_a_form_is_not_json_and_json_is_no_form(crew: Crew) -> None:
    assert (await crew.refused("POST", "channels", json={"Title": "church"}))[0] == 400
    assert (await crew.refused("POST", "live-videos", files={"title": (None, "Sunday")}))[0] == 400
    assert (await crew.refused("POST", "live-videos", content=b"{", headers={"Content-Type": "application/json"}))[0] == 400


@pytest.mark.parametrize(("headers", "status"), [({"Authorization": ""}, 401), ({"Authorization": "Bearer x"}, 401)])
async def test_the_key_is_asked_for(crew: Crew, headers: dict[str, str], status: int) -> None:
    assert (await crew.refused("GET", "channels", headers=headers))[0] == status


async def test_another_project_is_not_the_keys_and_another_path_is_none(crew: Crew) -> None:
    assert await crew.refused("GET", "v1/prj-1/channels") == (403, "Forbidden")
    assert (await crew.refused("GET", "channels/none/at/all"))[0] == 404
    assert await crew.refused("GET", "channels/none") == (404, "Result Not Found")


async def test_lists_come_in_pages_with_totals_in_version_1_only(crew: Crew) -> None:
    for number in range(5):
        await crew.channel(Title=f"church {number}")

    second = await crew.result("GET", "channels", params={"page": 2, "take": 2})
    found = await crew.result("GET", "channels", params={"search": "CHURCH 3"})
    bare = await crew.result("GET", "v2/prj-2041/channels", params={"take": 2})

    assert [item["title"] for item in second["items"]] == ["church 2", "church 1"]
    assert [second[name] for name in ("currentPage", "totalPages", "pageSize", "totalCount")] == [2, 3, 2, 5]
    assert [item["title"] for item in found["items"]] == ["church 3"]
    assert list(bare) == ["items"]


async def test_the_flags_follow_the_show(crew: Crew) -> None:
    channel = (await crew.channel())["publicId"]
    video = await crew.live_video(channel)
    seen = [able(await crew.detail(video))]
    crew.cloud.connect_encoder(channel)
    await crew.later(10)
    seen.append(able(await crew.detail(video)))
    await crew.result("PUT", "live-videos/go-live", params={"publicId": video})
    seen.append(able(await crew.detail(video)))
    await crew.later(10)
    on = await crew.detail(video)
    await crew.result("POST", f"live-videos/{video}/stop")
    seen.append(able(await crew.detail(video)))
    await crew.later(10)
    off = await crew.detail(video)

    assert seen == [
        (False, False, False, False),
        (True, False, False, False),
        (False, False, False, False),
        (False, True, False, False),
    ]
    assert (able(on), on["liveStatus"]) == ((False, True, True, True), "Live")
    assert (able(off), off["liveStatus"]) == ((False, False, False, False), "Offline")
    assert on["startDateUTC"] == "2026-03-01T10:00:12.0000000"
    assert off["endDateUTC"] == "2026-03-01T10:00:21.0000000"


async def test_without_dvr_nothing_can_be_kept(crew: Crew) -> None:
    _, video = await crew.on_air(dvrEnabled=False)

    assert able(await crew.detail(video)) == (False, True, False, True)
    assert (await crew.refused("POST", "live-videos/stop-and-cut", json={"videoPublicId": video}))[0] == 400
    assert crew.cloud.live_video(video).on_air


async def test_what_is_not_legal_now_is_refused(crew: Crew) -> None:
    video = await crew.live_video((await crew.channel())["publicId"])

    assert (await crew.refused("PUT", "live-videos/go-live", params={"publicId": video}))[0] == 400
    assert (await crew.refused("POST", f"live-videos/{video}/stop"))[0] == 400
    assert (await crew.refused("POST", f"v2/prj-2041/live-videos/{video}/stop-and-cut", json={}))[0] == 400
    assert (await crew.refused("PUT", "live-videos/go-live"))[0] == 404


FROM, TO = "2026-03-01T10:00:20Z", "2026-03-01T10:01:00"


@pytest.mark.parametrize(
    ("bounds", "length"),
    [
        ({}, 68.0),
        ({"dateTimeFrom": FROM, "dateTimeTo": TO}, 40.0),
        ({"fromMilisecond": 1000, "toMilisecond": 31_000}, 30.0),
    ],
)
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_the_whole_or_a_part_is_kept(crew: Crew, bounds: dict[str, Any], length: float, version: str) -> None:
    _, video = await crew.on_air()
    await crew.later(60)

    if version == "v1":
        made = await crew.result("POST", "live-videos/stop-and-cut", json={"videoPublicId": video, "title": "Service", **bounds})
    else:
        made = await crew.result("POST", f"v2/prj-2041/live-videos/{video}/stop-and-cut", json={"title": "Service", **bounds})

    (kept,) = crew.cloud.kept
    assert (made, kept.title) == ({"videoPublicId": kept.id}, "Service")
    assert (kept.end - kept.start).total_seconds() == length


@pytest.mark.parametrize(
    "bounds",
    [
        {"dateTimeFrom": FROM, "dateTimeTo": TO, "fromMilisecond": 0, "toMilisecond": 1},
        {"dateTimeFrom": FROM},
        {"toMilisecond": 1000},
        {"dateTimeFrom": TO, "dateTimeTo": FROM},
        {"dateTimeFrom": "2026-03-01T09:00:00Z", "dateTimeTo": TO},
        {"dateTimeFrom": FROM, "dateTimeTo": "2026-03-01T12:00:00Z"},
        {"dateTimeFrom": "then", "dateTimeTo": "now"},
    ],
)
async def test_bounds_that_make_no_sense_stop_nothing(crew: Crew, bounds: dict[str, Any]) -> None:
    _, video = await crew.on_air()
    await crew.later(60)

    assert (await crew.refused("POST", "live-videos/stop-and-cut", json={"videoPublicId": video, **bounds}))[0] == 400
    assert crew.cloud.live_video(video).on_air


async def test_a_live_video_whose_encoder_is_gone_is_interrupted_until_it_is_back(crew: Crew) -> None:
    channel, video = await crew.on_air()
    crew.cloud.drop_signal(channel)
    await crew.later(5)
    briefly = (await crew.detail(video))["liveStatus"]
    await crew.later(5)
    lost = (await crew.detail(video))["liveStatus"]
    crew.cloud.connect_encoder(channel)
    await crew.later(5)

    assert (briefly, lost, (await crew.detail(video))["liveStatus"]) == ("Live", "Interrupted", "Live")
    assert crew.cloud.ledger.kinds(channel) == ["stream created", "live", "off", "live"]


async def test_a_gap_that_is_shorter_than_the_silence_is_none(crew: Crew) -> None:
    channel, video = await crew.on_air()
    crew.cloud.drop_signal(channel)
    await crew.later(3)
    crew.cloud.connect_encoder(channel)
    await crew.later(20)

    assert crew.cloud.ledger.kinds(channel) == ["stream created", "live"]
    assert (await crew.detail(video))["liveStatus"] == "Live"


async def test_an_update_of_version_2_empties_what_it_leaves_out(crew: Crew) -> None:
    video = await crew.live_video((await crew.channel())["publicId"], author="Ana", description="Service")

    changed = await crew.result("PUT", f"v2/prj-2041/live-videos/{video}", json={"title": "Sunday", "author": "Ben"})
    by_form = await crew.result("PUT", "live-videos", files={"PublicId": (None, video), "Title": (None, "Monday")})

    assert (changed["title"], changed["author"], changed["description"]) == ("Sunday", "Ben", None)
    assert (by_form["title"], by_form["author"]) == ("Monday", "Ben")
    assert (await crew.refused("PUT", f"v2/prj-2041/live-videos/{video}", json={"author": "Ben"}))[0] == 400
    assert (await crew.refused("PUT", f"v2/prj-2041/live-videos/{video}", json={"title": "x", "publishDate": "soon"}))[0] == 400


async def test_a_restream_is_toggled_and_echoes_its_key(crew: Crew) -> None:
    _, video = await crew.on_air()
    body = {"videoId": video, "title": "YouTube", "streamUrl": "rtmp://a.example/live", "streamKey": "abcd", "status": False}

    made = await crew.result("POST", "restreams", json=body)
    flipped = [await crew.result("PUT", f"restreams/{made['id']}/toggle") for _ in range(2)]

    assert made == {"id": made["id"], **body}
    assert flipped == [{"id": made["id"], "status": True}, {"id": made["id"], "status": False}]
    assert await crew.result("GET", f"live-video/{video}/restreams") == [made]
    assert (await crew.refused("GET", f"live-videos/{video}/restreams"))[0] == 404
    assert await crew.result("DELETE", f"restreams/{made['id']}") is True
    assert (await crew.refused("DELETE", f"restreams/{made['id']}"))[0] == 404


@pytest.mark.parametrize("missing", ["videoId", "title", "streamUrl", "streamKey", "status"])
async def test_a_restream_needs_all_of_its_fields(crew: Crew, missing: str) -> None:
    _, video = await crew.on_air()
    body = {"videoId": video, "title": "YouTube", "streamUrl": "rtmp://a.example/live", "streamKey": "abcd", "status": False}

    status, words = await crew.refused("POST", "restreams", json={name: value for name, value in body.items() if name != missing})

    assert (status, words) == (400, f"{missing} is required.")


async def test_an_encoder_needs_the_right_server_and_key(crew: Crew) -> None:
    made = await crew.channel()
    server, key = made["streamServer"], made["streamKey"]
    cloud: GjirafaCloud = crew.cloud

    assert not cloud.push_to(f"{server}/wrong")
    assert not cloud.push_to(f"rtmp://elsewhere.example/live/{key}")
    assert cloud.push_to(f"{server}/{key}")
    assert not cloud.push_to(f"{server}/{key}")
    assert cloud.drop_signal(made["publicId"])
    assert not cloud.drop_signal(made["publicId"])
    assert not cloud.connect_encoder("none")
