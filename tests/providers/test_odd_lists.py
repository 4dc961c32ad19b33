"""One item that nobody can use never loses the list: the rest is read, and the log counts what was skipped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.providers.base import Provider
from bot.providers.catalogue import catalogue
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.faults import Fault
from bot.sandbox.played import play
from tests.odd_json import odd_names
from tests.providers.contract.stage import provider_of

JUNK: tuple[Any, ...] = (None, 5, "text", [], {}, {"id": None, "publicId": None, "streamUUID": None, "contentId": {}}, True)
LISTS = ("items", "data", "live_stream_keys")


def with_junk(value: Any) -> Any:
    """Each list of objects in an answer, with junk between its items."""
    if isinstance(value, list):
        mixed = [with_junk(inner) for inner in value]
        return [*JUNK, *mixed, *JUNK] if any(isinstance(inner, dict) for inner in value) else mixed
    return {key: with_junk(inner) for key, inner in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", sorted(catalogue()))
async def test_junk_in_a_list_is_skipped_and_logged(name: str, caplog: pytest.LogCaptureFixture) -> None:
    clock = RehearsalClock()
    cloud = play(name, clock)
    await cloud.start()
    provider: Provider = provider_of(cloud, clock)
    try:
        made = {(await provider.create_stream(f"Church {number}", {}, f"s{number}")).key for number in range(3)}
        cloud.faults.add(Fault(times=None, method="GET", rewrite=lambda body: json.dumps(with_junk(json.loads(body))).encode()))
        assert {info.key for info in await provider.list_streams()} == made
        assert "were skipped" in caplog.text
        cloud.faults.clear()
        cloud.faults.add(Fault(times=None, rewrite=odd_names))
        listed = await provider.list_streams()
        assert {info.key for info in listed} == made
        assert all(info.name.isprintable() and info.name.startswith("Church") for info in listed)
    finally:
        await provider.close()
        await cloud.stop()


@pytest.mark.parametrize("name", sorted(catalogue()))
async def test_an_orphaned_create_is_found_by_a_name_in_the_other_spelling(name: str) -> None:
    clock = RehearsalClock()
    cloud = play(name, clock)
    await cloud.start()
    provider: Provider = provider_of(cloud, clock)
    try:
        made = await provider.create_stream("Cafe\u0301 Übung", {}, "tag-1")
        found = await provider.find_streams("Café U\u0308bung", "tag-1", clock.now().replace(year=2020))
        assert [info.key for info in found] == [made.key]
    finally:
        await provider.close()
        await cloud.stop()
