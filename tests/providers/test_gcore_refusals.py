"""How Gcore says no, in every shape it is known to use, and what the client does about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import ProviderError
from bot.providers.gcore import Gcore
from bot.sandbox.gcore import GcoreCloud, Shape
from tests.providers.conftest import SHOWTIME, Vendor

GcoreAt = Callable[..., Gcore]
STREAM: dict[str, Any] = {"id": 5, "name": "church main", "active": False, "live": False}


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502])
async def test_every_shape_at_every_status_is_one_sentence(cloud: GcoreCloud, gcore: Gcore, shape: Shape, status: int) -> None:
    gcore._seam._client.event_hooks = {}
    cloud.refuse_next(shape=shape, status=status, text="can't be blank", headers={"Retry-After": "0"})

    with pytest.raises(ProviderError) as caught:
        await gcore.delete_video("7") if status != 404 else await gcore.video("7")

    error = caught.value
    assert str(status) in error.detail
    assert str(status) not in error.sentence
    assert error.status == status
    assert "<" not in error.sentence
    if status in (400, 422) and shape not in (Shape.HTML, Shape.EMPTY):
        assert "can't be blank" in error.sentence
    if shape is Shape.FIELD_ERRORS and status == 422:
        assert "name can't be blank" in error.sentence


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": {"name": ["can't be blank"], "status": ["can't be blank"]}}, "name can't be blank; status can't be blank"),
        ({"errors": {"base": [{"message": "no way"}]}}, "base no way"),
        ({"errors": ["one", "two"]}, "one; two"),
        ({"error": {"message": "nested"}}, "nested"),
        ({"exception_class": "X", "message": "bad", "invalid_fields": {"name": "too long"}}, "name too long"),
        ({"detail": "Given token not valid"}, "Given token not valid"),
        ("just text", "just text"),
        ([1, 2], "no reason given"),
        ({"errors": [[[[["deep"]]]]]}, "no reason given"),
        ({"errors": None, "error": 5}, "5"),
    ],
)
async def test_the_complaint_is_found(vendor: Vendor, gcore_at: GcoreAt, body: Any, words: str) -> None:
    vendor.answers(400, body)

    with pytest.raises(ProviderError) as caught:
        await gcore_at(vendor.url).rename_video("7", "x")

    assert f": {words}. " in caught.value.sentence


async def test_a_create_is_sent_bare_and_once_more_wrapped_if_the_name_gets_lost(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(422, {"errors": {"name": ["can't be blank"]}}).answers(200, STREAM)

    made = await gcore_at(vendor.url).create_stream("church main", {}, "s12")

    bare, wrapped = (request.json for request in vendor.requests)
    assert bare == {"name": "church main", "active": False, "client_entity_data": "s12"}
    assert wrapped == {"stream": bare}
    assert made.key.id == "5"


@pytest.mark.parametrize("errors", [{"name": ["is too long"]}, {"uri": ["can't be blank"]}])
async def test_any_other_refusal_of_a_create_is_final(vendor: Vendor, gcore_at: GcoreAt, errors: Any) -> None:
    vendor.answers(422, {"errors": errors})

    with pytest.raises(ProviderError, match="the new stream “church main”"):
        await gcore_at(vendor.url).create_stream("church main", {}, "s12")
    assert len(vendor.requests) == 1


async def test_two_refusals_of_a_create_are_enough(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(422, {"errors": {"name": ["can't be blank"]}})

    with pytest.raises(ProviderError, match="name can't be blank"):
        await gcore_at(vendor.url).create_stream("church main", {}, "s12")
    assert len(vendor.requests) == 2


async def test_a_change_sends_only_what_changes_and_the_name_only_if_gcore_misses_it(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(422, {"errors": {"name": ["can't be blank"]}}).answers(200, STREAM).answers(200, STREAM)

    await gcore_at(vendor.url).set_enabled("5", True)

    assert [(r.method, r.json) for r in vendor.requests] == [
        ("PATCH", {"stream": {"active": True}}),
        ("GET", None),
        ("PATCH", {"stream": {"name": "church main", "active": True}}),
    ]


async def test_a_page_change_learns_the_name_too(vendor: Vendor, gcore_at: GcoreAt) -> None:
    page = {"id": 9, "name": "Sunday Service", "status": "Live", "stream_ids": [5]}
    vendor.answers(422, {"errors": {"name": ["can't be blank"]}}).answers(200, page).answers(200, page)

    assert (await gcore_at(vendor.url).set_page("9", "live")).state == "live"
    assert vendor.requests[-1].json == {"broadcast": {"name": "Sunday Service", "status": "live"}}


async def test_a_change_that_answers_nothing_is_read_back(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, b"").answers(200, {"id": 9, "status": "live"})

    assert (await gcore_at(vendor.url).set_page("9", "live")).state == "live"


@pytest.mark.parametrize("call", ["create", "look", "list", "page"])
@pytest.mark.parametrize("body", [[], {}, None, "text", 5, {"id": None}, {"streams": []}])
async def test_json_of_another_kind_is_not_taken_for_an_answer(vendor: Vendor, gcore_at: GcoreAt, call: str, body: Any) -> None:
    body = {} if call == "list" and body in ([], None) else body  # an empty list is a good list, and so is null for one
    vendor.answers(200, body)
    gcore = gcore_at(vendor.url)
    calls: dict[str, Callable[[], Any]] = {
        "create": lambda: gcore.create_stream("church main", {}, "s12"),
        "look": lambda: gcore.look("5"),
        "list": gcore.list_streams,
        "page": lambda: gcore.page("9"),
    }

    with pytest.raises(ProviderError, match="not its API") as caught:
        await calls[call]()
    assert caught.value.ambiguous is (call == "create")


async def test_a_list_that_is_null_is_empty_and_an_empty_body_is_none(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, b"null").answers(200, b"")

    assert await gcore_at(vendor.url).list_streams() == []
    with pytest.raises(ProviderError, match="not its API"):
        await gcore_at(vendor.url).list_streams()


async def test_a_list_that_ignores_pages_ends(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, [STREAM])

    assert len(await gcore_at(vendor.url).list_streams()) == 1
    assert [r.target for r in vendor.requests] == [
        "/streaming/streams?with_broadcasts=1&page=1",
        "/streaming/streams?with_broadcasts=1&page=2",
    ]


async def test_a_list_without_end_is_an_error_and_not_half_a_list(vendor: Vendor, gcore_at: GcoreAt) -> None:
    async def next_page(writer: asyncio.StreamWriter) -> None:
        body = b'[{"id": %d}]' % len(vendor.requests)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()

    vendor.script.append(next_page)

    with pytest.raises(ProviderError, match="did not end"):
        await gcore_at(vendor.url).find_streams("Church", "s12", SHOWTIME)


async def test_an_object_that_moves_to_the_next_page_is_listed_once(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, [{"id": 1}, {"id": 2}]).answers(200, [{"id": 2}, {"id": 3}]).answers(200, [])

    assert [s.key.id for s in await gcore_at(vendor.url).list_streams()] == ["1", "2", "3"]


async def test_videos_of_other_streams_are_left_out_even_if_gcore_lists_them(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, [{"id": 1, "stream_id": 5}, {"id": 2, "stream_id": 6}]).answers(200, [])

    assert [video.id for video in await gcore_at(vendor.url).list_videos("5")] == ["1"]
    assert "stream_id=5" in vendor.requests[0].target


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, {"errors": {"name": ["No space for recording the stream"]}}),
        (200, {"data": {}, "warnings": [], "errors": [{"key": "no_space_for_recording"}]}),
        (200, {"errors": ["No space for recording"]}),
    ],
)
async def test_a_recording_that_did_not_start_is_an_error_whatever_the_status(
    vendor: Vendor, gcore_at: GcoreAt, status: int, body: Any
) -> None:
    vendor.answers(status, body)

    with pytest.raises(ProviderError, match=r"did not start the recording of stream 5: .*(?i:no space)"):
        await gcore_at(vendor.url).start_recording("5")


async def test_a_recording_is_asked_for_without_a_body(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, {"warnings": [{"key": "something_new", "meta": None}, {"key": None}, 5], "errors": []})

    warnings = await gcore_at(vendor.url).start_recording("5")

    assert warnings == ("Gcore warns: something new.", "Gcore warns: no reason given.")
    assert (vendor.requests[0].method, vendor.requests[0].body) == ("PUT", b"")


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'""'])
async def test_nothing_was_recording(vendor: Vendor, gcore_at: GcoreAt, body: bytes) -> None:
    vendor.answers(200, body)

    assert await gcore_at(vendor.url).stop_recording("5") is None


@pytest.mark.parametrize("status", [400, 402, 403, 409, 422])
async def test_a_quota_is_recognised_at_any_refusal(vendor: Vendor, gcore_at: GcoreAt, status: int) -> None:
    vendor.answers(status, {"error": "You have reached the limit of live streams"})

    with pytest.raises(ProviderError, match=r"reached the limit of live streams.*active-stream limit"):
        await gcore_at(vendor.url).set_enabled("5", True)


async def test_a_lack_of_rights_is_not_called_a_quota(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(403, {"message": "You do not have permission"})

    with pytest.raises(ProviderError, match="does not allow this token"):
        await gcore_at(vendor.url).set_enabled("5", True)


async def test_a_pull_stream_without_a_backup_can_lose_its_signal(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, {"id": 5, "live": False, "backup_live": None})

    assert (await gcore_at(vendor.url).look("5")).signal is False
