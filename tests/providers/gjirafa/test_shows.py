"""A project at Gjirafa called as a show calls it, against the simulated vendor over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError, Unsupported, UserError
from bot.model import PageState
from bot.providers.gjirafa import Gjirafa
from bot.sandbox.faults import Fault
from bot.sandbox.gjirafa import GjirafaCloud
from tests.providers.conftest import SHOWTIME
from tests.providers.gjirafa.conftest import Control

TARGET, TARGET_KEY = SecretStr("rtmp://live.example.org/app"), SecretStr("abcd-efgh-ijkl")


# -- channels
async def test_the_account_answers_with_its_project(control: Control) -> None:
    await control.channel()

    assert await control.gjirafa.check() == "project prj-2041: key accepted, 1 channels"


async def test_an_encoder_gets_through_with_server_and_key(control: Control) -> None:
    channel = await control.channel("Kisha – e diel")
    (address,) = await control.gjirafa.ingest(channel)
    assert address.key
    before = await control.gjirafa.look(channel)

    assert control.cloud.push_to(f"{address.url.get_secret_value()}/{address.key.get_secret_value()}")
    await control.later(10)
    up = await control.gjirafa.look(channel)
    control.cloud.drop_signal(channel)
    await control.later(15)
    lost = await control.gjirafa.look(channel)

    assert (before.signal, up.signal, lost.signal) == (False, True, False)
    assert (up.name, up.trouble, up.at) == ("Kisha – e diel", "", SHOWTIME + timedelta(seconds=10))


async def test_a_channel_that_fetches_its_picture_shows_nowhere_to_push_and_keeps_its_source_to_itself(control: Control) -> None:
    fields = {"InputType": "2", "FilePath": "https://me:canary@camera.example/feed"}
    made = await control.gjirafa.create_stream("church pull", fields, "s12")

    read = await control.gjirafa.stream(made.key.id)

    assert await control.gjirafa.ingest(made.key.id) == []
    assert read.fields == {"Title": "church pull", "Type": 1, "LatencyType": 1, "InputType": "RtmpPull"}
    assert "canary" not in repr(read)


async def test_a_channel_is_found_by_its_exact_name_on_any_page(control: Control) -> None:
    control.cloud.habits.most = 5
    for number in range(12):
        await control.channel(f"church {number}")

    assert len(await control.gjirafa.list_streams()) == 12
    assert [found.name for found in await control.gjirafa.find_streams("church 1", "s12", SHOWTIME)] == ["church 1"]


async def test_a_channel_is_renamed_and_deleted_and_deleted_again(control: Control) -> None:
    channel = await control.channel()

    assert (await control.gjirafa.update_stream(channel, {"Title": "church side"})).name == "church side"
    assert (await control.gjirafa.update_stream(channel, {})).name == "church side"
    await control.gjirafa.delete_stream(channel)
    await control.gjirafa.delete_stream(channel)

    assert (await control.gjirafa.look(channel)).gone
    assert control.cloud.ledger.kinds(channel) == ["stream created", "stream renamed", "stream deleted"]


@pytest.mark.parametrize("fields", [{"Colour": "red"}, {"Type": "one"}, {"Title": "church"}, {"streamKey": "mine"}])
async def test_what_a_channel_cannot_hold_is_refused_before_anything_is_sent(control: Control, fields: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=next(iter(fields))):
        await control.gjirafa.create_stream("church main", fields, "s12")

    assert control.cloud.calls == []


# -- live videos
async def test_a_live_video_has_dvr_unless_it_is_refused(control: Control) -> None:
    channel = await control.channel()

    usual = await control.gjirafa.create_page("Sunday Service", channel, {"rewindDuration": "7200", "author": "Ana"})
    without = await control.gjirafa.create_page("Evensong", channel, {"dvrEnabled": False})

    assert (usual.state, usual.streams, usual.fields["dvrEnabled"]) == ("pending", (channel,), True)
    assert without.fields["dvrEnabled"] is False
    read = await control.gjirafa.page(usual.id)
    assert (read.fields["rewindDuration"], read.fields["author"]) == (7200, "Ana")
    assert read.viewer_link.startswith("https://")


async def test_a_live_video_is_found_by_title_and_channel(control: Control) -> None:
    here, there = await control.channel("here"), await control.channel("there")
    control.cloud.habits.most = 2
    wanted = await control.gjirafa.create_page("Sunday Service", here, {})
    await control.gjirafa.create_page("Sunday Service", there, {})
    await control.gjirafa.create_page("Sunday Service, late", here, {})

    assert [page.id for page in await control.gjirafa.find_pages("Sunday Service", here)] == [wanted.id]


async def test_a_change_of_one_field_leaves_the_others_as_they_were(control: Control) -> None:
    channel = await control.channel()
    given = {
        "description": "Service",
        "author": "Ana",
        "publishDate": "2026-03-01T11:00+01:00",
        "publishEndDate": "2026-03-08T10:00",
    }
    page = (await control.gjirafa.create_page("Sunday Service", channel, given)).id

    changed = await control.gjirafa.update_page(page, {"description": "Late service", "publishEndDate": ""})

    assert changed.name == "Sunday Service"
    assert changed.fields == {
        "title": "Sunday Service",
        "description": "Late service",
        "author": "Ana",
        "publishDate": "2026-03-01T10:00:00Z",
        "dvrEnabled": True,
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"dvrEnabled": True}, "no field 'dvrEnabled'"),
        ({"publishDate": "tomorrow"}, "is not a date and time"),
        ({"publishDate": "0001-01-01T00:00+14:00"}, "is not a date and time"),
        ({"title": " "}, "cannot be empty"),
    ],
)
async def test_what_a_live_video_cannot_take_is_refused_before_anything_is_sent(
    control: Control, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        await control.gjirafa.update_page("vx1q", fields)

    assert control.cloud.calls == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rewindDuration": "0"}, "at least 1"),
        ({"rewindTypeId": []}, "not a number"),
        ({"dvrEnabled": "maybe"}, "neither yes nor no"),
    ],
)
async def test_what_a_live_video_cannot_be_made_with_is_refused(control: Control, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        await control.gjirafa.create_page("Sunday Service", "cx1q", fields)


async def test_a_show_goes_live_once_there_is_signal_and_its_end_is_kept(control: Control) -> None:
    channel = await control.channel()
    page = (await control.gjirafa.create_page("Sunday Service", channel, {})).id
    early = await control.refused(page, "live")
    control.cloud.connect_encoder(channel)
    await control.later(10)

    await control.gjirafa.set_page(page, "live")
    await control.later(10)
    on = await control.look(channel, page)
    await control.gjirafa.set_page(page, "live")
    await control.later(600)
    video = await control.gjirafa.save_page(page, "Sunday Service 1/1", SHOWTIME, control.clock.now())
    await control.later(120)
    off = await control.look(channel, page)

    assert not early.permanent
    assert "Connect the encoder" in early.sentence
    assert (on.signal, on.page_state, off.page_state) == (True, "live", "finished")
    (kept,) = control.cloud.kept
    assert video is not None
    assert (video.id, video.name, video.stream, video.status) == (kept.id, "Sunday Service 1/1", channel, "pending")
    assert (kept.title, kept.start, kept.ready) == ("Sunday Service 1/1", SHOWTIME + timedelta(seconds=12), True)
    assert control.cloud.ledger.kinds(page) == ["page created", "page live", "saved", "page finished"]


async def test_only_what_is_wanted_and_was_live_is_kept(control: Control) -> None:
    _, page = await control.on_air()
    await control.later(600)
    start, end = SHOWTIME - timedelta(hours=1), SHOWTIME + timedelta(seconds=300)

    await control.gjirafa.save_page(page, "", start, end)

    (kept,) = control.cloud.kept
    began = control.cloud.live_video(page).began
    assert began is not None
    assert timedelta(0) < kept.start - began < timedelta(milliseconds=2)
    assert kept.end == end


async def test_an_end_whose_answer_was_lost_is_not_sent_again(control: Control) -> None:
    _, page = await control.on_air()
    await control.later(60)
    control.cloud.faults.add(Fault("*/stop-and-cut", cut="after"))

    with pytest.raises(ProviderError) as lost:
        await control.gjirafa.save_page(page, "", SHOWTIME, control.clock.now())
    with pytest.raises(ProviderError) as too_soon:
        await control.gjirafa.save_page(page, "", SHOWTIME, control.clock.now())
    await control.later(5)

    assert lost.value.ambiguous
    assert not too_soon.value.permanent
    assert await control.gjirafa.save_page(page, "", SHOWTIME, control.clock.now()) is None
    assert len(control.cloud.kept) == 1


async def test_nothing_is_thrown_away_where_it_should_be_kept(control: Control) -> None:
    _, page = await control.on_air(dvrEnabled=False)

    with pytest.raises(ProviderError, match="its DVR is off") as refused:
        await control.gjirafa.save_page(page, "", SHOWTIME, control.clock.now())

    assert refused.value.permanent
    assert control.cloud.live_video(page).on_air
    assert control.cloud.ledger.of("discarded") == []


async def test_a_plain_finish_keeps_nothing_and_cannot_be_taken_back(control: Control) -> None:
    channel, page = await control.on_air()

    await control.gjirafa.set_page(page, "finished")
    await control.later(5)
    await control.gjirafa.set_page(page, "finished")

    assert (await control.look(channel, page)).page_state == "finished"
    assert control.cloud.ledger.kinds(page) == ["page created", "page live", "discarded", "page finished"]
    again = await control.refused(page, "live")
    assert again.permanent
    assert "it is over. Make a new one." in again.sentence


async def test_what_was_never_live_cannot_be_finished(control: Control) -> None:
    _, page = await control.ready()

    refused = await control.refused(page, "finished")

    assert "nothing to stop" in refused.sentence
    assert control.cloud.ledger.of("discarded") == []


@pytest.mark.parametrize("state", ["paused", "pending"])
async def test_a_state_that_a_live_video_does_not_have_is_refused_at_once(control: Control, state: str) -> None:
    with pytest.raises(Unsupported, match="Gjirafa cannot"):
        await control.gjirafa.set_page("vx1q", state)

    assert control.cloud.calls == []


async def test_a_lost_encoder_is_seen_while_the_live_video_stays_live(control: Control) -> None:
    channel, page = await control.on_air()
    control.cloud.drop_signal(channel)
    await control.later(15)
    lost = await control.look(channel, page)
    control.cloud.connect_encoder(channel)
    await control.later(15)
    back = await control.look(channel, page)

    assert (lost.signal, lost.page_state) == (False, "live")
    assert (back.signal, back.page_state) == (True, "live")


async def test_while_its_video_is_encoded_a_live_video_is_over(control: Control) -> None:
    control.cloud.habits.processing = True
    channel, page = await control.on_air()

    await control.gjirafa.save_page(page, "", SHOWTIME, control.clock.now())
    await control.later(5)

    assert control.cloud.live_video(page).status == "Processing"
    assert (await control.look(channel, page)).page_state == PageState.FINISHED


async def test_one_channel_shows_one_live_video_at_a_time(control: Control) -> None:
    channel, page = await control.on_air()
    second = await control.gjirafa.create_page("Evensong", channel, {})

    assert "nothing else is live on it" in (await control.refused(second.id, "live")).sentence
    await control.gjirafa.save_page(page, "", SHOWTIME, control.clock.now())
    await control.later(5)
    await control.gjirafa.set_page(second.id, "live")


async def test_a_live_video_that_somebody_deleted_is_gone_and_its_channel_is_seen_all_the_same(control: Control) -> None:
    channel, page = await control.ready()
    control.cloud.delete_live_video(page)

    look = await control.look(channel, page)

    assert (look.signal, look.page_state, look.gone) == (True, "gone", False)


async def test_a_live_video_that_cannot_be_read_says_nothing_of_itself(control: Control) -> None:
    channel, page = await control.ready()
    control.cloud.faults.add(Fault(f"*/live-videos/{page}", status=503))

    look = await control.look(channel, page)

    assert (look.signal, look.page, look.page_state) == (True, page, None)


# -- restreams
async def added(control: Control, page: str, title: str = "YouTube") -> str:
    return (await control.gjirafa.add_restream(page, title, TARGET, TARGET_KEY, {}, "s12")).id


async def test_a_target_is_added_off_and_toggled_only_where_that_changes_something(control: Control) -> None:
    _, page = await control.on_air()
    target = await added(control, page)

    for wanted in (False, True, True, False):
        assert (await control.gjirafa.switch_restream(page, target, wanted)).active is wanted

    assert control.cloud.ledger.kinds(int(target)) == ["restream created", "restream enabled", "restream disabled"]
    assert len([call for call in control.cloud.calls if call.path.endswith("/toggle")]) == 2


async def test_two_who_want_the_same_at_once_do_not_undo_each_other(control: Control) -> None:
    _, page = await control.on_air()
    target = await added(control, page)

    both = await asyncio.gather(*(control.gjirafa.switch_restream(page, target, True) for _ in range(2)))

    assert [each.active for each in both] == [True, True]
    assert control.cloud.restreams[0].active


async def test_a_toggle_whose_answer_was_lost_is_ambiguous_and_then_read(control: Control) -> None:
    _, page = await control.on_air()
    target = await added(control, page)
    control.cloud.faults.add(Fault("*/toggle", cut="after"))

    with pytest.raises(ProviderError) as lost:
        await control.gjirafa.switch_restream(page, target, True)

    assert lost.value.ambiguous
    assert (await control.gjirafa.switch_restream(page, target, True)).active
    assert control.cloud.restreams[0].active


async def test_a_target_that_was_removed_is_missing(control: Control) -> None:
    _, page = await control.on_air()
    target = await added(control, page)
    await control.gjirafa.remove_restream(page, target)
    await control.gjirafa.remove_restream(page, target)

    with pytest.raises(ProviderError, match="no restream") as missing:
        await control.gjirafa.switch_restream(page, target, True)
    assert (missing.value.status, missing.value.permanent) == (404, True)


async def test_the_list_may_be_one_object_or_nothing(control: Control, project: GjirafaCloud) -> None:
    project.habits.restreams_as = "object"
    _, page = await control.on_air()

    assert await control.gjirafa.list_restreams(page) == []
    target = await added(control, page)
    (listed,) = await control.gjirafa.list_restreams(page)

    assert (listed.id, listed.host, listed.active) == (target, "live.example.org", False)


async def test_a_target_of_another_key_is_another_target(control: Control, gjirafa: Gjirafa) -> None:
    _, page = await control.on_air()
    target = await added(control, page)

    assert [each.id for each in await gjirafa.find_restreams(page, "YouTube", TARGET, TARGET_KEY, "s12")] == [target]
    assert await gjirafa.find_restreams(page, "YouTube", TARGET, SecretStr("other"), "s12") == []
    with pytest.raises(UserError, match="'colour'"):
        await gjirafa.add_restream(page, "YouTube", TARGET, TARGET_KEY, {"colour": "red"}, "s12")
