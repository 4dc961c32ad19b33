"""At each provider: a look that breaks on an error of our own, or never ends, rings; a detail that breaks hides no signal."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import Look
from bot.operations import notes
from bot.operations.tending import Tending
from bot.sandbox.faults import Fault
from bot.sandbox.played import played
from bot.show.defaults import Defaults
from tests.show_stories.elsewhere import Elsewhere, sunday_at

PROVIDERS = sorted(played())

BLIND_ALARM = Defaults().blind_alarm.total_seconds()

RHYTHM = 5.0
"""Show seconds between two looks on air."""


def broken(*_: object, **__: object) -> None:
    raise ValueError("an error of our own")


@asynccontextmanager
async def on_air_at(provider: str, folder: Path) -> AsyncIterator[Elsewhere]:
    async with sunday_at(provider, folder) as crew:
        await crew.on_air("Sunday Service 10:00-11:30", finish="by-hand")
        await crew.passes(20, step=5)
        yield crew


async def seconds_until(crew: Elsewhere, true: Callable[[], bool], at_most: float = 120) -> float:
    began = crew.now
    while not true():
        assert (crew.now - began).total_seconds() < at_most, crew.everything
        await crew.passes(1)
    return (crew.now - began).total_seconds()


async def rings_blind(crew: Elsewhere) -> None:
    """Within `BLIND_ALARM_SECONDS` of the last good look, which may have been a whole rhythm ago."""
    seconds = await seconds_until(crew, lambda: crew.posted("*I CANNOT SEE THE STREAM*") == 1)
    assert BLIND_ALARM - 2 * RHYTHM <= seconds <= BLIND_ALARM + RHYTHM


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_answer_that_our_own_reading_trips_over(provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_air_at(provider, tmp_path) as crew:
        words = importlib.import_module(f"bot.providers.{provider}.words")
        with monkeypatch.context() as patched:
            patched.setattr(words, "look", broken)
            await rings_blind(crew)
        await crew.passes(40, step=5)
        assert crew.posted("I can see the stream again") == 1


@pytest.mark.parametrize(
    "where", [("sightings", "_react"), (Tending, "_quality"), (notes, "tend")], ids=["all", "quality", "notes"]
)
async def test_a_rule_of_ours_that_breaks_rings_and_hides_no_lost_signal(
    where: tuple[object, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_air_at("gcore", tmp_path) as crew:
        owner, rule = where
        monkeypatch.setattr(crew.rehearsal.bot.context.sightings if owner == "sightings" else owner, rule, broken)
        await rings_blind(crew)
        crew.vendor.webhooks.lose_next(1000)
        crew.drop()
        assert await seconds_until(crew, lambda: "NO SIGNAL ON AIR" in crew.everything) <= 2 * RHYTHM


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_is_noted_that_cannot_be_written_down(provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no database takes: what is on and off is kept all the same, and a finish is carried out."""
    async with on_air_at(provider, tmp_path) as crew:
        look = type(crew.rehearsal.bot.providers[provider]).look

        async def odd(*args: object, **more: object) -> Look:
            return replace(await look(*args, **more), name="\udc80")  # type: ignore[arg-type]

        monkeypatch.setattr(type(crew.rehearsal.bot.providers[provider]), "look", odd)
        await crew.passes(20, step=5)
        await crew.type("/live finish s1")
        if crew.slack.modals(crew.ana):
            await crew.submit()
        await seconds_until(crew, lambda: crew.posted("OFF AIR —") + crew.posted("STILL PUBLIC —") == 1)
        assert not crew.posted("failed")


DETAILS = [
    *[("gcore", "trouble"), ("gcore", "quality"), ("gcore", "page"), ("gjirafa", "trouble"), ("gjirafa", "page_state")],
    *[("aioz", "trouble"), ("videograph", "_trouble")],
]


@pytest.mark.parametrize(("provider", "detail"), DETAILS)
async def test_a_detail_that_cannot_be_read_hides_no_signal(
    provider: str, detail: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_air_at(provider, tmp_path) as crew:
        monkeypatch.setattr(importlib.import_module(f"bot.providers.{provider}.words"), detail, broken)
        await crew.passes(BLIND_ALARM + 20, step=5)
        assert crew.posted("*I CANNOT SEE THE STREAM*") == 0
        crew.vendor.webhooks.lose_next(1000)
        crew.drop()
        await seconds_until(crew, lambda: crew.posted("*NO SIGNAL ON AIR*") == 1)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_answers_that_are_no_api_ring(provider: str, tmp_path: Path) -> None:
    async with on_air_at(provider, tmp_path) as crew:
        crew.vendor.faults.add(Fault(times=None, status=200, body=b"<html>Welcome</html>", headers={"Content-Type": "text/html"}))
        await rings_blind(crew)


async def test_a_look_that_never_ends_rings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_air_at("gcore", tmp_path) as crew:
        for_ever = asyncio.Event()

        async def never(*_: object, **__: object) -> Look:
            await for_ever.wait()
            raise AssertionError

        bot = crew.rehearsal.bot
        monkeypatch.setattr(type(bot.providers["gcore"]), "look", never)
        began = crew.now
        for _ in range(int(BLIND_ALARM + RHYTHM)):
            crew.rehearsal.clock.advance(seconds=1)
            await asyncio.sleep(0.02)
        await crew.slack.wait_for(lambda _: crew.posted("*I CANNOT SEE THE STREAM*") == 1)
        assert (crew.now - began).total_seconds() <= BLIND_ALARM + RHYTHM
        monkeypatch.undo()
        for_ever.set()


async def test_a_rule_that_breaks_over_blindness_itself_rings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_air_at("gcore", tmp_path) as crew:
        monkeypatch.setattr(Tending, "_draw_unseen", broken)
        crew.vendor.faults.add(Fault(times=None, status=503))
        await rings_blind(crew)
