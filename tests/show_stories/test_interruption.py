"""When the picture goes away on air: told within seconds, one alarm however it flaps, a ladder until somebody has it, all clear."""

from __future__ import annotations

from bot.sandbox.slack import Message
from tests.show_stories.gallery import Gallery


async def test_a_lost_signal_is_told_by_webhook_once_a_look_agrees(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(4)
    assert "ON AIR, NO SIGNAL since 10:00:13" in gallery.state
    assert gallery.posted("*NO SIGNAL ON AIR* since 10:00:13 — Sunday Service (s1). @ana Taken by nobody.") == 1
    assert gallery.said("*Signal lost*") == 1


async def test_a_lost_signal_is_found_by_looking_when_no_webhook_came(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.webhooks.lose_next(10)
    gallery.drop()
    await gallery.passes(9)
    assert gallery.posted("*NO SIGNAL ON AIR*") == 1
    assert gallery.said("*Signal lost* (seen by our look") == 1


async def test_a_webhook_that_the_stream_is_off_is_not_believed_while_the_backup_is_up(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.connect(backup=True)
    await gallery.passes(10)
    gallery.drop()
    await gallery.passes(5)
    assert gallery.posted("*NO SIGNAL ON AIR*") == 0
    assert "ON AIR ON BACKUP" in gallery.state
    assert gallery.posted("*ON THE BACKUP ENCODER*") == 1
    await gallery.press("noted")
    assert not gallery.offers("noted")


async def test_back_within_fifteen_seconds_only_the_alarm_is_edited(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(6)
    gallery.connect()
    await gallery.passes(40, step=2)
    assert gallery.posted("over, all clear") == 1
    assert gallery.posted("*All clear*") == 0
    assert gallery.posted("*NO SIGNAL ON AIR*") == 0
    assert "ON AIR since 10:00:00" in gallery.state


async def test_a_longer_outage_ends_with_an_all_clear_once_the_signal_has_held(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(40, step=5)
    gallery.connect()
    await gallery.passes(15)
    assert "ON AIR since" in gallery.state
    assert gallery.posted("*All clear*") == 0
    await gallery.passes(15)
    assert gallery.posted("*All clear* — Sunday Service (s1): signal back") == 1


async def test_a_flapping_signal_is_one_alarm(gallery: Gallery) -> None:
    await gallery.on_air()
    for _ in range(4):
        gallery.drop()
        await gallery.passes(12, step=2)
        gallery.connect()
        await gallery.passes(12, step=2)
    assert gallery.posted("@ana Taken by nobody") == 1
    await gallery.passes(120, step=5)
    assert gallery.posted("all clear") + gallery.posted("*All clear*") <= 1
    await gallery.passes(60, step=5)
    assert gallery.posted("*All clear*") == 1


async def test_nobody_takes_it_and_it_climbs_the_ladder(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(57, step=3)
    assert gallery.posted("@ana: nobody has taken this yet.") == 0
    await gallery.passes(15, step=3)
    assert gallery.posted("@ana: nobody has taken this yet.") == 1
    await gallery.passes(130, step=10)
    assert gallery.posted("nobody has taken this yet.") == 2


async def test_somebody_takes_it_and_it_rings_no_more_until_the_claim_lapses(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(6)
    await gallery.press("take", gallery.ben)
    assert "taken by @ben" in gallery.card_text
    assert gallery.posted("Taken by @ben.") == 1
    await gallery.passes(9 * 60, step=20)
    assert gallery.posted("nobody has taken this yet.") == 0
    await gallery.passes(80, step=10)
    assert gallery.posted("@ben took this 10 min ago and it is still so.") == 1


async def test_every_rung_can_be_taken_and_gives_way_to_who_has_it(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(200, step=5)
    rungs = [message for message in gallery.messages if "nobody has taken this yet." in gallery.top(message)]
    assert [gallery.offers("take", message) for message in rungs] == [True, True]

    await gallery.press("take", gallery.ben, rungs[0])
    assert "taken by @ben" in gallery.card_text
    after = [message for message in gallery.messages if message.ts in {rung.ts for rung in rungs}]
    assert [gallery.offers("take", message) for message in after] == [False, False]
    assert ["Taken by @ben." in gallery.top(message) for message in after] == [True, True]
    await gallery.passes(60, step=5)
    gallery.connect()
    await gallery.passes(60, step=5)
    after = [message for message in gallery.messages if message.ts in {rung.ts for rung in rungs}]
    assert ["over, all clear" in gallery.top(message) for message in after] == [True, True]


async def test_a_claim_that_lapsed_can_be_taken_from_the_post_that_says_so(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-11:00")
    gallery.drop()
    await gallery.passes(6)
    await gallery.press("take", gallery.ben)
    await gallery.passes(620, step=20)
    await gallery.press("take", gallery.ana, gallery.message("took this 10 min ago and it is still so."))
    assert "taken by @ana" in gallery.card_text


async def test_quiet_for_five_minutes_it_does_not_ring(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(6)
    await gallery.press("quiet")
    await gallery.passes(4 * 60, step=20)
    assert gallery.posted("nobody has taken this yet.") == 0


async def test_the_broadcast_is_paused_at_once_and_resumed(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live pause")
    assert gallery.count("broadcast paused") == 1
    assert "PAUSED since" in gallery.state
    assert "Viewers see: the pause text" in gallery.card_text
    await gallery.type("/live resume")
    assert gallery.times("broadcast live") == ["10:00:00", "10:00:10"]
    assert gallery.in_order("*Paused*", "*Resumed*")
    assert gallery.posted("*ON AIR") == 1


async def test_a_pause_pressed_twice_pauses_once(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live pause")
    assert "is paused since" in await gallery.type("/live pause")
    assert gallery.count("broadcast paused") == 1


async def test_the_brake_stops_a_show_that_is_just_going_live(gallery: Gallery) -> None:
    await gallery.ready()
    gallery.cloud.habits.apply_delay = 4.0
    await gallery.at("10:00:01", step=1)
    assert "GOING LIVE" in gallery.state
    await gallery.press("pause")
    await gallery.passes(12)
    assert "PAUSED" in gallery.state
    await gallery.passes(30, step=5)
    assert gallery.deeds[-1] == "broadcast paused"


async def test_two_parts_are_collected_and_named(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:05", step=60)
    gallery.drop()
    await gallery.passes(40, step=5)
    gallery.connect()
    await gallery.at("10:20:20", step=30)
    await gallery.at("10:40", step=60)
    recordings = gallery.slack.read(gallery.message("*RECORDINGS READY — Sunday Service*"))
    assert "1/2 Sunday Service 22 Nov 1/2" in recordings
    assert "2/2 Sunday Service 22 Nov 2/2" in recordings
    assert gallery.posted("RECORDINGS READY") == 1
    assert gallery.count("video renamed") == 2


async def test_an_encoder_lost_before_the_show_rings_nobody_in_the_channel(gallery: Gallery) -> None:
    await gallery.opened()
    gallery.connect()
    await gallery.at("9:40", step=60)
    gallery.drop()
    await gallery.at("9:41", step=10)
    assert "WAITING FOR ENCODER" in gallery.state
    assert gallery.posted("NO SIGNAL") == 0


async def test_the_bot_cannot_see_for_a_minute_on_air_and_says_that_and_not_off_air(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.refuse_next("/streaming/*", status=503, times=None, text="Bad gateway")
    await gallery.passes(50, step=10)
    assert gallery.posted("I CANNOT SEE") == 0
    assert "NOT SEEN since" in gallery.card_text
    await gallery.passes(25, step=5)
    assert gallery.posted("I CANNOT SEE") == 1
    assert gallery.posted("OFF AIR") == 0
    gallery.cloud.faults.clear()
    await gallery.passes(30, step=5)
    assert "ON AIR since 10:00:00" in gallery.state


async def test_near_the_end_the_first_button_of_card_and_alarm_is_finish(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(6)
    assert _first_button(gallery.message("*NO SIGNAL ON AIR*")) == "take"
    gallery.connect()
    await gallery.at("10:11", step=10)
    gallery.drop()
    await gallery.passes(6)
    assert _first_button(gallery.message("*NO SIGNAL ON AIR*")) == "finish"
    assert _first_button(gallery.card) == "finish"


def _first_button(message: Message) -> str:
    elements = [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]
    return str(elements[0]["action_id"])
