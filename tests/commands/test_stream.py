"""`/live stream`: made by form or in a line, listed, changed, switched and deleted, and nothing of it by surprise."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import commands
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from tests.commands.control_room import (
    FIRST_STREAM,
    a_stream,
    choose,
    database,
    form,
    form_text,
    last_answer,
    last_words,
    on_air,
    private_messages,
)
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio, operated_by_ana


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio in which Ana is an operator: keys, disabling and deletion of what no show used are for operators."""
    async with operated_by_ana(Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE)) as playing:
        yield playing


# -- create
async def test_a_stream_is_created_inactive_with_every_field_typed_in_the_form(studio: Studio) -> None:
    await studio.type("/live stream create")
    await studio.submit(
        name="Chapel",
        transcoding_region="ix1",
        pull="true",
        uri="rtmp://camera.example/live/secret-camera",
        auto_record="true",
        record_type="transcoded",
        dvr_enabled="yes",
        dvr_duration="600",
        projection="vr180",
        srt_passphrase="hush-hush-hush",
        quality_set_id="7",
        cdn_id="8",
        client_user_id="9",
        html_overlay="no",
        hls_mpegts_endlist_tag="false",
        webrtc="false",
    )
    made = studio.cloud.stream(FIRST_STREAM)
    assert (made.name, made.active, made.transcoding_region) == ("Chapel", False, "ix1")
    assert (made.pull, made.uri) == (True, "rtmp://camera.example/live/secret-camera")
    assert (made.auto_record, made.record_type) == (True, "transcoded")
    assert (made.dvr_enabled, made.dvr_duration, made.projection) == (True, 600, "vr180")
    assert (made.quality_set_id, made.cdn_id, made.client_user_id) == (7, 8, 9)
    assert (made.html_overlay, made.hls_mpegts_endlist_tag, made.webrtc) == (False, False, False)
    assert "is stream 201693. It is not enabled" in private_messages(studio)[-1]


async def test_what_cannot_be_is_said_beside_its_input_and_the_form_stays_open(studio: Studio) -> None:
    await studio.type("/live stream create")
    delivery = await studio.slack.submit(studio.ana, form(studio), {"name": "Chapel", "dvr_duration": "5"})
    assert delivery.ack_payload == {"response_action": "errors", "errors": {"dvr_duration": "From 30 to 14400."}}
    assert studio.cloud.ledger.of("stream created") == []


async def test_a_stream_is_created_by_one_line_and_its_step_is_ticked_off_in_the_answer(studio: Studio) -> None:
    answer = await studio.type("/live stream create Church Main region=ix1 dvr_enabled=yes dvr_duration=7200")
    made = studio.cloud.stream(FIRST_STREAM)
    assert (made.name, made.active, made.transcoding_region) == ("Church Main", False, "ix1")
    assert (made.dvr_enabled, made.dvr_duration) == (True, 7200)
    assert "Create the stream “Church Main”" in answer
    assert "Done" in answer


async def test_an_unknown_setting_is_answered_with_those_that_are_close(studio: Studio) -> None:
    answer = await studio.type("/live stream create Church Main projecton=vr180")
    assert "Did you mean projection?" in answer
    assert studio.cloud.ledger.of("stream created") == []


async def test_a_secret_in_a_typed_line_is_refused_and_not_repeated(studio: Studio) -> None:
    answer = await studio.type("/live stream create Chapel srt_passphrase=hush-hush-hush")
    assert "is a secret" in answer
    assert "hush" not in answer
    assert studio.cloud.ledger.of("stream created") == []
    await studio.press("stream-form", message=last_answer(studio))
    assert form(studio).title == "New stream"


async def test_a_secret_typed_into_the_form_is_sent_and_kept_nowhere(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    await studio.type("/live stream create")
    await studio.submit(name="Chapel", srt_passphrase="hush-hush-hush")
    assert studio.cloud.stream(FIRST_STREAM).srt_passphrase == "hush-hush-hush"
    assert b"hush-hush-hush" not in database(studio)
    assert "hush-hush-hush" not in studio.everything + caplog.text


async def test_a_refusal_is_told_in_the_answer_and_nothing_was_made(studio: Studio) -> None:
    studio.cloud.refuse_next("/streaming/streams", method="POST", status=422, text="no such quality set")
    answer = await studio.type("/live stream create Chapel")
    assert "Failed" in answer
    assert "no such quality set" in answer
    assert studio.cloud.ledger.of("stream created") == []


async def test_an_answer_that_was_lost_on_its_way_makes_no_second_stream(studio: Studio) -> None:
    studio.cloud.faults.add(Fault("/streaming/streams", "POST", cut="after"))
    answer = await studio.type("/live stream create Chapel")
    assert "“Chapel” is stream 201693" in answer
    assert len(studio.cloud.ledger.of("stream created")) == 1


async def test_a_secret_that_a_restart_has_lost_is_asked_for_again(studio: Studio) -> None:
    studio.cloud.faults.add(Fault("/streaming/streams*", "PATCH", times=None, cut="before"))
    await a_stream(studio, "Chapel")
    await studio.type("/live stream edit chapel")
    await studio.slack.submit(studio.ana, form(studio), {"srt_passphrase": "hush-hush-hush"})
    await studio.slack.wait_for(lambda _: "Change the stream's settings" in "".join(private_messages(studio)))
    await studio.rehearsal.stop_bot()
    studio.cloud.faults.clear()
    await studio.rehearsal.start_bot()
    await studio.settle()
    assert "Fill in the form again" in private_messages(studio)[-1]
    assert studio.cloud.stream(FIRST_STREAM).srt_passphrase is None


# -- list
async def test_the_list_begins_with_what_was_left_on(studio: Studio) -> None:
    await a_stream(studio, "Chapel")
    main = await a_stream(studio, "Church Main")
    await studio.type("/live stream enable church-main")
    answer = await studio.type("/live stream")
    assert "1 of 2 enabled, looked 09:00:00" in answer
    assert answer.index("Left on, without an open show") < answer.index("Church Main") < answer.index("Chapel")
    await studio.press("stream-off:0", message=last_answer(studio))
    await studio.submit()
    assert studio.cloud.stream(main).active is False


async def test_a_stream_of_an_open_show_was_not_left_on(studio: Studio) -> None:
    await studio.plan("Sunday Service 09:20-09:30")
    await studio.passes(30, step=10)
    answer = await studio.type("/live stream list")
    assert "Left on" not in answer
    assert "Sunday Service (s1) open" in answer


# -- naming
async def test_a_part_of_the_name_is_enough_and_several_that_fit_are_offered(studio: Studio) -> None:
    await a_stream(studio, "Church Main")
    spare = await a_stream(studio, "Church Spare")
    assert "fits several streams" in await studio.type("/live stream enable church")
    await studio.type("/live stream enable spare")
    assert studio.cloud.stream(spare).active is True
    assert "There is no stream “chapel”" in await studio.type("/live stream enable chapel")


async def test_without_a_name_the_stream_is_picked_from_a_list_that_looks_things_up(studio: Studio) -> None:
    main = await a_stream(studio, "Church Main")
    await studio.type("/live stream enable")
    found = await studio.slack.options(studio.ana, form(studio), "stream", "church")
    assert [option["text"]["text"] for option in found.options] == [f"Church Main · off · {main}"]
    assert [option["value"] for option in found.options] == [f"gcore:{main}"]
    await studio.submit(stream=f"gcore:{main}")
    assert studio.cloud.stream(main).active is True


async def test_where_a_form_is_open_the_choice_is_offered_beside_it(studio: Studio) -> None:
    spare = await a_stream(studio, "Church Spare")
    await a_stream(studio, "Church Main")
    await studio.type("/live stream delete church")
    assert "fits several streams" in form_text(studio)
    await studio.press("answer:1", message=last_answer(studio))
    assert "Church Spare" in form_text(studio)
    await studio.submit()
    assert [effect.id for effect in studio.cloud.ledger.of("stream deleted")] == [spare]


async def test_a_mention_in_a_thread_gets_a_button_where_a_command_gets_a_form(studio: Studio) -> None:
    await studio.plan("Sunday Service 10:00-10:20")
    main = await a_stream(studio)
    await studio.slack.mention(studio.ana, studio.channel, "stream delete church-main", thread_ts=studio.card.ts)
    await studio.settle()
    assert "cannot be undone" in last_words(studio)
    await studio.press("stream-delete", message=last_answer(studio))
    await studio.submit()
    assert [effect.id for effect in studio.cloud.ledger.of("stream deleted")] == [main]


# -- edit
async def test_the_form_of_a_stream_shows_what_is_set_and_sends_only_what_was_changed(studio: Studio) -> None:
    main = await a_stream(studio, "Church Main", "region=ix1 dvr_enabled=yes")
    await studio.type("/live stream edit church-main")
    assert "ix1" in str(form(studio).blocks)
    await studio.submit(dvr_duration="1800")
    changed = studio.cloud.stream(main)
    assert (changed.dvr_duration, changed.transcoding_region, changed.dvr_enabled) == (1800, "ix1", True)
    assert not any("push addresses" in message for message in private_messages(studio))


async def test_a_secret_never_comes_back_into_the_form(studio: Studio) -> None:
    await studio.type("/live stream create")
    await studio.submit(name="Chapel", srt_passphrase="hush-hush-hush")
    await studio.type("/live stream edit chapel")
    assert "hush" not in str(form(studio).body)


async def test_another_region_warns_of_other_push_addresses_and_offers_them_without_printing_them(studio: Studio) -> None:
    main = await a_stream(studio, "Church Main", "region=ix1")
    answer = await studio.type("/live stream edit church-main region=dt1")
    assert studio.cloud.stream(main).transcoding_region == "dt1"
    assert "push addresses may be others now" in answer
    assert studio.cloud.stream(main).token not in answer
    await studio.press("ingest", message=last_answer(studio))
    assert "rtmp://vp-push-dt1.gvideo.co/in/" in form_text(studio)


async def test_a_form_in_which_nothing_was_changed_changes_nothing(studio: Studio) -> None:
    await a_stream(studio, "Church Main", "region=ix1")
    await studio.type("/live stream edit church-main")
    before = len(studio.cloud.calls)
    await studio.submit()
    assert "Nothing differs" in last_words(studio)
    assert len(studio.cloud.calls) == before


# -- enable, disable, delete
async def test_enabling_what_is_enabled_is_answered_with_since_when(studio: Studio) -> None:
    await a_stream(studio)
    await studio.type("/live stream enable church-main")
    assert "is enabled already" in await studio.type("/live stream enable church-main")
    assert len(studio.cloud.ledger.of("enabled")) == 1


async def test_disabling_asks_first_with_facts_and_their_times(studio: Studio) -> None:
    main = await a_stream(studio)
    await studio.type("/live stream enable church-main")
    studio.cloud.connect_encoder(main)
    await studio.passes(10)
    await studio.type("/live stream disable church-main")
    text = form_text(studio)
    assert "Looked 09:00:10" in text
    assert "Signal: *there* since 09:00:0" in text
    assert "No show is on it." in text
    assert studio.cloud.stream(main).active is True
    await studio.submit()
    await studio.passes(10)
    assert studio.cloud.stream(main).active is False
    assert "Confirmed stopped" in private_messages(studio)[-1]


async def test_deleting_warns_of_what_is_destroyed_and_what_stays(studio: Studio) -> None:
    main = await a_stream(studio)
    await studio.type("/live stream delete church-main")
    text = form_text(studio)
    assert "push addresses, player links and statistics are destroyed" in text
    assert "recordings stay" in text
    await studio.submit()
    assert [effect.id for effect in studio.cloud.ledger.of("stream deleted")] == [main]
    assert "There is no stream" in await studio.type("/live stream")


async def test_the_ingest_of_a_show_on_air_is_not_moved(studio: Studio) -> None:
    show = await on_air(studio)
    assert "finish it first" in await studio.type(f"/live stream edit {show.stream} region=dt1")
    assert studio.cloud.stream(int(show.stream)).transcoding_region is None
    await studio.type(f'/live stream edit {show.stream} name="Church Main"')
    assert studio.cloud.stream(int(show.stream)).name == "Church Main"
    assert (await studio.show()).stream_name == "Church Main"


async def test_the_crew_hears_that_the_stream_of_its_show_was_deleted(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    await studio.type(f"/live stream delete {show.stream}")
    assert "Sunday Service is planned" in form_text(studio)
    await studio.submit()
    assert any("deleted the stream of *Sunday Service* (s1)" in post for post in studio.posts)


async def test_a_stream_with_a_show_on_air_is_neither_disabled_nor_deleted(studio: Studio) -> None:
    show = await on_air(studio)
    for verb in ("disable", "delete"):
        await studio.type(f"/live stream {verb} {show.stream}")
        assert "finish it first with /live finish s1" in form_text(studio)
    assert studio.cloud.stream(int(show.stream)).active is True


async def test_the_card_turns_its_stream_off_after_asking(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 09:20-09:30")
    await studio.passes(30, step=10)
    assert studio.cloud.stream(int(show.stream)).active is True
    await choose(studio, "stream-off")
    assert "Sunday Service" in form_text(studio)
    await studio.submit()
    assert studio.cloud.stream(int(show.stream)).active is False


# -- who may
async def test_a_stream_with_a_show_belongs_to_its_crew(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    eve = studio.slack.add_user("eve")
    lobby = studio.slack.add_channel("lobby", members=[eve])
    for verb in ("enable", "disable", "delete", "key"):
        await studio.rehearsal.command(eve, lobby, f"/live stream {verb} {show.stream}")
        said = form_text(studio, eve) if verb != "enable" else last_words(studio, eve)
        assert "Join #studio, or ask an operator" in said
    assert studio.cloud.ledger.of("enabled") == []
    assert "vp-push" not in studio.everything


async def test_a_name_longer_than_the_form_takes_is_not_sent_back_cut(studio: Studio) -> None:
    main = await a_stream(studio, "Church Main")
    long = "Church " * 600
    headers = {"Authorization": f"APIKey {studio.cloud.token}"}
    async with httpx.AsyncClient(base_url=studio.cloud.base_url, headers=headers) as portal:
        (await portal.patch(f"/streaming/streams/{main}", json={"name": long})).raise_for_status()
    await studio.type(f"/live stream edit {main}")
    assert not [call for call in studio.slack.calls if call.error]
    await studio.submit(dvr_duration="1800")
    changed = studio.cloud.stream(main)
    assert (changed.name, changed.dvr_duration) == (long, 1800)


@pytest.mark.parametrize("named", ["s1", "S1", "sunday"])
async def test_a_stream_can_be_named_by_its_show(studio: Studio, named: str) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    await studio.type(f"/live stream edit {named} name=Nave")
    await studio.settle()
    assert studio.cloud.stream(int(show.stream)).name == "Nave"


async def test_a_handle_without_a_show_is_no_stream(studio: Studio) -> None:
    await studio.plan("Sunday Service 10:00-10:20")
    assert "There is no stream “s7”" in await studio.type("/live stream edit s7 name=Nave")
