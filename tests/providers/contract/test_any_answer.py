"""Whatever stands in a vendor's answer: keys unknown, missing, null or of another type give an error in words, or nothing worse."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping, MutableSequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ProviderError
from bot.providers.base import Provider
from bot.sandbox.server import LocalServer
from tests.providers.contract.calls import at_hand, make, promised
from tests.providers.contract.stage import Stage, able, provider_of
from tests.providers.contract.test_secrets import secrets_of

JUNK: tuple[Any, ...] = (
    *(None, "", "church", 0, -1, 7, 2.5, 10**400, True, False, [], {}, [None], [[]], [{}], {"id": None}, [1, 2]),
    *(1e15, 2**53, -(2**63), 2**64, 1e308, float("nan"), float("-inf"), "123.0", 123.0, "true", "1e400", [[[]]] * 3),
    *("\ud800", "a\x00b\x1b[2J\x9b", "\u202egnp.exe\n*x*", "e\u0301", "\ufeff", "0001-01-01T00:00:00", "javascript:alert(1)"),
    *("2026-02-30T25:61:61Z", "9999-12-31T23:59:59.9999999Z", "rtmp://[broken", "http://[::1", "\ud83d\ude00", "9" * 5000),
)
"""What a field may hold that ought to hold something else."""
GONE = object()
Path = tuple[str | int, ...]


@dataclass
class Echo:
    """Stands before a vendor: first it hands everything on, then it repeats what was answered, with one answer changed."""

    vendor: str
    repeats: bool = False
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    changed: dict[str, bytes] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        is_form = request.content_type.startswith("multipart/")  # its boundary differs each time
        line = f"{request.method} {request.path_qs} {'form' if is_form else body.decode()}"
        if not self.repeats:
            self.answers[line] = await self._handed_on(request, body)
        status, told = self.answers.get(line, (404, b"{}"))
        return web.Response(status=status, body=self.changed.get(line, told), content_type="application/json")

    async def _handed_on(self, request: web.Request, body: bytes) -> tuple[int, bytes]:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "content-length")}
        async with httpx.AsyncClient(base_url=self.vendor) as client:
            answer = await client.request(request.method, request.raw_path, content=body, headers=headers)
        return answer.status_code, answer.content


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value, itself first."""
    yield path
    inner: Any = ()
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, each in inner:
        yield from places(each, (*path, name))


def changed(value: Any, path: Path, put: Any) -> Any:
    """The value with something else, or with nothing, in one place."""
    if not path:
        return None if put is GONE else put
    made = copy.deepcopy(value)
    inside: MutableMapping[Any, Any] | MutableSequence[Any] = made
    for name in path[:-1]:
        inside = inside[name]  # type: ignore[index]
    if put is GONE:
        del inside[path[-1]]  # type: ignore[arg-type]
    else:
        inside[path[-1]] = put  # type: ignore[index]
    return made


def with_unknown(value: Any) -> Any:
    """The value with a field that nobody knows in each of its objects."""
    if isinstance(value, Mapping):
        return {**{name: with_unknown(each) for name, each in value.items()}, "colour_of_the_moon": {"blue": [1]}}
    return [with_unknown(each) for each in value] if isinstance(value, list) else value


@pytest.fixture
async def letters(stage: Stage) -> list[Any]:
    """One webhook of each kind that the vendor sent about a show that was kept."""
    await (stage.video() if stage.able.videos else stage.on_air())
    await stage.later(timedelta(hours=2))
    return list({delivery.type: delivery.payload for delivery in stage.cloud.webhooks.log}.values())


@pytest.mark.parametrize("stage", able(lambda able: able.webhooks), indirect=True)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_strange_webhook_is_heard_like_any_other(stage: Stage, letters: list[Any], data: st.DataObject) -> None:
    letter = data.draw(st.sampled_from(letters))
    path = data.draw(st.sampled_from([path for path in places(letter) if path]))
    strange = changed(letter, path, data.draw(st.sampled_from([GONE, *JUNK])))

    kept = stage.provider.redact(strange)
    stage.provider.webhook_subject(kept)
    stage.provider.hear(kept, stage.now)


@pytest.mark.parametrize("stage", able(lambda able: able.webhooks), indirect=True)
async def test_a_field_that_nobody_knows_in_a_webhook_changes_nothing(stage: Stage, letters: list[Any]) -> None:
    assert letters
    for letter in letters:
        heard = [stage.provider.hear(stage.provider.redact(each), stage.now) for each in (letter, with_unknown(letter))]
        assert heard[0] == heard[1]


@dataclass
class Replay:
    """One call of a provider, and everything that was answered to it when all was well."""

    echo: Echo
    provider: Provider
    stage: Stage
    method: str
    hand: Any
    told: Mapping[str, Any]
    result: Any

    async def with_answer(self, line: str, value: Any) -> None:
        """Make the call again while one answer is `value`. Anything but a ProviderError is raised."""
        self.echo.changed = {line: json.dumps(value).encode()}
        with suppress(ProviderError):
            await make(self.stage, self.method, self.hand, self.provider)


@pytest.fixture
async def replay(stage: Stage, method: str) -> AsyncIterator[Replay]:
    hand, echo = await at_hand(stage, method), Echo(stage.cloud.base_url)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", echo.answer)
    server = LocalServer(app)
    provider = provider_of(stage.cloud, stage.clock, url=await server.start())
    result = await make(stage, method, hand, provider)
    echo.repeats = True
    told = {line: json.loads(body) for line, (_, body) in echo.answers.items() if body.strip().startswith((b"{", b"["))}
    yield Replay(echo, provider, stage, method, hand, told, result)
    await provider.close()
    await server.stop()


@pytest.mark.parametrize(("stage", "method"), promised(), indirect=["stage"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_strange_value_anywhere_is_an_error_in_words_or_none(replay: Replay, data: st.DataObject) -> None:
    if not replay.told:
        return
    line = data.draw(st.sampled_from(sorted(replay.told)))
    path = data.draw(st.sampled_from(list(places(replay.told[line]))))
    put = data.draw(st.sampled_from([GONE, *JUNK]))

    await replay.with_answer(line, changed(replay.told[line], path, put))


@pytest.mark.parametrize(("stage", "method"), promised(), indirect=["stage"])
async def test_what_is_read_shows_no_secret_and_a_field_that_nobody_knows_changes_nothing(replay: Replay) -> None:
    shown = repr((replay.result, replay.provider, vars(replay.provider)))
    assert [secret for secret in secrets_of(replay.stage) if secret in shown] == []

    for line, value in replay.told.items():
        replay.echo.changed = {line: json.dumps(with_unknown(value)).encode()}
        await make(replay.stage, replay.method, replay.hand, replay.provider)
