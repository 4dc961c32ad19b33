"""Plays one recorded sample: a call of the contract, the exchanges it makes with the vendor, and what comes out of it.

A sample is a JSON file in `samples/<provider>/`:

    {"source": "where the vendor documents it",
     "account": {"region": "eu"},                        settings beside the credentials and the base URL, if it matters
     "now": "2026-03-01T10:00:00Z",                      what the clock shows, if it matters
     "call": "create_stream", "args": {"name": "Church", "fields": {}, "tag": "showcaller:x"},
     "exchanges": [{"request": {"method": "POST", "path": "/v1/streams", "query": {}, "body": {}, "headers": {}},
                    "answer": {"status": 201, "body": {}, "headers": {}}}],
     "result": {"name": "Church"}}                       a subset of what is returned, or "refused": "regex of the sentence"

or {"webhook": {}, "heard": {}, "subject": "stream:5"}.

The requests are compared in this order and to the letter: `path` is the whole path as it is written on the wire, the base
URL's own part of it included; without `body` none is sent; `form` instead of `body` stands for a form, multipart or not;
`headers` may leave out what does not matter. An answer's `text` stands for a body that is no JSON. `{server}` in an answer or
a result is this server's address. Every credential is `sample-<field>`.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from inspect import signature
from pathlib import Path
from typing import Any, Literal, get_type_hints
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.errors import ProviderError, UserError
from bot.providers.base import Connection, Provider
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.server import LocalServer
from bot.settings import Account

SAMPLES = Path(__file__).parent / "samples"
SHOWTIME = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PLENTY = 10_000.0
"""Requests per second that no test ever waits for."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def has(self, name: str) -> bool:
        """Whether the file names it, be it null."""
        return name in self.model_fields_set


class Asked(_Part):
    """A request as it has to come over the wire."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
    path: str = Field(pattern=r"^/[^?#]*$")
    query: Mapping[str, str | list[str]] = {}
    body: Any = None
    form: Mapping[str, str | list[str]] | None = None
    headers: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _one_body(self) -> Asked:
        if self.has("body") and self.has("form"):
            raise ValueError("a request has a body or a form")
        return self


class Answered(_Part):
    """What the vendor answers."""

    status: int = Field(ge=200, le=599)
    body: Any = None
    text: str | None = None
    headers: Mapping[str, str] = {}

    def response(self, server: str) -> web.Response:
        """The answer to send."""
        if self.text is not None:
            return web.Response(status=self.status, text=_at(self.text, server), headers=self.headers)
        if not self.has("body"):
            return web.Response(status=self.status, headers=self.headers)
        return web.json_response(_at(self.body, server), status=self.status, headers=self.headers)


class Exchange(_Part):
    """One request and its answer."""

    request: Asked
    answer: Answered


class Sample(_Part):
    """A file. ValidationError for one that is not made as this module's first lines say."""

    source: str = ""
    account: Mapping[str, str] = {}
    now: datetime = SHOWTIME
    call: str = ""
    args: Mapping[str, Any] = {}
    exchanges: Sequence[Exchange] = ()
    result: Any = None
    refused: str = ""
    webhook: Mapping[str, Any] | None = None
    heard: Mapping[str, Any] | None = None
    subject: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Sample:
        if self.webhook is not None:
            strange = self.model_fields_set - {"source", "webhook", "heard", "subject", "now", "account"}
            if self.heard is None or strange:
                raise ValueError(f"a webhook is heard, and nothing else: {sorted(strange)}")
        elif not self.call or not self.has("exchanges") or self.has("result") == self.has("refused") or self.has("heard"):
            raise ValueError("a sample has a call, its exchanges, and either a result or a refusal")
        elif not self.exchanges and not self.refused:
            raise ValueError("without an exchange there is nothing but a refusal")
        if self.has("refused"):
            re.compile(self.refused or "(")
        return self


class Stage:
    """A vendor that expects exactly the exchanges of a sample, and whose clock shows `now`."""

    def __init__(self, exchanges: Sequence[Exchange], now: datetime = SHOWTIME) -> None:
        self._now = now
        self._left = list(exchanges)
        self._server: LocalServer | None = None
        self.url = ""
        self.wrong: list[str] = []

    async def open(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = LocalServer(app)
        self.url = await self._server.start()

    async def close(self) -> None:
        """Close the listener."""
        if self._server is not None:
            await self._server.stop()

    def played(self) -> None:
        """AssertionError for whatever was asked otherwise than written, or was not asked."""
        assert self.wrong == [], "; ".join(self.wrong)
        missed = [f"{each.request.method} {each.request.path}" for each in self._left]
        assert missed == [], f"not asked: {missed}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        line = f"{request.method} {request.raw_path}"
        if not self._left:
            self.wrong.append(f"asked beyond the sample: {line}")
            return web.Response(status=418)
        exchange = self._left.pop(0)
        differences = [each async for each in _differences(exchange.request, request)]
        self.wrong += [f"{line}: {each}" for each in differences]
        answer = web.Response(status=418) if differences else exchange.answer.response(self.url)
        answer.headers["Date"] = format_datetime(self._now.astimezone(UTC), usegmt=True)
        return answer


async def _differences(wanted: Asked, request: web.Request) -> AsyncIterator[str]:
    path = request.raw_path.partition("?")[0]
    if (request.method, path) != (wanted.method, wanted.path):
        yield f"{wanted.method} {wanted.path} was due"
    if (query := _several(request.query.items())) != dict(wanted.query):
        yield f"query {query}, not {dict(wanted.query)}"
    for name, value in wanted.headers.items():
        if request.headers.get(name) != value:
            yield f"header {name}: {request.headers.get(name)!r}, not {value!r}"
    if wanted.form is not None:
        form = _several((await request.post()).items())  # before anything else reads the body: parts are read from the wire
        if form != dict(wanted.form):
            yield f"form {form}, not {dict(wanted.form)}"
        return
    raw = await request.read()
    if not wanted.has("body"):
        if raw:
            yield f"body {raw!r}, where none was due"
    elif (sent := _canonical(raw)) != json.dumps(wanted.body, sort_keys=True):
        yield f"body {sent}, not {json.dumps(wanted.body, sort_keys=True)}"


def _canonical(raw: bytes) -> str:
    try:
        return json.dumps(json.loads(raw), sort_keys=True)
    except ValueError:
        return repr(raw)


def _several(items: Any) -> dict[str, str | list[str]]:
    """Each name with its value, or with all of them."""
    found: dict[str, list[str]] = {}
    for name, value in items:
        text = value if isinstance(value, str) else value.file.read().decode()
        found.setdefault(name, []).append(text)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _at(value: Any, server: str) -> Any:
    return json.loads(json.dumps(value).replace("{server}", server))


def account_at(kind: type[Account], url: str, settings: Mapping[str, str] | None = None) -> Account:
    """An account with made-up credentials whose base URL is `url` plus the path that the vendor's own has."""
    values: dict[str, str] = {name: f"sample-{name}" for name in kind.credentials()[0]}
    base = urlsplit(str(kind.model_fields["base_url"].default)).path
    return kind.model_validate({**values, "base_url": f"{url}{base}", **(settings or {})})


def provider_at(kind: type[Provider], url: str, sample: Sample) -> Provider:
    """The provider of a sample, talking to `url`."""
    connection = Connection(RehearsalClock(sample.now), requests_per_second=PLENTY)
    return kind.open(account_at(kind.account, url, sample.account), connection)


def read_sample(path: Path) -> Sample:
    """The sample in a file; ValueError if it is none."""
    return Sample.model_validate_json(path.read_bytes())


def arguments(call: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call as it wants them typed; AssertionError for a call or an argument that is not in the contract."""
    method = getattr(Provider, call, None)
    assert method is not None, f"the contract has no {call}()"
    assert not call.startswith("_"), f"the contract has no {call}()"
    signature(method).bind(None, **args)  # TypeError for one too many or too few
    hints = get_type_hints(method)
    kinds: Mapping[Any, Callable[[Any], Any]] = {datetime: datetime.fromisoformat, SecretStr: SecretStr}
    return {name: kinds.get(hints[name], lambda value: value)(value) for name, value in args.items()}


async def play(sample: Sample, kind: type[Provider]) -> None:
    """Make the call of a sample, or let its webhook be heard. AssertionError for whatever comes otherwise."""
    stage = Stage(sample.exchanges, sample.now)
    await stage.open()
    provider = provider_at(kind, stage.url, sample)
    try:
        if sample.webhook is not None:
            _hear(sample, provider)
        else:
            await _call(sample, provider, stage)
    finally:
        await provider.close()
        await stage.close()


def _hear(sample: Sample, provider: Provider) -> None:
    assert sample.webhook is not None
    kept = provider.redact(sample.webhook)
    subject = provider.webhook_subject(sample.webhook)
    assert subject
    assert provider.webhook_subject(kept) == subject
    assert sample.subject in ("", subject)
    holds(provider.hear(kept, sample.now), sample.heard, "heard")


async def _call(sample: Sample, provider: Provider, stage: Stage) -> None:
    args = arguments(sample.call, sample.args)
    try:
        result, refusal = await getattr(provider, sample.call)(**args), None
    except (ProviderError, UserError) as error:
        result, refusal = None, error
    stage.played()
    detail = refusal.detail if isinstance(refusal, ProviderError) else ""
    assert "sample-" not in repr((result, refusal, detail)), "a credential came back"
    if sample.refused:
        assert refusal is not None, f"not refused, but {result!r}"
        assert re.search(sample.refused, str(refusal)), f"refused with: {refusal}"
        return
    assert refusal is None, f"refused: {refusal}"
    holds(result, _at(sample.result, stage.url), "result")


def holds(value: Any, wanted: Any, where: str) -> None:
    """AssertionError unless `value`, written as JSON, has all of `wanted`; lists have the same length."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(wanted, Mapping):
        assert isinstance(value, Mapping), f"{where}: {value!r}, not an object"
        for name, inner in wanted.items():
            assert name in value, f"{where}: has no {name}, but {sorted(value)}"
            holds(value[name], inner, f"{where}.{name}")
    elif isinstance(wanted, list):
        assert isinstance(value, Sequence | frozenset), f"{where}: {value!r}, not a list"
        assert not isinstance(value, str), f"{where}: {value!r}, not a list"
        assert len(value) == len(wanted), f"{where}: {len(value)} of them, not {len(wanted)}: {value!r}"
        for index, (each, inner) in enumerate(zip(value, wanted, strict=True)):
            holds(each, inner, f"{where}[{index}]")
    elif isinstance(value, datetime):
        assert value == datetime.fromisoformat(wanted), f"{where}: {value.isoformat()}, not {wanted}"
    else:
        assert (type(value), value) == (type(wanted), wanted) or _same_number(value, wanted), f"{where}: {value!r}, not {wanted!r}"


def _same_number(value: Any, wanted: Any) -> bool:
    return {type(value), type(wanted)} == {int, float} and value == wanted
