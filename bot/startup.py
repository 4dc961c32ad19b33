"""What a process needs before anything else is imported: its standard streams, room to work in, and a folder to be in.

Imports the standard library only, since whatever else it would import may need what is missing.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

try:
    import resource
except ImportError:  # no POSIX
    resource = None  # type: ignore[assignment]

MEGABYTE = 1024 * 1024

NEEDED = (
    ("RLIMIT_NOFILE", 256, "open files", ""),
    ("RLIMIT_FSIZE", 256 * MEGABYTE, "bytes in a file", "the database and its log grow"),
    ("RLIMIT_AS", 1024 * MEGABYTE, "bytes of address space", "each thread and library takes its part"),
    ("RLIMIT_DATA", 512 * MEGABYTE, "bytes of data", ""),
    ("RLIMIT_STACK", MEGABYTE, "bytes of stack", ""),
)
"""Which limits (getrlimit(2)) stop a bot that runs for days, and what it needs of each. It starts with about half of each, and then
fails in the middle of a show, by an abort of a library where memory is short."""

THREADS = 16
"""Threads that a busy bot has beside its first: one that writes, two that read, and those that look up names and copy backups."""

FREE_FILES = 4096
"""How many open files it allows itself where it may: each connection is one."""

UNUSABLE = 2
"""The exit code of a start that is refused."""

OUTPUT_LOST = 141
"""The exit code where whoever read the output went away: what a shell says of SIGPIPE."""


def prepare(command: str) -> None:
    """Make the process fit for `command`, a subcommand; SystemExit with a line on stderr where it cannot be."""
    repair_streams()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while modules are imported, an interrupt ends it without a traceback
    problems = list(_problems(running=command == "run"))
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
        sys.exit(UNUSABLE)


def repair_streams() -> None:
    """Put the null device where a standard stream is closed, and let no character break the others.

    A closed one would be taken by the next file or socket that is opened, which what is printed would then go into; libuv aborts
    when such a one is closed. A terminal's encoding may lack what is printed: in the C locale it is ASCII.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def mute(number: int) -> None:
    """Nobody reads a standard stream any more: what else is written to it goes nowhere, also what is left in its buffer."""
    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)


def say(line: str) -> str:
    """Print a line. Why that failed, or nothing: a long-lived process does not end because nobody reads it."""
    try:
        print(line, flush=True)
    except OSError as error:
        mute(1)
        return error.strerror or type(error).__name__
    return ""


def _problems(*, running: bool) -> Iterator[str]:
    try:
        os.getcwd()
    except OSError:
        yield "The folder that this was started in does not exist any more. Change to one that does, and start it again."
    keys = os.environ.get("SSLKEYLOGFILE", "").strip()
    if keys:
        try:
            os.close(os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))
        except OSError as error:  # every TLS library opens it as it is imported
            yield f"SSLKEYLOGFILE names {keys}, which cannot be written ({error.strerror}): correct or unset it."
    if running and resource is not None:
        yield from _limits()


def _limits() -> Iterator[str]:
    low = list(_low_limits())
    yield from low
    if not low and (started := _threads()) < THREADS:  # too little memory would be too few threads as well
        yield (
            f"RLIMIT_NPROC, or the container's limit of processes, allows {started} more threads; the bot needs {THREADS}. "
            "Raise that limit."
        )


def _low_limits() -> Iterator[str]:
    for name, needed, what, why in NEEDED:
        number = getattr(resource, name, None)
        if number is None:
            continue
        soft, hard = resource.getrlimit(number)
        if name == "RLIMIT_NOFILE" and 0 <= soft < FREE_FILES:
            soft = _raised(number, hard)
        if 0 <= soft < needed:
            because = f", as {why}" if why else ""
            yield f"{name} allows {soft} {what}; the bot needs {needed}{because}. Raise that limit (ulimit, systemd, container)."
    seconds = resource.getrlimit(resource.RLIMIT_CPU)[0]
    if seconds >= 0 and seconds != resource.RLIM_INFINITY:  # on macOS and the BSDs "unlimited" is a large positive number
        yield f"RLIMIT_CPU ends the bot after {seconds} s of work; it needs to be unlimited. Raise that limit."


def _raised(number: int, hard: int) -> int:
    """The soft limit, brought to what is wanted as far as the hard one allows that."""
    wanted = FREE_FILES if hard < 0 else min(FREE_FILES, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(number, (wanted, hard))
    return resource.getrlimit(number)[0]


def _threads() -> int:
    """How many of the threads that are needed can be started."""
    enough = threading.Event()
    threads: list[threading.Thread] = []
    try:
        for _ in range(THREADS):
            thread = threading.Thread(target=enough.wait, daemon=True)
            thread.start()
            threads.append(thread)
    except (RuntimeError, MemoryError):
        pass
    finally:
        enough.set()
    for thread in threads:
        thread.join()
    return len(threads)


def signals_to_drain() -> tuple[signal.Signals, ...]:
    """Which signals ask the bot to stop in good order. A hang-up that somebody had ignored (nohup) stays ignored."""
    wanted = [signal.SIGTERM, signal.SIGINT]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        wanted.append(hangup)
    return tuple(wanted)
