"""Settings typed in one line."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.providers.gcore.fields import STREAM_FIELDS
from bot.slack.assignments import TypedSecret, read_assignments, require_no_key_in_words, split_assignments


@pytest.mark.parametrize(
    ("typed", "name", "values"),
    [
        ("Church Main region=ix1 dvr_enabled=yes", "Church Main", {"region": "ix1", "dvr_enabled": "yes"}),
        ("region=ix1 Church Main", "Church Main", {"region": "ix1"}),
        ('"Church Main"', "Church Main", {}),
        ('12 name="Church Spare"', "12", {"name": "Church Spare"}),
        ("Q=A Show", "Show", {"q": "A"}),
        ("1+1=2 Show", "1+1=2 Show", {}),
    ],
)
def test_a_line_is_a_name_and_settings(typed: str, name: str, values: dict[str, str]) -> None:
    assert split_assignments(typed) == (name, values)


def test_values_are_typed_as_the_field_wants_them() -> None:
    typed = {"region": "dt1", "dvr_enabled": "on", "dvr_duration": "60", "broadcast_ids": "1,2", "projection": "vr360"}
    assert read_assignments(STREAM_FIELDS, typed) == {
        "transcoding_region": "dt1",
        "dvr_enabled": True,
        "dvr_duration": 60,
        "broadcast_ids": [1, 2],
        "projection": "vr360",
    }


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"dvr": "yes"}, "Did you mean dvr_enabled or dvr_duration?"),
        ({"projecton": "vr180"}, "Did you mean projection?"),
        ({"dvr_duration": "5"}, "From 30 to 14400."),
        ({"dvr_enabled": "perhaps"}, "Type yes or no"),
        ({"zzz": "1"}, "There is: name,"),
    ],
)
def test_what_cannot_be_set_is_answered_with_what_can(typed: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said.replace("?", r"\?")):
        read_assignments(STREAM_FIELDS, typed)


@pytest.mark.parametrize("typed", [{"srt_passphrase": "hush-hush-hush"}, {"uri": "rtmp://a/b"}, {"source": "rtmp://a/hush"}])
def test_secrets_are_refused_without_being_repeated(typed: dict[str, str]) -> None:
    with pytest.raises(TypedSecret) as refused:
        read_assignments(STREAM_FIELDS, typed)
    assert "hush" not in str(refused.value)
    assert "rtmp" not in str(refused.value)


@pytest.mark.parametrize(
    "words",
    [
        "plan Book talk author=Jane",
        "mark goal url=https://x.y",
        "mark goal uri=https://x.y/z",
        "hold s1 route auth=fail",
        "plan Keynote 2 keynote=yes1",
        "plan Passion Play tokens=1234",
        "plan Zoo monkey=George passport=blue",
        "plan Chess key=C",
        "plan News-2026-show-live 10:00-11:00",
        "plan 2024-2025-2026-2027 10:00-11:00",
        "mark Half-time-show-over",
    ],
)
def test_ordinary_words_are_taken_for_no_key(words: str) -> None:
    require_no_key_in_words(words)


@pytest.mark.parametrize(
    "words",
    [
        *(f"mark {name}=hush-hush" for name in ("key", "KEY", "stream_key", "streamKey", "streamkey", "key2", "api-key", "apikey")),
        *(f"mark {name}=hush-hush" for name in ("secret", "client_secret", "token", "auth_token", "accessToken", "my.token")),
        *(f"mark {name}=hush-hush" for name in ("pass", "password", "passphrase", "srt_passphrase", "credential", "credentials")),
        'hold s1 stream_key="hush hush" is broken',
        "mark 9x7q-4711-abcd-efgh-zzzz",
        "mark 4711-abcd-efgh-9x7q",
        "plan Sunday abcd-q1w2-efgh-2026-zzzz 10:00-11:00",
        "mark live_123456789_hushhush",
        "mark FB-123-0-hush",
        "mark url=rtmp://push.example/live/hush",
        "mark uri=https://ana:hush@example.org/x",
    ],
)
def test_a_key_among_words_is_refused_without_being_repeated(words: str) -> None:
    with pytest.raises(TypedSecret) as refused:
        require_no_key_in_words(words)
    assert "hush" not in str(refused.value)
