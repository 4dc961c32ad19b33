"""Whatever status and body a vendor refuses with: people read a cause and a next step, and the status number only the log does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from bot.errors import ProviderError
from bot.providers.http import SENTENCES
from bot.sandbox.faults import Fault
from tests.providers.contract.calls import Hand, at_hand, calls_of, make
from tests.providers.contract.stage import Stage
from tests.providers.contract.test_not_promised import is_one_sentence

STATUSES = (302, 400, 401, 402, 403, 404, 409, 410, 413, 416, 418, 422, 425, 429, 451, 500, 503)
WORDS = "That name is taken"
SHAPES: Mapping[str, Any] = {
    "a message": {"message": WORDS},
    "an error": {"error": WORDS},
    "a status beside its words": {"status": 0, "error": f"0 {WORDS}"},
    "a code in an envelope": {"code": 0, "message": WORDS, "status": "Failure"},
    "fields with their complaints": {"errors": {"title": [WORDS]}},
    "a list of errors": {"errors": [WORDS], "success": False, "statusCode": 0},
    "an error with a code": {"error": {"code": 0, "message": f"HTTP 0: {WORDS}"}},
    "a client's words": {"message": f"{WORDS}: request failed with status code 0"},
    "a reason": {"status": "fail", "reason": f"{WORDS} (code 0)"},
    "nothing": None,
    "an empty object": {},
}
"""Bodies of errors, as any of the vendors writes them; a 0 stands for the status."""


def body_of(shape: Any, status: int) -> bytes:
    return b"" if shape is None else re.sub(r"\b0\b", str(status), json.dumps(shape)).encode()


async def refusals(stage: Stage, hand: Hand, status: int, shape: str, *methods: str) -> list[tuple[str, ProviderError]]:
    """What each call raises while everything is answered like that."""
    body = body_of(SHAPES[shape], status)
    stage.cloud.faults.add(Fault(method="*", times=None, status=status, body=body, headers={"Retry-After": "0"}))
    raised = []
    for method in methods:
        try:
            await make(stage, method, hand)
        except ProviderError as error:
            raised.append((method, error))
    stage.cloud.faults.clear()
    return raised


def names_no_status(error: ProviderError, status: int) -> bool:
    return not re.search(rf"(?<![\w-]){status}(?![\w-])", f"{error.sentence} {error.happened}")


async def test_no_refusal_of_any_call_shows_its_status_number(stage: Stage) -> None:
    hand = await at_hand(stage)
    for number, status in enumerate(STATUSES):
        shape = list(SHAPES)[number % len(SHAPES)]
        raised = await refusals(stage, hand, status, shape, *calls_of(stage.name))
        assert len(raised) > len(calls_of(stage.name)) / 2, status
        for method, error in raised:
            is_one_sentence(error.sentence, stage.able.title)
            assert names_no_status(error, status), f"{method}, {shape}: {error.sentence}"
            assert str(status) in error.detail, f"{method}: the log has to know"


@pytest.mark.parametrize("shape", SHAPES)
async def test_no_shape_of_a_refusal_brings_the_number_back(stage: Stage, shape: str) -> None:
    hand = await at_hand(stage)
    for status in STATUSES:
        for _, error in await refusals(stage, hand, status, shape, "stream", "create_stream"):
            assert names_no_status(error, status), error.sentence


@pytest.mark.parametrize("status", [402, 418, 451])
async def test_a_refusal_that_nobody_knows_is_told_in_the_vendors_own_words_with_what_to_do(stage: Stage, status: int) -> None:
    hand = await at_hand(stage)

    told = await refusals(stage, hand, status, "a message", "create_stream")
    silent = await refusals(stage, hand, status, "nothing", "create_stream")

    assert [WORDS in error.sentence and "try again" in error.sentence for _, error in told] == [True]
    assert ["ask for the reason" in error.sentence and "try again" in error.sentence for _, error in silent] == [True]


def test_no_sentence_has_a_place_for_the_status() -> None:
    assert [trouble for trouble, sentence in SENTENCES.items() if "status}" in sentence] == []
