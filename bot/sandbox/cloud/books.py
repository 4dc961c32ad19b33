"""What every simulated vendor keeps: its clockwork, its books and the bell that rings whenever something is written into them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.sandbox.cloud.agenda import Agenda
from bot.sandbox.cloud.ledger import Call, Id, Ledger
from bot.sandbox.cloud.webhooks import Webhooks


class Books:
    """The records behind one simulated account; a vendor's own account adds its objects."""

    def __init__(self, agenda: Agenda, webhook_url: str | None = None) -> None:
        self.agenda = agenda
        self.url = ""
        """`http://127.0.0.1:<port>`, once it listens."""
        self.calls: list[Call] = []
        self.in_flight: list[str] = []
        self._bell = asyncio.Event()
        self.ledger = Ledger(self.ring)
        self.webhooks = Webhooks(webhook_url, self.ring, agenda)

    def ring(self) -> None:
        """Wake everybody who waits for something to be recorded."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as `condition` holds; it is asked after every record."""
        while not condition():
            await self._bell.wait()

    def now(self) -> datetime:
        """The present instant in show time."""
        return self.agenda.now()

    def note(self, kind: str, object_id: Id) -> None:
        """Write an effect into the ledger, with the present instant."""
        self.ledger.note(kind, object_id, self.now())
