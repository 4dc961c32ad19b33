"""Gjirafa's words in ours: states by word and date, webhooks in either edition, and nothing that could be sent raises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ProviderError
from bot.model import JSON
from bot.providers.base import Heard
from bot.providers.gjirafa import Gjirafa, webhooks, words
from bot.providers.reading import Sheet
from tests.providers.conftest import SHOWTIME, Vendor
from tests.providers.gjirafa.conftest import GjirafaAt

EARLIER, LATER = "2026-03-01T09:00:00.1234567", "2026-03-01T11:00:00.1234567"


@pytest.mark.parametrize(
    ("live_video", "state"),
    [
        ({"liveStatus": "Live"}, "live"),
        ({"liveStatus": "LIVE "}, "live"),
        ({"liveStatus": "Interrupted", "startDateUTC": EARLIER}, "live"),
        ({"liveStatus": "Offline"}, "pending"),
        ({"liveStatus": None}, "pending"),
        ({}, "pending"),
        ({"liveStatus": None, "isLiveStreaming": True}, "live"),
        ({"liveStatus": "Offline", "startDateUTC": EARLIER}, "finished"),
        ({"liveStatus": "Offline", "endDateUTC": EARLIER}, "finished"),
        ({"liveStatus": "Offline", "startDateUTC": LATER}, "pending"),
        ({"liveStatus": "Live", "endDateUTC": EARLIER}, "live"),
        ({"liveStatus": "Processing"}, "Processing"),
        ({"liveStatus": "Processing", "endDateUTC": EARLIER}, "finished"),
        ({"liveStatus": "Rehearsal", "endDateUTC": EARLIER}, "Rehearsal"),
        ({"liveStatus": 7, "startDateUTC": [EARLIER]}, "7"),
    ],
)
def test_what_viewers_are_shown(live_video: Mapping[str, JSON], state: str) -> None:
    assert words.page_state(Sheet(live_video), SHOWTIME) == state


@pytest.mark.parametrize(
    ("status", "health", "signal", "trouble"),
    [
        ("Live", "Healthy", True, ""),
        ("Offline", "Unknown", False, ""),
        ("Offline", "Healthy", True, ""),
        ("Interrupted", "Healthy", False, ""),
        ("Live", "Degraded", True, "healthStatus Degraded"),
        ("Warming", "Unknown", None, "liveStatus Warming"),
        (None, None, None, None),
        (None, "Unknown", None, ""),
    ],
)
def test_whether_a_picture_arrives(status: JSON, health: JSON, signal: bool | None, trouble: str | None) -> None:
    look = words.look(Sheet({"liveStatus": status, "healthStatus": health}), "cx", SHOWTIME)

    assert (look.signal, look.trouble) == (signal, trouble)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (SHOWTIME - 3 * HOUR, SHOWTIME + HOUR, None),
        (SHOWTIME - HOUR / 2, SHOWTIME + HOUR, (SHOWTIME - HOUR / 2, SHOWTIME)),
        (SHOWTIME + HOUR, SHOWTIME + 2 * HOUR, None),
        (SHOWTIME - HOUR / 2, SHOWTIME - HOUR / 2, None),
        (SHOWTIME - HOUR / 4, SHOWTIME - HOUR / 2, None),
    ],
)
def test_what_is_kept_lies_within_what_was_live(start: datetime, end: datetime, wanted: tuple[datetime, datetime] | None) -> None:
    assert words.shown(Sheet({"startDateUTC": EARLIER}), start, end, SHOWTIME) == wanted


def test_where_the_beginning_is_not_told_the_wish_is_sent_as_it_is() -> None:
    assert words.shown(Sheet({}), SHOWTIME - HOUR, SHOWTIME + HOUR, SHOWTIME) == (SHOWTIME - HOUR, SHOWTIME)


# -- webhooks
def event(kind: str, data: JSON, **envelope: JSON) -> dict[str, JSON]:
    return {"eventTime": "2026-03-01T09:59:58Z", "eventType": kind, "data": data, **envelope}


def hear(kind: str, data: JSON, **envelope: JSON) -> Heard:
    return webhooks.hear(event(kind, data, **envelope), SHOWTIME, "prj-2041")


def test_an_event_in_camel_case_is_understood_as_well() -> None:
    assert hear("live.video.status.changed", {"id": "vx", "status": "live"}).pages[0].state == "live"


def test_an_event_is_told_at_the_time_it_happened_but_never_ahead_of_us() -> None:
    (look,) = hear("live.channel.status.changed", {"Id": "cx", "Status": "Live"}).looks
    (ahead,) = hear("live.channel.status.changed", {"Id": "cx", "Status": "Live"}, eventTime="2026-03-01T12:00:00Z").looks
    (timeless,) = hear("live.channel.status.changed", {"Id": "cx", "Status": "Live"}, eventTime="soon").looks

    assert (look.at, ahead.at, timeless.at) == (SHOWTIME - timedelta(seconds=2), SHOWTIME, SHOWTIME)


def test_what_comes_hours_late_makes_us_look_and_claims_nothing() -> None:
    (look,) = hear("live.channel.status.changed", {"Id": "cx", "Status": "Live"}, eventTime="2026-03-01T05:00:00Z").looks

    assert (look.key.id, look.signal) == ("cx", None)
    assert hear("live.video.stopped", {"Id": "vx"}, eventTime="2026-03-01T05:00:00Z").pages == ()
    assert hear("video.encode.completed", {"Id": "vy"}, eventTime="2026-03-01T05:00:00Z").videos[0].status == "ready"


def test_the_older_edition_names_no_project_and_another_project_is_none_of_ours() -> None:
    assert hear("live.video.started", {"Id": "vx"}).pages
    assert hear("live.video.started", {"Id": "vx"}, projectId="prj-2041").pages
    assert hear("live.video.started", {"Id": "vx"}, projectId="prj-1") == Heard()


@pytest.mark.parametrize("kind", ["live.video.started", "live.channel.updated", "video.created"])
def test_an_event_about_nothing_is_known_and_says_nothing(kind: str) -> None:
    assert hear(kind, {"Title": "Sunday"}) == Heard()
    assert webhooks.subject(event(kind, {})) == kind.rpartition(".")[0]


@pytest.mark.parametrize("kind", ["live.video.paused", "playlist.created", ""])
def test_an_unknown_type_is_kept_as_it_is_written(kind: str) -> None:
    assert hear(kind, {"Id": "x"}).unknown == (kind or "an event without a type")


def test_a_webhook_is_kept_without_keys_and_addresses() -> None:
    data = {
        "PublicId": "cx",
        "StreamKey": "canary",
        "streamServer": "rtmp://canary.example/live",
        "FilePath": "http://canary.example/feed",
        "Source": "canary",
        "Target": {"StreamKey": "canary", "StreamUrl": "rtmp://canary.example/x"},
    }

    kept = webhooks.redacted(event("live.channel.created", data))

    assert "canary" not in repr(kept)
    assert webhooks.subject(kept) == "live.channel:cx"


# -- whatever is sent
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Live", "Offline", EARLIER, "vx"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    (
        *("publicId", "id", "title", "liveStatus", "healthStatus", "isLiveStreaming", "canGoLive", "canStopAndCut", "dvrEnabled"),
        *("startDateUTC", "endDateUTC", "channelPublicId", "activeChannelId", "playbackUrl", "streamServer", "streamKey", "status"),
        *("canStopWithoutSaving", "streamUrl", "videoPublicId", "items", "totalPages", "totalCount", "typeId", "inputType"),
    )
)
OBJECTS = st.dictionaries(NAMES, ANYTHING, max_size=8).map(lambda told: {"publicId": "vx", "id": 7, **told})
RESULTS = OBJECTS | ANYTHING | st.lists(OBJECTS, max_size=2) | st.lists(OBJECTS, max_size=2).map(lambda items: {"items": items})
ENVELOPES = st.fixed_dictionaries(
    {"result": RESULTS},
    optional={"success": st.booleans() | ANYTHING, "errors": ANYTHING, "messages": ANYTHING, "statusCode": ANYTHING},
)
CALLS: Mapping[str, tuple[Any, ...]] = {
    "look": ("cx",),
    "stream": ("cx",),
    "list_streams": (),
    "ingest": ("cx",),
    "update_stream": ("cx", {"Title": "church"}),
    "create_page": ("Sunday", "cx", {}),
    "find_pages": ("Sunday", "cx"),
    "page": ("vx",),
    "update_page": ("vx", {"author": "Ana"}),
    "set_page": ("vx", "live"),
    "save_page": ("vx", "Sunday", SHOWTIME - HOUR, SHOWTIME),
    "list_restreams": ("vx",),
    "switch_restream": ("vx", "7", True),
    "check": (),
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=st.sampled_from(sorted(CALLS)), body=ENVELOPES | ANYTHING, status=st.sampled_from((200, 201, 400, 404, 500)))
async def test_no_answer_raises_anything_but_a_sentence(
    vendor: Vendor, gjirafa_at: GjirafaAt, call: str, body: JSON, status: int
) -> None:
    vendor.script.clear()
    vendor.answers(status, body)
    gjirafa: Gjirafa = gjirafa_at(vendor.url)
    try:
        told = await getattr(gjirafa, call)(*CALLS[call])
    except ProviderError as error:
        told = error.sentence
        assert told.endswith(".")
    finally:
        await gjirafa.close()
    assert repr(told)


EVENTS = st.sampled_from(sorted(webhooks._KINDS)) | st.text(max_size=8)
FIELDS = st.sampled_from(
    ("Id", "PublicId", "Title", "Status", "HealthStatus", "ChannelPublicId", "Duration", "Error", "PlaybackUrl", "StreamKey")
)


@settings(max_examples=300, deadline=None)
@given(kind=EVENTS | ANYTHING, data=st.dictionaries(FIELDS, ANYTHING) | ANYTHING, time=ANYTHING, project=ANYTHING)
def test_no_webhook_raises(kind: JSON, data: JSON, time: JSON, project: JSON) -> None:
    body = {"eventType": kind, "data": data, "eventTime": time, "projectId": project}

    kept = webhooks.redacted(body)

    assert webhooks.subject(kept) == webhooks.subject(body) != ""
    assert webhooks.hear(kept, SHOWTIME, "prj-2041") == webhooks.hear(body, SHOWTIME, "prj-2041")
