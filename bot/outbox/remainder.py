"""What did not fit into a message: a text file in its thread, or where no file is taken, further messages."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Post, Urgency
from bot.outbox.message import pieces
from bot.outbox.wire import Unsent, Unsure, Wire
from bot.slack.text import plain
from bot.store.base import Store

_SUFFIX = ":rest"
FILE_NAME = "rest.txt"


def is_remainder(post: Post) -> bool:
    """Whether this post is sent as a file."""
    return post.key.endswith(_SUFFIX)


class Remainder:
    """Queues what was cut off as a post of its own, before the message itself goes, so that no crash drops it."""

    def __init__(self, store: Store, wire: Wire) -> None:
        self._store, self._wire = store, wire

    async def queue(self, post: Post, rest: str) -> None:
        """Let the rest follow its message, once: further drawings of the same message do not repeat it."""
        urgency = min(post.urgency, Urgency.STATE)
        follower = Post(
            key=post.key + _SUFFIX,
            channel=post.channel,
            at=post.at,
            urgency=urgency,
            text=rest,
            thread=post.key,
            show=post.show,
            reply_to=post.reply_to,
            user=post.user,
        )
        if post.reply_to or post.user:  # only one person sees those, and a file would be for everybody
            await self._store.post(*_in_words(follower))
        else:
            await self._store.post(follower)

    async def share(self, post: Post, channel: str, thread: str, comment: str) -> None:
        """Upload the rest and share it; only the sharing can be in doubt. Slack tells no ts of the message that carries it."""
        content = plain(post.text).encode()
        try:
            place = await self._wire.ask("files.getUploadURLExternal", filename=FILE_NAME, length=len(content))
            await self._wire.upload(str(place["upload_url"]), content)
        except Unsure as nothing_shared:
            raise Unsent(nothing_shared.code) from None
        await self._wire.call(
            "files.completeUploadExternal",
            files=[{"id": place["file_id"], "title": FILE_NAME}],
            channel_id=channel,
            initial_comment=comment,
            **({"thread_ts": thread} if thread else {}),
        )

    async def in_words(self, post: Post) -> None:
        """The workspace takes no file: queue the rest as messages."""
        await self._store.post(*_in_words(post))


def _in_words(post: Post) -> list[Post]:
    return [replace(post, key=f"{post.key}:{number}", text=piece) for number, piece in enumerate(pieces(post.text), start=1)]
