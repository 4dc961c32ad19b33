"""A question with a button for each of its meanings; pressing one types the whole command that means only this."""

from __future__ import annotations

from datetime import datetime

from bot.errors import Question
from bot.slack.assignments import hide_secrets
from bot.slack.blocks import MOST_CARRIED, Control, Message, actions, say
from bot.slack.text import escape_sentence, length

MOST = 5
"""Buttons of one question."""


def asked(question: Question, typed: str = "", at: datetime | None = None) -> Message:
    """The question to the one who `typed` that; without buttons where they would carry a secret or more than Slack lets them.

    The buttons carry `at`, when that came in: what was meant by “now” does not move while somebody chooses.
    """
    choices = question.choices[:MOST]
    sentence = hide_secrets(str(question), typed)
    when = {} if at is None else {"at": int(at.timestamp() * 1000)}
    controls = [Control(f"answer:{number}", choice.label, {"t": choice.value, **when}) for number, choice in enumerate(choices)]
    if any(hide_secrets(choice.value, typed) != choice.value for choice in choices):
        return say(
            escape_sentence(f"{sentence}\n{_listed(question)}\nA secret is not put into buttons: type it again, without it.")
        )
    if any(length(control.value) > MOST_CARRIED for control in controls):
        return say(escape_sentence(f"{sentence}\n{_listed(question)}\nThe line is too long for buttons: type it again, shorter."))
    return say(escape_sentence(sentence), *actions(controls))


def _listed(question: Question) -> str:
    return "\n".join(f"• {choice.label}" for choice in question.choices[:MOST])
