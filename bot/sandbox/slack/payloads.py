"""The payloads of commands and interactions, field for field as Slack sends them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.slack.nouns import Channel, Json, Message, User, View
from bot.sandbox.slack.workspace import TEAM, Workspace


@dataclass(frozen=True)
class Payloads:
    """Builds payloads for one app in one workspace."""

    workspace: Workspace
    verification_token: str

    def command(self, user: User, channel: Channel, command: str, text: str, trigger_id: str, response_url: str) -> Json:
        """The form of a slash command (docs.slack.dev, slash commands). The team is the user's own."""
        return {
            "token": self.verification_token,
            "team_id": user.team,
            "team_domain": "elsewhere" if user.stranger else self.workspace.team_domain,
            "channel_id": channel.id,
            "channel_name": "privategroup" if channel.kind == "private" else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.workspace.app_id,
            **self._enterprise_fields(),
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": trigger_id,
        }

    def _common(self, kind: str, user: User) -> Json:
        return {
            "type": kind,
            "token": self.verification_token,
            "api_app_id": self.workspace.app_id,
            "team": {"id": TEAM, "domain": self.workspace.team_domain},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
            "enterprise": {"id": self.workspace.enterprise, "name": "Organisation"} if self.workspace.enterprise else None,
            "is_enterprise_install": False,
        }

    def _enterprise_fields(self) -> Json:
        """What a slash command says of the Grid organisation that the workspace belongs to."""
        found = self.workspace.enterprise
        return {"enterprise_id": found, "enterprise_name": "Organisation"} if found else {}

    def press_in_message(self, user: User, message: Message, action: Json, state: Json, trigger_id: str, response_url: str) -> Json:
        """block_actions from a message or an ephemeral message; the latter brings no message, only its place."""
        channel = self.workspace.channel(message.channel)
        hidden = message.ephemeral_to is not None
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": hidden,
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        }
        payload = {
            **self._common("block_actions", user),
            "container": container,
            "trigger_id": trigger_id,
            "channel": {"id": channel.id, "name": "privategroup" if channel.kind == "private" else channel.name},
            "state": {"values": state},
            "response_url": response_url,
            "actions": [action],
        }
        if not hidden:
            payload["message"] = message.as_json(self.workspace.author)
        return payload

    def press_in_view(self, user: User, view: View, action: Json, trigger_id: str) -> Json:
        """block_actions from a modal or home tab."""
        return {
            **self._common("block_actions", user),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": trigger_id,
            "view": view.as_json(self.workspace.app),
            "actions": [action],
        }

    def submission(self, user: User, view: View, trigger_id: str, response_urls: list[Json]) -> Json:
        """view_submission."""
        return {
            **self._common("view_submission", user),
            "trigger_id": trigger_id,
            "view": view.as_json(self.workspace.app),
            "response_urls": response_urls,
        }

    def closing(self, user: User, view: View, *, cleared: bool) -> Json:
        """view_closed."""
        return {**self._common("view_closed", user), "view": view.as_json(self.workspace.app), "is_cleared": cleared}

    def suggestion(self, user: User, place: View | Message, block: Json, element: Json, query: str) -> Json:
        """block_suggestion."""
        payload = {
            **self._common("block_suggestion", user),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": query,
        }
        if isinstance(place, View):
            payload["container"] = {"type": "view", "view_id": place.id}
            payload["view"] = place.as_json(self.workspace.app)
        else:
            channel = self.workspace.channel(place.channel)
            payload["container"] = {"type": "message", "message_ts": place.ts, "channel_id": channel.id}
            payload["channel"] = {"id": channel.id, "name": channel.name}
            payload["message"] = place.as_json(self.workspace.author)
        return payload

    def global_shortcut(self, user: User, callback_id: str, trigger_id: str) -> Json:
        """A shortcut from the lightning menu."""
        common = self._common("shortcut", user)
        return {**common, "callback_id": callback_id, "trigger_id": trigger_id, "action_ts": self.workspace.new_ts()}

    def message_shortcut(self, user: User, message: Message, callback_id: str, trigger_id: str, response_url: str) -> Json:
        """A shortcut from the menu of a message."""
        channel = self.workspace.channel(message.channel)
        return {
            **self._common("message_action", user),
            "callback_id": callback_id,
            "trigger_id": trigger_id,
            "response_url": response_url,
            "action_ts": self.workspace.new_ts(),
            "message_ts": message.ts,
            "channel": {"id": channel.id, "name": channel.name},
            "message": message.as_json(self.workspace.author),
        }
