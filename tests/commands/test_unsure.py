"""What is asked for without a show and cannot be decided: it ends with its sentence, because it has no buttons to ask with."""

from __future__ import annotations

import asyncio

import httpx

from bot.model import OperationState
from bot.sandbox.faults import Fault
from tests.commands.control_room import FIRST_STREAM, last_words
from tests.studio import Studio


async def test_a_stream_that_is_there_twice_after_a_lost_answer_is_told_and_over(studio: Studio) -> None:
    answered = asyncio.Event()
    studio.cloud.faults.add(Fault("/streaming/streams", "POST", answer_held_until=answered, cut="after"))
    await studio.slack.command(studio.ana, studio.channel, "/live stream create Church Main")
    await studio.cloud.until(lambda: bool(studio.cloud.ledger.of("stream created")))
    tag = studio.cloud.stream(FIRST_STREAM).client_entity_data
    async with httpx.AsyncClient(headers={"Authorization": f"APIKey {studio.cloud.token}"}) as somebody_else:
        twin = {"name": "Church Main", "client_entity_data": tag}
        (await somebody_else.post(f"{studio.cloud.base_url}/streaming/streams", json=twin)).raise_for_status()
    answered.set()
    await studio.settle()
    assert "has 2 streams made for this. Delete all but one." in last_words(studio)
    asked = await studio.rehearsal.bot.store.operations(unfinished=False)
    assert [op.state for op in asked if op.verb == "create_stream"] == [OperationState.FAILED]
    assert not [call for call in studio.slack.calls if call.error]
