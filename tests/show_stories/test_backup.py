"""Two encoders: the primary is lost, the backup carries on."""

from __future__ import annotations

from bot.sandbox.faults import Fault
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
