"""Takes every interaction: commits the request, acknowledges at once, then runs the handler and explains what went wrong."""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace

from bot.backoff import Backoff
from bot.errors import NotAllowed, ProviderError, Question, StoreError, StoreUnavailable, UserError
from bot.model import JSON, Person, Standing
from bot.show.phone import normalise
from bot.slack.assignments import hide_secrets, require_no_key_in_words, typed_secrets
from bot.slack.blocks import OVERFLOW, say
from bot.slack.call import ACTIVE, Call
from bot.slack.conversation import Desk
from bot.slack.declare import Button, Command, Form
from bot.slack.directory import UNREAD_GROUP
from bot.slack.dry import carry_out
from bot.slack.home import home
from bot.slack.interaction import Interaction, Kind
from bot.slack.questions import asked
from bot.slack.text import escape, escape_sentence, truncate

log = logging.getLogger(__name__)

ONCE = frozenset({Kind.COMMAND, Kind.PRESS, Kind.SHORTCUT, Kind.EVENT})
"""What is done once however often Slack brings it. A form refused with errors is sent again under the same key."""

REMEMBERED = 2000
"""How many of the latest keys are kept for that."""

MOST_REPEATED = 300
"""Characters of what was typed that an answer repeats."""

CHANNEL_CHANGED = frozenset({"channel_left", "group_left", "channel_archive", "group_archive", "channel_rename", "group_rename"})
"""Events after which what was known of a channel's members is not trusted any more."""

CHANNEL_OPENED = frozenset({"channel_unarchive", "group_unarchive"})
"""Events after which a channel may take posts again."""

CHANNEL_EVENTS = CHANNEL_CHANGED | CHANNEL_OPENED | {"member_joined_channel", "member_left_channel", "channel_id_changed"}

TAKEN_WITHIN = 2.0
"""Real seconds in which a request has to be in the store; Slack waits for the acknowledgement for three."""

KNOWN_WITHIN = 1.0
"""Real seconds for which a picker or a form waits to hear who somebody is; Slack waits three for the whole answer."""

LONGEST_COMMAND = 1000
"""Characters; what is longer would not fit into the buttons of an answer."""


KNOWS_KEYS = frozenset({"stream", "restream", "key"})
"""Commands that tell themselves where a key belongs."""
SHOWN_FIELDS = frozenset({"title", "text", "name", "reason", "tell", "message", "description"})
"""Fields of forms whose words a channel is shown."""


class Router:
    """One desk for all of Slack."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()
        self._lately: dict[str, asyncio.Event] = {}
        self._cut = ""
        self.requests = 0
        self.refused = 0

    @property
    def busy(self) -> int:
        """How many interactions are being worked on."""
        return len(self._tasks)

    async def drain(self, timeout: float) -> None:
        """Let what was acknowledged come to its end, for at most `timeout` real seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout)

    async def receive(self, interaction: Interaction) -> Mapping[str, JSON] | str | None:
        """Acknowledge within moments; the returned payload goes with the acknowledgement."""
        self.requests += 1
        interaction = replace(_from_menu(interaction), at=self._desk.context.clock.now())
        if interaction.kind not in ONCE:
            return await self._decide(interaction)
        if (first := self._lately.get(interaction.key)) is not None:
            await first.wait()  # or the repeat would be acknowledged before the request is safe
            return None
        decided = self._remember(interaction.key)
        try:
            return await self._decide(interaction)
        finally:
            decided.set()

    async def _decide(self, interaction: Interaction) -> Mapping[str, JSON] | str | None:
        """What goes with the acknowledgement. A request that the store does not take within moments is refused, and not done."""
        try:
            return await self._begin(interaction)
        except StoreError as failure:
            log.warning("a request was not taken: %s", failure)
            self._lately.pop(interaction.key, None)
            sentence = _out_of_memory(failure)
            if interaction.kind is Kind.SUBMIT:
                return _on_top(sentence)
            self._track(self._explain(Call(self._desk, interaction, Person(interaction.user, interaction.user), ""), sentence))
            return None

    async def _begin(self, interaction: Interaction) -> Mapping[str, JSON] | str | None:
        match interaction.kind:
            case Kind.OPTIONS:
                return await self._options(interaction)
            case Kind.SUBMIT:
                return await self._submit(interaction)
            case Kind.CLOSE:
                if interaction.view is not None:
                    self._desk.panels.closed(interaction.view.id)
                return None
            case Kind.EVENT:
                self._track(self._event(interaction))
                return None
        found = self._find(interaction)
        if found is None:
            return self._unknown(interaction)
        handler, words = found
        if handler.effect and not await self._accept(interaction):
            return None
        self._track(self._run(handler, interaction, words))
        return None

    def _remember(self, key: str) -> asyncio.Event:
        """So that it is known when Slack brings it a second time. Requests for effects are told apart in the store as well."""
        decided = self._lately[key] = asyncio.Event()
        if len(self._lately) > REMEMBERED:
            del self._lately[next(iter(self._lately))]
        return decided

    # -- finding
    def _find(self, interaction: Interaction) -> tuple[Command | Button, str] | None:
        registry = self._desk.registry
        if interaction.kind is Kind.COMMAND:
            text = normalise(interaction.text)
            verb, _, rest = text.partition(" ")
            command = registry.commands.get(verb.casefold())
            return (command, rest.strip()) if command is not None else None
        if interaction.kind is Kind.PRESS:
            action = interaction.action
            button = registry.buttons.get(action) or registry.buttons.get(action.partition(":")[0])
            return (button, "") if button is not None else None
        return None

    def _unknown(self, interaction: Interaction) -> Mapping[str, JSON] | None:
        if interaction.kind is not Kind.COMMAND:
            self._track(self._forgotten(interaction))
            return None
        self.refused += 1
        root = self._desk.context.command
        verb = normalise(interaction.text).partition(" ")[0]
        close = _closest(verb, self._desk.registry.commands)
        hint = f" Did you mean {root} {close}?" if close else ""
        said = escape(truncate(hide_secrets(verb, interaction.text), MOST_REPEATED))
        return {"response_type": "ephemeral", "text": f"There is no “{said}”.{hint} {root} help shows everything."}

    async def _forgotten(self, interaction: Interaction) -> None:
        """A button or a shortcut of an earlier version."""
        call = Call(self._desk, interaction, Person(interaction.user, interaction.user), "")
        root = self._desk.context.command
        await self._explain(call, f"That button is from an earlier version of me; nothing was changed. Type {root} for fresh ones.")

    async def _accept(self, interaction: Interaction) -> bool:
        typed = normalise(interaction.text).partition(" ")[0] if interaction.kind is Kind.COMMAND else ""
        what = typed or interaction.action or interaction.kind.value
        try:
            async with asyncio.timeout(TAKEN_WITHIN):
                now = self._desk.context.clock.now()
                return await self._desk.context.store.accept_request(interaction.key, interaction.user, what, now)
        except TimeoutError:
            self._track(self._never_mind(interaction.key))
            raise StoreError("it is slow, or another program holds it.") from None

    async def _never_mind(self, key: str) -> None:
        """A request that was refused in the meantime, and is still taken, is over: nobody is told that a restart lost it."""
        try:
            await self._desk.context.store.request_done(key)  # the store writes in the order in which it was asked
        except StoreError:
            log.warning("a request that was refused was not taken either")

    # -- running
    def _track(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, handler: Command | Button | Form, interaction: Interaction, words: str) -> None:
        call = Call(self._desk, interaction, Person(interaction.user, interaction.user), words)
        call.brake = handler.brake
        try:
            call.person = await self._authorised(call)
            _require_short(interaction)
            _require_no_key(handler, interaction)
            await (carry_out(handler, call) if isinstance(handler, Command) else handler.run(call))
        except Question as question:
            await self._ask(call, question)
        except UserError as failure:
            await self._explain(call, str(failure))
        except ProviderError as failure:
            log.warning("%s: %s (%s)", interaction.kind, failure.sentence, failure.detail)
            await self._explain(call, failure.sentence)
        except StoreError as failure:
            log.warning("%s %s: %s", interaction.kind, interaction.action, failure)
            await self._explain(call, _out_of_memory(failure))
        except Exception:
            reference = secrets.token_hex(3)
            log.exception("%s %s broke, reference %s", interaction.kind, interaction.action, reference)
            status = f"{self._desk.context.command} status"
            await self._explain(
                call, f"Something broke in the bot (reference {reference}). Check with {status} before you try again."
            )
        await self._over(handler, call, interaction)

    async def _over(self, handler: Command | Button | Form, call: Call, interaction: Interaction) -> None:
        """Nothing is left to do for it, also where it was refused: after a crash nobody is told that it was lost."""
        await call.tidy()
        if isinstance(handler, Form) or handler.effect:
            try:
                await self._desk.context.store.request_done(interaction.key)
            except StoreError:
                self._track(self._done_in_time(interaction.key))
        if call.unread:
            await self._desk.directory.members(call.unread)

    async def _done_in_time(self, key: str) -> None:
        """Write down that a request is over as soon as the store takes it: the person has an answer, so it was not lost."""
        backoff = Backoff()
        while True:
            try:
                await self._desk.context.store.request_done(key)
            except StoreUnavailable:
                await asyncio.sleep(backoff.failed())
            else:
                return

    async def _ask(self, call: Call, question: Question) -> None:
        if call.modal:
            await self._desk.voice.update(
                call.modal, _notice(f"{hide_secrets(str(question), call.interaction.text)} Choose with the buttons I sent you.")
            )
        await call.reply(asked(question, call.interaction.text, call.at))

    async def _explain(self, call: Call, sentence: str) -> None:
        self.refused += 1
        line = call.interaction.text
        sentence = hide_secrets(sentence, line)
        if call.modal and await self._desk.voice.update(call.modal, _notice(sentence)):
            call.loading = False
            return
        typed = "" if typed_secrets(line) else truncate(line.replace("`", "'"), MOST_REPEATED)
        said = f"\n_You typed:_ `{escape(typed)}`" if typed and call.interaction.kind is Kind.COMMAND else ""
        await call.reply(say(escape_sentence(sentence) + said))

    async def _authorised(self, call: Call) -> Person:
        person = await call.patiently(self._desk.directory.person(call.interaction.user, hurry=call.brake))
        self._require_welcome(person, call.interaction)
        return person

    def _require_welcome(self, person: Person, interaction: Interaction) -> None:
        directory = self._desk.directory
        standing = directory.standing(person, interaction.team)
        if standing is Standing.BOT or interaction.by_bot:
            raise NotAllowed("Bots cannot call shows. Let a person do it.")
        if standing is Standing.DEACTIVATED:
            raise NotAllowed("This account is deactivated, so I take nothing from it.")
        if standing is Standing.COLLEAGUE or directory.is_operator(person.id):
            return
        if directory.unread_groups:
            raise NotAllowed(UNREAD_GROUP)
        if standing is Standing.UNKNOWN:
            raise NotAllowed("Slack has not told me yet who you are. Try again in a moment.")
        who = "Guests" if standing is Standing.GUEST else "People of other organisations"
        raise NotAllowed(f"{who} cannot use this here. An admin can add you to OPERATORS.")

    async def _quickly(self, user: str) -> Person:
        """The person, for an answer that Slack waits for: somebody of whom it has not said anything in time is unknown."""
        try:
            return await asyncio.wait_for(self._desk.directory.person(user), KNOWN_WITHIN)
        except TimeoutError:
            return await self._desk.directory.known(user) or Person(user, user)

    # -- forms, pickers, events
    async def _submit(self, interaction: Interaction) -> Mapping[str, JSON] | None:
        form = self._desk.registry.forms.get(interaction.view.callback if interaction.view else "")
        if form is None:
            root = self._desk.context.command
            return _on_top(f"That form is from an earlier version of me; nothing was changed. Open it again with {root}.")
        if form.check is not None:
            call = Call(self._desk, interaction, await self._quickly(interaction.user), "")
            try:
                self._require_welcome(call.person, interaction)
                errors = await form.check(call)
            except UserError as failure:
                return _on_top(str(failure))
            except ProviderError as failure:
                return _on_top(failure.sentence)
            if errors:
                return {"response_action": "errors", "errors": {name: truncate(why, 150) for name, why in errors.items()}}
        if await self._accept(interaction):
            self._track(self._run(form, interaction, ""))
        return None

    async def _options(self, interaction: Interaction) -> Mapping[str, JSON]:
        picker = self._desk.registry.pickers.get(interaction.action)
        if picker is None:
            return {"options": []}
        call = Call(self._desk, interaction, await self._quickly(interaction.user), interaction.text)
        try:
            self._require_welcome(call.person, interaction)
            offered = await picker.offer(call)
        except (UserError, ProviderError, TimeoutError) as failure:
            log.warning("picker %s: %s", interaction.action, failure)
            offered = []
        return {"options": [{"text": {"type": "plain_text", "text": label[:75]}, "value": value} for label, value in offered[:100]]}

    async def _event(self, interaction: Interaction) -> None:
        event, directory = interaction.event, self._desk.directory
        try:
            match event.get("type"):
                case "app_mention":
                    await self._mention(interaction)
                case "app_home_opened":
                    await self._home(interaction.user)
                case "user_change":
                    user = event.get("user")
                    await directory.changed(user if isinstance(user, dict) else {})
                case "subteam_members_changed":
                    group = str(event.get("subteam_id") or "")
                    await directory.group_changed(group, _ids(event.get("added_users")), _ids(event.get("removed_users")))
                case kind if kind in CHANNEL_EVENTS:
                    await self._channel_event(str(kind), interaction)
                case "app_uninstalled" | "tokens_revoked":
                    self._cut_off(event)
                case kind:
                    log.warning("event %s is subscribed to and not dealt with", kind)
        except Exception:
            log.exception("event %s broke", event.get("type"))

    async def _channel_event(self, kind: str, interaction: Interaction) -> None:
        """Somebody came or went, or the channel itself changed."""
        directory, channel, event = self._desk.directory, interaction.channel, interaction.event
        match kind:
            case "member_joined_channel":
                directory.joined(channel, interaction.user)
            case "member_left_channel":
                directory.left(channel, interaction.user)
            case "channel_id_changed":
                await self._desk.moved(str(event.get("old_channel_id") or ""), str(event.get("new_channel_id") or ""))
            case _:
                directory.forget_members(channel)
        if kind in CHANNEL_OPENED or (kind == "member_joined_channel" and directory.is_me(interaction.user)):
            self._desk.healed(channel)

    async def _home(self, user: str) -> None:
        """The home tab, with the shows that this person may see."""
        context = self._desk.context
        readable = await self._desk.permissions.readable_by(user, await context.store.show_channels(ACTIVE))
        shows = await context.store.shows(states=ACTIVE, channels=readable, limit=20)
        await self._desk.voice.publish_home(user, home(shows, context.clock.now(), context.command))

    def _cut_off(self, event: Mapping[str, JSON]) -> None:
        """The app was removed, or its token taken away. A person's token is none of ours."""
        tokens = event.get("tokens")
        if event.get("type") == "tokens_revoked" and not _ids(tokens.get("bot") if isinstance(tokens, dict) else None):
            return
        self._cut = f"Slack took the bot's access away ({event.get('type')}): install the app again and restart with its new token."
        log.critical(self._cut)

    async def check(self) -> str:
        """Why people cannot reach the bot any more, as a check of readiness; empty while they can."""
        return self._cut

    async def _mention(self, interaction: Interaction) -> None:
        """The same grammar as the command, also in threads, where slash commands do not exist.

        Another app gets no answer at all, or two bots would talk to each other for ever.
        """
        if interaction.by_bot or not interaction.user:
            log.info("a mention by an app in %s is not answered", interaction.channel)
            return
        command = replace(interaction, kind=Kind.COMMAND)
        found = self._find(command)
        if found is None:
            call = Call(self._desk, command, Person(interaction.user, interaction.user), "")
            unknown = self._unknown(command) or {}
            await call.reply(str(unknown.get("text", "")))
            return
        handler, words = found
        if not handler.effect or await self._accept(command):
            await self._run(handler, command, words)


def _ids(found: JSON) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list) else []


def _require_short(interaction: Interaction) -> None:
    if interaction.kind is Kind.COMMAND and len(interaction.text) > LONGEST_COMMAND:
        raise UserError(f"That is longer than {LONGEST_COMMAND} characters. Say it shorter, or use the form.")


def _require_no_key(handler: Command | Button | Form, interaction: Interaction) -> None:
    """No key where words are kept and shown: what has fields for keys says itself where they belong."""
    if isinstance(handler, Command) and handler.name not in KNOWS_KEYS:
        require_no_key_in_words(interaction.text)
    elif isinstance(handler, Form) and interaction.view is not None:
        for field in SHOWN_FIELDS & interaction.view.values.keys():
            require_no_key_in_words(str(interaction.view.values[field] or ""))


def _out_of_memory(failure: StoreError) -> str:
    return f"The bot's memory did not answer, nothing was changed: {failure} Try again in a moment."


def _on_top(sentence: str) -> Mapping[str, JSON]:
    """A notice over a form, so that what was typed is still there when it is closed."""
    return {"response_action": "push", "view": _notice(sentence)}


def _notice(sentence: str) -> Mapping[str, JSON]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Not possible"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": truncate(escape_sentence(sentence), 3000)}}],
    }


def _from_menu(interaction: Interaction) -> Interaction:
    """Choosing an entry of an overflow menu is pressing the control that it stands for."""
    if interaction.kind is not Kind.PRESS or interaction.action != OVERFLOW:
        return interaction
    try:
        carried = json.loads(interaction.value)
    except ValueError:
        return interaction
    return replace(interaction, action=str(carried["a"])) if isinstance(carried, dict) and "a" in carried else interaction


def _closest(word: str, names: Mapping[str, object]) -> str:
    found = difflib.get_close_matches(word.casefold(), list(names), n=1, cutoff=0.6)
    return found[0] if found else ""
