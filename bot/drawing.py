"""Reads what a live message shows and has it drawn: the views that the outbox asks whenever their subject changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.context import Context
from bot.model import Post
from bot.operations.steps import Verb
from bot.slack import clips, notices, prompts
from bot.slack.blocks import Message
from bot.slack.cards import card_moved, show_card

Draw = Callable[[Post], Awaitable[Message | None]]


class Drawing:
    """Each view reads the store at the moment it is asked, so that what is sent is never older than its sending."""

    def __init__(self, context: Context, verbs: Mapping[str, Verb]) -> None:
        self._context = context
        self._verbs = verbs
        self.on_air: set[str] = set()
        """The shows on air when their cards were last drawn: their messages are edited first."""

    def views(self) -> Mapping[str, Draw]:
        """The views by the name that posts carry."""
        return {
            "plan": self.card,
            "card": self.card,
            "progress": self.progress,
            "question": self.question,
            "prompt": self.prompt,
            "alarm": self.alarm,
            "ring": self.ring,
            "recordings": self.recordings,
            "clip": self.clip,
            "more": self.more,
        }

    async def card(self, post: Post) -> Message | None:
        """The card, or where it went once a fresh one was posted."""
        dossier = await self._context.store.dossier(post.subject)
        show = dossier.show(post.subject)
        (self.on_air.add if show.state.on_air else self.on_air.discard)(show.id)
        if post.key != show.card_key:
            return card_moved(show, "")
        provider = self._context.providers.get(show.provider)
        if provider is None:
            return None
        return show_card(dossier, show, self._context.clock.now(), self._context.figures, provider.capabilities)

    async def progress(self, post: Post) -> Message | None:
        """The steps of an operation."""
        op = await self._context.store.operation(post.subject)
        if op is None:
            return None
        show = await self._context.store.show(op.show) if op.show else None
        title = self._verbs[op.verb].titled(self._context.providers.get(op.provider))
        return prompts.progress(op, await self._context.store.steps(op.id), show, title)

    async def question(self, post: Post) -> Message | None:
        """A question to people."""
        op = await self._context.store.operation(post.subject)
        if op is None:
            return None
        return prompts.question(op, await self._context.store.show(op.show) if op.show else None, post.key)

    async def prompt(self, post: Post) -> Message | None:
        """The end of a show."""
        dossier = await self._context.store.dossier(post.subject)
        return prompts.end_prompt(dossier, dossier.show(post.subject))

    async def alarm(self, post: Post) -> Message | None:
        """An alarm; its number is the last part of the post's key."""
        show = await self._context.store.show(post.subject)
        if show is None:
            return None
        able = self._context.provider(show.provider).capabilities
        return prompts.alarm(show, int(post.key.rpartition(":")[2]), able, self._context.clock.now())

    async def ring(self, post: Post) -> Message | None:
        """A later rung of an alarm, whose number is the third part of the post's key."""
        show = await self._context.store.show(post.subject)
        if show is None:
            return None
        able = self._context.provider(show.provider).capabilities
        return prompts.ring(show, int(post.key.split(":")[2]), post.text, able, self._context.clock.now())

    async def recordings(self, post: Post) -> Message | None:
        """The recordings of a show."""
        show = await self._context.store.show(post.subject)
        return prompts.recordings(show, await self._context.store.videos(show=post.subject)) if show else None

    async def more(self, post: Post) -> Message | None:
        """How many news were not posted one by one."""
        fact = await self._context.store.get(post.subject)
        count = fact.get("count") if isinstance(fact, Mapping) else None
        return notices.more(int(count), post.burst, self._context.command) if isinstance(count, int) else None

    async def clip(self, post: Post) -> Message | None:
        """A clip that can be played."""
        show = await self._context.store.show(post.subject)
        return clips.ready_words(show, await self._context.store.clips(post.subject), post.key) if show else None
