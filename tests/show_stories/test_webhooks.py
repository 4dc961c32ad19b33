"""Webhooks come twice, late, reversed or never: each state is told once, in order, with its source."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.elsewhere import SUNDAY_MORNING
from tests.show_stories.gallery import Gallery

ONCE_IN_ORDER = (
    "*Started*",
    "*Recording started*",
    "*Recording stopped*",
    "is being processed",
    "can be watched",
    "is ready (",
)


LOOKED = "*Started*: the encoder's signal is there (seen by our look"
BACK = ("*Started*", "*Recording started*")


async def whole_show(gallery: Gallery) -> None:
    """From planning until the recording is ready."""
    await gallery.finished()
    await gallery.at("10:40", step=60)


def each_state_once_in_order(gallery: Gallery) -> bool:
    """What the crew reads of a clean show, however the webhooks came."""
    assert [gallery.said(text) for text in ONCE_IN_ORDER] == [1] * len(ONCE_IN_ORDER), gallery.everything
    assert (gallery.posted("*ON AIR"), gallery.posted("*OFF AIR"), gallery.posted("RECORDINGS READY")) == (1, 1, 1)
    return gallery.in_order(*ONCE_IN_ORDER)


async def test_each_webhook_twice(gallery: Gallery) -> None:
    gallery.cloud.webhooks.repeat_next(1000)
    await whole_show(gallery)
    assert each_state_once_in_order(gallery)


async def test_no_webhook_at_all(gallery: Gallery) -> None:
    gallery.cloud.webhooks.lose_next(1000)
    await whole_show(gallery)
    assert each_state_once_in_order(gallery)


async def test_all_webhooks_held_until_the_show_is_over(gallery: Gallery) -> None:
    gallery.cloud.webhooks.hold()
    await whole_show(gallery)
    gallery.cloud.webhooks.release()
    await gallery.settle()
    await gallery.passes(30, step=5)
    assert each_state_once_in_order(gallery)


async def test_held_and_delivered_in_reverse(gallery: Gallery) -> None:
    gallery.cloud.webhooks.hold()
    await whole_show(gallery)
    gallery.cloud.webhooks.release("reversed")
    await gallery.settle()
    await gallery.passes(30, step=5)
    assert each_state_once_in_order(gallery)


async def test_on_and_off_reversed_while_on_air_is_no_outage(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.webhooks.hold()
    gallery.drop()
    await gallery.passes(4)
    gallery.connect()
    await gallery.passes(3)
    gallery.cloud.webhooks.release("reversed")
    await gallery.settle()
    await gallery.passes(30, step=5)
    assert "ON AIR since 10:00:00" in gallery.state
    assert gallery.posted("OFF AIR") == 0


async def test_a_straggler_in_an_outage_brings_nothing_back(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(10)
    before = [gallery.said(words) for words in BACK]
    for _ in range(2):
        gallery.cloud.webhooks.send("stream", "stream", {"id": gallery.stream, "live": True, "recording": True}, gallery.now)
        await gallery.settle()
        await gallery.passes(10)
    assert [gallery.said(words) for words in BACK] == before == [1, 1]
    assert "NO SIGNAL" in gallery.state


async def test_what_is_back_is_told_once_by_the_look_that_its_webhook_sets_off(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(10)
    looks = gallery.said(LOOKED)
    gallery.connect()
    await gallery.passes(3)
    assert gallery.said(LOOKED) == looks + 1
    await gallery.passes(20, step=2)
    assert [gallery.said(words) for words in BACK] == [2, 2]


async def test_while_the_provider_is_out_its_webhooks_are_told_as_reported(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(10)
    gallery.cloud.faults.add(Fault("/streaming/*", status=503, times=None))
    gallery.connect()
    await gallery.settle()
    assert gallery.said("*Started*") == 1
    await gallery.passes(4)
    assert gallery.said("*Started*") == 2
    assert gallery.said("reported by webhook, not confirmed by a look of ours") == 1
    gallery.cloud.faults.clear()
    await gallery.passes(20, step=2)
    assert gallery.said("*Started*") == 2


async def test_the_short_edition_of_the_webhooks_is_understood(gallery: Gallery) -> None:
    gallery.cloud.habits.webhook_style = "short"
    await whole_show(gallery)
    assert each_state_once_in_order(gallery)


async def test_the_edition_with_transcoding_is_understood(gallery: Gallery) -> None:
    gallery.cloud.habits.webhook_style = "w3"
    await whole_show(gallery)
    assert each_state_once_in_order(gallery)


async def test_without_broadcast_webhooks_the_answers_are_enough(gallery: Gallery) -> None:
    gallery.cloud.habits.broadcast_webhooks = False
    await whole_show(gallery)
    assert each_state_once_in_order(gallery)


async def test_a_webhook_starts_no_effect(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:00:30", step=120)
    gallery.cloud.webhooks.send("stream", "stream", {"id": gallery.stream, "live": True, "recording": False}, gallery.now)
    await gallery.settle()
    await gallery.passes(20)
    assert gallery.count("broadcast live") == 0


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Gallery]:
    """A gallery whose provider has a default channel, which those who look after the bot read as well."""
    first_channel = Gallery(Rehearsal(tmp_path, commands.load())).channel.id
    env = {"GCORE_CHANNEL": first_channel, "OPS_CHANNEL": first_channel}
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_MORNING, env=env)
    gallery = Gallery(rehearsal)
    await rehearsal.open()
    await rehearsal.settle()
    yield gallery
    await rehearsal.close()


async def test_a_stream_without_a_show_is_told_in_the_providers_channel(newsroom: Gallery) -> None:
    await newsroom.type("/live stream create Chapel")
    await newsroom.type("/live stream enable Chapel")
    newsroom.stream = 201693
    newsroom.connect()
    await newsroom.passes(20, step=5)
    assert newsroom.posted("Chapel: :satellite_antenna: *Started*: the encoder's signal is there") == 1
    newsroom.drop()
    await newsroom.passes(20, step=5)
    assert newsroom.posted("Chapel: :warning: *Signal lost*") == 1


async def test_a_type_that_nobody_knows_is_shown_as_the_vendor_wrote_it_and_once(newsroom: Gallery) -> None:
    for number in range(3):
        newsroom.cloud.webhooks.send("stream.paused", f"{number}", {"type": "stream.paused", "message": {}}, newsroom.now)
        await newsroom.settle()
    assert newsroom.posted("Gcore sent a webhook of a type that I do not know, “stream.paused”. It is kept") == 1
    newsroom.cloud.webhooks.send("other", "9", {"type": "<!channel> other", "message": {}}, newsroom.now)
    await newsroom.settle()
    assert newsroom.posted("of a type that I do not know") == 2
    assert "&lt;!channel&gt; other" in str([message.blocks for message in newsroom.messages])
