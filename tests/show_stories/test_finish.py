"""Taking off: viewers first, ten seconds to take it back, then recording and ingest; by no surprise, stopped once confirmed."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery

ASK = "Sunday Service 10:00-10:20 finish ask"


async def test_a_scheduled_finish_goes_in_the_order_that_can_be_taken_back(gallery: Gallery) -> None:
    await gallery.finished()
    after = gallery.deeds[gallery.deeds.index("broadcast live") + 1 :]
    assert after == ["broadcast finished", "recording stopped", "video created", "disabled", "off"]
    assert gallery.times("broadcast finished") == ["10:20:00"]
    assert gallery.times("recording stopped") == gallery.times("disabled") == ["10:20:10"]
    assert gallery.posted("*OFF AIR") == 1
    assert gallery.posted("It ended by itself, as planned; Back on air is on the card.") == 1


async def test_it_is_announced_ten_and_two_minutes_ahead_with_buttons_to_move_it(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:10:05", step=60)
    prompt = gallery.message("ends by itself at *10:20*")
    assert [gallery.offers(action, prompt) for action in ("finish", "extend:5", "extend:15", "extend:30", "keep-on")] == [True] * 5
    await gallery.at("10:18:05", step=60)
    assert gallery.posted("ends by itself at *10:20*") == 2


async def test_by_hand_it_asks_first_with_the_facts_of_the_moment(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_viewers(gallery.stream, 214)
    await gallery.at("10:05", step=30)
    await gallery.press("finish")
    for fact in ("on air since 10:00:00, 5 min", "signal there (looked 10:0", "recording (looked 10:0", "214 viewers at 10:0"):
        assert fact in gallery.form
    assert gallery.count("broadcast finished") == 0
    await gallery.submit()
    assert gallery.times("broadcast finished") == ["10:05:00"]
    assert gallery.posted("Asked by @ana") == 1
    await gallery.passes(15)
    assert gallery.times("disabled") == ["10:05:10"]
    await gallery.at("10:21", step=60)
    assert gallery.count("broadcast finished") == 1


async def test_within_ten_seconds_it_is_taken_back_and_nothing_else_was_touched(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:05", step=30)
    await gallery.press("finish")
    await gallery.submit()
    await gallery.passes(5)
    assert "TAKING OFF" in gallery.state
    assert gallery.offers("undo-finish")
    await gallery.press("undo-finish")
    await gallery.passes(20)
    assert gallery.times("broadcast live") == ["10:00:00", "10:05:05"]
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (0, 0)
    assert "ON AIR since 10:00:00" in gallery.state
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:20", step=5)
    assert gallery.count("disabled") == 1


async def test_a_scheduled_finish_can_be_taken_back_too(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:04", step=2)
    await gallery.press("undo-finish")
    await gallery.passes(30, step=5)
    assert (gallery.count("disabled"), gallery.count("broadcast live")) == (0, 2)
    assert "ON AIR" in gallery.state or "PAST ITS END" in gallery.state
    await gallery.at("10:24", step=30)
    assert gallery.count("broadcast finished") == 1


async def test_who_asked_for_a_finish_that_was_taken_back_is_not_named_at_the_next(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.press("finish")
    await gallery.submit()
    await gallery.press("undo-finish")
    await gallery.passes(5)
    await gallery.rehearsal.bot.providers["gcore"].set_page(str(gallery.page), "finished")
    await gallery.settle()
    assert gallery.posted("*OFF AIR") == 2
    assert gallery.posted("Asked by @ana") == 2, "the first time off, and back on"


async def test_now_skips_the_seconds_to_take_it_back(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live finish now")
    assert "at once" in gallery.form
    await gallery.submit()
    assert gallery.times("broadcast finished") == gallery.times("disabled") == ["10:00:10"]


async def test_finish_in_ten_minutes_moves_the_end(gallery: Gallery) -> None:
    await gallery.on_air()
    assert "ends at 10:10" in await gallery.type("/live finish in 10m")
    await gallery.at("10:09:40", step=60)
    await gallery.at("10:10:25", step=5)
    assert gallery.times("broadcast finished") == ["10:10:10"]


async def test_a_dry_finish_says_the_order_and_does_nothing(gallery: Gallery) -> None:
    await gallery.on_air()
    answer = await gallery.type("/live finish dry")
    assert "after 10 s in which it can be taken back" in answer
    assert (
        "1. Broadcast finished\n2. Time to take it back\n3. Stop the recording\n4. Disable the stream\n5. Confirmed off" in answer
    )
    assert gallery.count("broadcast finished") == 0


async def test_two_presses_at_once_extend_once(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:10:05", step=60)
    prompt = gallery.message("ends by itself at *10:20*")
    await gallery.slack.press(gallery.ana, prompt, "extend:15")
    await gallery.slack.press(gallery.ben, prompt, "extend:15", even_if_old=True)
    await gallery.settle()
    assert "ends by itself 10:35" in gallery.card_text
    await gallery.at("10:25", step=120)
    assert gallery.count("broadcast finished") == 0
    await gallery.at("10:34:50", step=120)
    await gallery.at("10:35:15", step=5)
    assert gallery.count("broadcast finished") == 1


async def test_an_extended_show_is_announced_again(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live extend 30m")
    await gallery.at("10:22", step=60)
    assert gallery.posted("ends by itself at *10:50*") == 0
    await gallery.at("10:40:05", step=120)
    assert gallery.posted("ends by itself at *10:50*") == 1


async def test_kept_on_it_stays_on_and_asks_again(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:18:05", step=60)
    await gallery.press("keep-on", message=gallery.message("ends by itself at *10:20*"))
    await gallery.at("10:21", step=30)
    assert gallery.count("broadcast finished") == 0
    assert "PAST ITS END" in gallery.state
    asked = gallery.posted("it stays on until somebody finishes it")
    await gallery.at("10:26", step=30)
    assert gallery.posted("it stays on until somebody finishes it") == asked + 1


async def test_an_answer_after_the_end_takes_the_hard_limit_away(gallery: Gallery) -> None:
    await gallery.on_air(ASK)
    await gallery.at("10:21", step=60)
    await gallery.press("keep-on")
    await gallery.at("11:30", step=120)
    assert gallery.count("broadcast finished") == 0
    assert "PAST ITS END" in gallery.state


async def test_with_the_ask_policy_silence_for_an_hour_finishes_after_warnings(gallery: Gallery) -> None:
    await gallery.on_air(ASK)
    await gallery.at("10:20:05", step=60)
    assert "PAST ITS END" in gallery.state
    assert gallery.count("broadcast finished") == 0
    await gallery.at("11:19:30", step=60)
    assert gallery.count("broadcast finished") == 0
    assert gallery.posted("nobody answered about the end of Sunday Service") == 3
    await gallery.at("11:20:30", step=10)
    assert gallery.posted("Nobody answered for 60 min: finishing Sunday Service now") == 1
    assert gallery.count("broadcast finished") == 1


async def test_with_the_ask_policy_an_answer_moves_the_end(gallery: Gallery) -> None:
    await gallery.on_air(ASK)
    await gallery.at("10:20:05", step=60)
    await gallery.press("extend:15")
    assert "ON AIR since" in gallery.state
    await gallery.at("10:30", step=60)
    assert gallery.count("broadcast finished") == 0


async def test_back_on_air_within_a_quarter_of_an_hour(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.at("10:25", step=60)
    await gallery.press("back-on-air")
    assert "Back on air?" in gallery.form
    await gallery.submit()
    assert gallery.times("enabled")[-1] == gallery.times("broadcast live")[-1] == "10:25:00"
    assert gallery.posted("*ON AIR") == 2
    gallery.connect()
    await gallery.passes(40, step=5)
    assert gallery.count("recording started") == 2
    assert gallery.posted("*NO SIGNAL ON AIR*") <= 1


async def test_after_a_quarter_of_an_hour_it_cannot_be_taken_back(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.at("10:40", step=120)
    assert not gallery.offers("back-on-air")


async def test_a_provider_that_does_not_confirm_is_an_alarm_and_never_stopped(gallery: Gallery) -> None:
    gallery.cloud.habits.cut_off_delay = 90.0
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:45", step=5)
    assert gallery.posted("*Sunday Service* (s1) is still on at Gcore") == 1
    assert gallery.said("*Stopped*") == 0
    assert gallery.said("*Ended*") == 0
    await gallery.at("10:21:50", step=5)
    assert gallery.said("*Stopped*: Gcore confirms that the stream is off") == 1
    assert gallery.posted("is still on at Gcore") == 1


async def test_finished_in_the_portal_it_is_off_air_and_tidied_up(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.rehearsal.bot.providers["gcore"].set_page(str(gallery.page), "finished")
    await gallery.settle()
    assert gallery.posted("*OFF AIR — Sunday Service*") == 1
    await gallery.passes(30, step=2)
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (1, 1)
    assert gallery.said("*Stopped*") == 1


async def test_the_encoder_stopped_after_the_end_ends_a_show_that_only_asks(gallery: Gallery) -> None:
    await gallery.on_air(ASK)
    await gallery.at("10:22", step=60)
    gallery.drop()
    await gallery.passes(4)
    await gallery.passes(150, step=10)
    assert gallery.posted("The signal has been gone since 10:22:03, after the planned end: finishing Sunday Service") == 1
    assert gallery.count("broadcast finished") == 1


async def test_stop_means_three_things_and_is_asked_about(gallery: Gallery) -> None:
    await gallery.on_air()
    answer = await gallery.type("/live stop")
    assert "Stop what of Sunday Service?" in answer
    assert "[Finish the show] [Pause for viewers] [Stop the recording]" in answer
    assert gallery.deeds[-1] == "broadcast live"


async def test_a_clean_show_is_three_posts_and_its_questions(gallery: Gallery) -> None:
    await gallery.finished()
    await gallery.at("10:45", step=60)
    heads = [gallery.top(message).splitlines()[0] for message in gallery.messages]
    loud = [head.split("*")[1].partition(" —")[0] for head in heads if "*" in head and "ends by itself" not in head]
    assert loud == ["DONE", "ON AIR", "OFF AIR", "RECORDINGS READY"]
    assert len(heads) == 7, "and two end warnings, and where the first card went"
