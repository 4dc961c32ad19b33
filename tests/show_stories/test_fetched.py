"""A stream whose picture the provider fetches: on a quarter of an hour before the start, and no encoder is asked for."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery

VENUE = "rtmp://venue.example/live/programme"


async def venue(gallery: Gallery, *, fetched: bool = True) -> None:
    """A stream that fetches from the venue, or is pushed to, and a show on it."""
    await gallery.type("/live stream create")
    if fetched:
        await gallery.submit(name="Venue", pull="true", uri=VENUE)
    else:
        await gallery.submit(name="Venue")
    await gallery.planned("Sunday Service 10:00-10:20 on Venue")


async def test_it_is_turned_on_a_quarter_of_an_hour_before_the_start_and_goes_live_by_itself(gallery: Gallery) -> None:
    await venue(gallery)
    gallery.cloud.source_up(VENUE)
    assert "opens 09:45" in gallery.card_text
    await gallery.at("9:44:50", step=60)
    assert gallery.count("enabled") == 0
    await gallery.at("9:46")
    assert gallery.times("enabled") == ["09:45:00"]
    assert "READY" in gallery.state
    await gallery.at("10:00:10", step=20)
    assert gallery.times("broadcast live") == ["10:00:00"]
    assert gallery.said("connect the encoder") == 0
    assert gallery.said("nothing comes from the source") == 0


async def test_a_source_that_shows_nothing_two_minutes_later_is_asked_about(gallery: Gallery) -> None:
    await venue(gallery)
    await gallery.at("9:46:50", step=30)
    assert gallery.said("nothing comes from the source") == 0
    await gallery.at("9:47:10")
    assert gallery.said("@ana: nothing comes from the source that the provider fetches. Is it on, and its address right?") == 1
    assert gallery.said("connect the encoder") == 0


async def test_a_restart_in_between_changes_nothing_of_it(gallery: Gallery) -> None:
    await venue(gallery)
    await gallery.at("9:20", step=300)
    await gallery.rehearsal.stop_bot()
    await gallery.at("9:35", step=300)
    await gallery.rehearsal.start_bot()
    await gallery.at("9:46", step=30)
    assert gallery.times("enabled") == ["09:45:00"]


async def test_a_stream_that_is_made_to_fetch_later_is_turned_on_later_from_then_on(gallery: Gallery) -> None:
    await venue(gallery, fetched=False)
    assert "opens 09:30" in gallery.card_text
    await gallery.type(f"/live stream edit {gallery.stream} pull=yes")
    assert "opens 09:45" in gallery.card_text
    await gallery.type(f"/live stream edit {gallery.stream} pull=no")
    assert "opens 09:30" in gallery.card_text
    await gallery.at("9:31", step=30)
    assert gallery.times("enabled") == ["09:30:00"]
