"""Both ways in from Slack, through one Bolt app: body → `Interaction` → `receive` → acknowledgement."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.backoff import BackoffPolicy
from bot.errors import SettingsError
from bot.log import RateLimitedLog
from bot.model import JSON
from bot.settings import Settings
from bot.slack.guard import Greeting, Refusal, check, clean_body
from bot.slack.interaction import Interaction, Kind, Receive
from bot.slack.parsing import MalformedError, parse
from bot.slack.transport.calls import Identity, introduce, response_url_client, web_client
from bot.slack.transport.sockets import LONGEST_WAIT, Counters, Rhythm, Socket

log = logging.getLogger(__name__)

CONNECTIONS = 2
"""Socket Mode sessions, so that one can be replaced while the other listens; Slack allows ten."""

LAST_WORDS = 3.0
"""Real seconds that `stop` waits for acknowledgements under way; Slack itself waits no longer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an HTTP request is answered with."""

    status: int
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


class SlackLink:
    """The wire to Slack, in the mode that the settings choose. Made and used on one running event loop."""

    def __init__(self, settings: Settings, client: AsyncWebClient, receive: Receive, *, rhythm: Rhythm | None = None) -> None:
        """`client` comes from `slack_client`; `receive` takes every interaction, whichever way it came."""
        self._settings = settings
        self._client = client
        self._receive = receive
        self._rhythm = rhythm or Rhythm()
        self._bolt = _bolt_app(client, _StartUpAuthorize(self._authorization))
        self._bolt.use(_TakesAll(self._take))
        self._sockets: list[Socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._background: list[asyncio.Task[None]] = []
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self.identity: Identity | None = None
        """Who the bot is; None until Slack could be asked."""
        self.counters = Counters()
        self._repeated = RateLimitedLog(log)

    @property
    def healthy(self) -> bool:
        """Whether people's commands can reach the bot, as far as it can know."""
        return not self.reason

    @property
    def reason(self) -> str:
        """Why the link is not well, in one sentence; empty if it is."""
        if self._stopping:
            return "The link to Slack is closed."
        if self._settings.socket_mode and not any(socket.hears for socket in self._sockets):
            return "Slack answers on none of the Socket Mode connections."
        if not self._settings.socket_mode and self.identity is None:
            return "Slack has not answered auth.test since the start."
        return ""

    @property
    def hearing(self) -> int:
        """How many Socket Mode connections answered the last ping; 0 with signed HTTP."""
        return sum(socket.hears for socket in self._sockets)

    async def check(self) -> str:
        """`reason`, as a check of readiness."""
        return self.reason

    async def start(self) -> None:
        """Learn who the bot is and open the connections.

        Raises SettingsError if Slack refuses a token. If Slack cannot be reached, the link goes on trying: shows run without it.
        """
        try:
            self.identity = await introduce(self._client)
        except SettingsError:
            raise
        except Exception as error:  # an outage of Slack's must not keep a show from running
            log.warning("Slack did not answer auth.test (%s); trying again", type(error).__name__)
            self._background.append(asyncio.create_task(self._introduce(), name="slack-introduce"))
        if self._settings.slack_app_token is not None:
            token = self._settings.slack_app_token.get_secret_value()
            shared = (token, self._client, self._settings.network, self._hear, self.counters, self._rhythm)
            self._sockets = [Socket(*shared) for _ in range(CONNECTIONS)]
            started = await asyncio.gather(*(socket.start() for socket in self._sockets), return_exceptions=True)
            if refused := next((error for error in started if isinstance(error, BaseException)), None):
                await self.stop()
                raise refused
            self._background.append(asyncio.create_task(self._renew(), name="slack-renew"))

    async def stop(self) -> None:
        """Take nothing new, let the acknowledgements under way go out, close the connections."""
        self._stopping = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), LAST_WORDS)
        for task in [*self._background, *self._tasks]:
            task.cancel()
        await asyncio.gather(*self._background, *self._tasks, return_exceptions=True)
        await asyncio.gather(*(socket.stop() for socket in self._sockets))

    async def answer(self, raw: bytes, headers: Mapping[str, str]) -> Reply:
        """Answer a request to `/slack/events`. `headers` are looked up by lower-case names. Never raises, never says 500."""
        secret = self._settings.slack_signing_secret
        if self._stopping or secret is None:
            return Reply(
                503,
                "The bot is stopping.",
            )
        verdict = check(raw, headers, secret.get_secret_value(), time.time())
        match verdict:
            case Refusal(status, reason):
                self.counters.malformed += 1
                self._repeated.warning(f"{status} {reason}", "POST /slack/events: %d, %s", status, reason)
                return Reply(status, reason)
            case Greeting(answer, note):
                if note:
                    log.warning(note)
                return Reply(200, answer)
        self.counters.envelopes += 1
        try:
            response = await self._through_bolt(verdict.body, verdict.interaction)
        except MalformedError as why:
            self.counters.malformed += 1
            self._repeated.warning("400", "POST /slack/events: 400, %s", why)
            return Reply(400, str(why))
        return Reply(response.status, response.body or "", response.first_headers().get("content-type", ""))

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Take one Socket Mode envelope. Nothing raised here would be seen by anybody else."""
        if self._stopping:
            return
        started = time.time()
        self.counters.envelopes += 1
        try:
            response = await self._answer_envelope(request)
        except Exception:  # a bug of ours; Slack tells the person that the app did not answer
            log.exception("Socket Mode: an envelope was not answered")
            return
        try:
            await send_async_response(client, request, response, started)
        except Exception as error:  # the connection broke in between; Slack tells the person, or sends an event again
            self.counters.unacknowledged += 1
            log.warning("Socket Mode: an acknowledgement was lost (%s)", type(error).__name__)

    async def _answer_envelope(self, request: SocketModeRequest) -> BoltResponse:
        """What is malformed is acknowledged too, or Slack would send it again."""
        try:
            body = clean_body(request.payload)
            return await self._through_bolt(body, parse(body))
        except MalformedError as why:
            self.counters.malformed += 1
            self._repeated.warning("malformed", "Socket Mode: %s", why)
            return BoltResponse(status=200)

    async def _through_bolt(self, body: dict[str, JSON], interaction: Interaction) -> BoltResponse:
        """Hand a verified, parsed body to Bolt; the mode tells it only that the body is parsed already. Raises MalformedError."""
        self._busy += 1
        self._idle.clear()
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=body, context={"interaction": interaction})
            response = await self._bolt.async_dispatch(request)
        except (TypeError, AttributeError, KeyError, ValueError, IndexError):
            # Bolt looks at fields that we do not, and trips over those of another type.
            raise MalformedError("A field of the body is not of its type.") from None
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()
        if response.status != 200:
            raise MalformedError("Bolt could not read the body.")
        return response

    async def _take(self, interaction: Interaction, ack: AsyncAck) -> BoltResponse:
        try:
            said = _carried(interaction.kind, await self._receive(interaction))
        except Exception:  # the edge: nothing a person did gets lost without a word
            self.counters.failures += 1
            reference = secrets.token_hex(3)
            log.exception("Reference %s: a %s (%s) failed", reference, interaction.kind, interaction.action)
            said = self._apology(interaction, reference)
        return await ack(said)

    def _apology(self, interaction: Interaction, reference: str) -> str | dict[str, JSON]:
        sentence = (
            "This failed on my side, and I cannot say how far it got. Look at the show's card before you try again. "
            f"Whoever runs me finds the cause in my log under {reference}."
        )
        match interaction.kind:
            case Kind.COMMAND:
                return sentence
            case Kind.SUBMIT:
                return {"response_action": "push", "view": _apology_view(sentence)}
            case Kind.OPTIONS:
                return {"options": []}
            case Kind.PRESS | Kind.SHORTCUT if interaction.reply_to:
                self._spawn(self._whisper(interaction.reply_to, sentence))
        return ""

    async def _whisper(self, url: str, sentence: str) -> None:
        """Tell one person; Slack shows nothing that acknowledges a press."""
        webhook = response_url_client(url, self._client.session)
        try:
            await webhook.send(text=sentence, response_type="ephemeral", replace_original=False)
        except Exception as error:  # the failure itself is in the log already
            log.warning("Telling a person about a failure failed too (%s)", type(error).__name__)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _introduce(self) -> None:
        backoff, failures = BackoffPolicy(self._rhythm.retry_first, self._rhythm.retry_most, LONGEST_WAIT), 0
        while self.identity is None:
            failures += 1
            await asyncio.sleep(backoff.delay(failures))
            try:
                self.identity = await introduce(self._client)
            except Exception as error:  # the loop's edge: Slack may come back
                log.warning("Slack did not answer auth.test (%s)", type(error).__name__)

    async def _renew(self) -> None:
        for socket in itertools.cycle(self._sockets):
            await asyncio.sleep(self._rhythm.renew_every)
            await socket.renew()

    def _authorization(self) -> AuthorizeResult:
        me = self.identity
        return AuthorizeResult(
            enterprise_id=(me.enterprise or None) if me else None,
            team_id=me.team if me else None,
            bot_id=me.bot if me else None,
            bot_user_id=me.user if me else None,
            bot_token=self._settings.slack_bot_token.get_secret_value(),
        )


class _StartUpAuthorize(AsyncAuthorize):
    """What `auth.test` said at the start, so that Bolt never asks Slack before an acknowledgement."""

    def __init__(self, known: Callable[[], AuthorizeResult]) -> None:
        self._known = known

    async def __call__(self, **_: object) -> AuthorizeResult:
        return self._known()


class _TakesAll(AsyncMiddleware):
    """The last of Bolt's middleware, behind which nothing comes: which command or button it is, is the router's business.

    Bolt's listeners would do it too, but for each of them Bolt puts together, twice, every argument that it could ask for.
    """

    def __init__(self, take: Callable[[Interaction, AsyncAck], Awaitable[BoltResponse]]) -> None:
        self._take = take

    async def async_process(self, *, req: AsyncBoltRequest, **_: object) -> BoltResponse:
        return await self._take(req.context["interaction"], req.context.ack)


def _bolt_app(client: AsyncWebClient, authorize: AsyncAuthorize) -> AsyncApp:
    """Bolt without what the guard has done already: signature, ssl_check, url_verification."""
    # Bolt puts its debug lines together whenever the logger's own level is DEBUG or unset, so it gets one with a level.
    logger = logging.getLogger("slack_bolt.showcaller")
    logger.setLevel(logging.ERROR)
    return AsyncApp(
        logger=logger,
        name="showcaller",
        process_before_response=True,
        signing_secret="",
        client=web_client(client.base_url, client.session),
        authorize=authorize,  # type: ignore[arg-type]  # Bolt takes its own class too, and says so in its code only
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


def _carried(kind: Kind, said: Mapping[str, JSON] | str | None) -> str | dict[str, JSON]:
    """What the acknowledgement may carry: words only for a command, nothing where Slack reads nothing."""
    if said is None or kind not in {Kind.COMMAND, Kind.SUBMIT, Kind.OPTIONS}:
        return ""
    if isinstance(said, str):
        return said if kind is Kind.COMMAND else ""
    return dict(said)


def _apology_view(sentence: str) -> dict[str, JSON]:
    """A view on top of the form, so that what was typed is still there when it is closed."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "That did not work"},
        "close": {"type": "plain_text", "text": "Back"},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": sentence}}],
    }
