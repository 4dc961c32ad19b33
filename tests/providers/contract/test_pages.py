"""Pages for viewers, of the providers that have some."""

from __future__ import annotations

import pytest

from bot.errors import ProviderError
from bot.model import PageState
from bot.providers.base import Kept
from tests.providers.contract.stage import OnAir, Stage, able, editable

pages = pytest.mark.parametrize("stage", able(lambda able: able.pages), indirect=True)
STATES = (PageState.LIVE, PageState.PAUSED, PageState.LIVE, PageState.FINISHED)


@pages
async def test_a_page_is_made_for_its_stream_and_does_not_show_the_programme(stage: Stage) -> None:
    stream = await stage.stream()

    made = await stage.provider.create_page("Sunday Service", stream, stage.page_settings())

    assert made.state not in (PageState.LIVE, PageState.FINISHED)
    assert [page.id for page in await stage.provider.find_pages("Sunday Service", stream)] == [made.id]
    assert await stage.provider.find_pages("Evensong", stream) == []
    assert (await stage.provider.page(made.id)).name == "Sunday Service"
    assert (await stage.provider.look(stream, page=made.id)).page == made.id


@pages
async def test_a_page_is_brought_to_every_state_that_can_be_asked_for(stage: Stage) -> None:
    assert stage.able.pages
    air = await stage.on_air()

    for state in (state for state in STATES if state in stage.able.pages.states):
        await stage.comes_true(lambda state=state: stage.provider.set_page(air.page, state.value))  # type: ignore[misc]
        await shows(stage, air, state)


async def shows(stage: Stage, air: OnAir, state: PageState) -> None:
    async def shown() -> bool:
        return (await stage.look(air)).page_state == state and (await stage.provider.page(air.page)).state == state

    await stage.until(shown, stage.able.detection)


@pages
async def test_a_page_is_changed(stage: Stage) -> None:
    assert stage.able.pages
    air, field = await stage.on_air(), editable(stage.able.pages.fields)

    changed = await stage.provider.update_page(air.page, {field.name: "Evensong"})

    assert "Evensong" in (changed.name, changed.fields.get(field.name))


@pytest.mark.parametrize("stage", able(lambda able: able.pages and able.pages.deletable), indirect=True)
async def test_a_page_is_deleted_and_the_stream_is_still_seen(stage: Stage) -> None:
    stream = await stage.stream()
    page = await stage.page(stream)

    await stage.provider.delete_page(page)
    await stage.provider.delete_page(page)

    with pytest.raises(ProviderError):
        await stage.provider.page(page)
    seen = await stage.provider.look(stream, page=page)
    assert not seen.gone
    assert seen.page_state != PageState.LIVE


@pytest.mark.parametrize("stage", able(lambda able: able.recording and able.recording.kept is Kept.END), indirect=True)
async def test_ending_the_show_keeps_it_and_is_an_end(stage: Stage) -> None:
    air = await stage.on_air()
    await stage.goes_live(air)
    start = stage.now
    await stage.later(120)

    await stage.provider.save_page(air.page, "Sunday Service", start, stage.now)

    async def over() -> bool:
        return (await stage.look(air)).page_state != PageState.LIVE

    await stage.until(over, stage.able.detection)
