"""`/live plan` where the provider is slow: the form keeps its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import commands
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from tests.commands.control_room import a_stream, form, form_text
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio, operated_by_ana


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio in which Ana is an operator: keys, disabling and deletion of what no show used are for operators."""
    async with operated_by_ana(Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE)) as playing:
        yield playing


async def typed_while_the_list_is_slow(studio: Studio, text: str) -> None:
    """Gcore lists its streams only once the bot has left the person without any answer for as long as it does."""
    listed = asyncio.Event()
    studio.cloud.faults.add(Fault(path="/streaming/streams", method="GET", times=None, held_until=listed))
    await studio.slack.command(studio.ana, studio.channel, text)
    await studio.slack.wait_for(lambda _: studio.slack.modals(studio.ana))
    listed.set()
    await studio.settle()


async def test_what_the_list_does_not_have_is_told_in_the_window_that_waited(studio: Studio) -> None:
    await a_stream(studio, "Church Main")
    await typed_while_the_list_is_slow(studio, "/live plan News 20:00-20:15 on nowhere")
    assert "There is no stream “nowhere”" in form_text(studio)


async def test_a_stream_made_elsewhere_is_in_the_form_that_waited_for_the_list(studio: Studio) -> None:
    headers = {"Authorization": f"APIKey {studio.cloud.token}"}
    async with httpx.AsyncClient(base_url=studio.cloud.base_url, headers=headers) as portal:
        (await portal.post("/streaming/streams", json={"name": "Chapel"})).raise_for_status()
    await typed_while_the_list_is_slow(studio, "/live plan News 20:00-20:15 on chapel")
    assert form(studio).title == "Plan a show"
    assert "Chapel" in form_text(studio)
