"""Streams of every provider: made, found again, changed, fed, looked at, deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.model import StreamKey
from bot.providers.catalogue import catalogue
from bot.sandbox.played import played
from tests.providers.contract.stage import MARGIN, TAG, OnAir, Stage, able, editable, typed


def test_every_provider_has_a_simulator_to_be_tried_at() -> None:
    assert set(played()) == set(catalogue())


async def test_the_credentials_are_tried_with_something_harmless(stage: Stage) -> None:
    assert await stage.provider.check()

    assert len(stage.cloud.ledger) == 0


async def test_a_stream_is_made_and_found_again(stage: Stage) -> None:
    before = stage.now - timedelta(seconds=1)
    made = await stage.provider.create_stream("church main", stage.settings(), TAG)
    await stage.provider.create_stream("church side", stage.settings(), "showcaller:other")

    assert made.key.provider == stage.name
    assert made.enabled is (False if stage.able.switch else None)
    assert (await stage.provider.stream(made.key.id)).name == "church main"
    assert {stream.name for stream in await stage.provider.list_streams()} == {"church main", "church side"}
    assert [stream.key for stream in await stage.provider.find_streams("church main", TAG, before)] == [made.key]
    assert await stage.provider.find_streams("somewhere else", "showcaller:nobody", before) == []


async def test_every_stream_is_listed_however_many_there_are(stage: Stage) -> None:
    for number in range(30):
        await stage.stream(f"stream {number}", f"showcaller:{number}")

    assert len({stream.key for stream in await stage.provider.list_streams()}) == 30


async def test_a_stream_is_changed(stage: Stage) -> None:
    stream, field = await stage.stream(), editable(stage.able.stream_fields)

    changed = await stage.provider.update_stream(stream, {field.name: "church side"})

    read = await stage.provider.stream(stream)
    for info in (changed, read):
        assert info.key == StreamKey(stage.name, stream)
        assert "church side" in (info.name, info.fields.get(field.name))


async def test_every_field_of_a_stream_has_a_name_of_its_own(stage: Stage) -> None:
    names = [field.name for field in stage.able.stream_fields]

    assert len(set(names)) == len(names)
    assert all(field.choices for field in stage.able.stream_fields if field.kind in ("choice", "choices"))


async def test_a_field_that_the_vendor_does_not_document_is_refused_before_anything_is_sent(stage: Stage) -> None:
    with pytest.raises(UserError, match="colour_of_the_moon"):
        await stage.provider.create_stream("church main", {**stage.settings(), "colour_of_the_moon": "blue"}, TAG)

    assert [call for call in stage.cloud.calls if call.method != "GET"] == []


async def test_what_was_deleted_is_gone_and_deleting_it_again_is_no_error(stage: Stage) -> None:
    stream = await stage.stream()

    await stage.provider.delete_stream(stream)

    async def gone() -> bool:
        return (await stage.provider.look(stream)).gone

    await stage.until(gone, timedelta(minutes=5))
    await stage.provider.delete_stream(stream)
    assert await stage.provider.list_streams() == []


async def test_the_signal_is_seen_to_come_and_to_go(stage: Stage) -> None:
    air = await stage.on_air()

    assert stage.cloud.drop_signal(air.stream)
    await stage.sees(air, False)
    await stage.push(air.stream)
    await stage.sees(air, True)


async def test_a_stream_that_nobody_feeds_has_no_signal(stage: Stage) -> None:
    stream = await stage.stream()
    air = OnAir(stream, await stage.page(stream) if stage.able.pages else "")
    await stage.later(stage.able.detection + MARGIN)

    assert (await stage.look(air)).signal is not True


async def test_where_to_push_is_labelled_and_not_shown_by_accident(stage: Stage) -> None:
    stream = await stage.stream()

    addresses = await stage.provider.ingest(stream)

    assert all(address.label for address in addresses)
    for address in addresses:
        assert address.url.get_secret_value() not in repr(addresses)
        assert address.key is None or address.key.get_secret_value() not in repr(addresses)


@pytest.mark.parametrize("stage", able(lambda able: able.switch), indirect=True)
async def test_a_stream_that_is_off_takes_no_signal(stage: Stage) -> None:
    air = await stage.on_air()

    await stage.provider.set_enabled(air.stream, False)
    await stage.sees(air, False)

    assert (await stage.provider.stream(air.stream)).enabled is False
    assert not stage.cloud.push_to(typed((await stage.provider.ingest(air.stream))[0]))


@pytest.mark.parametrize("stage", able(lambda able: able.rotation), indirect=True)
async def test_a_new_key_is_taken_and_the_old_one_no_longer(stage: Stage) -> None:
    air = await stage.on_air()
    old = typed((await stage.provider.ingest(air.stream))[0])

    told = await stage.provider.rotate_key(air.stream)

    assert all(line.strip() for line in told)
    stage.cloud.drop_signal(air.stream)
    await stage.sees(air, False)
    assert not stage.cloud.push_to(old)
    await stage.push(air.stream)
    await stage.sees(air, True)


@pytest.mark.parametrize("stage", able(lambda able: able.dvr), indirect=True)
async def test_what_viewers_could_rewind_to_is_thrown_away(stage: Stage) -> None:
    air = await stage.on_air()
    before = len(stage.cloud.ledger)

    await stage.provider.clean_dvr(air.stream)

    assert len(stage.cloud.ledger) == before + 1


@pytest.mark.parametrize("stage", able(lambda able: able.viewers), indirect=True)
async def test_who_watches_is_counted(stage: Stage) -> None:
    air = await stage.on_air()
    await stage.goes_live(air)
    assert stage.cloud.watched_by(214)

    async def counted() -> bool:
        return await stage.provider.viewers(air.stream, air.page) == 214

    await stage.until(counted, timedelta(minutes=5), step=30)


@pytest.mark.parametrize("stage", able(lambda able: able.statistics), indirect=True)
async def test_figures_have_a_label_and_a_value(stage: Stage) -> None:
    air = await stage.on_air()
    await stage.later(180)

    figures = await stage.provider.statistics(air.stream, air.page)

    assert figures
    assert all(figure.label.strip() and figure.value.strip() for figure in figures)
