"""Parrot, a vendor made up for a test: what a newcomer writes, and nothing more. It keeps its streams to itself and never stops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Self

from pydantic import Field as Setting
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.model import JSON, Look, Source, StreamKey
from bot.providers.base import Address, Capabilities, Connection, Field, Gate, Provider, StreamInfo
from bot.settings import Account, HeaderSecret, Url


class ParrotAccount(Account):
    """What Parrot wants to know."""

    api_key: HeaderSecret = Setting(description="Parrot: API key")
    base_url: Url = Setting("https://api.parrot.example", description="where Parrot's API is")


class Parrot(Provider):
    """One cage, in which whatever is made is on air from then on."""

    name: ClassVar[str] = "parrot"
    account: ClassVar[type[Account]] = ParrotAccount
    capabilities: ClassVar[Capabilities] = Capabilities(
        title="Parrot",
        gate=Gate.NONE,
        stream_word="perch",
        stream_fields=(
            Field("title", "Title", on_create=False),
            Field("plumage", "Colour of the feathers", "choice", ("green", "grey")),
        ),
        detection=timedelta(seconds=5),
        instead={"recording": "ask it to repeat what it heard"},
    )

    def __init__(self, connection: Connection) -> None:
        self._now = connection.clock.now
        self._perches: dict[str, StreamInfo] = {}

    @classmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        """The provider with this account."""
        return cls(connection)

    async def close(self) -> None:
        """There is nothing to close."""

    async def check(self) -> str:
        """A line about the account."""
        return f"{len(self._perches)} perches"

    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """It is there and squawks, or it is gone."""
        there = stream in self._perches
        return Look(StreamKey(self.name, stream), self._now(), Source.LOOK, signal=there or None, gone=not there)

    async def stream(self, stream: str) -> StreamInfo:
        """One perch."""
        if stream not in self._perches:
            raise ProviderError(f"Parrot has no perch {stream}. Pick another one.", permanent=True, status=404)
        return self._perches[stream]

    async def list_streams(self) -> list[StreamInfo]:
        """All of them."""
        return list(self._perches.values())

    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:
        """Make one."""
        number = str(len(self._perches) + 1)
        look = Look(StreamKey(self.name, number), self._now(), Source.LOOK, signal=True)
        self._perches[number] = StreamInfo(look.key, name, None, look, {"title": name, **fields}, tag, self._now())
        return self._perches[number]

    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:
        """Those with the tag."""
        return [perch for perch in self._perches.values() if perch.tag == tag]

    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        """Nothing about a parrot can be changed."""
        return await self.stream(stream)

    async def delete_stream(self, stream: str) -> None:
        """Let it fly."""
        self._perches.pop(stream, None)

    async def ingest(self, stream: str) -> list[Address]:
        """Where to talk to it."""
        return [Address("RTMP", SecretStr("rtmp://parrot.example/live"), SecretStr(f"perch-{stream}-secret"))]
