"""The command line: `python -m bot run`, `story`, `manifest` and what else `--help` lists."""

from __future__ import annotations

import sys

from bot.startup import OUTPUT_LOST, UNUSABLE, mute, prepare, say, signals_to_drain

if __name__ == "__main__":
    prepare(next(iter(sys.argv[1:]), ""))  # before anything is imported that needs descriptors, threads or memory

import argparse
import asyncio
import io
import json
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import uvloop

import commands
from bot.app import Bot, freeze_imports
from bot.errors import SettingsError, StoreError
from bot.log import set_up_logging
from bot.papers import write_papers
from bot.providers.catalogue import accounts, catalogue
from bot.sanitise import escape_controls
from bot.settings import load_manifest_settings, load_settings, readable_by_others
from bot.slack.help import usage_hint
from bot.slack.manifest import build, to_yaml
from bot.store import Shelf, dead_letters, replay_letters, restore, shelf_of

log = logging.getLogger(__name__)

NOISY = ("httpx", "httpcore", "slack_sdk", "slack_bolt", "apscheduler", "aiohttp", "websockets", "uvicorn")
"""Loggers kept at WARNING: httpx logs every URL at INFO, and one provider puts a key into its path."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    The exit code: 0 well, 1 a story that did not reach its end, 2 what is needed cannot be used, 128 and the number of a second
    signal, 130 interrupted, 141 nobody reads the output any more.
    """
    return _guarded(lambda: _main(argv))


def _guarded(work: Callable[[], int]) -> int:
    """Whatever the machine refuses is one line and an exit code; only a bug leaves a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        try:
            return _flushed(work())
        except SystemExit:  # argparse has said what there is to say
            sys.stdout.flush()
            raise
    except (SettingsError, StoreError) as why:
        return _refused(str(why))
    except BrokenPipeError:
        mute(1)
        return OUTPUT_LOST
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        return _refused("There is not enough memory. Free some, or raise the limit, and start it again.")
    except OSError as error:
        about = f"{error.filename}: " if error.filename else ""
        mute(1)  # its buffer may be what could not be written
        return _refused(f"{about}{error.strerror or error}. Correct that, and start it again.")
    finally:
        _let_go_of_stderr()


def _flushed(code: int) -> int:
    """The code, once everything that was printed is written."""
    sys.stdout.flush()
    return code


def _let_go_of_stderr() -> None:
    """What a log that nobody reads has left in its buffer must not turn the exit code into another (Python's own 120)."""
    try:
        sys.stderr.flush()
    except OSError:
        mute(2)


def _refused(sentence: str) -> int:
    with suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)
    return UNUSABLE


def _main(argv: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Showcaller, a Slack bot that calls live shows.")
    choices = parser.add_subparsers(dest="what", required=True)
    choices.add_parser("run", help="start the bot")
    choices.add_parser("backup", help="copy the database to BACKUP_FOLDER, also while the bot runs")
    back = choices.add_parser("restore", help="put a backup in the place of the database; the bot must not run")
    back.add_argument("which", metavar="FILE", help="a backup, or `latest` for the newest that is sound")
    letters = choices.add_parser("letters", help="webhooks that could not be opened: list them, show one, have it opened again")
    letters.add_argument("do", nargs="?", choices=["list", "show", "replay"], default="list")
    letters.add_argument("which", metavar="NUMBER", nargs="?", default="", help="of the list, or for replay `all`")
    story = choices.add_parser("story", help="play a whole show in the terminal, without any account")
    story.add_argument("--plain", action="store_true", help="without colours")
    story.add_argument("--provider", choices=sorted(catalogue()), default="gcore", help="at which played provider")
    manifest = choices.add_parser("manifest", help="print the Slack app manifest")
    manifest.add_argument("--http", action="store_true", help="for signed HTTP at PUBLIC_URL instead of Socket Mode")
    manifest.add_argument("--write", action="store_true", help="write manifest.yml and the tables of README.md")
    asked = parser.parse_args(argv)
    if asked.what in ("run", "backup", "restore", "letters"):
        os.umask(0o077)  # what is kept and backed up is nobody else's to read
    _write_any_character()
    match asked.what:
        case "run":
            return _with_loop(_run())
        case "backup":
            return _backup()
        case "restore":
            return _restore(asked.which)
        case "letters":
            return _letters(asked.do, asked.which)
        case "story":
            return _story(asked.provider, plain=asked.plain)
        case _:
            return _manifest(http=asked.http, write=asked.write)


def _write_any_character() -> None:
    """What the terminal's encoding lacks is written as an escape, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _with_loop(work: object) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)  # type: ignore[arg-type]


async def _run() -> int:
    settings = load_settings(accounts())
    set_up_logging(settings.log_level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for note in settings.notes:
        log.warning(note)
    if warning := readable_by_others():
        log.warning("%s", warning)
    stopping = asyncio.Event()
    for number in signals_to_drain():
        asyncio.get_running_loop().add_signal_handler(number, _asked_to_stop, stopping, number)
    registry = commands.load()
    freeze_imports()
    bot = Bot(settings, registry)
    if not await _started(bot, stopping):
        return 0
    how = "Socket Mode" if settings.socket_mode else "signed HTTP"
    line = f"Showcaller is ready: {how}, {', '.join(bot.providers)}, http://{settings.host}:{bot.web.port}"
    if lost := say(line):
        logging.getLogger(__name__).warning("nobody reads the standard output (%s): %s", lost, line)
    await stopping.wait()
    await bot.stop()
    return 0


def _asked_to_stop(stopping: asyncio.Event, number: int) -> None:
    """The first signal drains; a second means now, and what is under way is found in the journal at the next start."""
    if stopping.is_set():
        logging.getLogger(__name__).warning("signal %d again: ending at once", number)
        os._exit(128 + number)
    stopping.set()


async def _started(bot: Bot, stopping: asyncio.Event) -> bool:
    """Start, unless somebody wants it to stop before that is done: Slack may keep a start waiting."""
    starting, unwanted = asyncio.create_task(bot.start()), asyncio.create_task(stopping.wait())
    await asyncio.wait({starting, unwanted}, return_when=asyncio.FIRST_COMPLETED)
    unwanted.cancel()
    if starting.done():
        starting.result()
        return True
    starting.cancel()
    await asyncio.wait({starting})
    return False


def _shelf() -> Shelf:
    settings = load_settings(accounts())
    return shelf_of(settings.database_url, settings.backup_folder, settings.backup_keep)


def _backup() -> int:
    shelf = _shelf()
    made = shelf.make(datetime.now(UTC))
    print(f"{shelf.database} is backed up and checked: {made.path} ({made.path.stat().st_size / 1e6:.1f} MB)")
    return 0


def _restore(which: str) -> int:
    shelf = _shelf()
    done = restore(shelf, which, datetime.now(UTC))
    for why in done.passed_over:
        print(why)
    print(f"{shelf.database} is now what {done.source} holds. What happened after {done.made:%Y-%m-%d %H:%M:%S} UTC is not in it.")
    if done.aside is not None:
        print(f"The file that was there is kept as {done.aside}")
    return 0


def _letters(do: str, which: str) -> int:
    where = load_settings(accounts()).database_url
    dead = {str(letter.id): letter for letter in dead_letters(where)}
    if do == "list":
        for letter in dead.values():
            about = f"{letter.provider} {letter.stream or '-'}  {letter.error}"
            print(f"{letter.id}  {letter.received:%Y-%m-%d %H:%M:%S} UTC  {escape_controls(about)}")
        print(f"{len(dead)} webhooks could not be opened." if dead else "Every webhook could be opened.")
        return 0
    chosen = list(dead) if (do, which) == ("replay", "all") else [which]
    if not dead.keys() >= set(chosen):
        print(f"There is no such letter: {which or 'give its number'}. The list: python -m bot letters", file=sys.stderr)
        return 2
    if do == "show":
        written = json.dumps(dict(dead[which].body), indent=2, ensure_ascii=False)
        print("\n".join(escape_controls(line) for line in written.split("\n")))  # JSON escapes U+0000 to U+001F only
        return 0
    replayed = replay_letters(where, [int(number) for number in chosen])
    print(f"{len(replayed)} to be opened again: within a second where the bot runs, else at its next start.")
    return 0


def _story(provider: str, *, plain: bool) -> int:
    from bot.sandbox.story import tell

    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    return _with_loop(tell(commands.load(), sys.stdout, colour=not plain and sys.stdout.isatty(), provider=provider))


def _manifest(*, http: bool, write: bool) -> int:
    registry = commands.load()
    if write:
        write_papers(Path(__file__).resolve().parent.parent, registry)
        return 0
    command, public_url = load_manifest_settings()
    if http and not public_url:
        raise SettingsError("PUBLIC_URL is missing: the manifest for HTTP needs the address Slack reaches the bot at.")
    made = build(command=command, commands_hint=usage_hint(registry), http_url=public_url if http else None)
    print(to_yaml(made), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
