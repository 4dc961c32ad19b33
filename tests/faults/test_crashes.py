"""The bot dies at numbered moments and at random ones, and nothing is lost or doubled: a sample of what `make torture` plays."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.faults.child import Moment
from tests.faults.drill import PROVIDERS, appears_late, applies_late, drill, random_kills
from tests.faults.scenes import GO_LIVE, PLAN, SCENES, Scene, berlin, done, messages, plan_it
from tests.faults.stage import Stage
from tests.faults.survey import CONTROL, RECORDING_SENT, STREAM_SENT, Careless, control, played, sample

SEED = int(os.environ.get("CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
"""Printed with the counts; CRASH_SEED plays the same sample again."""

AT_ONCE = 4
RANDOM_SHOWS = 15


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_crashes_at_a_sample_of_moments_and_all_around_each_create(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    provider = PROVIDERS[SEED % len(PROVIDERS)]
    undisturbed = await drill(scene, provider=provider)
    assert not undisturbed.wrong
    assert undisturbed.kills == 0
    drills = [partial(drill, scene, deaths, provider=provider) for deaths in sample(undisturbed.points, SEED, scene.stride)]
    title = f"{scene.name}, {provider.__name__}, {len(undisturbed.points)} moments, seed {SEED}"
    with capsys.disabled():
        outcomes = await played(f"\n{title}", drills, AT_ONCE)
    assert not [sentence for outcome in outcomes for sentence in outcome.wrong]
    assert sum(outcome.kills for outcome in outcomes) >= len(drills)


async def test_kills_at_random_moments_of_a_whole_show(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        outcomes = await played(f"\nwhole show, SIGKILL at random moments, seed {SEED}", random_kills(RANDOM_SHOWS, SEED), AT_ONCE)
    assert not [sentence for outcome in outcomes for sentence in outcome.wrong]
    assert sum(outcome.kills for outcome in outcomes) >= RANDOM_SHOWS


@pytest.mark.parametrize("careless", CONTROL, ids=["stream", "recording"])
async def test_without_the_settle_rule_the_drill_sees_doubles(careless: Careless, capsys: pytest.CaptureFixture[str]) -> None:
    scene, provider, death = careless
    with capsys.disabled():
        print()  # noqa: T201
        doubled = (await control(scene, provider, death)).books.doubled
    assert doubled
    careful = await drill(scene, (death,), provider=provider)
    assert not careful.wrong
    assert careful.ended


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path, berlin("8:50"))
    await stage.open()
    yield stage
    await stage.close()


async def test_an_orphaned_create_waits_and_its_message_says_for_what(stage: Stage) -> None:
    appears_late(stage.rehearsal.cloud.habits)
    await stage.raise_curtain((STREAM_SENT,))
    await plan_it(stage)
    waiting = "Watching whether “Create the stream “Sunday Service”” arrived"
    told = await stage.until(lambda: any(waiting in str(message.blocks) for message in messages(stage.gallery)), 10)
    assert told, stage.gallery.everything
    assert await stage.until(lambda: done(stage.gallery, "Preparing the show"), 10)
    assert stage.gallery.count("stream created") == 1


async def test_a_recording_whose_answer_was_lost_is_watched_for_and_the_card_says_so(stage: Stage) -> None:
    await GO_LIVE.setting(stage.gallery)
    applies_late(stage.rehearsal.cloud.habits)
    await stage.raise_curtain((RECORDING_SENT,))
    watching = "Watching whether “Start the recording” arrived"
    assert await stage.until(lambda: watching in stage.gallery.card_text, 10), stage.gallery.everything
    assert await stage.until(lambda: done(stage.gallery, "Recording"), 10)
    assert await stage.until(lambda: watching not in stage.gallery.card_text, 10), "an edit of the card may wait for its turn"
    assert stage.gallery.count("recording started") == 1


async def test_the_numbered_moments_are_before_and_after_everything_that_leaves_the_process(stage: Stage) -> None:
    """Held against what Slack and the provider say they were asked."""
    slack, cloud = stage.gallery.slack, stage.rehearsal.cloud
    await stage.raise_curtain()
    asked_before, called_before = len(cloud.calls), len(slack.calls)
    await plan_it(stage)
    assert await stage.until(lambda: PLAN.over(stage.gallery), 10)
    await stage.rest()
    provider = Counter(f"{call.method} {call.path}" for call in cloud.calls[asked_before:])
    methods = Counter(call.method for call in slack.calls[called_before:])
    points = stage.points()
    before, after = (
        Counter(point.removeprefix(side) for point in points if point.startswith(side)) for side in ("before ", "after ")
    )
    assert before == after
    assert len(points) == before.total() + after.total()
    assert before["BEGIN"] == before["COMMIT"] > 10
    asked = Counter({name: times for name, times in before.items() if " " in name})
    assert Counter({name: times for name, times in asked.items() if "/" in name}) == provider
    assert Counter(name.partition(" ")[2] for name in asked.elements() if "/" not in name) == methods


async def test_what_was_acknowledged_and_swallowed_by_a_crash_is_told_to_the_person(stage: Stage) -> None:
    """Of somebody new the bot asks Slack who that is: after the acknowledgement, and before anything is done."""
    gallery, slack = stage.gallery, stage.gallery.slack
    await gallery.opened()
    await stage.raise_curtain((Moment(name="after GET users.info"),))
    assert await stage.until(lambda: "after GET users.list" in stage.points(), 10)
    eva = slack.add_user("eva")
    slack.invite(gallery.channel, eva)
    assert (await slack.command(eva, gallery.channel, "/live move s1 12:00")).acked
    told = "I was restarted just as you asked for “move”; it was not done."
    assert await stage.until(lambda: any(told in message.text for message in slack.dms(eva)), 10), gallery.everything
    assert "10:00–10:20" in gallery.card_text
