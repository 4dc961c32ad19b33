"""Targets at providers that send pictures on in other ways than Gcore: no off, no report, or of the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.context import Context
from bot.model import Decision, Dossier, OperationState, RestreamTarget, Show, ShowState, Source, StreamKey
from bot.operations import all_verbs, restreaming
from bot.operations.engine import Engine
from bot.operations.onair import went_off_air, went_on_air
from bot.operations.restream_steps import OWNER_EVERY
from bot.operations.restreaming import Wish
from bot.providers.base import Restream
from bot.safe import Safe
from bot.sandbox.clock import RehearsalClock
from bot.seal import Seal
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.sightings import Sightings
from bot.slack.restreams import words
from bot.store import Store, open_store
from tests.operations.relay import Channels, Multicast
from tests.operations.rundown import TEN, service

SECRETS = {"url": "rtmp://a.example/live", "key": "hush"}


class Desk:
    """A store with one show, and an engine that works for it."""

    def __init__(self, store: Store, provider: Multicast, safe: Safe) -> None:
        self.store = store
        self.provider = provider
        self.clock = RehearsalClock(TEN, 0)
        sightings = Sightings(store, self.clock, lambda *_: None, lambda *_: None, restreaming.reported)
        self._ended = asyncio.Event()
        wake, there = self._ended.set, {provider.name: provider}
        self.context = Context(store, there, self.clock, Defaults(), sightings, safe=safe, settle=0.0, wake=wake)
        self.engine = Engine(self.context, all_verbs(self.context))

    @property
    def safe(self) -> Safe:
        return self.context.safe

    async def show(self) -> Show:
        found = await self.store.show("s1")
        assert found is not None
        return found

    async def target(self, target_id: str = "r1") -> RestreamTarget:
        found = await self.store.restream(target_id)
        assert found is not None
        return found

    async def decide(self, rule: Callable[[Draft, Show], object]) -> None:
        """Let a rule decide about the show, then everything run that is due."""

        def whole(dossier: Dossier) -> Decision[None]:
            draft = Draft(dossier, self.clock.now())
            rule(draft, draft.show("s1"))
            return draft.decision(None)

        await self.store.decide("s1", whole)
        await self.run()

    async def add(self, title: str = "YouTube", secrets: Mapping[str, str] = SECRETS) -> None:
        wish = Wish(title, "a.example", "U-ANA", restreaming.put_away(self.safe, secrets))

        def rule(dossier: Dossier, ids: tuple[str, ...]) -> Decision[None]:
            draft = Draft(dossier, self.clock.now())
            restreaming.add(draft, draft.show("s1"), ids[0], wish, self.provider.capabilities)
            return draft.decision(None)

        await self.store.add_restreams("s1", 1, rule)
        await self.run()

    async def run(self) -> None:
        while True:
            claimed = await self.store.claim_due(self.clock.now(), "test", self.engine.alive)
            for operation in claimed:
                self.engine.start(operation)
            while self.engine.alive:
                self._ended.clear()
                await self._ended.wait()
            if not claimed:
                return

    async def goes_on_air(self) -> None:
        await self.decide(lambda draft, show: went_on_air(draft, show, draft.now, Source.LOOK, Defaults()))

    async def goes_off_air(self) -> None:
        await self.decide(lambda draft, show: went_off_air(draft, show, draft.now, Source.LOOK))

    async def said(self) -> str:
        """Everything that is to be posted."""
        return "\n".join(parcel.post.text for parcel in await self.store.parcels())

    async def words(self) -> str:
        return words(await self.target(), await self.show(), self.provider.capabilities)


@asynccontextmanager
async def a_desk(folder: Path, provider: Multicast, safe: Safe | None = None, **show: Any) -> AsyncIterator[Desk]:
    store = await open_store(str(folder / "desk.db"))
    desk = Desk(store, provider, safe or Safe(Seal(SecretStr("a-long-random-text-0f9d"))))
    if await store.show("s1") is None:
        said = {"provider": provider.name, "state": ShowState.OPEN, **show}
        await store.plan(lambda handle: Decision(None, shows=(service(id=handle, **said),)))
    await desk.run()
    yield desk
    await desk.engine.drain(1.0)
    await store.close()


# -- a provider that only knows on --------------------------------------------------------------------------------------
async def test_where_there_is_no_off_the_target_is_kept_here_until_it_goes_on(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Multicast()) as desk:
        await desk.add()
        assert desk.provider.asked == []
        assert await desk.words() == "goes on with the show"
        await desk.goes_on_air()
        assert desk.provider.asked == ["add YouTube to 101"]
        assert await desk.words() == "asked on 10:00:00, arrival not reported"
        assert "*YouTube* (r1): asked on 10:00:00, arrival not reported." in await desk.said()
        await desk.goes_off_air()
        assert desk.provider.asked == ["add YouTube to 101", "remove t1 from 101"]
        assert desk.provider.targets == {}
        assert await desk.words() == "off 10:00:00"


async def test_it_goes_on_again_with_the_same_key(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Multicast(), Safe()) as desk:
        await desk.add()
        await desk.goes_on_air()
        await desk.decide(lambda draft, show: restreaming.by_hand(draft, show, draft.restream("r1"), "U-BEN", on=False))
        await desk.decide(lambda draft, show: restreaming.by_hand(draft, show, draft.restream("r1"), "U-BEN", on=True))
        assert [address for address, _ in desk.provider.targets.values()] == ["101 rtmp://a.example/live/hush"]


async def test_somebody_sees_it_arrive_until_it_is_switched_again(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Multicast()) as desk:
        await desk.add()
        await desk.goes_on_air()
        await desk.decide(lambda draft, _: restreaming.notice(draft, draft.restream("r1"), "U-BEN"))
        assert await desk.words() == "asked on 10:00:00, seen by <@U-BEN> 10:00:00"
        await desk.decide(lambda draft, show: restreaming.by_hand(draft, show, draft.restream("r1"), "U-BEN", on=False))
        await desk.decide(lambda draft, show: restreaming.by_hand(draft, show, draft.restream("r1"), "U-BEN", on=True))
        assert await desk.words() == "asked on 10:00:00, arrival not reported"


async def test_without_a_seal_a_restart_before_the_show_loses_the_key_and_it_is_asked_for(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Multicast(), Safe()) as desk:
        await desk.add()
    async with a_desk(tmp_path, Multicast(), Safe()) as desk:
        await desk.goes_on_air()
        assert desk.provider.asked == []
        assert "Its key is needed again." in await desk.said()
        assert (await desk.show()).state is ShowState.LIVE
        sealed = desk.safe.keep((await desk.target()).tag, SECRETS)
        able = desk.provider.capabilities
        await desk.decide(
            lambda draft, show: restreaming.retype(draft, show, draft.restream("r1"), "U-ANA", "a.example", sealed, able)
        )
        assert desk.provider.asked == ["add YouTube to 101"]


async def test_with_a_seal_the_same_restart_loses_nothing(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Multicast()) as desk:
        await desk.add()
    async with a_desk(tmp_path, Multicast()) as desk:
        await desk.goes_on_air()
        assert [address for address, _ in desk.provider.targets.values()] == ["101 rtmp://a.example/live/hush"]


async def test_a_refusal_is_kept_and_told_and_off_is_then_nothing_to_do(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Multicast()) as desk:
        await desk.add()
        desk.provider.refusing = "Relay takes no more targets."
        await desk.goes_on_air()
        assert await desk.words() == "asked on 10:00:00, *failed*: Relay takes no more targets."
        assert "Relay takes no more targets. The show goes on." in await desk.said()
        await desk.goes_off_air()
        assert desk.provider.asked == ["add YouTube to 101"]


async def test_a_target_that_never_got_there_is_not_tried_again_when_the_show_ends(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        desk.provider.refusing = "Relay takes no more targets."
        await desk.add()
        desk.clock.advance(OWNER_EVERY)
        await desk.goes_on_air()
        await desk.goes_off_air()
        assert desk.provider.asked == ["add YouTube to 7"] * 2
        assert (await desk.said()).count("Relay takes no more targets.") == 2
        assert await desk.words() == "off 10:00:05"


async def test_a_target_on_by_hand_that_failed_is_tried_again_with_the_show(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        desk.provider.refusing = "Not now."
        await desk.decide(lambda draft, show: restreaming.by_hand(draft, show, draft.restream("r1"), "U-ANA", on=True))
        desk.provider.refusing = ""
        await desk.goes_on_air()
        assert desk.provider.asked == ["add YouTube to 7", "switch t1 on", "switch t1 on"]
        assert await desk.words() == "asked on 10:00:00, arrival not reported"


# -- targets of the page ------------------------------------------------------------------------------------------------
async def test_a_target_of_the_page_waits_for_the_page(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels(), page="") as desk:
        await desk.add()
        (waiting,) = await desk.store.operations(show="s1")
        assert waiting.state is OperationState.WAITING
        await desk.decide(lambda draft, show: draft.put(replace(show, page="77")))
        desk.clock.advance(OWNER_EVERY)
        await desk.run()
        assert desk.provider.asked == ["add YouTube to 77"]


async def test_it_is_made_off_and_switched_with_the_show(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        await desk.goes_on_air()
        await desk.goes_off_air()
        assert desk.provider.asked == ["add YouTube to 7", "switch t1 on", "switch t1 off"]


async def test_what_is_as_it_should_be_is_not_asked_for(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        address, there = desk.provider.targets["t1"]
        desk.provider.targets["t1"] = (address, replace(there, active=True))
        await desk.goes_on_air()
        assert desk.provider.asked == ["add YouTube to 7"]
        assert (await desk.target()).done_at is not None


async def test_a_target_that_somebody_removed_there_is_told(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        desk.provider.targets.clear()
        desk.clock.advance(minutes=1)
        await desk.goes_on_air()
        assert "YouTube is not there any more at Relay. Remove it and add it again." in await desk.said()


async def test_two_of_a_kind_are_not_guessed_at(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        for number in ("t8", "t9"):
            desk.provider.targets[number] = ("7 rtmp://a.example/live/hush", Restream(number, "YouTube", "a.example", active=False))
        await desk.add()
        assert desk.provider.asked == []
        assert "Relay has 2 targets like “YouTube”. Remove all but one." in await desk.said()


async def test_what_somebody_switched_on_there_is_switched_off_by_hand_and_with_the_show(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()

        async def somebody_switches_it_on() -> None:
            address, there = desk.provider.targets["t1"]
            desk.provider.targets["t1"] = (address, replace(there, active=True))
            told = [desk.provider.targets["t1"][1]]
            await desk.context.sightings.report_restreams(StreamKey("relay", "101"), told, Source.LOOK)

        await somebody_switches_it_on()
        await desk.decide(lambda draft, show: restreaming.by_hand(draft, show, draft.restream("r1"), "U-BEN", on=False))
        await desk.goes_on_air()
        await somebody_switches_it_on()
        await desk.goes_off_air()
        assert desk.provider.asked == ["add YouTube to 7", "switch t1 off", "switch t1 off"]


# -- answers that cross -------------------------------------------------------------------------------------------------
async def test_what_the_provider_answered_before_a_switch_takes_nothing_back(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        asked, answer = desk.clock.now(), [desk.provider.targets["t1"][1]]
        desk.clock.advance(seconds=1)
        await desk.goes_on_air()
        before, said = await desk.target(), await desk.said()
        assert (before.on, before.active) == (True, True)
        await desk.context.sightings.report_restreams(StreamKey("relay", "101"), answer, Source.LOOK, asked=asked)
        assert (await desk.target(), await desk.said()) == (before, said)


async def test_an_answer_that_was_long_on_its_way_takes_back_nothing_that_was_told_meanwhile(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        await desk.goes_on_air()
        desk.clock.advance(seconds=1)
        asked, answer = desk.clock.now(), [desk.provider.targets["t1"][1]]
        desk.clock.advance(seconds=1)
        off = [replace(answer[0], active=False)]
        for listed, at in ((off, None), (answer, asked), (off, None)):
            await desk.context.sightings.report_restreams(StreamKey("relay", "101"), listed, Source.LOOK, asked=at)
            desk.clock.advance(seconds=1)
        assert (await desk.target()).active is False
        assert (await desk.said()).count("was switched off at the provider") == 1


async def test_a_clock_that_is_set_back_makes_nothing_deaf(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        await desk.goes_on_air()
        desk.clock.advance(hours=-1)
        off = [replace(desk.provider.targets["t1"][1], active=False)]
        await desk.context.sightings.report_restreams(StreamKey("relay", "101"), off, Source.LOOK, asked=desk.clock.now())
        assert (await desk.target()).active is False


# -- wishes that cross --------------------------------------------------------------------------------------------------
async def test_off_overtakes_an_on_that_has_not_begun(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()

        def both(draft: Draft, show: Show) -> None:
            restreaming.by_hand(draft, show, draft.restream("r1"), "U-ANA", on=True)
            restreaming.by_hand(draft, show, draft.restream("r1"), "U-BEN", on=False)

        await desk.decide(both)
        assert desk.provider.asked == ["add YouTube to 7"]
        assert len(await desk.store.operations(show="s1", unfinished=False)) == 2
        assert (await desk.target()).on is False


async def test_a_wish_for_another_target_takes_nothing_from_the_first(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        await desk.add("Twitch", {"url": "rtmp://b.example", "key": "hush too"})
        await desk.goes_on_air()
        assert desk.provider.asked[2:] in (["switch t1 on", "switch t2 on"], ["switch t2 on", "switch t1 on"])


async def test_a_target_that_is_removed_while_it_is_on_is_gone_there_and_its_key_here(tmp_path: Path) -> None:
    async with a_desk(tmp_path, Channels()) as desk:
        await desk.add()
        await desk.goes_on_air()
        await desk.decide(lambda draft, show: restreaming.remove(draft, show, draft.restream("r1"), "U-ANA"))
        assert desk.provider.targets == {}
        after = await desk.target()
        assert (after.gone, after.sealed, after.remote) == (True, "", "")
