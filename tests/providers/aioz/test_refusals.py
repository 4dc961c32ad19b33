"""How AIOZ says no, in every shape it is known to use, and what the client does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest

from bot.errors import ProviderError
from bot.providers.aioz.complaints import complaint, wait
from bot.providers.http import Answer
from tests.providers.aioz.conftest import AiozAt, Radio
from tests.providers.conftest import SHOWTIME, Vendor

Prepare = Callable[[Vendor], Any]


@pytest.mark.parametrize("shape", ["plain", "v3"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502])
async def test_every_shape_at_every_status_is_one_sentence(radio: Radio, shape: Literal["plain", "v3"], status: int) -> None:
    radio.cloud.habits.errors = shape
    radio.cloud.refuse_next(status=status, text="Something is wrong.", headers={"Retry-After": "0"})

    with pytest.raises(ProviderError) as caught:
        await radio.aioz.video("7")

    error = caught.value
    assert error.status == status
    assert str(status) in error.detail
    assert f"({status}" not in error.sentence
    if status in (400, 401, 403, 404, 409, 422):
        assert "Something is wrong" in error.sentence
        assert (f"request req-{status}-0001" in error.sentence) is (shape == "v3")


@pytest.mark.parametrize("status", [401, 403])
async def test_both_kinds_of_no_are_about_the_credentials(radio: Radio, status: int) -> None:
    radio.cloud.habits.refused_status = status
    radio.cloud.expire_keys()

    with pytest.raises(ProviderError, match=r"refused the credentials: .*AIOZ_PUBLIC_KEY and AIOZ_SECRET_KEY") as caught:
        await radio.aioz.check()
    assert caught.value.permanent


async def test_a_key_that_may_only_upload_is_told_from_one_that_may_all(radio: Radio) -> None:
    radio.cloud.restrict_keys()

    with pytest.raises(ProviderError, match="only_upload cannot manage streams"):
        await radio.aioz.check()


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"x-ratelimit-retry-after": "17"}, "Slow down.", 17.0),
        ({"retry-after": "7"}, "Slow down.", 7.0),
        ({"x-ratelimit-retry-after": "17", "retry-after": "7"}, "Slow down.", 17.0),
        ({"x-ratelimit-retry-after": "1772359200"}, "Try again in 12 seconds.", 12.0),
        ({"x-ratelimit-retry-after": "soon"}, "Please wait 1 minute.", 60.0),
        ({}, "Rate limit exceeded. Try again in 3.5s", 3.5),
        ({}, "Slow down.", None),
        ({}, "Wait 99999999999999999999 minutes", 3600.0),
    ],
)
def test_how_long_to_wait_is_read_from_a_header_or_from_the_words(
    headers: dict[str, str], words: str, seconds: float | None
) -> None:
    assert wait(Answer(429, {"status": "fail", "message": words}, "", SHOWTIME), headers) == seconds


def test_seconds_in_another_refusal_are_no_wait() -> None:
    assert wait(Answer(400, {"message": "must be under 30 s"}, "", SHOWTIME), {}) is None


async def test_being_asked_to_wait_stops_whoever_comes_next(vendor: Vendor, aioz_at: AiozAt) -> None:
    vendor.answers(429, {"status": "fail", "message": "Too many requests, try again in 21 seconds."})

    with pytest.raises(ProviderError, match="less often") as caught:
        await aioz_at(vendor.url).check()
    assert caught.value.retry_after == 21.0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "fail", "message": "Title is required."}, "Title is required."),
        ({"status": "error", "reason": "media-not-found", "request_id": "r1", "data": None}, "media-not-found, request r1"),
        ({"error": {"message": "nested"}}, "nested"),
        ({"message": 5}, "5"),
        ({"message": None}, ""),
        ([], ""),
        ("text", ""),
    ],
)
def test_the_complaint_is_found(body: Any, words: str) -> None:
    assert complaint(Answer(400, body, "", SHOWTIME)) == words


@pytest.mark.parametrize("word", ["error", "fail", "Failed"])
async def test_a_200_that_is_a_failure_is_a_refusal_and_never_sent_again(vendor: Vendor, aioz_at: AiozAt, word: str) -> None:
    vendor.answers(200, {"status": word, "message": "Name already taken.", "data": {"id": "k"}})

    with pytest.raises(ProviderError, match="refused for the new live stream key “radio”: Name already taken") as caught:
        await aioz_at(vendor.url).create_stream("radio", {}, "")
    assert (caught.value.permanent, caught.value.ambiguous, len(vendor.requests)) == (True, False, 1)


failures: dict[str, Prepare] = {
    "HTML": lambda vendor: vendor.answers(200, b"<html>Hello</html>"),
    "empty": lambda vendor: vendor.answers(200),
    "no data": lambda vendor: vendor.answers(200, {"status": "success"}),
    "null data": lambda vendor: vendor.answers(200, {"status": "success", "data": None}),
    "an array": lambda vendor: vendor.answers(200, []),
    "cut": lambda vendor: vendor.resets(b'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"status": "succ'),
    "broken": lambda vendor: vendor.answers(502, b"<html>Bad gateway</html>"),
}


@pytest.mark.parametrize("prepare", failures.values(), ids=failures)
async def test_a_creation_in_doubt_is_said_to_be_and_is_sent_once(vendor: Vendor, aioz_at: AiozAt, prepare: Prepare) -> None:
    prepare(vendor)
    aioz = aioz_at(vendor.url)
    for wish in (aioz.create_stream("radio", {}, ""), aioz.create_page("Hour", "k", {})):
        vendor.requests.clear()
        with pytest.raises(ProviderError, match="Whether it was done is not known") as caught:
            await wish
        assert caught.value.ambiguous
        assert "<" not in caught.value.sentence
        assert len(vendor.requests) == 1


async def test_another_address_is_not_followed(vendor: Vendor, aioz_at: AiozAt) -> None:
    vendor.answers(301, b"", location="https://api.w3stream.xyz/api")

    with pytest.raises(ProviderError, match=r"points to another address\. .*AIOZ_BASE_URL"):
        await aioz_at(vendor.url).check()
    assert len(vendor.requests) == 1


async def test_a_list_that_does_not_end_is_given_up(vendor: Vendor, aioz_at: AiozAt) -> None:
    async def answer(number: int) -> None:
        vendor.answers(200, {"status": "success", "data": {"media": [{"id": f"m{number}", "title": "x"}], "total": 10**9}})

    for number in range(101):
        await answer(number)

    with pytest.raises(ProviderError, match="did not end after 100 pages"):
        await aioz_at(vendor.url).find_pages("x", "k")


async def test_a_list_without_a_total_is_read_until_it_brings_nothing_new(vendor: Vendor, aioz_at: AiozAt) -> None:
    for ids in (["a", "b"], ["c"], ["c"]):
        vendor.answers(200, {"status": "success", "data": {"media": [{"id": id_, "title": "x"} for id_ in ids]}})

    assert [page.id for page in await aioz_at(vendor.url).find_pages("x", "k")] == ["k/a", "k/b", "k/c"]


async def test_an_empty_list_may_be_a_null(vendor: Vendor, aioz_at: AiozAt) -> None:
    vendor.answers(200, {"status": "success", "data": {"media": None, "total": 0}})

    assert await aioz_at(vendor.url).find_pages("x", "k") == []
