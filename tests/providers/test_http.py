"""How calls fail: every way of HTTP and TCP to go wrong becomes one sentence and the right advice to whoever would repeat it."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.passing import Passing, unheeded
from bot.providers.budget import Budget, Priority
from bot.providers.http import LONGEST_ANSWER, Answer, Manner, Seam
from tests.providers.conftest import SHOWTIME, Vendor

SeamAt = Callable[..., Seam]


@pytest.fixture
async def seam_at() -> AsyncIterator[SeamAt]:
    made: list[Seam] = []

    def at(
        url: str,
        *,
        timeout: float = 5.0,
        credential: str = "Key very-secret-credential",
        manner: Manner | None = None,
        passing: Passing = unheeded,
    ) -> Seam:
        seam = Seam(
            url,
            headers={"Authorization": SecretStr(credential)},
            manner=manner or Manner("Acme"),
            budget=Budget(10_000),
            now=lambda: SHOWTIME,
            timeout=timeout,
            passing=passing,
        )
        made.append(seam)
        return seam

    yield at
    for seam in made:
        await seam.close()


async def get(seam: Seam) -> Answer:
    return await seam.call("GET", "/thing", priority=Priority.LOOK, what="thing 5")


async def post(seam: Seam) -> Answer:
    return await seam.call("POST", "/thing", json={"a": 1}, priority=Priority.EFFECT, what="thing 5")


async def error_of(call: Callable[[Seam], object], seam: Seam) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await call(seam)  # type: ignore[misc]
    return caught.value


async def test_an_answer_carries_status_json_and_when_it_was_asked(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(200, {"name": "church main"})

    answer = await get(seam_at(vendor.url))

    assert (answer.status, answer.json, answer.asked_at) == (200, {"name": "church main"}, SHOWTIME)
    assert vendor.requests[0].headers["authorization"] == "Key very-secret-credential"


async def test_a_base_url_with_a_path_keeps_it(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(200, {})

    await get(seam_at(vendor.url + "/api/"))

    assert vendor.requests[0].target == "/api/thing"


async def test_a_form_goes_out_in_parts(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(201, {})

    await seam_at(vendor.url).call("POST", "/thing", form={"Title": "Kisha – e diel", "Type": "1"}, priority=Priority.EFFECT)

    sent = vendor.requests[0]
    kind, _, boundary = sent.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    assert sent.body.count(f"--{boundary}".encode()) == 3
    assert b'name="Title"\r\n\r\nKisha \xe2\x80\x93 e diel\r\n' in sent.body
    assert b'name="Type"\r\n\r\n1\r\n' in sent.body
    assert b"filename" not in sent.body


async def test_a_form_that_cannot_be_written_is_not_sent(vendor: Vendor, seam_at: SeamAt) -> None:
    with pytest.raises(ProviderError) as caught:
        await seam_at(vendor.url).call("POST", "/thing", form={"Title": "\ud83d"}, priority=Priority.EFFECT)

    assert (caught.value.permanent, caught.value.ambiguous, vendor.requests) == (True, False, [])


@pytest.mark.parametrize("status", [200, 204])
async def test_nothing_is_an_answer_too(vendor: Vendor, seam_at: SeamAt, status: int) -> None:
    vendor.sends(f"HTTP/1.1 {status} OK\r\n{'content-length: 0' if status == 200 else 'x: y'}\r\n\r\n".encode())

    assert (await post(seam_at(vendor.url))).json is None


@pytest.mark.parametrize(
    ("status", "permanent", "ambiguous", "words"),
    [
        (400, True, False, "refused"),
        (401, True, False, "credentials"),
        (403, True, False, "does not allow"),
        (404, True, False, "has no thing 5"),
        (409, False, False, "collides"),
        (410, True, False, "has no thing 5"),
        (422, True, False, "refused"),
        (429, False, False, "less often"),
        (500, False, True, "fault of its own"),
        (502, False, True, "fault of its own"),
        (503, False, True, "fault of its own"),
        (504, False, True, "fault of its own"),
        (301, True, False, "another address"),
        (302, True, False, "another address"),
        (307, True, False, "another address"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>proxy</html>", b'{"error": "no"}', b'{"error": "n'])
async def test_every_refusal_says_what_it_is(
    vendor: Vendor, seam_at: SeamAt, status: int, permanent: bool, ambiguous: bool, words: str, body: bytes
) -> None:
    vendor.answers(status, body, location="http://127.0.0.1:1/elsewhere")

    error = await error_of(post, seam_at(vendor.url))

    assert words in error.sentence
    assert error.sentence.endswith(".")
    assert str(status) in error.detail
    assert str(status) not in error.sentence
    assert "{" not in error.sentence or b"{" in body
    assert (error.status, error.permanent, error.ambiguous) == (status, permanent, ambiguous)
    assert len(vendor.requests) == 1, "an effect is sent once, and no redirect is followed"


async def test_what_reads_is_never_ambiguous(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(502, b"")

    error = await error_of(get, seam_at(vendor.url))

    assert not error.ambiguous
    assert not error.permanent


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b'{"name": "chu', b"[" * 100_000, b"\xff\xfe", b"not json"])
async def test_garbage_with_a_good_status_may_have_had_its_effect(vendor: Vendor, seam_at: SeamAt, body: bytes) -> None:
    vendor.answers(200, body)

    error = await error_of(post, seam_at(vendor.url))

    assert "not its API" in error.sentence
    assert error.ambiguous


async def test_a_status_that_the_caller_expects_is_an_answer(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(422, {"errors": {}})
    seam = seam_at(vendor.url)

    answer = await seam.call("PUT", "/thing", priority=Priority.EFFECT, accept=(422,))

    assert answer.json == {"errors": {}}
    assert seam.refusal(answer, what="thing 5").status == 422


@pytest.mark.parametrize("packed", [False, True])
async def test_fifty_megabytes_are_not_read(vendor: Vendor, seam_at: SeamAt, packed: bool) -> None:
    body = b'["' + b"x" * (50 * 1024 * 1024) + b'"]'
    if packed:
        vendor.answers(200, gzip.compress(body, 1), content_encoding="gzip")
    else:
        vendor.answers(200, body)

    error = await error_of(post, seam_at(vendor.url))

    assert "8 MB" in error.sentence
    assert len(body) > LONGEST_ANSWER


async def test_a_broken_compression_is_garbage(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(200, b"this is not gzip", content_encoding="gzip")

    assert "not its API" in (await error_of(post, seam_at(vendor.url))).sentence


async def test_a_closed_port_means_that_nothing_was_sent(seam_at: SeamAt) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = await error_of(post, seam_at(f"http://127.0.0.1:{closed.getsockname()[1]}"))

    assert "cannot be reached" in error.sentence
    assert (error.status, error.permanent, error.ambiguous) == (None, False, False)
    assert "ConnectError" in error.detail


async def test_an_address_that_does_not_exist_means_that_nothing_was_sent(seam_at: SeamAt) -> None:
    error = await error_of(post, seam_at("http://nowhere.invalid"))

    assert not error.ambiguous


async def test_silence_is_ambiguous_for_an_effect(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.says_nothing()

    error = await error_of(post, seam_at(vendor.url, timeout=0.2))

    assert "did not answer within 0.2 s" in error.sentence
    assert error.ambiguous
    assert not error.permanent


async def test_an_answer_that_drips_is_cut_off_as_a_whole(vendor: Vendor, seam_at: SeamAt) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)  # the fault itself: each byte is in time, the answer never is

    vendor.script.append(drip)

    assert "did not answer within 0.3 s" in (await error_of(post, seam_at(vendor.url, timeout=0.3))).sentence


@pytest.mark.parametrize("after", [b"", b"HTTP/1.1 200 OK\r\n", b'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"na'])
async def test_a_connection_that_ends_early_is_ambiguous_for_an_effect(vendor: Vendor, seam_at: SeamAt, after: bytes) -> None:
    vendor.resets(after)

    error = await error_of(post, seam_at(vendor.url))

    assert "cut the connection" in error.sentence
    assert error.ambiguous
    assert len(vendor.requests) == 1


async def test_what_does_not_speak_http_is_ambiguous(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.sends(b"220 mail.example ESMTP\r\n")

    assert (await error_of(post, seam_at(vendor.url))).ambiguous


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("-3", 1.0), ("soon", 1.0), ("nan", 1.0), ("", 1.0), ("Mon, 99", 1.0)]
)
async def test_retry_after_is_told(vendor: Vendor, seam_at: SeamAt, header: str, seconds: float) -> None:
    vendor.answers(429, b"", retry_after=header)

    error = await error_of(get, seam_at(vendor.url))

    assert error.retry_after == seconds
    assert not error.permanent


async def test_retry_after_may_be_a_date(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(503, b"", retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))

    error = await error_of(get, seam_at(vendor.url))

    assert error.retry_after == pytest.approx(30, abs=2)


async def test_a_vendor_may_tell_the_wait_in_its_own_way(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(429, {"wait": 3}, x_patience="9")

    def wait(answer: Answer, headers: Mapping[str, str]) -> float | None:
        return float(answer.json["wait"]) + float(headers["X-Patience"])

    error = await error_of(get, seam_at(vendor.url, manner=Manner("Acme", wait=wait)))

    assert error.retry_after == 12.0


async def test_a_post_that_only_asks_leaves_nothing_in_doubt(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(502, b"")
    seam = seam_at(vendor.url)

    error = await error_of(lambda seam: seam.call("POST", "/list", json={}, priority=Priority.LIST, asks=True), seam)

    assert not error.ambiguous
    assert "Try again in a moment" in error.sentence
    assert vendor.requests[0].headers["content-type"] == "application/json"


async def test_being_called_too_often_stops_the_next_call_as_well(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.answers(429, b"", retry_after="30").answers(200, {})
    seam = seam_at(vendor.url)
    await error_of(get, seam)

    waiting = asyncio.create_task(post(seam))
    done, _ = await asyncio.wait({waiting}, timeout=0.05)

    assert not done
    assert len(vendor.requests) == 1
    waiting.cancel()


@pytest.mark.parametrize("credential", ["Key line\r\nbreak-canary", "Kéy ünïcode-canary", "Key \x00canary"])
async def test_a_credential_that_cannot_be_sent_is_not_printed(vendor: Vendor, seam_at: SeamAt, credential: str) -> None:
    vendor.answers(401, b"")

    error = await error_of(get, seam_at(vendor.url, credential=credential))

    assert "credentials" in error.sentence
    assert "canary" not in repr((error, error.__context__, error.__cause__, error.detail))


async def test_the_clients_own_exception_does_not_travel_along(vendor: Vendor, seam_at: SeamAt) -> None:
    vendor.resets()

    error = await error_of(post, seam_at(vendor.url))

    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_base_url_that_is_none_is_refused_without_printing_it(seam_at: SeamAt) -> None:
    with pytest.raises(ValueError, match="Acme") as caught:
        seam_at("http://user:canary@[::1")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("how", ["cut", "silence", "nobody there", "answer"])
async def test_a_request_passes_its_two_moments_however_it_ends(vendor: Vendor, seam_at: SeamAt, how: str) -> None:
    {"cut": vendor.resets, "silence": vendor.says_nothing, "nobody there": vendor.resets, "answer": vendor.answers}[how]()
    moments: list[str] = []
    url = "http://127.0.0.1:1" if how == "nobody there" else vendor.url
    with suppress(ProviderError):
        await post(seam_at(url, timeout=0.3, passing=moments.append))
    assert moments == ["before POST /thing", "after POST /thing"]
