"""However a vendor fails, it is one sentence, nothing is sent twice, and what may have been done says so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.errors import ProviderError
from bot.sandbox.faults import Fault
from tests.providers.contract.calls import CREATES, SILENT, Hand, at_hand, make, promised
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
    "a cut before the answer": {"cut": "after"},
    "a cut in the middle": {"cut": "middle"},
}
NOTHING_TO_READ = ("an empty 200", "a cut in the middle")
"""What is no failure to a call that needs no answer beyond its status."""
AMBIGUOUS = ("500", "HTML with a 200", "HTML with a 502", "an empty 200", "a cut in the middle", "a cut before the answer")
"""What leaves it open whether something was made."""


async def fails(stage: Stage, method: str, hand: Hand, failure: str, verbs: str) -> ProviderError | None:
    """Make a call while every request of these verbs fails in that way."""
    stage.cloud.faults.clear()
    fault = stage.cloud.faults.add(Fault(method=verbs, times=None, **FAILURES[failure]))  # type: ignore[arg-type]
    before = len(stage.cloud.calls)
    try:
        await make(stage, method, hand)
    except ProviderError as error:
        caught: ProviderError | None = error
    else:
        caught = None
    finally:
        stage.cloud.faults.clear()
    assert fault.times is None
    sent = [f"{call.method} {call.path}" for call in stage.cloud.calls[before:] if call.method == "POST"]
    assert len(sent) == len(set(sent)), f"{method}, {failure}: sent twice: {sent}"
    return caught


@pytest.mark.parametrize(("stage", "method"), promised(), indirect=["stage"])
async def test_every_failure_is_one_sentence(stage: Stage, method: str) -> None:
    hand = await at_hand(stage)
    for failure in FAILURES:
        error = await fails(stage, method, hand, failure, "*")
        if error is None:
            assert failure in NOTHING_TO_READ, f"{method} does not mind {failure}"
            assert method in SILENT, f"{method} takes {failure} for an answer"
            continue
        is_one_sentence(error.sentence, stage.able.title)
        assert "<" not in error.sentence


@pytest.mark.parametrize(("stage", "method"), promised(*CREATES), indirect=["stage"])
@pytest.mark.parametrize("failure", AMBIGUOUS)
async def test_what_may_have_been_made_says_so_and_is_not_made_twice(stage: Stage, method: str, failure: str) -> None:
    hand = await at_hand(stage)

    error = await fails(stage, method, hand, failure, "P*")

    assert error is not None
    assert error.ambiguous, error.sentence
    assert not error.permanent, error.sentence


@pytest.mark.parametrize(("stage", "method"), promised(), indirect=["stage"])
async def test_a_wrong_credential_is_told_and_not_tried_again(stage: Stage, method: str) -> None:
    hand = await at_hand(stage)
    stranger = provider_of(stage.cloud, stage.clock, wrong=True)
    before = len(stage.cloud.calls)
    try:
        with pytest.raises(ProviderError) as refused:
            await make(stage, method, hand, stranger)
    finally:
        await stranger.close()

    is_one_sentence(refused.value.sentence, stage.able.title)
    assert refused.value.permanent
    assert refused.value.status in (401, 403)
    assert len(stage.cloud.calls) == before + 1
    assert "wrong-credential-0" not in repr((refused.value.sentence, refused.value.detail))


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
