"""The nineteen steps of a stream's life at Gcore, one story each, as its tutorial tells them."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_1_a_stream_is_created_inactive_with_any_documented_field(gallery: Gallery) -> None:
    await gallery.type("/live stream create")
    await gallery.submit(name="Church Main", transcoding_region="ix1", dvr_enabled="true", projection="vr180")
    assert gallery.deeds == ["stream created"]
    stream = gallery.cloud.stream(201693)
    assert (stream.active, stream.name, stream.dvr_enabled, stream.projection) == (False, "Church Main", True, "vr180")
    assert "Creating the stream" in gallery.everything


async def test_1_a_show_creates_its_stream_inactive(gallery: Gallery) -> None:
    await gallery.planned()
    assert gallery.deeds == ["stream created", "broadcast created"]
    assert not gallery.cloud.stream(gallery.stream).active


async def test_2_a_broadcast_is_created_pending_and_bound_to_the_stream(gallery: Gallery) -> None:
    show = await gallery.planned(pending_message="We start at ten.", share_url="https://example.org/live")
    page = await gallery.rehearsal.bot.providers["gcore"].page(show.page)
    assert page.state == "pending"
    assert page.fields["pending_message"] == "We start at ten."
    assert page.fields["share_url"] == "https://example.org/live"
    await gallery.at("9:31", step=300)
    assert "Viewers see: the pending page: “We start at ten.”" in gallery.card_text


async def test_2_a_show_without_a_broadcast_gets_one_from_its_command(gallery: Gallery) -> None:
    await gallery.planned("Sunday Service 10:00-10:20 no page")
    await gallery.type("/live broadcast create")
    await gallery.submit()
    assert gallery.deeds == ["stream created", "broadcast created"]
    assert gallery.said("✅ Create the broadcast") or gallery.said(":white_check_mark: Create the broadcast, pending") == 1


async def test_3_the_stream_is_enabled_half_an_hour_ahead_by_itself(gallery: Gallery) -> None:
    await gallery.opened()
    assert gallery.times("enabled") == ["09:30:00"]
    assert "WAITING FOR ENCODER" in gallery.state
    assert gallery.said("The stream is enabled at Gcore") == 1
    assert gallery.said(":white_check_mark: Enable the stream 09:30:00") == 1


async def test_3_the_stream_is_enabled_early_by_the_card(gallery: Gallery) -> None:
    await gallery.planned()
    await gallery.press("open")
    assert gallery.times("enabled") == ["08:50:00"]
    assert "WAITING FOR ENCODER" in gallery.state
    await gallery.at("9:31", step=60)
    assert gallery.count("enabled") == 1


async def test_4_a_webhook_that_the_stream_started_is_posted(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.passes(3)
    assert gallery.said("*Started*: the encoder's signal is there (told by webhook 09:30:12)") == 1
    await gallery.passes(60, step=10)
    assert gallery.said("*Started*") == 1
    assert "READY" in gallery.state


async def test_5_the_broadcast_goes_live_and_is_announced(gallery: Gallery) -> None:
    await gallery.on_air()
    assert gallery.times("broadcast live") == ["10:00:00"]
    assert gallery.posted("*ON AIR — Sunday Service* (s1)") == 1
    assert gallery.said(":white_check_mark: Broadcast to live 10:00:00") == 1
    assert "ON AIR since 10:00:00" in gallery.state


async def test_6_the_recording_is_started_a_minute_ahead_and_told_when_it_runs(gallery: Gallery) -> None:
    await gallery.on_air()
    assert "09:59:05" <= gallery.times("recording started")[0] <= "09:59:12"
    assert gallery.count("recording started") == 1
    assert gallery.said("*Recording started*") == 1
    assert "Recording: part 1 since 09:59:0" in gallery.card_text


async def test_6_the_recording_is_started_by_hand(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-10:20 no record")
    assert gallery.count("recording started") == 0
    await gallery.type("/live record start")
    await gallery.passes(10)
    assert gallery.count("recording started") == 1
    assert gallery.said("*Recording started*") == 1


async def test_7_stopping_the_recording_answers_with_its_video(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.passes(60, step=10)
    await gallery.press("recording")
    assert "recording" in gallery.form
    await gallery.submit()
    assert gallery.count("recording stopped") == 1
    assert gallery.said("Recording stopped by hand. It becomes video 4400123") == 1
    await gallery.passes(60, step=10)
    assert gallery.count("recording started") == 1


async def test_7_stopping_when_nothing_is_recorded_says_so(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-10:20 no record")
    await gallery.type("/live record stop")
    await gallery.submit()
    assert "is not recording" in gallery.told
    assert gallery.count("recording stopped") == 0


async def test_8_to_11_the_recording_stops_and_its_video_is_told_pending_viewable_ready_in_this_order(gallery: Gallery) -> None:
    await gallery.finished()
    assert gallery.said("*Recording stopped*") == 1
    assert gallery.said("is being processed") == 1
    await gallery.at("10:25:20", step=60)
    assert gallery.said("can be watched, other qualities follow (vod360n ready)") == 1
    await gallery.at("10:40", step=60)
    assert gallery.said("is ready (vod360n, vod480n, vod720n, vod1080n ready)") == 1
    assert gallery.in_order("*Recording stopped*", "is being processed", "can be watched", "is ready (")
    assert gallery.posted("*RECORDINGS READY — Sunday Service*") == 1


async def test_12_the_broadcast_is_finished_and_announced(gallery: Gallery) -> None:
    await gallery.finished()
    assert gallery.times("broadcast finished") == ["10:20:00"]
    assert gallery.posted("*OFF AIR — Sunday Service* (s1)") == 1
    assert gallery.said(":white_check_mark: Broadcast finished 10:20:00") == 1


async def test_13_stopped_is_said_only_when_the_provider_confirms_it(gallery: Gallery) -> None:
    gallery.cloud.habits.cut_off_delay = 8.0
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:15", step=1)
    assert gallery.times("disabled") == ["10:20:10"]
    assert gallery.said("*Stopped*") == 0
    assert "Gcore has not confirmed the stream off yet" in gallery.card_text
    await gallery.at("10:20:19", step=1)
    assert gallery.said("*Stopped*: Gcore confirms that the stream is off (10:20:18)") == 1


async def test_14_the_end_is_told_last(gallery: Gallery) -> None:
    await gallery.finished()
    assert gallery.said("*Ended* 10:20:12") == 1
    assert gallery.in_order("*Recording stopped*", "*Stopped*", "*Ended*")


async def test_15_the_broadcast_is_deleted_and_the_provider_answers_204(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.press("delete-page")
    assert "finished" in gallery.form
    await gallery.submit()
    assert gallery.asked("DELETE", f"/streaming/broadcasts/{gallery.page}") == [204]
    assert gallery.count("broadcast deleted") == 1
    assert gallery.said(":white_check_mark: Delete the broadcast") == 1


async def test_15_a_broadcast_on_air_is_not_deleted(gallery: Gallery) -> None:
    await gallery.on_air()
    answer = await gallery.type("/live broadcast delete")
    assert "finish it first" in answer + gallery.everything
    assert gallery.count("broadcast deleted") == 0


async def test_16_the_video_is_told_with_its_qualities(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.at("10:40", step=60)
    answer = await gallery.type("/live video info 4400123")
    assert "4400123" in answer
    assert "vod1080n" in answer


async def test_17_a_stream_is_used_again_with_another_region_and_its_new_push_addresses(gallery: Gallery) -> None:
    show = await gallery.finished()
    await gallery.type(f"/live stream edit {show.stream} transcoding_region=dt1")
    await gallery.settle()
    assert "push addresses may be others now" in gallery.everything
    await gallery.type(f"/live stream key {show.stream}")
    assert "rtmp://" in gallery.form
    assert "srt://" in gallery.form
    assert not any("rtmp://" in post for post in [*gallery.posts, *gallery.talk])
    again = await gallery.plan(f"Evening Prayer 18:00-18:30 on {show.stream}")
    assert again.stream == show.stream
    assert gallery.count("stream created") == 1


async def test_18_an_interruption_pauses_the_broadcast_and_it_is_resumed(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(6)
    alarm = gallery.message("NO SIGNAL ON AIR")
    await gallery.press("pause", message=alarm)
    assert "PAUSED" in gallery.state
    assert gallery.said("*Paused*") == 1
    gallery.connect()
    await gallery.passes(30)
    await gallery.press("resume")
    assert gallery.said("*Resumed*") == 1
    assert "ON AIR since" in gallery.state
    assert (gallery.count("broadcast paused"), gallery.count("broadcast live")) == (1, 2)


async def test_19_a_stream_is_deleted_after_it_was_asked_about(gallery: Gallery) -> None:
    show = await gallery.finished()
    await gallery.type(f"/live stream delete {show.stream}")
    assert "cannot be undone" in gallery.form
    assert gallery.count("stream deleted") == 0
    await gallery.submit()
    assert gallery.asked("DELETE", f"/streaming/streams/{show.stream}") == [204]


async def test_19_a_video_is_deleted_after_it_was_asked_about(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.at("10:40", step=60)
    await gallery.type("/live video delete 4400123")
    assert "cannot be undone" in gallery.form
    await gallery.submit()
    assert gallery.asked("DELETE", "/streaming/videos/4400123") == [204]
    assert "was deleted" in gallery.everything


async def test_an_operation_of_a_show_ticks_its_steps_off_in_one_message_in_the_cards_thread(gallery: Gallery) -> None:
    gallery.cloud.habits.cut_off_delay = 8.0
    await gallery.on_air()
    await gallery.at("10:19:55", step=60)
    await gallery.at("10:20:12", step=1)
    progress = next(line for line in gallery.talk if "*Finishing*" in line)
    assert ":white_check_mark: Disable the stream 10:20:10" in progress
    assert ":hourglass_flowing_sand: Confirmed off: waiting since 10:20:10" in progress
    await gallery.at("10:20:25", step=1)
    progress = next(line for line in gallery.talk if "*Finishing*" in line)
    assert ":white_check_mark: Confirmed off 10:20:18" in progress
    assert "*Done*" in progress
    assert gallery.said("*Finishing*") == 1


async def test_an_operation_without_a_show_ticks_its_steps_off_in_the_answer_to_the_asker(gallery: Gallery) -> None:
    await gallery.type("/live stream create Chapel")
    answer = gallery.told
    assert "*Creating the stream*" in answer
    assert ":white_check_mark: Create the stream “Chapel”" in answer
    assert "*Done*" in answer
    assert gallery.messages == []


async def test_the_reader_in_new_york_reads_the_start_in_their_own_time(gallery: Gallery) -> None:
    await gallery.planned()
    assert "10:00–10:20 Berlin" in gallery.slack.read(gallery.card, gallery.ben)
    assert "04:00" in gallery.slack.read(gallery.card, gallery.ben)


async def test_no_secret_is_ever_posted(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.at("10:40", step=60)
    token = gallery.cloud.stream(gallery.stream).token
    assert token not in gallery.everything
