"""Planning: a form or one line that fills it, times confirmed in the show's zone, moving, editing and cancelling."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_the_bare_command_opens_the_empty_form(gallery: Gallery) -> None:
    await gallery.type("/live plan")
    assert gallery.form.startswith("= Plan a show =")
    for label in (
        "Title",
        "Day of the start",
        "Start",
        "End",
        "Zone of these times",
        "Stream to reuse",
        "Record it",
        "At the end it",
    ):
        assert label in gallery.form
    assert gallery.deeds == []


async def test_one_line_fills_the_form_and_create_is_the_confirmation(gallery: Gallery) -> None:
    await gallery.type("/live plan Sunday Service 10:00-11:15 no record finish ask")
    assert "Title: [Sunday Service]" in gallery.form
    assert "As it stands: *Sun 22 Nov 10:00–11:15 Berlin*" in gallery.form
    assert "( ) Record it" in gallery.form
    assert "asks at its end and stays on" in gallery.form
    assert gallery.deeds == []
    await gallery.submit()
    assert gallery.deeds == ["stream created", "broadcast created"]
    assert "Planned: *Sunday Service* (s1), Sun 22 Nov 10:00–11:15 Berlin." in gallery.told


async def test_the_zone_is_echoed_and_a_foreign_one_is_kept(gallery: Gallery) -> None:
    await gallery.type("/live plan News at 9 21:00 for 30m zone America/New_York")
    assert "Sun 22 Nov 21:00–21:30 New York" in gallery.form
    await gallery.submit()
    assert "21:00–21:30 New York" in gallery.card_text


async def test_an_end_earlier_than_the_start_is_the_next_day_and_said_so(gallery: Gallery) -> None:
    await gallery.type("/live plan Night Vigil 23:00-01:00")
    assert "As it stands: *Sun 22 Nov 23:00–01:00 (+1) Berlin*" in gallery.form
    await gallery.submit()
    show = await gallery.show()
    assert (show.end - show.start).total_seconds() == 2 * 3600


async def test_phones_may_rewrite_the_line(gallery: Gallery) -> None:
    await gallery.type("/live PLAN “Sunday Service” 10.00–11.15")
    assert "10:00–11:15 Berlin" in gallery.form


async def test_a_time_that_cannot_be_read_keeps_the_form_open_with_the_reason(gallery: Gallery) -> None:
    await gallery.type("/live plan Sunday Service 10:00-10:20")
    await gallery.submit(start="half past lunch")
    assert "Plan a show" in gallery.form
    assert gallery.deeds == []


async def test_a_line_without_a_time_says_what_is_missing(gallery: Gallery) -> None:
    answer = await gallery.type("/live plan Sunday Service")
    assert "10:00" in answer
    assert "You typed: plan Sunday Service" in answer.replace("_", "").replace("`", "")
    assert gallery.deeds == []


async def test_the_same_submission_delivered_twice_plans_once(gallery: Gallery) -> None:
    await gallery.type("/live plan Sunday Service 10:00-10:20")
    form = gallery.slack.modals(gallery.ana)[-1]
    await gallery.slack.submit(gallery.ana, form)
    await gallery.settle()
    assert gallery.count("stream created") == 1
    assert "(s1)" in gallery.card_text


async def test_a_stream_is_used_again(gallery: Gallery) -> None:
    await gallery.type("/live stream create Church Main")
    await gallery.settle()
    show = await gallery.planned("Sunday Service 10:00-10:20 on church main")
    assert show.stream == "201693"
    assert gallery.count("stream created") == 1
    assert "Gcore Church Main" in gallery.card_text


async def test_a_stream_that_is_not_there_is_said(gallery: Gallery) -> None:
    answer = await gallery.type("/live plan Sunday Service 10:00-10:20 on chapel")
    assert "There is no stream “chapel”" in answer


async def test_without_a_page_no_broadcast_is_made(gallery: Gallery) -> None:
    await gallery.planned("Sunday Service 10:00-10:20 no page")
    assert gallery.deeds == ["stream created"]
    assert "Viewers see: the encoder's picture" in gallery.card_text


async def test_a_stream_being_made_is_no_red_check(gallery: Gallery) -> None:
    await gallery.at("9:00")
    await gallery.planned()
    await gallery.at("9:10", step=60)
    assert gallery.said(":warning:") == 0


async def test_the_planning_post_is_the_card_and_a_fresh_one_comes_when_it_opens(gallery: Gallery) -> None:
    await gallery.planned()
    assert len(gallery.messages) == 1
    assert "PLANNED" in gallery.state
    await gallery.at("9:30:10", step=60)
    assert len(gallery.messages) == 2
    assert gallery.card.pinned
    assert "its card is further down" in gallery.posts[0]


async def test_moving_keeps_the_length_and_moves_every_cue(gallery: Gallery) -> None:
    await gallery.planned()
    assert "Moved: Sunday Service (s1) is Sun 22 Nov 10:30–10:50 Berlin now." in await gallery.type("/live move +30m")
    await gallery.at("9:59", step=300)
    assert gallery.count("enabled") == 0
    await gallery.at("10:00:10", step=60)
    assert gallery.times("enabled")[0] < "10:00:11"
    gallery.connect()
    await gallery.at("10:29:50", step=120)
    await gallery.at("10:30:10", step=5)
    assert gallery.count("broadcast live") == 1


async def test_moved_by_more_than_an_hour_after_it_opened_the_stream_is_turned_off_and_opens_again(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live move 12:00")
    assert gallery.count("disabled") == 1
    assert "PLANNED" in gallery.state
    await gallery.at("11:29", step=600)
    await gallery.at("11:30:10", step=30)
    assert gallery.count("enabled") == 2
    assert "WAITING FOR ENCODER" in gallery.state


async def test_a_little_later_keeps_the_stream_on(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live move +15m")
    assert gallery.count("disabled") == 0
    await gallery.at("10:10", step=120)
    assert gallery.count("enabled") == 1
    assert "live by itself 10:15" in gallery.card_text


async def test_cancel_deletes_the_pending_page_and_disables_the_stream_and_keeps_it(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live cancel rain")
    assert "its pending broadcast is deleted, the stream is disabled and stays" in gallery.form
    assert gallery.count("broadcast deleted") == 0
    await gallery.submit()
    assert gallery.deeds[-2:] == ["broadcast deleted", "disabled"]
    assert gallery.count("stream deleted") == 0
    assert "rain" in gallery.top(gallery.message("CANCELLED — Sunday Service"))
    await gallery.at("10:30", step=300)
    assert gallery.count("enabled") == 1
    assert gallery.posted("*ON AIR") == 0


async def test_a_show_on_air_is_finished_and_not_cancelled(gallery: Gallery) -> None:
    await gallery.on_air()
    assert "is on air. Take it off with /live finish s1" in await gallery.type("/live cancel")


async def test_the_form_behind_edit_changes_title_times_and_what_happens_at_the_end(gallery: Gallery) -> None:
    await gallery.planned()
    await gallery.press("edit")
    assert "Title: [Sunday Service]" in gallery.form
    await gallery.submit(title="Harvest Festival", start="10:30", end="11:00", finish="ask")
    assert "Harvest Festival" in gallery.state
    assert "10:30–11:00 Berlin" in gallery.card_text
    assert "asks at 11:00" in gallery.card_text


async def test_recording_can_be_switched_off_in_the_form(gallery: Gallery) -> None:
    await gallery.planned()
    await gallery.press("edit")
    await gallery.submit(wishes=["page"])
    assert "Recording: off" in gallery.card_text


async def test_tell_viewers_changes_the_text_on_the_pending_page(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.press("tell-viewers")
    await gallery.submit(pending_message="The bells are ringing.")
    page = await gallery.rehearsal.bot.providers["gcore"].page(str(gallery.page))
    assert page.fields["pending_message"] == "The bells are ringing."
    assert "“The bells are ringing.”" in gallery.card_text


async def test_an_account_that_refuses_the_broadcast_plans_the_show_without_one(gallery: Gallery) -> None:
    gallery.cloud.refuse_next("/streaming/broadcasts", method="POST", status=403, text="Forbidden")
    await gallery.planned()
    assert gallery.deeds == ["stream created"]
    assert "Viewers see: the encoder's picture" in gallery.card_text
    assert gallery.said(":x: Create the broadcast") == 1


async def test_an_account_with_too_many_active_streams_is_told_where_to_see_them(gallery: Gallery) -> None:
    await gallery.appoint(gallery.ben)
    gallery.cloud.limit(active_streams=1)
    await gallery.type("/live stream create Chapel")
    await gallery.type("/live stream enable Chapel")
    await gallery.opened()
    assert gallery.posted("*Opening failed* (s1)") == 1
    refusal = gallery.top(gallery.message("*Opening failed*"))
    assert "You have reached the limit of 1 active streams" in refusal
    assert "/live stream list" in refusal
    await gallery.type("/live stream disable Chapel", gallery.ben)
    await gallery.submit(gallery.ben)
    await gallery.press("retry", message=gallery.message("*Opening failed*"))
    assert "WAITING FOR ENCODER" in gallery.state
