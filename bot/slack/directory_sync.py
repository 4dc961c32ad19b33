"""Reads groups and people from Slack in the background, the groups first, and tries again until Slack has answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.backoff import BackoffPolicy
from bot.slack.directory import Directory
from bot.slack.people import person_of
from bot.slack.transport.calls import LONGEST_HOLD, code_of, retry_after
from bot.slack.voice import FAILURES

log = logging.getLogger(__name__)

PAGE = 200
"""People on a page of users.list; Slack recommends no more (users.list page)."""

MOST_NAMED = 10
"""Operators that the log names; more are counted."""


@dataclass(frozen=True, slots=True)
class SyncPace:
    """How often Slack is asked, in real seconds."""

    groups_every: float = 600.0
    people_every: float = 6 * 3600.0
    backoff: float = 1.0
    longest_backoff: float = 300.0

    def wait(self, failures: int, failure: BaseException) -> float:
        """How long to stay away after so many failures in a row (at least one), and no less than Slack asks for."""
        return BackoffPolicy(self.backoff, self.longest_backoff, LONGEST_HOLD).delay(failures, retry_after(failure))


class DirectorySync:
    """Keeps a directory up to date. `sleep` waits for real seconds."""

    def __init__(
        self,
        directory: Directory,
        client: AsyncWebClient,
        pace: SyncPace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._directory, self._client = directory, client
        self._pace, self._sleep = pace or SyncPace(), sleep
        self._tasks: list[asyncio.Task[None]] = []
        self._asking: set[str] = set()
        self._first_tries: dict[str, asyncio.Event] = {}
        self._named_read, self._everybody_read = False, False
        self._said = ""

    async def start(self) -> None:
        """Begin; returns at once. The app's own workspace as an earlier process knew it counts until Slack says it again."""
        await self._directory.recall_home()
        groups = sorted(self._directory.named_groups)
        self._first_tries = {group: asyncio.Event() for group in groups}
        self._asking = {*groups, "people"}
        self._tasks = [asyncio.create_task(self._keep_group(group), name=f"directory-{group}") for group in groups]
        self._tasks.append(asyncio.create_task(self._keep_people(), name="directory-people"))

    async def stop(self) -> None:
        """Ask no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def busy(self) -> bool:
        """Whether Slack is being asked, as against waiting to ask again."""
        return bool(self._asking) or self._directory.busy

    # -- groups
    async def _keep_group(self, group: str) -> None:
        failures = 0
        while True:
            self._asking.add(group)
            pause = self._pace.groups_every
            try:
                await self._directory.read_group(group)
                failures = 0
            except FAILURES as failure:
                failures += 1
                pause = self._pace.wait(failures, failure)
                log.warning("the members of the user group %s were not read (%s): again in %.0f s", group, _why(failure), pause)
            except Exception:  # an answer of another shape than Slack documents must not end the reading
                failures += 1
                pause = self._pace.longest_backoff
                log.exception("the members of the user group %s could not be read", group)
            self._first_tries[group].set()
            self._say_who_operates()
            self._asking.discard(group)
            await self._sleep(pause)

    # -- people
    async def _keep_people(self) -> None:
        for tried in self._first_tries.values():
            await tried.wait()
        while True:
            self._asking.add("people")
            pause = self._pace.people_every
            try:
                await self._read_people()
            except Exception:  # the store, or an answer of another shape: neither may end the reading
                pause = self._pace.longest_backoff
                log.exception("people could not be read: again in %.0f s", pause)
            self._asking.discard("people")
            await self._sleep(pause)

    async def _read_people(self) -> None:
        await self._directory.keep_home()
        for user in sorted(self._directory.named_people):
            await self._directory.person(user)
        self._named_read = True
        self._say_who_operates()
        await self._read_everybody()
        self._everybody_read = True
        self._say_who_operates()

    async def _read_everybody(self) -> None:
        """Every page of users.list, each kept as it comes; after a failure the reading goes on with the page that failed."""
        cursor, failures = "", 0
        while True:
            self._asking.add("people")
            try:
                page = await self._client.users_list(limit=PAGE, cursor=cursor)
                await self._directory.remember(*(person_of(user) for user in page.get("members") or () if user.get("id")))
            except FAILURES as failure:
                failures += 1
                if _why(failure) == "invalid_cursor":
                    cursor = ""
                await self._stay_away(self._pace.wait(failures, failure), _why(failure))
                continue
            failures = 0
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _stay_away(self, pause: float, why: str) -> None:
        log.warning("people were not read (%s): going on in %.0f s", why, pause)
        self._asking.discard("people")
        await self._sleep(pause)

    # -- who operates
    def _say_who_operates(self) -> None:
        """One line in the log, once it is known and whenever it is different."""
        directory = self._directory
        if not (self._named_read and (self._everybody_read or directory.operators_named)):
            return
        line = self._who_operates()
        if line != self._said:
            self._said = line
            log.info(line)

    def _who_operates(self) -> str:
        directory = self._directory
        ids = sorted(directory.operators)
        source = "named in OPERATORS" if directory.operators_named else "admins and owners here, as OPERATORS is not set"
        shown = ", ".join(ids[:MOST_NAMED]) + (f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else "")
        notes = [f"the user group {group} is not read yet: its members are not operators" for group in directory.unread_groups]
        notes += [f"{user} counts as nobody ({standing})" for user, standing in directory.named_nobodies()]
        return "; ".join([f"operators: {len(ids)} ({source}){': ' if ids else ''}{shown}", *sorted(notes)])


def _why(failure: BaseException) -> str:
    return code_of(failure) if isinstance(failure, SlackApiError) else type(failure).__name__
