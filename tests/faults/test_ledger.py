"""The order of what was said, held against the order of what happened."""

from __future__ import annotations

import pytest

from tests.faults.ledger import EFFECTS, in_another_order
from tests.faults.scenes import GO_LIVE, SCENES, WHOLE

STARTED, RECORDING, ON_AIR = GO_LIVE.says
IN_ORDER = ("enabled", "live", "recording started", "broadcast live")
RECORDING_LATE = ("enabled", "live", "broadcast live", "recording started")


@pytest.mark.parametrize(
    ("said", "happened", "wrong"),
    [
        ((STARTED, RECORDING, ON_AIR), IN_ORDER, 0),
        ((STARTED, ON_AIR, RECORDING), RECORDING_LATE, 0),
        ((STARTED, RECORDING, ON_AIR), RECORDING_LATE, 0),  # one look saw both
        ((STARTED, ON_AIR, RECORDING), IN_ORDER, 1),
        ((ON_AIR, STARTED, RECORDING), RECORDING_LATE, 1),
        ((ON_AIR, RECORDING, STARTED), IN_ORDER, 3),
        ((STARTED, ON_AIR, RECORDING), ("live", "broadcast live"), 1),  # it was never recorded
    ],
)
def test_what_stands_first_has_to_have_happened_first(said: tuple[str, ...], happened: tuple[str, ...], wrong: int) -> None:
    assert len(list(in_another_order(said, GO_LIVE.says, happened))) == wrong


def test_what_happens_only_in_slack_keeps_its_order() -> None:
    (plan,) = (scene for scene in SCENES if scene.name == "plan")
    assert len(list(in_another_order(plan.says[::-1], plan.says, IN_ORDER))) == 1


def test_every_effect_is_one_that_a_whole_show_says() -> None:
    assert set(EFFECTS) == set(WHOLE.says)
