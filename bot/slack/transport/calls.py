"""The one Web API client: one connection pool, no retries of its own, and who the bot is."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from aiohttp.tracing import Trace
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient
from yarl import URL

from bot.errors import SettingsError
from bot.network import Network
from bot.passing import Passing, unheeded
from bot.settings import Settings
from bot.slack.methods import RATE_LIMITED
from bot.slack.slack_clock import SlackClock
from bot.slack.transport.answers import SlackResponse

CALL_TIMEOUT = 5
"""Real seconds for one call."""

LONGEST_HOLD = 600.0
"""Real seconds for which a Retry-After is believed; Slack's own are a minute or less."""

_REFUSED = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"})
"""Errors of `auth.test` and `apps.connections.open` that no waiting mends (Slack's method reference)."""


UNREAD = "http://proxy.invalid"
"""Keeps the SDK from reading the environment for a proxy, which it then logs with its password and uses in spite of NO_PROXY."""


class Connector(aiohttp.TCPConnector):
    """Decides of every request by which way it goes: of calls, response URLs and uploads alike, whoever sends them."""

    def __init__(self, network: Network) -> None:
        super().__init__(ssl=network.tls)
        self._network = network

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        """A connection for a request, as the base class documents it."""
        proxy = self._network.proxy_for(str(req.url))
        req.update_proxy(URL(proxy) if proxy else None, None, None)
        return await super().connect(req, traces, timeout)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace, as `auth.test` said at start-up."""

    user: str
    bot: str
    team: str
    enterprise: str = ""
    url: str = ""


@asynccontextmanager
async def slack_client(
    settings: Settings, passing: Passing = unheeded, slack_clock: SlackClock | None = None
) -> AsyncIterator[AsyncWebClient]:
    """The client for every call to Slack, and its connections, closed at the end. `slack_clock` is told what Slack's answers date.

    No retry handlers: the SDK's own would post twice where Slack accepted and the connection broke. The timeout is the session's,
    because the SDK applies its own only to sessions that it opens itself.
    """
    timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
    traces = [_traced(passing), *([timed(slack_clock, settings.slack_api_url)] if slack_clock else [])]
    connector = Connector(settings.network)
    async with aiohttp.ClientSession(
        timeout=timeout, trace_configs=traces, connector=connector, response_class=SlackResponse
    ) as session:
        yield web_client(settings.slack_api_url.rstrip("/") + "/", session, settings.slack_bot_token.get_secret_value())


def web_client(base_url: str, session: aiohttp.ClientSession | None, token: str | None = None) -> AsyncWebClient:
    """The SDK's client on a session that knows the ways out by itself, without retries."""
    client = AsyncWebClient(token=token, base_url=base_url, timeout=CALL_TIMEOUT, session=session, retry_handlers=[], proxy=UNREAD)
    client.proxy = None
    return client


def response_url_client(url: str, session: aiohttp.ClientSession | None) -> AsyncWebhookClient:
    """The SDK's client for one response URL, likewise."""
    client = AsyncWebhookClient(url, timeout=CALL_TIMEOUT, session=session, retry_handlers=[], proxy=UNREAD)
    client.proxy = None
    return client


def _traced(passing: Passing) -> aiohttp.TraceConfig:
    """Around each request of the session; a response URL is a secret, so that only the last part of a path is told."""

    async def before(_: aiohttp.ClientSession, __: object, request: aiohttp.TraceRequestStartParams) -> None:
        passing(f"before {request.method} {_last(request.url.path)}")

    async def after(
        _: aiohttp.ClientSession, __: object, request: aiohttp.TraceRequestEndParams | aiohttp.TraceRequestExceptionParams
    ) -> None:
        passing(f"after {request.method} {_last(request.url.path)}")

    config = aiohttp.TraceConfig()
    config.on_request_start.append(before)
    config.on_request_end.append(after)
    config.on_request_exception.append(after)  # Slack may have done what it did not answer
    return config


def timed(slack_clock: SlackClock, api_url: str) -> aiohttp.TraceConfig:
    """Tells the clock what the Web API's answers date; an answer of 5xx may be from something on the way."""

    async def before(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestStartParams) -> None:
        context.sent = slack_clock.steady()

    async def after(_: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams) -> None:
        if str(request.url).startswith(api_url.rstrip("/")) and request.response.status < 500:
            slack_clock.observe_answer(request.response.headers, context.sent)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(before)
    config.on_request_end.append(after)
    return config


def _last(path: str) -> str:
    """A method of the Web API, or no name at all."""
    name = path.rstrip("/").rpartition("/")[2]
    return name if "." in name else "response_url"


async def introduce(client: AsyncWebClient) -> Identity:
    """Ask Slack who the bot is. Raises SettingsError if the token is refused, else what the client raises if there is no answer."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise_if_refused(error, "SLACK_BOT_TOKEN", "install the app to the workspace again and copy its Bot User OAuth Token")
        raise
    return Identity(
        user=str(answer.get("user_id") or ""),
        bot=str(answer.get("bot_id") or ""),
        team=str(answer.get("team_id") or ""),
        enterprise=str(answer.get("enterprise_id") or ""),
        url=str(answer.get("url") or ""),
    )


def code_of(error: SlackApiError) -> str:
    """Slack's word for it; the HTTP status where the answer is no JSON, for which the SDK hands over aiohttp's own response."""
    response = error.response
    return str(response.get("error", "")) if isinstance(response, AsyncSlackResponse) else f"HTTP {response.status}"


def retry_after(failure: BaseException) -> float | None:
    """For how many seconds Slack asks to stay away (at least one, at most `LONGEST_HOLD`); None where it does not.

    The header may be missing or no number; then it is the least.
    """
    if not isinstance(failure, SlackApiError):
        return None
    response = failure.response
    status = response.status_code if isinstance(response, AsyncSlackResponse) else response.status
    if status != 429 and code_of(failure) not in RATE_LIMITED:
        return None
    said = {str(name).lower(): value for name, value in response.headers.items()}.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        seconds = 1.0
    return min(max(seconds, 1.0), LONGEST_HOLD) if math.isfinite(seconds) else LONGEST_HOLD


def raise_if_refused(error: SlackApiError, setting: str, remedy: str) -> None:
    """Raise SettingsError if the error is about the token itself."""
    code = code_of(error)
    if code in _REFUSED:
        raise SettingsError(f"{setting} is refused by Slack ({code}): {remedy}.") from error
