"""Where posts are: the conversation with a person, the thread under a post, the place of a post that was sent."""

from __future__ import annotations

from bot.model import Post
from bot.outbox.wire import Wire
from bot.store.base import Parcel, Store


class Addresses:
    """Translates a post's channel and thread into what Slack takes."""

    def __init__(self, store: Store, wire: Wire) -> None:
        self._store, self._wire = store, wire
        self._conversations: dict[str, str] = {}
        self.moves: dict[str, str] = {}
        """Earlier ids of channels, and what each is now: what is on its way, and settings, name the earlier ones."""

    def current(self, channel: str) -> str:
        """The id under which Slack knows a channel now."""
        return self.moves.get(channel, channel)

    async def channel(self, channel: str) -> str:
        """A conversation id; a person's id (U or W) becomes that of the direct messages with them, which edits and threads need."""
        channel = self.current(channel)
        if channel[:1] not in ("U", "W"):
            return channel
        if channel not in self._conversations:
            answer = await self._wire.call("conversations.open", users=channel)
            self._conversations[channel] = str(answer["channel"]["id"])
        return self._conversations[channel]

    async def thread(self, post: Post) -> str:
        """The ts of the thread that it goes to, empty for the channel itself: where there is no thread, or not any more."""
        if not post.thread or post.reply_to:
            return ""
        parent = await self._store.parcel(post.thread)
        return await self._root(parent, post) if parent else ""

    async def _root(self, parent: Parcel, post: Post) -> str:
        if parent.state != "sent" or not parent.ts or self.current(parent.post.channel) != self.current(post.channel):
            return ""
        above = await self._store.parcel(parent.post.thread) if parent.post.thread else None
        if above is None or above.post.key == post.key:
            return parent.ts
        return await self._root(above, post) or parent.ts  # Slack has no threads within threads

    async def of(self, key: str) -> tuple[str, str] | None:
        """Channel and ts of a post that was sent, for pins and permalinks; None if Slack keeps no such message."""
        parcel = await self._store.parcel(key)
        if parcel is None or parcel.state != "sent" or not parcel.ts:
            return None
        return await self.channel(parcel.post.channel), parcel.ts
