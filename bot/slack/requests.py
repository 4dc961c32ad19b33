"""How a command asks for an operation that belongs to no show: its steps are told to the asker alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.model import JSON, Dossier
from bot.operations.asking import request_thing
from bot.slack.call import Call


async def request(
    call: Call,
    verb: str,
    provider: str,
    stream: str = "",
    args: Mapping[str, JSON] | None = None,
    secrets: Mapping[str, JSON] | None = None,
    check: Callable[[Dossier], None] = lambda _: None,
) -> None:
    """Ask for the operation. Its steps are ticked off in the answer, or in a direct message where a form was sent.

    `secrets` are fields that the safe keeps until they are sent: sealed, or in memory and nowhere else. `check`
    raises what forbids it, in the transaction that stores the request.
    """
    here = call.interaction
    await request_thing(
        call.context,
        verb,
        call.user,
        provider,
        stream,
        args,
        secrets=secrets,
        reply_to=here.reply_to,
        channel=call.channel,
        request=here.key,
        check=check,
    )
    if not here.reply_to:
        await call.reply("Asked for. Its steps are ticked off in your messages with me.")
