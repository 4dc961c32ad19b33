"""The bare command: a window with what is on and what is next, that keeps up while it is open."""

from __future__ import annotations

from tests.studio import Studio


async def test_the_panel_shows_what_is_next_and_keeps_up_while_it_is_open(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live")
    panel = studio.slack.modals(studio.ana)[-1]
    assert "PLANNED" in studio.slack.read(panel)
    await studio.at("9:30:05", step=60)
    await studio.settle()
    panel = studio.slack.modals(studio.ana)[-1]
    assert "WAITING FOR ENCODER" in studio.slack.read(panel)


async def test_a_button_in_the_panel_asks_on_top_of_it(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live")
    await studio.slack.press_in_view(studio.ana, studio.slack.modals(studio.ana)[-1], "cancel")
    await studio.settle()
    assert len(studio.slack.modals(studio.ana)) == 2
    await studio.submit()
    assert (await studio.show()).state == "cancelled"


async def test_an_empty_panel_offers_to_plan(studio: Studio) -> None:
    await studio.type("/live")
    panel = studio.slack.modals(studio.ana)[-1]
    assert "Nothing is on air" in studio.slack.read(panel)
    await studio.slack.press_in_view(studio.ana, panel, "plan")
    await studio.settle()
    assert "Plan a show" in studio.slack.read(studio.slack.modals(studio.ana)[-1])


async def test_a_closed_panel_is_not_drawn_any_more(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live")
    await studio.slack.close_view(studio.ana, studio.slack.modals(studio.ana)[-1])
    await studio.settle()
    before = len(studio.slack.posts("views.update"))
    await studio.at("9:30:05", step=60)
    assert len(studio.slack.posts("views.update")) == before
