"""How a process begins and ends where the machine is short of something: a line and an exit code, never a traceback or an abort."""
# nobody else waits for these loops

from __future__ import annotations

import asyncio
import os
import resource
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.store import open_store, shelf_of
from tests.contention import PATIENCE
from tests.process.house import ROOT, House, Process

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Ended:
    """A process that is over."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def env_of(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


async def ends(command: str, settings: Mapping[str, str], folder: Path, before: str = "") -> Ended:
    """Run a shell command line, in which BOT stands for `python -m bot`."""
    line = command.replace("BOT", f"{shlex.quote(sys.executable)} -m bot")
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"{before}\n{line}"),
        cwd=folder,
        env=env_of(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(3 * PATIENCE):  # a story takes its time
        out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace"))


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def answers(port: int) -> None:
    """Return when a bot is ready there."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                if (await http.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def a_database(folder: Path) -> None:
    """What the subcommands work on: a database, and a backup of it."""
    store = await open_store(str(folder / "showcaller.db"))
    await store.close()
    shelf_of(str(folder / "showcaller.db")).make(datetime.now(UTC))


# -- signals ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_drains(house: House, number: signal.Signals) -> None:
    process = await house.start({"LOG_LEVEL": "INFO"})
    await house.plan()
    await process.end(number)
    assert process.code == 0
    assert "Traceback" not in process.said


async def test_a_second_signal_ends_at_once_with_its_code(house: House) -> None:
    process = await house.start({"LOG_LEVEL": "INFO"})
    process.inner.send_signal(signal.SIGSTOP)
    for number in (signal.SIGTERM, signal.SIGHUP):
        process.inner.send_signal(number)
    process.inner.send_signal(signal.SIGCONT)
    await process.end(None)
    assert process.code == 128 + signal.SIGHUP or process.code == 128 + signal.SIGTERM
    assert "again: ending at once" in process.said
    assert "Traceback" not in process.said


async def test_a_hangup_that_was_ignored_stays_ignored(house: House) -> None:
    port = a_free_port()
    process = await started(house, f"trap '' HUP\nexec {shlex.quote(sys.executable)} -m bot run", port)
    process.send_signal(signal.SIGHUP)
    await answers(port)
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def started(house: House, script: str, port: int) -> asyncio.subprocess.Process:
    """A bot begun by a shell, once it is ready."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", script),
        cwd=house.folder,
        env=env_of({**house.settings(), "PORT": str(port), "LOG_LEVEL": "INFO"}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    house.processes.append(Process(process))
    await answers(port)
    return process


# -- standard streams ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"])
async def test_a_bot_runs_and_drains_without_its_standard_streams(house: House, closed: str) -> None:
    port = a_free_port()
    process = await started(house, f"exec {shlex.quote(sys.executable)} -m bot run {closed}", port)
    await house.plan()
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err
    assert (b"Showcaller is ready" in out) == (">&-" not in closed.split() and ">/dev/full" not in closed.split())


async def test_a_bot_whose_readers_went_away_goes_on(house: House) -> None:
    port = a_free_port()
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"exec {shlex.quote(sys.executable)} -m bot run > >(exec sleep 0.01) 2> >(exec sleep 0.01)"),
        cwd=house.folder,
        env=env_of({**house.settings(), "PORT": str(port), "LOG_LEVEL": "DEBUG"}),
    )
    house.processes.append(Process(process))
    await answers(port)
    await house.plan()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


@pytest.mark.parametrize(
    "command", ["--help", "manifest", "manifest --http", "letters", "backup", "story --plain", "restore latest"]
)
@pytest.mark.parametrize("reader", ["head -n 1", "true"])
async def test_every_subcommand_bears_a_reader_that_goes_away(house: House, command: str, reader: str) -> None:
    await a_database(house.folder)
    settings = {**house.settings(), "PUBLIC_URL": "https://bot.example.org"}
    done = await ends(f"BOT {command} | {reader}; exit ${{PIPESTATUS[0]}}", settings, house.folder)
    assert done.code in (0, 141)
    assert done.err == ""


@pytest.mark.parametrize("command", ["manifest", "letters", "story --plain", "backup"])
async def test_output_that_cannot_be_written_is_a_line_and_a_code(house: House, command: str) -> None:
    await a_database(house.folder)
    done = await ends(f"BOT {command} >/dev/full", house.settings(), house.folder)
    assert done.code == 2
    assert done.err == "No space left on device. Correct that, and start it again.\n"


async def test_output_in_the_c_locale_loses_no_line(house: House) -> None:
    plain = {**house.settings(), "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for command in ("manifest", "story --plain"):
        done = await ends(f"BOT {command}", plain, house.folder)
        assert (done.code, done.err) == (0, "")


async def test_an_interrupt_is_no_traceback(house: House) -> None:
    line = f"exec {shlex.quote(sys.executable)} -m bot story --plain"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", line), cwd=house.folder, env=env_of({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err


# -- limits -------------------------------------------------------------------------------------------------------------
LIMITS = [
    ("ulimit -n 32", "RLIMIT_NOFILE allows 32 open files; the bot needs 256."),
    ("ulimit -f 1024", "RLIMIT_FSIZE allows 1048576 bytes in a file; the bot needs 268435456"),
    ("ulimit -v 400000", "RLIMIT_AS allows 409600000 bytes of address space; the bot needs 1073741824"),
    ("ulimit -d 100000", "RLIMIT_DATA allows 102400000 bytes of data; the bot needs 536870912."),
    ("ulimit -s 256", "RLIMIT_STACK allows 262144 bytes of stack; the bot needs 1048576."),
    ("ulimit -t 600", "RLIMIT_CPU ends the bot after 600 s of work; it needs to be unlimited."),
]


@pytest.mark.parametrize(("limit", "says"), LIMITS)
async def test_a_limit_below_what_it_needs_is_refused_by_name(house: House, limit: str, says: str) -> None:
    done = await ends("BOT run", house.settings(), house.folder, before=limit)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(says)
    assert done.err.count("\n") == 1
    assert not (house.folder / "showcaller.db").exists()


async def test_a_soft_limit_of_open_files_is_raised_where_it_may_be(house: House) -> None:
    port = a_free_port()
    process = await started(house, f"ulimit -S -n 64\nexec {shlex.quote(sys.executable)} -m bot run", port)
    soft, _ = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    assert soft >= 256
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_threads_that_cannot_be_started_are_refused_by_name(house: House) -> None:
    """For another user than root, whom that limit does not bind."""
    program = (
        "import threading, sys; real = threading.Thread.start\n"
        "def start(self):\n"
        "    if threading.active_count() > 5: raise RuntimeError('cannot start new thread')\n"
        "    real(self)\n"
        "threading.Thread.start = start\n"
        "from bot.startup import prepare\nprepare('run')"
    )
    done = await ends(f"{shlex.quote(sys.executable)} -c {shlex.quote(program)}", {}, house.folder)
    assert done.code == 2
    assert done.err.startswith("RLIMIT_NPROC, or the container's limit of processes, allows 5 more threads; the bot needs 16.")


# -- what else is missing -----------------------------------------------------------------------------------------------
MISSING = [
    ({"HOST": "no-such-host.invalid"}, "PORT {port} on HOST no-such-host.invalid cannot be listened on"),
    ({"HOST": "a..b"}, "PORT {port} on HOST a..b cannot be listened on"),
    ({"HOST": "203.0.113.7"}, "PORT {port} on HOST 203.0.113.7 cannot be listened on"),
    ({"DATABASE_URL": "sqlite:////nowhere/showcaller.db"}, "The folder /nowhere does not exist."),
    ({"DATABASE_URL": "sqlite:////proc/showcaller.db"}, "/proc/showcaller.db"),
    ({"DATABASE_URL": f"sqlite:////tmp/{'x' * 300}.db"}, "/tmp/xxx"),
    ({"TIMEZONE": "Europe"}, "TIMEZONE "),
    ({"SSLKEYLOGFILE": "/nowhere/keys"}, "SSLKEYLOGFILE names /nowhere/keys, which cannot be written"),
]


@pytest.mark.parametrize(("changes", "says"), MISSING, ids=lambda value: str(value)[:40])
async def test_what_is_missing_is_a_line_and_a_code(house: House, changes: Mapping[str, str], says: str) -> None:
    port = str(a_free_port())
    done = await ends("BOT run", {**house.settings(), "PORT": port, **changes}, house.folder)
    assert done.code == 2
    assert done.out == ""
    last = [line for line in done.err.splitlines() if not line.startswith("20")]  # what the log said before
    assert len(last) == 1
    assert last[0].startswith(says.format(port=port))


@pytest.mark.parametrize("command", ["run", "manifest", "letters", "backup"])
async def test_a_folder_that_is_gone_is_a_line_and_a_code(house: House, command: str) -> None:
    gone = house.folder / "gone"
    gone.mkdir()
    done = await ends(f"BOT {command}", house.settings(), gone, before='rmdir "$PWD"')
    assert done.code == 2
    assert done.err == "The folder that this was started in does not exist any more. Change to one that does, and start it again.\n"


@pytest.mark.parametrize("changes", [{"TZ": "Mars/Phobos"}, {"PYTHONTZPATH": "/nowhere"}, {"LC_ALL": "xx_XX.nowhere"}])
async def test_a_broken_zone_or_locale_of_the_machine_keeps_nobody_from_starting(house: House, changes: dict[str, str]) -> None:
    process = await house.start(changes)
    await process.end()
    assert process.code == 0


# -- while it runs ------------------------------------------------------------------------------------------------------
async def test_running_out_of_descriptors_ends_nothing_and_passes(house: House) -> None:
    process = await house.start({"LOG_LEVEL": "INFO"})
    assert process.inner.pid is not None
    taken = len(os.listdir(f"/proc/{process.inner.pid}/fd"))
    resource.prlimit(process.inner.pid, resource.RLIMIT_NOFILE, (taken + 5, 4096))
    host, port = process.url.removeprefix("http://").split(":")
    crowd = [socket.create_connection((host, int(port))) for _ in range(40)]
    await asyncio.sleep(1)
    for one in crowd:
        one.close()
    resource.prlimit(process.inner.pid, resource.RLIMIT_NOFILE, (4096, 4096))
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if (await process.get("/readyz")).status_code == 200:
                    break
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
    await house.plan()
    await process.end()
    assert process.code == 0
    assert len(process.stderr) < 200
