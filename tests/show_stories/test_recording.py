"""Recording is a wanted state: rolled ahead, confirmed, rolled again after a drop, alarmed about when it does not run."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_it_rolls_a_minute_before_the_start_and_not_earlier(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.at("9:58:55", step=60)
    assert gallery.count("recording started") == 0
    await gallery.at("9:59:15", step=5)
    assert gallery.count("recording started") == 1


async def test_an_encoder_that_comes_late_is_recorded_from_its_first_picture(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:00:20", step=120)
    gallery.connect()
    await gallery.at("10:00:45", step=2)
    assert gallery.count("recording started") == 1
    await gallery.at("10:01:10", step=5)
    assert gallery.count("broadcast live") == 1


async def test_a_show_that_is_not_to_be_recorded_is_not(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-10:20 no record")
    await gallery.at("10:20:20", step=60)
    assert gallery.count("recording started") == 0
    assert gallery.said("Recording") == 0


async def test_a_recording_that_never_runs_is_alarmed_about_after_three_tries(gallery: Gallery) -> None:
    gallery.cloud.habits.recording_delay = 1e9
    await gallery.ready()
    await gallery.at("10:00:03", step=2)
    calls = gallery.asked("PUT", f"/streaming/streams/{gallery.stream}/start_recording")
    assert calls[:3] == [204, 204, 204]
    assert gallery.posted("*Not recording* — Sunday Service (s1), @ana") == 1
    assert gallery.posted("*ON AIR") == 1


async def test_a_full_storage_is_said_in_the_vendors_words_and_the_show_goes_on(gallery: Gallery) -> None:
    gallery.cloud.limit(storage_mb=10)
    gallery.cloud.use_storage(10)
    await gallery.on_air()
    assert gallery.posted("*Not recording* — Sunday Service (s1), @ana") == 2, "once ahead, and once more on air"
    assert "No space for recording" in gallery.slack.read(gallery.message("*Not recording*"))
    assert gallery.posted("*ON AIR") == 1


async def test_after_a_failure_the_card_starts_it_again(gallery: Gallery) -> None:
    gallery.cloud.limit(storage_mb=10)
    gallery.cloud.use_storage(10)
    await gallery.on_air()
    gallery.cloud.use_storage(0)
    await gallery.press("recording")
    await gallery.submit()
    await gallery.passes(8)
    assert gallery.count("recording started") == 1
    assert "Recording: part 1" in gallery.card_text


async def test_it_is_rolled_again_after_a_drop_as_a_new_part(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:05", step=60)
    gallery.drop()
    await gallery.passes(20, step=5)
    gallery.connect()
    await gallery.passes(25, step=5)
    assert gallery.count("recording started") == 2
    assert "Recording: part 2" in gallery.card_text


async def test_a_drop_too_short_to_close_the_file_makes_no_second_part(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(5)
    gallery.connect()
    await gallery.passes(40, step=5)
    assert gallery.count("recording started") == 1


async def test_stopped_by_hand_it_stays_stopped_until_somebody_wants_it_again(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live record stop")
    await gallery.submit()
    await gallery.passes(30, step=5)
    assert "Recording: off" in gallery.card_text
    assert gallery.count("recording started") == 1
    await gallery.type("/live record start")
    await gallery.passes(10)
    assert gallery.count("recording started") == 2


async def test_a_failed_processing_is_told_with_the_vendors_reason(gallery: Gallery) -> None:
    gallery.cloud.fail_next_video("Unsupported codec")
    await gallery.finished()
    await gallery.at("10:40", step=60)
    assert gallery.said("could not be processed: Unsupported codec") == 1


async def test_a_recording_of_four_hours_is_told_to_be_cut_ten_minutes_ahead(gallery: Gallery) -> None:
    await gallery.on_air("Marathon 10:00-15:00")
    await gallery.at("13:48:50", step=300)
    assert gallery.said(":scissors:") == 0
    await gallery.at("13:49:20", step=5)
    assert gallery.said("Gcore cuts a recording every 4 h: at 13:59:07 this one goes on in a new part by itself.") == 1
    assert gallery.posted(":scissors:") == 0
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.at("14:05", step=30)
    assert gallery.times("recording started")[1:] == ["13:59:07"]
    await gallery.at("14:55", step=300)
    assert gallery.said(":scissors:") == 1


async def test_a_part_that_began_anew_counts_from_its_own_beginning(gallery: Gallery) -> None:
    await gallery.on_air("Marathon 10:00-15:00")
    await gallery.at("11:00", step=300)
    gallery.drop()
    await gallery.passes(30, step=5)
    gallery.connect()
    await gallery.passes(30, step=5)
    (_, again) = gallery.times("recording started")
    assert again.startswith("11:00:")
    due = again.replace("11:", "15:")
    await gallery.at("14:45", step=300)
    assert gallery.said(":scissors:") == 0
    await gallery.at("14:51:30", step=30)
    assert gallery.said(":scissors:") == 0, "the show ends before that"
    await gallery.type("/live extend 30 s1")
    await gallery.passes(10)
    assert gallery.said(f"at {due} this one goes on in a new part") == 1
