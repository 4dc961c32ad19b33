"""Canaries: a token, push addresses and passphrases go through every failure, and none comes out in words or logs."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import ProviderError
from bot.providers.gcore import Gcore
from tests.providers.conftest import Vendor

TOKEN = "4711$cafec0ffeecanary0123"
PUSH = "rtmp://vp-push.gvideo.co/in/5?0badcanary0bad"
PASSPHRASE = "canary-passphrase"
SOURCE = "https://me:canary@camera.example/feed"
FIELDS = {"uri": SOURCE, "srt_passphrase": PASSPHRASE}
ECHO = f"uri {SOURCE} and {PUSH} for APIKey {TOKEN} of {TOKEN} key 5b?0badcanary0bad, "
"""A vendor that repeats everything it knows; what was typed comes on top."""

ECHO_TYPED = ECHO + PASSPHRASE
Prepare = Callable[[Vendor], Any]


def refusal(status: int, body: Any) -> Prepare:
    return lambda vendor: vendor.answers(status, body, location=PUSH)


failures: dict[str, Prepare] = {
    **{
        f"{status} {shape}": refusal(status, body)
        for status in (302, 400, 401, 403, 404, 409, 422, 429, 500, 502)
        for shape, body in {
            "fields": {"errors": {"uri": [ECHO_TYPED]}},
            "error": {"error": ECHO_TYPED},
            "message": {"message": ECHO_TYPED},
            "html": f"<html>{ECHO_TYPED}</html>".encode(),
        }.items()
    },
    "garbage": lambda vendor: vendor.answers(200, ECHO.encode()),
    "half": lambda vendor: vendor.resets(f'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{{"push_url": "{PUSH}"'.encode()),
    "bad header": lambda vendor: vendor.sends(f"HTTP/1.1 200 OK\r\n\x01{PUSH}: {TOKEN}\r\n\r\n".encode()),
    "reset": lambda vendor: vendor.resets(),
    "silence": lambda vendor: vendor.says_nothing(),
}


@pytest.mark.parametrize("prepare", failures.values(), ids=failures)
async def test_no_failure_tells_a_secret(
    vendor: Vendor, gcore_at: Callable[..., Gcore], prepare: Prepare, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as the bot sets them when it starts
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    prepare(vendor)
    gcore = gcore_at(vendor.url, token=TOKEN, timeout=0.3)

    with pytest.raises(ProviderError) as caught:
        await gcore.update_stream("5", FIELDS)

    error = caught.value
    told = "".join([*traceback.format_exception(error), error.detail, error.sentence, repr(error), repr(vars(error)), caplog.text])
    assert "canary" not in told
    assert "4711" not in told


@pytest.mark.parametrize("method", ["look", "stream", "ingest"])
async def test_what_is_read_is_shown_without_secrets(vendor: Vendor, gcore_at: Callable[..., Gcore], method: str) -> None:
    stream = {
        "id": 5,
        "name": "church main",
        "live": True,
        "token": "0badcanary0bad",
        "push_url": PUSH,
        "uri": SOURCE,
        "srt_passphrase": PASSPHRASE,
        "receiving_error": f"cannot open {SOURCE}",
    }
    vendor.answers(200, stream)
    gcore = gcore_at(vendor.url, token=TOKEN)

    told = repr((await getattr(gcore, method)("5"), gcore, vars(gcore), gcore._seam._client))

    assert "canary" not in told


@pytest.mark.parametrize("call", ["create", "enable", "record"])
async def test_an_accepted_refusal_is_scrubbed_as_well(vendor: Vendor, gcore_at: Callable[..., Gcore], call: str) -> None:
    vendor.answers(422, {"errors": {"uri": [ECHO_TYPED if call == "create" else ECHO]}})
    gcore = gcore_at(vendor.url, token=TOKEN)
    calls: dict[str, Callable[[], Any]] = {
        "create": lambda: gcore.create_stream("church main", FIELDS, "s12"),
        "enable": lambda: gcore.set_enabled("5", True),
        "record": lambda: gcore.start_recording("5"),
    }

    with pytest.raises(ProviderError) as caught:
        await calls[call]()

    assert "canary" not in repr((caught.value.sentence, caught.value.detail))
