"""Clips people want: the exact range, cut once, posted in the thread when it can be played; what cannot be is refused at once."""

from __future__ import annotations

from bot.model import ClipState, Noted
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message, User
from tests.show_stories.gallery import Gallery


async def on_air(gallery: Gallery, *, dvr: bool = True, until: str = "10:04:12") -> None:
    """The Sunday service runs, and its stream can be rewound."""
    await gallery.planned()
    if not dvr:
        await gallery.type(f"/live stream edit gcore:{gallery.stream} dvr_enabled=no")
    await gallery.at("9:29:50", step=300)
    await gallery.at("9:58:30", step=120)
    gallery.connect()
    await gallery.at("9:58:50")
    await gallery.at("10:00:10", step=2)
    await gallery.at(until, step=20)


async def restarted(gallery: Gallery) -> None:
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.settle()


def answer(gallery: Gallery, who: User | None = None) -> Message:
    return gallery.slack.ephemerals(who or gallery.ana)[-1]


def cuts(gallery: Gallery) -> int:
    return gallery.count("clip created")


class TestWhatJustHappened:
    async def test_is_cut_by_one_line_and_posted_in_the_thread_once(self, gallery: Gallery) -> None:
        await on_air(gallery)
        told = await gallery.type("/live clip last 45s “Goal”")
        assert "Cutting c1 “Goal” 10:03:07–10:03:52 (45 s) of Sunday Service (s1)." in told
        assert "Your player counts as 20 s behind" in told
        await gallery.at("10:04:26", step=1)
        assert cuts(gallery) == 0, "the picture is given 15 s to arrive"
        await gallery.at("10:04:30", step=1)
        assert cuts(gallery) == 1
        await gallery.at("10:05:30", step=5)
        assert gallery.said("@ana c1 “Goal” 10:03:07–10:03:52 (45 s): Watch it") == 1
        assert gallery.posted("Goal") == 0, "nothing of it in the channel"

    async def test_is_cut_from_the_card(self, gallery: Gallery) -> None:
        await on_air(gallery)
        assert "[Clip last 60 s] [Pause] [Finish…]" in gallery.card_text
        await gallery.press("clip")
        assert "c1 10:02:52–10:03:52 (1 min)" in gallery.told
        await gallery.passes(60, step=5)
        assert gallery.said("@ana c1 10:02:52–10:03:52 (1 min): Watch it") == 1
        assert "Recording: part 1 since 09:59" in gallery.card_text
        assert " · 1 clip" in gallery.card_text

    async def test_pressed_twice_by_two_is_one_clip(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.press("clip")
        await gallery.passes(2)
        await gallery.press("clip", gallery.ben)
        assert "c1 is that very clip already, being cut" in gallery.slack.read(answer(gallery, gallery.ben))
        await gallery.passes(60, step=5)
        assert cuts(gallery) == 1

    async def test_counts_back_from_what_this_person_sees(self, gallery: Gallery) -> None:
        await on_air(gallery)
        assert "counts as 20 s behind" in await gallery.type("/live clip delay")
        assert "counts as 5 s behind" in await gallery.type("/live clip delay 5s")
        assert "c1 10:03:07–10:04:07" in await gallery.type("/live clip")
        assert "c2 10:02:52–10:03:52" in await gallery.type("/live clip", gallery.ben)

    async def test_the_delay_is_remembered_over_a_restart(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip delay 1m")
        await restarted(gallery)
        assert "counts as 1 min behind" in await gallery.type("/live clip delay")

    async def test_means_the_moment_of_the_request_however_long_somebody_chooses(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip Goal by Mia")
        question = answer(gallery)
        await gallery.passes(30, step=5)
        await gallery.press("answer:0", message=question)
        assert "c1 “Goal by Mia” 10:02:52–10:03:52" in gallery.told


class TestARange:
    async def test_by_the_clock_as_a_phone_writes_it(self, gallery: Gallery) -> None:
        await on_air(gallery)
        assert "c1 “Goal” 10:02:05–10:02:40 (35 s)" in await gallery.type("/live clip 10.02.05–10.02.40 Goal")
        await gallery.passes(40, step=5)
        assert gallery.said("c1 “Goal” 10:02:05–10:02:40 (35 s): Watch it") == 1

    async def test_asked_for_twice_is_cut_once(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(40, step=5)
        assert "c1 is that very clip already, ready" in await gallery.type("/live clip 10:02:05-10:02:40 Goal", gallery.ben)
        assert cuts(gallery) == 1

    async def test_ten_seconds_earlier_or_longer_each_make_one_more(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        first = answer(gallery)
        await gallery.press("clip-earlier", message=first)
        assert "c2 “Goal” 10:01:55–10:02:30 (35 s)" in gallery.slack.read(answer(gallery))
        await gallery.press("clip-longer", message=answer(gallery))
        assert "c3 “Goal” 10:01:55–10:02:40 (45 s)" in gallery.slack.read(answer(gallery))
        await gallery.passes(60, step=5)
        assert cuts(gallery) == 3
        assert gallery.said("Watch it") == 3

    async def test_a_button_pressed_twice_makes_one(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        first = answer(gallery)
        await gallery.slack.press(gallery.ana, first, "clip-earlier")
        await gallery.slack.press(gallery.ana, first, "clip-earlier")
        await gallery.settle()
        await gallery.passes(60, step=5)
        assert cuts(gallery) == 2

    async def test_from_the_form_of_a_card_that_is_off_air(self, gallery: Gallery) -> None:
        await on_air(gallery, until="10:19:50")
        await gallery.at("10:20:40", step=2)
        await gallery.press("clip-form")
        await gallery.submit(None, **{"from": "10.04.00", "to": "10.04.30", "title": "Sermon"})
        await gallery.passes(60, step=5)
        assert gallery.said("c1 “Sermon” 10:04:00–10:04:30 (30 s): Watch it") == 1

    async def test_dry_says_what_it_would_cut(self, gallery: Gallery) -> None:
        await on_air(gallery)
        answer = await gallery.type("/live clip 10:02:05-10:02:40 dry")
        assert "Cutting c1 10:02:05–10:02:40 (35 s) of Sunday Service (s1)" in answer
        assert "2. Cut the clip" in answer
        await gallery.passes(40, step=5)
        assert cuts(gallery) == 0

    async def test_above_ten_minutes_is_asked_about(self, gallery: Gallery) -> None:
        await on_air(gallery, until="10:14:00")
        await gallery.type("/live clip last 11 All of it")
        assert "That is 11 min: 10:02:40–10:13:40" in gallery.form
        await gallery.passes(40, step=5)
        assert cuts(gallery) == 0
        await gallery.submit()
        await gallery.passes(60, step=5)
        assert gallery.said("c1 “All of it” 10:02:40–10:13:40 (11 min): Watch it") == 1


class TestWhatCannotBe:
    async def test_a_stream_without_dvr_says_how_to_turn_it_on(self, gallery: Gallery) -> None:
        await on_air(gallery, dvr=False)
        told = await gallery.type("/live clip")
        assert "DVR" in told
        assert f"/live stream edit gcore:{gallery.stream} dvr_enabled=yes" in told
        await gallery.passes(40, step=5)
        assert cuts(gallery) == 0

    async def test_a_range_outside_the_window_is_refused_with_the_window(self, gallery: Gallery) -> None:
        await on_air(gallery)
        told = await gallery.type("/live clip 07:00-07:01")
        assert "07:00:00–07:01:00 begins before anything is kept. What can be cut now: from 09:" in told
        assert "10:05:00–10:06:00 is not over yet: it is 10:04:12 now." in await gallery.type("/live clip 10:05-10:06")
        assert "ends before it begins" in await gallery.type("/live clip 10:03-10:02")
        assert "at most 1 h at a time" in await gallery.type("/live clip 09:03-10:03:30")
        assert await gallery.rehearsal.bot.store.clips("s1") == []

    async def test_one_that_the_provider_refuses_is_told_with_its_reason_and_can_be_tried_again(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        gallery.cloud.stream(gallery.stream).dvr_enabled = False
        await gallery.passes(30, step=5)
        assert gallery.said("@ana c1 “Goal” 10:02:05–10:02:40 (35 s) could not be made:") == 1
        assert gallery.posted("could not be made") == 0
        gallery.cloud.stream(gallery.stream).dvr_enabled = True
        failed = next(
            reply for message in gallery.messages for reply in message.replies if "could not" in gallery.slack.read(reply)
        )
        await gallery.press("clip-again", message=failed)
        await gallery.passes(40, step=5)
        assert gallery.said("Watch it") == 1


class TestItsVideo:
    async def test_is_no_part_of_the_shows_recording(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(60, step=5)
        clip = (await gallery.rehearsal.bot.store.clips("s1"))[0]
        assert clip.state is ClipState.PLAYABLE
        await gallery.at("10:19:50", step=30)
        await gallery.at("10:20:20", step=2)
        await gallery.at("10:50", step=30)
        assert gallery.posted("RECORDINGS READY") == 1
        assert gallery.said("“Stream Clip") == 0
        ready = gallery.slack.read(gallery.message("RECORDINGS READY"))
        assert "1/1 " in ready
        assert "Clip" not in ready
        assert "Recording: 1 part" in gallery.card_text
        assert " · 1 clip" in gallery.card_text

    async def test_is_named_as_the_clip_and_takes_the_place_of_the_link_that_does_not_last(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(30, step=5)
        first = (await gallery.rehearsal.bot.store.clips("s1"))[0]
        await gallery.at("10:17", step=30)
        lasting = (await gallery.rehearsal.bot.store.clips("s1"))[0]
        assert first.link.endswith("master.mp4")
        assert lasting.link != first.link
        (post,) = [reply for message in gallery.messages for reply in message.replies if "Watch it" in gallery.slack.read(reply)]
        assert lasting.link in str(post.blocks)
        assert "Goal" in [video.name for video in await gallery.rehearsal.bot.store.videos()]


class TestAnAnswerThatIsLost:
    async def test_is_looked_for_and_nothing_is_cut_twice(self, gallery: Gallery) -> None:
        await on_air(gallery)
        gallery.cloud.faults.add(Fault(path="*/clip_recording", method="PUT", cut="after"))
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(60, step=5)
        assert cuts(gallery) == 1
        assert gallery.said("Watch it") == 1

    async def test_never_sent_is_sent_once_the_provider_is_back(self, gallery: Gallery) -> None:
        await on_air(gallery)
        gallery.cloud.faults.add(Fault(path="*/clip_recording", method="PUT", status=503))
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(60, step=5)
        assert cuts(gallery) == 1
        assert gallery.said("Watch it") == 1
        assert gallery.posted("is held up") == 0
        assert gallery.posted("failed") == 0

    async def test_a_clip_is_waited_for_until_it_plays(self, gallery: Gallery) -> None:
        await on_air(gallery)
        gallery.cloud.faults.add(Fault(path="/rec/*", method="HEAD", status=425, times=4))
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(30, step=5)
        assert gallery.said("Watch it") == 0
        await gallery.passes(30, step=5)
        assert gallery.said("Watch it") == 1

    async def test_one_that_never_plays_is_told_to_have_failed(self, gallery: Gallery) -> None:
        await on_air(gallery)
        gallery.cloud.faults.add(Fault(path="/rec/*", method="HEAD", status=425, times=None))
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.at("10:40", step=60)
        assert gallery.said("Watch it") == 0
        assert gallery.said("could not be made: Gcore took it, but it cannot be played after 30 min") == 1


class TestTheRest:
    async def test_a_restart_in_the_middle_neither_loses_nor_doubles_it(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip last 45s Goal")
        await gallery.passes(5)
        await restarted(gallery)
        await gallery.passes(60, step=5)
        assert cuts(gallery) == 1
        assert gallery.said("Watch it") == 1

    async def test_a_finish_does_not_take_it_away(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip last 45s Goal")
        await gallery.press("finish")
        await gallery.submit()
        await gallery.passes(60, step=5)
        assert gallery.said("Watch it") == 1

    async def test_the_list_has_clips_and_marks(self, gallery: Gallery) -> None:
        await on_air(gallery)
        assert "There are no clips here yet" in await gallery.type("/live clip list")
        await gallery.type("/live mark Kickoff")
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(40, step=5)
        told = await gallery.type("/live clip list", gallery.ben)
        assert "c1 “Goal” 10:02:05–10:02:40 (35 s), @ana: Watch it" in told
        assert "*m1* 10:04:12 Kickoff, @ana" in told

    async def test_the_log_says_who_wanted_what(self, gallery: Gallery) -> None:
        await on_air(gallery)
        await gallery.type("/live clip 10:02:05-10:02:40 Goal")
        await gallery.passes(40, step=5)
        log: list[Noted] = await gallery.rehearsal.bot.store.as_run("s1")
        asked = next(line for line in log if line.what == "clip c1 asked for")
        assert (asked.by, asked.detail) == (gallery.ana.id, "c1 “Goal” 10:02:05–10:02:40 (35 s)")
        assert any(line.what == "clip c1 ready" for line in log)
