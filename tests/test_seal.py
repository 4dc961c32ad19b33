"""What is sealed under a SECRET_KEY: opened by that one only, readable nowhere, and asked for again where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import UserError
from bot.model import Operation
from bot.safe import NAMED, SEALED, Safe, SecretLost
from bot.seal import OtherSeal, Seal
from tests.store.nouns import an_operation

KEY = SecretStr("3f9c-a-long-random-text-of-a-crew")
CANARY = "canary-stream-key-4711"


def sealed_operation(safe: Safe) -> Operation:
    """An operation whose form had a secret field and an open one."""
    operation = an_operation()
    sealed = safe.keep(operation.id, {"srt_passphrase": CANARY})
    return replace(
        operation, args={"fields": {"name": "Church"}, NAMED: ["srt_passphrase"], **({SEALED: sealed} if sealed else {})}
    )


@given(st.dictionaries(st.text(), st.text() | st.booleans() | st.integers(-1000, 1000)))
def test_what_is_sealed_is_opened_by_the_same_secret_key(values: dict[str, object]) -> None:
    assert Seal(KEY).open(Seal(KEY).close(values)) == values


def test_a_sealed_text_does_not_show_what_is_in_it_and_is_never_the_same_twice() -> None:
    texts = {Seal(KEY).close({"key": CANARY}) for _ in range(3)}
    assert len(texts) == 3
    assert not [text for text in texts if CANARY in text]


@pytest.mark.parametrize("other", ["3f9c-a-long-random-text-of-a-creW", "quite another one, 16 or more"])
def test_another_secret_key_opens_nothing(other: str) -> None:
    with pytest.raises(OtherSeal):
        Seal(SecretStr(other)).open(Seal(KEY).close({"key": CANARY}))


def test_a_text_that_was_tampered_with_is_not_opened() -> None:
    sealed = Seal(KEY).close({"key": CANARY})
    with pytest.raises(OtherSeal):
        Seal(KEY).open(sealed[:-8] + "AAAAAAA=")


def test_with_a_secret_key_a_typed_secret_survives_a_restart() -> None:
    operation = sealed_operation(Safe(Seal(KEY)))
    assert Safe(Seal(KEY)).fields_of(operation) == {"name": "Church", "srt_passphrase": CANARY}
    assert CANARY not in repr(operation)


def test_without_one_it_lives_in_memory_until_it_was_sent() -> None:
    safe = Safe()
    operation = sealed_operation(safe)
    assert safe.fields_of(operation)["srt_passphrase"] == CANARY
    safe.forget(operation.id)
    assert not safe.has(operation.id, "")
    assert CANARY not in repr(safe)


@pytest.mark.parametrize(
    ("typed_under", "read_under", "why"),
    [
        (None, None, "kept in memory only"),
        (KEY, None, "there is none set now"),
        (KEY, SecretStr("another one, as random"), "another SECRET_KEY"),
    ],
)
def test_a_lost_secret_is_explained_and_asked_for_again(
    typed_under: SecretStr | None, read_under: SecretStr | None, why: str
) -> None:
    operation = sealed_operation(Safe(Seal(typed_under) if typed_under else None))
    later = Safe(Seal(read_under) if read_under else None)
    with pytest.raises(UserError, match=f"srt_passphrase was not sent.*{why}.*Fill in the form again"):
        later.fields_of(operation)
    with pytest.raises(SecretLost, match=why):
        later.take(operation.id, str(operation.args.get(SEALED) or ""))
