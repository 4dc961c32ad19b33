"""Credentials that a vendor's words echo are hidden, and ordinary words stay."""

from __future__ import annotations

import pytest

from bot.providers.scrub import is_push_address, scrub


@pytest.mark.parametrize(
    "echo",
    [
        "invalid token 123abc456def",
        "Authorization: Bearer abc.def-123_XYZ rejected",
        "APIKey 4711$abcdef0123 is unknown",
        "stream_key=k3yk3yk3y is in use",
        "stream key abcd-1234-efgh-5678 is in use",
        "key live_123456789_aBcDeFgHiJ taken",
        "FB-1234567-890-AbyZ taken",
        '{"password": "hunter2-hunter2"}',
        "push to rtmp://push.example/live/k3yk3yk3y failed",
        "https://x.example/whip?token=k3yk3yk3y failed",
        "my%20secret%2Fvalue was refused",
        "my secret/value was refused",
    ],
)
def test_what_is_secret_is_hidden(echo: str) -> None:
    said = scrub(echo, ["my secret/value"])
    assert "hidden" in said
    for part in ("123abc456", "abc.def-123", "abcdef0123", "k3yk3y", "efgh", "aBcDeF", "AbyZ", "hunter2", "secret%2F", "secret/"):
        assert part not in said


@pytest.mark.parametrize(
    "words",
    [
        "Access token has expired",
        "token: invalid",
        "The stream key is missing",
        "Quota of 2 streams reached",
        "stream 550e8400-e29b-41d4-a716-446655440000 is busy",
        "name has already been taken",
        "start_time must be before 2026-11-22T10:00:00Z",
    ],
)
def test_what_is_no_secret_stays(words: str) -> None:
    assert scrub(words, ["a", ""]) == words


def test_addresses_that_carry_a_key() -> None:
    assert is_push_address("see rtmp://x/live/key")
    assert is_push_address("https://ana:pw@x.example")
    assert not is_push_address("https://x.example/page")
