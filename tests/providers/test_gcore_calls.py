"""A Gcore account called as a show calls it: against the simulated vendor, each exchange held against the vendor's description."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from bot.model import Quality, Source
from bot.providers.base import Connection
from bot.providers.gcore import Gcore, GcoreAccount
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.server import LocalServer
from tests.providers.conftest import PLENTY, SHOWTIME


class Control:
    """The team's hands: streams that are created, enabled and fed."""

    def __init__(self, gcore: Gcore, cloud: GcoreCloud, clock: RehearsalClock) -> None:
        self.gcore, self.cloud, self.clock = gcore, cloud, clock

    async def stream(self, name: str = "church main", tag: str = "s12") -> str:
        return (await self.gcore.create_stream(name, {}, tag)).key.id

    async def on_air(self) -> str:
        stream = await self.stream()
        await self.gcore.set_enabled(stream, True)
        assert self.cloud.connect_encoder(int(stream))
        await self.later(10)
        return stream

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await self.cloud.settle()


@pytest.fixture
def control(gcore: Gcore, cloud: GcoreCloud, clock: RehearsalClock) -> Control:
    return Control(gcore, cloud, clock)


async def test_the_account_answers(control: Control, gcore: Gcore) -> None:
    await control.on_air()

    assert (await gcore.check()).endswith("token accepted, 1 of the first 1 streams enabled")


async def test_a_stream_is_created_off_with_its_settings_and_its_tag(gcore: Gcore) -> None:
    made = await gcore.create_stream(
        "church main",
        {"dvr_enabled": True, "dvr_duration": "7200", "transcoding_region": "ix1", "uri": None, "srt_passphrase": "tenletters"},
        "show s12",
    )

    read = await gcore.stream(made.key.id)
    assert (read.name, read.enabled, read.tag) == ("church main", False, "show s12")
    assert read.fields["dvr_duration"] == 7200
    assert read.fields["transcoding_region"] == "ix1"
    assert "srt_passphrase" not in read.fields
    assert "uri" not in read.fields
    assert read.created_at == SHOWTIME
    assert read.viewer_link.startswith("https://player.gvideo.co/streams/")


async def test_a_tag_is_found_on_any_page(control: Control, gcore: Gcore) -> None:
    for number in range(60):
        await control.stream(f"stream {number}", tag=f"tag {number % 30}")

    assert len(await gcore.list_streams()) == 60
    assert {stream.name for stream in await gcore.find_streams("", "tag 7", SHOWTIME)} == {"stream 7", "stream 37"}
    assert await gcore.find_streams("stream 7", "tag", SHOWTIME) == []


async def test_settings_are_changed_one_by_one(control: Control, gcore: Gcore) -> None:
    stream = await control.stream()

    changed = await gcore.update_stream(
        stream, {"auto_record": True, "name": "church side", "broadcast_ids": "", "srt_passphrase": None}
    )

    assert (changed.name, changed.fields["auto_record"], changed.tag) == ("church side", True, "s12")


@pytest.mark.parametrize("name", ["active", "client_entity_data", "colour"])
async def test_a_field_that_gcore_does_not_offer_is_refused_by_name(control: Control, gcore: Gcore, name: str) -> None:
    with pytest.raises(UserError, match=name):
        await gcore.update_stream(await control.stream(), {name: True})


async def test_a_number_that_is_none_is_refused(gcore: Gcore) -> None:
    with pytest.raises(UserError, match="DVR length"):
        await gcore.create_stream("church main", {"dvr_duration": "an hour"}, "s12")


async def test_a_look_sees_the_picture_come_and_go(control: Control, gcore: Gcore) -> None:
    stream = await control.stream()
    off = await gcore.look(stream)
    await gcore.set_enabled(stream, True)
    control.cloud.connect_encoder(int(stream), height=1080, fps=50, bitrate=5_900_000)
    await control.later(10)
    on = await gcore.look(stream, verifying=True)
    control.cloud.drop_signal(int(stream))
    await control.later(10)
    lost = await gcore.look(stream)

    assert (off.enabled, off.signal, off.recording, off.quality) == (False, False, False, None)
    assert (on.enabled, on.signal, on.backup, on.source, on.at) == (
        True,
        True,
        False,
        Source.LOOK,
        SHOWTIME + timedelta(seconds=10),
    )
    assert on.quality == Quality(height=1080, fps=50.0, kbps=5900.0, speed=1.0)
    assert on.trouble == ""
    assert (lost.signal, lost.enabled) == (False, True)


async def test_a_primary_that_fails_while_the_backup_runs_is_still_a_signal(control: Control, gcore: Gcore) -> None:
    stream = await control.on_air()
    control.cloud.connect_encoder(int(stream), backup=True)
    await control.later(5)
    control.cloud.drop_signal(int(stream))
    await control.later(5)

    seen = await gcore.look(stream)
    assert (seen.signal, seen.backup) == (True, True)


async def test_what_gcore_cannot_process_is_told(control: Control, gcore: Gcore) -> None:
    stream = await control.on_air()
    control.cloud.set_quality(int(stream), transcoding_speed=0.7, transcoding_error="codec not supported")

    seen = await gcore.look(stream)

    assert seen.trouble == "transcoding: codec not supported"
    assert seen.quality is not None
    assert seen.quality.speed == 0.7


async def test_an_answer_with_only_declared_fields_is_understood(control: Control, gcore: Gcore) -> None:
    stream = await control.on_air()
    await gcore.start_recording(stream)
    await control.later(10)
    control.cloud.habits.declared_only = True

    seen = await gcore.look(stream)
    assert (seen.signal, seen.recording, seen.trouble) == (True, True, None)


async def test_a_stream_that_is_not_there_is_gone(control: Control, gcore: Gcore) -> None:
    stream = await control.stream()
    await gcore.delete_stream(stream)
    await gcore.delete_stream(stream)

    assert (await gcore.look(stream)).gone
    with pytest.raises(ProviderError, match=f"no stream {stream}.*/live stream list") as caught:
        await gcore.stream(stream)
    assert (caught.value.status, caught.value.permanent) == (404, True)


@pytest.mark.parametrize("nonsense", ["", "church", "1/2", "../videos/1", "1" * 40, "²"])
async def test_an_id_that_is_no_number_never_reaches_the_vendor(cloud: GcoreCloud, gcore: Gcore, nonsense: str) -> None:
    with pytest.raises(ProviderError, match="its ids are numbers"):
        await gcore.delete_stream(nonsense)

    assert cloud.calls == []


async def test_push_addresses_are_labelled_and_masked(control: Control, gcore: Gcore) -> None:
    stream = await control.stream()
    await gcore.set_enabled(stream, True)

    addresses = await gcore.ingest(stream)

    assert [a.label for a in addresses] == ["RTMP, primary", "RTMP, backup", "SRT, primary", "SRT, backup", "WHIP"]
    assert "gvideo" not in repr(addresses)
    assert control.cloud.push_to(addresses[0].url.get_secret_value())


async def test_a_page_is_pending_then_live_then_gone(control: Control, gcore: Gcore) -> None:
    stream = await control.stream()
    page = await gcore.create_page("Sunday Service", stream, {"pending_message": "We begin at ten", "ad_id": None})
    assert (page.state, page.streams, page.fields["pending_message"]) == ("pending", (stream,), "We begin at ten")

    assert (await gcore.set_page(page.id, "live")).state == "live"
    seen = await gcore.look(stream, page=page.id)
    assert (seen.page, seen.page_state) == (page.id, "live")
    assert (await gcore.list_streams())[0].page_states == {page.id: "live"}

    assert (await gcore.update_page(page.id, {"pending_message": "Back soon"})).fields["pending_message"] == "Back soon"
    assert (await gcore.page(page.id)).state == "live"

    await gcore.delete_page(page.id)
    await gcore.delete_page(page.id)
    seen = await gcore.look(stream, page=page.id)
    assert (seen.page_state, seen.gone) == ("gone", False)
    assert await gcore.viewers(stream, page.id) is None


@pytest.mark.parametrize(("status", "state"), [(403, "gone"), (404, "gone"), (500, None), (429, None)])
async def test_a_page_in_trouble_never_hides_the_stream(control: Control, gcore: Gcore, status: int, state: str | None) -> None:
    stream = await control.on_air()
    page = await gcore.create_page("Sunday Service", stream, {})
    control.cloud.refuse_next("/streaming/broadcasts/*", status=status, headers={"Retry-After": "0"})

    seen = await gcore.look(stream, page=page.id)

    assert (seen.signal, seen.page, seen.page_state) == (True, page.id, state)


async def test_a_page_is_found_by_exact_name_and_stream(control: Control, gcore: Gcore) -> None:
    here, there = await control.stream(), await control.stream()
    wanted = await gcore.create_page("Sunday Service", here, {})
    await gcore.create_page("Sunday Service", there, {})
    await gcore.create_page("Sunday Service 2", here, {})

    assert [page.id for page in await gcore.find_pages("Sunday Service", here)] == [wanted.id]


async def test_viewers_are_counted_on_the_page(control: Control, gcore: Gcore) -> None:
    stream = await control.stream()
    page = await gcore.create_page("Sunday Service", stream, {})
    control.cloud.set_spectators(int(page.id), 214)

    assert await gcore.viewers(stream, page.id) == 214


async def test_a_recording_becomes_a_video_with_its_renditions(control: Control, gcore: Gcore) -> None:
    stream = await control.on_air()
    assert await gcore.start_recording(stream) == ()
    await control.later(60)
    assert (await gcore.look(stream)).recording is True

    stopped = await gcore.stop_recording(stream)

    assert stopped is not None
    assert (stopped.stream, stopped.status) == (stream, "pending")
    assert stopped.duration == pytest.approx(55, abs=1)
    await control.later(3600)
    ready = await gcore.video(stopped.id)
    assert ready.status == "ready"
    assert ready.renditions
    assert all(rendition.status == "complete" and rendition.url for rendition in ready.renditions)
    assert ready.started_at is not None
    assert [video.id for video in await gcore.list_videos(stream)] == [ready.id]
    assert (await gcore.rename_video(ready.id, "Sunday Service 1/1")).name == "Sunday Service 1/1"
    assert [video.name for video in await gcore.list_videos(search="Sunday")] == ["Sunday Service 1/1"]
    await gcore.delete_video(ready.id)
    await gcore.delete_video(ready.id)
    assert await gcore.list_videos() == []


async def test_stopping_what_does_not_record_is_no_error(control: Control, gcore: Gcore) -> None:
    assert await gcore.stop_recording(await control.on_air()) is None


async def test_a_storage_that_is_nearly_full_is_told_in_words(control: Control, gcore: Gcore) -> None:
    stream = await control.on_air()
    control.cloud.limit(storage_mb=1000)
    control.cloud.use_storage(900)

    assert await gcore.start_recording(stream) == ("Storage is almost full: 900 of 1000 MB used.",)


async def test_a_storage_that_is_full_says_what_to_delete(control: Control, gcore: Gcore) -> None:
    stream = await control.on_air()
    control.cloud.limit(storage_mb=1000)
    control.cloud.use_storage(1000)

    with pytest.raises(ProviderError, match=r"No space for recording the stream.*/live video list"):
        await gcore.start_recording(stream)


async def test_one_stream_too_many_names_the_limit_and_the_way_out(control: Control, gcore: Gcore) -> None:
    control.cloud.limit(active_streams=1)
    await control.on_air()

    with pytest.raises(ProviderError, match=r"active-stream limit: `/live stream list`.*disable one") as caught:
        await gcore.set_enabled(await control.stream(), True)
    assert caught.value.permanent
    assert not caught.value.ambiguous


async def test_a_token_that_ran_out_says_where_the_token_goes(control: Control, gcore: Gcore) -> None:
    control.cloud.expire_token()

    with pytest.raises(ProviderError, match=r"Gcore refused the token: .*GCORE_API_TOKEN.*`\$`") as caught:
        await gcore.check()
    assert caught.value.permanent
    assert control.cloud.token not in caught.value.detail


@pytest.mark.parametrize(
    ("edition", "signals"),
    [("short", [True, True, True, None]), ("w2", [True, True, True, False]), ("w3", [True, True, True, False])],
)
async def test_the_simulated_clouds_own_webhooks_are_heard_without_its_token(
    clock: RehearsalClock, edition: Literal["short", "w2", "w3"], signals: list[bool | None]
) -> None:
    bodies: list[dict[str, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    server = LocalServer(app)
    cloud = GcoreCloud(clock, webhook_url=await server.start() + "/hook")
    gcore = Gcore(
        GcoreAccount(api_token=SecretStr(cloud.token), base_url=await cloud.start()), Connection(clock, requests_per_second=PLENTY)
    )
    cloud.habits.webhook_style = edition
    try:
        control = Control(gcore, cloud, clock)
        stream = await control.on_air()
        cloud.drop_signal(int(stream))
        await control.later(10)
        kept = [gcore.redact(body) for body in bodies]
    finally:
        await gcore.close()
        await cloud.stop()
        await server.stop()

    assert [look.signal for body in kept for look in gcore.hear(body, SHOWTIME).looks] == signals
    assert {gcore.webhook_subject(body) for body in kept} == {f"stream:{stream}"}
    assert cloud.stream(int(stream)).token not in repr(kept)
