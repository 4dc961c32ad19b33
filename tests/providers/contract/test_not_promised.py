"""What a provider does not promise is refused in one sentence, with what can be done instead, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, iscoroutine, signature
from typing import Any

import pytest

from bot.errors import Unsupported
from bot.providers.base import FAMILIES, PARTS
from bot.providers.base.provider import PROMISES
from bot.providers.catalogue import catalogue
from tests.providers.contract.stage import Stage

NAMES = sorted(catalogue())


def methods(name: str) -> Sequence[str]:
    """The methods that a provider does not promise."""
    able = catalogue()[name].capabilities
    return [method for promised, those in PROMISES if not promised(able) for method in those]


async def call(method: Callable[..., Any]) -> object:
    """Call it with whatever: it has to refuse without looking at it."""
    wanted = [each for each in signature(method).parameters.values() if each.default is Parameter.empty]
    answer = method(*("x" for _ in wanted))
    return await answer if iscoroutine(answer) else answer


async def test_what_is_not_promised_is_refused_before_anything_is_sent(stage: Stage) -> None:
    sentences = {str(stage.provider.cannot(what)) for what in (*FAMILIES, *PARTS)}
    for name in methods(stage.name):
        with pytest.raises(Unsupported) as refused:
            await call(getattr(stage.provider, name))
        is_one_sentence(str(refused.value), stage.able.title)
        assert str(refused.value) in sentences

    assert stage.cloud.calls == []


def is_one_sentence(words: str, title: str) -> None:
    assert title in words
    assert words.endswith(".")
    assert "\n" not in words


@pytest.mark.parametrize("name", NAMES)
def test_what_to_do_instead_is_said_of_what_is_missing_and_of_nothing_else(name: str) -> None:
    able = catalogue()[name].capabilities

    assert set(able.instead) <= {*FAMILIES, *PARTS}
    assert [family for family in FAMILIES if family in able.instead and getattr(able, family)] == []
    for what in able.instead:
        is_one_sentence(sentence := str(catalogue()[name].cannot(what)), able.title)
        assert able.instead[what] in sentence
        assert not able.instead[what].endswith(".")
