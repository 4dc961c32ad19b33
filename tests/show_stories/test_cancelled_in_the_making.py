"""Cancelled while it is being made: what arrives at the provider after that is found, and nothing pending is left behind."""

from __future__ import annotations

import asyncio

from bot.model import ShowState
from bot.sandbox.faults import Fault
from tests.show_stories.gallery import Gallery


async def _planned_and_cancelled(gallery: Gallery, path: str, what: str) -> None:
    """Ana cancels while the answer to one request of the making is on its way; what it asked for is there already."""
    answered = asyncio.Event()
    gallery.cloud.faults.add(Fault(path=path, method="POST", answer_held_until=answered))
    await gallery.type("/live plan Sunday Service 10:00-10:20")
    await gallery.slack.submit(gallery.ana, gallery.slack.modals(gallery.ana)[-1], {})
    await gallery.cloud.until(lambda: gallery.count(what) == 1)
    await gallery.slack.command(gallery.ana, gallery.channel, "/live cancel s1")
    await gallery.slack.wait_for(lambda _: gallery.slack.modals(gallery.ana))
    await gallery.slack.submit(gallery.ana, gallery.slack.modals(gallery.ana)[-1], {})
    await gallery.slack.wait_for(lambda _: "CANCELLED" in gallery.everything)
    answered.set()
    await gallery.settle()
    await gallery.passes(20)


async def test_a_broadcast_that_was_on_its_way_is_found_by_its_name_and_deleted(gallery: Gallery) -> None:
    await _planned_and_cancelled(gallery, "/streaming/broadcasts", "broadcast created")
    assert gallery.count("broadcast created") == gallery.count("broadcast deleted") == 1
    assert (await gallery.show()).state is ShowState.CANCELLED


async def test_a_stream_that_was_on_its_way_is_found_by_its_tag_and_left_off(gallery: Gallery) -> None:
    await _planned_and_cancelled(gallery, "/streaming/streams", "stream created")
    show = await gallery.show()
    assert show.stream
    assert gallery.count("stream created") == 1
    assert gallery.count("broadcast created") == 0
    assert (await gallery.show()).state is ShowState.CANCELLED


async def test_going_live_while_a_show_on_a_known_stream_is_being_made_waits_for_its_broadcast(gallery: Gallery) -> None:
    first = await gallery.opened()
    gallery.connect()
    await gallery.passes(15)
    answered = asyncio.Event()
    gallery.cloud.faults.add(Fault(path="/streaming/broadcasts", method="POST", answer_held_until=answered))
    await gallery.type(f"/live plan Extra Service 9:32-9:50 on {first.stream}")
    await gallery.slack.submit(gallery.ana, gallery.slack.modals(gallery.ana)[-1], {})
    await gallery.cloud.until(lambda: gallery.count("broadcast created") == 2)
    await gallery.slack.command(gallery.ana, gallery.channel, "/live go s2")
    await gallery.slack.wait_for(lambda _: gallery.slack.deliveries[-1].acked)
    answered.set()
    await gallery.settle()
    await gallery.passes(5)
    assert gallery.count("broadcast created") == 2
    assert gallery.count("broadcast live") == 1
    assert (await gallery.show("s2")).state is ShowState.LIVE
