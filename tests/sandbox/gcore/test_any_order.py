"""Whatever a crew, an encoder and a network do, in any order: the vendor's books stay consistent."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from bot.sandbox.gcore import GcoreCloud
from tests.sandbox.gcore.crew import Crew, Mailbox

OPPOSITES = [("enabled", "disabled"), ("live", "off"), ("backup live", "backup off"), ("recording started", "recording stopped")]
WAITS = (0, 1, 2, 4, 9, 11, 30)


async def do_something(crew: Crew, cloud: GcoreCloud, stream_id: int, dice: random.Random) -> None:
    backup = dice.random() < 0.3
    match dice.choice(["connect", "connect", "drop", "on", "on", "off", "start", "stop", "burst", "token", "wait", "wait", "wait"]):
        case "connect":
            cloud.connect_encoder(stream_id, backup=backup)
        case "drop":
            cloud.drop_signal(stream_id, backup=backup)
        case "burst":
            cloud.burst(stream_id, seconds=dice.choice(WAITS), backup=backup)
        case "on" | "off" as switch:
            await crew.set_stream(stream_id, active=switch == "on")
        case "start" | "stop" as verb:
            await crew.call("PUT", f"streams/{stream_id}/{verb}_recording")
        case "token":
            await crew.call("POST", f"streams/{stream_id}/reset_push_token")
        case _:
            await crew.later(dice.choice(WAITS))


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_begins_twice_and_everything_ends(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox, seed: int) -> None:
    dice = random.Random(seed)
    cloud.habits.start_twice_cuts, cloud.habits.resume_after_gap = dice.random() < 0.5, dice.random() < 0.5
    stream_id = await crew.create_stream(active=True, auto_record=dice.random() < 0.5)

    for _ in range(80):
        await do_something(crew, cloud, stream_id, dice)
    await crew.set_stream(stream_id, active=False)
    await crew.later(3600)

    for begin, end in OPPOSITES:
        story = [kind for kind in cloud.ledger.kinds(stream_id) if kind in (begin, end)]
        assert all(a != b for a, b in pairwise(story)), story
        assert story[-1:] in ([], [end])
    assert all(a.at <= b.at for a, b in pairwise(cloud.ledger))
    videos = await crew.get("videos", per_page=100)
    assert len(videos) == len(cloud.ledger.of("recording stopped", stream_id))
    assert all(v["status"] in ("ready", "error") for v in videos)
    stream = await crew.stream(stream_id)
    assert (stream["live"], stream["backup_live"], stream["recording"]) == (False, False, False)
    last = mailbox.about("stream")[-1] if mailbox.about("stream") else stream
    assert (last["live"], last["backup_live"], last["recording"]) == (False, False, False)
