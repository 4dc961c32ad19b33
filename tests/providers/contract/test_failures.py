"""However a vendor fails, it is one sentence, nothing is sent twice, and what may have been done says so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.errors import ProviderError
from bot.sandbox.faults import Fault
from tests.providers.contract.calls import CREATES, SILENT, Hand, at_hand, calls_of, make, promised
from tests.providers.contract.stage import Stage, provider_of
from tests.providers.contract.test_not_promised import is_one_sentence

PAGE = b"<!doctype html><html><body><h1>Maintenance</h1></body></html>"
READY = {"Retry-After": "0"}
FAILURES: Mapping[str, Mapping[str, object]] = {
    "429": {"status": 429, "headers": READY},
    "500": {"status": 500, "body": b'{"error": "Internal Server Error"}'},
    "HTML with a 200": {"status": 200, "body": PAGE},
    "HTML with a 502": {"status": 502, "body": PAGE},
    "an empty 200": {"status": 200},
    "a redirect": {"status": 302, "headers": {"Location": "https://elsewhere.example/"}},
    "a cut before the answer": {"cut": "before"},
    "a cut in the middle": {"cut": "middle"},
}
AMBIGUOUS = ("500", "HTML with a 200", "HTML with a 502", "an empty 200", "a cut before the answer", "a cut in the middle")
"""What leaves it open whether something was made; the last one has made it."""


async def fails(stage: Stage, method: str, hand: Hand, failure: str, verbs: str) -> ProviderError | None:
    """Make a call while every request of these verbs fails in that way; no POST may be sent twice."""
    stage.cloud.faults.add(Fault(method=verbs, times=None, **FAILURES[failure]))  # type: ignore[arg-type]
    before, caught = len(stage.cloud.calls), None
    try:
        await make(stage, method, hand)
    except ProviderError as error:
        caught = error
    finally:
        stage.cloud.faults.clear()
    sent = [f"{call.method} {call.path}" for call in stage.cloud.calls[before:] if call.method == "POST"]
    assert len(sent) == len(set(sent)), f"{method}, {failure}: sent twice: {sent}"
    return caught


@pytest.mark.parametrize("failure", [failure for failure in FAILURES if failure != "a cut in the middle"])
async def test_every_failure_is_one_sentence(stage: Stage, failure: str) -> None:
    hand = await at_hand(stage)
    for method in calls_of(stage.name):
        error = await fails(stage, method, hand, failure, "*")
        if error is None:
            assert failure == "an empty 200", f"{method} does not mind {failure}"
            assert method in SILENT, f"{method} takes {failure} for an answer"
            continue
        is_one_sentence(error.sentence, stage.able.title)
        assert "<" not in error.sentence


async def test_half_of_what_was_to_be_read_is_not_taken_for_all_of_it(stage: Stage) -> None:
    hand = await at_hand(stage)
    for method in ("check", "look", "stream", "list_streams", "find_streams", "ingest"):
        error = await fails(stage, method, hand, "a cut in the middle", "GET")
        assert error is not None, method
        is_one_sentence(error.sentence, stage.able.title)


@pytest.mark.parametrize(("stage", "method"), promised(*CREATES), indirect=["stage"])
async def test_what_may_have_been_made_says_so_and_is_not_made_twice(stage: Stage, method: str) -> None:
    hand = await at_hand(stage, method)
    for failure in AMBIGUOUS:
        error = await fails(stage, method, hand, failure, "P*")

        assert error is not None, failure
        assert error.ambiguous, f"{failure}: {error.sentence}"
        assert not error.permanent, f"{failure}: {error.sentence}"


async def test_a_wrong_credential_is_told_and_not_tried_again(stage: Stage) -> None:
    hand = await at_hand(stage)
    stranger = provider_of(stage.cloud, stage.clock, wrong=True)
    try:
        for method in calls_of(stage.name):
            before = len(stage.cloud.calls)
            with pytest.raises(ProviderError) as refused:
                await make(stage, method, hand, stranger)

            is_one_sentence(refused.value.sentence, stage.able.title)
            assert refused.value.permanent, method
            assert refused.value.status in (401, 403), method
            assert len(stage.cloud.calls) == before + 1, method
            assert "wrong-credential-0" not in repr((refused.value.sentence, refused.value.detail))
    finally:
        await stranger.close()


async def test_a_stream_that_is_not_there_is_said_to_be_missing(stage: Stage) -> None:
    stream = await stage.stream()
    await stage.provider.delete_stream(stream)

    async def gone() -> bool:
        return (await stage.provider.look(stream)).gone

    await stage.until(gone, stage.able.detection + stage.able.steady)
    for ask in (stage.provider.stream, stage.provider.ingest):
        with pytest.raises(ProviderError) as missing:
            await ask(stream)
        is_one_sentence(missing.value.sentence, stage.able.title)
        assert missing.value.permanent


@pytest.mark.parametrize("typed", ["../", "1/../2", "a b", "?page=1", "%2e%2e", "ü", "x" * 300])
async def test_an_id_that_somebody_types_reaches_nothing_else(stage: Stage, typed: str) -> None:
    kept = await stage.stream()

    for call in (stage.provider.stream(typed), stage.provider.ingest(typed)):
        with pytest.raises(ProviderError):
            await call
    await deletes_nothing(stage, typed)

    assert [stream.key.id for stream in await stage.provider.list_streams()] == [kept]


async def deletes_nothing(stage: Stage, typed: str) -> None:
    try:
        await stage.provider.delete_stream(typed)
    except ProviderError as error:
        is_one_sentence(error.sentence, stage.able.title)
