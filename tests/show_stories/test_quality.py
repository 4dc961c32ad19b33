"""A picture that becomes worse is told in the thread once it has lasted; people are called where the provider cannot keep up."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_half_the_bitrate_for_half_a_minute_is_a_line_in_the_thread(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000)
    await gallery.passes(28, step=2)
    assert gallery.said("*Bitrate*") == 0
    await gallery.passes(12, step=2)
    assert gallery.said("*Bitrate* 2.0 Mbps since 10:00:12, it was 6.0 Mbps at 09:58:45 (seen by our look 10:00:42)") == 1
    assert gallery.posted("*Bitrate*") == 0, "nobody's phone buzzes for it"


async def test_it_is_told_once_however_long_it_lasts_and_once_more_when_it_is_well_again(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000)
    await gallery.at("10:06", step=5)
    assert gallery.said("*Bitrate*") == 1
    gallery.cloud.set_quality(gallery.stream, bitrate=6_100_000)
    await gallery.passes(25, step=5)
    assert gallery.said("*Bitrate*") == 1
    await gallery.passes(15, step=5)
    assert gallery.said("*Bitrate* well again: 6.1 Mbps") == 1


async def test_what_lasts_for_less_than_half_a_minute_is_not_told(gallery: Gallery) -> None:
    await gallery.on_air()
    for _ in range(5):
        gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000, fps=25)
        await gallery.passes(20, step=5)
        gallery.cloud.set_quality(gallery.stream, bitrate=5_900_000, fps=50)
        await gallery.passes(20, step=5)
    assert gallery.said("*Bitrate*") + gallery.said("*Frame rate*") == 0


async def test_a_bitrate_that_comes_and_goes_is_told_once_in_ten_minutes(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-11:00")
    for _ in range(6):
        gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000)
        await gallery.passes(45, step=5)
        gallery.cloud.set_quality(gallery.stream, bitrate=5_900_000)
        await gallery.passes(45, step=5)
    assert gallery.said("*Bitrate* 2.0 Mbps") == 1


async def test_a_fifth_fewer_frames_is_a_line_in_the_thread(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, fps=41)
    await gallery.passes(60, step=5)
    assert gallery.said("*Frame rate*") == 0
    gallery.cloud.set_quality(gallery.stream, fps=40)
    await gallery.passes(40, step=5)
    assert gallery.said("*Frame rate* 40 frames/s since 10:01:15, it was 50 at 09:58:4") == 1


async def test_converting_that_lags_is_a_line_and_below_four_fifths_calls_the_director(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, transcoding_speed=0.9)
    await gallery.passes(40, step=5)
    assert gallery.said("Gcore converts the picture at 0.90 of real time since 10:00:1") == 1
    assert gallery.posted("PICTURE IN TROUBLE") == 0
    gallery.cloud.set_quality(gallery.stream, transcoding_speed=0.7)
    await gallery.passes(40, step=5)
    assert gallery.posted("*PICTURE IN TROUBLE* — Sunday Service (s1), @ana: Gcore converts it at 0.70 of real time only") == 1
    gallery.cloud.set_quality(gallery.stream, transcoding_speed=1.0)
    await gallery.passes(40, step=5)
    assert gallery.said("*Converting* well again: at 1.00 of real time") == 1


async def test_what_is_bad_at_once_is_one_call_and_no_line_beside_it(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, transcoding_speed=0.7)
    await gallery.passes(60, step=5)
    assert gallery.posted("PICTURE IN TROUBLE") == 1
    assert gallery.said("converts the picture") == 0


async def test_it_is_told_before_the_start_while_something_can_be_done_and_not_earlier(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    gallery.cloud.set_quality(gallery.stream, transcoding_speed=0.7)
    await gallery.at("9:54:50", step=30)
    assert gallery.posted("PICTURE IN TROUBLE") == 0
    await gallery.at("9:56", step=5)
    assert gallery.posted("PICTURE IN TROUBLE") == 1


async def test_a_lost_signal_is_an_alarm_and_no_question_of_its_picture(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000)
    await gallery.passes(20, step=5)
    gallery.drop()
    await gallery.passes(60, step=5)
    assert gallery.posted("*NO SIGNAL ON AIR*") == 1
    assert gallery.said("*Bitrate*") == 0


async def test_while_alarms_are_quiet_nothing_is_told_of_the_picture(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.press("quiet")
    gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000)
    await gallery.passes(240, step=5)
    assert gallery.said("*Bitrate*") == 0
    await gallery.passes(90, step=5)
    assert gallery.said("*Bitrate*") == 1


async def test_a_restart_does_not_tell_it_again_and_forgets_no_measure(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_quality(gallery.stream, bitrate=2_000_000)
    await gallery.passes(40, step=5)
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.passes(60, step=5)
    assert gallery.said("*Bitrate* 2.0 Mbps") == 1
    gallery.cloud.set_quality(gallery.stream, bitrate=6_100_000)
    await gallery.passes(40, step=5)
    assert gallery.said("*Bitrate* well again") == 1


async def test_what_counts_as_usual_is_the_picture_five_minutes_before_the_start(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    gallery.cloud.set_quality(gallery.stream, bitrate=20_000_000, fps=60)
    await gallery.at("9:50", step=60)
    gallery.cloud.set_quality(gallery.stream, bitrate=6_000_000, fps=50)
    await gallery.at("10:02", step=20)
    assert gallery.said("*Bitrate*") + gallery.said("*Frame rate*") == 0
    gallery.cloud.set_quality(gallery.stream, bitrate=2_900_000)
    await gallery.passes(40, step=5)
    assert gallery.said("it was 6.0 Mbps at 09:55:") == 1
