"""`/live record`: a wish that is carried out and confirmed, stopped only after asking."""

from __future__ import annotations

from tests.commands.control_room import choose, form_text, last_answer, last_words, on_air
from tests.studio import Studio


async def test_bare_record_tells_what_is_recorded_with_the_button_to_stop_it(studio: Studio) -> None:
    await on_air(studio)
    answer = await studio.type("/live record")
    assert "Recording: *yes* since 09:04" in answer
    assert "Stop recording…" in answer


async def test_stopping_asks_first_and_the_bot_does_not_roll_again_by_itself(studio: Studio) -> None:
    show = await on_air(studio)
    await studio.type("/live record stop")
    assert "Signal: *there*" in form_text(studio)
    assert studio.cloud.ledger.of("recording stopped") == []
    await studio.submit()
    await studio.passes(60, step=5)
    assert len(studio.cloud.ledger.of("recording stopped")) == 1
    assert len(studio.cloud.ledger.of("recording started")) == 1
    assert (await studio.show(show.id)).wants_recording is False
    assert any("It becomes video" in line for line in studio.thread())


async def test_starting_again_makes_a_second_part(studio: Studio) -> None:
    show = await on_air(studio)
    await studio.type("/live record stop")
    await studio.submit()
    await studio.passes(15, step=5)
    answer = await studio.type("/live record start")
    assert "Starting the recording of Sunday Service (s1)" in answer
    await studio.passes(20, step=5)
    assert len(studio.cloud.ledger.of("recording started")) == 2
    assert (await studio.show(show.id)).wants_recording is True


async def test_starting_what_runs_is_answered_with_since_when(studio: Studio) -> None:
    await on_air(studio)
    assert "is recording already since 09:04" in await studio.type("/live record start")
    assert len(studio.cloud.ledger.of("recording started")) == 1


async def test_without_a_signal_the_wish_is_kept(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20 no record")
    assert "records as soon as there is signal" in await studio.type("/live record start")
    assert (await studio.show(show.id)).wants_recording is True
    assert studio.cloud.ledger.of("recording started") == []


async def test_the_card_has_a_way_to_the_recording(studio: Studio) -> None:
    await on_air(studio)
    await choose(studio, "recording")
    assert "Stop the recording?" in form_text(studio)
    await studio.submit()
    await studio.passes(10, step=2)
    assert len(studio.cloud.ledger.of("recording stopped")) == 1


async def test_two_who_press_start_at_once_start_it_once(studio: Studio) -> None:
    await on_air(studio)
    await studio.type("/live record stop")
    await studio.submit()
    await studio.passes(15, step=5)
    await studio.type("/live record")
    await studio.type("/live record", studio.ben)
    await studio.press("record-start", studio.ana, last_answer(studio))
    await studio.press("record-start", studio.ben, last_answer(studio, studio.ben))
    await studio.passes(20, step=5)
    assert len(studio.cloud.ledger.of("recording started")) == 2
    assert "Starting" in last_words(studio, studio.ben)


async def test_dry_says_what_it_would_do(studio: Studio) -> None:
    await on_air(studio)
    answer = await studio.type("/live record stop dry")
    assert "nothing is done" in answer
    assert "1. Stop the recording" in answer
    assert studio.slack.modals(studio.ana) == []
