"""Who may have a database open: one process, whatever name it gives to the file, and that the file is still the one it opened."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import StoreError, StoreLocked

KEPT = "holds a store"
"""Written to the lock file once the database beside it holds something, so that a file cut to nothing is noticed."""

log = logging.getLogger(__name__)

WATCHED = {"": "the database", "-wal": "its log"}
"""Endings of the files that have to stay the ones that were opened."""

Identity = tuple[int, int]
"""Device and inode."""


class FileLock:
    """Three locks, of which the kernel lets go when the process dies, however it dies.

    That of `<database>.lock` stands for the path, since restoring puts another file there. On Linux the path's name is taken as
    well, because a lock file can be deleted together with its database; and the database file itself is locked, because a hard
    link or a bind mount is another path to it. That last one is a `flock`, which does not meet SQLite's POSIX locks on Linux; its
    descriptor has to be closed after SQLite has closed the file, since closing any descriptor drops a process's POSIX locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = self._database = -1
        self._name: socket.socket | None = None
        name = path.with_name(path.name + ".lock")
        try:
            self._file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._name = _taken_name(path)
            self.kept = KEPT.encode() in os.pread(self._file, 100, 0)
            self.write(kept=self.kept)
        except BlockingIOError:
            owner = os.pread(self._file, 100, 0).decode(errors="replace").split("\n")[0]
            self.release()
            raise _locked(path, owner or "starting") from None
        except OSError as error:
            self.release()
            raise StoreError(
                f"{name} cannot be written ({error.strerror}). Give the bot write access to its folder, and room on its disk."
            ) from error

    def hold_file(self) -> None:
        """Lock the file itself, made empty where there is none yet; before SQLite opens it. StoreLocked, or StoreError."""
        if sys.platform != "linux":
            return
        try:
            self._database = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._database, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(self.path, "by another name of the file") from None
        except OSError as error:
            raise StoreError(f"{self.path} cannot be opened ({error.strerror}). Give the bot write access to it.") from error

    def write(self, *, kept: bool) -> None:
        """Say who holds the lock, and whether the database holds anything."""
        self.kept = kept
        text = f"process {os.getpid()}\n{KEPT if kept else ''}\n".encode()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text, 0)

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes lock two files of one name."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._database >= 0:
            os.close(self._database)
            self._database = -1
        if self._name is not None:
            self._name.close()
            self._name = None


def _locked(path: Path, who: str) -> StoreLocked:
    return StoreLocked(f"Another Showcaller ({who}) has {path} open. Stop it, or set DATABASE_URL to another file.")


def _taken_name(path: Path) -> socket.socket | None:
    """The path as an abstract socket's name (unix(7)), which nobody can delete. BlockingIOError if another process has it."""
    if sys.platform != "linux":
        return None
    # Abstract names are one for all containers that share a network, and for all users: the folder and the user tell them apart.
    folder = path.parent.stat()
    about = f"{os.getuid()} {folder.st_dev}:{folder.st_ino} ".encode() + os.fsencode(path)
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(b"\0showcaller/" + hashlib.sha256(about).hexdigest().encode())
    except OSError as error:
        name.close()
        if error.errno == errno.EADDRINUSE:
            raise BlockingIOError from None
        log.warning("no abstract socket for %s (%s): the lock file alone keeps others out", path, error.strerror)
        return None
    return name


@dataclass(slots=True)
class OpenFiles:
    """The files as they were when they were opened. Only names are looked up here: no descriptor of them is opened or closed."""

    path: Path
    known: dict[str, Identity] = field(default_factory=dict)

    def remember(self) -> None:
        """These are the files that SQLite has open now."""
        self.known = {side: found for side in WATCHED if (found := self._identity(side)) is not None}

    def missing(self) -> str:
        """Which file is not there any more or is another one, in a sentence; empty if all are as they were."""
        for side, what in WATCHED.items():
            before, now = self.known.get(side), self._identity(side)
            if before is not None and now != before:
                found = "was deleted or moved" if now is None else "was replaced by another file"
                return f"{self.path}{side} ({what}) {found} while the bot has it open."
        return ""

    def _identity(self, side: str) -> Identity | None:
        try:
            found = os.stat(f"{self.path}{side}")
        except OSError:
            return None
        return found.st_dev, found.st_ino
