"""A whole show played in the terminal: the real bot, a crew of two, an encoder, one interruption, and a check at the provider."""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.providers.base import Gate, Kept
from bot.providers.catalogue import catalogue
from bot.sandbox.cloud import Cloud, Id
from bot.sandbox.onlooker import Onlooker
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Message, Refused, User, View
from bot.sandbox.terminal import HIDDEN, WIDTH, Terminal, Tone
from bot.sandbox.verdict import Expected, differences, summary
from bot.slack.declare import Registry

ZONE = ZoneInfo("Europe/Berlin")

CURTAIN = datetime(2026, 11, 22, 9, 24, tzinfo=ZONE)
"""When the story begins: a Sunday morning."""

DROP = "10:08:00"
"""When the encoder's network fails."""

HURRY = 30.0
"""Show seconds in a real one while nothing is awaited, and nobody has anything to say or do."""

TALK = 3.0
"""Show seconds in a real one at all other times: Slack takes about one post a second, real ones, on a busy machine as well."""

BREATH = 0.02
"""Real seconds between two looks at whether the bot is at work."""

PATIENCE = 120.0
"""Real seconds for the whole story."""

_SECRET_LINE = re.compile(r"`[^`]+`")


class Missed(Exception):
    """Something that the story waits for did not happen in time."""


async def tell(registry: Registry, out: TextIO, *, colour: bool, provider: str = "gcore") -> int:
    """Play the story and print it; 0 only if the provider's own books say that the show was what was planned, else 1."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(errors="replace")
    with tempfile.TemporaryDirectory(prefix="showcaller-story-") as folder:
        rehearsal = stage(Path(folder), registry, provider, limits=True)
        width = min(WIDTH, shutil.get_terminal_size().columns) if out.isatty() else WIDTH
        story = Story(rehearsal, out, colour=colour and not os.environ.get("NO_COLOR"), width=width)
        try:
            await rehearsal.open()
            return await story.play()
        finally:
            await rehearsal.close()


def stage(folder: Path, registry: Registry, provider: str = "gcore", *, limits: bool = False) -> Rehearsal:
    """A world with an account at that provider and no other, on a Sunday morning."""

    def one(clock: Clock) -> Sequence[Cloud]:
        return (play(provider, clock),)

    return Rehearsal(folder, registry, start=CURTAIN.astimezone(UTC), limits=limits, clouds=one)


class Story:
    """One show at one provider; `rehearsal` is open, its clock at `CURTAIN`. `hurry` and `talk` are rates of the show clock.

    `patience` is in real seconds.
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        out: TextIO,
        *,
        colour: bool = False,
        width: int = WIDTH,
        hurry: float = HURRY,
        talk: float = TALK,
        patience: float = PATIENCE,
    ) -> None:
        self._world, self._slack, self._clock = rehearsal, rehearsal.slack, rehearsal.clock
        (self._cloud,) = rehearsal.clouds
        self._able = catalogue()[self._cloud.name].capabilities
        self._hurry, self._talk, self._patience = hurry, talk, patience
        self._ana = self._slack.add_user("ana")
        self._ben = self._slack.add_user("ben")
        self._channel = self._slack.add_channel("sunday-service", members=[self._ana, self._ben])
        self._screen = Terminal(out, colour=colour, zone=ZONE, hidden=self._secrets, width=width)
        self._eyes = Onlooker(self._slack, self._channel, self._ana, self._clock, self._screen, self._secrets)
        self._plan = Expected(_at("10:00"), _at("10:20"))
        self._push_to = ""
        self._waiting = False
        self._at_ease = asyncio.Event()

    # -- the whole
    async def play(self) -> int:
        """From planning to the last recording; the exit code."""
        began = time.monotonic()
        self._screen.say(
            None, f"*Showcaller* calls a show: the real bot, a played Slack, a played {self._able.title}, a hurried clock."
        )
        pace = asyncio.ensure_future(self._keep_pace())
        try:
            async with asyncio.timeout(self._patience):
                await self._world.settle()
                for title, act in self._acts():
                    self._screen.rule(title)
                    await act()
        except TimeoutError:
            return self._broken_off(f"The story took longer than {self._patience:.0f} s.")
        except (Missed, Refused, AssertionError) as why:
            return self._broken_off(str(why))
        finally:
            pace.cancel()
            with suppress(asyncio.CancelledError):
                await pace
        return self._verdict(time.monotonic() - began)

    def _verdict(self, took: float) -> int:
        wrong = [*differences(self._cloud, self._plan, ZONE), *self._eyes.leaks]
        for sentence in wrong:
            self._screen.say(None, f"NOT AS PLANNED: {sentence}.", Tone.ALARM)
        if not wrong:
            self._screen.say(None, f":white_check_mark: *Checked at the provider*: {summary(self._cloud, ZONE)}", Tone.GOOD)
            self._screen.say(None, f"An hour and a quarter in {took:.0f} s.", Tone.QUIET)
        return 1 if wrong else 0

    def _broken_off(self, why: str) -> int:
        self._screen.say(self._clock.now(), f"THE STORY BROKE OFF: {why}", Tone.ALARM)
        self._screen.raw(self._slack.snapshot())
        for sentence in [*differences(self._cloud, self._plan, ZONE), *self._eyes.leaks]:
            self._screen.say(None, f"At the provider: {sentence}.", Tone.ALARM)
        return 1

    def _secrets(self) -> Iterator[str]:
        yield from (self._slack.bot_token, self._slack.app_token, self._slack.signing_secret, self._world.secret)
        yield from self._cloud.secrets()

    @property
    def _gated(self) -> bool:
        """Whether viewers see nothing before they are let in."""
        return self._able.gate is not Gate.NONE

    @property
    def _rolls(self) -> bool:
        """Whether the recording is started and stopped by the bot."""
        return self._able.recording is not None and self._able.recording.kept is Kept.LIVE

    # -- the acts
    def _acts(self) -> tuple[tuple[str, Callable[[], Awaitable[None]]], ...]:
        return (
            ("Planned by one line", self._planning),
            ("Opened, and the encoder connects", self._opening),
            ("On air on schedule, recorded", self._before_the_start),
            ("Interrupted", self._on_air),
            ("And back", self._interruption),
            ("Finished on schedule, video ready", self._end),
        )

    async def _planning(self) -> None:
        typed = "/live plan Sunday Service 10:00-10:20"
        self._tell(f"Ana types *{typed}*", Tone.PERSON)
        await self._slack.command(self._ana, self._channel, typed)
        form = await self._modal(self._ana, "Plan a show")
        shown = next((line for line in self._slack.read(form, self._ana).splitlines() if line.startswith("As it stands")), "")
        self._tell(f"(only Ana sees) the form, filled in. {shown}", Tone.PERSON)
        self._tell("Ana presses *Create*", Tone.PERSON)
        await self._slack.submit(self._ana, form, {})
        await self._state("PLANNED", by="09:27")
        made = f"Create the {self._able.pages.word if self._able.pages else self._able.stream_word}"
        await self._said(made, by="09:27")

    async def _opening(self) -> None:
        await self._skip_to("09:29:58")
        await self._state("WAITING FOR ENCODER", by="09:32")
        await self._skip_to("09:39:55" if self._gated else "09:58:02")
        self._push_to = await self._read_the_address()
        await self._pass_until("09:40:10" if self._gated else "09:58:30")
        self._encoder_connects("The encoder connects, with the address that Ana read")
        if self._gated:
            await self._state("READY", by="09:42")
        else:
            await self._state("PICTURE IS PUBLIC", by="09:59:40")

    async def _before_the_start(self) -> None:
        await self._skip_to("09:54:58")
        await self._said("goes live by itself" if self._gated else "Nothing keeps viewers out", by="10:00")
        await self._skip_to("09:58:58")
        if self._rolls:
            await self._said("Recording started", by="09:59:50")
            await self._said("Start the recording 09:", by="09:59:50")
        await self._skip_to("09:59:57")
        await self._posted("ON AIR — Sunday Service", by="10:01")
        await self._state("ON AIR", by="10:01")

    async def _on_air(self) -> None:
        if self._cloud.watched_by(214):
            self._tell("214 people watch", Tone.WORLD)
        await self._skip_to("10:07:55")
        await self._pass_until(DROP)
        self._tell(":electric_plug: The encoder's network drops", Tone.WORLD)
        self._cloud.drop_signal(self._stream)
        await self._noticing(DROP)
        await self._posted("NO SIGNAL ON AIR", by=self._noticed(30))
        await self._press(self._ben, "take", "I've got it", lambda: self._eyes.post("NO SIGNAL ON AIR"))
        await self._said("Taken by @ben", by=self._noticed(45))
        await self._state("ON AIR, NO SIGNAL", by=self._noticed(60))

    async def _interruption(self) -> None:
        await self._pass_until(self._noticed(30))
        self._encoder_connects(":electric_plug: The encoder's network is back")
        if self._rolls:
            await self._said("Recording started", by="10:09:40", times=2)
        await self._state("ON AIR", by=self._noticed(100))
        if self._rolls:
            await self._said("Start the recording 10:", by="10:09:40")
        await self._said("All clear", by=self._noticed(120))
        await self._said("over, all clear", by=self._noticed(125))
        await self._skip_to("10:09:58")
        await self._said("ends by itself at", by="10:11:30")
        if self._rolls:
            await self._skip_to("10:13:05")
            await self._said("can be watched", by="10:14:30")
            await self._skip_to("10:16:05")
            await self._said("is ready", by="10:17:30")
        await self._skip_to("10:17:58")
        await self._said("ends by itself at", by="10:19", times=2)

    async def _end(self) -> None:
        await self._skip_to("10:19:57")
        if not self._gated:
            await self._encoder_stops_last()
        await self._posted("OFF AIR — Sunday Service", by="10:23")
        await self._state("OFF AIR", by="10:23")
        await self._said("Ended", by="10:23")
        await self._said("Stopped*: ", by="10:23")
        await self._skip_to("10:25:05")
        if self._gated and self._able.switch is None:
            self._crew_stops_the_encoder()
        await self._skip_to("10:28:05")
        await self._posted("RECORDINGS READY", by="10:32")
        await self._skip_to("10:35:02")
        await self._state("DONE", by="10:38")

    async def _encoder_stops_last(self) -> None:
        """Nothing but its crew can stop it: the books close first, and viewers see it until it is silent."""
        await self._posted("CLOSED, STILL PUBLIC — Sunday Service", by="10:21")
        await self._state("CLOSED, STILL PUBLIC", by="10:21")
        await self._posted("stop the encoder", by="10:21")
        await self._pass_until("10:21:10")
        self._crew_stops_the_encoder()
        await self._noticing("10:21:10")

    def _crew_stops_the_encoder(self) -> None:
        self._tell(":electric_plug: The crew stops the encoder", Tone.WORLD)
        self._cloud.drop_signal(self._stream)

    async def _noticing(self, dropped: str) -> None:
        """Nobody can do anything before a slow provider notices."""
        if self._able.detection > timedelta(seconds=20):
            await self._pass_until(f"{(_at(dropped) + self._able.detection).astimezone(ZONE):%H:%M:%S}")

    def _noticed(self, seconds: float) -> str:
        """So many seconds after the provider can have noticed that the signal dropped."""
        when = _at(DROP) + self._able.detection + timedelta(seconds=seconds)
        return f"{when.astimezone(ZONE):%H:%M:%S}"

    # -- people and the world
    def _tell(self, text: str, tone: Tone) -> None:
        self._screen.say(self._clock.now(), text, tone)

    async def _press(self, who: User, action: str, label: str, on: Callable[[], Message | None]) -> None:
        """Press a button of a message that may be redrawn at any moment: look, and press what stands there."""
        message = on()
        if message is None:
            raise Missed(f"There is nothing with “{label}” to press.")
        self._tell(f"{who.real_name} presses *{label}*", Tone.PERSON)
        delivery = await self._slack.press(who, message, action)
        if delivery.error:
            raise Missed(f"Slack answers {delivery.error} to “{label}”.")

    async def _read_the_address(self) -> str:
        """Ingest details are for the asker only; the terminal gets to see that they were shown, not what they are."""
        await self._press(self._ana, "ingest", "Ingest details", lambda: self._eyes.card)
        details = await self._modal(self._ana, "Ingest details", saying="rtmp://")
        read = self._slack.read(details, self._ana)
        shown = " · ".join(_SECRET_LINE.sub(HIDDEN, line) for line in read.splitlines()[2:5])
        self._tell(f"(only Ana sees) {shown}", Tone.PERSON)
        server, key = re.findall(r"`([^`]+)`", read)[:2]
        await self._slack.close_view(self._ana, details)
        return f"{server.rstrip('/')}/{key}"

    async def _modal(self, who: User, title: str, saying: str = "") -> View:
        def there(_: object) -> View:
            view = self._slack.modals(who)[-1]
            if view.title != title or saying not in self._slack.read(view, who):
                raise LookupError(title)
            return view

        return await self._slack.wait_for(there, timeout=10)

    def _encoder_connects(self, words: str) -> None:
        self._tell(words, Tone.WORLD)
        if not self._cloud.push_to(self._push_to):
            raise Missed("The provider refuses the encoder.")

    @property
    def _stream(self) -> Id:
        return self._cloud.ledger.of("stream created")[0].id

    # -- time
    async def _keep_pace(self) -> None:
        """The clock hurries while nobody has anything to do, and nearly walks while something is awaited or said."""
        while True:
            if self._quiet:
                self._at_ease.set()
            else:
                self._at_ease.clear()
            rate = self._hurry if self._at_ease.is_set() else self._talk
            if self._clock.rate != rate:
                self._clock.run_at(rate)
            await asyncio.sleep(BREATH)

    @property
    def _quiet(self) -> bool:
        bot = self._world.bot
        return not (self._waiting or bot.router.busy or bot.engine.busy or bot.outbox.oldest_queued())

    async def _pass_until(self, clock: str) -> None:
        await self._clock.sleep_until(_at(clock))

    async def _skip_to(self, clock: str) -> None:
        """Nothing happens until then: once everything is said, the clock jumps."""
        self._at_ease.clear()
        await self._at_ease.wait()
        if (ahead := _at(clock) - self._clock.now()).total_seconds() > 0:
            self._clock.advance(ahead)

    async def _state(self, state: str, *, by: str) -> None:
        await self._until(f"the card to say {state}", lambda: self._eyes.state == state, by)

    async def _posted(self, text: str, *, by: str) -> None:
        await self._until(f"a post with “{text}”", lambda: self._eyes.post(text) is not None, by)

    async def _said(self, text: str, *, by: str, times: int = 1) -> None:
        await self._until(f"“{text}” to be said, time {times}", lambda: self._eyes.times(text) >= times, by)

    async def _until(self, what: str, shown: Callable[[], bool], by: str) -> None:
        """An edit may have to wait for its turn, seconds of real time: the clock does not run away from what is awaited."""
        late = asyncio.ensure_future(self._clock.sleep_until(_at(by)))
        self._waiting = True
        try:
            while not shown():
                if late.done():
                    raise Missed(f"waited until {by} for {what}.")
                change = asyncio.ensure_future(self._eyes.change().wait())
                await asyncio.wait({late, change}, return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
        finally:
            self._waiting = False
            late.cancel()


def _at(clock: str) -> datetime:
    """That time of the story's day, in UTC."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return CURTAIN.replace(hour=hours, minute=minutes, second=seconds[0] if seconds else 0).astimezone(UTC)
