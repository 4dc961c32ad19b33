"""Two encoders: the primary is lost, the backup carries on."""

from __future__ import annotations

from bot.sandbox.faults import Fault
from tests.show_stories.gallery import Gallery
from tests.studio import Studio


async def test_a_lost_primary_with_the_backup_up_is_no_outage_but_is_told_once(studio: Studio) -> None:
    await studio.plan()
    await studio.at("9:31", step=60)
    stream = int((await studio.show()).stream)
    assert studio.cloud.connect_encoder(stream)
    assert studio.cloud.connect_encoder(stream, backup=True)
    await studio.at("9:59", step=60)
    await studio.at("10:00:10", step=1)
    studio.cloud.drop_signal(stream)
    await studio.passes(20)
    assert "ON AIR ON BACKUP" in studio.card_text
    assert studio.heard("ON THE BACKUP") == 1
    assert studio.heard("NO SIGNAL ON AIR") == 0
    assert (await studio.show()).state == "live"


async def test_a_go_by_hand_that_the_provider_refuses_leaves_the_clock_its_cue(studio: Studio) -> None:
    await studio.plan()
    await studio.at("9:31", step=60)
    stream = int((await studio.show()).stream)
    assert studio.cloud.connect_encoder(stream)
    await studio.at("9:40", step=60)
    studio.cloud.faults.add(
        Fault(method="PATCH", path="/streaming/broadcasts/*", status=422, body=b'{"errors":{"status":["is odd"]}}')
    )
    await studio.type("/live go")
    await studio.submit()
    assert studio.heard("Going live failed") == 1
    await studio.at("9:59", step=60)
    await studio.at("10:00:10", step=1)
    assert studio.heard("*ON AIR —") == 1


async def on_the_backup(gallery: Gallery, words: str = "Sunday Service 10:00-11:00") -> None:
    """A quarter of a minute after ten the primary is lost, with the backup up."""
    await gallery.on_air(words)
    gallery.connect(backup=True)
    await gallery.passes(5)
    gallery.drop()
    await gallery.passes(10)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 1


async def test_nobody_noted_it_for_a_quarter_of_an_hour_and_it_is_said_again(gallery: Gallery) -> None:
    await on_the_backup(gallery)
    await gallery.at("10:15:10", step=20)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 1
    await gallery.at("10:15:40")
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 2
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.at("10:30", step=30)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 2
    await gallery.press("noted", message=gallery.message("*ON THE BACKUP ENCODER*"))
    await gallery.at("10:58", step=60)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 2
    assert gallery.posted("Taken by nobody") == 0


async def test_what_somebody_noted_is_not_said_again(gallery: Gallery) -> None:
    await on_the_backup(gallery)
    await gallery.press("noted")
    await gallery.at("10:40", step=60)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 1


async def test_while_alarms_are_quiet_it_is_not_said_again(gallery: Gallery) -> None:
    await on_the_backup(gallery)
    await gallery.at("10:14", step=30)
    await gallery.press("quiet")
    await gallery.at("10:18", step=20)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 1
    await gallery.at("10:20", step=20)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 2


async def test_a_primary_that_is_back_counts_once_it_was_stable_for_a_minute(gallery: Gallery) -> None:
    await on_the_backup(gallery)
    await gallery.press("noted")
    await gallery.at("10:05", step=30)
    gallery.connect()
    await gallery.at("10:05:58", step=2)
    assert "ON AIR ON BACKUP" in gallery.state, "Gcore shows viewers the backup until then"
    assert "primary back 10:05:0" in gallery.card_text
    await gallery.at("10:06:10", step=2)
    assert "ON AIR since" in gallery.state


async def test_back_on_the_primary_it_is_not_said_again_even_if_nobody_noted_it(gallery: Gallery) -> None:
    await on_the_backup(gallery)
    await gallery.at("10:05", step=30)
    gallery.connect()
    await gallery.at("10:40", step=30)
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 1
    assert gallery.offers("noted"), "it stays until somebody has seen it"
