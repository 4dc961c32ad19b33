"""How Videograph says no, or says nothing, and what the client does about it."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from bot.providers.base import Connection
from bot.providers.reading import Sheet
from bot.providers.videograph import Videograph, VideographAccount, words
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.videograph import VideographCloud
from tests.providers.conftest import PLENTY, SHOWTIME, Vendor
from tests.providers.videograph.conftest import Control, VideographAt

LIVESTREAM: dict[str, Any] = {"streamUUID": "u-1", "title": "Church", "status": "Idle"}
SECRET, KEY = "canary-secret-key-0123456789", "4711000canary000"
PUSH = f"rtmp://rc-ingest.us.videograph.ai/rec/vg/{KEY}"


def well(data: Any) -> dict[str, Any]:
    return {"code": 200, "data": data, "message": "ok", "status": "Success"}


def failure(code: Any, message: str = "no way") -> dict[str, Any]:
    return {"code": code, "message": message, "status": "Failure"}


READING: dict[str, Callable[[Videograph], Any]] = {
    "check": lambda it: it.check(),
    "look": lambda it: it.look("u-1"),
    "stream": lambda it: it.stream("u-1"),
    "list_streams": lambda it: it.list_streams(),
    "find_streams": lambda it: it.find_streams("Church", "showcaller:op1", SHOWTIME),
    "ingest": lambda it: it.ingest("u-1"),
    "clip_window": lambda it: it.clip_window("u-1"),
    "find_clips": lambda it: it.find_clips("u-1", "Goal", SHOWTIME, SHOWTIME, "showcaller:op1"),
    "clip": lambda it: it.clip("u-1", "c-1"),
    "list_videos": lambda it: it.list_videos(),
    "video": lambda it: it.video("c-1"),
}
DOING: dict[str, Callable[[Videograph], Any]] = {
    "create_stream": lambda it: it.create_stream("Church", {}, "showcaller:op1"),
    "update_stream": lambda it: it.update_stream("u-1", {"title": "Chapel"}),
    "delete_stream": lambda it: it.delete_stream("u-1"),
    "create_clip": lambda it: it.create_clip("u-1", "Goal", SHOWTIME, SHOWTIME.replace(minute=1), {}, "showcaller:op1"),
    "delete_video": lambda it: it.delete_video("c-1"),
}


async def failures_of(client: Callable[[], Videograph], vendor: Vendor) -> AsyncIterator[tuple[str, ProviderError]]:
    """What each call of the contract fails with; AssertionError where one was sent more than once.

    Each by a client of its own: one that was told to call less often waits longer each time.
    """
    for name, call in (READING | DOING).items():
        vendor.requests.clear()
        with pytest.raises(ProviderError) as caught:
            await call(client())
        assert len(vendor.requests) == 1, name
        yield name, caught.value


@pytest.mark.parametrize("quietly", [False, True], ids=["by status", "as a 200"])
@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 429, 500, 503])
async def test_every_failure_of_every_call_is_one_sentence(
    vendor: Vendor, videograph_at: VideographAt, quietly: bool, status: int
) -> None:
    vendor.answers(200 if quietly else status, failure(status, "no way"), retry_after="0")

    async for call, error in failures_of(lambda: videograph_at(vendor.url), vendor):
        assert (error.status, str(status) in error.detail, str(status) in error.sentence) == (status, True, False), call
        assert error.permanent is (status in (400, 401, 403, 422)), call
        assert error.ambiguous is (status >= 500 and call in DOING and call != "update_stream"), f"{call}: an edit reads first"
        assert status >= 429 or "no way" in error.sentence, call


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "Put a valid VIDEOGRAPH_TOKEN_ID and VIDEOGRAPH_SECRET_KEY in the settings"),
        (403, "Make a token with Video Read and Video Write"),
        (404, "has no livestream u-1: no way[.] It may have been deleted there; `/live stream list`"),
        (429, "asks to be called less often[.] It can be tried again in 1 s"),
        (418, "refused for livestream u-1: no way[.] Change that and try again"),
        (502, "has a fault of its own[.] Try again in a moment"),
    ],
)
async def test_each_failure_says_its_cause_and_what_to_do_next(
    vendor: Vendor, videograph_at: VideographAt, status: int, words: str
) -> None:
    vendor.answers(status, failure(status))

    with pytest.raises(ProviderError, match=words):
        await videograph_at(vendor.url).stream("u-1")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "Failure", "message": "no way"}, "no way[.] Change that"),
        ({"status": "Error", "error": {"message": "nested"}}, "nested[.] Change that"),
        ({"code": 400, "message": "without a word"}, "without a word[.] Change that"),
        ({"code": "400", "error": "as text", "status": "failed"}, "as text[.] Change that"),
        ({"code": 200, "status": "Failure", "detail": "odd"}, "odd[.] Change that"),
        ({"status": "Failure", "data": LIVESTREAM}, "no reason given[.] Check what was asked for"),
    ],
)
async def test_a_200_that_is_no_success_is_a_refusal(vendor: Vendor, videograph_at: VideographAt, body: Any, words: str) -> None:
    vendor.answers(200, body)

    with pytest.raises(ProviderError, match=f"refused for livestream u-1: {words}"):
        await videograph_at(vendor.url).delete_stream("u-1")


async def test_a_quiet_404_is_a_stream_that_is_gone(vendor: Vendor, videograph_at: VideographAt) -> None:
    vendor.answers(200, failure(404))

    assert (await videograph_at(vendor.url).look("u-1")).gone
    await videograph_at(vendor.url).delete_stream("u-1")


@pytest.mark.parametrize("body", [[], 5, "text", {}, {"code": 200}, {"data": 5}, {"data": {"title": "x"}}, None])
async def test_json_of_another_kind_is_not_taken_for_an_answer(vendor: Vendor, videograph_at: VideographAt, body: Any) -> None:
    vendor.answers(200, body)
    videograph = videograph_at(vendor.url)

    for name in (*READING, "create_stream"):
        with pytest.raises(ProviderError, match="not its API") as caught:
            await (READING | DOING)[name](videograph)
        assert caught.value.ambiguous is (name == "create_stream"), name


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda vendor: vendor.answers(200, b"<html>Bad Gateway</html>"), "not its API"),
        (lambda vendor: vendor.answers(502, b"<html>Bad Gateway</html>"), "fault of its own"),
        (lambda vendor: vendor.answers(302, b"", location="https://elsewhere.example/"), "VIDEOGRAPH_BASE_URL"),
        (lambda vendor: vendor.resets(b'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"code": 20'), "cut the connection"),
        (lambda vendor: vendor.resets(), "cut the connection"),
    ],
    ids=["html", "html 502", "redirect", "half", "reset"],
)
async def test_what_is_no_answer_at_all_is_told_once_and_never_sent_again(
    vendor: Vendor, videograph_at: VideographAt, prepare: Callable[[Vendor], Any], words: str
) -> None:
    prepare(vendor)

    async for call, error in failures_of(lambda: videograph_at(vendor.url), vendor):
        assert words in error.sentence, call


@pytest.mark.parametrize("status", [200, 201])
async def test_a_creation_is_understood_with_either_status(control: Control, cloud: VideographCloud, status: int) -> None:
    cloud.habits.created_status = 201 if status == 201 else 200

    assert (await control.videograph.create_stream("Church", {}, "showcaller:op1")).name == "Church"


async def test_an_object_may_come_in_an_array_of_one_and_a_list_may_be_missing(vendor: Vendor, videograph_at: VideographAt) -> None:
    vendor.answers(200, well([{**LIVESTREAM, "record": True}])).answers(200, {"status": "Success"})
    videograph = videograph_at(vendor.url)

    assert (await videograph.stream("u-1")).name == "Church"
    assert await videograph.list_streams() == []


async def test_a_stream_that_both_lists_name_is_not_called_recorded(vendor: Vendor, videograph_at: VideographAt) -> None:
    vendor.answers(200, well([LIVESTREAM]))
    videograph = videograph_at(vendor.url)

    (info,) = await videograph.list_streams()

    assert (info.look.recording, "record" in info.fields) == (None, False)


async def test_what_an_edit_sends_back_is_what_was_read_as_far_as_it_is_understood(
    vendor: Vendor, videograph_at: VideographAt
) -> None:
    pairs = [{"key": "a", "value": 1, "colour": "blue"}, {"value": "lost"}, "odd", {"key": "showcaller", "value": "showcaller:x"}]
    stored = {**LIVESTREAM, "description": None, "tags": ["live", 5], "dvrDurationInMins": "15", "metadata": pairs, "record": True}
    vendor.answers(200, well(stored)).answers(200, b"").answers(200, well(stored))

    await videograph_at(vendor.url).update_stream("u-1", {"description": "Monday"})

    assert vendor.requests[1].json == {
        "title": "Church",
        "description": "Monday",
        "tags": ["live"],
        "dvrDurationInMins": 15,
        "metadata": [{"key": "a", "value": "1"}, {"key": "showcaller", "value": "showcaller:x"}],
    }


@pytest.mark.parametrize(
    ("word", "signal", "trouble"),
    [
        ("Idle", False, ""),
        ("active", True, ""),
        ("Failed", False, "Failed"),
        ("Deleting", None, "being deleted at Videograph, gone in a moment"),
        ("Melting", None, "Melting"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_an_unknown_status_is_shown_as_it_is_written(word: str | None, signal: bool | None, trouble: str | None) -> None:
    look = words.look(Sheet({"status": word}), "u-1", SHOWTIME, True)

    assert (look.signal, look.recording, look.trouble) == (signal, signal, trouble)


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("Pending", "pending"),
        ("Preparing", "pending"),
        ("processing", "pending"),
        ("Ready", "ready"),
        ("Failed", "error"),
        ("Melting", "Melting"),
    ],
)
def test_a_videos_status_is_translated_and_an_unknown_one_kept(word: str, ours: str) -> None:
    assert words.video(Sheet({"contentId": "c-1", "status": word}), SHOWTIME).status == ours


@pytest.mark.parametrize("order", [1, -1], ids=["oldest first", "newest first"])
async def test_a_long_list_of_videos_shows_the_newest(vendor: Vendor, videograph_at: VideographAt, order: int) -> None:
    every = [{"contentId": f"c-{number}", "created_at": 1_772_359_200_000 + number} for number in range(2000)][::order]

    async def page(writer: asyncio.StreamWriter) -> None:
        start = int(vendor.requests[-1].target.partition("start=")[2].partition("&")[0])
        body = json.dumps(well(every[start : start + 30])).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()

    vendor.script.append(page)

    videos = await videograph_at(vendor.url).list_videos()

    assert videos[0].id == "c-1999"
    assert len(videos) == (510 if order == -1 else 2000)


async def test_a_list_that_ignores_its_start_ends(vendor: Vendor, videograph_at: VideographAt) -> None:
    vendor.answers(200, well([{"contentId": "c-1"}]))

    assert len(await videograph_at(vendor.url).list_videos()) == 1
    assert [request.target.partition("?")[2] for request in vendor.requests] == ["start=0&limit=30", "start=1&limit=30"]


async def test_a_list_without_end_is_an_error_and_not_half_a_list(vendor: Vendor, videograph_at: VideographAt) -> None:
    async def next_page(writer: asyncio.StreamWriter) -> None:
        body = json.dumps(well([{"contentId": len(vendor.requests), "metadata": []}])).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()

    vendor.script.append(next_page)

    with pytest.raises(ProviderError, match="did not end"):
        await videograph_at(vendor.url).find_clips("u-1", "Goal", SHOWTIME, SHOWTIME, "showcaller:op1")


async def test_an_id_that_is_no_text_at_all_is_asked_for_and_shown(vendor: Vendor, videograph_at: VideographAt) -> None:
    vendor.answers(200, well({"contentId": "\ud800", "title": "Goal", "status": "Ready"}))

    video = await videograph_at(vendor.url).video("\ud800")

    assert vendor.requests[0].target.endswith("/contents/%3F")
    assert video.link.endswith("?videoId=%EF%BF%BD")  # half a character is none: it is replaced where answers are read


# -- secrets ------------------------------------------------------------------------------------------------------------
ECHO = f"key {KEY} at {PUSH} for Basic {SECRET} of token-canary-id"
TALKATIVE = {"code": 400, "status": "Failure", "message": ECHO, "data": {"streamKey": KEY, "playbackUrl": PUSH}}


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 409, 422, 429, 500])
async def test_no_failure_tells_a_secret(
    vendor: Vendor, videograph_at: VideographAt, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as the bot sets them when it starts
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    vendor.answers(status, TALKATIVE, location=PUSH, retry_after="0")

    def client() -> Videograph:
        return videograph_at(vendor.url, secret_key=SECRET, token_id="token-canary-id")

    async for call, error in failures_of(client, vendor):
        told = "".join([*traceback.format_exception(error), error.detail, repr(vars(error)), caplog.text, repr(client())])
        assert "canary" not in told, call


@pytest.mark.parametrize("call", READING)
async def test_what_is_read_is_shown_without_secrets(vendor: Vendor, videograph_at: VideographAt, call: str) -> None:
    shown = {
        **LIVESTREAM,
        "contentId": "c-1",
        "status": "Active",
        "record": True,
        "streamKey": KEY,
        "rtmpUrl": PUSH,
        "ingestUrl": PUSH,
        "playbackUrl": f"https://rc-play.us.videograph.ai/vglive/{KEY}/playlist_dvr.m3u8",
        "metadata": [{"key": "showcaller", "value": "showcaller:op1"}],
    }
    several = call in ("check", "list_streams", "find_streams", "find_clips", "list_videos")
    vendor.answers(200, well([shown] if several else shown))
    videograph = videograph_at(vendor.url, secret_key=SECRET)

    told = repr((await READING[call](videograph), videograph, vars(videograph), videograph._seam._client))

    assert "canary" not in told


# -- anything at all ----------------------------------------------------------------------------------------------------
NAMES = (
    *(
        "streamUUID",
        "title",
        "description",
        "status",
        "metadata",
        "streamKey",
        "rtmpUrl",
        "ingestUrl",
        "rtmpsUrl",
        "record",
        "tags",
    ),
    *("contentId", "duration", "created_at", "createdOn", "dvrDurationInMins", "error", "region", "playback_policy"),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["u-1", "Active", "Ready", "9" * 400, "Goal", "\ud800x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("key", "value", *NAMES)), inner, max_size=4)
        | st.just(
            [{"key": "showcaller_range", "value": "99999999999-99999999999"}, {"key": "showcaller", "value": "showcaller:op1"}]
        )
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from((*NAMES, "unknown")), VALUES, max_size=8).map(
    lambda fields: {"streamUUID": "u-1", "contentId": "c-1", **fields}
)
ENVELOPES = st.builds(
    lambda data, rest: {"data": data, **rest},
    OBJECTS | st.lists(OBJECTS, max_size=3) | VALUES,
    st.dictionaries(st.sampled_from(["code", "status", "message"]), VALUES | st.sampled_from(["Success", 200, 404]), max_size=3),
)


@given(OBJECTS)
def test_no_object_is_too_odd_to_be_read(body: dict[str, Any]) -> None:
    sheet = Sheet(body)

    assert words.stream_info(sheet, SHOWTIME, None).look.key == words.stream_info(sheet, SHOWTIME, True).key
    assert words.clip(sheet, SHOWTIME).id == words.video(sheet, SHOWTIME).id
    assert all(address.url.get_secret_value() for address in words.addresses(sheet))
    assert all(pair["key"].startswith("showcaller") for pair in words.own_metadata(sheet))
    assert json.dumps(words.changeable(sheet))


@pytest.mark.parametrize("when", [10**18, -(10**18), "soon", None, True, float("nan"), "1e400", [], {}])
def test_an_instant_that_is_none_is_not_told(when: Any) -> None:
    odd = Sheet({"createdOn": when, "created_at": when, "metadata": [{"key": "showcaller_range", "value": "1-999999999999"}]})

    assert words.made_at(odd) is None
    assert words.video(odd, SHOWTIME).started_at is None
    assert words.clip(odd, SHOWTIME).end == SHOWTIME


@settings(max_examples=25, deadline=None)
@given(st.lists(ENVELOPES | VALUES, min_size=4, max_size=8))
def test_nothing_that_videograph_might_answer_stops_the_bot(bodies: list[Any]) -> None:
    async def ask_all() -> None:
        vendor = Vendor()
        await vendor.start()
        account = VideographAccount(token_id=SecretStr("id"), secret_key=SecretStr("secret"), base_url=vendor.url)
        videograph = Videograph(account, Connection(RehearsalClock(SHOWTIME), requests_per_second=PLENTY))
        for body in bodies:
            vendor.script.clear()
            vendor.answers(200, json.dumps(body).encode())
            for call in (READING | DOING).values():
                with suppress(ProviderError, UserError):
                    await call(videograph)
        await videograph.close()
        await vendor.stop()

    asyncio.run(ask_all())
