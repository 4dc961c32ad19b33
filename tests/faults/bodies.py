"""What a bot lives in: a forked process, or one under strace that is killed in the middle of a system call."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import commands
from tests.faults.child import Order, live

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Syscall:
    """When a bot is to die: as one of its threads makes this system call for the `number`-th time. At 0 it lives."""

    name: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


@dataclass(frozen=True, slots=True)
class Body:
    """A process that a bot lives in. `ended` gives its exit code, negative for a signal; `signal` sends it one."""

    number: int
    line: Connection
    signal: Callable[[int], None]
    ended: Awaitable[int]


_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["tests.faults.child", *(f"commands.{found.name}" for found in pkgutil.iter_modules(commands.__path__))]
)


def strace_works() -> bool:
    """Whether it is installed and may trace here; in many containers it may not."""
    return (
        shutil.which("strace") is not None
        and not subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False).returncode
    )


def forked(order: Order) -> Body:
    """A bot in a process of its own, ready in a moment: its modules were read before."""
    ours, theirs = _context.Pipe()
    process = _context.Process(target=live, args=(order, theirs), daemon=True)
    process.start()
    assert process.pid is not None
    theirs.close()

    async def ended() -> int:
        await _readable(process.sentinel)
        process.join()
        ours.close()
        return process.exitcode or 0

    return Body(process.pid, ours, partial(os.kill, process.pid), ended())


def fork_server() -> int:
    """The process that bots are forked from, which has to get a core first; this one before there is any."""
    return forkserver._forkserver._forkserver_pid or os.getpid()  # type: ignore[attr-defined]


async def traced(order: Order, at: Syscall) -> Body:
    """A bot under strace, which sends it SIGKILL as it enters that call, or writes the calls down if there is no number."""
    ours, theirs = multiprocessing.Pipe()
    inject = ["-e", f"inject={at.name}:signal=SIGKILL:when={at.number}"] if at.number else []
    process = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-qq", "-e", f"trace={at.name}", *inject),
        *("-o", str(order.folder / f"life-{order.life}.calls")),
        *(sys.executable, "-m", "tests.faults.bodies", str(theirs.fileno())),
        pass_fds=[theirs.fileno()],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    theirs.close()
    ours.send(order)

    async def ended() -> int:
        code = await process.wait()
        ours.close()
        return code

    return Body(process.pid, ours, process.send_signal, ended())


async def _readable(file: int) -> None:
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(file, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(file)


def main() -> None:
    """The process under strace: it is told how to live over the line that it is given."""
    line = Connection(int(sys.argv[1]))
    live(line.recv(), line)


if __name__ == "__main__":
    main()
