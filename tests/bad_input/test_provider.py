"""A provider that refuses, fails, babbles or hangs at any step of a show: one sentence, nothing half done, nothing doubled."""

from __future__ import annotations

import re
import time

import pytest

from bot.model import ShowState
from bot.sandbox.faults import Fault
from bot.sandbox.gcore.refusals import Shape
from bot.sandbox.slack import Message
from tests.contention import Stopwatch
from tests.studio import Studio

STREAMS, STREAM = "/streaming/streams", "/streaming/streams/*"
PAGES, PAGE = "/streaming/broadcasts", "/streaming/broadcasts/*"
RECORD, STOP = "/streaming/streams/*/start_recording", "/streaming/streams/*/stop_recording"

REFUSALS = [
    (400, Shape.PLATFORM),
    (401, Shape.GATEWAY),
    (403, Shape.PLAIN_ERROR),
    (404, Shape.STATUS_ERROR),
    (422, Shape.FIELD_ERRORS),
    (422, Shape.ERROR_LIST),
    (422, Shape.STATISTICS),
    (422, Shape.HTML),
    (422, Shape.EMPTY),
]
"""Every shape of error body, each with a status it is seen with."""

NEXT_STEP = re.compile(
    r"(Put a valid|Give its role|Change that and try again|may have been deleted|disable one and try|delete videos|Ask for)", re.I
)
RAW = re.compile(r"[{}]|<html|exception_class|request_id|Traceback|nginx|\\n|\bErrno\b", re.I)


async def opened(studio: Studio) -> int:
    """A show whose ingest is on and whose encoder is there, before its recording rolls; its stream."""
    await studio.plan()
    await studio.at("9:31", step=60)
    stream = int((await studio.show()).stream)
    studio.cloud.connect_encoder(stream)
    await studio.at("9:57", step=60)
    return stream


async def on_air(studio: Studio) -> int:
    """A show on air and being recorded; its stream."""
    stream = await opened(studio)
    await studio.at("10:00:15")
    assert (await studio.show()).state is ShowState.LIVE
    return stream


def failures(studio: Studio, title: str) -> list[Message]:
    """The posts that say that this failed."""
    return [message for message in studio.messages if f"*{title} failed*" in message.text]


def a_clear_sentence(message: Message) -> bool:
    """What went wrong with the next step, and nothing raw."""
    return bool(NEXT_STEP.search(message.text)) and not RAW.search(message.text)


async def try_again(studio: Studio, failed: Message) -> None:
    await studio.rehearsal.press(studio.ben, failed, "retry")


# -- refusals
async def test_a_stream_that_cannot_be_made_is_told_and_made_on_trying_again(studio: Studio) -> None:
    for number, (status, shape) in enumerate(REFUSALS, 1):
        studio.cloud.refuse_next(STREAMS, method="POST", shape=shape, status=status, text="is not well", field="uri", times=2)
        show = await studio.plan(f"Show {number} 12:00-12:20")
        assert show.stream == ""
        failed = failures(studio, "Preparing the show")[-1]
        assert f"({show.id})" in failed.text
        assert a_clear_sentence(failed), failed.text
        await try_again(studio, failed)
        assert (await studio.show(show.id)).stream == ""
        await try_again(studio, failures(studio, "Preparing the show")[-1])
        assert (await studio.show(show.id)).stream
        assert (await studio.show(show.id)).page
    assert len(studio.cloud.ledger.of("stream created")) == len(REFUSALS)
    assert len(studio.cloud.ledger.of("broadcast created")) == len(REFUSALS)


async def test_a_stream_that_cannot_be_enabled_is_told_and_enabled_on_trying_again(studio: Studio) -> None:
    show = await studio.plan()
    stream = int(show.stream)
    for status, shape in REFUSALS:
        studio.cloud.refuse_next(STREAM, method="PATCH", shape=shape, status=status, text="is not well", field="active")
        before = failures(studio, "Opening")
        if before:
            await try_again(studio, before[-1])
        else:
            await studio.rehearsal.press(studio.ana, studio.card, "more", "Open now")
        [failed] = failures(studio, "Opening")
        assert failed.ts not in [message.ts for message in before]
        assert a_clear_sentence(failed), failed.text
        assert (await studio.show()).state is ShowState.PLANNED
        assert not studio.cloud.stream(stream).active
    await try_again(studio, failures(studio, "Opening")[-1])
    assert (await studio.show()).state is ShowState.OPEN
    assert len(studio.cloud.ledger.of("enabled", stream)) == 1


async def test_a_pressed_try_again_gives_way_and_an_old_one_changes_nothing(studio: Studio) -> None:
    studio.cloud.refuse_next(STREAM, method="PATCH", shape=Shape.PLAIN_ERROR, status=422)
    await studio.plan()
    await studio.rehearsal.press(studio.ana, studio.card, "more", "Open now")
    failed = failures(studio, "Opening")[-1]
    await try_again(studio, failed)
    assert "tries again" in studio.everything
    await studio.slack.press(studio.ana, failed, "retry", even_if_old=True)
    await studio.settle()
    assert "Nothing was changed." in studio.slack.read(studio.slack.ephemerals(studio.ana)[-1])
    assert len(studio.cloud.ledger.of("enabled")) == 1


@pytest.mark.parametrize(("status", "shape"), [(401, Shape.GATEWAY), (422, Shape.FIELD_ERRORS), (422, Shape.HTML)])
async def test_going_live_that_is_refused_is_told_and_goes_on_trying_again(studio: Studio, status: int, shape: Shape) -> None:
    await opened(studio)
    studio.cloud.refuse_next(PAGE, method="PATCH", shape=shape, status=status, text="is not well", field="status", times=2)
    await studio.at("10:00:15", step=5)
    assert (await studio.show()).state is ShowState.OPEN
    assert studio.heard("ON AIR") == 0
    [failed] = failures(studio, "Going live")
    assert a_clear_sentence(failed), failed.text
    studio.cloud.faults.clear()
    await try_again(studio, failed)
    await studio.passes(5)
    assert (await studio.show()).state is ShowState.LIVE
    assert len(studio.cloud.ledger.of("broadcast live")) == 1


@pytest.mark.parametrize(("status", "shape"), [(403, Shape.PLAIN_ERROR), (404, Shape.STATUS_ERROR)])
async def test_a_page_that_is_refused_or_gone_drops_out_and_stops_neither_open_nor_go_nor_finish(
    studio: Studio, status: int, shape: Shape
) -> None:
    stream = await opened(studio)
    studio.cloud.refuse_next(PAGE, method="PATCH", shape=shape, status=status, text="no such right", times=None)
    await studio.at("10:00:15")
    show = await studio.show()
    assert show.state is ShowState.LIVE
    assert not show.wants_page
    assert studio.heard("goes on without its broadcast: ") == 1
    assert failures(studio, "Going live") == []
    await studio.at("10:21", step=10)
    assert (await studio.show()).state in (ShowState.OFF, ShowState.DONE)
    assert not studio.cloud.stream(stream).active


async def test_a_stream_that_the_provider_does_not_know_everywhere_yet_gets_its_page_a_moment_later(studio: Studio) -> None:
    studio.cloud.refuse_next(PAGES, method="POST", shape=Shape.STATUS_ERROR, status=404)
    await studio.plan()
    show = await studio.show()
    assert show.wants_page
    assert show.page
    assert studio.cloud.ledger.kinds().count("broadcast created") == 1


@pytest.mark.parametrize(("status", "shape"), [(403, Shape.PLAIN_ERROR), (422, Shape.FIELD_ERRORS)])
async def test_a_page_that_cannot_be_made_is_told_and_the_show_goes_on_without(studio: Studio, status: int, shape: Shape) -> None:
    studio.cloud.refuse_next(PAGES, method="POST", shape=shape, status=status, text="no such right")
    show = await studio.plan()
    assert show.stream
    assert not (await studio.show()).wants_page
    assert studio.heard("s1 goes on without “Create the broadcast, pending”: Gcore") == 1
    assert studio.heard("Make it later with /live broadcast create.") == 1
    await studio.at("9:31", step=60)
    assert (await studio.show()).state is ShowState.OPEN


async def test_a_pause_that_is_refused_is_told_and_the_show_stays_on_air(studio: Studio) -> None:
    await on_air(studio)
    for status, shape in ((401, Shape.GATEWAY), (403, Shape.PLAIN_ERROR), (404, Shape.STATUS_ERROR), (422, Shape.FIELD_ERRORS)):
        studio.cloud.refuse_next(PAGE, method="PATCH", shape=shape, status=status, text="is not well", field="status")
        await studio.type("/live pause s1")
        assert (await studio.show()).state is ShowState.LIVE
        assert a_clear_sentence(failures(studio, "Pausing")[-1])
    assert len(failures(studio, "Pausing")) == 4
    assert not studio.cloud.ledger.of("broadcast paused")
    await try_again(studio, failures(studio, "Pausing")[-1])
    assert (await studio.show()).state is ShowState.PAUSED


async def test_a_finish_that_is_refused_is_told_and_the_show_stays_on_air_until_it_works(studio: Studio) -> None:
    stream = await on_air(studio)
    for status, shape in ((401, Shape.GATEWAY), (422, Shape.FIELD_ERRORS)):
        studio.cloud.refuse_next(PAGE, method="PATCH", shape=shape, status=status, text="is not well", field="status")
        await studio.type("/live finish s1")
        await studio.submit()
        await studio.passes(3)
        assert (await studio.show()).state is ShowState.LIVE
        assert a_clear_sentence(failures(studio, "Finishing")[-1])
        assert studio.cloud.stream(stream).active
    await try_again(studio, failures(studio, "Finishing")[-1])
    await studio.passes(25)
    assert (await studio.show()).state is ShowState.OFF
    assert not studio.cloud.stream(stream).active
    assert len(studio.cloud.ledger.of("broadcast finished")) == 1


async def test_a_recording_that_cannot_be_stopped_or_a_stream_not_disabled_is_told_and_tidied_up(studio: Studio) -> None:
    stream = await on_air(studio)
    studio.cloud.refuse_next(STOP, method="PUT", shape=Shape.STATUS_ERROR, status=400, text="is not well")
    studio.cloud.refuse_next(STREAM, method="PATCH", shape=Shape.PLAIN_ERROR, status=403, text="not your stream")
    await studio.type("/live finish s1")
    await studio.submit()
    await studio.passes(20)
    assert (await studio.show()).state is ShowState.OFF
    assert studio.heard("s1 goes on without “Stop the recording”: Gcore refused") == 1
    [failed] = failures(studio, "Finishing")
    assert a_clear_sentence(failed)
    await try_again(studio, failed)
    await studio.passes(30)
    assert not studio.cloud.stream(stream).active
    assert len([line for line in studio.thread() if "Gcore confirms that the stream is off" in line]) == 1


@pytest.mark.parametrize(("status", "shape"), [(401, Shape.GATEWAY), (404, Shape.STATUS_ERROR), (422, Shape.FIELD_ERRORS)])
async def test_a_recording_that_does_not_start_is_an_alarm_and_starts_on_trying_again(
    studio: Studio, status: int, shape: Shape
) -> None:
    stream = await opened(studio)
    studio.cloud.refuse_next(RECORD, method="PUT", shape=shape, status=status, text="No space for recording the stream")
    await studio.at("9:59:20", step=5)
    assert studio.heard("*Not recording*") == 1
    [failed] = failures(studio, "Recording")
    assert a_clear_sentence(failed), failed.text
    assert not studio.cloud.ledger.of("recording started", stream)
    await try_again(studio, failed)
    await studio.passes(10)
    assert len(studio.cloud.ledger.of("recording started", stream)) == 1
    await studio.at("10:00:15")
    assert (await studio.show()).state is ShowState.LIVE


async def test_an_expired_token_is_told_at_each_verb_and_the_show_goes_on_with_a_good_one(studio: Studio) -> None:
    await studio.plan()
    studio.cloud.expire_token()
    await studio.at("9:31", step=60)
    failed = failures(studio, "Opening")[-1]
    assert "Gcore refused the token" in failed.text
    assert "GCORE_API_TOKEN" in failed.text
    for typed in ("stream list", "video list", "stream key s1"):
        said = await studio.type(f"/live {typed}")
        said += "".join(studio.slack.read(view) for view in studio.slack.modals(studio.ana))
        assert "Gcore refused the token" in said, typed
        studio.slack.workspace.screens.clear(studio.ana.id)
    studio.cloud.expire_token(expired=False)
    await try_again(studio, failed)
    studio.cloud.connect_encoder(int((await studio.show()).stream))
    await studio.at("10:00:15")
    assert (await studio.show()).state is ShowState.LIVE


# -- outages
async def test_a_fault_of_the_providers_is_tried_again_and_told_within_seconds(studio: Studio) -> None:
    await studio.plan()
    for status, shape in ((500, Shape.HTML), (502, Shape.EMPTY), (503, Shape.STATUS_ERROR)):
        studio.cloud.refuse_next(STREAM, method="PATCH", shape=shape, status=status)
    watch = Stopwatch()
    await studio.slack.press(studio.ana, studio.card, "more", "Open now")
    held_up = await studio.slack.wait_for(lambda slack: [m for m in slack.channel(studio.channel).messages if "held up" in m.text])
    assert watch.passed() < 5
    assert "Gcore has a fault of its own" in held_up[0].text
    assert held_up[0].text.endswith("Trying on.")
    assert "look before trying again" not in held_up[0].text
    await studio.settle()
    assert (await studio.show()).state is ShowState.OPEN
    assert len(studio.cloud.ledger.of("enabled")) == 1


async def test_a_hiccup_is_not_worth_a_post(studio: Studio) -> None:
    await studio.plan()
    studio.cloud.refuse_next(STREAM, method="PATCH", shape=Shape.EMPTY, status=503)
    await studio.rehearsal.press(studio.ana, studio.card, "more", "Open now")
    assert (await studio.show()).state is ShowState.OPEN
    assert studio.heard("held up") == 0


async def test_too_many_requests_are_waited_for_as_asked_and_a_long_wait_is_told(studio: Studio) -> None:
    await studio.plan()
    studio.cloud.refuse_next(
        STREAM, method="PATCH", shape=Shape.STATUS_ERROR, status=429, text="Too Many Requests", headers={"Retry-After": "3"}
    )
    began = time.monotonic()
    await studio.rehearsal.press(studio.ana, studio.card, "more", "Open now")
    assert time.monotonic() - began >= 3
    assert (await studio.show()).state is ShowState.OPEN
    assert studio.heard("asks to be called less often") == 1


async def test_a_provider_that_answers_nothing_at_all_is_told_and_the_step_goes_on_when_it_answers(studio: Studio) -> None:
    await studio.plan()
    hanging = studio.cloud.faults.add(Fault("*", "*", times=None, delay=30))
    await studio.slack.press(studio.ana, studio.card, "more", "Open now")
    await studio.slack.wait_for(
        lambda slack: [m for m in slack.channel(studio.channel).messages if "did not answer within" in m.text]
    )
    assert (await studio.show()).state is ShowState.PLANNED
    hanging.times = 0
    await studio.settle()
    assert (await studio.show()).state is ShowState.OPEN
    assert len(studio.cloud.ledger.of("enabled")) == 1


async def test_garbage_html_and_half_an_answer_are_outages_that_pass(studio: Studio) -> None:
    stream = await opened(studio)
    for fault in (
        Fault(PAGE, "PATCH", status=200, body=b"<html>Welcome to nginx!</html>", headers={"Content-Type": "text/html"}),
        Fault(STREAM, "GET", status=200, body=b'{"id": ', headers={"Content-Type": "application/json"}),
        Fault(STREAM, "GET", status=200, body=b"[1, 2, 3]", headers={"Content-Type": "application/json"}),
        Fault(PAGE, "PATCH", cut="middle"),
        Fault(PAGE, "PATCH", cut="before"),
        Fault(RECORD, "PUT", cut="middle"),
    ):
        studio.cloud.faults.add(fault)
    await studio.at("10:00:25", step=5)
    assert (await studio.show()).state is ShowState.LIVE
    assert len(studio.cloud.ledger.of("broadcast live")) == 1
    assert len(studio.cloud.ledger.of("recording started", stream)) == 1
    assert not RAW.search("\n".join(studio.slack.read(message) for message in studio.messages).replace("\\", ""))


# -- a create whose answer was lost
@pytest.mark.parametrize("lost", ["after", "middle", "garbage", "500"])
async def test_a_stream_whose_making_was_not_answered_is_adopted_and_not_made_twice(studio: Studio, lost: str) -> None:
    if lost in ("after", "middle"):
        studio.cloud.faults.add(Fault(STREAMS, "POST", cut="after" if lost == "after" else "middle"))
    else:
        status = 200 if lost == "garbage" else 500
        studio.cloud.faults.add(Fault(STREAMS, "POST", status=status, body=b"<html>oops</html>"))
    show = await studio.plan()
    assert len(studio.cloud.ledger.of("stream created")) == 1
    assert show.stream == str(studio.cloud.ledger.of("stream created")[0].id)
    assert len(studio.cloud.ledger.of("broadcast created")) == 1
    posts = [call for call in studio.cloud.calls if (call.method, call.path) == ("POST", STREAMS)]
    assert len(posts) == (1 if lost in ("after", "middle") else 2)


async def test_a_broadcast_whose_making_was_not_answered_is_adopted(studio: Studio) -> None:
    studio.cloud.faults.add(Fault(PAGES, "POST", cut="after"))
    await studio.plan()
    assert (await studio.show()).page == str(studio.cloud.ledger.of("broadcast created")[0].id)
    assert len(studio.cloud.ledger.of("broadcast created")) == 1


async def test_a_recording_whose_start_was_not_answered_is_not_started_twice(studio: Studio) -> None:
    stream = await opened(studio)
    studio.cloud.habits.start_twice_cuts = True
    studio.cloud.habits.recording_delay = 0.0
    studio.cloud.faults.add(Fault(RECORD, "PUT", cut="after"))
    await studio.at("10:00:30", step=5)
    assert len(studio.cloud.ledger.of("recording started", stream)) == 1
    assert len([call for call in studio.cloud.calls if call.path.endswith("/start_recording")]) == 1
    assert (await studio.show()).state is ShowState.LIVE


async def test_a_stream_made_while_the_bot_died_is_adopted_after_the_restart(studio: Studio) -> None:
    studio.cloud.faults.add(Fault(STREAMS, "POST", answer_delay=30))
    await studio.type("/live plan Sunday Service 10:00-10:20")
    await studio.slack.submit(studio.ana, studio.slack.modals(studio.ana)[-1], {})
    await studio.cloud.until(lambda: bool(studio.cloud.ledger.of("stream created")))
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.settle()
    assert len(studio.cloud.ledger.of("stream created")) == 1
    assert (await studio.show()).stream == str(studio.cloud.ledger.of("stream created")[0].id)
