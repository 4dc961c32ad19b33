"""slack_sdk's Socket Mode client, reading each connection to its end.

The SDK's own `connect` stops reading the old connection before it closes it, and an envelope that is on its way then is lost; it
also waits ten seconds for the farewell of a dead one, and its `send_message` releases a lock that is not its own.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from slack_sdk.socket_mode.websockets import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.network import Network


class PatientClient(SocketModeClient):
    """Connects when told to, never by itself."""

    def __init__(self, app_token: str, client: AsyncWebClient, network: Network, *, close_timeout: float) -> None:
        """`close_timeout`: real seconds that the old connection has for its farewell."""
        super().__init__(app_token, logger=_quiet(), web_client=client, auto_reconnect_enabled=False)
        self._network = network
        self._close_timeout = close_timeout
        self._readers: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        """Open a connection at `wss_uri`, then close the one before. Raises what the network raises; the old one stays then."""
        if self.wss_uri is None:
            self.wss_uri = await self.issue_new_wss_url()
        old = self.current_session
        new = await connect(
            self.wss_uri,
            ping_interval=None,
            close_timeout=self._close_timeout,
            proxy=self._network.proxy_for(self.wss_uri),
            ssl=self._network.tls if self.wss_uri.startswith("wss:") else None,
        )
        self.current_session = new
        reader = asyncio.create_task(self._read(new), name="slack-socket-reader")
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        if old is not None:
            await old.close()

    async def issue_new_wss_url(self) -> str:
        """An address for one connection. Raises SlackApiError, also where Slack asks us to wait: the SDK would sleep here."""
        answer = await self.web_client.apps_connections_open(app_token=self.app_token)
        return str(answer["url"])

    async def send_message(self, message: str) -> None:
        """Send on the present connection, and once more if it was replaced in this moment. Raises ConnectionClosed."""
        session = self.current_session
        if session is None:
            raise ConnectionError("not connected")
        try:
            await session.send(message)
        except ConnectionClosed:
            if self.current_session is None or self.current_session is session:
                raise
            await self.current_session.send(message)

    async def close(self) -> None:
        """Close the connection and stop reading."""
        self.closed = True
        if self.current_session is not None:
            await self.current_session.close()
            self.current_session.transport.abort()
        for task in [self.message_processor, *self._readers]:
            task.cancel()
        await asyncio.gather(self.message_processor, *self._readers, return_exceptions=True)

    async def _read(self, session: ClientConnection) -> None:
        """Queue every message, also those that come after we said goodbye."""
        with suppress(ConnectionClosed):
            while True:
                message = await session.recv()
                await self.enqueue_message(message if isinstance(message, str) else message.decode(errors="replace"))


def _quiet() -> logging.Logger:
    """The SDK logs every failed try as an error; each reaches the watch, which logs it once."""
    logger = logging.getLogger("slack_sdk.socket_mode.showcaller")
    logger.setLevel(logging.CRITICAL)
    return logger
