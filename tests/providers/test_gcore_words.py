"""What Gcore's webhooks and objects say, and that nothing they might contain can stop the bot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.model import Look, Source, StreamKey
from bot.providers.base import Heard, PageHeard, RestreamHeard
from bot.providers.gcore import Gcore, GcoreAccount, words
from bot.providers.reading import Sheet
from tests.providers.conftest import SHOWTIME

gcore = Gcore(GcoreAccount(api_token=SecretStr("12$c0ffee")))


def heard(kind: str, entity: str, **fields: Any) -> Heard:
    body = {"type": kind, "message": {entity: fields}}
    return gcore.hear(gcore.redact(body), SHOWTIME)


def stream_look(**fields: Any) -> Look:
    (look,) = heard("stream", "stream", id=5, **fields).looks
    assert (look.key, look.at, look.source) == (StreamKey("gcore", "5"), SHOWTIME, Source.WEBHOOK)
    return look


@pytest.mark.parametrize(
    ("fields", "signal", "backup"),
    [
        ({"live": True, "recording": False}, True, None),
        ({"live": False, "recording": False}, None, None),
        ({"live": False, "backup_live": False}, False, False),
        ({"live": False, "backup_live": True}, True, True),
        ({"live": True, "backup_live": False}, True, False),
        ({"live": None, "backup_live": True}, True, True),
        ({"live": "yes"}, None, None),
        ({"live": False, "pull": True}, False, None),
        ({}, None, None),
    ],
)
def test_a_signal_is_any_ingest_and_what_cannot_be_known_is_not_guessed(
    fields: dict[str, Any], signal: bool | None, backup: bool | None
) -> None:
    look = stream_look(**fields)

    assert (look.signal, look.backup) == (signal, backup)


def test_recording_and_nothing_else_is_taken_from_a_stream_event() -> None:
    look = stream_look(live=True, backup_live=False, recording=True, pull=False, uri="rtmp://x/in/5?secret", client_user_id="7")

    assert (look.recording, look.enabled, look.page_state, look.quality, look.trouble) == (True, None, None, None, None)


@pytest.mark.parametrize("kind", ["video", "vod"])
@pytest.mark.parametrize("entity", ["video", "vod", "clip"])
def test_a_video_event_is_a_video(kind: str, entity: str) -> None:
    renditions = [
        {"name": "vod720n", "status": "complete", "mp4_url": "https://x/1.mp4"},
        {"name": "vod480n", "status": "processing"},
    ]
    (video,) = heard(kind, entity, id=77, duration=83500, status="viewable", stream_id=5, converted_videos=renditions).videos

    assert (video.id, video.stream, video.status, video.duration, video.seen_at) == ("77", "5", "viewable", 83.5, SHOWTIME)
    assert [(r.name, r.status, r.url) for r in video.renditions] == [
        ("vod720n", "complete", "https://x/1.mp4"),
        ("vod480n", "processing", ""),
    ]


@pytest.mark.parametrize(
    ("vendor", "ours"),
    [
        ("empty", "pending"),
        ("new", "pending"),
        ("Pending", "pending"),
        ("ready", "ready"),
        ("error", "error"),
        ("Melting", "Melting"),
    ],
)
def test_a_video_status_is_translated_and_an_unknown_one_kept(vendor: str, ours: str) -> None:
    assert heard("video", "video", id=77, status=vendor).videos[0].status == ours


def test_a_deleted_video_is_deleted() -> None:
    assert heard("video_delete", "video", id=77, status="ready", deleted_at="2026-03-01T10:00:00Z").videos[0].status == "deleted"


def test_a_broadcast_event_is_about_a_page() -> None:
    assert heard("broadcast", "broadcast", id=9, status="Finished").pages == (PageHeard("9", "finished"),)
    assert heard("broadcast", "broadcast", id=9, status="Intermission").pages == (PageHeard("9", "Intermission"),)


def test_a_restream_event_says_whether_the_picture_arrives() -> None:
    said = heard("restream", "restream", id=3, name="YouTube", stream_id=5, live=True)

    assert said == Heard(restreams=(RestreamHeard("5", "3", True),))
    assert heard("restream", "restream", id=3, live=None) == Heard()


def test_an_unknown_event_is_kept_by_its_name() -> None:
    assert heard("playlist", "playlist", id=3).unknown == "playlist"
    assert gcore.hear({}, SHOWTIME).unknown == "an event without a type"


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ({"type": "stream", "message": {"stream": {"id": 123}}}, "stream:123"),
        ({"type": "broadcast", "message": {"broadcast": {"id": "5"}}}, "broadcast:5"),
        ({"type": "vod", "message": {"video": {"id": 77}}}, "video:77"),
        ({"type": "video_delete", "message": {"video": {"id": 77}}}, "video:77"),
        ({"type": "restream", "message": {"restream": {"id": 3}}}, "restream:3"),
        ({"type": "stream", "message": None}, "stream"),
        ({}, ""),
    ],
)
def test_events_are_ordered_by_what_they_are_about(body: dict[str, Any], subject: str) -> None:
    assert gcore.webhook_subject(body) == subject


def test_a_kept_webhook_has_no_secret() -> None:
    body = {
        "type": "stream",
        "token": "canary-0",
        "message": {
            "stream": {
                "id": 5,
                "live": True,
                "uri": "rtmp://vp-push.gvideo.co/in/5?canary-1",
                "push_url_srt": "srt://canary-2",
                "backup_push_url": "canary-3",
                "srt_passphrase": "canary-4",
                "stream_key": "canary-5",
                "source": "now at RTMPS://host/in/canary-6",
                "where": ["https://whip.gvideo.co/5_canary-7/whip", {"api_key": "canary-8", "to": "https://me:canary-9@host/"}],
                "client_entity_data": "s12",
            }
        },
    }

    kept = gcore.redact(body)

    assert "canary" not in repr(kept)
    assert kept["message"]["stream"] | {"source": "", "where": ""} == {
        "id": 5,
        "live": True,
        "source": "",
        "where": "",
        "client_entity_data": "s12",
    }
    assert gcore.hear(kept, SHOWTIME).looks == gcore.hear(body, SHOWTIME).looks


def test_a_body_nested_without_end_is_kept_shallow() -> None:
    deep: Any = "canary"
    for _ in range(900):
        deep = {"a": [deep]}

    assert "canary" not in repr(gcore.redact({"type": "stream", "message": deep}))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "id",
    "live",
    "backup_live",
    "recording",
    "recording_duration",
    "pull",
    "uri",
    "status",
    "name",
    "duration",
    "stream_id",
    "converted_videos",
    "broadcasts",
    "created_at",
    "recording_started_at",
    "client_entity_data",
    "iframe_url",
    "video_height",
    "frame_rate",
    "video_bitrate",
    "transcoding_speed",
    "receiving_error",
    "transcoding_error",
    "stream_ids",
    "push_url",
    "error",
    "share_url",
    "progress",
    "mp4_url",
    "active",
]
entities = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=12) | json_values
kinds = st.sampled_from(["stream", "broadcast", "video", "vod", "video_delete", "restream", "playlist"]) | json_values


@given(kinds, st.dictionaries(st.sampled_from(["stream", "broadcast", "video", "restream"]), entities, max_size=2) | json_values)
def test_no_webhook_can_stop_the_bot(kind: Any, message: Any) -> None:
    body = {"type": kind, "message": message}

    assert isinstance(gcore.webhook_subject(body), str)
    assert gcore.hear(gcore.redact(body), SHOWTIME) == gcore.hear(gcore.redact(body), SHOWTIME)
    assert isinstance(gcore.hear(body, SHOWTIME), Heard)


@given(entities)
def test_no_object_can_stop_the_bot(body: Any) -> None:
    sheet = Sheet(body)

    words.stream_info(sheet, SHOWTIME)
    words.page(sheet)
    words.video(sheet, SHOWTIME)
    words.addresses(sheet)
