"""Whatever a vendor repeats, no credential, push key or target's key comes out in words, in a log or by accident."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator

import pytest

from bot.errors import ProviderError
from bot.sandbox.faults import Fault
from tests.providers.contract.calls import at_hand, calls_of, make
from tests.providers.contract.stage import TARGET_KEY, TYPED, Stage


def secrets_of(stage: Stage) -> list[str]:
    """Everything that must not be read anywhere."""
    return [*stage.cloud.secrets(), TARGET_KEY, TYPED]


def known(stage: Stage, method: str) -> list[str]:
    """The secrets that the provider has in hand when it makes that call: the others it can tell only by their shape."""
    given = set(stage.cloud.environment().values())
    sent = [TARGET_KEY] if method == "add_restream" else []
    return [*(secret for secret in stage.cloud.secrets() if secret in given), *sent]


def echoes(stage: Stage, *bare: str) -> Iterator[Fault]:
    """A vendor that repeats everything it knows, in every envelope that there is: push keys within their addresses."""
    keys = ", ".join(f"rtmp://live.example.org/app/{secret}" for secret in secrets_of(stage))
    echo = f"refused for {keys} and {' and '.join(bare)}."
    fields = {
        "error": echo,
        "message": echo,
        "errors": [echo],
        "messages": [echo],
        "status": "error",
        "success": False,
        "reason": echo,
    }
    wordy = {"status": "Failed", "code": 400, "data": {"error": echo}, "message": echo}
    for status in (200, 302, 400, 401, 403, 404, 409, 422, 500):
        for body in (fields, wordy, *([{"errors": {"name": [echo]}}] if status in (400, 422) else [])):
            headers = {"Location": "https://elsewhere.example/", "Content-Type": "application/json"}
            yield Fault(times=None, status=status, body=json.dumps(body).encode(), headers=headers)


async def told(stage: Stage, wish: Callable[[], Awaitable[object]], fault: Fault) -> str:
    """Everything that can be read after a call that fails like that."""
    stage.cloud.faults.clear()
    stage.cloud.faults.add(fault)
    try:
        return repr(await wish())
    except ProviderError as error:
        return "".join([*traceback.format_exception(error), error.sentence, error.happened, error.detail, repr(vars(error))])


async def test_a_vendor_that_repeats_everything_gives_nothing_away(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for loud in ("httpx", "httpcore"):
        logging.getLogger(loud).setLevel(logging.WARNING)  # as the bot sets them when it starts
    hand = await at_hand(stage)
    for method in calls_of(stage.name):
        for fault in echoes(stage, *known(stage, method)):
            words = await told(stage, lambda method=method: make(stage, method, hand), fault)  # type: ignore[misc]
            for secret in secrets_of(stage):
                assert secret not in words + caplog.text, f"{method}, {fault.status}"


async def test_a_secret_that_was_typed_into_a_form_does_not_come_back(stage: Stage) -> None:
    secret = {field.name: TYPED for field in stage.able.stream_fields if field.kind == "secret" and field.on_create}
    made = {**stage.settings(), **secret}
    for fault in echoes(stage, *([TYPED] if secret else [])):
        words = await told(stage, lambda: stage.provider.create_stream("church", made, "showcaller:s13"), fault)
        assert TYPED not in words
