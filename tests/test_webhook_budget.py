"""How much of a webhook is kept: small ones whole, big ones without what nobody reads, a flood with hardly anything."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import to_json

from bot.webhook_budget import DAY, DAY_BUDGET, LARGEST_KEPT, LARGEST_SPARED, WebhookBudget, shortened

BIG: dict[str, Any] = {
    **{f"field{number}": "x" * 1000 for number in range(500)},
    "list": [{"deep": [["y" * 100] * 10] * 10}] * 30,
    "type": "video",
    "message": {"video": {"id": 77, "status": "ready", "name": "Sunday Service"}},
}
LEAF = st.none() | st.integers() | st.text(max_size=300)
JUNK = st.recursive(LEAF, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=50), inner), max_leaves=20)


def test_a_small_one_is_kept_as_it_is() -> None:
    small = {"type": "stream", "message": {"stream": {"id": 1, "live": True, "description": "x" * 5000}}}
    assert WebhookBudget().fit(small, 0.0) == small


def test_of_a_big_one_what_it_says_stays() -> None:
    kept = WebhookBudget().fit(BIG, 0.0)
    assert len(to_json(kept)) <= LARGEST_KEPT
    assert kept["type"] == "video"
    video = {"type": "video", "message": {"video": {"id": 77, "status": "ready", "noise": "z" * 900_000}}}
    said = WebhookBudget().fit(video, 0.0)["message"]["video"]
    assert (said["id"], said["status"]) == (77, "ready")


@settings(deadline=None)
@given(st.dictionaries(st.text(), JUNK), st.sampled_from([LARGEST_KEPT, LARGEST_SPARED, 500]))
def test_whatever_it_is_it_becomes_small_enough(body: dict[str, Any], largest: int) -> None:
    kept, size = shortened(body, max(largest, 2000))
    assert size == len(to_json(kept)) <= max(largest, 2000)


def test_a_flood_fills_no_disk_and_the_next_day_is_new() -> None:
    budget = WebhookBudget()
    body = {f"field{number}": "y" * 70 for number in range(150)}
    kept = sum(len(to_json(budget.fit(body, 0.0))) for _ in range(2000))
    assert kept <= DAY_BUDGET + LARGEST_KEPT + 2000 * LARGEST_SPARED
    assert budget.is_spent
    budget.fit({"type": "stream"}, DAY + 1)
    assert not budget.is_spent
