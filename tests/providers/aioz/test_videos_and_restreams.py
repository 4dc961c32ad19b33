"""What is kept of a show at AIOZ, and where its picture is sent on to."""

from __future__ import annotations

import asyncio
import logging

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from tests.providers.aioz.conftest import AiozAt, Radio
from tests.providers.conftest import Vendor

YOUTUBE, TWITCH = SecretStr("rtmp://a.rtmp.youtube.com/live2"), SecretStr("rtmp://live.twitch.tv/app/")
KEY = SecretStr("abcd-canary-efgh")


async def finished(radio: Radio, *, save: bool = True) -> str:
    key, _ = await radio.on_air(save=save)
    await radio.later(300)
    radio.cloud.drop_signal(key)
    await radio.later(600)
    return key


async def test_a_saved_show_becomes_a_video_of_its_key(radio: Radio) -> None:
    key = await finished(radio)

    (video,) = await radio.aioz.list_videos(key)

    assert (video.name, video.stream, video.status, video.duration) == ("Radio Hour (s12)", key, "ready", 316.0)
    assert [rendition.name for rendition in video.renditions] == ["mp4", "720p", "360p"]
    assert video.renditions[0].url.endswith(".mp4")
    assert video.link.startswith("https://player")
    assert (await radio.aioz.video(video.id)).stream == key
    assert [other.id for other in await radio.aioz.list_videos()] == [video.id]
    assert [other.id for other in await radio.aioz.list_videos(search="Radio")] == [video.id]
    assert await radio.aioz.list_videos(search="Television") == []


async def test_a_show_without_save_leaves_nothing(radio: Radio) -> None:
    assert await radio.aioz.list_videos(await finished(radio, save=False)) == []


async def test_a_show_that_is_not_saved_yet_has_no_video_yet(radio: Radio) -> None:
    radio.cloud.habits.media_delay = 3600

    assert await radio.aioz.list_videos(await finished(radio)) == []


async def test_a_video_that_fails_says_so(radio: Radio) -> None:
    radio.cloud.habits.encoding_fails = True

    (video,) = await radio.aioz.list_videos(await finished(radio))
    assert video.status == "error"


async def test_a_video_is_renamed_and_deleted(radio: Radio) -> None:
    (video,) = await radio.aioz.list_videos(await finished(radio))

    assert (await radio.aioz.rename_video(video.id, "Radio Hour 1/1")).name == "Radio Hour 1/1"
    await radio.aioz.delete_video(video.id)
    await radio.aioz.delete_video(video.id)

    assert await radio.aioz.list_videos() == []
    with pytest.raises(ProviderError, match="no video"):
        await radio.aioz.video(video.id)


async def test_asking_for_videos_by_post_changes_nothing_and_a_failure_of_it_is_no_doubt(radio: Radio) -> None:
    radio.cloud.refuse_next("/api/media", status=502)

    with pytest.raises(ProviderError, match=r"fault of its own\. Try again") as caught:
        await radio.aioz.list_videos()
    assert not caught.value.ambiguous


async def test_a_target_is_added_found_and_removed_and_the_others_stay(radio: Radio) -> None:
    key = await radio.key()
    assert await radio.aioz.list_restreams(key) == []

    youtube = await radio.aioz.add_restream(key, "Church channel", YOUTUBE, KEY, {}, "r1")
    twitch = await radio.aioz.add_restream(key, "Second channel", TWITCH, KEY, {}, "r2")

    assert (youtube.host, youtube.title, youtube.active, youtube.live) == ("a.rtmp.youtube.com", "a.rtmp.youtube.com", True, None)
    assert radio.cloud.key(key).targets == [
        "rtmp://a.rtmp.youtube.com/live2/abcd-canary-efgh",
        "rtmp://live.twitch.tv/app/abcd-canary-efgh",
    ]
    assert await radio.aioz.find_restreams(key, "", YOUTUBE, KEY, "") == [youtube]
    assert await radio.aioz.find_restreams(key, "", YOUTUBE, SecretStr("other"), "") == []
    await radio.aioz.remove_restream(key, youtube.id)
    assert await radio.aioz.list_restreams(key) == [twitch]
    await radio.aioz.remove_restream(key, youtube.id)
    await radio.aioz.remove_restream(key, twitch.id)
    assert await radio.aioz.list_restreams(key) == []
    assert radio.cloud.ledger.kinds(key)[1:] == ["restreams set"] * 3 + ["restreams cleared"]


async def test_a_target_that_is_there_already_is_not_written_again(radio: Radio) -> None:
    key = await radio.key()
    first = await radio.aioz.add_restream(key, "Church channel", YOUTUBE, KEY, {}, "r1")

    assert await radio.aioz.add_restream(key, "Church channel", YOUTUBE, KEY, {}, "r1") == first
    assert len([call for call in radio.cloud.calls if call.method == "POST" and "multicast" in call.path]) == 1


async def test_two_who_add_at_once_do_not_lose_each_others_target(radio: Radio) -> None:
    key = await radio.key()

    await asyncio.gather(*(radio.aioz.add_restream(key, "", url, KEY, {}, "") for url in (YOUTUBE, TWITCH)))

    assert len(radio.cloud.key(key).targets) == 2


async def test_one_target_too_many_is_refused_in_aiozs_words(radio: Radio) -> None:
    key = await radio.key()
    for url in (YOUTUBE, TWITCH):
        await radio.aioz.add_restream(key, "", url, KEY, {}, "")

    with pytest.raises(ProviderError, match="Only 2 stream can forward") as caught:
        await radio.aioz.add_restream(key, "", SecretStr("rtmp://third.example/app"), KEY, {}, "")
    assert caught.value.permanent


@pytest.mark.parametrize(
    "url", ["rtmps://a.example/app", "srt://a.example:9000", "https://a.example", "rtmp://", "a.example/app", ""]
)
async def test_only_rtmp_is_sent_on_and_that_is_said_before_anything_is_asked(radio: Radio, url: str) -> None:
    with pytest.raises(UserError, match="by RTMP only") as caught:
        await radio.aioz.add_restream("key", "", SecretStr(url), KEY, {}, "")

    assert "canary" not in str(caught.value)
    assert radio.cloud.calls == []


@pytest.mark.parametrize("key", ["two words", "line\nbreak"])
async def test_a_key_that_was_not_copied_well_is_refused_without_repeating_it(radio: Radio, key: str) -> None:
    with pytest.raises(UserError, match="copy it again") as caught:
        await radio.aioz.add_restream("key", "", YOUTUBE, SecretStr(key), {}, "")

    assert key not in str(caught.value)


PUSH = "5f0c3d1e-canary-4b6a"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 429, 500])
async def test_the_push_key_in_the_path_is_in_no_sentence_and_no_log(
    vendor: Vendor, aioz_at: AiozAt, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for loud in ("httpx", "httpcore"):
        logging.getLogger(loud).setLevel(logging.WARNING)  # as the bot sets them when it starts
    target = f"{YOUTUBE.get_secret_value()}/{KEY.get_secret_value()}"
    echo = {"status": "fail", "message": f"no {PUSH} for {target}, {KEY.get_secret_value()} of sec-canary-0123"}
    vendor.answers(200, {"status": "success", "data": {"id": "k", "stream_key": PUSH}})
    vendor.answers(200, {"status": "success", "data": {"live_stream_multicast_urls": []}})
    vendor.answers(status, echo, location=f"https://elsewhere.example/{PUSH}")

    with pytest.raises(ProviderError) as caught:
        await aioz_at(vendor.url).add_restream("k", "", YOUTUBE, KEY, {}, "")

    error = caught.value
    assert vendor.requests[-1].target == f"/live_streams/multicast/{PUSH}"
    assert "canary" not in repr((error, vars(error))) + caplog.text
    if status != 429:
        assert "POST /live_streams/multicast/{stream_key}" in error.detail


async def test_a_key_that_comes_without_its_secret_is_not_sent_on(vendor: Vendor, aioz_at: AiozAt) -> None:
    vendor.answers(200, {"status": "success", "data": {"id": "k"}})

    with pytest.raises(ProviderError, match="not its API"):
        await aioz_at(vendor.url).add_restream("k", "", YOUTUBE, KEY, {}, "")
    assert len(vendor.requests) == 1
