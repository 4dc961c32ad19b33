"""What the Edit form changes while a show is open or on air reaches the provider, and hides nothing that viewers see."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_the_broadcast_cannot_be_unticked_while_viewers_see_it(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live edit s1")
    refused = await gallery.slack.submit(gallery.ana, gallery.slack.modals(gallery.ana)[-1], {"wishes": ["record"]})
    assert "is what viewers see now" in refused.errors["wishes"]
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:20", step=5)
    assert gallery.count("broadcast finished") == 1


async def test_unticking_the_recording_stops_the_one_that_runs(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live edit s1")
    await gallery.submit(wishes=["page"])
    await gallery.passes(20)
    assert (gallery.count("recording started"), gallery.count("recording stopped")) == (1, 1)
    await gallery.type("/live edit s1")
    await gallery.submit(wishes=["page", "record"])
    await gallery.passes(20)
    assert gallery.count("recording started") == 2


async def test_another_text_for_viewers_is_sent_to_the_broadcast_and_only_then_on_the_card(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live edit s1")
    await gallery.submit(pending_message="We start at 10:15")
    assert gallery.asked("PATCH", f"/streaming/broadcasts/{gallery.page}") == [200]
    await gallery.passes(5)
    assert "We start at 10:15" in gallery.card_text


async def test_a_refused_text_is_not_claimed_on_the_card(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.type("/live edit s1")
    gallery.cloud.refuse_next(f"/streaming/broadcasts/{gallery.page}", method="PATCH", status=422, text="is too long")
    await gallery.submit(pending_message="We start at 10:15")
    await gallery.passes(5)
    assert "We start at 10:15" not in gallery.card_text
