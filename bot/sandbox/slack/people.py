"""Acting as the people in a workspace: typing commands, pressing, filling in, writing."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.slack.elements import check_groups, check_options
from bot.sandbox.slack.escaping import command_text, message_text
from bot.sandbox.slack.finding import find, put_in, state_of
from bot.sandbox.slack.forms import FormIncomplete, NotOnScreen, Refused, filled, problems
from bot.sandbox.slack.log import Delivery
from bot.sandbox.slack.nouns import Channel, Json, Message, User, View
from bot.sandbox.slack.setting import Setting
from bot.sandbox.slack.shapes import Complaints


class UnknownCommand(Refused):
    """A slash command that is not in the manifest."""


class People(Setting):
    """What people do. Each act brings its payload to the app and returns the Delivery with what came back."""

    # Commands and shortcuts

    async def command(self, who: User | str, channel: Channel | str, typed: str) -> Delivery:
        """Type a slash command, `/live go`, into a channel; raises UnknownCommand for one the manifest does not have."""
        user, place = self.user(who), self.channel(channel)
        name, _, text = typed.strip().partition(" ")
        command = self.manifest.commands.get(name)
        if command is None:
            raise UnknownCommand(f"{name} is not a valid command")
        if user.id not in place.members or place.archived:
            raise Refused(f"{user.name} cannot write in #{place.name}")
        now = self.clock.time()
        url = self.tickets.response_url("commands", user.id, place.id, now)
        sent = command_text(self.workspace, text.strip(), should_escape=command.should_escape)
        payload = self._payloads.command(user, place, name, sent, self.tickets.trigger(user.id, now), self._url(url.path))
        delivery = await self._courier.deliver("slash_commands", "command", payload)
        self._answers.command(delivery, url)
        return delivery

    async def shortcut(self, who: User | str, callback_id: str, message: Message | None = None) -> Delivery:
        """Choose a shortcut of the manifest: a global one, or with a message one from that message's menu."""
        user = self.user(who)
        kind = "global" if message is None else "message"
        if not any(one.callback_id == callback_id and one.type == kind for one in self.manifest.shortcuts):
            raise NotOnScreen(f"the manifest has no {kind} shortcut {callback_id}")
        now = self.clock.time()
        trigger = self.tickets.trigger(user.id, now)
        if message is None:
            return await self._interact("shortcut", self._payloads.global_shortcut(user, callback_id, trigger))
        url = self.tickets.response_url("actions", user.id, message.channel, now, thread_ts=message.thread_ts)
        payload = self._payloads.message_shortcut(user, message, callback_id, trigger, self._url(url.path))
        return await self._interact("message_action", payload)

    # Pressing

    async def press(
        self,
        who: User | str,
        message: Message,
        action_id: str,
        value: object = None,
        *,
        block_id: str | None = None,
        even_if_old: bool = False,
    ) -> Delivery:
        """Press a button, or choose `value` from a menu, in a message; a confirm dialog is accepted and reported.

        Raises NotOnScreen when the message no longer stands as given; `even_if_old` presses it all the same, as on a phone that
        has not yet redrawn.
        """
        user = self.user(who)
        shown = self._standing(user, message, even_if_old=even_if_old)
        block, element = find(shown.blocks, action_id, block_id=block_id, value=value)
        action = self._action(block, element, value)
        now = self.clock.time()
        url = self.tickets.response_url("actions", user.id, shown.channel, now, thread_ts=shown.thread_ts, original=shown.ts)
        picked = state_of(shown.blocks, self._picked.get((user.id, shown.ts), {}))
        state = self._picked[user.id, shown.ts] = put_in(shown.blocks, picked, _held(action, element, value), self._offered)
        payload = self._payloads.press_in_message(
            user, shown, action, state, self.tickets.trigger(user.id, now), self._url(url.path)
        )
        return await self._interact("block_actions", payload, confirm=element.get("confirm"))

    async def press_in_view(
        self,
        who: User | str,
        view: View,
        action_id: str,
        value: object = None,
        *,
        block_id: str | None = None,
        even_if_old: bool = False,
    ) -> Delivery:
        """Press or choose in a modal or home tab; what was chosen stays in its state."""
        user = self.user(who)
        shown = self._open_view(user, view, even_if_old=even_if_old)
        block, element = find(shown.blocks, action_id, block_id=block_id, value=value)
        action = self._action(block, element, value)
        state = put_in(shown.blocks, state_of(shown.blocks, shown.state), _held(action, element, value), self._offered)
        shown = self.workspace.screens.fill(shown.id, state) or shown
        trigger = self.tickets.trigger(user.id, self.clock.time(), shown.id)
        payload = self._payloads.press_in_view(user, shown, action, trigger)
        return await self._interact("block_actions", payload, confirm=element.get("confirm"))

    def _action(self, block: Json, element: Json, value: object) -> Json:
        action: Json = {key: element[key] for key in ("action_id", "type", "text", "value", "style", "url") if key in element}
        if element["type"] not in ("button", "workflow_button", "icon_button"):
            action.pop("value", None)
            action.update(filled(element, value, self._offered.get(element["action_id"], ())))
        return {**action, "block_id": block["block_id"], "action_ts": self.workspace.new_ts()}

    def _standing(self, user: User, message: Message, *, even_if_old: bool) -> Message:
        channel = self.channel(message.channel)
        if channel.kind != "public" and user.id not in channel.members:
            raise NotOnScreen(f"{user.name} cannot see #{channel.name}")
        if message.ephemeral_to not in (None, user.id):
            raise NotOnScreen("only another person sees this message")
        if even_if_old:
            return message
        if message.ephemeral_to:
            now = next((one for one in self.workspace.ephemerals if one.ts == message.ts), None)
        else:
            now = channel.find(message.ts)
        if now is None:
            raise NotOnScreen("the message is gone")
        if now.version != message.version:
            raise NotOnScreen("the message has been edited since; look again")
        return now

    def _open_view(self, user: User, view: View, *, even_if_old: bool = False) -> View:
        now = self.workspace.screens.find(view.id)
        if even_if_old:
            return view
        if now is None or now.user != user.id:
            raise NotOnScreen(f"{user.name} has no such view open")
        if now.type == "modal" and self.modals(user)[-1].id != now.id:
            raise NotOnScreen("another modal lies on top of this one")
        if now.hash != view.hash:
            raise NotOnScreen("the view has been updated since; look again")
        return now

    # Forms

    async def submit(
        self, who: User | str, view: View, values: Mapping[str, object] | None = None, *, even_if_old: bool = False
    ) -> Delivery:
        """Fill in a modal, by block_id or action_id, and submit it; raises FormIncomplete where Slack's client keeps it back."""
        user = self.user(who)
        shown = self._open_view(user, view, even_if_old=even_if_old)
        state = put_in(shown.blocks, state_of(shown.blocks, shown.state), values or {}, self._offered)
        if wrong := problems(shown.blocks, state):
            raise FormIncomplete(wrong)
        shown = self.workspace.screens.fill(shown.id, state) or shown
        trigger = self.tickets.trigger(user.id, self.clock.time(), shown.id)
        payload = self._payloads.submission(user, shown, trigger, self._response_urls(user, shown))
        delivery = await self._interact("view_submission", payload)
        if delivery.acked:
            self._answers.submission(delivery, shown)
        return delivery

    def _response_urls(self, user: User, view: View) -> list[Json]:
        made: list[Json] = []
        for block in view.blocks:
            element = block.get("element", {})
            held = view.state.get(block["block_id"], {}).get(element.get("action_id"), {})
            chosen = held.get("selected_conversation") or held.get("selected_channel")
            if element.get("response_url_enabled") and chosen:
                url = self.tickets.response_url("actions", user.id, chosen, self.clock.time())
                names = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen}
                made.append({**names, "response_url": self._url(url.path)})
        return made

    async def close_view(self, who: User | str, view: View, *, all_of_them: bool = False) -> Delivery | None:
        """Close a modal by its Cancel, or with `all_of_them` the stack by the X; the app hears of it if it asked to."""
        user = self.user(who)
        shown = self._open_view(user, view)
        cleared = all_of_them or bool(shown.body.get("clear_on_close"))
        if cleared:
            self.workspace.screens.clear(user.id)
        else:
            self.workspace.screens.close_top(user.id)
        self.workspace.changed()
        if not shown.body.get("notify_on_close"):
            return None
        return await self._interact("view_closed", self._payloads.closing(user, shown, cleared=cleared))

    async def options(self, who: User | str, place: View | Message, action_id: str, query: str = "") -> Delivery:
        """Type into an external select; its answer is in `options` or `option_groups`, and can be chosen from then on."""
        user = self.user(who)
        block, element = find(place.blocks, action_id)
        if not element["type"].endswith("external_select"):
            raise NotOnScreen(f"{action_id} does not look anything up")
        if len(query) < element.get("min_query_length", 3):
            raise Refused(f"Slack asks the app from {element.get('min_query_length', 3)} characters on")
        delivery = await self._interact("block_suggestion", self._payloads.suggestion(user, place, block, element, query))
        self._take_options(delivery, action_id)
        return delivery

    def _take_options(self, delivery: Delivery, action_id: str) -> None:
        answer = delivery.ack_payload if isinstance(delivery.ack_payload, dict) else {}
        said = Complaints()
        if answer.get("option_groups"):
            check_groups(said, answer["option_groups"], "/option_groups")
        elif answer.get("options"):
            check_options(said, answer["options"], "/options", most=100)
        if said.lines:
            delivery.error = said.lines[0]
            return
        delivery.options, delivery.option_groups = answer.get("options") or [], answer.get("option_groups") or []
        self._offered[action_id] = [*delivery.options, *(o for group in delivery.option_groups for o in group["options"])]

    async def _interact(self, kind: str, payload: Json, confirm: Json | None = None) -> Delivery:
        if not self.manifest.interactivity:
            raise Refused("interactivity is switched off in the manifest")
        delivery = await self._courier.deliver("interactive", kind, payload)
        delivery.confirm = confirm
        return delivery

    def _url(self, path: str) -> str:
        return self._server.url + path

    # Writing and looking

    def say(self, who: User | str, channel: Channel | str, text: str, thread_ts: str | None = None) -> Message:
        """Write a message; @names become mentions."""
        user, place = self.user(who), self.channel(channel)
        if user.id not in place.members or place.archived:
            raise Refused(f"{user.name} cannot write in #{place.name}")
        return self.workspace.post(place, user.id, message_text(self.workspace, text), thread_ts=thread_ts)

    async def mention(self, who: User | str, channel: Channel | str, text: str, thread_ts: str | None = None) -> Delivery | None:
        """Write a message that names the bot; None when the app is not told (not subscribed, or not in the channel)."""
        bot = self.workspace.bot.mention
        named = text if bot in text or f"@{self.workspace.bot.name}" in text else f"{bot} {text}"
        message = self.say(who, channel, named, thread_ts)
        place = self.channel(channel)
        if place.kind == "im":
            return None
        return await self._courier.event({**_mentioned(message), "team": self.user(who).team, "channel": place.id}, place)

    async def mention_by_bot(
        self, bot: User | str, channel: Channel | str, text: str, *, with_user: bool = True, thread_ts: str | None = None
    ) -> Delivery | None:
        """Another app names the bot; without `with_user` as an incoming webhook does, whose events have no user at all."""
        robot, place = self.user(bot), self.channel(channel)
        named = f"{self.workspace.bot.mention} {text}"
        message = self.workspace.post(place, robot.id, message_text(self.workspace, named), thread_ts=thread_ts)
        event = {**_mentioned(message), "team": robot.team, "channel": place.id, "bot_id": robot.bot_id}
        if not with_user:
            del event["user"]
            event |= {"subtype": "bot_message", "username": robot.name}
        return await self._courier.event(event, place)

    async def open_home(self, who: User | str) -> Delivery | None:
        """Open the app's home tab; None when the app does not subscribe to that."""
        user = self.user(who)
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": self.dm(user).id, "tab": "home"}
        view = self.home(user)
        if view is not None:
            event["view"] = view.as_json(self.workspace.app)
        return await self._courier.event(event, None)

    async def event(self, event: Json) -> Delivery | None:
        """Send any event as Slack's own; None when the app is not subscribed. What is not acknowledged comes again."""
        channel = self.workspace.channels.get(str(event.get("channel")))
        return await self._courier.event(event, channel)

    async def repeat(self, delivery: Delivery) -> Delivery:
        """Bring the very same payload once more, as after a lost acknowledgement."""
        return await self._courier.deliver(delivery.kind, delivery.type, delivery.payload)


def _mentioned(message: Message) -> Json:
    event = {"type": "app_mention", "user": message.user, "text": message.text, "ts": message.ts, "event_ts": message.ts}
    return {**event, "thread_ts": message.thread_ts} if message.thread_ts else event


def _held(action: Json, element: Json, value: object) -> dict[str, object]:
    """What of an action stays in the state: a choice does, a button or an overflow menu leaves nothing."""
    kept = element["type"] not in ("button", "workflow_button", "overflow", "icon_button", "feedback_buttons")
    return {action["action_id"]: value} if kept else {}
