"""From a webhook to its Slack post: what the bot adds between a provider that says "live" and Slack that is told.

The clock runs from the moment the webhook is sent until the post reaches Slack's door, one webhook after the other, each for a
stream that just went live; Slack's own work and its pace are not in it.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from pathlib import Path

from tests.bench.figures import Times
from tests.bench.stage import KeptConnection, Server, running, showcaller, webhook

WARM_UP = 1

AT_A_TIME = 4
"""Posts of one bot after that: news of streams without a show beyond five in a minute are counted in one message."""


def measure(folder: Path, *, posts: int) -> Times:
    """As many webhooks and posts. AssertionError if a webhook is not accepted or another post comes than the one that is due."""
    took: list[float] = []
    while len(took) < posts:
        took += _round(folder / f"from-{len(took)}", min(AT_A_TIME, posts - len(took)))
    return Times.of(took)


def _round(folder: Path, posts: int) -> list[float]:
    folder.mkdir()
    with ExitStack() as stack:
        studio = stack.enter_context(running("studio", {"streams": WARM_UP + posts}, folder))
        ours = stack.enter_context(showcaller(studio, folder, unpaced=True))
        line = stack.enter_context(closing(KeptConnection(ours.port)))
        return [_announce(studio, line, stream) for stream in studio.ready["streams"]][WARM_UP:]


def _announce(studio: Server, line: KeptConnection, stream: int) -> float:
    studio.tell(f"on {stream}")
    assert studio.hear() == {"on": str(stream)}
    sent = webhook(stream, live=True)
    began = time.monotonic()
    status, _ = line.ask(sent)
    assert status == 200, f"the webhook was answered {status}"
    heard = studio.hear()
    assert f"gcore:{stream}:signal:True" in heard["post"], f"posted {heard['post']}"
    return float(heard["at"]) - began
