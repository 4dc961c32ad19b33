"""Clips, restream targets, keys and figures at a Gcore account, each exchange held against the vendor's description."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from bot.providers.base import Figure
from bot.providers.gcore import Gcore
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gcore import GcoreCloud
from tests.providers.conftest import SHOWTIME, Vendor
from tests.providers.test_gcore_calls import Control
from tests.providers.test_gcore_refusals import GcoreAt

YOUTUBE, KEY = SecretStr("rtmp://a.rtmp.youtube.example/live2"), SecretStr("abcd-efgh-canary")
GOAL = timedelta(seconds=45)
Sport = tuple[Control, str]


@pytest.fixture
async def sport(gcore: Gcore, cloud: GcoreCloud, clock: RehearsalClock) -> Sport:
    """Two minutes into a match whose viewers can rewind."""
    control = Control(gcore, cloud, clock)
    stream = await control.on_air()
    await gcore.update_stream(stream, {"dvr_enabled": True})
    await control.later(120)
    return control, stream


# -- clips
async def test_a_clip_of_the_past_plays_at_once_and_becomes_a_video(sport: Sport, gcore: Gcore) -> None:
    control, stream = sport
    end = control.clock.now() - timedelta(seconds=15)

    made = await gcore.create_clip(stream, "Goal", end - GOAL, end, {}, "c1")
    await control.later(0)

    read = await gcore.clip(stream, made.id)
    assert (read.playable, read.error) == (True, "")
    assert (await gcore.video(read.video)).duration == 45


async def test_a_clip_that_ends_later_plays_when_its_end_has_been_sent(sport: Sport, gcore: Gcore) -> None:
    control, stream = sport
    now = control.clock.now()

    made = await gcore.create_clip(stream, "Goal", now - GOAL, now + timedelta(seconds=20), {}, "c1")

    assert not (await gcore.clip(stream, made.id)).playable
    await control.later(20)
    assert (await gcore.clip(stream, made.id)).playable


async def test_a_clip_expires_and_says_that_its_video_stays(sport: Sport, gcore: Gcore) -> None:
    control, stream = sport
    now = control.clock.now()
    made = await gcore.create_clip(stream, "Goal", now - GOAL, now, {}, "c1")

    await control.later(3601)

    with pytest.raises(ProviderError, match=r"clips expire.*`/live video list`"):
        await gcore.clip(stream, made.id)
    assert len(await gcore.list_videos(stream)) == 1


async def test_a_clip_of_hours_ago_is_not_expired_when_it_is_made(sport: Sport, gcore: Gcore) -> None:
    control, stream = sport
    await gcore.update_stream(stream, {"dvr_duration": 14400})
    await control.later(3.5 * 3600)

    made = await gcore.create_clip(stream, "Kick-off", SHOWTIME + GOAL, SHOWTIME + 2 * GOAL, {}, "c1")

    assert (await gcore.clip(stream, made.id)).playable


async def test_a_clip_from_before_the_dvr_is_refused_in_the_vendors_words(sport: Sport, gcore: Gcore) -> None:
    _, stream = sport
    long_ago = SHOWTIME - timedelta(hours=1)

    with pytest.raises(ProviderError, match=r"start is outside of the DVR window\. Change that"):
        await gcore.create_clip(stream, "Goal", long_ago, long_ago + GOAL, {}, "c1")


async def test_what_can_be_clipped_is_what_the_dvr_holds(sport: Sport, gcore: Gcore) -> None:
    control, stream = sport
    young = await gcore.clip_window(stream)
    await control.later(7200)
    later = await gcore.clip_window(stream)

    assert (young.earliest, young.longest, young.why_not) == (SHOWTIME, timedelta(hours=1), "")
    assert later.earliest == control.clock.now() - timedelta(hours=1)


async def test_a_cleaned_dvr_can_no_longer_be_clipped(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    control, stream = sport

    await gcore.clean_dvr(stream)

    assert len(cloud.ledger.of("dvr cleaned", int(stream))) == 1
    with pytest.raises(ProviderError, match="DVR window"):
        await gcore.create_clip(stream, "Goal", control.clock.now() - GOAL, control.clock.now(), {}, "c1")


@pytest.mark.parametrize("link", ["", "file:///etc/passwd", "javascript:alert(1)", "ftp://clips.example/1.mp4"])
async def test_a_link_that_is_none_is_neither_followed_nor_shown(vendor: Vendor, gcore_at: GcoreAt, link: str) -> None:
    vendor.answers(200, [{"id": "c", "duration": 45, "mp4_master": link, "hls_master": None}])

    read = await gcore_at(vendor.url).clip("5", "c")

    assert (read.playable, read.link) == (False, "")
    assert len(vendor.requests) == 1


async def test_the_token_does_not_travel_to_where_clips_are(vendor: Vendor, gcore_at: GcoreAt) -> None:
    vendor.answers(200, [{"id": "c", "duration": 45, "mp4_master": f"{vendor.url}/c.mp4"}]).answers(200)

    assert (await gcore_at(vendor.url).clip("5", "c")).playable

    asked, tried = vendor.requests
    assert "authorization" in asked.headers
    assert (tried.method, tried.target) == ("HEAD", "/c.mp4")
    assert "authorization" not in tried.headers


@pytest.mark.parametrize(("status", "words"), [(403, "clip"), (500, "fault of its own"), (302, "another address")])
async def test_a_link_in_trouble_is_looked_at_again(vendor: Vendor, gcore_at: GcoreAt, status: int, words: str) -> None:
    vendor.answers(200, [{"id": "c", "duration": 45, "mp4_master": f"{vendor.url}/c.mp4"}]).answers(status)

    with pytest.raises(ProviderError, match=words if status != 403 else "does not allow"):
        await gcore_at(vendor.url).clip("5", "c")


# -- restream targets
async def test_a_target_is_added_off_and_the_picture_arrives_when_it_is_on(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    control, stream = sport
    made = await gcore.add_restream(stream, "YouTube", YOUTUBE, KEY, {"no_audio": True, "no_audio_mode": "silence"}, "r1")
    await control.later(120)
    assert cloud.ledger.of("restream live", int(made.id)) == []

    await gcore.switch_restream(stream, made.id, True)
    await control.later(60)

    assert [(each.id, each.active, each.live) for each in await gcore.list_restreams(stream)] == [(made.id, True, True)]
    await gcore.switch_restream(stream, made.id, False)
    assert [(each.active, each.live) for each in await gcore.list_restreams(stream)] == [(False, False)]


async def test_targets_of_other_streams_are_not_listed(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    control, stream = sport
    cloud.limit(restreams=2)
    other = await control.stream("church side", "s13")
    await gcore.add_restream(other, "YouTube", YOUTUBE, KEY, {}, "r1")

    assert await gcore.list_restreams(stream) == []
    assert await gcore.find_restreams(stream, "YouTube", YOUTUBE, KEY, "r1") == []
    assert len(await gcore.find_restreams(other, "renamed", YOUTUBE, SecretStr("other"), "r1")) == 1
    assert await gcore.find_restreams(other, "YouTube", YOUTUBE, KEY, "r2") == []


async def test_one_target_too_many_says_who_allows_more(sport: Sport, gcore: Gcore) -> None:
    _, stream = sport
    await gcore.add_restream(stream, "YouTube", YOUTUBE, KEY, {}, "r1")

    with pytest.raises(ProviderError, match=r"one restream target unless Gcore's support allows more.*/live restream list") as full:
        await gcore.add_restream(stream, "Facebook", YOUTUBE, KEY, {}, "r2")
    assert "canary" not in repr((full.value.sentence, full.value.detail))


@pytest.mark.parametrize(
    ("url", "key", "sent"),
    [
        ("rtmp://a.example/live", "k", "rtmp://a.example/live/k"),
        ("rtmps://a.example/live/", " k ", "rtmps://a.example/live/k"),
        ("rtmp://a.example/live/k", "", "rtmp://a.example/live/k"),
        ("srt://a.example:5001", "k", "srt://a.example:5001?streamid=k"),
        ("srt://a.example:5001?latency=2000", "k", "srt://a.example:5001?latency=2000&streamid=k"),
        ("srt://a.example:5001?streamid=", "k", "srt://a.example:5001?streamid=k"),
    ],
)
async def test_server_and_key_are_one_address_for_gcore(
    sport: Sport, gcore: Gcore, cloud: GcoreCloud, url: str, key: str, sent: str
) -> None:
    _, stream = sport

    made = await gcore.add_restream(stream, "There", SecretStr(url), SecretStr(key), {}, "r1")

    assert cloud.restream_uri(made.id) == sent
    assert made.host == "a.example"


@pytest.mark.parametrize(
    "url", ["https://a.example/live", "a.example/live", "rtmp:", "rtmp://", "rtmp://[broken/live", "", "udp://a.example"]
)
async def test_what_gcore_cannot_send_on_to_is_refused_before_it_is_asked(gcore: Gcore, cloud: GcoreCloud, url: str) -> None:
    with pytest.raises(UserError, match="rtmp://"):
        await gcore.add_restream("5", "There", SecretStr(url), KEY, {}, "r1")

    assert cloud.calls == []


# -- keys
async def test_a_new_key_cuts_off_the_encoder_or_tells_that_it_did_not(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    control, stream = sport
    cloud.habits.reset_drops_ingest = False
    runs_on = await gcore.rotate_key(stream)
    await control.later(10)
    assert (await gcore.look(stream)).signal

    cloud.habits.reset_drops_ingest = True
    cut_off = await gcore.rotate_key(stream)
    await control.later(10)

    assert "restart it by hand" in runs_on[0]
    assert "cut off" in cut_off[0]
    assert not (await gcore.look(stream)).signal


# -- who watches
async def test_who_watches_is_known_without_a_page_as_far_as_it_was_counted(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    control, stream = sport
    cloud.set_viewers(stream, 214)
    await control.later(60)

    assert await gcore.viewers(stream, "") == 214


async def test_the_last_hour_is_told_in_figures(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    control, stream = sport
    cloud.set_viewers(stream, 300)
    await control.later(600)
    cloud.set_viewers(stream, 120)
    await control.later(60)

    assert await gcore.statistics(stream, "") == [
        Figure("Viewers, last minute counted", "120"),
        Figure("Viewers, most in the last hour", "300"),
        Figure("Different viewers in the last hour", "300"),
        Figure("Minutes watched in the last hour", "3120"),
        Figure("Picture received, last minute", "1080 lines"),
        Figure("Frames received, last minute", "50 a second"),
        Figure("Bitrate received, last minute", "6000 kbit/s"),
        Figure("Between keyframes, last minute", "up to 2 s"),
    ]


@pytest.mark.parametrize(
    "series",
    [
        [],
        [{}],
        [{"metrics": None}],
        [{"metrics": {"streams": [1, 2]}}],
        [{"metrics": {"streams": [[1], ["a", "b"], [1, None], [1, True]]}}],
    ],
)
async def test_a_series_without_pairs_counts_nobody(vendor: Vendor, gcore_at: GcoreAt, series: object) -> None:
    vendor.answers(200, series)

    assert await gcore_at(vendor.url).viewers("5", "") is None


async def test_links_for_players_hold_no_key(sport: Sport, gcore: Gcore, cloud: GcoreCloud) -> None:
    _, stream = sport

    links = (await gcore.stream(stream)).links

    assert links["Player without low latency"].endswith(f"_{stream}?no_low_latency")
    assert cloud.stream(stream).token not in repr(links)
