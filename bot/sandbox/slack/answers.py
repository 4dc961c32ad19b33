"""What becomes of the app's answers to interactions: response URLs, texts in acknowledgements, and response actions of modals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.slack.log import Call, Delivery, Log
from bot.sandbox.slack.nouns import Channel, Json, View
from bot.sandbox.slack.screens import Screens
from bot.sandbox.slack.tickets import ResponseUrl, TicketRefused
from bot.sandbox.slack.web_api.chat import content
from bot.sandbox.slack.web_api.method import ApiError, Args, Backstage
from bot.sandbox.slack.web_api.views import judged_view


@dataclass
class Answers:
    """Applies answers to the workspace."""

    back: Backstage
    log: Log

    # Response URLs

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """One post to a response URL; it works in channels the bot is not in."""
        body: Json = {}
        try:
            url = self.back.tickets.spend(request.match_info["secret"], self.back.clock.time())
            read = json.loads(await request.text())
            if not isinstance(read, dict):
                raise ApiError("invalid_payload")
            body = read
            self.respond(url, body)
        except (TicketRefused, ApiError) as refused:
            return self._answered(body, 404 if isinstance(refused, TicketRefused) else 400, refused.error)
        except ValueError:
            return self._answered(body, 400, "invalid_payload")
        return self._answered(body, 200, None)

    def _answered(self, body: Json, status: int, error: str | None) -> web.Response:
        self.log.calls.append(Call("response_url", body, status, error, self.back.clock.time()))
        self.back.workspace.changed()
        if error is None:
            return web.Response(text="ok")
        return web.json_response({"ok": False, "error": error}, status=status)

    def respond(self, url: ResponseUrl, body: Mapping[str, Any]) -> None:
        """Show what the app answered: to the person alone, unless it says in_channel; or in place of the original."""
        channel = self.back.workspace.channel(url.channel)
        args = Args(body)
        if args.flag("delete_original"):
            self._delete(channel, url.original)
            return
        made = content(args)
        if args.flag("replace_original") and url.original and self._replace(channel, url.original, made):
            return
        thread = args.text("thread_ts") or url.thread_ts
        text, rest = made.pop("text", ""), {**made, "thread_ts": thread}
        if args.text("response_type") == "in_channel":
            shown = self.back.workspace.post(channel, self.back.workspace.bot.id, text, by_app=True, **rest)
        else:
            rest.pop("metadata", None)
            shown = self.back.workspace.whisper(channel, url.user, text, **rest)
        url.original = url.original or shown.ts

    def _delete(self, channel: Channel, ts: str | None) -> None:
        if ts is None:
            raise ApiError("message_not_found")
        if ts in channel.posted:
            self.back.workspace.delete(channel, ts)
        else:
            self.back.workspace.unwhisper(ts)

    def _replace(self, channel: Channel, ts: str, made: Json) -> bool:
        whole = {"text": "", "blocks": [], **made}
        if ts in channel.posted:
            self.back.workspace.edit(channel, ts, **whole, edited=self.back.workspace.new_ts())
            return True
        return self.back.workspace.rewhisper(ts, **whole) is not None

    # Acknowledgements that carry something

    def command(self, delivery: Delivery, url: ResponseUrl) -> None:
        """A text or blocks in the acknowledgement of a slash command are shown like a post to its response URL."""
        answer = delivery.ack_payload
        if isinstance(answer, dict) and (answer.get("text") or answer.get("blocks")):
            try:
                self.respond(url, answer)
            except ApiError as refused:
                delivery.error = refused.error

    def submission(self, delivery: Delivery, view: View) -> None:
        """What a modal does after its submission was acknowledged: close, complain, change, or open another on top."""
        answer = delivery.ack_payload if isinstance(delivery.ack_payload, dict) else {}
        action = answer.get("response_action")
        screens = self.back.workspace.screens
        try:
            if action == "errors":
                delivery.errors = _errors(view, answer.get("errors"))
            elif action == "clear":
                screens.clear(view.user)
            elif action == "update":
                screens.update(view.id, judged_view(self.back, answer.get("view"), "modal", updating=view))
            elif action == "push":
                self._push(screens, view, answer.get("view"))
            else:
                screens.close_top(view.user)
        except ApiError as refused:
            delivery.error = refused.error
        self.back.workspace.changed()

    def _push(self, screens: Screens, view: View, body: object) -> None:
        if screens.full(view.user):
            raise ApiError("push_limit_reached")
        screens.push(view.user, judged_view(self.back, body, "modal"))


def _errors(view: View, errors: object) -> dict[str, str]:
    """The complaints of the app, each at an input block; others are an error of the app that the person sees."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise ApiError("invalid_response_errors")
    return {str(block): str(why) for block, why in errors.items()}
