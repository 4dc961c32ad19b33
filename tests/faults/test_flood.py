"""A burst of webhooks about things that nobody knows, on air: sight and brake as without it, and few posts."""

from __future__ import annotations

import math
import random

import pytest

from bot.lookups import VideoLookups
from bot.model import Video
from bot.providers import budget
from bot.providers.base import Provider
from bot.providers.budget import Priority, Tier
from tests.faults.flood import FLOODS, night, wrong
from tests.faults.test_crashes import SEED


async def test_a_flood_takes_neither_sight_nor_brake_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Videos and one other kind, by the seed; `make torture` tries all, up to 10,000.

    The control that has to fail is a bot that asks for each video at once, in the order in which they came.
    """
    other = random.Random(SEED).choice(sorted(FLOODS.keys() - {"videos"}))
    control = await night()
    assert not math.isinf(control.alarm + control.off_air), control
    videos, others = await night("videos", 150), await night(other, 300)

    async def at_once(_: VideoLookups, provider: Provider, video: str) -> Video | None:
        return await provider.video(video)

    def all_alike(_: Priority) -> Tier:
        return Tier.EFFECT

    monkeypatch.setattr(VideoLookups, "ask", at_once)
    monkeypatch.setattr(budget, "tier_of", all_alike)
    careless = await night("videos", 150)
    with capsys.disabled():
        print(f"\nno flood: {control}\n150 videos: {videos}\n300 {other}: {others}\ncareless: {careless} (must be wrong)")  # noqa: T201
    assert not [*wrong(videos, control, "150 videos"), *wrong(others, control, f"300 {other}")]
    assert wrong(careless, control, "careless")
