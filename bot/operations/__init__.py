"""The team's verbs as durable operations; no Slack inside but the words of their posts."""

from __future__ import annotations

from collections.abc import Mapping

from bot.context import Context
from bot.operations import air, clipping, finishing, preparing, recording, reminding, restream_steps, saving, things
from bot.operations.steps import Verb


def all_verbs(context: Context) -> Mapping[str, Verb]:
    """Every verb by its name."""
    families = (air, clipping, finishing, preparing, recording, reminding, restream_steps, saving, things)
    return {verb.name: verb for family in families for verb in family.verbs(context)}
