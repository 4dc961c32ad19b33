"""The books after a drill: the provider's and Slack's, which no crash touches, and the bot's own, held against what has to be."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations, pairwise

from bot.outbox.message import REPEAT
from tests.faults.scenes import Scene, key_of, messages
from tests.faults.stage import Stage
from tests.show_stories.gallery import Gallery


@dataclass(frozen=True, slots=True)
class Books:
    """What is wrong, a sentence each. `lost` and `doubled` count things at the provider, posts and requests."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that is not as it has to be."""
        return (*self.lost, *self.doubled, *self.other)


def audit(stage: Stage, scene: Scene, *, over: bool) -> Books:
    """Hold all books against the scene; the bot has stopped. `over`: it came to its end rather than to a question."""
    lost, doubled, other = list(stage.lost), [], []
    ledger = stage.rehearsal.cloud.ledger
    for kind, wanted in scene.effects.items():
        happened = len(ledger.of(kind))
        if happened > wanted:
            doubled.append(f"“{kind}” {happened} times instead of {wanted}")
        elif happened < wanted and over:
            lost.append(f"“{kind}” {happened} times instead of {wanted}")
    for kind in ("stream created", "broadcast created"):
        if len(ledger.of(kind)) > 1 and kind not in scene.effects:
            doubled.append(f"“{kind}” {len(ledger.of(kind))} times")
    said = spoken(stage.gallery)
    for words in scene.says:
        times = sum(words in line for line in said)
        if times > 1:
            doubled.append(f"“{words}” stands {times} times")
        elif not times and over:
            lost.append(f"“{words}” was never said")
    if over:
        other += [*in_another_order(said, scene.says, ledger.kinds()), *scene.tells(stage.gallery)]
    # where a history cannot be read (a conversation with one person), what is critical comes again, and says so
    standing = {key_of(message) for message in messages(stage.gallery)}
    posted = Counter(key for message in messages(stage.gallery) if (key := key_of(message)) and REPEAT not in message.text)
    doubled += [f"the post {key} stands {count} times" for key, count in posted.items() if count > 1]
    other += [f"the bot fell by itself with exit code {code}" for code in stage.died_otherwise()]
    with closing(sqlite3.connect(f"file:{stage.file}?mode=ro", uri=True)) as db:
        lost += [f"the post {key} is {state}: {error}" for key, state, error in db.execute(UNSAID)]
        lost += [f"the post {key} was sent and does not stand" for (key,) in db.execute(SAID) if key not in standing]
        other += list(_out_of_order(db))
        other += [f"the file is damaged: {line}" for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
        other += [f"{verb} {name} is left {state}" for name, verb, state in db.execute(LEFT)]
        lost += [
            f"the webhook {number} is {state}"
            for number, state in db.execute("SELECT id, state FROM inbox WHERE state <> 'opened'")
        ]
        kept = db.execute("SELECT count(*) FROM inbox").fetchone()[0]
        answered = sum(delivery.status == 200 for delivery in stage.rehearsal.cloud.webhooks.log)
        if kept < answered:
            lost.append(f"{answered} webhooks were answered and only {kept} kept")
    return Books(tuple(lost), tuple(doubled), tuple(other))


def spoken(gallery: Gallery) -> list[str]:
    """What the channel reads, threads included, in the order of Slack's own clock."""
    posts = [post for message in gallery.messages for post in (message, *message.replies)]
    return [gallery.top(post) for post in sorted(posts, key=lambda post: float(post.ts))]


EFFECTS = {
    "*Started*: the encoder's signal": "live",
    "*Recording started*": "recording started",
    ":red_circle: *ON AIR": "broadcast live",
    ":black_circle: *OFF AIR": "broadcast finished",
    "*Ended*": "off",
}
"""What has to have happened at the provider before the bot may say so, in the words of its ledger."""


def in_another_order(said: Sequence[str], says: Sequence[str], happened: Sequence[str]) -> Iterator[str]:
    """What stands before something that comes first in `says`, unless it also happened first.

    After a crash, or on a busy machine, a recording may begin only when the show is on air: then it has to be told in that order.
    `said` are lines in the order in which they were posted, `happened` the provider's effects in theirs.
    """
    places = {words: place for words in says for place, line in enumerate(said) if words in line}
    since = {words: happened.index(effect) for words, effect in EFFECTS.items() if effect in happened}
    for first, second in combinations([words for words in says if words in places], 2):
        happened_first = first in since and second in since and since[second] < since[first]
        if places[second] < places[first] and not happened_first:
            yield f"“{second}” stands before “{first}”"


UNSAID = "SELECT key, state, error FROM posts WHERE state <> 'sent' AND json_extract(body, '$.reply_to') = ''"
SAID = "SELECT key FROM posts WHERE state = 'sent' AND ts <> ''"
LEFT = "SELECT id, verb, state FROM operations WHERE state = 'running'"


def _out_of_order(db: sqlite3.Connection) -> Iterator[str]:
    """Within a channel and urgency, posts stand in the order in which they were queued."""
    rows = db.execute("SELECT body, urgency, key, ts FROM posts WHERE state = 'sent' AND ts <> '' ORDER BY number").fetchall()
    lanes: dict[tuple[str, int], list[tuple[str, float]]] = {}
    for body, urgency, key, ts in rows:
        lanes.setdefault((json.loads(body)["channel"], urgency), []).append((key, float(ts)))
    for lane in lanes.values():
        for (first, before), (second, after) in pairwise(lane):
            if after < before:
                yield f"{second} stands before {first}"
