"""Words that are not understood, times that cannot be, ids that are not there, and text that means harm: one sentence each."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.slack import Message
from tests.studio import Studio

EVIL = "*Bold* <!channel> <@U07EVIL> & `code` <https://evil.example|click> ~x~"
SPELLED = "&lt;!channel&gt; &lt;@U07EVIL&gt; &amp;"


async def test_an_unknown_subcommand_is_answered_with_the_nearest_one(studio: Studio) -> None:
    assert await studio.type("/live finihs s1") == "There is no “finihs”. Did you mean /live finish? /live help shows everything."
    assert "Did you mean /live plan?" in await studio.type("/live paln Sunday Service 10:00")
    assert "Did you mean" not in await studio.type("/live xyzzy")


async def test_an_unknown_word_after_a_noun_is_answered_with_the_nearest_one(studio: Studio) -> None:
    assert "Did you mean /live stream enable?" in await studio.type("/live stream enabel church")
    assert "Did you mean /live video" in await studio.type("/live video lsit")


async def test_a_typed_flood_is_not_repeated_in_full(studio: Studio) -> None:
    assert len(await studio.type("/live " + "x" * 2900)) < 500
    said = await studio.type("/live go " + "y" * 2900)
    assert said.startswith("That is longer than 1000 characters.")
    assert len(said) < 500


# -- times
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Sunday Service 25:00", "I see no time"),
        ("Sunday Service 10:75", "I see no time"),
        ("Sunday Service", "I see no time"),
        ("Sunday Service 21 Nov 10:00", "is in the past"),
        ("Sunday Service sun 10:00 zone Nowhere", "Nowhere"),
        ("10:00-11:00", "title"),
    ],
)
async def test_a_bad_time_is_one_sentence_with_what_was_typed(studio: Studio, words: str, sentence: str) -> None:
    said = await studio.type(f"/live plan {words}")
    assert sentence.casefold() in said.casefold()
    assert f"You typed: `plan {words}`" in said.replace("_", "")
    assert studio.slack.modals(studio.ana) == []
    assert await studio.rehearsal.bot.store.shows() == []


async def test_an_end_before_the_start_is_the_next_day_and_is_echoed(studio: Studio) -> None:
    await studio.type("/live plan Night Show 22:00-02:00")
    form = studio.slack.modals(studio.ana)[-1]
    assert "Sun 22 Nov 22:00–02:00 (+1) Berlin" in studio.slack.read(form)
    show = await studio.plan("Night Show 22:00-02:00")
    assert show.end - show.start == timedelta(hours=4)
    assert "22:00–02:00 (+1)" in studio.everything


@pytest.mark.parametrize(
    ("typed", "sentence", "button", "start"),
    [
        ("28 Mar 2027 02:30", "does not exist in Berlin", "Sun 28 Mar 03:30", "2027-03-28T03:30:00+02:00"),
        ("31 Oct 2027 02:30", "comes twice in Berlin", "02:30 CET (+01:00)", "2027-10-31T02:30:00+01:00"),
        ("05/06 10:00", "can be read in two ways", "Sat 5 Jun 2027 10:00", "2027-06-05T10:00:00+02:00"),
    ],
)
async def test_a_time_with_no_or_two_meanings_is_asked_about_and_the_button_plans_it(
    studio: Studio, typed: str, sentence: str, button: str, start: str
) -> None:
    asked = await studio.type(f"/live plan Dream {typed}")
    assert sentence in asked
    await choose(studio, button)
    form = studio.slack.modals(studio.ana)[-1]
    await studio.slack.submit(studio.ana, form, {})
    await studio.settle()
    show = await studio.show()
    assert show.title == "Dream"
    assert show.start == datetime.fromisoformat(start)


async def test_moving_to_a_time_that_comes_twice_is_asked_about_and_the_button_moves_it(studio: Studio) -> None:
    await studio.plan("Dream 30 Oct 2027 22:00-23:00")
    assert "comes twice" in await studio.type("/live move s1 31 Oct 2027 02:30")
    await choose(studio, "02:30 CET (+01:00)")
    assert (await studio.show()).start.isoformat() == "2027-10-31T01:30:00+00:00"


async def test_the_form_says_at_the_input_what_is_wrong_with_it(studio: Studio) -> None:
    await studio.type("/live plan Sunday Service 10:00-11:00")
    form = studio.slack.modals(studio.ana)[-1]
    for values, at, sentence in (
        ({"start": "soonish"}, "start", "soonish"),
        ({"day": "2026-11-21"}, "start", "in the past"),
        ({"zone": "Atlantis"}, "zone", "Atlantis"),
        ({"day": "2027-03-28", "start": "02:30"}, "start", "does not exist"),
        ({"day": "2027-10-31", "start": "02:30"}, "start", "twice"),
        ({"title": " "}, "title", "title"),
        ({"end": "whenever"}, "end", "whenever"),
    ):
        delivery = await studio.slack.submit(studio.ana, form, {"start": "10:00", "end": "11:00", **_untouched(values), **values})
        assert sentence in delivery.errors[at], values
        form = studio.slack.modals(studio.ana)[-1]
    assert await studio.rehearsal.bot.store.shows() == []
    sent = {"start": "10:00", "end": "11:00", "day": "2026-11-22", "zone": "Europe/Berlin", "title": "Sunday Service"}
    delivery = await studio.slack.submit(studio.ana, form, sent)
    assert delivery.errors == {}
    await studio.settle()
    assert (await studio.show()).title == "Sunday Service"


def _untouched(values: dict[str, str]) -> dict[str, str]:
    whole = {"day": "2026-11-22", "zone": "Europe/Berlin", "title": "Sunday Service"}
    return {name: value for name, value in whole.items() if name not in values}


# -- phones
@pytest.mark.parametrize(
    "typed",
    [
        "“Sunday Service” 19.30–20.15",
        "Sunday\u00a0Service 19:30\u00a0–\u00a020:15",
        "Sunday Service 7:30pm—8:15pm",
        "Sunday Service 1930-2015",
        "‘Sunday Service’ 19.30 for 45m",
        "Sunday Service\u2009 19:30\u200b-20:15",
    ],
)
async def test_what_a_phone_made_of_it_is_understood(studio: Studio, typed: str) -> None:
    show = await studio.plan(typed)
    assert show.title == "Sunday Service"
    assert f"{show.start:%H:%M}-{show.end:%H:%M}" == "18:30-19:15"


async def test_a_phone_capitalises_the_verb(studio: Studio) -> None:
    await studio.plan()
    assert "Sunday Service" in await studio.type("/live Status S1")


# -- what is not there
async def test_an_id_that_is_not_there_is_one_sentence_with_the_next_step(studio: Studio) -> None:
    for verb in (
        "go",
        "pause",
        "resume",
        "finish",
        "hold",
        "cancel",
        "status",
        "link",
        "broadcast",
        "extend",
        "move",
        "record start",
    ):
        said = await studio.type(f"/live {verb} s99")
        assert said.startswith("There is no show s99. See /live shows."), verb
    assert "No show fits “Nothing Like This”. See /live shows" in await studio.type("/live go Nothing Like This")
    assert "/live help shows everything" in await studio.type("/live help nosuch")
    assert studio.slack.modals(studio.ana) == []


async def test_a_thing_that_is_not_there_is_told_in_the_form_that_was_opened(studio: Studio) -> None:
    for typed in ("stream key 99", "stream disable 4711", "stream edit nosuch", "video delete nosuch"):
        assert await studio.type(f"/live {typed}") == ""
        said = studio.slack.read(studio.slack.modals(studio.ana)[-1])
        assert re.search(r"There is no (stream|video) “.+”\. See /live \w+ list\.", said), typed


async def test_a_video_that_is_not_there_is_one_sentence(studio: Studio) -> None:
    said = await studio.type("/live video info 77")
    assert "Gcore has no video 77" in said
    assert "404" not in said.replace("(404", "") or "Not Found" in said


async def test_a_title_that_fits_several_shows_is_asked_about_and_the_button_means_one(studio: Studio) -> None:
    await studio.plan("Sunday Service Early 18:00-18:20")
    await studio.plan("Sunday Service Late 19:00-19:20")
    said = await studio.type("/live status sunday")
    assert "“sunday” fits several shows" in said
    await choose(studio, "s2: 19:00 Sunday Service Late")
    answer = studio.slack.read(studio.slack.ephemerals(studio.ana)[-1])
    assert "Sunday Service Late* (s2)" in answer
    assert "(s1)" not in answer


async def test_a_name_that_fits_nothing_never_means_the_only_show_there_is(studio: Studio) -> None:
    await studio.plan()
    for typed in ("go s0", "go sundey", "pause nosuch", "finish nosuch", "finish nosuch now", "status nosuch", "link nosuch"):
        assert "No show fits “" in await studio.type(f"/live {typed}"), typed
    for typed in ("record start nosuch", "record nosuch", "broadcast delete nosuch", "resume nosuch", "stop nosuch"):
        assert "No show fits “" in await studio.type(f"/live {typed}"), typed
    assert "I understood Sunday Service (s1), but not “s2”." in await studio.type("/live go s1 s2")
    assert "I understood Sunday Service (s1), but not “evening”." in await studio.type("/live go sunday evening")
    assert studio.slack.modals(studio.ana) == []
    assert [op.verb for op in await studio.operations() if op.by == studio.ana.id] == ["prepare"]


async def test_a_question_about_a_show_keeps_what_follows_its_name(studio: Studio) -> None:
    await studio.plan("Sunday Service Early 18:00-18:20")
    await studio.plan("Sunday Service Late 19:00-19:20")
    for typed, title in (("record stop sunday", "Stop the recording?"), ("broadcast delete sunday", "Delete the broadcast?")):
        assert "fits several shows" in await studio.type(f"/live {typed}")
        await choose(studio, "s2: 19:00 Sunday Service Late")
        assert studio.slack.modals(studio.ana)[-1].title == title
        studio.slack.workspace.screens.clear(studio.ana.id)
    await studio.type("/live go sunday dry")
    await choose(studio, "s2: 19:00 Sunday Service Late")
    answer = studio.slack.read(studio.slack.ephemerals(studio.ana)[-1])
    assert "Dry run, nothing is done." in answer
    assert "Going live: Sunday Service Late (s2)." in answer


async def test_a_question_about_a_show_keeps_the_rest_of_what_was_typed(studio: Studio) -> None:
    await studio.plan("Sunday Service Early 18:00-18:20")
    await studio.plan("Sunday Service Late 19:00-19:20")
    await studio.type("/live cancel sunday rain")
    await choose(studio, "s1: 18:00 Sunday Service Early")
    form = studio.slack.modals(studio.ana)[-1]
    assert form.title == "Cancel the show?"
    assert "Sunday Service Early" in studio.slack.read(form)
    assert "[rain]" in studio.slack.read(form)


# -- harm
async def test_evil_words_are_shown_as_they_are_and_never_obeyed(studio: Studio) -> None:
    show = await studio.plan("Plain 10:00-10:20", title=EVIL, pending_message=EVIL)
    assert show.title == EVIL
    for typed in ("status", "shows", "", f"go {EVIL}", "hold s1", "finish dry", "cancel s1 " + EVIL, "link", "broadcast"):
        await studio.type(f"/live {typed}")
        studio.slack.workspace.screens.clear(studio.ana.id)
    await studio.at("9:31", step=60)
    studio.cloud.connect_encoder(int((await studio.show()).stream))
    await studio.at("10:00:20")
    await studio.slack.open_home(studio.ana)
    await studio.settle()
    said = [text for call in studio.slack.calls for text in _mrkdwn(call.args)]
    assert any(SPELLED in text for text in said)
    for text in said:
        assert "<!channel>" not in text
        assert "<@U07EVIL>" not in text
        assert "<https://evil" not in text


async def test_a_title_longer_than_a_form_takes_is_cut_where_it_is_shown(studio: Studio) -> None:
    long = "Ä" * 140
    await studio.plan("Short 10:00-10:20", title=long)
    assert long in studio.everything
    assert not [call for call in studio.slack.calls if call.error]


async def test_more_than_a_field_takes_is_cut_in_the_form_where_it_can_be_seen(studio: Studio) -> None:
    await studio.type(f"/live plan {'A long title ' * 40}10:00-10:20")
    form = studio.slack.modals(studio.ana)[-1]
    await studio.slack.submit(studio.ana, form, {})
    await studio.settle()
    assert (await studio.show()).title == ("A long title " * 40)[:149].rstrip() + "…"
    await studio.type(f"/live cancel s1 {'because ' * 60}")
    assert studio.slack.modals(studio.ana)[-1].title == "Cancel the show?"
    assert not [call for call in studio.slack.calls if call.error]


async def test_a_long_text_for_viewers_fits_into_every_message(studio: Studio) -> None:
    await studio.plan("Sunday Service 10:00-10:20", pending_message="<&>" * 1000)
    await studio.at("9:31", step=60)
    await studio.type("/live status")
    assert not [call for call in studio.slack.calls if call.error]
    assert studio.cloud.ledger.of("broadcast created")


async def choose(studio: Studio, label: str) -> None:
    """Press the button of the latest question to Ana that says this."""
    message = studio.slack.ephemerals(studio.ana)[-1]
    await studio.rehearsal.press(studio.ana, message, _action(message, label))


def _action(message: Message, label: str) -> str:
    return next(
        str(element["action_id"])
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["text"]["text"] == label
    )


def _mrkdwn(args: dict[str, Any]) -> list[str]:
    """Every text of a call that Slack would read as markup."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str) and value[:1] in ("[", "{"):
            walk(json.loads(value))
        elif isinstance(value, dict):
            if value.get("type") == "mrkdwn":
                found.append(value["text"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(args)
    return [*found, args["text"]] if isinstance(args.get("text"), str) else found
