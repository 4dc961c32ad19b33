"""Nothing that people type or a vendor answers holds the event loop for long: with 30,000 of everything no longer than with 30."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import commands
from tests.loop.crowd import crowded
from tests.loop.slices import longest_slice
from tests.studio import Studio

FEW, MANY = 30, int(os.environ.get("MANY", "30000"))
FACTOR, FLOOR = 3.0, 0.05
"""So many times as long as with few may the longest slice be, and never mind so many seconds of processor time."""

JUNK = ("a1:-é " * 166, "10:" * 333, "9" * 1000, "-" * 1000, "every " * 166, "19.30-" * 160, " " * 999 + "x", "(" * 1000)
LINES = (
    *("stream list", "stream list Church 7", "stream edit Churcc", "stream edit zzz", "stream key hall", "stream list nothing"),
    *(
        "video list",
        "video info Recording",
        "video info xyzzy",
        "video list s1",
        "shows",
        "shows past",
        "shows Service",
        "shows mine",
    ),
    *("status s1", "status Service", "clip s1 last 60s", "mark s1 goal", "mark", "link s1", "restream s1", "restream list s1"),
    *("go Service", "finish zzz", "move Service", "record status s1", "help stream", "hold s1", "broadcast s1", "plan"),
)

Act = Callable[[Studio], Awaitable[object]]


def typed(line: str) -> Act:
    return lambda crew: crew.rehearsal.command(crew.ana, crew.channel, f"/live {line}")


async def home(crew: Studio) -> None:
    await crew.slack.open_home(crew.ana)
    await crew.settle()


async def mention(crew: Studio) -> None:
    await crew.slack.mention(crew.ana, crew.channel, f"<@{crew.slack.bot_user_id}> status Service")
    await crew.settle()


def picked(verb: str, action: str, query: str) -> Act:
    async def pick(crew: Studio) -> None:
        await crew.type(f"/live {verb}")
        await crew.slack.options(crew.ana, crew.slack.modals(crew.ana)[-1], action, query)
        await crew.settle()

    return pick


ACTS: dict[str, Act] = {
    **{f"/live {name}": typed(name) for name in sorted(commands.load().commands)},
    **{f"/live {line}": typed(line) for line in LINES},
    **{f"junk {number}": typed(f"plan {junk}") for number, junk in enumerate(JUNK)},
    **{f"junk name {number}": typed(f"stream edit {junk}") for number, junk in enumerate(JUNK)},
    "home": home,
    "mention": mention,
    "pick a stream": picked("video info", "video", "Rec"),
    "redrawing what is kept up to date": lambda crew: crew.rehearsal.bot.outbox.recover(),
    "planning what is looked at": lambda crew: crew.rehearsal.bot.watcher._plan(),
    "pruning": lambda crew: crew.rehearsal.bot._prune(),
}


async def held_by(folder: Path, count: int) -> dict[str, tuple[float, str]]:
    """The longest slice of everything that is done in a workspace with so many of everything."""
    crew, found = await crowded(folder, count), dict[str, tuple[float, str]]()
    try:
        for name, act in ACTS.items():
            with longest_slice() as longest:
                async with asyncio.timeout(60):
                    await act(crew)
            found[name] = longest.seconds, longest.what
    finally:
        await crew.rehearsal.close()
    return found


async def test_nothing_holds_the_loop_longer_with_many_than_with_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("few", "many"):
        (tmp_path / folder).mkdir()
    few, many = await held_by(tmp_path / "few", FEW), await held_by(tmp_path / "many", MANY)
    worst = sorted(((seconds, name, what) for name, (seconds, what) in many.items()), reverse=True)
    with capsys.disabled():
        print(f"\nlongest slices with {MANY} of everything:")  # noqa: T201
        for seconds, name, what in worst[:5]:
            print(f"  {1000 * seconds:.1f} ms (with {FEW}: {1000 * few[name][0]:.1f}) {name[:40]}: {what[:120]}")  # noqa: T201
    late = [f"{name[:60]}: {seconds:.3f} s, {few[name][0]:.3f} s with {FEW}: {what}" for seconds, name, what in worst]
    over = [line for (seconds, name, _), line in zip(worst, late, strict=True) if seconds > max(FLOOR, FACTOR * few[name][0])]
    assert over == []


async def test_what_a_list_cost_before_is_seen(tmp_path: Path) -> None:
    """The control: to ask of each stream whether it is in a list of them, as the list of streams once did."""
    (tmp_path / "few").mkdir()
    crew = await crowded(tmp_path / "few", 1000)
    streams = await crew.rehearsal.bot.providers["gcore"].list_streams()
    await crew.rehearsal.close()

    async def quadratic() -> int:
        left_on = [info for info in streams if info.enabled]
        return len([info for info in streams if info not in left_on])

    with longest_slice() as longest:
        await asyncio.create_task(quadratic())
    assert longest.seconds > FLOOR
