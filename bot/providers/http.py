"""The one place where the bot talks HTTP to vendors: a client per vendor, and every failure as one sentence for people."""

from __future__ import annotations

import asyncio
import json as jsonlib
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

import httpx
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.model import JSON
from bot.network import Network
from bot.offload import offload
from bot.passing import Passing, unheeded
from bot.providers.bodies import ACCEPTED, BadEncoding, read_bounded
from bot.providers.budget import CONNECTIONS, Budget, Priority
from bot.providers.flight import present
from bot.providers.scrub import scrub, without_number
from bot.providers.throttle import Throttle
from bot.sanitise import clean_text, decode, read_json

CONNECT_TIMEOUT = 5.0
"""Seconds to get a connection; one that is not there by then carried no request."""
LONGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of an answer that are read; no vendor's list page is near that."""
SHORT_ANSWER = 64 * 1024
"""Bytes of an answer that are read in a millisecond; longer ones are read beside the event loop."""
LONGEST_COMPLAINT = 300
"""Characters of a vendor's own words that go into a sentence."""


class Trouble(StrEnum):
    """How a call can fail, as far as every vendor is alike."""

    UNREACHABLE = "unreachable"
    """Nothing was sent."""
    PROXY = "proxy"
    """What lies between did not let it through."""
    UNTRUSTED = "untrusted"
    """The certificate that was shown for the vendor is not one that is trusted here."""
    UNSENDABLE = "unsendable"
    """Our side could not put it into words: a credential with a line break in it, for instance."""
    TIMEOUT = "timeout"
    CUT = "cut"
    """The connection ended before the answer did."""
    GARBAGE = "garbage"
    TOO_LONG = "too_long"
    REDIRECT = "redirect"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    CONFLICT = "conflict"
    LATER = "later"
    """Locked, or too early: it may be done in a moment."""
    REFUSED = "refused"
    """Any other 4xx: the vendor says what is wrong in its own words."""
    BUSY = "busy"
    BROKEN = "broken"
    """5xx."""


SENTENCES: Mapping[Trouble, str] = {
    Trouble.UNREACHABLE: "{title} cannot be reached. Nothing was sent; check the network and the vendor's status page.",
    Trouble.PROXY: "The proxy did not let the request to {title} through. Nothing was sent; check HTTPS_PROXY and NO_PROXY.",
    Trouble.UNTRUSTED: "The certificate shown for {title} is not trusted here. Nothing was sent; if a proxy or firewall reads "
    "along, put its certificate into SSL_CERT_FILE.",
    Trouble.UNSENDABLE: "The request to {title} could not be sent. Check the address and the credentials in the settings for "
    "stray characters.",
    Trouble.TIMEOUT: "{title} did not answer within {seconds:g} s. {after}",
    Trouble.CUT: "{title} cut the connection before it answered. {after}",
    Trouble.GARBAGE: "{title} answered with something that is not its API. {after}",
    Trouble.TOO_LONG: "{title} sent an answer of more than 8 MB, which was not read. {after}",
    Trouble.REDIRECT: "{title} points to another address. Check the base URL in the settings.",
    Trouble.UNAUTHORIZED: "{title} refused the credentials{words}. Put valid ones in the settings.",
    Trouble.FORBIDDEN: "{title} does not allow this account to do that{words}. Ask for the right at {title}.",
    Trouble.MISSING: "{title} has no {what}{words}. It may have been deleted there; pick another one.",
    Trouble.CONFLICT: "{title} says this collides with something else{words}. Look at the state and try again.",
    Trouble.REFUSED: "{title} refused: {complaint}. {change}",
    Trouble.LATER: "{title} cannot do that yet{words}. {after}",
    Trouble.BUSY: "{title} asks to be called less often. {after}",
    Trouble.BROKEN: "{title} has a fault of its own. {after}",
}
CHANGE = "Change that and try again."
NO_REASON = "Check what was asked for and try again; if it is refused again, ask for the reason at {title}."
"""What to do about a refusal whose reason was told, and about one whose reason was not."""
_PERMANENT = {
    Trouble.UNSENDABLE,
    Trouble.REDIRECT,
    Trouble.UNAUTHORIZED,
    Trouble.FORBIDDEN,
    Trouble.MISSING,
    Trouble.REFUSED,
}
_MAYBE_DONE = {Trouble.TIMEOUT, Trouble.CUT, Trouble.GARBAGE, Trouble.TOO_LONG, Trouble.BROKEN}
_BY_STATUS = {
    401: Trouble.UNAUTHORIZED,
    403: Trouble.FORBIDDEN,
    404: Trouble.MISSING,
    408: Trouble.TIMEOUT,
    409: Trouble.CONFLICT,
    410: Trouble.MISSING,
    423: Trouble.LATER,
    425: Trouble.LATER,
    429: Trouble.BUSY,
}
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_UNSENDABLE = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `json` is None for an empty body and for what is not JSON.

    `asked_at` is the instant at which the request left: what the answer shows is at least as new as that.
    """

    status: int
    json: JSON
    text: str
    asked_at: datetime
    retry_after: float | None = None
    """Seconds."""
    method: str = "GET"
    route: str = ""
    sent: float = 0.0
    """When the request left, in show seconds on a clock that nobody sets."""
    date: datetime | None = None
    """What the vendor's clock showed as it answered, to the second (RFC 9110 6.6.1); None where it does not say."""

    @property
    def theirs(self) -> datetime:
        """The present by the vendor's clock, as near as is known: its dates are compared with that, our clock may be wrong."""
        return self.date or self.asked_at

    @property
    def is_null(self) -> bool:
        """Whether the body is the JSON value `null`, which some servers send for an empty list; an empty body is not."""
        return self.json is None and self.text.strip() == "null"


def retry_after(answer: Answer, headers: Mapping[str, str]) -> float | None:  # noqa: ARG001 - other vendors tell it in the answer
    """Seconds to wait as the standard header has them; None if it is not there or makes no sense."""
    return seconds_from(headers.get("retry-after", ""), headers.get("date", ""))


def _plain_complaint(answer: Answer) -> str:
    """What a vendor without a known error shape complains of: the text of its answer."""
    return answer.text if answer.json is not None else ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one vendor fails: its name, its own sentences where they help more, where it keeps its complaint and how long to wait."""

    title: str
    sentences: Mapping[Trouble, str] = field(default_factory=dict)
    complaint: Callable[[Answer], str] = _plain_complaint
    wait: Callable[[Answer, Mapping[str, str]], float | None] = retry_after
    """Seconds until it may be asked again, from an answer and its headers (in any case)."""

    def sentence(self, trouble: Trouble) -> str:
        """The template of a sentence."""
        return self.sentences.get(trouble, SENTENCES[trouble])


@dataclass(frozen=True, slots=True)
class _Call:
    """A request as the log may know it."""

    method: str
    route: str
    what: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    asks: bool = False
    """A POST that only asks: some lists are read by one."""

    @property
    def reads(self) -> bool:
        return self.asks or self.method in ("GET", "HEAD")


class Seam:
    """One vendor's HTTP client. Every call waits for its turn, is made once, and either answers or raises ProviderError.

    `timeout` is for the whole request in real seconds, from the connection to the last byte; waiting for a turn is not part of
    it. Redirects are not followed: a credential must not travel to another host. `now` stamps the answers.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, SecretStr],
        manner: Manner,
        budget: Budget,
        now: Callable[[], datetime],
        timeout: float = 10.0,
        passing: Passing = unheeded,
        network: Network | None = None,
        elapsed: Callable[[], float] = time.monotonic,
        account: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._account = account
        self._elapsed = elapsed
        self._manner = manner
        self._passing = passing
        self._budget = budget
        self._throttle = Throttle(budget)
        self._now = now
        self._timeout = timeout
        values = [value.get_secret_value() for value in headers.values()]
        self._secrets = tuple({*values, *(word for value in values for word in value.split() if len(word) >= 8)})
        sent = {name.encode(): value.get_secret_value().encode() for name, value in headers.items()}
        network = network or Network()
        try:
            self._client = httpx.AsyncClient(
                base_url=base_url.rstrip("/"),
                headers={b"accept": b"application/json", b"accept-encoding": ACCEPTED.encode(), **sent},
                timeout=httpx.Timeout(timeout, connect=min(CONNECT_TIMEOUT, timeout)),
                limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=10, keepalive_expiry=20.0),
                follow_redirects=False,
                trust_env=False,  # `network` has read it, for every client alike
                proxy=network.proxy_for(base_url),
                verify=network.tls,
            )
        except httpx.InvalidURL:
            raise ValueError(f"the base URL of {manner.title} cannot be read") from None

    def __repr__(self) -> str:
        return f"<Seam to {self._manner.title}>"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: JSON = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        priority: Priority,
        what: str = "such thing",
        route: str = "",
        accept: Collection[int] = (),
        secrets: Iterable[str] = (),
        asks: bool = False,
    ) -> Answer:
        """Make one request and return the answer if its status is a 2xx or in `accept`.

        `what` names the object in sentences ("stream 123"). `route` is how the log names the path, where the path itself holds
        a secret. `secrets` are values in the request that must not come back in a sentence. `form` is sent as
        `multipart/form-data` in the place of `json`. `asks`: it changes nothing, though its method may.
        """
        call = _Call(method, route or path, what, (*self._secrets, *secrets), asks)
        flight = present()
        async with self._budget.place(priority):
            with flight.request() if flight is not None else nullcontext():
                answer = await self._throttled(self._exchange(call, path, json, form, params))
        if 200 <= answer.status < 300:
            self._account("")
        if answer.status in accept or 200 <= answer.status < 300:
            return answer
        failure = self._failure(call, answer)
        if answer.status == 401:
            self._account(failure.sentence)
        raise failure

    async def _throttled(self, exchange: Awaitable[Answer]) -> Answer:
        """The answer to a request that leaves now; after a 429 nothing is sent for as long as the answer then says."""
        sent = self._budget.now()
        answer = await exchange
        if answer.status == 429:
            return replace(answer, retry_after=self._throttle.refused(sent, answer.retry_after))
        self._throttle.answered()
        return answer

    def refusal(
        self, answer: Answer, *, what: str = "such thing", sentence: str = "", secrets: Iterable[str] = ()
    ) -> ProviderError:
        """The error for an answer that the caller had accepted and then judged to be a refusal after all."""
        call = _Call(answer.method, answer.route, what, (*self._secrets, *secrets))
        return self._failure(call, answer, sentence)

    def garbage(self, answer: Answer, *, what: str) -> ProviderError:
        """The error for an answer whose status says well and whose JSON is not what this call must bring."""
        call = _Call(answer.method, answer.route, what, self._secrets)
        return self._error(call, Trouble.GARBAGE, status=answer.status, detail=f"JSON {type(answer.json).__name__}")

    async def _exchange(
        self,
        call: _Call,
        path: str,
        json: JSON,
        form: Mapping[str, str] | None,
        params: Mapping[str, str | int] | None,
    ) -> Answer:
        """Send and read. The vendor library's exception is dropped on purpose: it can quote a header or an address."""
        asked_at, sent = self._now(), self._elapsed()
        content = None if json is None else jsonlib.dumps(json).encode()
        bare = call.method in ("GET", "HEAD") or form is not None
        headers = {} if bare else {"content-type": "application/json"}
        try:
            parts = None if form is None else {name: (None, value.encode()) for name, value in form.items()}
            request = self._client.build_request(call.method, path, content=content, files=parts, params=params, headers=headers)
            async with asyncio.timeout(self._timeout):
                self._passing(f"before {call.method} {call.route}")
                try:
                    got = await self._client.send(request, stream=True)
                finally:  # a request that is not answered may have had its effect all the same
                    self._passing(f"after {call.method} {call.route}")
                try:
                    raw = await read_bounded(got, LONGEST_ANSWER)
                finally:
                    await got.aclose()
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, UnicodeError, BadEncoding) as error:
            failed, names = _trouble(error), _names(error)
        else:
            if raw is not None:
                if len(raw) < SHORT_ANSWER:
                    return replace(self._parsed(call, got, raw, asked_at), sent=sent)
                return replace(await offload(self._parsed, call, got, raw, asked_at), sent=sent)
            failed, names = Trouble.TOO_LONG, ""
        raise self._error(call, failed, detail=names)

    def _parsed(self, call: _Call, got: httpx.Response, raw: bytes, asked_at: datetime) -> Answer:
        content_type = got.headers.get("content-type", "")
        text = clean_text(decode(raw, content_type))
        value: JSON = None
        is_json = not raw.strip()
        if not is_json:
            try:
                value = read_json(raw, content_type)
                is_json = True
            except ValueError:
                pass
        if got.is_success and not is_json:
            raise self._error(call, Trouble.GARBAGE, status=got.status_code, detail=f"{len(raw)} bytes that are no JSON")
        answer = Answer(got.status_code, value, text, asked_at, None, call.method, call.route)
        return replace(answer, retry_after=self._manner.wait(answer, got.headers), date=_date(got.headers.get("date", "")))

    def _failure(self, call: _Call, answer: Answer, sentence: str = "") -> ProviderError:
        status = answer.status
        trouble = _BY_STATUS.get(status, Trouble.REFUSED)
        if status >= 500:
            trouble = Trouble.BROKEN
        elif 300 <= status < 400:
            trouble = Trouble.REDIRECT
        complaint = without_number(" ".join(scrub(self._manner.complaint(answer), call.secrets).split()), status)
        if len(complaint) > LONGEST_COMPLAINT:
            complaint = complaint[:LONGEST_COMPLAINT].rstrip() + "…"
        return self._error(
            call, trouble, status=status, complaint=complaint.rstrip("."), wait=answer.retry_after, sentence=sentence
        )

    def _error(
        self,
        call: _Call,
        trouble: Trouble,
        *,
        status: int | None = None,
        complaint: str = "",
        wait: float | None = None,
        detail: str = "",
        sentence: str = "",
    ) -> ProviderError:
        ambiguous = trouble in _MAYBE_DONE and not call.reads
        template = sentence or self._manner.sentence(trouble)
        again = f"It can be tried again in {wait:g} s." if trouble is Trouble.BUSY and wait else "Try again in a moment."
        advice = "Whether it was done is not known; look before trying again." if ambiguous else again
        said = {
            "title": self._manner.title,
            "what": call.what.removeprefix("the new ") if trouble is Trouble.MISSING else call.what,
            "complaint": complaint or "no reason given",
            "change": CHANGE if complaint else NO_REASON.format(title=self._manner.title),
            "words": f": {complaint}" if complaint else "",
            "seconds": self._timeout,
        }
        parts = (f"{call.method} {call.route}".strip(), trouble.value, "" if status is None else str(status), detail, complaint)
        return ProviderError(
            template.format(**said, after=advice),
            permanent=trouble in _PERMANENT,
            ambiguous=ambiguous,
            retry_after=wait,
            status=status,
            detail=scrub(", ".join(part for part in parts if part), call.secrets),
            happened=template.format(**said, after="").strip(),
        )


def _trouble(error: Exception) -> Trouble:
    """What an exception on the way means; whatever is not known to have stayed here may have arrived."""
    if isinstance(error, _UNSENDABLE):
        return Trouble.UNSENDABLE
    if isinstance(error, httpx.ProxyError):
        return Trouble.PROXY
    if isinstance(error, _NOT_SENT):
        return Trouble.UNTRUSTED if _is_about_a_certificate(error) else Trouble.UNREACHABLE
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Trouble.TIMEOUT
    return Trouble.GARBAGE if isinstance(error, BadEncoding) else Trouble.CUT


def _is_about_a_certificate(error: BaseException) -> bool:
    """httpx keeps the cause as a text, so its kind has to be looked for among what it came from."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _names(error: BaseException) -> str:
    """The kinds of an exception and of its causes with their system error numbers, but never their texts."""
    names: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(names) < 6:
        number = getattr(cause, "errno", None)
        names.append(type(cause).__name__ + (f" [{number}]" if isinstance(number, int) else ""))
        cause = cause.__cause__ or cause.__context__
    return " < ".join(names)


def seconds_from(header: str, date: str = "") -> float | None:
    """Seconds to wait, from either form of a Retry-After (RFC 9110 10.2.3); None if there is none or it makes no sense.

    One that names a moment is held against the `Date` of the same answer: both are by the vendor's clock, which ours need not be.
    """
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", header, re.ASCII):
        return float(header[:12]) or None
    until = _date(header)
    if until is None:
        return None
    seconds = (until - (_date(date) or datetime.now(UTC))).total_seconds()
    return seconds if seconds > 0 else None


def _date(header: str) -> datetime | None:
    """A date of HTTP, aware; None for what is none."""
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
