"""A small provider that sends pictures on in another way than Gcore: what it does not need for that, it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import ProviderError
from bot.model import JSON, Look, Source, StreamKey
from bot.providers.base import Address, Capabilities, Connection, Gate, Page, Pages, Provider, Restream, Restreams, StreamInfo
from bot.settings import Account

ABLE = Capabilities("Relay", Gate.NONE, "channel", (), timedelta(seconds=10))


class Wire(Provider):
    """One channel; its targets by id, each with the whole address to which the picture goes."""

    name: ClassVar[str] = "relay"
    capabilities: ClassVar[Capabilities] = ABLE
    account: ClassVar[type[Account]] = Account

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, Restream]] = {}
        self.asked: list[str] = []
        self.refusing = ""
        """What it answers to every change, if anything."""

    @classmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        return cls()

    async def close(self) -> None: ...

    async def check(self) -> str:
        return "fine"

    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        return Look(StreamKey(self.name, stream), datetime.now().astimezone(), Source.LOOK, signal=True)

    async def stream(self, stream: str) -> StreamInfo:
        raise NotImplementedError

    async def list_streams(self) -> list[StreamInfo]:
        return []

    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:
        raise NotImplementedError

    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:
        return []

    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        raise NotImplementedError

    async def delete_stream(self, stream: str) -> None: ...

    async def ingest(self, stream: str) -> list[Address]:
        return []


class Multicast(Wire):
    """A target is there or it is not, nobody tells whether the picture arrives, and it belongs to the stream."""

    capabilities: ClassVar[Capabilities] = replace(ABLE, restreams=Restreams(of="stream", switchable=False, reports=False))

    def _change(self, what: str) -> None:
        self.asked.append(what)
        if self.refusing:
            raise ProviderError(self.refusing, permanent=True)

    async def list_restreams(self, owner: str) -> list[Restream]:
        return [target for address, target in self.targets.values() if address.startswith(f"{owner} ")]

    async def add_restream(
        self, owner: str, title: str, url: SecretStr, key: SecretStr, fields: Mapping[str, JSON], tag: str
    ) -> Restream:
        self._change(f"add {title} to {owner}")
        made = Restream(f"t{len(self.targets) + 1}", title, urlsplit(url.get_secret_value()).hostname or "")
        self.targets[made.id] = (f"{owner} {url.get_secret_value()}/{key.get_secret_value()}", made)
        return made

    async def find_restreams(self, owner: str, title: str, url: SecretStr, key: SecretStr, tag: str) -> list[Restream]:
        address = f"{owner} {url.get_secret_value()}/{key.get_secret_value()}"
        return [target for known, target in self.targets.values() if known == address]

    async def remove_restream(self, owner: str, restream: str) -> None:
        self._change(f"remove {restream} from {owner}")
        self.targets.pop(restream, None)


class Channels(Multicast):
    """A target belongs to the page, can be switched, and nobody tells whether the picture arrives."""

    capabilities: ClassVar[Capabilities] = replace(
        ABLE, pages=Pages(states=frozenset(), deletable=False), restreams=Restreams(of="page", switchable=True, reports=False)
    )

    async def add_restream(
        self, owner: str, title: str, url: SecretStr, key: SecretStr, fields: Mapping[str, JSON], tag: str
    ) -> Restream:
        made = replace(await super().add_restream(owner, title, url, key, fields, tag), active=False)
        self.targets[made.id] = (self.targets[made.id][0], made)
        return made

    async def switch_restream(self, owner: str, restream: str, on: bool) -> Restream:
        self._change(f"switch {restream} {'on' if on else 'off'}")
        address, target = self.targets[restream]
        self.targets[restream] = (address, replace(target, active=on))
        return replace(target, active=on)

    async def create_page(self, name: str, stream: str, fields: Mapping[str, JSON]) -> Page:
        raise NotImplementedError

    async def find_pages(self, name: str, stream: str) -> list[Page]:
        return []

    async def page(self, page: str) -> Page:
        raise NotImplementedError

    async def update_page(self, page: str, fields: Mapping[str, JSON]) -> Page:
        raise NotImplementedError
