"""Push addresses for the one who asked: shown in a modal that nobody else sees, kept nowhere, and that they were shown is kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.model import Decision, Dossier, StreamKey
from bot.providers.base import Address
from bot.show.access import Verb
from bot.show.draft import Draft
from bot.slack.blocks import Block, context, say, section
from bot.slack.call import Call
from bot.slack.modals import loading, notice
from bot.slack.streams import require_hands_on, still_hands_on
from bot.slack.text import escape

log = logging.getLogger(__name__)

TITLE = "Ingest details"
WHAT = "Seeing push addresses"


async def reveal(call: Call, key: StreamKey) -> None:
    """Show where to push, after the right to know was checked and the showing was written down."""
    if call.interaction.trigger and not call.modal:
        await call.open(loading(TITLE))
    await require_hands_on(call, key, WHAT, Verb.KEY)
    info = await call.context.provider(key.provider).stream(key.id)
    await _write_down(call, key)
    if call.dry:
        await call.reply(f"The push addresses of {escape(info.name or key.id)}, only to you. That you saw them is on record.")
        return
    log.info("push addresses of %s shown to %s", key, call.user)
    provider = call.context.provider(key.provider)
    addresses = await provider.ingest(key.id)
    state = _ENABLED[info.enabled] if provider.capabilities.switch is not None else provider.capabilities.takes_at_once
    blocks = addresses_shown(info.name or key.id, addresses, state)
    if call.modal:
        await call.open(notice(TITLE, blocks))
    else:
        await call.reply(say("Ingest details, only for you", *blocks))


async def _write_down(call: Call, key: StreamKey) -> None:
    """In the as-run log of every show on it, and in ours: who saw the addresses of which stream, never the addresses."""
    check = await still_hands_on(call, key, WHAT, Verb.KEY)

    def rule(dossier: Dossier) -> Decision[None]:
        check(dossier)
        draft = Draft(dossier, call.context.clock.now())
        for show in draft.shows:
            if not show.state.closed:
                draft.note(show.id, "push addresses shown", call.user, str(key))
        return draft.decision(None)

    await call.context.store.decide(key, rule)


_ENABLED = {
    True: "It is enabled: the encoder may connect.",
    False: "It is *not enabled*: nothing can be pushed yet.",
    None: "Whether it is enabled is not known.",
}


def addresses_shown(name: str, addresses: Sequence[Address], state: str) -> list[Block]:
    """Server and key as an encoder asks for them, each by itself so that it can be copied; `state` says what a push would do."""
    if not addresses:
        return [section(f"*{escape(name)}* has no push addresses: the provider fetches it, or tells none.")]
    blocks: list[Block] = [section(f"*{escape(name)}*: {state}")]
    for address in addresses:
        apart = (address.url.get_secret_value(), address.key.get_secret_value()) if address.key is not None else None
        server, stream_key = apart or split_address(address.url.get_secret_value())
        lines = [
            f"*{escape(address.label)}*",
            f"Server `{escape(server)}`",
            *([f"Key `{escape(stream_key)}`"] if stream_key else []),
        ]
        blocks.append(section("\n".join(lines)))
    return [*blocks, context(":lock: Whoever has these can go on air. Do not post them; that you saw them is on record.")]


def split_address(url: str) -> tuple[str, str]:
    """Server and key of a push address; the key is empty where the protocol keeps both in one.

    RTMP encoders take what follows the last slash as the stream key; SRT encoders take the `streamid` by itself.
    """
    scheme = url.partition("://")[0].casefold()
    if scheme in ("rtmp", "rtmps"):
        server, slash, key = url.rpartition("/")
        return server + slash, key
    if scheme == "srt" and "?streamid=" in url:
        server, _, key = url.partition("?streamid=")
        return server, key
    return url, ""
