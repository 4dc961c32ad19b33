"""What the database of a measurement holds before the bot starts: shows that are over, on air or going, and a long schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from bot.model import CLOCK, Decision, Operation, Show, ShowState, StreamKey
from bot.store import Store, open_store
from tests.bench.stage import Server, database

AT_ONCE = 500
"""Shows, with their operations, in one commit."""

Entry = tuple[Show | None, Operation | None]


def over(studio: Server, many: int) -> Iterable[Entry]:
    """Shows of the last year that are done."""
    for number in range(1, many + 1):
        start = _now() - timedelta(hours=24 + number % 8000)
        yield _show(studio, f"old{number}", start, ShowState.DONE, off_at=start + timedelta(hours=1)), None


def on_air(studio: Server) -> Iterable[Entry]:
    """A show on air on every stream of the studio, for hours to come."""
    for number, stream in enumerate(studio.ready["streams"], 1):
        start = _now() - timedelta(minutes=10)
        yield _show(studio, f"s{number}", start, ShowState.LIVE, stream=str(stream), on_air_at=start), None


def going(studio: Server) -> Iterable[Entry]:
    """A show on every stream that goes live now, as soon as its signal has been seen to be steady."""
    for number, stream in enumerate(studio.ready["streams"], 1):
        show = _show(studio, f"s{number}", _now() + timedelta(minutes=30), ShowState.OPEN, stream=str(stream))
        yield show, _operation(f"{show.id}:go", show=show.id, stream=show.stream, due=_now(), channel=show.channel)


def scheduled(many: int) -> Iterable[Entry]:
    """Cues of a far future."""
    for number in range(1, many + 1):
        due = _now() + timedelta(days=30, minutes=number)
        yield None, _operation(f"far{number}:go", show=f"far{number}", stream=f"far{number}", due=due)


def prepare(folder: Path, *several: Iterable[Entry]) -> None:
    """Write all of them into the database of a bot that is not running; its folder is made."""
    folder.mkdir(exist_ok=True)
    asyncio.run(_write(folder, several))


async def _write(folder: Path, several: Iterable[Iterable[Entry]]) -> None:
    store = await open_store(str(database(folder)))
    for entries in several:
        waiting = iter(entries)
        while some := list(islice(waiting, AT_ONCE)):
            await _put(store, some)
    await store.close()


async def _put(store: Store, entries: list[Entry]) -> None:
    shows = tuple(show for show, _ in entries if show is not None)
    operations = tuple(operation for _, operation in entries if operation is not None)
    await store.decide(StreamKey("none", "none"), lambda _: Decision(None, shows=shows, operations=operations))


def _show(
    studio: Server,
    show_id: str,
    start: datetime,
    state: ShowState,
    *,
    stream: str = "",
    on_air_at: datetime | None = None,
    off_at: datetime | None = None,
) -> Show:
    return Show(
        id=show_id,
        title=f"Sunday Service {show_id}",
        channel=studio.ready["channel"],
        provider="gcore",
        zone="Europe/Berlin",
        start=start,
        end=start + timedelta(hours=3),
        planned_by=studio.ready["user"],
        planned_at=start - timedelta(days=7),
        state=state,
        stream=stream,
        wants_page=False,
        wants_recording=False,
        on_air_at=on_air_at,
        off_at=off_at,
    )


def _operation(operation_id: str, *, show: str, stream: str, due: datetime, channel: str = "") -> Operation:
    asked = _now() - timedelta(days=7)
    return Operation(operation_id, "go", due, CLOCK, asked, show=show, provider="gcore", stream=stream, channel=channel)


def _now() -> datetime:
    return datetime.now(UTC)
