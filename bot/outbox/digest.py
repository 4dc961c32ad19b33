"""What waited for a channel that took no posts, told in one message once it does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import Post, Urgency
from bot.outbox.remainder import is_remainder
from bot.slack.text import date_token, truncate

LEAST = 3
"""Posts from which on they are told in one."""

SHOWN = 12
"""Posts that are quoted; of the others only the number is told."""

QUOTED = 150
"""Characters of each."""

_ZONE = ZoneInfo("UTC")


def collapsible(post: Post) -> bool:
    """Words of a moment, which lose nothing by standing in a list; alarms, questions and what is drawn anew stay themselves."""
    words = post.view == "text" and not any(block.get("type") == "actions" or "accessory" in block for block in post.blocks)
    return words and post.urgency is not Urgency.ALARM and not (post.reply_to or post.user or is_remainder(post))


def digest_of(posts: Sequence[Post], now: datetime) -> Post:
    """One post that tells what these said: posts of one thread, or of none, oldest first."""
    lines = [f"• {_stamp(post.at, '{time_secs}')} {truncate(post.text.split(chr(10), 1)[0], QUOTED)}" for post in posts]
    rest = len(lines) - SHOWN
    shown = [*lines[:SHOWN], *([f"_and {rest} more_"] if rest > 0 else [])]
    first = posts[0]
    head = f"I could not post here since {_stamp(first.at, '{date_short_pretty} {time_secs}')}. Meanwhile:"
    return Post(
        key=f"meanwhile:{first.key}",
        channel=first.channel,
        at=now,
        urgency=Urgency.STATE,
        text="\n".join([head, *shown]),
        thread=first.thread,
        show=first.show if all(post.show == first.show for post in posts) else "",
    )


def _stamp(when: datetime, form: str) -> str:
    return date_token(when, form, fallback_zone=_ZONE)


def by_thread(posts: Collection[Post]) -> list[list[Post]]:
    """The posts of each thread, and those of none, where there are enough of them to be told in one."""
    threads: dict[str, list[Post]] = {}
    for post in posts:
        threads.setdefault(post.thread, []).append(post)
    return [found for found in threads.values() if len(found) >= LEAST]


LONGEST_WAIT = timedelta(hours=24).total_seconds()
"""Real seconds after which a post that no channel took is given up: what it said is in the show's log."""
