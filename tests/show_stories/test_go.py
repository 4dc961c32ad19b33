"""Going live: by itself only on steady signal inside its window and not on hold, else somebody is asked; by hand at once."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_a_show_goes_live_by_itself_once(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:05", step=30)
    assert gallery.times("broadcast live") == ["10:00:00"]
    assert gallery.posted("*ON AIR") == 1


async def test_a_late_encoder_goes_live_once_it_has_been_steady_for_ten_seconds(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:00:30", step=60)
    assert "LATE" in gallery.state
    assert "by itself until 10:02, then asks" in gallery.card_text
    gallery.connect()
    await gallery.at("10:00:41", step=1)
    assert gallery.count("broadcast live") == 0
    await gallery.at("10:00:55", step=1)
    assert "10:00:42" <= gallery.times("broadcast live")[0] <= "10:00:45"


async def test_a_test_burst_never_goes_public(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:00:20", step=60)
    gallery.cloud.burst(gallery.stream, 3.0)
    await gallery.at("10:01:50", step=2)
    assert gallery.count("live") == 1
    assert gallery.count("broadcast live") == 0


async def test_a_signal_that_comes_after_the_window_is_asked_about(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:02:05", step=30)
    assert gallery.posted("was due at 10:00: there is no signal from the encoder") == 1
    gallery.connect()
    await gallery.at("10:03", step=5)
    assert gallery.count("broadcast live") == 0
    await gallery.press("question:go", message=gallery.message("was due at 10:00: the signal is there since 10:02:"))
    await gallery.passes(3)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1
    assert gallery.posted("was answered by @ana") == 1


async def test_a_signal_that_comes_while_it_is_asked_is_asked_about_anew(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:02:05", step=30)
    gallery.connect()
    await gallery.at("10:02:30", step=5)
    assert gallery.posted("there is no signal from the encoder") == 0
    assert gallery.posted("This is asked anew, further down.") == 1
    question = gallery.message("the signal is there since 10:02:1")
    assert "no signal" not in gallery.top(gallery.card)
    await gallery.passes(120, step=10)
    assert gallery.posted("the signal is there since") == 1
    gallery.drop()
    await gallery.passes(30, step=5)
    assert gallery.posted("there is no signal from the encoder any more") == 1
    gallery.connect()
    await gallery.passes(40, step=5)
    newest = gallery.message("the signal is there since 10:0")
    assert newest.ts != question.ts
    await gallery.press("question:go", message=newest)
    await gallery.passes(3)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1


async def test_keep_holding_is_an_answer_too(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:02:05", step=30)
    await gallery.press("question:wait", message=gallery.message("there is no signal"))
    assert "HELD" in gallery.state
    gallery.connect()
    await gallery.at("10:04", step=10)
    assert gallery.count("broadcast live") == 0


async def test_a_show_on_hold_does_not_go_and_asks_when_its_window_is_over(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.type("/live hold guest is late")
    assert "HELD" in gallery.state
    assert "Held by @ana since 09:58:50: “guest is late”; will not go live by itself" in gallery.card_text
    await gallery.at("10:02:05", step=5)
    assert gallery.count("broadcast live") == 0
    assert gallery.posted("was due at 10:00 and is on hold") == 1
    await gallery.press("question:go", message=gallery.message("is on hold"))
    await gallery.passes(3)
    assert gallery.count("broadcast live") == 1


async def test_a_hold_released_inside_the_window_lets_it_go_by_itself(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.press("hold")
    await gallery.at("10:01", step=10)
    assert gallery.count("broadcast live") == 0
    await gallery.press("release")
    await gallery.passes(3)
    assert gallery.times("broadcast live")[0] < "10:01:05"


async def test_hold_works_from_planned_on(gallery: Gallery) -> None:
    await gallery.planned()
    await gallery.press("hold")
    assert "HELD" in gallery.state
    assert gallery.offers("release")


async def test_the_caller_is_told_five_minutes_ahead(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:55:10", step=60)
    assert gallery.said("goes live by itself at 10:00, unless somebody holds it. *There is no signal yet.*") == 1


async def test_the_encoder_is_asked_for_a_quarter_of_an_hour_ahead_unless_it_is_there(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:45:10", step=60)
    assert gallery.said("please connect the encoder") == 1


async def test_an_encoder_that_is_there_is_not_asked_for(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.at("9:46", step=60)
    assert gallery.said("please connect the encoder") == 0


async def test_going_early_is_asked_about(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.passes(20, step=5)
    await gallery.press("go")
    assert "is planned for 10:00, it is 09:30 now. Go live early?" in gallery.form
    assert gallery.count("broadcast live") == 0
    await gallery.submit()
    await gallery.passes(3)
    assert gallery.times("broadcast live")[0] < "09:31:00"


async def test_a_press_by_hand_consumes_the_due_cue(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.at("9:59:58", step=5)
    await gallery.press("go")
    await gallery.at("10:01", step=2)
    assert gallery.times("broadcast live") == ["09:59:58"]
    assert gallery.posted("*ON AIR") == 1
    assert gallery.posted("Asked by @ana") == 1


async def test_go_pressed_twice_by_two_people_goes_once(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.at("9:59:30", step=5)
    card = gallery.card
    await gallery.slack.press(gallery.ana, card, "go")
    await gallery.slack.press(gallery.ben, card, "go", even_if_old=True)
    await gallery.settle()
    await gallery.at("10:01", step=5)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1


async def test_a_go_for_what_is_on_air_is_answered_with_since_when(gallery: Gallery) -> None:
    await gallery.on_air()
    assert "is on air since 10:00:00" in await gallery.type("/live go")
    assert gallery.count("broadcast live") == 1


async def test_a_press_on_an_outdated_card_changes_nothing_and_says_how_it_stands(gallery: Gallery) -> None:
    await gallery.ready()
    card = gallery.card
    await gallery.at("10:00:10", step=2)
    await gallery.slack.press(gallery.ben, card, "hold", even_if_old=True)
    await gallery.settle()
    said = gallery.slack.read(gallery.slack.ephemerals(gallery.ben)[-1])
    assert "outdated; nothing was changed" in said
    assert "is on air since 10:00:00" in said


async def test_without_a_signal_go_says_what_to_do(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:59", step=300)
    assert "There is no signal for Sunday Service" in await gallery.type("/live go")
    assert gallery.count("broadcast live") == 0


async def test_go_anyway_goes_without_a_signal(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:59", step=300)
    await gallery.type("/live go anyway")
    assert gallery.count("broadcast live") == 1
    assert "ON AIR, NO SIGNAL" in gallery.state


async def test_go_without_signal_on_the_card_asks_first(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:59", step=300)
    await gallery.press("go-anyway")
    assert "Viewers would see the page without a picture" in gallery.form
    await gallery.submit()
    assert gallery.count("broadcast live") == 1


async def test_a_dry_go_says_and_does_nothing(gallery: Gallery) -> None:
    await gallery.ready()
    deeds = gallery.deeds
    answer = await gallery.type("/live go dry")
    assert "*Going live* at Gcore, asked by @ana:\n1. Enable the stream\n2. Steady signal\n3. Broadcast to live\n" in answer
    assert "*Recording* at Gcore, by itself:\n1. Start the recording" in answer
    assert gallery.deeds == deeds


async def test_a_show_that_is_not_due_here_is_asked_about_by_name(gallery: Gallery) -> None:
    await gallery.planned()
    await gallery.plan("Evening Prayer 18:00-18:30")
    await gallery.type("/live go evening")
    assert "Evening Prayer" in gallery.form
    assert "Go live early?" in gallery.form
    assert gallery.count("enabled") == 0


async def test_without_a_broadcast_the_encoder_is_the_air(gallery: Gallery) -> None:
    await gallery.opened("Radio Hour 10:00-10:20 no page")
    gallery.connect()
    await gallery.passes(10)
    assert "PICTURE IS PUBLIC" in gallery.state
    assert "Viewers see: the encoder's picture" in gallery.card_text
    await gallery.press("this-is-the-show")
    await gallery.passes(5)
    assert "ON AIR since" in gallery.state
    assert gallery.posted("*ON AIR — Radio Hour*") == 1


async def test_a_test_before_an_ungated_show_is_only_noted(gallery: Gallery) -> None:
    await gallery.opened("Radio Hour 10:00-10:20 no page")
    gallery.connect()
    await gallery.passes(10)
    await gallery.press("its-a-test")
    assert "has not begun, it goes live at 10:00" in gallery.told
    await gallery.at("9:59", step=60)
    await gallery.at("10:00:15")
    assert "ON AIR since 10:00:00" in gallery.state


async def test_a_broadcast_that_the_account_may_not_use_drops_out_and_the_show_goes_on(gallery: Gallery) -> None:
    await gallery.ready()
    gallery.cloud.refuse_next(f"/streaming/broadcasts/{gallery.page}", method="PATCH", status=403, text="Forbidden")
    await gallery.at("10:00:10", step=2)
    assert gallery.posted("*ON AIR") == 1
    assert gallery.count("broadcast live") == 0
    await gallery.at("10:20:20", step=30)
    assert gallery.count("disabled") == 1


async def test_five_minutes_before_the_caller_is_told_with_a_button_to_hold_it(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.at("9:55:30", step=30)
    [told] = [reply for reply in gallery.card.replies if "goes live by itself at 10:00" in gallery.slack.read(reply)]
    await gallery.press("hold", gallery.ben, message=told)
    assert "HELD" in gallery.state
    await gallery.at("10:01", step=10)
    assert gallery.count("broadcast live") == 0


async def test_a_stream_that_was_turned_off_since_it_opened_is_turned_on_again_five_minutes_before(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:40", step=60)
    await gallery.type(f"/live stream disable {gallery.stream}")
    await gallery.submit()
    await gallery.passes(30, step=10)
    assert gallery.cloud.stream(gallery.stream).active is False
    await gallery.at("9:54:50", step=60)
    await gallery.at("9:55:20")
    assert gallery.times("enabled") == ["09:30:00", "09:55:00"]
    assert gallery.said("@ana: the stream was turned off since it was opened. It is turned on again.") == 1
    gallery.connect()
    await gallery.at("10:00:10", step=5)
    assert gallery.times("broadcast live") == ["10:00:00"]


async def test_on_hold_it_stays_off(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live hold s1")
    await gallery.type(f"/live stream disable {gallery.stream}")
    await gallery.submit()
    await gallery.at("9:56", step=20)
    assert gallery.times("enabled") == ["09:30:00"]


async def test_a_signal_lost_in_the_last_five_minutes_calls_the_director_in_the_thread(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.at("9:50", step=30)
    gallery.drop()
    await gallery.passes(30, step=5)
    gallery.connect()
    await gallery.at("9:56", step=30)
    assert gallery.said("@ana: :warning: *Signal lost*") == 0, "before that only the card and the thread tell"
    gallery.drop()
    await gallery.passes(10)
    assert gallery.said("@ana: :warning: *Signal lost*") == 1
    assert gallery.posted("Signal lost") == 0
