"""What does not go to plan: shows that never begin or never end by themselves, holds that run out, a provider that refuses."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_a_show_that_never_went_live_is_told_at_its_end_and_its_stream_is_turned_off(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:02:10", step=60)
    await gallery.at("10:19:50", step=120)
    await gallery.at("10:20:30", step=5)
    assert gallery.posted("reached its end at 10:20 without going on air") == 1
    assert gallery.count("disabled") == 1
    assert (gallery.posted("*OFF AIR"), gallery.count("broadcast live")) == (0, 0)


async def test_a_show_that_ends_by_hand_is_never_finished_by_the_clock(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-10:20", finish="by-hand")
    await gallery.at("11:45", step=180)
    assert gallery.count("broadcast finished") == 0
    assert "PAST ITS END" in gallery.state
    gallery.drop()
    await gallery.passes(180, step=20)
    assert gallery.count("broadcast finished") == 0


async def test_a_hold_for_ten_minutes_runs_out_and_the_card_and_the_caller_are_told(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live hold s1 10m soundcheck")
    assert "until 09:40" in gallery.card_text
    await gallery.at("9:41", step=60)
    assert "WAITING FOR ENCODER" in gallery.state
    await gallery.at("9:55:10", step=60)
    assert gallery.said("goes live by itself at 10:00") == 1


async def test_a_hold_that_runs_out_inside_the_window_lets_it_go_by_itself(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.type("/live hold s1 2m")
    await gallery.at("10:00:30", step=10)
    assert gallery.count("broadcast live") == 0
    await gallery.at("10:01:10", step=5)
    assert gallery.count("broadcast live") == 1


async def test_a_refused_go_is_told_and_can_be_tried_again_from_its_post(gallery: Gallery) -> None:
    await gallery.ready()
    gallery.cloud.refuse_next(f"/streaming/broadcasts/{gallery.page}", method="PATCH", status=422, text="is locked")
    await gallery.at("10:00:10", step=2)
    assert gallery.count("broadcast live") == 0
    assert gallery.posted("*ON AIR") == 0
    failed = gallery.message("*Going live failed*")
    await gallery.press("retry", message=failed)
    await gallery.passes(5)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1


async def test_a_broadcast_deleted_in_the_portal_is_told_and_the_show_goes_on(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.rehearsal.bot.providers["gcore"].delete_page(str(gallery.page))
    await gallery.passes(10)
    assert gallery.said("The broadcast is not there any more") == 1
    assert "ON AIR since 10:00:00" in gallery.state
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:20", step=5)
    assert gallery.posted("*OFF AIR") == 1
    assert gallery.count("disabled") == 1


async def test_gone_live_in_the_portal_is_told_and_consumes_the_cue(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.at("9:59:30", step=5)
    await gallery.rehearsal.bot.providers["gcore"].set_page(str(gallery.page), "live")
    await gallery.at("10:01", step=5)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1
    assert "ON AIR since 09:59:3" in gallery.state


async def test_a_stream_deleted_in_the_portal_is_a_red_check(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.rehearsal.bot.providers["gcore"].delete_stream(str(gallery.stream))
    await gallery.at("9:46", step=60)
    assert gallery.said("the stream is gone at the provider") == 1


async def test_the_peak_of_viewers_and_the_time_on_air_are_kept(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_viewers(gallery.stream, 231)
    await gallery.at("10:05", step=30)
    gallery.cloud.set_viewers(gallery.stream, 12)
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:20", step=5)
    assert "On air 0:20:00" in gallery.card_text
    assert "231" in gallery.card_text


async def test_an_expired_token_is_said_in_words_and_not_as_a_code(gallery: Gallery) -> None:
    await gallery.ready()
    gallery.cloud.expire_token()
    await gallery.at("10:00:20", step=5)
    assert gallery.count("broadcast live") == 0
    failed = gallery.top(gallery.message("Going live failed"))
    assert "token" in failed.casefold() or "key" in failed.casefold()


async def test_a_pause_is_no_alarm_and_its_end_is_still_announced(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.press("pause")
    gallery.drop()
    await gallery.passes(90, step=10)
    assert gallery.posted("*NO SIGNAL ON AIR*") == 0
    await gallery.at("10:10:10", step=60)
    assert gallery.posted("ends by itself at *10:20*") == 1


async def test_a_show_paused_at_its_end_is_taken_off(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.press("pause")
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:20", step=5)
    assert gallery.count("broadcast finished") == gallery.count("disabled") == 1
    assert gallery.posted("*OFF AIR") == 1
