"""`/live video`: the recordings of a show, told, named and deleted."""

from __future__ import annotations

import pytest

from tests.commands.control_room import form, form_text, last_answer, last_words, on_air, private_messages
from tests.studio import Studio


@pytest.fixture
async def recorded(studio: Studio) -> int:
    """A show is on air, its recording was stopped and its only part is ready; the number of that video."""
    await _stop_recording(studio)
    await studio.passes(480, step=40)
    return int(studio.cloud.ledger.of("video created")[0].id)


async def _stop_recording(studio: Studio) -> None:
    await on_air(studio)
    await studio.type("/live record stop")
    await studio.submit()
    await studio.passes(10, step=5)


async def test_bare_video_lists_the_recordings_of_the_show_here(studio: Studio, recorded: int) -> None:
    answer = await studio.type("/live video")
    assert "Recordings of Sunday Service" in answer
    assert f"({recorded}): ready" in answer


async def test_info_tells_qualities_length_size_and_a_download(studio: Studio, recorded: int) -> None:
    answer = await studio.type(f"/live video info {recorded}")
    assert "Status: *ready*" in answer
    assert "Length: 1:" in answer
    assert "complete" in answer
    assert "MB" in answer
    assert "Watch" in answer
    assert "Download vod" in answer
    assert "/download|" in str(last_answer(studio).blocks)


async def test_an_unfinished_video_has_no_download(studio: Studio) -> None:
    await _stop_recording(studio)
    video = studio.cloud.ledger.of("video created")[0].id
    answer = await studio.type(f"/live video info {video}")
    assert "Status: *pending*" in answer
    assert "Download" not in answer


async def test_a_video_is_named_in_one_line_or_in_a_form(studio: Studio, recorded: int) -> None:
    answer = await studio.type(f"/live video rename {recorded} Advent, whole service")
    assert "Name the video “Advent, whole service”" in answer
    assert "Advent, whole service" in await studio.type("/live video")
    await studio.type('/live video rename "advent, whole"')
    assert "Advent, whole service" in str(form(studio).blocks)
    await studio.submit(name="First Advent")
    assert "First Advent" in await studio.type("/live video info first")
    assert any("Name the video “First Advent”" in message for message in private_messages(studio))


async def test_deleting_a_video_asks_first_and_is_for_good(studio: Studio, recorded: int) -> None:
    await studio.type(f"/live video delete {recorded}")
    assert "cannot be undone" in form_text(studio)
    assert studio.cloud.ledger.of("video deleted") == []
    await studio.submit()
    assert [effect.id for effect in studio.cloud.ledger.of("video deleted")] == [recorded]
    noted = await studio.rehearsal.bot.store.as_run("s1")
    assert any(line.what == "video deleted" and line.by == studio.ana.id for line in noted)


async def test_the_buttons_of_a_told_video_lead_to_its_forms(studio: Studio, recorded: int) -> None:
    await studio.type("/live video")
    await studio.press("video-info:0", message=last_answer(studio))
    await studio.press("video-rename", message=last_answer(studio))
    assert form(studio).title == "Rename video"
    await studio.press("video-delete", message=last_answer(studio))
    assert form(studio).title == "Delete this video?"


async def test_a_video_is_picked_where_none_was_named(studio: Studio, recorded: int) -> None:
    await studio.type("/live video info")
    found = await studio.slack.options(studio.ana, form(studio), "video", "sunday")
    assert [option["value"] for option in found.options] == [f"gcore:{recorded}"]
    await studio.submit(video=f"gcore:{recorded}")
    assert "Status: *ready*" in last_words(studio)


async def test_without_a_video_the_answer_says_when_there_will_be_one(studio: Studio) -> None:
    assert "There are no videos yet" in await studio.type("/live video")


async def test_strangers_to_the_show_delete_nothing_of_it(studio: Studio, recorded: int) -> None:
    eve = studio.slack.add_user("eve")
    lobby = studio.slack.add_channel("lobby", members=[eve])
    await studio.rehearsal.command(eve, lobby, f"/live video delete {recorded}")
    assert "belongs to #studio" in form_text(studio, eve)
    assert studio.cloud.ledger.of("video deleted") == []


async def test_the_card_lists_the_recordings(studio: Studio, recorded: int) -> None:
    await studio.type("/live finish s1 now")
    await studio.submit()
    await studio.passes(60, step=10)
    await studio.press("recordings")
    assert "Recordings of Sunday Service" in last_words(studio)
