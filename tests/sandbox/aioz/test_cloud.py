"""The simulated AIOZ over HTTP: its envelopes, its keys, its streamings on air and off, and what is left of them."""

from __future__ import annotations

from typing import Any, Literal

import httpx
import pytest

from tests.sandbox.aioz.conftest import Crew


# -- the door
@pytest.mark.parametrize("way", ["pair", "basic", "bearer"])
async def test_it_takes_the_keys_in_two_ways_and_a_token(crew: Crew, way: str) -> None:
    env = crew.cloud.environment()
    public, secret = env["AIOZ_PUBLIC_KEY"], env["AIOZ_SECRET_KEY"]
    proofs: dict[str, dict[str, Any]] = {
        "pair": {"headers": {"stream-public-key": public, "stream-secret-key": secret}},
        "basic": {"auth": (public, secret)},
        "bearer": {"headers": {"Authorization": f"Bearer {crew.cloud.token}"}},
    }
    proof = proofs[way]
    async with httpx.AsyncClient(base_url=env["AIOZ_BASE_URL"]) as http:
        assert (await http.get("/live_streams", **proof)).status_code == 200
        assert (await http.get("/live_streams")).json() == {"status": "fail", "message": "Invalid or expired API key."}
        wrong = {"stream-public-key": public, "stream-secret-key": "wrong"}
        assert (await http.get("/live_streams", headers=wrong)).status_code == 403


async def test_keys_run_out_and_may_be_for_uploads_only(crew: Crew) -> None:
    crew.cloud.restrict_keys()
    assert (await crew.call("GET", "live_streams")).status_code == 403
    crew.cloud.restrict_keys(only_upload=False)
    crew.cloud.habits.refused_status = 401
    crew.cloud.expire_keys()
    assert (await crew.call("GET", "live_streams")).status_code == 401


@pytest.mark.parametrize("shape", ["plain", "v3"])
async def test_errors_come_in_two_shapes(crew: Crew, shape: Literal["plain", "v3"]) -> None:
    crew.cloud.habits.errors = shape
    missing = await crew.call("GET", "media/00000000-0000-4000-8000-000000000000")
    malformed = await crew.call("GET", "media/invalid-id")

    assert (missing.status_code, malformed.status_code) == (404, 400)
    assert missing.json()["message"] == "Media not found."
    assert malformed.json()["message"] == "Media's id is invalid."
    assert missing.json().get("reason") == ("media-not-found" if shape == "v3" else None)
    assert missing.headers.get("x-request-id") == missing.json().get("request_id")


async def test_a_path_that_is_none_and_a_body_that_is_none_are_refused(crew: Crew) -> None:
    assert (await crew.call("GET", "nowhere")).json()["status"] == "fail"
    assert (await crew.call("POST", "live_streams", content=b"{")).status_code == 400
    assert (await crew.call("POST", "live_streams", json=[])).status_code == 400


# -- keys
async def test_a_key_is_listed_in_clear_changed_and_deleted(crew: Crew) -> None:
    key = await crew.key(save=True)
    assert (key["type"], key["save"], key["rtmp_url"][:7]) == ("video", True, "rtmp://")

    changed = await crew.data("PUT", f"live_streams/{key['id']}", json={"name": "radio two"})
    assert (changed["name"], changed["save"], changed["stream_key"]) == ("radio two", True, key["stream_key"])
    assert (await crew.call("PUT", f"live_streams/{key['id']}", json={"type": "audio"})).status_code == 400
    assert (await crew.call("POST", "live_streams", json={"name": " "})).status_code == 400
    assert (await crew.call("DELETE", f"live_streams/{key['id']}")).json()["message"] == "Delete live stream key success."
    assert (await crew.data("GET", "live_streams"))["total"] == 0
    assert crew.cloud.ledger.kinds(key["id"]) == ["stream created", "stream deleted"]


async def test_a_list_has_one_type_and_pages_and_the_order_that_is_asked_for(crew: Crew) -> None:
    for number in range(3):
        await crew.key(f"radio {number}")
        await crew.later(1)
    await crew.key("radio waves", type="audio")

    newest = await crew.data("GET", "live_streams", params={"limit": 2, "offset": 0, "order_by": "desc"})
    oldest = await crew.data("GET", "live_streams", params={"limit": 2, "offset": 2})
    assert [key["name"] for key in newest["live_stream_keys"]] == ["radio 2", "radio 1"]
    assert [key["name"] for key in oldest["live_stream_keys"]] == ["radio 2"]
    assert newest["total"] == 3
    assert (await crew.data("GET", "live_streams", params={"type": "audio", "search": "WAVES"}))["total"] == 1
    assert (await crew.call("GET", "live_streams", params={"limit": -1})).status_code == 400


async def test_a_multicast_list_is_replaced_as_a_whole(crew: Crew) -> None:
    key = await crew.key()
    path = f"live_streams/multicast/{key['stream_key']}"
    assert (await crew.call("GET", path)).status_code == 404

    await crew.data("POST", path, json={"multicast_urls": ["rtmp://a/1", "rtmp://b/2"]})
    data = await crew.data("POST", path, json={"multicast_urls": ["rtmp://b/2"]})

    assert data["live_stream_multicast_urls"] == ["rtmp://b/2"]
    assert (await crew.data("GET", path)) == data
    for refused in ([], ["rtmp://a/1", "rtmp://b/2", "rtmp://c/3"], ["https://a/1"], "rtmp://a/1"):
        assert (await crew.call("POST", path, json={"multicast_urls": refused})).status_code == 400
    assert "rtmp://b/2" in set(crew.cloud.secrets())
    assert (await crew.call("DELETE", path)).status_code == 200
    assert (await crew.call("GET", path)).status_code == 404
    assert (await crew.call("GET", "live_streams/multicast/church")).status_code == 400
    assert (await crew.call("GET", f"live_streams/multicast/{key['id']}")).status_code == 404


# -- streamings
async def test_a_streaming_waits_then_runs_then_is_over(crew: Crew) -> None:
    key = await crew.key()
    streaming = await crew.streaming(key["id"])
    assert (await crew.seen(key["id"], streaming))["status"] == "created"

    assert crew.cloud.push_to(f"{key['rtmp_url']}/{key['stream_key']}")
    await crew.later(30)
    live = await crew.seen(key["id"], streaming)
    assert crew.cloud.drop_signal(key["id"])
    await crew.later(30)
    waiting = await crew.seen(key["id"], streaming)
    await crew.later(180)
    over = await crew.seen(key["id"], streaming)

    assert (live["status"], waiting["status"], over["status"]) == ("streaming", "streaming", "end")
    assert (live["duration"], over["duration"]) == (26_000, 31_000)
    assert crew.cloud.ledger.kinds(key["id"]) == ["stream created", "live", "off"]
    assert crew.cloud.ledger.kinds(streaming) == ["page created", "page over"]


async def test_only_the_right_address_is_taken_and_only_one_encoder(crew: Crew) -> None:
    key = await crew.key()

    assert not crew.cloud.push_to(f"{key['rtmp_url']}/{key['id']}")
    assert not crew.cloud.push_to(f"rtmp://elsewhere.example/live/{key['stream_key']}")
    assert crew.cloud.push_to(f"{key['rtmp_url']}/{key['stream_key']}")
    assert not crew.cloud.connect_encoder(key["id"])
    assert not crew.cloud.drop_signal("nobody")


async def test_an_encoder_that_is_back_in_time_goes_on_in_the_same_streaming(crew: Crew) -> None:
    key, streaming = await crew.on_air()
    crew.cloud.drop_signal(key)
    await crew.later(20)
    assert crew.cloud.connect_encoder(key)
    await crew.later(300)

    assert (await crew.seen(key, streaming))["status"] == "streaming"
    assert crew.cloud.ledger.kinds(key)[1:] == ["live", "off", "live"]


@pytest.mark.parametrize("unplanned", ["new", "refused"])
async def test_an_encoder_without_a_streaming_makes_one_or_is_refused(crew: Crew, unplanned: Literal["new", "refused"]) -> None:
    crew.cloud.habits.unplanned = unplanned
    key = (await crew.key("radio one"))["id"]

    assert crew.cloud.connect_encoder(key) is (unplanned == "new")
    await crew.later(10)

    titles = [one["title"] for one in (await crew.data("GET", f"live_streams/{key}/streamings"))["media"]]
    assert titles == (["radio one"] if unplanned == "new" else [])


async def test_a_second_open_streaming_is_refused_until_the_first_is_over(crew: Crew) -> None:
    key, _ = await crew.on_air()
    path, body = f"live_streams/{key}/streamings", {"title": "Another Hour"}
    assert (await crew.call("POST", path, json=body)).json()["message"] == "Live stream already created"

    crew.cloud.drop_signal(key)
    await crew.later(240)
    assert (await crew.call("POST", path, json=body)).status_code == 200


async def test_an_update_has_no_id_in_its_path_and_a_put_forgets_what_it_leaves_out(crew: Crew) -> None:
    key, streaming = await crew.on_air(save=True)
    path = f"live_streams/{key}/streamings"

    answer = await crew.call("PUT", path, json={"stream_id": streaming, "title": "Part two", "qualities": ["144p"]})

    assert answer.json() == {"status": "success", "message": "Update live stream media success."}
    seen = await crew.seen(key, streaming)
    assert (seen["title"], seen["save"], seen["qualities"]) == ("Part two", False, ["144p"])
    assert (await crew.call("PUT", path, json={"stream_id": streaming})).status_code == 400
    assert (await crew.call("PUT", path, json={"title": "Part two"})).status_code == 400
    assert (await crew.call("PUT", path, json={"stream_id": streaming, "title": "x", "qualities": ["8k"]})).status_code == 400


async def test_a_key_that_is_deleted_ends_what_is_on_air(crew: Crew) -> None:
    key, streaming = await crew.on_air()

    await crew.call("DELETE", f"live_streams/{key}")

    assert crew.cloud.ledger.kinds(key)[-2:] == ["off", "stream deleted"]
    assert (await crew.call("GET", f"live_streams/{key}/streamings/{streaming}")).status_code == 404


async def test_the_statistic_is_refreshed_now_and_then(crew: Crew) -> None:
    key, streaming = await crew.on_air()
    path = f"live_streams/statistic/{streaming}"
    fresh = await crew.data("GET", path)
    await crew.later(2)
    crew.cloud.set_quality(key, fps=25, kbps=1200)
    await crew.later(5)
    stale = await crew.data("GET", path)
    await crew.later(5)
    new = await crew.data("GET", path)
    crew.cloud.drop_signal(key)
    await crew.later(20)
    gone = await crew.data("GET", path)

    assert [each["bitrate_in"] for each in (fresh, stale, new, gone)] == [2900, 2900, 1200, 0]
    assert (new["fps_in"], gone["fps_in"]) == (25, 0)


# -- what is kept
async def test_only_what_is_saved_becomes_media_and_is_told(crew: Crew) -> None:
    key, streaming = await crew.on_air(save=True)
    crew.cloud.drop_signal(key)
    await crew.later(200)
    begun = (await crew.data("POST", f"live_streams/{key}/media", json={}))["media"]
    await crew.later(300)
    (listed,) = (await crew.data("POST", f"live_streams/{key}/media", json={"order_by": "desc"}))["media"]

    assert [item["media"]["status"] for item in begun] == ["transcoding"]
    assert (listed["id"], listed["media"]["status"], listed["media"]["title"]) == (streaming, "done", "Radio Hour")
    assert listed["media"]["metadata"] == [{"key": "live_stream_id", "value": key}]
    assert [event["type"] for event in crew.events] == ["file.received", "encoding.started", "encoding.finished"]
    assert {event["media_id"] for event in crew.events} == {listed["media"]["id"]}
    assert crew.cloud.ledger.kinds(listed["media"]["id"]) == ["video pending", "video ready"]


async def test_nothing_is_kept_of_a_streaming_without_save(crew: Crew) -> None:
    key, _ = await crew.on_air()
    crew.cloud.drop_signal(key)
    await crew.later(600)

    assert (await crew.data("POST", "media", json={}))["total"] == 0
    assert crew.events == []


async def test_an_encoding_may_fail_and_events_may_have_underscores(crew: Crew) -> None:
    crew.cloud.habits.encoding_fails, crew.cloud.habits.event_names = True, "underscored"
    key, _ = await crew.on_air(save=True)
    crew.cloud.drop_signal(key)
    await crew.later(600)

    assert [(event["type"], event["status"]) for event in crew.events][-1] == ("encoding_failed", "fail")


async def test_media_are_renamed_and_deleted_and_lists_mind_what_they_are_asked(crew: Crew) -> None:
    key, _ = await crew.on_air(save=True)
    crew.cloud.drop_signal(key)
    await crew.later(600)
    (media,) = (await crew.data("POST", "media", json={"sort_by": "created_at"}))["media"]

    await crew.data("PATCH", f"media/{media['id']}", json={"title": "Hour 1/1"})
    assert (await crew.data("GET", f"media/{media['id']}"))["title"] == "Hour 1/1"
    for wrong in ({"sort_by": ""}, {"order_by": ""}, {"search": ""}, {"offset": -1}, {"limit": "many"}):
        assert (await crew.call("POST", "media", json=wrong)).status_code == 400
    assert (await crew.call("PATCH", f"media/{media['id']}", json={"title": ""})).status_code == 400
    await crew.call("DELETE", f"media/{media['id']}")
    assert (await crew.call("GET", f"media/{media['id']}")).status_code == 404


async def test_one_jump_of_the_clock_keeps_every_instant(crew: Crew) -> None:
    key = (await crew.key())["id"]
    crew.cloud.connect_encoder(key)
    await crew.later(3600)
    silent = (await crew.key("silent"))["id"]
    crew.cloud.connect_encoder(silent)
    crew.cloud.drop_signal(silent)
    await crew.later(3600)

    at = {effect.kind: effect.at for effect in crew.cloud.ledger if effect.id == key}
    assert (at["live"] - at["stream created"]).total_seconds() == 4
    assert crew.cloud.ledger.kinds(silent) == ["stream created"]
