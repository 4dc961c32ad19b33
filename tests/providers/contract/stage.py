"""A provider and the simulated vendor it talks to, and what a crew does with them whichever they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.errors import ProviderError
from bot.model import JSON, Look, PageState
from bot.providers.base import Address, Capabilities, Connection, Field, Kept, Provider
from bot.providers.catalogue import catalogue
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.cloud import Cloud
from bot.sandbox.played import played
from bot.settings.account import setting_of

SHOWTIME = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PLENTY = 10_000.0
"""Requests per second that no test ever waits for."""
MARGIN = timedelta(seconds=60)
"""Show time beyond what a vendor documents in which things have to have been seen."""
TAG = "showcaller:s12"
TARGET, TARGET_KEY = "rtmp://live.example.org/app", "canary-restream-key"
TYPED = "canary-typed-secret"

STRUCK: dict[str, JSON] = {"text": "church", "long": "We begin at ten", "bool": True, "ids": [], "words": ["church"]}


def able(promise: Callable[[Capabilities], object]) -> list[str]:
    """The simulated providers that promise that."""
    there = catalogue()
    return [name for name in played() if promise(there[name].capabilities)]


def value_for(field: Field) -> JSON:
    """Something that may be typed into a field."""
    if field.default:
        return field.default
    if field.choices:
        return [field.choices[0]] if field.kind == "choices" else field.choices[0]
    if field.kind == "int":
        return field.least or 1
    if field.kind == "pairs":
        return {"church": "main"}
    return TYPED if field.kind == "secret" else STRUCK[field.kind]


def needed(fields: Iterable[Field]) -> dict[str, JSON]:
    """The fields without which nothing can be made."""
    return {field.name: value_for(field) for field in fields if field.needed and field.on_create}


def editable(fields: Sequence[Field]) -> Field:
    """A text of an object that can be changed."""
    return next(field for field in fields if field.on_edit and field.kind in ("text", "long") and not field.moves_ingest)


def typed(address: Address) -> str:
    """What is typed into an encoder, in one line."""
    url = address.url.get_secret_value()
    return f"{url.rstrip('/')}/{address.key.get_secret_value()}" if address.key else url


@dataclass(frozen=True)
class OnAir:
    """A stream with a signal, and its page where the provider has pages."""

    stream: str
    page: str


@dataclass
class Stage:
    """One provider at its simulated vendor; the clock stands still until it is moved."""

    name: str
    provider: Provider
    cloud: Cloud
    clock: RehearsalClock

    @property
    def able(self) -> Capabilities:
        """What is promised."""
        return self.provider.capabilities

    @property
    def now(self) -> datetime:
        """The present instant of the show."""
        return self.clock.now()

    # -- time
    async def later(self, by: timedelta | float) -> None:
        """Let so much show time pass."""
        self.clock.advance(by if isinstance(by, timedelta) else timedelta(seconds=by))
        await self.cloud.settle()

    async def until(self, question: Callable[[], Awaitable[object]], within: timedelta, step: float = 5.0) -> None:
        """Let show time pass until the answer is yes; AssertionError if it is not `within` that."""
        end = self.now + within
        while not await question():
            assert self.now < end, f"{self.able.title}: not within {within}"
            await self.later(step)

    async def comes_true(self, wish: Callable[[], Awaitable[object]], within: timedelta = timedelta(minutes=3)) -> None:
        """Wish again and again, as an operation does, until the provider does it."""

        async def granted() -> bool:
            try:
                await wish()
            except ProviderError as error:
                if error.permanent:
                    raise
                return False
            return True

        await self.until(granted, within)

    # -- streams and pages
    def settings(self, *, clips: bool = True, keeps: bool = True) -> dict[str, JSON]:
        """What a stream is made with, so that it can be clipped and is kept."""
        made = needed(self.able.stream_fields)
        if self.able.recording and self.able.recording.field and not self.able.recording.on_page:
            made[self.able.recording.field] = keeps
        if self.able.clips and self.able.clips.needs:
            made[self.able.clips.needs] = clips
        return made

    async def stream(self, name: str = "church main", tag: str = TAG, *, clips: bool = True) -> str:
        """Make a stream."""
        return (await self.provider.create_stream(name, self.settings(clips=clips), tag)).key.id

    def page_settings(self) -> dict[str, JSON]:
        """What a page is made with, so that the show is kept."""
        assert self.able.pages
        made = needed(self.able.pages.fields)
        if self.able.recording and self.able.recording.field and self.able.recording.on_page:
            made[self.able.recording.field] = True
        return made

    async def page(self, stream: str, name: str = "Sunday Service") -> str:
        """Make a page of a stream."""
        return (await self.provider.create_page(name, stream, self.page_settings())).id

    async def look(self, air: OnAir) -> Look:
        """See it now."""
        return await self.provider.look(air.stream, page=air.page)

    async def push(self, stream: str) -> None:
        """Let an encoder push to where the provider says."""
        addresses = await self.provider.ingest(stream)
        assert self.cloud.push_to(typed(addresses[0])), f"{self.able.title} refuses its own address"

    async def on_air(self, *, clips: bool = True, stream: str = "") -> OnAir:
        """A stream that is on and whose signal is seen."""
        stream = stream or await self.stream(clips=clips)
        air = OnAir(stream, await self.page(stream) if self.able.pages else "")
        if self.able.switch:
            await self.provider.set_enabled(stream, True)
        await self.push(stream)
        await self.sees(air, True)
        return air

    async def sees(self, air: OnAir, signal: bool) -> None:
        """Look until the signal is there, or gone, for as long as the vendor may take to notice."""

        async def seen() -> bool:
            return (await self.look(air)).signal is signal

        await self.until(seen, self.able.detection + MARGIN)

    async def goes_live(self, air: OnAir) -> None:
        """Let viewers in, where there is a way to."""
        if self.able.pages and PageState.LIVE in self.able.pages.states:
            await self.comes_true(lambda: self.provider.set_page(air.page, PageState.LIVE.value))

    # -- what is kept
    async def video(self) -> str:
        """A video, made in the way that the provider has."""
        air, recording = await self.on_air(), self.able.recording
        await self.goes_live(air)
        start = self.now
        if recording and recording.kept is Kept.LIVE:
            await self.provider.start_recording(air.stream)
        await self.later(timedelta(seconds=120))
        if recording and recording.kept is Kept.LIVE:
            await self.provider.stop_recording(air.stream)
        elif recording and recording.kept is Kept.END:
            await self.provider.save_page(air.page, "Sunday Service", start, self.now)
        elif self.able.clips:
            await self.provider.create_clip(air.stream, "Sunday Service", start, self.now, {}, TAG)
        else:
            self.cloud.drop_signal(air.stream)
        await self.until(self.provider.list_videos, timedelta(hours=2), step=60)
        return (await self.provider.list_videos())[0].id

    async def restream(self, owner: str) -> str:
        """A restream target of a stream or of a page."""
        able = self.able.restreams
        assert able
        fields = needed(able.fields)
        url, key = SecretStr(TARGET), SecretStr(TARGET_KEY)
        return (await self.provider.add_restream(owner, "Church channel", url, key, fields, TAG)).id

    def owner(self, air: OnAir) -> str:
        """What restream targets belong to."""
        return air.page if self.able.restreams and self.able.restreams.of == "page" else air.stream


def provider_of(cloud: Cloud, clock: RehearsalClock, *, wrong: bool = False, url: str = "", timeout: float = 10.0) -> Provider:
    """The provider with the account of a simulated vendor; `wrong` credentials if asked for, or at another address."""
    kind, given = catalogue()[cloud.name], dict(cloud.environment())
    secrets = set(cloud.secrets())
    values = {
        field: given[setting_of(cloud.name, field)] for field in kind.account.model_fields if setting_of(cloud.name, field) in given
    }
    if wrong:
        values = {field: "wrong-credential-0" if value in secrets else value for field, value in values.items()}
    if url:
        values["base_url"] = values["base_url"].replace(cloud.base_url, url)
    connection = Connection(clock, timeout=timeout, requests_per_second=PLENTY)
    return kind.open(kind.account.model_validate(values), connection)
