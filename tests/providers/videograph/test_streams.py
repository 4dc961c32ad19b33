"""Livestreams as a show calls them, against the simulated Videograph."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import ProviderError, Unsupported, UserError
from bot.providers.videograph import Videograph
from bot.providers.videograph.words import BEING_DELETED
from bot.sandbox.faults import Fault
from bot.sandbox.videograph import VideographCloud
from tests.providers.conftest import SHOWTIME
from tests.providers.videograph.conftest import Control, VideographAt

ALL_FIELDS: dict[str, Any] = {
    "description": "Every Sunday",
    "region": "ap-south-1",
    "record": True,
    "dvrDurationInMins": "30",
    "tags": ["church", "live"],
    "metadata": {"room": "nave"},
    "playback_policy": ["public"],
    "recordings_playback_policy": ["public", "signed"],
}


async def test_the_account_answers(control: Control, videograph: Videograph) -> None:
    await control.on_air()
    await control.stream(record=False)

    assert await videograph.check() == "access token accepted, 1 of 1 recorded livestreams active"


async def test_every_documented_field_reaches_the_vendor_in_its_spelling(videograph: Videograph, cloud: VideographCloud) -> None:
    made = await videograph.create_stream("Church", ALL_FIELDS, "showcaller:op1")

    settings = cloud.stream(made.key.id).settings
    assert settings == {
        "title": "Church",
        **ALL_FIELDS,
        "dvrDurationInMins": 30,
        "metadata": [{"key": "room", "value": "nave"}, {"key": "showcaller", "value": "showcaller:op1"}],
    }


async def test_a_stream_is_recorded_and_in_the_accounts_region_unless_it_is_said_otherwise(
    videograph: Videograph, cloud: VideographCloud
) -> None:
    usual = await videograph.create_stream("Church", {"region": ""}, "showcaller:op1")
    plain = await videograph.create_stream("Rehearsal", {"record": False}, "showcaller:op2")

    assert (cloud.stream(usual.key.id).settings["region"], usual.fields["record"]) == ("us-west-1", True)
    assert (cloud.stream(plain.key.id).settings["record"], plain.fields["record"]) == (False, False)


async def test_a_stream_is_read_without_its_key_and_without_the_bots_own_metadata(
    control: Control, videograph: Videograph, cloud: VideographCloud
) -> None:
    stream = await control.stream(metadata={"room": "nave"})

    read = await videograph.stream(stream)

    assert (read.name, read.enabled, read.tag, read.created_at) == ("Church", None, "showcaller:op1", SHOWTIME)
    assert read.fields["metadata"] == {"room": "nave"}
    assert read.viewer_link == f"https://dashboard.videograph.ai/videos/embed?streamId={stream}"
    assert cloud.stream(stream).key not in repr(read)


async def test_where_the_encoder_pushes(control: Control, videograph: Videograph, cloud: VideographCloud) -> None:
    stream = await control.stream()
    assert [address.label for address in await videograph.ingest(stream)] == ["RTMP"]

    cloud.habits.rtmps, cloud.habits.address_in_details = True, "rtmpUrl"
    addresses = await videograph.ingest(stream)

    assert [address.label for address in addresses] == ["RTMP", "RTMPS"]
    assert cloud.stream(stream).key not in repr(addresses)
    for address in addresses:
        assert address.key is not None
        assert cloud.push_to(f"{address.url.get_secret_value()}/{address.key.get_secret_value()}")
        cloud.drop_signal(stream)


async def test_the_encoder_is_seen_and_its_recording_with_it(
    control: Control, videograph: Videograph, cloud: VideographCloud
) -> None:
    stream = await control.stream()
    before = await videograph.look(stream)
    assert (before.signal, before.recording, before.enabled, before.trouble) == (False, False, None, "")

    assert cloud.connect_encoder(stream)
    await control.later(3)
    live = await videograph.look(stream, verifying=True)
    assert (live.signal, live.recording, live.name) == (True, True, "Church")

    cloud.drop_signal(stream)
    await control.later(5)
    assert (await videograph.look(stream)).signal is False


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("record", [False, True])
async def test_a_bot_that_starts_anew_knows_whether_a_stream_is_recorded(
    control: Control, cloud: VideographCloud, videograph_at: VideographAt, record: bool, tells: bool
) -> None:
    cloud.habits.tells_record = tells
    stream = await control.on_air(record=record)

    look = await videograph_at(cloud.base_url).look(stream)

    assert (look.signal, look.recording) == (True, record)


async def test_a_look_does_not_fail_with_the_lists(control: Control, cloud: VideographCloud, videograph_at: VideographAt) -> None:
    stream = await control.on_air()
    cloud.faults.add(Fault("*/livestreams", status=503))

    look = await videograph_at(cloud.base_url).look(stream)

    assert (look.signal, look.recording) == (True, None)


async def test_the_list_has_recorded_and_plain_streams(control: Control, videograph: Videograph, cloud: VideographCloud) -> None:
    live, plain = await control.on_air(), await control.stream("Rehearsal", record=False)

    listed = {info.key.id: info for info in await videograph.list_streams()}

    assert listed.keys() == {live, plain}
    assert (listed[live].look.signal, listed[live].look.recording, listed[live].created_at) == (True, True, SHOWTIME)
    assert (listed[plain].name, listed[plain].fields["record"]) == ("Rehearsal", False)


async def test_a_stream_is_found_by_its_tag(control: Control, videograph: Videograph, cloud: VideographCloud) -> None:
    await control.stream("Church", "showcaller:old")
    await control.later(3600)
    wanted = await control.stream("Church", "showcaller:op2", record=False)
    since = control.clock.now()
    await control.stream("Church", "showcaller:op3")
    calls = len(cloud.calls)

    found = await videograph.find_streams("Church", "showcaller:op2", since)

    assert [info.key.id for info in found] == [wanted]
    assert found[0].tag == "showcaller:op2"
    assert len(cloud.calls) - calls == 4, "two lists, and only the two streams made since then"
    assert await videograph.find_streams("Church", "showcaller", since) == []


async def test_a_stream_that_disappears_while_it_is_looked_for_is_not_found(control: Control, cloud: VideographCloud) -> None:
    stream = await control.stream()
    cloud.refuse_next(f"*/livestreams/{stream}", status=404, text="Livestream not found")

    assert await control.videograph.find_streams("Church", "showcaller:op1", SHOWTIME) == []


@pytest.mark.parametrize("replaces", [False, True])
async def test_a_change_keeps_the_tag_the_title_and_what_else_is_known(
    control: Control, videograph: Videograph, cloud: VideographCloud, replaces: bool
) -> None:
    cloud.habits.put_replaces = replaces
    stream = await control.stream(description="Every Sunday", metadata={"room": "nave"})

    changed = await videograph.update_stream(stream, {"metadata": {"room": "chapel"}, "tags": "church, live", "description": None})

    assert (changed.name, changed.tag, changed.fields["metadata"]) == ("Church", "showcaller:op1", {"room": "chapel"})
    settings = cloud.stream(stream).settings
    assert (settings["tags"], settings["description"]) == (["church", "live"], "Every Sunday")

    renamed = await videograph.update_stream(stream, {"title": "Chapel"})
    assert (renamed.name, renamed.tag, renamed.fields["metadata"]) == ("Chapel", "showcaller:op1", {"room": "chapel"})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"record": False}, "has no field 'record' to set here"),
        ({"region": "us-east-1"}, "has no field 'region'"),
        ({"streamKey": "1"}, "has no field 'streamKey'"),
        ({"dvrDurationInMins": "long"}, "'long' is not a number"),
        ({"dvrDurationInMins": -1}, "-1 is too small"),
        ({"tags": 5}, "is no list of words"),
        ({"metadata": "a"}, "are no pairs"),
        ({"metadata": {"showcaller": "x"}}, "are the bot's own"),
        ({"metadata": {"showcaller_stream": "x"}}, "are the bot's own"),
    ],
)
async def test_what_cannot_be_changed_is_refused_before_anything_is_sent(
    control: Control, cloud: VideographCloud, fields: dict[str, Any], words: str
) -> None:
    stream = await control.stream()
    calls = len(cloud.calls)

    with pytest.raises(UserError, match=words):
        await control.videograph.update_stream(stream, fields)
    assert len(cloud.calls) == calls


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"playback_policy": ["secret"]}, "there is no 'secret'"),
        ({"record": "perhaps"}, "neither yes nor no"),
        ({"title": "x"}, "title"),
    ],
)
async def test_what_cannot_be_created_is_refused_too(
    videograph: Videograph, cloud: VideographCloud, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        await videograph.create_stream("Church", fields, "showcaller:op1")
    assert cloud.calls == []


async def test_a_deleted_stream_is_deleting_and_then_gone(control: Control, videograph: Videograph) -> None:
    stream = await control.on_air()

    await videograph.delete_stream(stream)
    deleting = await videograph.look(stream)
    window = await videograph.clip_window(stream)
    await control.later(10)
    gone = await videograph.look(stream)
    await videograph.delete_stream(stream)

    assert (deleting.gone, deleting.signal, deleting.recording, deleting.trouble) == (False, None, None, BEING_DELETED)
    assert "being deleted" in window.why_not
    assert gone.gone
    with pytest.raises(ProviderError, match=r"Videograph has no livestream .* It may have been deleted there"):
        await videograph.stream(stream)


async def test_what_videograph_cannot_is_said_with_what_can_be_done_instead(control: Control, videograph: Videograph) -> None:
    with pytest.raises(Unsupported, match="cannot turn a stream on and off: a livestream always takes its encoder"):
        await videograph.set_enabled("x", True)
    with pytest.raises(Unsupported, match="cannot make a new push key: make another stream"):
        await videograph.rotate_key("x")
    with pytest.raises(Unsupported, match="cannot rename a video: give a clip its title"):
        await videograph.rename_video("x", "y")


@pytest.mark.parametrize("odd", ["../contents", "a/b", "a?record=true", "ü#x", "a b"])
async def test_an_id_that_somebody_typed_reaches_no_other_path(videograph: Videograph, cloud: VideographCloud, odd: str) -> None:
    assert (await videograph.look(odd)).gone
    assert [call.path for call in cloud.calls] == [f"/video/services/api/v1/livestreams/{odd}"]


@pytest.mark.parametrize("odd", ["", ".", "..", "x" * 500])
async def test_what_cannot_be_an_id_is_not_asked_for(videograph: Videograph, cloud: VideographCloud, odd: str) -> None:
    with pytest.raises(ProviderError, match="nothing with the id") as caught:
        await videograph.stream(odd)
    assert caught.value.status == 404
    assert cloud.calls == []
