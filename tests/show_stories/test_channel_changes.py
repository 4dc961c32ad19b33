"""A running show whose channel changes under it: the bot is thrown out and comes back, the channel is archived, shared, renamed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.model import Post, ShowState
from bot.slack.blocks import say
from tests.studio import Studio

CHANGES: dict[str, tuple[Callable[[Studio], None], Callable[[Studio], None]]] = {
    "kicked": (lambda studio: studio.slack.remove(studio.channel), lambda studio: studio.slack.invite(studio.channel)),
    "archived": (lambda studio: studio.slack.archive(studio.channel), lambda studio: studio.slack.unarchive(studio.channel)),
}


async def known(studio: Studio, old: str) -> None:
    """Return once the bot knows that the channel has another id; TimeoutError after ten real seconds."""
    async with asyncio.timeout(10):
        followed = False
        while not followed:
            await asyncio.sleep(0.005)
            followed = studio.rehearsal.bot.directory.current(old) != old
    await studio.settle()


async def on_hold_and_back(studio: Studio) -> None:
    """The show changes its state, so that the card has to change."""
    elsewhere = studio.slack.add_channel("elsewhere", members=[studio.ana])
    await studio.rehearsal.bot.directory.members(studio.channel.id)
    said = await studio.rehearsal.command(studio.ana, elsewhere, "/live hold s1")
    assert "Held" in said


@pytest.mark.parametrize("change", CHANGES)
async def test_the_card_is_true_within_moments_of_the_channels_return(studio: Studio, change: str) -> None:
    begin, end = CHANGES[change]
    await studio.make_admin()
    await studio.plan()
    begin(studio)
    await studio.settle()
    await on_hold_and_back(studio)
    assert "Held by" not in studio.card_text
    end(studio)
    await studio.settle()
    await studio.slack.wait_for(lambda _: "Held by" in studio.card_text)
    assert studio.rehearsal.bot.outbox.metrics.dead == 0


async def test_a_shared_private_channel_keeps_its_show_its_card_and_its_rights(studio: Studio) -> None:
    studio.channel.kind = "private"
    await studio.plan()
    old = studio.channel.id
    studio.slack.share(studio.channel)
    await studio.settle()
    await known(studio, old)
    await known(studio, old)
    assert (await studio.show()).channel == studio.channel.id != old
    await studio.rehearsal.press(studio.ben, studio.card, "more", "Open now")
    assert (await studio.show()).state is ShowState.OPEN
    assert "Held" in await studio.type("/live hold s1 we wait")
    await studio.slack.wait_for(lambda _: "we wait" in studio.card_text)
    grants = await studio.rehearsal.bot.store.grants((await studio.show()).key)  # type: ignore[arg-type]
    assert {grant.channel for grant in grants} == {studio.channel.id}


@pytest.mark.parametrize("down", [False, True])
async def test_a_change_of_id_that_nobody_was_told_of_is_found_by_the_bots_own_messages(studio: Studio, down: bool) -> None:
    studio.channel.kind = "private"
    await studio.plan()
    old = studio.channel.id
    studio.slack.add_channel("another", members=[studio.ana], private=True)
    if down:
        await studio.rehearsal.stop_bot()
    studio.slack.share(studio.channel, silent=True)
    if down:
        await studio.rehearsal.start_bot()
    else:
        elsewhere = studio.slack.add_channel("elsewhere", members=[studio.ana])
        await studio.rehearsal.command(studio.ana, elsewhere, "/live hold s1")
    await known(studio, old)
    assert (await studio.show()).channel == studio.channel.id != old
    assert "Held" in await studio.type("/live hold s1 we wait")
    await studio.slack.wait_for(lambda _: "we wait" in studio.card_text)


async def test_news_of_the_settings_channel_follow_it_too(studio: Studio) -> None:
    news = studio.slack.add_channel("news", members=[studio.ana], private=True)
    await studio.rehearsal.stop_bot()
    studio.rehearsal._env["OPS_CHANNEL"] = studio.rehearsal._env["DEFAULT_CHANNEL"] = news.id
    await studio.rehearsal.start_bot()
    old = news.id
    studio.slack.share(news)
    await studio.settle()
    await known(studio, old)
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.rehearsal.bot.store.post(Post("word", old, studio.now, text="a word to the operators"))
    await studio.settle()
    assert await studio.rehearsal.bot.voice.tell(old, say("the disk is full"))
    said = [message.text for message in studio.slack.channel(news).messages]
    assert {"a word to the operators", "the disk is full"} <= set(said)
