"""Clips and videos as a show calls them, against the simulated Videograph."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import ProviderError, UserError
from bot.providers.base import CutClip
from bot.providers.videograph import Videograph
from bot.sandbox.faults import Fault
from bot.sandbox.videograph import VideographCloud
from tests.providers.conftest import SHOWTIME
from tests.providers.videograph.conftest import Control, VideographAt

TAG = "showcaller:op7"


def at(seconds: float) -> datetime:
    """So many seconds after show time; a recording of `on_air` begins at 3."""
    return SHOWTIME + timedelta(seconds=seconds)


async def cut(control: Control, stream: str, first: float = 4, last: float = 9, tag: str = TAG) -> CutClip:
    return await control.videograph.create_clip(stream, "Goal", at(first), at(last), {}, tag)


async def test_a_clip_can_be_played_once_it_is_ready(control: Control, videograph: Videograph) -> None:
    stream = await control.on_air()

    made = await cut(control, stream)
    await control.later(69)
    waiting = await videograph.clip(stream, made.id)
    await control.later(1)
    ready = await videograph.clip(stream, made.id)

    assert (made.start, made.end, made.title, made.playable, made.video) == (at(4), at(9), "Goal", False, made.id)
    assert waiting.playable is False
    assert (ready.playable, ready.error, ready.start, ready.end) == (True, "", at(4), at(9))
    assert ready.link == f"https://dashboard.videograph.ai/videos/embed?videoId={made.id}"


async def test_a_clips_fields_and_whole_seconds_around_its_range(
    control: Control, videograph: Videograph, cloud: VideographCloud
) -> None:
    stream = await control.on_air()

    made = await videograph.create_clip(
        stream, "Goal", at(4.7), at(8.2), {"description": "1:0", "tags": ["goal"], "metadata": {"half": "first"}}, TAG
    )

    assert (made.start, made.end) == (at(4), at(9))
    content = cloud.content(made.id)
    assert (content.duration_ms, content.settings["description"], content.settings["tags"]) == (5000, "1:0", ["goal"])
    assert {"key": "half", "value": "first"} in content.settings["metadata"]
    with pytest.raises(UserError, match="has no field 'startTime'"):
        await videograph.create_clip(stream, "Goal", at(4), at(8), {"startTime": 5}, TAG)


@pytest.mark.parametrize("lists_metadata", [True, False])
async def test_a_clip_whose_answer_was_lost_is_found_by_its_tag(
    control: Control, videograph: Videograph, cloud: VideographCloud, lists_metadata: bool
) -> None:
    cloud.habits.lists_metadata = lists_metadata
    stream = await control.on_air()
    await cut(control, stream, tag="showcaller:op6")
    cloud.faults.add(Fault("*/clips", "POST", cut="after"))

    with pytest.raises(ProviderError) as caught:
        await cut(control, stream)
    assert caught.value.ambiguous
    (found,) = await videograph.find_clips(stream, "Goal", at(4), at(9), TAG)

    assert (found.start, found.end, found.title) == (at(4), at(9), "Goal")
    assert await videograph.find_clips(stream, "Goal", at(4), at(9), "showcaller") == []
    assert len(cloud.ledger.of("clip created")) == 2


async def test_a_clip_that_is_answered_with_nothing_is_looked_for(control: Control, cloud: VideographCloud) -> None:
    cloud.habits.empty_clip_answers = True
    stream = await control.on_air()

    made = await cut(control, stream)

    assert cloud.content(made.id).settings["title"] == "Goal"


async def test_a_clip_without_an_answer_that_is_not_listed_yet_may_have_been_made(control: Control, cloud: VideographCloud) -> None:
    cloud.habits.empty_clip_answers = True
    stream = await control.on_air()
    cloud.faults.add(Fault("*/contents", status=200, body=b'{"code": 200, "data": [], "status": "Success"}'))

    with pytest.raises(ProviderError, match="without saying which it is") as caught:
        await cut(control, stream)
    assert caught.value.ambiguous
    assert not caught.value.permanent


@pytest.mark.parametrize("failures", ["status", "envelope"])
@pytest.mark.parametrize(("first", "last"), [(0, 5), (4, 3600)])
async def test_a_range_outside_of_the_recording_is_explained(
    control: Control, cloud: VideographCloud, first: int, last: int, failures: str
) -> None:
    cloud.habits.failures = "envelope" if failures == "envelope" else "status"
    stream = await control.on_air()

    with pytest.raises(ProviderError, match=r"did not cut the clip: startTime and endTime must be within.* 12 hours") as caught:
        await cut(control, stream, first, last)
    assert (caught.value.permanent, caught.value.ambiguous) == (True, False)


async def test_an_end_before_its_start_is_not_sent(control: Control, cloud: VideographCloud) -> None:
    stream = await control.on_air()
    calls = len(cloud.calls)

    with pytest.raises(ProviderError, match="must end after it begins"):
        await cut(control, stream, 9, 4)
    assert len(cloud.calls) == calls


async def test_the_window_of_a_recorded_stream_is_half_a_day(control: Control, videograph: Videograph) -> None:
    window = await videograph.clip_window(await control.on_air())

    assert (window.earliest, window.longest, window.why_not) == (None, timedelta(hours=12), "")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_stream_without_recording_has_no_clips(
    control: Control, cloud: VideographCloud, videograph_at: VideographAt, restarted: bool
) -> None:
    stream = await control.on_air(record=False)
    videograph = videograph_at(cloud.base_url) if restarted else control.videograph

    assert "made with record off" in (await videograph.clip_window(stream)).why_not
    with pytest.raises(ProviderError, match="made with record off"):
        await videograph.create_clip(stream, "Goal", at(4), at(9), {}, TAG)
    assert [call.path for call in cloud.calls if call.path.endswith("/clips")] == []


async def test_a_whole_show_is_kept_by_one_clip_when_its_recording_expires(
    control: Control, videograph: Videograph, cloud: VideographCloud
) -> None:
    stream = await control.on_air()
    await control.later(3600)
    cloud.drop_signal(stream)
    await control.later(120)

    made = await cut(control, stream, 3, 3600)
    await control.later(12 * 3600)

    (video,) = await videograph.list_videos(stream)
    assert (video.id, video.status, video.duration, video.started_at) == (made.id, "ready", 3597, at(3))
    with pytest.raises(ProviderError, match="No recording is available"):
        await cut(control, stream, 3, 60, tag="showcaller:late")


async def test_a_clip_that_fails_says_so(control: Control, videograph: Videograph, cloud: VideographCloud) -> None:
    stream = await control.on_air()
    cloud.fail_next_content()

    made = await cut(control, stream)
    await control.later(70)

    failed = await videograph.clip(stream, made.id)
    assert (failed.playable, failed.error) == (False, "Failed")
    assert (await videograph.video(made.id)).status == "error"


async def test_videos_are_those_of_the_account_or_the_clips_of_a_stream(
    control: Control, videograph: Videograph, cloud: VideographCloud
) -> None:
    cloud.habits.recording_end = "becomes a content"
    church = await control.on_air()
    first = await cut(control, church)
    other = await cut(control, await control.on_air(), 14, 19)
    await control.later(13 * 3600)

    everything = await videograph.list_videos()
    assert [video.id for video in everything][-2:] == [other.id, first.id]
    assert {video.name for video in everything} == {"Church", "Goal"}
    assert [video.id for video in await videograph.list_videos(church)] == [first.id]
    assert {video.name for video in await videograph.list_videos(search="CHURCH")} == {"Church"}
    assert (await videograph.video(first.id)).link.endswith(f"?videoId={first.id}")


@pytest.mark.parametrize("largest_page", [100, 7])
async def test_a_list_of_videos_is_read_to_its_end(
    control: Control, videograph: Videograph, cloud: VideographCloud, largest_page: int
) -> None:
    cloud.habits.largest_page = largest_page
    stream = await control.on_air()
    for number in range(65):
        await cut(control, stream, tag=f"showcaller:{number}")

    assert len(await videograph.list_videos(stream)) == 65
    assert len(await videograph.find_clips(stream, "Goal", at(4), at(9), "showcaller:0")) == 1


async def test_a_clip_that_was_cut_elsewhere_is_read_as_well(
    control: Control, cloud: VideographCloud, videograph: Videograph
) -> None:
    stream = await control.on_air()
    made = await cut(control, stream)
    cloud.content(made.id).settings["metadata"] = []
    await control.later(100)

    read = await videograph.clip(stream, made.id)

    assert (read.start, read.end) == (at(5), at(10))


async def test_a_deleted_video_is_gone(control: Control, videograph: Videograph) -> None:
    stream = await control.on_air()
    made = await cut(control, stream)

    await videograph.delete_video(made.id)
    await videograph.delete_video(made.id)

    with pytest.raises(ProviderError, match=f"has no video {made.id}: Content not found[.]"):
        await videograph.video(made.id)
