"""Delivery to an app's URLs: signed HTTP requests, their answers, and deliberately bad ones."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp

from bot.sandbox.slack.log import Delivery, Json
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.time import SlackTime

ANSWER_SECONDS = 3.0
Sign = Literal["well", "unsigned", "stale", "forged"]


class HttpDelivery:
    """Slack as an HTTP client of the app. Signatures carry Slack's time, so that a moved one is refused as a wrong clock is."""

    def __init__(self, clock: SlackTime, manifest: Manifest, signing_secret: str, verification_token: str) -> None:
        self._clock = clock
        self._manifest = manifest
        self._secret = signing_secret
        self._token = verification_token
        self._base = ""
        self._session: aiohttp.ClientSession | None = None

    def use(self, base_url: str) -> None:
        """Deliver to this scheme, host and port, whatever host the manifest names."""
        self._base = base_url.rstrip("/")

    async def deliver(self, delivery: Delivery, *, retry: int | None = None, reason: str = "") -> bool:
        """Post one payload and note the answer; False when the app asked for no retries."""
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}
        url, content_type, body = self._request(delivery)
        started, due = asyncio.get_running_loop().time(), self._clock.time() + ANSWER_SECONDS
        posting = asyncio.ensure_future(self.post(url, body, content_type, headers=headers))
        try:
            status, text, answered = await self._clock.before(due, posting)
        except TimeoutError:
            posting.cancel()
            delivery.error = "operation_timeout"
            return True
        except aiohttp.ClientError:
            delivery.error = "dispatch_failed"
            return True
        delivery.status = status
        if 200 <= status < 300:
            delivery.acked, delivery.error = True, None
            delivery.ack_payload = _read(text)
            delivery.ack_ms = (asyncio.get_running_loop().time() - started) * 1000
        else:
            delivery.error = "dispatch_failed"
        return str(answered.get("X-Slack-No-Retry")) != "1"

    async def post(
        self, url: str, body: bytes, content_type: str, *, sign: Sign = "well", headers: dict[str, str] | None = None
    ) -> tuple[int, str, Any]:
        """One request; `sign` says how well. Returns status, body and headers of the answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        sent = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0", **(headers or {}), **self.signature(body, sign)}
        async with self._session.post(self._host(url), data=body, headers=sent) as answer:
            return answer.status, await answer.text(), answer.headers

    def signature(self, body: bytes, sign: Sign = "well") -> dict[str, str]:
        """The two signature headers for a raw body (docs.slack.dev, verifying requests); "stale" is 6 minutes old."""
        if sign == "unsigned":
            return {}
        stamp = str(int(self._clock.time()) - (360 if sign == "stale" else 0))
        secret = "0" * 32 if sign == "forged" else self._secret
        mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac.hexdigest()}"}

    async def send(self, payload: Json, sign: Sign = "well") -> tuple[int, str]:
        """Send an interaction payload outside every bookkeeping, to see how the app treats a bad signature."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        status, text, _ = await self.post(self._manifest.interactivity_url, body, "application/x-www-form-urlencoded", sign=sign)
        return status, text

    async def verify_url(self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P") -> bool:
        """Slack's url_verification handshake with the events URL; whether the app passed it."""
        body = json.dumps({"token": self._token, "challenge": challenge, "type": "url_verification"}).encode()
        status, text, _ = await self.post(self._manifest.events_url, body, "application/json")
        return status == 200 and challenge in text

    def _request(self, delivery: Delivery) -> tuple[str, str, bytes]:
        if delivery.kind == "events_api":
            return self._manifest.events_url, "application/json", json.dumps(delivery.payload).encode()
        form = "application/x-www-form-urlencoded"
        if delivery.kind == "slash_commands":
            return self._manifest.commands[delivery.payload["command"]].url, form, urlencode(delivery.payload).encode()
        options = delivery.type == "block_suggestion" and self._manifest.options_url
        return options or self._manifest.interactivity_url, form, urlencode({"payload": json.dumps(delivery.payload)}).encode()

    def _host(self, url: str) -> str:
        if not self._base:
            return url
        base, given = urlsplit(self._base), urlsplit(url)
        return urlunsplit((base.scheme, base.netloc, given.path, given.query, ""))

    async def stop(self) -> None:
        """Close the connections to the app."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _read(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        return {"text": text}
