"""Somebody who watches a channel over the shoulder of its crew and tells what is new there."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.clock import Clock
from bot.sandbox.slack import Channel, Message, Reader, SlackEmulator, User
from bot.sandbox.terminal import Terminal, Tone

_STATE = re.compile(r"^\*?([A-Z][A-Z, ]+[A-Z])\b")
_OVERFLOW = re.compile(r"\[… [^\]]*\]")
_NOT_YET = (":white_small_square:", ":hourglass_flowing_sand:", "Looked ", "[")

_TONES = {
    "PLANNED": Tone.PLAIN,
    "WAITING FOR ENCODER": Tone.WAITING,
    "READY": Tone.GOOD,
    "ON AIR, NO SIGNAL": Tone.ALARM,
    "ON AIR, NOT SEEN": Tone.ALARM,
    "ON AIR": Tone.AIR,
    "GOING LIVE": Tone.AIR,
    "DONE": Tone.GOOD,
    "LATE": Tone.ALARM,
    "MISSED": Tone.ALARM,
}
"""The colour of a card by its state; states that are not here are waited in."""

_SIGNS = {
    ":red_circle:": Tone.AIR,
    ":rotating_light:": Tone.ALARM,
    ":x:": Tone.ALARM,
    ":white_check_mark:": Tone.GOOD,
    ":film_frames:": Tone.GOOD,
    ":bell:": Tone.WAITING,
    ":warning:": Tone.WAITING,
    ":hourglass:": Tone.WAITING,
}
"""The colour of a post by the sign it begins with."""


class Onlooker:
    """Reads with the eyes of one person, who is named when something is shown to them only."""

    def __init__(
        self,
        slack: SlackEmulator,
        channel: Channel,
        who: User,
        clock: Clock,
        terminal: Terminal,
        secrets: Callable[[], Iterable[str]],
    ) -> None:
        self._slack, self._channel, self._who, self._clock, self._terminal = slack, channel, who, clock, terminal
        self._secrets = secrets
        self._known: dict[str, tuple[int, list[str]]] = {}
        self._latest = ""
        self._afterwards: set[str] = set()
        self._change = asyncio.Event()
        self.leaks: list[str] = []
        """What was in the channel and should never be there: one sentence each, without the secret."""
        slack.workspace.watch(self._look)

    # -- what stands there now
    @property
    def state(self) -> str:
        """The state on the show's present card; empty while there is none."""
        card = self.card
        return _state(self._read(card)[0]) if card else ""

    @property
    def card(self) -> Message | None:
        """The show's present card."""
        return next((one for one in reversed(self._channel.messages) if _is_card(one) and _state(self._read(one)[0])), None)

    def post(self, text: str) -> Message | None:
        """The newest post of the channel itself that says this."""
        return next((one for one in reversed(self._channel.messages) if text in "\n".join(self._read(one))), None)

    def times(self, text: str) -> int:
        """How many messages of the channel and its threads say this now."""
        return sum(text in "\n".join(self._read(one)) for one in self._channel.posted.values())

    def change(self) -> asyncio.Event:
        """Set at the next change of anything in Slack."""
        return self._change

    # -- what is new
    def _look(self) -> None:
        for message in [*self._channel.posted.values(), *self._slack.workspace.ephemerals]:
            before, lines = self._known.get(message.ts, (0, []))
            if before == message.version:
                continue
            now = self._read(message)
            self._known[message.ts] = message.version, now
            self._check(message)
            self._tell(message, lines, now)
        self._change.set()
        self._change = asyncio.Event()

    def _tell(self, message: Message, before: list[str], now: list[str]) -> None:
        if message.ephemeral_to:
            self._whisper(message, _news(before, now))
        elif message.in_thread:
            self._reply(message, before, now)
        elif _is_card(message) and _state(now[0]):
            if not before or _state(before[0]) != _state(now[0]):
                self._show_card(now)
        else:
            self._post(before, now)

    def _show_card(self, lines: list[str]) -> None:
        tone = _TONES.get(_state(lines[0]), Tone.WAITING)
        shown = [_OVERFLOW.sub("[…]", line) for line in lines if not line.startswith("Looked ")]
        self._say("\n".join(shown), tone, "▌ ")

    def _post(self, before: list[str], now: list[str]) -> None:
        if not before:
            tone = next((tone for sign, tone in _SIGNS.items() if now[0].startswith(sign)), Tone.PLAIN)
            self._say("\n".join(_OVERFLOW.sub("[…]", line) for line in now), tone, "▌ ")
        elif (news := "\n".join(_news(before, now))) and news not in self._afterwards:
            self._afterwards.add(news)
            self._say(news, Tone.QUIET, "▌ (now) ", "▌       ")

    def _reply(self, message: Message, before: list[str], now: list[str]) -> None:
        """Steps that are not done yet are not told, they will be; those done later are told with what they belong to."""
        if not before:
            first, *rest = now
            self._say("\n".join([first, *_news([""], rest)]), Tone.PLAIN, "    ↳ ", "    ┆ ")
            self._latest = message.ts
        elif news := _news(before, now):
            head = "" if self._latest == message.ts else f"{now[0].partition(' — ')[0]}: "
            self._say(head + " · ".join(news), Tone.QUIET, "    ┆ ")
            self._latest = message.ts

    def _whisper(self, message: Message, news: list[str]) -> None:
        if news:
            name = self._slack.user(message.ephemeral_to or "").real_name
            self._say("\n".join(news), Tone.PERSON, f"(only {name} sees) ", " " * 4)

    def _say(self, text: str, tone: Tone, margin: str, more: str = "") -> None:
        self._latest = ""
        self._terminal.say(self._clock.now(), text, tone, margin=margin, more=more)

    def _check(self, message: Message) -> None:
        if message.ephemeral_to:
            return
        raw = json.dumps([message.text, message.blocks, message.metadata], ensure_ascii=False)
        if any(secret in raw for secret in self._secrets()):
            self.leaks.append("a secret stood in the channel")

    def _read(self, message: Message) -> list[str]:
        """Without Slack's “(edited)”; “today” is the show's."""
        reader = Reader(self._slack.workspace.names(), self._who.tz, self._clock.now().timestamp())
        return reader.message(replace(message, edited=None, replies=())).splitlines() or [""]


def _is_card(message: Message) -> bool:
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("key", "")).startswith("card")


def _state(line: str) -> str:
    """`ON AIR` of a card's first line, without since when."""
    found = _STATE.match(line)
    return found[1] if found else ""


def _news(before: list[str], now: list[str]) -> list[str]:
    """The lines that are new; of a message that was there, not what is still to be done."""
    return [line for line in now if line not in before and not (before and line.startswith(_NOT_YET))]
