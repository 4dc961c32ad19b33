"""Everything that goes wrong at the vendor's door: tokens, limits, six error shapes and more, cut lines."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bot.sandbox.clock import RehearsalClock
from bot.sandbox.faults import Fault
from bot.sandbox.gcore import GcoreCloud, Shape
from tests.sandbox.gcore.crew import Crew

SHAPES: dict[Shape, Any] = {
    Shape.FIELD_ERRORS: {"errors": {"name": ["is wrong"]}},
    Shape.STATUS_ERROR: {"status": 422, "error": "is wrong"},
    Shape.PLAIN_ERROR: {"error": "is wrong"},
    Shape.STATISTICS: {"data": [], "errors": ["is wrong"]},
    Shape.ERROR_LIST: {"errors": ["is wrong"]},
    Shape.GATEWAY: {"message": "is wrong"},
}


@pytest.mark.parametrize("shape", list(Shape))
async def test_every_shape_of_error_can_be_had_and_has_no_effect(crew: Crew, cloud: GcoreCloud, shape: Shape) -> None:
    stream_id = await crew.create_stream()
    cloud.refuse_next("/streaming/streams/*", shape=shape, text="is wrong")

    refused = await crew.call("PATCH", f"streams/{stream_id}", json={"stream": {"active": True}})

    assert refused.status_code == 422
    assert not (await crew.stream(stream_id))["active"]
    if shape in SHAPES:
        assert refused.json() == SHAPES[shape]
    elif shape is Shape.PLATFORM:
        assert {"exception_class", "message", "request_id"} <= set(refused.json())
    else:
        with pytest.raises(json.JSONDecodeError):
            refused.json()


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "Authentication credentials were not provided."),
        ("Bearer {token}", "Given token not valid for any token type"),
        ("APIKey 2675", "Bad permanent token"),
    ],
)
async def test_wrong_credentials(cloud: GcoreCloud, header: str | None, text: str) -> None:
    headers = {} if header is None else {"Authorization": header.format(token=cloud.token)}
    async with httpx.AsyncClient(base_url=cloud.base_url, headers=headers) as http:
        refused = await http.get("/streaming/streams")

    assert (refused.status_code, refused.json()) == (401, {"message": text})
    assert cloud.token not in repr(cloud.calls)


async def test_a_token_runs_out(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.expire_token()
    assert (await crew.call("GET", "streams")).status_code == 401
    cloud.expire_token(expired=False)
    assert (await crew.call("GET", "streams")).status_code == 200


@pytest.mark.parametrize("kind", ["streams", "broadcasts", "restreams", "videos"])
async def test_what_does_not_exist(crew: Crew, kind: str) -> None:
    refused = await crew.call("GET", f"{kind}/1")

    assert (refused.status_code, refused.json()) == (404, {"status": 404, "error": "Not Found"})


@pytest.mark.parametrize(
    ("fields", "field"), [({"name": ""}, "name"), ({"name": "x", "dvr_duration": 5}, "dvr_duration"), ({}, "name")]
)
async def test_wrong_streams_are_refused_by_field(crew: Crew, fields: dict[str, Any], field: str) -> None:
    crew.speak_freely()
    refused = await crew.call("POST", "streams", json=fields)

    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == [field]


async def test_nonsense_is_a_bad_request(crew: Crew) -> None:
    crew.speak_freely()
    for body in (b"{", b"[]", b"\xff"):
        assert (await crew.call("POST", "streams", content=body)).status_code == 400


async def test_an_account_without_overlays_says_so(crew: Crew) -> None:
    refused = await crew.call("GET", f"streams/{await crew.create_stream()}/overlays")

    assert (refused.status_code, list(refused.json())) == (422, ["error"])


async def test_too_many_requests(clock: RehearsalClock) -> None:
    cloud = GcoreCloud(clock, requests_per_second=2)
    async with httpx.AsyncClient(base_url=await cloud.start(), headers={"Authorization": f"APIKey {cloud.token}"}) as http:
        answers = [await http.get("/streaming/streams") for _ in range(6)]
    await cloud.stop()

    assert [a.status_code for a in answers[:3]] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"


async def test_a_line_cut_after_the_work_leaves_the_stream_behind(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.faults.add(Fault("/streaming/streams", "POST", cut="after"))

    with pytest.raises(httpx.RemoteProtocolError):
        await crew.create_stream(name="twice?")

    assert [s["name"] for s in await crew.get("streams")] == ["twice?"]
    assert (cloud.calls[0].method, cloud.calls[0].status) == ("POST", None)


async def test_a_new_object_may_appear_late(crew: Crew, cloud: GcoreCloud) -> None:
    cloud.habits.appear_delay = 5

    stream_id = await crew.create_stream()

    assert await crew.get("streams") == []
    assert (await crew.call("GET", f"streams/{stream_id}")).status_code == 404
    await crew.later(5)
    assert len(await crew.get("streams")) == 1


async def test_lists_are_bare_arrays_of_twenty_five_newest_first(crew: Crew) -> None:
    ids = [await crew.create_stream(name=f"camera {n}") for n in range(27)]

    pages = [await crew.get("streams", page=n) for n in (1, 2, 3)]

    assert [len(p) for p in pages] == [25, 2, 0]
    assert [s["id"] for p in pages for s in p] == ids[::-1]


async def test_calls_are_written_down(crew: Crew, cloud: GcoreCloud) -> None:
    await crew.get("streams", page=2)

    call = cloud.calls[-1]
    assert (call.method, call.path, call.query, call.status) == ("GET", "/streaming/streams", {"page": "2"}, 200)
