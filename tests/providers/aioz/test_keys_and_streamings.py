"""Live stream keys and streamings, called as a show calls them, against the simulated vendor."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import ProviderError, UserError
from bot.model import JSON
from bot.providers.aioz import Aioz, AiozAccount
from bot.providers.base import Connection
from bot.sandbox.clock import RehearsalClock
from tests.providers.aioz.conftest import AiozAt, Radio
from tests.providers.conftest import PLENTY, SHOWTIME, Vendor


async def test_the_account_answers(radio: Radio) -> None:
    await radio.key()

    assert await radio.aioz.check() == "credentials accepted, 1 live stream keys"


async def test_a_token_does_instead_of_the_two_keys(radio: Radio, clock: RehearsalClock) -> None:
    account = AiozAccount(bearer_token=SecretStr(radio.cloud.token), base_url=f"{radio.cloud.base_url}/api")
    aioz = Aioz.open(account, Connection(clock, requests_per_second=PLENTY))

    assert (await aioz.check()).startswith("credentials accepted")
    await aioz.close()


def test_the_keys_are_sent_where_both_are_given_and_neither_is_printed() -> None:
    secrets = {name: SecretStr(f"canary-{name}") for name in ("public_key", "secret_key", "bearer_token")}
    account = AiozAccount(**secrets)

    assert set(account.headers) == {"stream-public-key", "stream-secret-key"}
    assert "canary" not in repr((account, account.headers, Aioz(account)))


@pytest.mark.parametrize("called", ["name", "title"])
async def test_a_key_is_made_with_its_settings_whatever_its_name_is_called(radio: Radio, called: str) -> None:
    radio.cloud.habits.key_name_as = called  # type: ignore[assignment]

    made = await radio.aioz.create_stream("radio one", {"save": "yes", "type": "audio"}, "s12")

    read = await radio.aioz.stream(made.key.id)
    assert (read.name, read.enabled, read.created_at) == ("radio one", None, SHOWTIME)
    assert dict(read.fields) == {"name": "radio one", "save": True, "type": "audio"}


async def test_keys_of_both_types_are_listed_to_the_last_page(radio: Radio) -> None:
    for number in range(130):
        await radio.aioz.create_stream(f"key {number}", {"type": "audio" if number % 10 == 0 else "video"}, "")

    assert len(await radio.aioz.list_streams()) == 130


async def test_a_key_is_found_by_its_exact_name_and_only_if_it_is_new(radio: Radio) -> None:
    await radio.key("radio one")
    await radio.later(60)
    wanted = await radio.key("radio one")
    await radio.key("radio one and a half")

    found = await radio.aioz.find_streams("radio one", "s12", SHOWTIME + timedelta(seconds=30))
    assert [stream.key.id for stream in found] == [wanted]
    assert len(await radio.aioz.find_streams("radio one", "s12", SHOWTIME)) == 2


async def test_settings_of_a_key_are_changed_one_by_one(radio: Radio) -> None:
    key = await radio.key()

    await radio.aioz.update_stream(key, {"save": True})
    changed = await radio.aioz.update_stream(key, {"name": "radio two"})

    assert (changed.name, changed.fields["save"]) == ("radio two", True)


@pytest.mark.parametrize(
    ("fields", "words"), [({"type": "audio"}, "'type'"), ({"colour": 1}, "'colour'"), ({"save": "maybe"}, "maybe")]
)
async def test_what_cannot_be_set_on_a_key_is_refused_before_anything_is_sent(
    radio: Radio, fields: dict[str, JSON], words: str
) -> None:
    key = await radio.key()
    before = len(radio.cloud.calls)

    with pytest.raises(UserError, match=words):
        await radio.aioz.update_stream(key, fields)
    assert len(radio.cloud.calls) == before


async def test_a_key_that_was_deleted_is_gone(radio: Radio) -> None:
    key = await radio.key()
    await radio.aioz.delete_stream(key)
    await radio.aioz.delete_stream(key)

    assert (await radio.aioz.look(key)).gone
    with pytest.raises(ProviderError, match=r"no live stream key .*/live stream list"):
        await radio.aioz.stream(key)


async def test_a_show_whose_key_is_gone_is_gone_with_its_streaming(radio: Radio) -> None:
    key, page = await radio.on_air()
    await radio.aioz.delete_stream(key)

    seen = await radio.aioz.look(key, page=page)
    assert (seen.gone, seen.page_state) == (True, "gone")


async def test_the_push_address_has_its_key_apart_and_is_not_shown(radio: Radio) -> None:
    key = await radio.key()

    (address,) = await radio.aioz.ingest(key)

    secret = radio.cloud.key(key).stream_key
    assert address.label == "RTMP"
    assert address.key == SecretStr(secret)
    assert secret not in repr((address, await radio.aioz.stream(key), await radio.aioz.list_streams()))


async def test_a_streaming_is_made_waiting_and_says_what_will_be_kept(radio: Radio) -> None:
    key = await radio.key()

    page = await radio.aioz.create_page("Radio Hour", key, {"save": True, "qualities": ["720p", "360p"]})

    assert (page.name, page.state, page.streams, page.fields["save"]) == ("Radio Hour", "pending", (key,), True)
    assert page.fields["qualities"] == ["720p", "360p"]
    assert page.viewer_link.startswith("https://player")
    assert (await radio.aioz.page(page.id)) == page
    assert [found.id for found in await radio.aioz.find_pages("Radio Hour", key)] == [page.id]
    assert await radio.aioz.find_pages("Radio", key) == []


async def test_nothing_is_kept_unless_it_is_asked_for(radio: Radio) -> None:
    assert (await radio.aioz.create_page("Radio Hour", await radio.key(), {})).fields["save"] is False


async def test_a_save_that_aioz_drops_for_want_of_balance_is_seen_in_the_answer(radio: Radio) -> None:
    radio.cloud.habits.save_affordable, radio.cloud.habits.save_dropped = False, True

    assert (await radio.streaming(await radio.key())).fields["save"] is False


@pytest.mark.parametrize("called", ["media", "videos"])
async def test_lists_are_read_under_their_old_name_and_their_new_one(radio: Radio, called: str) -> None:
    radio.cloud.habits.lists_as = called  # type: ignore[assignment]
    key = await radio.key()
    page = await radio.streaming(key)

    assert [found.id for found in await radio.aioz.find_pages(page.name, key)] == [page.id]


async def test_a_second_streaming_on_a_key_is_refused_with_what_to_do(radio: Radio) -> None:
    key = await radio.key()
    await radio.streaming(key)

    with pytest.raises(
        ProviderError, match=r"made no streaming .*already created.* one streaming at a time .*another key"
    ) as caught:
        await radio.streaming(key, "Another Hour")
    assert (caught.value.permanent, caught.value.ambiguous) == (True, False)


async def test_a_save_without_balance_is_refused_with_aiozs_words(radio: Radio) -> None:
    radio.cloud.habits.save_affordable = False

    with pytest.raises(ProviderError, match="Insufficient balance to save"):
        await radio.streaming(await radio.key())


async def test_a_live_streaming_is_changed_and_goes_on_being_saved(radio: Radio) -> None:
    _, page = await radio.on_air(save=True)

    changed = await radio.aioz.update_page(page, {"title": "Radio Hour, part two"})

    assert (changed.name, changed.fields["save"]) == ("Radio Hour, part two", True)
    assert (await radio.aioz.update_page(page, {"save": False})).name == "Radio Hour, part two"
    assert radio.cloud.streaming(page).save is False


async def test_a_streaming_that_is_not_live_is_not_changed_and_it_is_said_why(radio: Radio) -> None:
    page = await radio.streaming(await radio.key())

    with pytest.raises(ProviderError, match=r"did not change .*only update while live.*try again on air"):
        await radio.aioz.update_page(page.id, {"title": "Radio Hour, part two"})


@pytest.mark.parametrize("order", ["documented", "swapped"])
async def test_a_streaming_is_deleted_whichever_order_its_ids_are_looked_for_in(radio: Radio, order: str) -> None:
    radio.cloud.habits.delete_ids = order  # type: ignore[assignment]
    key = await radio.key()
    page = await radio.streaming(key)

    await radio.aioz.delete_page(page.id)
    await radio.aioz.delete_page(page.id)

    assert radio.cloud.ledger.kinds(page.id.partition("/")[2]) == ["page created", "page deleted"]
    assert (await radio.aioz.look(key, page=page.id)).page_state == "gone"


async def test_a_deletion_that_is_no_longer_offered_is_not_taken_for_done(radio: Radio) -> None:
    radio.cloud.habits.delete_ids = "gone"
    page = await radio.streaming(await radio.key())

    with pytest.raises(ProviderError, match=r"did not delete streaming [^ ]+: Not Found\. ") as caught:
        await radio.aioz.delete_page(page.id)
    assert re.search("newest version none.*delete its live stream key", caught.value.sentence)


async def test_a_streaming_that_was_live_is_not_deleted_where_aioz_keeps_those(radio: Radio) -> None:
    radio.cloud.habits.delete_only_created = True
    _, page = await radio.on_air()

    with pytest.raises(ProviderError, match=r"did not delete .*when it's created"):
        await radio.aioz.delete_page(page)


async def test_who_watches_is_counted_on_the_streaming(radio: Radio) -> None:
    key, page = await radio.on_air()
    radio.cloud.set_viewers(page, 214)

    assert await radio.aioz.viewers(key, page) == 214
    assert await radio.aioz.viewers(key, "") is None
    await radio.aioz.delete_page(page)
    assert await radio.aioz.viewers(key, page) is None


async def test_figures_are_told_of_the_streaming_or_of_the_one_in_use(radio: Radio) -> None:
    key, page = await radio.on_air()
    await radio.later(20)

    figures = {figure.label: figure.value for figure in await radio.aioz.statistics(key, page)}

    assert figures["kbit/s in, now"] == "2,900"
    assert figures["frames a second in, now"] == "50"
    assert {figure.label: figure.value for figure in await radio.aioz.statistics(key, "")} == figures
    radio.cloud.habits.statistics_missing = True
    assert await radio.aioz.statistics(key, page) == []
    assert await radio.aioz.statistics(await radio.key("silent"), "") == []


@pytest.mark.parametrize("nonsense", ["", ".", "..", " ", "x" * 201])
async def test_an_id_that_is_none_never_reaches_the_vendor(radio: Radio, nonsense: str) -> None:
    for call in (radio.aioz.delete_stream, radio.aioz.delete_video, radio.aioz.delete_page, radio.aioz.list_restreams):
        with pytest.raises(ProviderError, match="Pick one from a list"):
            await call(nonsense)
    with pytest.raises(ProviderError, match="Pick one from a list"):
        await radio.aioz.page(f"{nonsense}/{nonsense}")

    assert radio.cloud.calls == []


@pytest.mark.parametrize("typed", ["../media/7", "a/b", "a?b=c", "a#b", "%2e%2e", "a b"])
async def test_an_id_that_somebody_typed_reaches_no_other_path(vendor: Vendor, aioz_at: AiozAt, typed: str) -> None:
    vendor.answers(404, {"status": "fail", "message": "not found"})

    await aioz_at(vendor.url + "/api").delete_video(typed)

    (request,) = vendor.requests
    assert request.target.startswith("/api/media/")
    assert "/" not in request.target.removeprefix("/api/media/")
    assert httpx.URL(request.target).query == b""


@pytest.mark.parametrize("typed", ["key", "a/b/c"])
async def test_the_id_of_a_streaming_has_two_parts(radio: Radio, typed: str) -> None:
    with pytest.raises(ProviderError, match="two parts, KEY/STREAMING"):
        await radio.aioz.page(typed)
