"""What the simulated Gjirafa tells by webhook, in which edition, and how often it tries."""

from __future__ import annotations

from datetime import datetime

from tests.sandbox.gcore.crew import Mailbox
from tests.sandbox.gjirafa.conftest import Crew


async def test_a_show_is_told_from_its_channel_to_its_video(crew: Crew, mailbox: Mailbox) -> None:
    channel, video = await crew.on_air()
    crew.cloud.drop_signal(channel)
    await crew.later(10)
    await crew.result("POST", "live-videos/stop-and-cut", json={"videoPublicId": video})
    await crew.later(120)

    assert [event["eventType"] for event in mailbox.events] == [
        "live.channel.created",
        "live.video.created",
        "live.channel.status.changed",
        "live.video.status.changed",
        "live.video.started",
        "live.channel.status.changed",
        "live.video.status.changed",
        "video.created",
        "live.video.status.changed",
        "live.video.stopped",
        "video.encode.completed",
    ]
    words = [event["data"]["Status"] for event in mailbox.events if event["eventType"] == "live.video.status.changed"]
    assert words == ["Live", "Interrupted", "Offline"]
    assert {event["projectId"] for event in mailbox.events} == {"prj-2041"}
    assert datetime.fromisoformat(mailbox.events[0]["eventTime"]).tzinfo is not None


async def test_the_older_edition_has_no_project(crew: Crew, mailbox: Mailbox) -> None:
    crew.cloud.habits.webhook_edition = "old"
    await crew.channel()
    await crew.later(1)

    assert list(mailbox.events[0]) == ["eventTime", "eventType", "data"]


async def test_an_encoding_that_fails_is_told_with_its_error(crew: Crew, mailbox: Mailbox) -> None:
    crew.cloud.fail_next_video("Corrupt segment")
    _, video = await crew.on_air()
    await crew.result("POST", "live-videos/stop-and-cut", json={"videoPublicId": video})
    await crew.later(120)

    assert mailbox.events[-1]["eventType"] == "video.encode.errored"
    assert mailbox.events[-1]["data"]["ErrorMessage"] == "Corrupt segment"


async def test_what_is_not_taken_is_tried_again_by_the_vendors_schedule(crew: Crew, mailbox: Mailbox) -> None:
    mailbox.status = 500
    await crew.channel()
    tries = []
    for seconds in (0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000, 100_000):
        await crew.later(seconds)
        tries.append(len(mailbox.events))

    assert tries == [1, 2, 3, 4, 5, 6, 7, 8, 8]
    assert len({event["eventTime"] for event in mailbox.events}) == 1


async def test_what_was_taken_at_last_is_not_tried_again(crew: Crew, mailbox: Mailbox) -> None:
    mailbox.status = 503
    await crew.channel()
    await crew.later(1)
    mailbox.status = 204
    await crew.later(5)
    await crew.later(100_000)

    assert len(mailbox.events) == 2
    assert crew.cloud.webhooks.log[0].status == 204


async def test_a_receiver_that_is_not_there_is_tried_again_as_well(crew: Crew, mailbox: Mailbox) -> None:
    crew.cloud.webhooks.url = "http://127.0.0.1:9/nobody"
    await crew.channel()
    await crew.later(1)
    failed = crew.cloud.webhooks.log[0].outcome
    crew.cloud.webhooks.url = mailbox.url
    await crew.later(5)

    assert (failed, len(mailbox.events), crew.cloud.webhooks.log[0].outcome) == ("failed", 1, "delivered")
