"""One Socket Mode session that is watched: it is pinged, replaced when deaf or closed, and renewed now and then."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bot.backoff import BackoffPolicy
from bot.network import Network
from bot.slack.transport.calls import code_of, raise_if_refused
from bot.slack.transport.client import PatientClient

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0
"""Real seconds for which Slack can keep us from asking for a connection: nobody reaches the bot meanwhile."""

Hear = Callable[[AsyncBaseSocketModeClient, SocketModeRequest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Real seconds between the watchdog's doings."""

    ping_every: float = 1.0
    ping_timeout: float = 2.0
    renew_every: float = 600.0
    retry_first: float = 0.25
    retry_most: float = 4.0
    """From the beginning of one try to the next, so that Slack is heard within 5 s of its return; `apps.connections.open` may be
    called 50 times a minute (tier 3), and two sockets call it 40 times at most."""
    connect_timeout: float = 4.0
    """For an address and a connection to it."""
    close_timeout: float = 2.0


@dataclass(slots=True)
class Counters:
    """What happened on the wire since the start. `reconnects` counts every session after a socket's first."""

    envelopes: int = 0
    malformed: int = 0
    failures: int = 0
    unacknowledged: int = 0
    reconnects: int = 0
    deaf: int = 0


class Socket:
    """One of the bot's connections. Slack sends each envelope to one of them, in no promised order."""

    def __init__(
        self, app_token: str, client: AsyncWebClient, network: Network, hear: Hear, counters: Counters, rhythm: Rhythm
    ) -> None:
        self._rhythm = rhythm
        self._counters = counters
        # The SDK's own reconnecting notices a closed session only every ping interval and a deaf one after half a minute.
        self._client = PatientClient(app_token, client, network, close_timeout=rhythm.close_timeout)
        self._client.socket_mode_request_listeners.append(hear)
        self._known: ClientConnection | None = None
        self._watching: asyncio.Task[None] | None = None
        self.heard: float | None = None
        """When Slack last answered a ping, by `time.monotonic()`; None before and after."""

    @property
    def hears(self) -> bool:
        """Whether Slack answered the last ping."""
        slack = self._rhythm.ping_every + self._rhythm.ping_timeout + 1
        return self.heard is not None and time.monotonic() - self.heard < slack

    async def start(self) -> None:
        """Connect, and from then on stay connected. Raises SettingsError if Slack refuses the token, and nothing else."""
        try:
            await self._connect()
            await self._look()
        except SlackApiError as error:
            raise_if_refused(error, "SLACK_APP_TOKEN", "create an app-level token with connections:write and turn on Socket Mode")
            log.warning("Socket Mode: Slack did not give a connection (%s); trying again", code_of(error))
        except Exception as error:  # whatever the network does, the watch goes on
            log.warning("Socket Mode: no connection (%s); trying again", type(error).__name__)
        self._watching = asyncio.create_task(self._watch(), name="slack-socket-watch")

    async def renew(self) -> None:
        """Move to a new connection although the old one seems well: one that answers pings and delivers nothing looks the same."""
        try:
            await self._client.connect_to_new_endpoint(force=True)
        except Exception as error:  # the old connection stays, and the watch looks after it
            log.warning("Socket Mode: renewing failed (%s)", type(error).__name__)

    async def stop(self) -> None:
        """Close the connection; waits for Slack at most `close_timeout`."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        self.heard = None
        await self._client.close()

    async def _watch(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            try:
                if not await self._look():
                    await self._connect()
                    continue
                failures = 0
                await asyncio.sleep(self._rhythm.ping_every)
            except Exception as error:  # the loop's edge: a watchdog does not die
                failures += 1
                log.warning("Socket Mode: no connection (%s), try %d", _name(error), failures)
                await asyncio.sleep(max(self._pause(failures) - (time.monotonic() - began), _wanted(error)))

    async def _look(self) -> bool:
        """Ping the session. False if it is closed; a deaf one is cut off, so that Slack learns of it too."""
        session = self._client.current_session
        if session is None or session.close_code is not None:
            return False
        if session is not self._known:
            self._counters.reconnects += self._known is not None
            self._known = session
        try:
            async with asyncio.timeout(self._rhythm.ping_timeout):
                await (await session.ping())
        except TimeoutError:
            self._counters.deaf += 1
            log.warning("Socket Mode: Slack did not answer a ping within %g s; connecting anew", self._rhythm.ping_timeout)
            session.transport.abort()
            await session.wait_closed()
            return False
        except ConnectionClosed:
            return self._client.current_session is not session  # replaced while we asked: the next look asks the new one
        self.heard = time.monotonic()
        return True

    async def _connect(self) -> None:
        """Open a session unless there is one. A refused upgrade or call raises, and the next try asks for another address."""
        async with asyncio.timeout(self._rhythm.connect_timeout):
            await self._client.connect_to_new_endpoint()
        if not await self._client.is_connected():
            raise ConnectionError("still closed")

    def _pause(self, failures: int) -> float:
        return BackoffPolicy(self._rhythm.retry_first, self._rhythm.retry_most, LONGEST_WAIT).delay(failures)


def _wanted(error: Exception) -> float:
    """Real seconds for which Slack wants to be left alone; 0 where it did not ask for that."""
    if not isinstance(error, SlackApiError):
        return 0.0
    wanted = str(error.response.headers.get("Retry-After", ""))
    return min(float(wanted), LONGEST_WAIT) if wanted.isascii() and wanted.isdecimal() else 0.0


def _name(error: Exception) -> str:
    return code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
