"""One call to Slack, and the four ways in which it can fail."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.model import JSON
from bot.slack.blocks import verbatim
from bot.slack.methods import AMBIGUOUS, LOCKED_OUT, RATE_LIMITED, RETRYABLE

log = logging.getLogger(__name__)

LONGEST_RETRY_AFTER = 300.0
"""Seconds for which Slack can silence us at a time; asked for more, we ask again after so long. Its limits are per minute."""


class Trouble(Exception):
    """A call that did not succeed; the text is Slack's error code, or what happened on the way."""

    @property
    def code(self) -> str:
        """Slack's error code, or what happened on the way."""
        return str(self.args[0])


class Unsure(Trouble):
    """Slack may or may not have done it."""


class Unsent(Trouble):
    """Slack did not do it, for a reason that passes."""


class LockedOut(Unsent):
    """Slack takes nothing from us until somebody mends our token: whatever was to be said waits for that."""


class Refused(Trouble):
    """Slack did not do it and never will."""


class Throttled(Trouble):
    """Slack did not do it and says for how many seconds to stay away."""

    def __init__(self, code: str, seconds: float) -> None:
        super().__init__(code)
        self.seconds = seconds


class Wire:
    """The Web API and response URLs, with every outcome sorted. A client that retries by itself would post twice."""

    def __init__(self, client: AsyncWebClient, timeout: float) -> None:
        if client.retry_handlers:
            raise ValueError("the outbox needs a client with retry_handlers=[]: the SDK's own retry posts a message twice")
        self._client, self._timeout = client, timeout
        self.locked_out = ""
        """Slack's word for why it takes nothing from us; empty while it does."""

    async def call(self, method: str, **arguments: JSON) -> Mapping[str, JSON]:
        """Call a method of the Web API with JSON. Raises one of the troubles."""
        return await self._judged(self._client.api_call(method, json=verbatim(arguments)))

    async def ask(self, method: str, **arguments: JSON) -> Mapping[str, JSON]:
        """Call a method that only takes form arguments (those that read, and files.getUploadURLExternal)."""
        return await self._judged(self._client.api_call(method, http_verb="GET", params=arguments))

    async def _judged(self, call: Any) -> Mapping[str, JSON]:
        try:
            async with asyncio.timeout(self._timeout):
                answer = await call
        except SlackApiError as error:
            trouble = _sort(error)
            if isinstance(trouble, LockedOut):
                self._lock(trouble.code)
            raise trouble from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unsent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError, AttributeError) as error:
            # AttributeError: the SDK's own, for an answer of status 200 that is not JSON.
            raise Unsure(type(error).__name__) from None
        if not isinstance(answer.data, dict):
            raise Unsure("no JSON")
        self.locked_out = ""
        return answer.data

    def _lock(self, code: str) -> None:
        if not self.locked_out:
            log.error("Slack takes nothing from this bot (%s): everything that is to be said waits for a valid token", code)
        self.locked_out = code

    async def respond(self, url: str, body: Mapping[str, JSON]) -> None:
        """Post to a response URL, which is a secret: no trouble repeats it."""
        await self._post(url, json=verbatim(body))

    async def upload(self, url: str, content: bytes) -> None:
        """Put a file where files.getUploadURLExternal said."""
        await self._post(url, data=content)

    async def _post(self, url: str, **body: Any) -> None:
        try:
            async with asyncio.timeout(self._timeout), self._session() as session, session.post(url, **body) as answer:
                said = await answer.text(errors="replace")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unsent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unsure(type(error).__name__) from None
        _judge(answer.status, _code(said, answer.status), answer.headers)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        shared = self._client.session
        if shared is not None and not shared.closed:
            yield shared
            return
        async with aiohttp.ClientSession() as own:
            yield own


def _sort(error: SlackApiError) -> Trouble:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):  # the SDK hands over aiohttp's own where the body is not JSON
        status = int(response.status)
        return Unsure("no JSON") if status == 200 else _trouble(status, f"HTTP {status}", response.headers)
    code = response.data.get("error") if isinstance(response.data, dict) else None
    return _trouble(response.status_code, str(code or f"HTTP {response.status_code}"), response.headers)


def _trouble(status: int, code: str, headers: Mapping[str, str]) -> Trouble:
    if status == 429 or code in RATE_LIMITED:
        return Throttled(code, _seconds(headers))
    if status >= 500 or status == 408 or code in AMBIGUOUS:
        return Unsure(code)
    if code in LOCKED_OUT:
        return LockedOut(code)
    if code in RETRYABLE or code.startswith("HTTP "):
        return Unsent(code)  # a status without a word is from something between Slack and us
    return Refused(code)


def _judge(status: int, code: str, headers: Mapping[str, str]) -> None:
    if status != 200 or code:
        raise _trouble(status, code or f"HTTP {status}", headers)


def _code(said: str, status: int) -> str:
    """The error in the body of a response URL or an upload: Slack answers them with `ok`, one word, or JSON."""
    try:
        answer = json.loads(said)
    except ValueError:
        word = said.strip()
        return word if status != 200 and word.isidentifier() else ""
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""


def _seconds(headers: Mapping[str, str]) -> float:
    after = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        seconds = float(after)
    except ValueError:
        return 1.0
    return min(max(1.0, seconds), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else 1.0
