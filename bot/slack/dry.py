"""A last word `dry`: the command runs on a memory that keeps nothing, and whoever typed it reads what would have come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.context import Context
from bot.errors import Question, UserError
from bot.model import CLOCK, JSON, Decision, Dossier
from bot.operations.foreseeing import Foreseen, foresee
from bot.show.references import split_dry
from bot.slack.blocks import Block, Message, say
from bot.slack.call import Call
from bot.slack.declare import Command
from bot.slack.interaction import Interaction, Kind, View
from bot.slack.listing import listing
from bot.slack.parsing.values import value_of
from bot.slack.text import escape, escape_sentence, mention
from bot.store.dry import dry_store

HEAD = "*Dry run, nothing is done.*"


async def carry_out(command: Command, call: Call) -> None:
    """Do what was typed, or with a last word `dry` say what would be done; a command that only reads answers as without it."""
    words, dry = split_dry(call.words)
    if not dry:
        await command.run(call)
        return
    tale = Tale(call.context)
    try:
        await command.run(DryCall(call, replace(call.interaction, value="", trigger="dry"), words, tale))
    except Question as question:
        raise Question(str(question), (replace(choice, value=_dry(choice.value)) for choice in question.choices)) from None
    for message in tale.answers if tale.only_read else [tale.told()]:
        await call.reply(message)


def _dry(line: str) -> str:
    """The line of a choice: what is chosen for a dry run is not done either."""
    return line if split_dry(line)[1] else f"{line} dry"


class Tale:
    """What a dry run came upon, and what it works with: everything can be read, and nothing is written, kept or sent."""

    def __init__(self, context: Context) -> None:
        looks = context.sightings.kept_in(dry_store(context.store, lambda _, __: None))
        store = dry_store(context.store, self._decided)
        self.context = replace(context, store=store, sightings=looks, safe=context.safe.copy())
        self.parts: list[str] = []
        self.answers: list[Message] = []
        self.only_read = True

    def _decided(self, dossier: Dossier, decision: Decision[Any]) -> None:
        foreseen = foresee(self.context, dossier, decision)
        self.add(*(_work(each, self.context) for each in foreseen if each.steps or each.operation.by != CLOCK))

    def add(self, *parts: str) -> None:
        """Something would be asked or done."""
        self.parts += parts
        self.only_read = False

    def told(self) -> Message:
        """All of it, without the controls that the real answers have."""
        return listing(HEAD, [*self.parts, *(f"You would be answered:\n{_quoted(answer.text)}" for answer in self.answers)])


class DryCall(Call):
    """A call of which nothing comes: what it would ask and answer goes into the tale, and a form is sent as it opens."""

    dry = True

    def __init__(self, call: Call, interaction: Interaction, words: str, tale: Tale) -> None:
        super().__init__(replace(call.desk, context=tale.context), interaction, call.person, words)
        self.typed, self.brake = call.typed, call.brake
        self._tale = tale

    async def reply(self, answer: str | Message, *, replace: bool = False) -> None:  # noqa: ARG002 - there is nothing to replace
        """Tell it with the rest."""
        self._tale.answers.append(say(answer) if isinstance(answer, str) else answer)

    async def _make_room(self) -> None:
        """No window opens, however long a provider takes."""

    async def open(self, view: Mapping[str, JSON]) -> None:
        """Tell of the form and of what comes of it; a window without one only says that somebody is being asked."""
        if "submit" not in view:
            return
        self._tale.add(_form(view))
        values, missing = _filled(view["blocks"])
        sent = View("", "", view["callback_id"], view["private_metadata"], values)
        try:
            await DryCall(self, replace(self.interaction, kind=Kind.SUBMIT, view=sent), "", self._tale)._submit(missing)
        except UserError as refusal:
            self._tale.add(f"As it opens it would be refused: {escape_sentence(str(refusal))}")

    async def _submit(self, missing: Mapping[str, bool]) -> None:
        """Send it, with a stand-in for each text that has to be typed; what has to be chosen nobody can foresee."""
        if not all(missing.values()):
            self._tale.add("What comes of it depends on what is chosen there.")
            return
        form = self.desk.registry.forms[self.view.callback]
        errors = await form.check(self) if form.check is not None else {}
        if wrong := [why for name, why in errors.items() if name not in missing]:
            raise UserError(wrong[0])
        await form.run(self)


# -- forms --------------------------------------------------------------------------------------------------------------
def _filled(blocks: Sequence[Block]) -> tuple[dict[str, JSON], dict[str, bool]]:
    """The inputs of a form as it opens; and those that have to be filled and are not: whether a stand-in was put there."""
    values: dict[str, JSON] = {}
    missing: dict[str, bool] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        name, element = block["block_id"], block["element"]
        values[name] = value_of({_STATE.get(key, key): value for key, value in element.items()})
        if values[name] in (None, []) and not block["optional"]:
            missing[name] = element["type"] == "plain_text_input"
            values[name] = f"‹{block['label']['text']}›"
    return values, missing


_STATE = {
    "initial_value": "value",
    "initial_option": "selected_option",
    "initial_options": "selected_options",
    "initial_date": "selected_date",
    "initial_time": "selected_time",
}
"""Where an input's element says how it begins, and where Slack says how it was left (`view.state`)."""


# -- words --------------------------------------------------------------------------------------------------------------
def _form(view: Mapping[str, JSON]) -> str:
    """What the form says, what it asks for, and the button that sends it."""
    blocks: Sequence[Block] = view["blocks"]
    said = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    inputs = [escape(block["label"]["text"]) for block in blocks if block["type"] == "input"]
    lines = [f"You would be asked, in a form: *{escape(view['title']['text'])}*", *map(_quoted, said)]
    if inputs:
        lines.append(f"It takes: {', '.join(inputs)}")
    return "\n".join([*lines, f"Then, with *{escape(view['submit']['text'])}*:"])


def _work(foreseen: Foreseen, context: Context) -> str:
    """An operation, step by step."""
    operation, provider = foreseen.operation, context.provider(foreseen.operation.provider)
    who = "by itself" if operation.by == CLOCK else f"asked by {mention(operation.by)}"
    head = f"*{escape(foreseen.title)}* at {escape(provider.capabilities.title)}, {who}"
    if foreseen.why_not:
        return f"{head}, would not begin: {escape_sentence(foreseen.why_not)}"
    steps = [f"{number}. {escape(step.label)}" for number, step in enumerate(foreseen.steps, 1)]
    return "\n".join([f"{head}:", *steps]) if steps else f"{head}: nothing is asked of the provider for that."


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
