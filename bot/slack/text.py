"""Slack's mrkdwn, piece by piece: escaping, cutting, mentions, links and times in the reader's own zone."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sanitise import web_link

ELLIPSIS = "…"

_TOKEN = re.compile(r"<([^<>\n]*)>")
_UNBREAKABLE = re.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);")


def escape(text: str) -> str:
    """Make a person's words safe inside mrkdwn; Slack asks for these three characters and no others."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo `escape`; slash command text arrives escaped too."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape_sentence(sentence: str) -> str:
    """Escape what people or vendors wrote, but keep our own links to channels. Nobody can be named by what a show is called."""
    return re.sub(r"&lt;(#[CG][A-Z0-9]+)&gt;", r"<\1>", escape(sentence))


def length(text: str) -> int:
    """Length in UTF-16 units.

    Slack does not say what its limits count. This is never less than the number of code points, so what
    fits by this measure fits by both.
    """
    return len(text) + sum(character > "\uffff" for character in text)


def boundary(text: str, limit: int) -> int:
    """The last index at which `text` may be cut so that what precedes it is at most `limit` long.

    Never inside a token such as `<@U1>`, an entity such as `&amp;`, or a visible character built of several
    code points. 0 when the text opens with something unbreakable that is longer than `limit`.
    """
    index = _index_at(text, limit)
    if index == len(text):
        return index
    for whole in _UNBREAKABLE.finditer(text):
        if whole.start() < index < whole.end():
            index = whole.start()
            break
    while index > 0 and _joins(text, index):
        index -= 1
    return index


def truncate(text: str, limit: int) -> str:
    """`text`, cut to `limit` with an ellipsis where it is longer. `limit` is at least 1."""
    if length(text) <= limit:
        return text
    return text[: boundary(text, limit - 1)].rstrip() + ELLIPSIS


def mention(user_id: str) -> str:
    """A person or a bot user, shown by the name that the reader knows."""
    return f"<@{user_id}>"


def usergroup(group_id: str) -> str:
    """A user group; everybody in it is notified."""
    return f"<!subteam^{group_id}>"


def channel(channel_id: str) -> str:
    """A channel, shown by its name to those who may see it."""
    return f"<#{channel_id}>"


def link(url: str, label: str) -> str:
    """`label`, leading to `url`; what would end the link early is encoded or replaced.

    Only the label where `url` is no http or https address: a vendor's or a person's `javascript:` or `slack:` leads nowhere.
    """
    shown = escape(" ".join(label.split()))
    target = web_link(url.strip().replace("|", "%7C").replace("<", "%3C").replace(">", "%3E"))
    return f"<{escape(target)}|{shown}>" if target else shown


def date_token(when: datetime, fmt: str = "{date_short_pretty} {time_secs}", *, fallback_zone: ZoneInfo) -> str:
    """An instant that each reader sees in their own zone, to the second (Slack has nothing finer).

    The fallback is for notifications, exports and old clients: the same instant in `fallback_zone`, which is
    named there. Raises ValueError for a datetime without a zone.
    """
    if when.tzinfo is None:
        raise ValueError("a moment without a zone cannot be shown in anybody's")
    fallback = f"{when.astimezone(fallback_zone):%d %b %Y %H:%M:%S %Z}"
    return f"<!date^{int(when.timestamp() // 1)}^{escape(fmt)}|{escape(fallback)}>"


def plain(text: str) -> str:
    """mrkdwn for a place that does not render it, such as a text file: links keep their address."""
    return unescape(_TOKEN.sub(lambda token: _spelled(token[1], keep_address=True), text))


def plain_length(text: str) -> int:
    """How much of a line a reader sees filled: a link counts as its label, a time as its fallback, `&amp;` as one."""
    return length(unescape(_TOKEN.sub(lambda token: _spelled(token[1], keep_address=False), text)))


def _spelled(inside: str, *, keep_address: bool) -> str:
    target, bar, label = inside.partition("|")
    if target.startswith(("@", "#", "!")):
        sigil = "" if target.startswith("!date^") else "#" if target.startswith("#") else "@"
        name = label if bar else target[1:].removeprefix("subteam^")
        return name if name.startswith(sigil) else sigil + name
    if not bar:
        return target
    return f"{label} ({target})" if keep_address else label


def _index_at(text: str, limit: int) -> int:
    if length(text) <= limit:
        return len(text)
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            return index
    return len(text)


def _joins(text: str, index: int) -> bool:
    """Whether the characters on both sides of `index` belong to one visible character."""
    before, after = text[index - 1], text[index]
    if before == "\u200d" or after == "\u200d" or (before, after) == ("\r", "\n"):
        return True
    if (
        unicodedata.category(after).startswith("M")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
    ):
        return True  # accents and variation selectors, skin tones, the tags of a regional flag
    if _is_flag_half(before) and _is_flag_half(after):
        run = re.search("[\U0001f1e6-\U0001f1ff]+$", text[:index])
        return run is not None and len(run[0]) % 2 == 1
    return False


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
