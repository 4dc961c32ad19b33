"""Recordings, videos, clips, restream targets and webhooks, of the providers that promise them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from bot.model import JSON
from bot.providers.base import Kept
from bot.sandbox.server import LocalServer
from tests.providers.contract.stage import MARGIN, TAG, TARGET, TARGET_KEY, Stage, able

clips = pytest.mark.parametrize("stage", able(lambda able: able.clips), indirect=True)
restreams = pytest.mark.parametrize("stage", able(lambda able: able.restreams), indirect=True)
videos = pytest.mark.parametrize("stage", able(lambda able: able.videos), indirect=True)
GOAL = timedelta(seconds=45)


# -- recordings and videos
@pytest.mark.parametrize("stage", able(lambda able: able.recording and able.recording.kept is Kept.LIVE), indirect=True)
async def test_a_recording_is_seen_to_roll_and_to_stop(stage: Stage) -> None:
    assert stage.able.recording
    air = await stage.on_air()

    async def rolls() -> bool:
        return (await stage.look(air)).recording is True

    async def stands() -> bool:
        return (await stage.look(air)).recording is False

    await stage.provider.start_recording(air.stream)
    await stage.until(rolls, stage.able.recording.roll_delay + MARGIN)
    await stage.later(60)
    await stage.provider.stop_recording(air.stream)
    await stage.until(stands, MARGIN)


@pytest.mark.parametrize("stage", able(lambda able: able.recording and able.recording.field), indirect=True)
async def test_the_field_that_decides_what_is_kept_is_shown_with_its_value(stage: Stage) -> None:
    recording = stage.able.recording
    assert recording
    stream = await stage.stream()
    page = await stage.page(stream) if recording.on_page else ""

    fields = (await stage.provider.page(page)).fields if page else (await stage.provider.stream(stream)).fields

    assert fields[recording.field] is True


@videos
async def test_what_was_kept_is_listed_and_read(stage: Stage) -> None:
    video = await stage.video()

    assert video in {each.id for each in await stage.provider.list_videos()}
    assert (await stage.provider.video(video)).provider == stage.name

    async def playable() -> bool:
        read = await stage.provider.video(video)
        return read.status == "ready" and bool(read.link or read.renditions)

    await stage.until(playable, timedelta(hours=2), step=60)


@pytest.mark.parametrize("stage", able(lambda able: able.videos and able.videos.renamable), indirect=True)
async def test_a_video_takes_another_name(stage: Stage) -> None:
    video = await stage.video()

    assert (await stage.provider.rename_video(video, "Easter")).name == "Easter"
    assert (await stage.provider.video(video)).name == "Easter"


@pytest.mark.parametrize("stage", able(lambda able: able.videos and able.videos.deletable), indirect=True)
async def test_a_video_is_deleted_for_good(stage: Stage) -> None:
    video = await stage.video()

    await stage.provider.delete_video(video)
    await stage.provider.delete_video(video)

    assert video not in {each.id for each in await stage.provider.list_videos()}


# -- clips
@clips
async def test_a_clip_of_what_just_happened_is_cut_found_again_and_can_be_played(stage: Stage) -> None:
    air = await stage.on_air()
    await stage.later(120)
    end = stage.now - timedelta(seconds=15)
    window = await stage.provider.clip_window(air.stream)
    assert window.why_not == ""
    assert window.earliest is None or window.earliest <= end - GOAL
    assert window.longest is None or window.longest >= GOAL

    made = await stage.provider.create_clip(air.stream, "Goal", end - GOAL, end, {}, TAG)

    assert (made.start, made.end) == (end - GOAL, end)
    assert [clip.id for clip in await stage.provider.find_clips(air.stream, "Goal", end - GOAL, end, TAG)] == [made.id]

    async def playable() -> bool:
        clip = await stage.provider.clip(air.stream, made.id)
        assert clip.error == ""
        return clip.playable and bool(clip.link)

    await stage.until(playable, timedelta(minutes=30), step=15)


@clips
async def test_a_clip_that_nobody_made_is_not_found(stage: Stage) -> None:
    air = await stage.on_air()
    await stage.later(120)

    assert await stage.provider.find_clips(air.stream, "Goal", stage.now - 2 * GOAL, stage.now - GOAL, TAG) == []


@pytest.mark.parametrize("stage", able(lambda able: able.clips and able.clips.needs), indirect=True)
async def test_where_nothing_can_be_clipped_it_is_said_why(stage: Stage) -> None:
    air = await stage.on_air(clips=False)
    await stage.later(120)

    assert (await stage.provider.clip_window(air.stream)).why_not
    with pytest.raises((ProviderError, UserError)) as refused:
        await stage.provider.create_clip(air.stream, "Goal", stage.now - GOAL, stage.now, {}, TAG)
    assert stage.able.title in str(refused.value)


# -- restream targets
@restreams
async def test_a_restream_target_is_added_listed_and_removed(stage: Stage) -> None:
    assert stage.able.restreams
    owner = stage.owner(await stage.on_air())

    target = await stage.restream(owner)

    listed = await stage.provider.list_restreams(owner)
    assert [(each.id, each.host) for each in listed] == [(target, "live.example.org")]
    assert TARGET_KEY not in repr(listed)
    if stage.able.restreams.switchable:
        assert listed[0].active is False
    found = await stage.provider.find_restreams(owner, "Church channel", SecretStr(TARGET), SecretStr(TARGET_KEY), TAG)
    assert [each.id for each in found] == [target]
    await stage.provider.remove_restream(owner, target)
    await stage.provider.remove_restream(owner, target)
    assert await stage.provider.list_restreams(owner) == []


@pytest.mark.parametrize("stage", able(lambda able: able.restreams and able.restreams.switchable), indirect=True)
async def test_a_restream_target_is_switched_on_and_off_and_twice_is_once(stage: Stage) -> None:
    owner = stage.owner(await stage.on_air())
    target = await stage.restream(owner)

    for wanted in (True, True, False, False):
        assert (await stage.provider.switch_restream(owner, target, wanted)).active is wanted
        assert [each.active for each in await stage.provider.list_restreams(owner)] == [wanted]


@pytest.mark.parametrize("stage", able(lambda able: able.restreams and able.restreams.reports), indirect=True)
async def test_whether_the_picture_arrives_there_is_told(stage: Stage) -> None:
    owner = stage.owner(await stage.on_air())
    target = await stage.restream(owner)
    await stage.provider.switch_restream(owner, target, True)

    async def arrives() -> bool:
        return (await stage.provider.list_restreams(owner))[0].live is True

    await stage.until(arrives, timedelta(minutes=10))


# -- webhooks
@pytest.mark.parametrize("stage", able(lambda able: able.webhooks), indirect=True)
async def test_the_vendors_own_webhooks_are_understood_and_kept_without_secrets(stage: Stage) -> None:
    bodies: list[dict[str, JSON]] = []

    async def receive(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    server = LocalServer(app)
    stage.cloud.webhooks.url = await server.start() + "/hook"
    try:
        if stage.able.videos:
            await stage.video()
            await stage.later(timedelta(hours=1))
        else:
            await stage.on_air()
        await stage.cloud.settle()
    finally:
        await server.stop()

    kept = [stage.provider.redact(body) for body in bodies]
    heard = [stage.provider.hear(body, stage.now) for body in kept]
    assert kept
    assert all(stage.provider.webhook_subject(body) for body in kept)
    assert [each.unknown for each in heard if each.unknown] == []
    assert any(each.looks or each.videos or each.pages or each.restreams for each in heard)
    for secret in stage.cloud.secrets():
        assert secret not in repr(kept)
