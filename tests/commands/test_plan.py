"""`/live plan` where the provider is slow: the form keeps its place."""

from __future__ import annotations

import httpx

from bot.sandbox.faults import Fault
from tests.commands.control_room import a_stream, form, form_text
from tests.studio import Studio


def slow_list(studio: Studio) -> None:
    """Longer than the bot leaves a person without any answer."""
    studio.cloud.faults.add(Fault(path="/streaming/streams", method="GET", times=None, delay=1.3))


async def test_what_the_list_does_not_have_is_told_in_the_window_that_waited(studio: Studio) -> None:
    await a_stream(studio, "Church Main")
    slow_list(studio)
    await studio.slack.command(studio.ana, studio.channel, "/live plan News 20:00-20:15 on nowhere")
    await studio.slack.wait_for(lambda _: studio.slack.modals(studio.ana))
    await studio.settle()
    assert "There is no stream “nowhere”" in form_text(studio)


async def test_a_stream_made_elsewhere_is_in_the_form_that_waited_for_the_list(studio: Studio) -> None:
    headers = {"Authorization": f"APIKey {studio.cloud.token}"}
    async with httpx.AsyncClient(base_url=studio.cloud.base_url, headers=headers) as portal:
        (await portal.post("/streaming/streams", json={"name": "Chapel"})).raise_for_status()
    slow_list(studio)
    await studio.type("/live plan News 20:00-20:15 on chapel")
    assert form(studio).title == "Plan a show"
    assert "Chapel" in form_text(studio)
