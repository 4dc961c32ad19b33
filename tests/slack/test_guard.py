"""The check on raw bytes in front of everything Slack sends over HTTP."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from bot.slack.guard import LARGEST_BODY, Greeting, Passed, Refusal, Verdict, check, sign
from bot.slack.interaction import Kind
from tests.slack.test_parsing import COMMAND, JUNK, bent_bodies, event, form, press

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_764_000_000.0
FORM = "application/x-www-form-urlencoded"


def knock(raw: bytes, *, content_type: str = FORM, at: float = NOW, secret: str = SECRET, **headers: str) -> Verdict:
    stamp = str(int(at))
    signed = {"x-slack-request-timestamp": stamp, "x-slack-signature": sign(raw, stamp, secret), "content-type": content_type}
    return check(raw, {**signed, **{name.replace("_", "-"): value for name, value in headers.items()}}, SECRET, NOW)


def payload(body: object) -> bytes:
    return urlencode({"payload": json.dumps(body)}).encode()


def test_the_signature_is_the_one_slack_documents() -> None:
    raw = urlencode(COMMAND).encode()
    verifier = SignatureVerifier(SECRET)
    assert sign(raw, "1531420618", SECRET) == verifier.generate_signature(timestamp="1531420618", body=raw)


def test_a_signed_command_passes() -> None:
    verdict = knock(urlencode(COMMAND).encode())
    assert isinstance(verdict, Passed)
    assert (verdict.interaction.kind, verdict.body["command"]) == (Kind.COMMAND, "/live")


def test_presses_forms_and_events_pass() -> None:
    kinds = [knock(payload(press({"type": "button"}))), knock(payload(form()))]
    kinds.append(knock(json.dumps(event(type="app_mention", text="é")).encode(), content_type="application/json; charset=utf-8"))
    assert [verdict.interaction.kind for verdict in kinds if isinstance(verdict, Passed)] == [Kind.PRESS, Kind.SUBMIT, Kind.EVENT]


def test_the_address_is_confirmed_when_slack_asks() -> None:
    raw = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}).encode()
    assert knock(raw, content_type="application/json") == Greeting("3eZbrw1a")
    assert knock(b"ssl_check=1&token=x") == Greeting()


def test_held_back_events_are_noted() -> None:
    raw = json.dumps({"type": "app_rate_limited", "minute_rate_limited": 1764000000}).encode()
    verdict = knock(raw, content_type="application/json")
    assert isinstance(verdict, Greeting)
    assert "holds back" in verdict.note


@pytest.mark.parametrize(
    "verdict",
    [
        check(b"", {}, SECRET, NOW),
        knock(b"a=b", x_slack_signature=""),
        knock(b"a=b", x_slack_signature="v0=é"),
        knock(b"a=b", secret="0" * 32),
        knock(b"a=b", at=NOW - 301),
        knock(b"a=b", at=NOW + 301),
        knock(b"a=b", x_slack_request_timestamp="soon"),
        knock(b"a=b", x_slack_request_timestamp="-1"),
        knock(b"a=b", x_slack_request_timestamp="²"),
        knock(b"a=b", x_slack_request_timestamp="9" * 400),
        knock(b"\xff\xfe", x_slack_signature="v0=00"),
    ],
)
def test_what_slack_did_not_sign_now_is_refused(verdict: Verdict) -> None:
    assert isinstance(verdict, Refusal)
    assert verdict.status == 401


def test_five_minutes_are_still_now() -> None:
    assert isinstance(knock(urlencode(COMMAND).encode(), at=NOW - 300), Passed)


def test_a_body_changed_on_its_way_is_refused() -> None:
    raw = urlencode(COMMAND).encode()
    stamp = str(int(NOW))
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": sign(raw, stamp, SECRET)}
    assert check(raw.replace(b"U1", b"U2"), headers, SECRET, NOW) == Refusal(401, "The signature is missing or wrong.")


def test_too_much_is_refused_before_it_is_read() -> None:
    verdict = check(b"x" * (LARGEST_BODY + 1), {}, SECRET, NOW)
    assert isinstance(verdict, Refusal)
    assert verdict.status == 413


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"text=%ff",
        b"payload=",
        b"payload=null",
        b"payload=[]",
        b"payload=%7B",
        b'payload={"type":"block_actions","actions":null}',
        b"payload=" + quote("[" * 100_000).encode(),
        b"&".join(b"a=b" for _ in range(200)),
    ],
)
def test_signed_junk_is_a_bad_request(raw: bytes) -> None:
    verdict = knock(raw)
    assert isinstance(verdict, Refusal)
    assert verdict.status == 400


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Caf\\u0065\\u0301 \\ud800\\u0000\\u202e!", "Café \ufffd!"),
        ("\\ud83d\\ude00 \\ud83d", "😀 \ufffd"),
    ],
)
def test_what_a_person_typed_is_cleaned_and_not_lost(value: str, kept: str) -> None:
    search = '{"type":"block_suggestion","action_id":"a","user":{"id":"U1"},"value":"VALUE","n":NaN,"big":1e400}'
    raw = b"payload=" + quote(search.replace("VALUE", value)).encode()
    verdict = knock(raw)
    assert isinstance(verdict, Passed)
    assert verdict.interaction.text == kept
    assert (verdict.body["n"], verdict.body["big"]) == (None, None)


def test_a_command_with_bytes_that_are_no_text_is_read_all_the_same() -> None:
    verdict = knock(b"command=/live&user_id=U1&channel_id=C1&trigger_id=1.1&text=plan+Caf%e9+%ED%A0%80+19:30")
    assert isinstance(verdict, Passed)
    assert verdict.interaction.text == "plan Caf\ufffd \ufffd\ufffd\ufffd 19:30"


@given(st.binary(max_size=64) | bent_bodies().map(payload) | JUNK.map(payload), st.sampled_from([FORM, "application/json", ""]))
def test_signed_whatever_never_breaks_the_guard(raw: bytes, content_type: str) -> None:
    verdict = knock(raw, content_type=content_type)
    assert not isinstance(verdict, Refusal) or verdict.status == 400


@given(
    st.binary(max_size=64),
    st.dictionaries(st.sampled_from(["x-slack-request-timestamp", "x-slack-signature"]), st.text(max_size=20)),
)
def test_unsigned_whatever_never_passes(raw: bytes, headers: dict[str, str]) -> None:
    verdict = check(raw, headers, SECRET, NOW)
    assert isinstance(verdict, Refusal)
    assert verdict.status == 401
