"""The one door of the Web API: reads a call in any of its encodings, judges token, scope and pace, runs it, writes it down."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.slack.limits import RateLimits
from bot.sandbox.slack.log import Call, Log, without_tokens
from bot.sandbox.slack.nouns import Json
from bot.sandbox.slack.web_api.chat import CHAT
from bot.sandbox.slack.web_api.conversations import CONVERSATIONS
from bot.sandbox.slack.web_api.directory import DIRECTORY
from bot.sandbox.slack.web_api.files import FILES
from bot.sandbox.slack.web_api.furniture import FURNITURE
from bot.sandbox.slack.web_api.method import ApiError, Args, Backstage, Method, need_scope, refuse
from bot.sandbox.slack.web_api.views import VIEWS

METHODS: dict[str, Method] = {method.name: method for method in (*DIRECTORY, *CHAT, *CONVERSATIONS, *VIEWS, *FURNITURE, *FILES)}
"""Every method the emulator has; all others are unknown_method."""


@dataclass
class Failure:
    """An error that a method answers with on request, before it does anything; `after` calls that go well."""

    method: str
    error: str
    times: int
    retry_after: int | None
    after: int = 0


@dataclass
class WebApi:
    """The Web API for one app. `revoked` makes the bot token worthless."""

    back: Backstage
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    limits: RateLimits
    log: Log
    revoked: bool = False
    failures: list[Failure] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request: 200 whatever the outcome, but 429 when it comes too fast."""
        name = request.match_info["method"]
        args = Args({})
        try:
            args = await _read(request)
            answer = await self._run(name, args)
        except ApiError as wrong:
            return self._answer(name, args, {"ok": False, "error": wrong.error, **wrong.beside})
        return self._answer(name, args, {"ok": True, **answer})

    async def _run(self, name: str, args: Args) -> Json:
        method = METHODS.get(name)
        if method is None:
            refuse("unknown_method", req_method=name)
        if name != "api.test":
            self._authenticate(method, args.token)
        need_scope(self.back, *method.scopes)
        self._fail_if_asked(name)
        channel = args.text("channel") if method.tier == "post" else ""
        wait = self.limits.retry_after(name, method.tier, channel, self.back.clock.time())
        if wait:
            raise ApiError("ratelimited", retry_after=wait)
        missing = [one for one in method.required if args.values.get(one) in (None, "")]
        if missing:
            self._refuse_missing(missing)
        return await method.run(self.back, args)

    def _refuse_missing(self, missing: list[str]) -> None:
        if missing[0] == "channel":
            refuse("channel_not_found")
        refuse("invalid_arguments", *(f"[ERROR] missing required field: {one}" for one in missing))

    def _authenticate(self, method: Method, token: str) -> None:
        if not token:
            refuse("not_authed")
        if token not in (self.bot_token, self.app_token):
            refuse("invalid_auth")
        if token == self.bot_token and self.revoked:
            refuse("token_revoked")
        if (token == self.app_token) != method.app_level:
            refuse("not_allowed_token_type")

    def _fail_if_asked(self, name: str) -> None:
        for failure in self.failures:
            if failure.method == name and failure.after > 0:
                failure.after -= 1
            elif failure.method == name and failure.times > 0:
                failure.times -= 1
                beside = {} if failure.retry_after is None else {"retry_after": failure.retry_after}
                raise ApiError(failure.error, **beside)

    def _answer(self, name: str, args: Args, body: Json) -> web.Response:
        wait = body.pop("retry_after", None)
        status = 200 if wait is None else 429
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.back.manifest.scopes))}
        if wait is not None:
            headers["Retry-After"] = str(wait)
        call = Call(name, without_tokens(dict(args.values)), status, body.get("error"), self.back.clock.time(), wait)
        self.log.calls.append(call)
        self.back.workspace.changed()
        return web.json_response(body, status=status, headers=headers)


async def _read(request: web.Request) -> Args:
    values: dict[str, Any] = dict(request.query)
    if request.method == "POST":
        values.update(await _body(request))
    bearer = request.headers.get("Authorization", "")
    token = bearer.removeprefix("Bearer ").strip() if bearer.startswith("Bearer ") else str(values.get("token") or "")
    values.pop("token", None)
    return Args(values, token)


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            refuse("invalid_json")
        if not isinstance(body, dict):
            refuse("json_not_object")
        return body
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
