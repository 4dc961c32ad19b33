"""What AIOZ's objects and webhooks say, and that nothing they might contain can stop the bot."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from bot.model import JSON, Look, Video
from bot.providers.aioz import Aioz, AiozAccount, words
from bot.providers.aioz.fields import PAGE_FIELDS, page_as_sent
from bot.providers.base import Connection, Heard
from bot.providers.reading import Sheet
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.server import LocalServer
from tests.providers.aioz.conftest import Radio
from tests.providers.conftest import PLENTY, SHOWTIME

aioz = Aioz(AiozAccount(public_key=SecretStr("pub"), secret_key=SecretStr("sec")))


# -- qualities
def test_qualities_are_left_out_unless_somebody_asks_for_some() -> None:
    assert page_as_sent({"save": True, "qualities": [], "qualities_as": "objects"}, creating=True) == {"save": True}


@pytest.mark.parametrize("typed", ["360p, 720p", "360p 720p", ["360p", "720p"]])
def test_qualities_are_texts_or_objects(typed: JSON) -> None:
    assert page_as_sent({"qualities": typed}, creating=True) == {"qualities": ["360p", "720p"]}
    assert page_as_sent({"qualities": typed, "qualities_as": "objects"}, creating=False) == {
        "qualities": [
            {"resolution": "360p", "type": "hls", "container_type": "mpegts"},
            {"resolution": "720p", "type": "hls", "container_type": "mpegts"},
        ]
    }


def test_every_documented_detail_of_a_quality_is_reachable() -> None:
    sent = page_as_sent(
        {
            "qualities": ["720p"],
            "container_type": "fmp4",
            "video_config": {"codec": "h264", "bitrate": "2000000", "index": 0},
            "audio_config": "codec=aac bitrate=128000 channels=2 sample_rate=48000 language=en index=0",
        },
        creating=True,
    )
    assert sent["qualities"] == [
        {
            "resolution": "720p",
            "type": "dash",
            "container_type": "fmp4",
            "video_config": {"codec": "h264", "bitrate": 2000000, "index": 0},
            "audio_config": {"codec": "aac", "bitrate": 128000, "channels": 2, "sample_rate": 48000, "language": "en", "index": 0},
        }
    ]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"qualities": ["8k"]}, "8k"),
        ({"type": "dash"}, "choose the qualities, too"),
        ({"qualities": ["720p"], "type": "dash", "qualities_as": "texts"}, "write them as objects"),
        ({"qualities": ["720p"], "type": "dash", "container_type": "mpegts"}, "choose fmp4"),
        ({"qualities": ["720p"], "type": "hls", "container_type": "fmp4"}, "choose mpegts or mp4"),
        ({"qualities": ["720p"], "video_config": "colour=red"}, "'colour'"),
        ({"qualities": ["720p"], "video_config": "bitrate=fast"}, "not a number"),
        ({"qualities_as": "numbers"}, "'numbers'"),
        ({"stream_id": "7"}, "'stream_id'"),
        ({"title": "x"}, "'title'"),
    ],
)
def test_what_aioz_cannot_take_is_refused_in_a_sentence(fields: dict[str, JSON], complaint: str) -> None:
    with pytest.raises(UserError) as refused:
        page_as_sent(fields, creating=True)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("style", ["texts", "objects"])
async def test_the_other_way_of_writing_qualities_helps_where_one_is_refused(radio: Radio, style: str) -> None:
    radio.cloud.habits.qualities = style  # type: ignore[assignment]
    key, other = await radio.key(), {"texts": "objects", "objects": "texts"}[style]

    with pytest.raises(ProviderError, match="Qualities are invalid"):
        await radio.aioz.create_page("Hour", key, {"qualities": ["720p"], "qualities_as": other})
    assert (await radio.aioz.create_page("Hour", key, {"qualities": ["720p"], "qualities_as": style})).fields["qualities"] == [
        "720p"
    ]


def test_every_field_says_what_it_is_for() -> None:
    assert all(field.label for field in PAGE_FIELDS)


# -- words
@pytest.mark.parametrize(
    ("vendor", "ours"),
    [
        ("created", "pending"),
        ("Streaming", "live"),
        ("end", "finished"),
        ("uploading", "finished"),
        ("Melting", "Melting"),
        ("", ""),
    ],
)
def test_a_status_is_translated_and_an_unknown_one_kept(vendor: str, ours: str) -> None:
    assert words.page(Sheet({"id": "s", "status": vendor}), "k").state == ours


@pytest.mark.parametrize(("told", "seconds"), [(3600000, 3600.0), (1499.0, 1.499), (3599.87, 3599.87), (None, None), ("x", None)])
def test_a_duration_is_in_milliseconds_unless_it_has_a_fraction(told: Any, seconds: float | None) -> None:
    assert words.video(Sheet({"id": "m", "duration": told}), SHOWTIME).duration == seconds


@pytest.mark.parametrize(
    ("metadata", "stream"),
    [
        ([{"key": "genre", "value": "jazz"}, {"key": "live_stream_id", "value": "k1"}], "k1"),
        ({"live_stream_id": "k1"}, "k1"),
        ([{"key": "genre", "value": "jazz"}], ""),
        (None, ""),
    ],
)
def test_media_lead_back_to_their_key(metadata: Any, stream: str) -> None:
    assert words.video(Sheet({"id": "m", "metadata": metadata}), SHOWTIME).stream == stream


def test_the_streaming_in_use_is_the_live_one_then_the_newest_that_is_not_over() -> None:
    over, waiting, live = ({"id": word, "status": word} for word in ("end", "created", "streaming"))

    assert words.in_use(map(Sheet, (over, waiting, live))).id() == "streaming"
    assert words.in_use(map(Sheet, (over, waiting))).id() == "created"
    assert not words.in_use([])


# -- webhooks
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("file.received", "pending"),
        ("file_received", "pending"),
        ("encoding.started", "pending"),
        ("partial.finished", "viewable"),
        ("partial_finished", "viewable"),
        ("encoding.partial_finished", "viewable"),
        ("encoding.finished", "ready"),
        ("Encoding_Finished", "ready"),
        ("encoding.failed", "error"),
    ],
)
def test_an_encoding_event_is_about_a_video_in_either_naming(kind: str, status: str) -> None:
    body = {
        "type": kind,
        "media_id": "m7",
        "media_type": "live-stream",
        "title": "Radio Hour",
        "status": "whatever",
        "user_id": "u",
    }

    heard = aioz.hear(aioz.redact(body), SHOWTIME)

    assert heard == Heard(videos=(Video("aioz", "m7", name="Radio Hour", status=status, seen_at=SHOWTIME),))
    assert aioz.webhook_subject(body) == "media:m7"


def test_an_unknown_event_is_kept_by_its_name() -> None:
    assert aioz.hear({"type": "player.liked", "media_id": "m7"}, SHOWTIME).unknown == "player.liked"
    assert aioz.hear({}, SHOWTIME).unknown == "an event without a type"
    assert aioz.hear({"type": "encoding.finished"}, SHOWTIME) == Heard()
    assert aioz.webhook_subject({"type": "encoding.finished", "media_id": None}) == "encoding.finished"


def test_a_kept_webhook_has_no_secret() -> None:
    body = {
        "type": "encoding.finished",
        "media_id": "m7",
        "stream_key": "canary-1",
        "rtmp": "rtmp://x/canary-2",
        "token": "canary-3",
    }

    assert "canary" not in repr(aioz.redact(body))


# -- anything
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    *("id", "title", "name", "status", "save", "duration", "qualities", "assets", "media", "video", "metadata", "current_view"),
    *("fps_in", "bitrate_in", "rtmp_url", "key", "value", "stream_key", "type", "created_at", "live_stream_key_id", "total"),
    *("live_stream_multicast_urls", "live_stream_keys", "videos", "player_url", "mp4_url", "resolution", "media_id", "media_type"),
    *("size", "progress", "live_stream_id"),
]
things = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=10)
nested = st.dictionaries(st.sampled_from(FIELDS), json_values | things | st.lists(things, max_size=3), max_size=10)
anything = nested | json_values


@given(st.sampled_from(["encoding.finished", "file_received", "x"]) | json_values, nested)
def test_no_webhook_can_stop_the_bot(kind: Any, rest: dict[str, Any]) -> None:
    body = {**rest, "type": kind}

    assert isinstance(aioz.webhook_subject(body), str)
    assert isinstance(aioz.hear(aioz.redact(body), SHOWTIME), Heard)


@given(anything)
def test_no_object_can_stop_the_bot(body: Any) -> None:
    sheet = Sheet(body)

    words.stream_info(sheet, SHOWTIME)
    words.addresses(sheet)
    words.figures(sheet)
    words.video(words.saved(sheet), SHOWTIME)
    if sheet.id().strip(". "):
        words.page(sheet, "k")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything, st.sampled_from(["success", "", None]))
def test_no_answer_raises_anything_but_a_provider_error(data: Any, status: Any) -> None:
    asyncio.run(_ask_everything(json.dumps({"status": status, "data": data}).encode()))


async def _ask_everything(body: bytes) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = LocalServer(app)
    account = AiozAccount(public_key=SecretStr("pub"), secret_key=SecretStr("sec"), base_url=await server.start())
    asked = Aioz(account, Connection(RehearsalClock(SHOWTIME), requests_per_second=PLENTY))
    target = SecretStr("rtmp://a.example/app")
    wishes = [
        *(asked.check(), asked.look("k"), asked.look("k", page="k/s"), asked.stream("k"), asked.list_streams(), asked.ingest("k")),
        *(asked.create_stream("n", {}, ""), asked.find_streams("n", "", SHOWTIME), asked.update_stream("k", {"save": True})),
        *(asked.create_page("t", "k", {}), asked.find_pages("t", "k"), asked.page("k/s"), asked.update_page("k/s", {"save": True})),
        *(asked.viewers("k", "k/s"), asked.statistics("k", "k/s"), asked.statistics("k", "")),
        *(asked.list_restreams("k"), asked.add_restream("k", "", target, target, {}, ""), asked.remove_restream("k", "x")),
        *(asked.list_videos("k"), asked.list_videos(), asked.video("m"), asked.rename_video("m", "n"), asked.delete_page("k/s")),
    ]
    try:
        for wish in wishes:
            try:
                seen = await wish
            except ProviderError:
                continue
            assert not isinstance(seen, Look) or seen.key.id == "k"
    finally:
        for wish in wishes:
            wish.close()
        await asked.close()
        await server.stop()
