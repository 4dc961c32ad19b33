"""`/live record`: recording as a wish of the show, confirmed by what the provider is seen to do."""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot.errors import Unsupported, UserError
from bot.model import OperationState, Seen, Show, ShowState
from bot.operations.asking import ask
from bot.operations.planning import want_recording
from bot.providers.base import Kept
from bot.show.access import Verb
from bot.show.draft import Draft
from bot.slack.blocks import Control, actions, say
from bot.slack.call import Call, present_state
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.keeping import kept_in_full
from bot.slack.modals import confirm
from bot.slack.stamps import at
from bot.slack.streams import facts_of
from bot.slack.text import escape

VERBS = ("start", "stop", "status")


async def run(call: Call) -> None:
    """Start, ask before stopping, or say what is recorded and offer what makes sense."""
    words = call.words
    verb, _, rest = words.partition(" ")
    if verb.casefold() in VERBS:
        words, verb = rest.strip(), verb.casefold()
    else:
        close = difflib.get_close_matches(verb.casefold(), VERBS, n=1)
        if close and not rest:
            raise UserError(f"Recording can start, stop or tell its status. Did you mean {call.command} record {close[0]}?")
        verb = "status"
    show = await call.find_show(words, verb=Verb.READ if verb == "status" else Verb.ACT)
    if verb == "status":
        await _status(call, show)
        return
    _require_recording(call, show)
    if verb == "start":
        await _start(call, show)
    else:
        await _ask_to_stop(call, show)


def _require_recording(call: Call, show: Show) -> None:
    provider = call.context.provider(show.provider)
    if provider.capabilities.recording is None:
        raise provider.cannot("recording")
    if provider.capabilities.recording.kept is not Kept.LIVE:
        raise Unsupported(f"{provider.cannot('record-now')} {kept_in_full(show, provider.capabilities, call.command)}")


async def _seen(call: Call, show: Show) -> Seen | None:
    return await call.context.store.seen(show.key) if show.key else None


async def _status(call: Call, show: Show) -> None:
    """What is known of the recording, with the button for it where there is one."""
    seen = await _seen(call, show)
    able = call.context.provider(show.provider).capabilities
    if able.recording is None or able.recording.kept is not Kept.LIVE:
        facts = "\n".join(facts_of(seen, call.zone, call.context.clock.now(), able=able))
        kept = kept_in_full(show, able, call.command)
        await call.reply(f"*{escape(show.title)}* ({show.id}): {kept}{await _parts(call, show)}\n{facts}")
        return
    action, label = ("record-stop", "Stop recording…") if seen and seen.recording else ("record-start", "Start recording")
    button = Control(action, label, {"s": show.id}, "" if seen and seen.recording else "primary")
    await call.reply(say(await _facts(call, show, seen), *actions([button])))


async def _parts(call: Call, show: Show) -> str:
    """How many parts are known where nobody starts and stops them; empty while there are none."""
    parts = [video for video in await call.context.store.videos(show=show.id) if video.status != "deleted"]
    return f" {len(parts)} part{'' if len(parts) == 1 else 's'} so far." if parts else ""


async def _facts(call: Call, show: Show, seen: Seen | None) -> str:
    wanted = "wanted" if show.wants_recording else "not wanted"
    parts = [video for video in await call.context.store.videos(show=show.id) if video.status != "deleted"]
    able = call.context.provider(show.provider).capabilities
    facts = "\n".join(facts_of(seen, call.zone, call.context.clock.now(), able=able))
    failed = "\n:warning: The provider would not record when it was last asked." if show.recording_failed else ""
    running = bool(seen and seen.recording)
    closed = f"{len(parts)} part{'' if len(parts) == 1 else 's'} so far"
    count = f"part {len(parts) + 1} is running" if running else closed
    return f"*{escape(show.title)}* ({show.id}): recording {wanted}, {count}.{failed}\n{facts}"


# -- start --------------------------------------------------------------------------------------------------------------
async def _start(call: Call, show: Show) -> None:
    def rule(draft: Draft, current: Show) -> str:
        if current.state is ShowState.OFF or current.state.closed:
            raise UserError(f"{present_state(current)} There is nothing to record.")
        seen = draft.seen
        if seen is not None and seen.recording and current.wants_recording:
            since = f" since {at(seen.since['recording'], current)}" if "recording" in seen.since else ""
            raise UserError(f"{current.title} ({current.id}) is recording already{since}. Nothing to do.")
        current = want_recording(draft, current)
        draft.note(current.id, "recording wanted", call.user)
        if seen is None or not seen.signal:
            return f"Noted: {escape(current.title)} ({current.id}) records as soon as there is signal. There is none now."
        ask(draft, "record", call.user, current)
        return f"Starting the recording of {escape(current.title)} ({current.id}). It is confirmed in the card's thread."

    await call.reply(await call.decide(show, rule))


async def press_start(call: Call) -> None:
    """Start recording, from the answer about it."""
    show = await call.carried_show()
    _require_recording(call, show)
    await _start(call, show)


# -- stop ---------------------------------------------------------------------------------------------------------------
async def _ask_to_stop(call: Call, show: Show) -> None:
    """Stopping asks first: the file closes, and what comes after is another part."""
    seen = await _seen(call, show)
    facts = await _facts(call, show, seen)
    if not call.interaction.trigger:
        await call.reply(say(facts, *actions([Control("record-stop", "Stop recording…", {"s": show.id})])))
        return
    note = "Stopping closes this part, and the bot does not start another until somebody asks."
    view = confirm("record-stop", "Stop the recording?", f"{facts}\n\n{note}", "Stop recording", call.remember(s=show.id))
    await call.open(view)


async def press_stop(call: Call) -> None:
    """Stop recording, from the answer about it."""
    show = await call.carried_show()
    _require_recording(call, show)
    await _ask_to_stop(call, show)


async def submit_stop(call: Call) -> None:
    """Stopping was confirmed."""
    show = await call.carried_show()

    def rule(draft: Draft, current: Show) -> str:
        if current.state.closed:
            raise UserError(f"{present_state(current)} There is no recording to stop.")
        current = draft.put(replace(current, wants_recording=False, recording_failed=False))
        rolling = draft.of(current.id, "record")
        for op in rolling:
            draft.end(op, OperationState.SUPERSEDED, "stopping was asked for")
        draft.note(current.id, "recording not wanted", call.user)
        if not current.stream or (draft.seen is not None and draft.seen.recording is False and not rolling):
            return f"{escape(current.title)} ({current.id}) is not recording, and will not start to by itself."
        ask(draft, "stop_recording", call.user, current)
        return f"Stopping the recording of {escape(current.title)} ({current.id}). The answer comes in the card's thread."

    await call.reply(await call.decide(show, rule))


# -- the card -----------------------------------------------------------------------------------------------------------
async def press(call: Call) -> None:
    """Recording… on the card: what is known, and the one thing that can be done about it."""
    show = await call.carried_show()
    _require_recording(call, show)
    seen = await _seen(call, show)
    if seen is not None and seen.recording:
        await _ask_to_stop(call, show)
        return
    facts = await _facts(call, show, seen)
    await call.open(confirm("record-start", "Recording", facts, "Start recording", call.remember(s=show.id)))


async def submit_start(call: Call) -> None:
    """Start was pressed in the card's form."""
    await _start(call, await call.carried_show())


DECLARATIONS = (
    Command(
        "record",
        "start|stop|status [show]",
        "start or stop the recording",
        Stage.AIR,
        run,
        bare="what is recorded, with the button for it",
        examples=("record", "record start", "record stop s12"),
    ),
    Button("recording", press),
    Button("record-start", press_start),
    Button("record-stop", press_stop),
    Form("record-start", submit_start),
    Form("record-stop", submit_stop),
)
