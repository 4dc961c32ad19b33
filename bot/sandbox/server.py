"""A real HTTP server on the loopback interface, and nowhere else, for one emulated service."""

from __future__ import annotations

from aiohttp import web

LOOPBACK = "127.0.0.1"


class LocalServer:
    """Serves one aiohttp application on 127.0.0.1."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
        self._url = ""

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash at the end; empty before `start`."""
        return self._url

    async def start(self, port: int = 0) -> str:
        """Listen on `port` (0: any free one) and return the base URL."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, port)
        await site.start()
        self._url = f"http://{LOOPBACK}:{self._runner.addresses[0][1]}"
        return self._url

    async def stop(self) -> None:
        """Close the listener and every connection."""
        await self._runner.cleanup()
