"""Every documented request, answer, refusal and webhook of every vendor, one file each: a file more is a test more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.providers.catalogue import catalogue
from bot.providers.gcore import Gcore
from tests.providers.contract.calls import calls_of
from tests.providers.player import SAMPLES, Exchange, Sample, Stage, play, read_sample

FILES = sorted(SAMPLES.glob("*/*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_the_vendors_own_words_are_asked_and_understood(path: Path) -> None:
    await play(read_sample(path), catalogue()[path.parent.name])


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_call_of_a_provider_has_a_sample(name: str) -> None:
    samples = [read_sample(path) for path in FILES if path.parent.name == name]

    assert set(calls_of(name)) - {sample.call for sample in samples} == set()
    assert catalogue()[name].capabilities.webhooks == any(sample.webhook for sample in samples)


GOOD: Mapping[str, Any] = {
    "call": "rename_video",
    "args": {"video": "7", "name": "Goal"},
    "exchanges": [
        {
            "request": {"method": "PATCH", "path": "/streaming/videos/7", "body": {"name": "Goal"}},
            "answer": {"status": 200, "body": {"id": 7, "name": "Goal", "duration": 1500}},
        }
    ],
    "result": {"id": "7", "name": "Goal", "duration": 1.5},
}


def asked(**changes: Any) -> dict[str, Any]:
    exchange = GOOD["exchanges"][0]
    return {"exchanges": [{**exchange, "request": {**exchange["request"], **changes}}]}


async def test_a_sample_that_holds_is_played() -> None:
    await play(Sample.model_validate(GOOD), Gcore)


@pytest.mark.parametrize(
    "changes",
    [
        {"result": {"name": "goal"}},
        {"result": {"id": 7}},
        {"result": {"title": "Goal"}},
        {"result": {"renditions": [{}]}},
        {"result": None},
        {"exchanges": GOOD["exchanges"] * 2},
        {"args": {"video": "8", "name": "Goal"}},
        {"call": "renaming"},
        asked(method="PUT"),
        asked(path="/streaming/videos/8"),
        asked(query={"page": "1"}),
        asked(body={"name": "Goal", "ad_id": None}),
        asked(body={"name": 7}),
        asked(headers={"Authorization": "Bearer sample-api_token"}),
    ],
)
async def test_a_sample_that_does_not_hold_is_noticed(changes: Mapping[str, Any]) -> None:
    with pytest.raises(AssertionError):
        await play(Sample.model_validate({**GOOD, **changes}), Gcore)


async def test_a_request_beyond_the_sample_is_noticed() -> None:
    exchange = GOOD["exchanges"][0]
    empty = {"exchanges": [{**exchange, "answer": {"status": 200}}], "refused": ".", "call": GOOD["call"], "args": GOOD["args"]}

    with pytest.raises(AssertionError, match="asked beyond the sample: GET"):
        await play(Sample.model_validate(empty), Gcore)


@pytest.mark.parametrize("kind", ["data", "files"])
@pytest.mark.parametrize(("title", "differs"), [("Church", False), ("Chapel", True)])
async def test_a_form_is_read_in_parts_or_in_one(kind: str, title: str, differs: bool) -> None:
    form = Exchange.model_validate(
        {"request": {"method": "POST", "path": "/channels", "form": {"Title": "Church"}}, "answer": {"status": 200}}
    )
    stage = Stage([form])
    await stage.open()
    try:
        async with httpx.AsyncClient() as client:
            fields: Any = {"data": {"Title": title}} if kind == "data" else {"files": {"Title": (None, title)}}
            await client.post(f"{stage.url}/channels", **fields)
    finally:
        await stage.close()

    assert bool(stage.wrong) is differs


@pytest.mark.parametrize("key", ["result", "refused"])
async def test_a_refusal_is_not_taken_for_a_result_nor_a_result_for_a_refusal(key: str) -> None:
    exchange = GOOD["exchanges"][0]
    status = 200 if key == "refused" else 404
    turned = {
        **{name: value for name, value in GOOD.items() if name != "result"},
        "exchanges": [{**exchange, "answer": {"status": status, "body": {"id": 7}}}],
        key: ".",
    }

    with pytest.raises(AssertionError, match="refused"):
        await play(Sample.model_validate(turned), Gcore)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"call": "check"},
        {"call": "check", "exchanges": [], "result": ""},
        {**GOOD, "refused": "no"},
        {**GOOD, "results": {}},
        {**GOOD, "refused": ""},
        {**GOOD, "heard": {}},
        {"webhook": {"type": "stream"}},
        {"webhook": {"type": "stream"}, "heard": {}, "result": 1},
        {**GOOD, **asked(form={"name": "Goal"})},
        {**GOOD, **asked(path="streaming/videos/7")},
        {**GOOD, **asked(path="/streaming/videos?page=1")},
        {**GOOD, "exchanges": [{"request": GOOD["exchanges"][0]["request"]}]},
    ],
)
def test_a_malformed_sample_is_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate(wrong)
