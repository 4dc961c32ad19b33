"""`/live broadcast`: the viewers' page of a show, its words for those who wait, and its end."""

from __future__ import annotations

from tests.commands.control_room import choose, form, form_text, last_words, on_air
from tests.studio import Studio


def page(studio: Studio, number: int) -> dict[str, object]:
    """A broadcast as the vendor has it."""
    return vars(studio.cloud._account.broadcasts[number])


async def test_bare_broadcast_tells_the_pages_state_and_link(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20", pending_message="We begin at ten")
    answer = await studio.type("/live broadcast")
    assert f"({show.page}) of Sunday Service (s1): *pending*, looked 09:00:00" in answer
    assert "We begin at ten" in answer


async def test_a_show_that_was_planned_without_a_page_gets_one_by_form(studio: Studio) -> None:
    await studio.plan("Sunday Service 10:00-10:20 no page")
    await studio.type("/live broadcast create")
    await studio.submit(pending_message="Soon", share_url="https://church.example/live")
    show = await studio.show()
    made = page(studio, int(show.page))
    assert (made["status"], made["pending_message"], made["share_url"]) == ("pending", "Soon", "https://church.example/live")
    assert show.wants_page
    assert "has its broadcast already" in await studio.type("/live broadcast create")


async def test_the_form_of_a_page_sends_only_what_was_changed(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20", pending_message="We begin at ten")
    await studio.type("/live broadcast edit")
    assert "We begin at ten" in str(form(studio).blocks)
    await studio.submit(share_url="https://church.example/live")
    made = page(studio, int(show.page))
    assert (made["share_url"], made["pending_message"]) == ("https://church.example/live", "We begin at ten")


async def test_viewers_are_told_from_the_card(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    await choose(studio, "tell-viewers")
    await studio.submit(pending_message="The organ is late & so are we")
    assert page(studio, int(show.page))["pending_message"] == "The organ is late & so are we"
    await studio.settle()
    assert (await studio.show()).page_fields["pending_message"] == "The organ is late & so are we"


async def test_deleting_the_page_asks_first_and_leaves_the_stream(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    await studio.type("/live broadcast delete")
    assert "is *pending*, looked 09:00:00" in form_text(studio)
    assert studio.cloud.ledger.of("broadcast deleted") == []
    await studio.submit()
    assert [effect.id for effect in studio.cloud.ledger.of("broadcast deleted")] == [int(show.page)]
    assert studio.cloud.ledger.of("stream deleted") == []
    assert not (await studio.show()).wants_page


async def test_a_page_with_viewers_on_it_is_not_deleted(studio: Studio) -> None:
    await on_air(studio)
    answer = await studio.type("/live broadcast delete")
    assert "finish it first with /live finish s1" in answer
    assert studio.cloud.ledger.of("broadcast deleted") == []


async def test_a_show_without_a_page_says_how_to_get_one(studio: Studio) -> None:
    await studio.plan("Sunday Service 10:00-10:20 no page")
    assert "Create the broadcast…" in await studio.type("/live broadcast")
    assert "Make one with /live broadcast create s1" in await studio.type("/live broadcast edit")
    assert last_words(studio)
