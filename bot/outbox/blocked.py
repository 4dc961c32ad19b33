"""Channels that take nothing from the bot for now, and when each is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.outbox.pace import Pace


@dataclass(slots=True)
class _Block:
    code: str
    failures: int = 0
    until: float = 0.0


@dataclass
class Blocked:
    """By channel: Slack's word for it, and until when nothing is sent there. Times are real epoch seconds."""

    pace: Pace
    now: Callable[[], float]
    _blocks: dict[str, _Block] = field(default_factory=dict)

    def note(self, channel: str, code: str) -> bool:
        """Slack took nothing there; whether that is news. The next try is later with each refusal in a row."""
        first = channel not in self._blocks
        block = self._blocks.setdefault(channel, _Block(code))
        block.code, block.failures = code, block.failures + 1
        block.until = self.now() + self.pace.blocked_delay(block.failures)
        return first

    def until(self, channel: str) -> float:
        """When the channel may be tried again; the past where it is not blocked."""
        block = self._blocks.get(channel)
        return block.until if block is not None else 0.0

    def holds(self, channel: str) -> bool:
        """Whether the channel's last post was refused."""
        return channel in self._blocks

    def lift(self, channel: str) -> None:
        """Something may have mended it: the channel is tried at once, and often if that was too early."""
        if (block := self._blocks.get(channel)) is not None:
            block.until, block.failures = 0.0, 0

    def clear(self, channel: str) -> bool:
        """Slack takes posts there; whether it had not."""
        return self._blocks.pop(channel, None) is not None

    def move(self, old: str, new: str) -> None:
        """The channel has another id."""
        self._blocks.pop(old, None)
        self.lift(new)
