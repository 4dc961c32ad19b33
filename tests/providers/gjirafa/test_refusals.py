"""How Gjirafa says no: by status, by an envelope in a 200, by something that is no envelope; and what stays hidden."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.providers.gjirafa import Gjirafa
from bot.sandbox.gjirafa import GjirafaCloud
from tests.providers.conftest import SHOWTIME, Vendor
from tests.providers.gjirafa.conftest import KEY, Control, GjirafaAt

TARGET, TARGET_KEY = "rtmp://live.example.org/app", "canary-restream-key"
NO_REASON = "Check what was asked for and try again; if it is refused again, ask for the reason at Gjirafa."
SOURCE = "https://me:canary@camera.example/feed"
ECHO = f"cannot take {SOURCE} with {TARGET_KEY} at {TARGET}/{TARGET_KEY} for {KEY}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"success": False, "errors": ["Title is required.", "Type is not valid."], "messages": []},
            "Title is required.; Type is not valid",
        ),
        ({"success": False, "errors": [], "messages": ["No."], "statusCode": 400}, "No"),
        ({"success": False, "errors": ["No.", "No."], "messages": ["No."]}, "No"),
        ({"success": False, "errors": [{"code": 7, "message": "Too long"}]}, "Too long"),
        ({"errors": {"Title": ["is required"]}, "title": "One or more validation errors occurred."}, "Title is required"),
        ({"success": False, "errors": None, "messages": None, "resultInfo": "Not today"}, "Not today"),
        ({"success": False, "errors": [[[[["deep"]]]]]}, "no reason given"),
        ({"message": "gone wrong"}, "gone wrong"),
        ("just text", "just text"),
    ],
)
async def test_the_complaint_is_found(vendor: Vendor, gjirafa_at: GjirafaAt, body: Any, words: str) -> None:
    vendor.answers(400, body)

    with pytest.raises(ProviderError) as refused:
        await gjirafa_at(vendor.url).create_stream("church", {}, "s12")

    advice = "Change that and try again." if words != "no reason given" else NO_REASON
    assert refused.value.sentence == f"Gjirafa refused for the new channel “church”: {words}. {advice}"
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("told", "status", "permanent", "ambiguous"),
    [
        (200, 400, True, False),
        (None, 400, True, False),
        ("x", 400, True, False),
        (403, 403, True, False),
        (404, 404, True, False),
        (500, 500, False, True),
        (1e300, 400, True, False),
    ],
)
async def test_a_200_without_success_is_what_its_envelope_says(
    vendor: Vendor, gjirafa_at: GjirafaAt, told: Any, status: int, permanent: bool, ambiguous: bool
) -> None:
    vendor.answers(200, {"success": False, "errors": ["No."], "messages": [], "result": {"publicId": "cx"}, "statusCode": told})

    with pytest.raises(ProviderError) as refused:
        await gjirafa_at(vendor.url).create_stream("church", {}, "s12")

    error = refused.value
    assert (error.status, error.permanent, error.ambiguous) == (status, permanent, ambiguous)
    assert len(vendor.requests) == 1


async def test_refusals_wrapped_in_a_200_mean_the_same(control: Control, project: GjirafaCloud) -> None:
    project.habits.refuses_in_200 = True
    channel = await control.channel()

    await control.gjirafa.delete_stream("cnone")
    assert (await control.gjirafa.look("cnone")).gone
    assert (await control.gjirafa.look(channel, page="vnone")).page_state == "gone"
    with pytest.raises(ProviderError, match="no live video vnone") as missing:
        await control.gjirafa.page("vnone")
    assert missing.value.status == 404


@pytest.mark.parametrize("result", [None, [], "cx", {}, {"publicId": None}, {"publicId": ""}, {"publicId": ["cx"]}])
async def test_a_create_that_brings_no_object_may_have_made_one(vendor: Vendor, gjirafa_at: GjirafaAt, result: Any) -> None:
    vendor.answers(201, {"success": True, "errors": [], "messages": [], "result": result, "statusCode": 201})

    with pytest.raises(ProviderError) as garbage:
        await gjirafa_at(vendor.url).create_page("Sunday Service", "cx", {})

    assert garbage.value.ambiguous
    assert "look before trying again" in garbage.value.sentence


@pytest.mark.parametrize("result", [None, [], {}, {"items": "none"}, {"items": {}}, True])
async def test_a_list_that_is_none_is_not_taken_for_an_empty_one(vendor: Vendor, gjirafa_at: GjirafaAt, result: Any) -> None:
    vendor.answers(200, {"success": True, "result": result})

    with pytest.raises(ProviderError, match="not its API"):
        await gjirafa_at(vendor.url).find_streams("church", "s12", SHOWTIME)


async def test_a_list_that_is_null_is_empty(vendor: Vendor, gjirafa_at: GjirafaAt) -> None:
    vendor.answers(200, {"success": True, "result": {"items": None, "totalPages": None}})

    assert await gjirafa_at(vendor.url).find_streams("church", "s12", SHOWTIME) == []


async def test_a_list_that_repeats_itself_ends(vendor: Vendor, gjirafa_at: GjirafaAt) -> None:
    vendor.answers(200, {"success": True, "result": {"items": [{"publicId": "cx", "title": "church"}]}})

    assert [stream.key.id for stream in await gjirafa_at(vendor.url).list_streams()] == ["cx"]
    assert len(vendor.requests) == 2


async def test_a_key_that_ran_out_names_the_setting(control: Control) -> None:
    control.cloud.revoke_key()

    with pytest.raises(ProviderError, match="GJIRAFA_AUTHORIZATION"):
        await control.gjirafa.check()


@pytest.mark.parametrize("typed", ["", ".", "..", "x" * 300])
async def test_an_id_that_leads_elsewhere_is_not_sent(control: Control, typed: str) -> None:
    for call in (control.gjirafa.stream(typed), control.gjirafa.page(typed), control.gjirafa.remove_restream("v", typed)):
        with pytest.raises(ProviderError, match="nothing with the id"):
            await call

    assert control.cloud.calls == []


async def test_an_id_stays_one_part_of_the_path(vendor: Vendor, gjirafa_at: GjirafaAt) -> None:
    vendor.answers(200, {"success": True, "result": True})

    await gjirafa_at(vendor.url).delete_stream("../live-videos/v%2f?x#y")

    assert vendor.requests[0].target == "/api/v1/prj-2041/channels/..%2Flive-videos%2Fv%252f%3Fx%23y"


async def test_the_header_is_the_setting_as_it_is(vendor: Vendor, gjirafa_at: GjirafaAt) -> None:
    vendor.answers(200, {"success": True, "result": {"items": []}})

    await gjirafa_at(vendor.url).check()

    assert vendor.requests[0].headers["authorization"] == KEY


Prepare = Callable[[Vendor], Any]


def refusal(status: int, body: Any) -> Prepare:
    return lambda vendor: vendor.answers(status, body, location=TARGET)


FAILURES: dict[str, Prepare] = {
    **{
        f"{status} {shape}": refusal(status, body)
        for status in (200, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503)
        for shape, body in {
            "envelope": {"success": False, "errors": [ECHO], "messages": [ECHO], "result": None},
            "objects": {"success": False, "errors": [{"message": ECHO}], "statusCode": status},
            "page": f"<html>{ECHO}</html>".encode(),
        }.items()
    },
    "half": lambda vendor: vendor.resets(f'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{{"streamKey": "{TARGET_KEY}"'.encode()),
    "silence": lambda vendor: vendor.says_nothing(),
}


@pytest.mark.parametrize("prepare", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("call", ["restream", "channel"])
async def test_no_failure_tells_a_secret(
    vendor: Vendor, gjirafa_at: GjirafaAt, prepare: Prepare, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for loud in ("httpx", "httpcore"):
        logging.getLogger(loud).setLevel(logging.WARNING)  # as the bot sets them when it starts
    prepare(vendor)
    gjirafa = gjirafa_at(vendor.url, timeout=0.3)

    with pytest.raises(ProviderError) as caught:
        await sent(gjirafa, call)

    error = caught.value
    told = "".join([*traceback.format_exception(error), error.detail, error.sentence, repr(vars(error)), caplog.text])
    assert KEY not in told
    assert "me:canary" not in told
    assert call == "channel" or TARGET_KEY not in told


async def sent(gjirafa: Gjirafa, call: str) -> object:
    if call == "channel":
        return await gjirafa.create_stream("church", {"FilePath": SOURCE}, "s12")
    return await gjirafa.add_restream("vx", "YouTube", SecretStr(TARGET), SecretStr(TARGET_KEY), {}, "s12")


@pytest.mark.parametrize("method", ["look", "stream", "list_restreams"])
async def test_what_is_read_is_shown_without_secrets(vendor: Vendor, gjirafa_at: GjirafaAt, method: str) -> None:
    channel = {"publicId": "cx", "title": "church", "streamServer": TARGET, "streamKey": TARGET_KEY, "filePath": SOURCE}
    target = {"id": 7, "title": "YouTube", "streamUrl": f"{TARGET}/{TARGET_KEY}", "streamKey": TARGET_KEY, "status": True}
    vendor.answers(200, {"success": True, "result": target if method == "list_restreams" else channel})
    gjirafa = gjirafa_at(vendor.url)

    told = repr((await getattr(gjirafa, method)("cx"), gjirafa, vars(gjirafa)))

    assert "canary" not in told
