"""`/live link`: where viewers watch, to the asker or into the channel."""

from __future__ import annotations

from bot.errors import ProviderError, UserError
from bot.model import Post, Show, ShowState, Urgency
from bot.show.access import Verb
from bot.show.draft import Draft, new_id
from bot.show.references import split_option
from bot.slack.blocks import say
from bot.slack.call import ACTIVE, Call
from bot.slack.declare import Button, Command, Stage
from bot.slack.text import escape, link


async def run(call: Call) -> None:
    """The viewer link; with `share`, in the channel."""
    words, share = split_option(call.words, ("share",))
    states = (*ACTIVE, ShowState.DONE) if words else ACTIVE
    show = await call.find_show(words, states, Verb.ACT if share else Verb.READ)
    if share:
        await _share(call, show)
    else:
        await call.reply(_words(call, show) + await _further(call, show))


async def _further(call: Call, show: Show) -> str:
    """Other players' links that the provider has, only to the asker: for viewers on bad lines, and for the crew's own screens."""
    if not show.stream:
        return ""
    try:
        info = await call.patiently(call.context.provider(show.provider).stream(show.stream))
    except ProviderError:
        return ""
    return "".join(f"\n{escape(label)}: {escape(url)}" for label, url in info.links.items())


async def press(call: Call) -> None:
    """Viewer link on the card."""
    await call.reply(_words(call, await call.carried_show(Verb.READ)))


def _words(call: Call, show: Show) -> str:
    if not show.viewer_link:
        able = call.context.provider(show.provider).capabilities
        what = able.page_word if able.pages and show.wants_page else able.stream_word
        raise UserError(f"{show.title} ({show.id}) has no viewer link yet. It comes with its {what}: {call.command} status.")
    return f"{link(show.viewer_link, f'Watch {show.title}')} ({show.id})\n{escape(show.viewer_link)}"


async def _share(call: Call, show: Show) -> None:
    """For everybody in the channel where it was typed; elsewhere than in a channel, in the show's own."""
    text = _words(call, show)
    typed_here = call.channel and not call.channel.startswith("D")
    if typed_here:
        await call.require_presence("A link is shared in a channel that I am in.")
    here = call.channel if typed_here else show.channel

    def rule(draft: Draft, current: Show) -> None:
        key = f"link:{current.id}:{new_id('share')}"
        draft.post(Post(key, here, draft.now, Urgency.STATE, text, say(text).blocks, show=current.id))
        draft.note(current.id, "viewer link shared", call.user, here)

    await call.decide(show, rule)
    await call.reply(f"I am posting it in <#{here}>.")


DECLARATIONS = (
    Command(
        "link",
        "[show] [share]",
        "the link for viewers",
        Stage.READY,
        run,
        bare="the link of this channel's show, only to you",
        examples=("link", "link s12 share"),
    ),
    Button("link", press),
)
