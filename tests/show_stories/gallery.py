"""The gallery: a studio in which a show can be brought to any moment in one sentence, and asked what people heard."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.model import Show
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Message, User
from tests.sandbox.gcore.overlay import SCHEMA_FILE, check_exchange
from tests.studio import BERLIN, Studio


class Gallery(Studio):
    """The show is the Sunday service from 10:00 to 10:20 in Berlin unless a test plans another."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        super().__init__(rehearsal)
        self.stream = 0
        self.page = 0
        self.against_the_vendor: list[str] = []
        """Exchanges of the bot that the vendor's description does not allow."""
        if SCHEMA_FILE.exists():
            self.cloud.overhear(self._judge)

    def _judge(self, method: str, path: str, asked: bytes, status: int, answered: bytes) -> None:
        try:
            check_exchange(method, path, _json(asked), status, _json(answered) if status < 300 else None)
        except AssertionError as wrong:
            self.against_the_vendor.append(f"{method} {path}: {wrong}")

    # -- people
    async def press(self, action: str, who: User | None = None, message: Message | None = None) -> None:
        """Press a control of the card or of another message, also one in its menu."""
        shown = message or self.card
        menu = [option["value"] for option in self._menu(shown) if json.loads(option["value"])["a"] == action]
        if menu:
            await self.rehearsal.press(who or self.ana, shown, "more", menu[0])
        else:
            await super().press(action, who, shown)

    def _menu(self, message: Message) -> list[dict[str, str]]:
        elements = [element for block in message.blocks for element in block.get("elements", [])]
        return [option for element in elements if element["type"] == "overflow" for option in element["options"]]

    def offers(self, action: str, message: Message | None = None) -> bool:
        """Whether the card, or another message, has this control."""
        shown = message or self.card
        buttons = [element.get("action_id") for block in shown.blocks for element in block.get("elements", [])]
        return action in buttons or action in [json.loads(option["value"])["a"] for option in self._menu(shown)]

    # -- bringing a show to a moment
    async def planned(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """A show is planned by one line and its form, and what it needs is made."""
        show = await self.plan(words, None, **changes)
        show = await self.show(show.id)
        self.stream = int(show.stream)
        self.page = int(show.page or 0)
        return show

    async def opened(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """Half an hour before the start the stream has been enabled."""
        await self.planned(words, **changes)
        await self.at("9:29:50", step=300)
        await self.at("9:30:10")
        return await self.show()

    async def ready(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """The encoder is connected and steady a minute before the start."""
        await self.opened(words, **changes)
        await self.at("9:58:30", step=120)
        self.connect()
        await self.at("9:58:50")
        return await self.show()

    async def on_air(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """It went live by itself at 10:00 and runs."""
        await self.ready(words, **changes)
        await self.at("10:00:10", step=2)
        return await self.show()

    async def finished(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """It ended by itself at 10:20, and the provider confirmed it."""
        await self.on_air(words, **changes)
        await self.at("10:19:50", step=60)
        await self.at("10:20:20", step=2)
        return await self.show()

    # -- the encoder
    def connect(self, *, backup: bool = False) -> None:
        """The encoder pushes."""
        assert self.cloud.connect_encoder(self.stream, backup=backup), "the provider refused the encoder"

    def drop(self, *, backup: bool = False) -> None:
        """The encoder falls silent."""
        assert self.cloud.drop_signal(self.stream, backup=backup), "no encoder was connected"

    # -- what really happened
    def count(self, kind: str) -> int:
        """How often this happened at the provider."""
        return len(self.cloud.ledger.of(kind))

    def times(self, kind: str) -> list[str]:
        """When this happened at the provider, by the clock in Berlin."""
        return [f"{effect.at.astimezone(BERLIN):%H:%M:%S}" for effect in self.cloud.ledger.of(kind)]

    @property
    def deeds(self) -> list[str]:
        """What happened at the provider, in order, from planning on."""
        return self.cloud.ledger.kinds()

    def asked(self, method: str, path: str) -> list[int | None]:
        """The statuses of the bot's calls of this path."""
        return [call.status for call in self.cloud.calls if call.method == method and call.path == path]

    # -- what people read
    @property
    def talk(self) -> list[str]:
        """Every thread below the show's cards, line by line in the order of Slack's own clock."""
        replies = [reply for message in self.messages for reply in message.replies]
        return [self.slack.read(reply) for reply in sorted(replies, key=lambda reply: float(reply.ts))]

    def said(self, text: str) -> int:
        """How often this was said in the threads."""
        return sum(text in line for line in self.talk)

    def posted(self, text: str) -> int:
        """How many of the channel's own messages say this, cards aside."""
        return sum(text in self.top(message) for message in self.messages if not self.is_card(message))

    def top(self, message: Message) -> str:
        """A message without the replies below it."""
        return self.slack.read(replace(message, replies=()))

    def in_order(self, *texts: str) -> bool:
        """Whether the threads say these in this order, each for the first time after the one before."""
        where = [next((i for i, line in enumerate(self.talk) if text in line), -1) for text in texts]
        return -1 not in where and where == sorted(where) and len(set(where)) == len(where)

    def message(self, text: str) -> Message:
        """The newest message of the channel that says this."""
        found = [message for message in self.messages if text in self.top(message)]
        assert found, f"nobody says {text!r}\n{self.everything}"
        return found[-1]

    @property
    def state(self) -> str:
        """The first line of the card."""
        return self.card_text.splitlines()[0]

    @property
    def form(self) -> str:
        """The modal that Ana has open."""
        return self.slack.read(self.slack.modals(self.ana)[-1])

    @property
    def told(self) -> str:
        """What only Ana reads last."""
        return self.slack.read(self.slack.ephemerals(self.ana)[-1], self.ana)


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
