"""The judge of exchanges itself: what it lets pass, and what it says about the rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.gcore.overlay import check_exchange, require_schema

STREAM = {"id": 1, "name": "church", "live": False, "recording": None}


@pytest.fixture(autouse=True)
def _description() -> None:
    require_schema()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "answer"),
    [
        ("POST", "/streaming/streams", {"name": "church"}, 200, STREAM),
        ("POST", "/streaming/streams", {"stream": {"name": "church", "uri": None}}, 200, STREAM),
        ("PATCH", "/streaming/streams/1", {"stream": {"active": True, "transcoding_region": "ix1"}}, 200, STREAM),
        ("PATCH", "/streaming/streams/1", {"active": True}, 200, STREAM),
        ("PATCH", "/streaming/broadcasts/1", {"broadcast": {"status": "live", "ad_id": None}}, 200, {"name": "Sunday"}),
        ("PATCH", "/streaming/videos/1", {"name": "part 1"}, 200, {"id": 1, "duration": 1000}),
        ("PUT", "/streaming/streams/1/start_recording", None, 204, None),
        ("PUT", "/streaming/streams/1/stop_recording", None, 200, None),
        ("DELETE", "/streaming/streams/1", None, 404, {"anything": "goes"}),
        ("GET", "/streaming/streams", None, 502, "<html>"),
    ],
)
def test_what_the_vendor_accepts_passes(method: str, path: str, body: Any, status: int, answer: Any) -> None:
    check_exchange(method, path, body, status, answer)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "answer", "said"),
    [
        ("POST", "/streaming/streams", {"active": True}, 200, STREAM, "'name' is a required property"),
        ("POST", "/streaming/streams", {"name": "a", "titel": "b"}, 200, STREAM, "titel"),
        ("PATCH", "/streaming/streams/1", {"stream": {"active": "yes"}}, 200, STREAM, "active: a str breaks type"),
        ("POST", "/streaming/broadcasts", {"name": "a"}, 200, {"name": "a"}, "must be wrapped in 'broadcast'"),
        ("PATCH", "/streaming/videos/1", {"video": {"name": "a"}}, 200, {"id": 1}, "video"),
        ("PUT", "/streaming/streams/1/start_recording", {"now": 1}, 204, None, "takes no body"),
        ("DELETE", "/streaming/streams/1", None, 200, {}, "answers 200"),
        ("GET", "/streaming/streams/1", None, 200, {"id": "1"}, "id: a str breaks type"),
        ("GET", "/streaming/stream/1", None, 200, {}, "is not an operation"),
    ],
)
def test_what_it_does_not_accept_is_named(method: str, path: str, body: Any, status: int, answer: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_exchange(method, path, body, status, answer)


def test_a_verdict_prints_no_values() -> None:
    body = {"restream": {"uri": ["rtmp://a.example/secret-key"]}}

    with pytest.raises(AssertionError) as verdict:
        check_exchange("POST", "/streaming/restreams", body, 200, {})

    assert "secret-key" not in str(verdict.value)
