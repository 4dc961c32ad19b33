"""A last word `dry`, behind anything that can be said at any provider: the answer says what would come of it, and nothing does."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import commands
from tests.commands.control_room import last_answer, last_words
from tests.show_stories.elsewhere import Elsewhere, sunday_at

AIOZ, GCORE, GJIRAFA, VIDEOGRAPH = PROVIDERS = ("aioz", "gcore", "gjirafa", "videograph")

ONLY_READS = {"", "help", "providers", "shows", "stop"}
"""The commands from which nothing ever comes."""

NOT_OF_THE_SHOW = ("requests", "people")
"""What may be written all the same: that somebody asked, and who that is."""

HEAD = "*Dry run, nothing is done.*\n"


@dataclass(frozen=True)
class Line:
    """What is typed, what the answer says, and the sentence in its place at the providers where it cannot be done."""

    typed: str
    says: str
    refused: Mapping[str, str] = field(default_factory=dict)


def but(sentence: str, *providers: str) -> dict[str, str]:
    return dict.fromkeys(providers, sentence)


NO_GATE = but("Nothing keeps viewers out of Sunday Service (s1)", AIOZ, VIDEOGRAPH)
NO_WAY_IN = but("what the encoder sends is on air as soon as it comes", AIOZ, VIDEOGRAPH)
NO_SWITCH = but("cannot turn a stream on and off", AIOZ, GJIRAFA, VIDEOGRAPH)
NO_PAGE = but("Videograph cannot keep a page for viewers", VIDEOGRAPH)
NO_RESTREAM = but("Videograph cannot send the picture on", VIDEOGRAPH)
NO_RECORDING = but("cannot start and stop a recording by hand", AIOZ, GJIRAFA, VIDEOGRAPH)
NO_CLIP = but("cannot cut clips", AIOZ, GJIRAFA)
NO_PAUSE = but("cannot show viewers a pause text", AIOZ, GJIRAFA, VIDEOGRAPH)
NO_VIDEO = but("Gjirafa cannot list recordings as videos", GJIRAFA)

PLANNED = (
    Line("plan Vespers 17:00-17:30", "1. Create the {stream} “Vespers"),
    Line("plan Vespers 17:00-17:30 on sunday", "Planned: *Vespers* (s3), Sun 22 Nov 17:00–17:30 Berlin."),
    Line("plan", "1. Create the {stream} “‹Title›"),
    Line("hold s1 10m", "Held: Sunday Service (s1) will not go live by itself until 09:00:00.", NO_GATE),
    Line("move s1 +10", "Moved: Sunday Service (s1) is Sun 22 Nov 10:10–10:30 Berlin now."),
    Line("move s1", "in a form: *Edit s1*\n> As it stands: *Sun 22 Nov 10:00–10:20 Berlin*\nIt takes: Title, Day of the start"),
    Line("extend 15 s1", "Sunday Service (s1) ends at 10:35 now."),
    Line("cancel s1 rain", "Then, with *Cancel the show*:\n*Cancelling* at {title}, asked by @ana:"),
    Line("go s1", "Then, with *Go live now*:\n*Going live* at {title}, asked by @ana:"),
    Line("go s1 anyway", "*Going live* at {title}, asked by @ana:", NO_WAY_IN),
    Line("finish s1", "", but("There is nothing to finish.", *PROVIDERS)),
    Line("link s1 share", "I am posting it in #studio."),
    Line("status s1 share", "I am posting it here."),
    Line("stream create Chapel", "*Creating the {stream}* at {title}, asked by @ana:\n1. Create the {stream} “Chapel”"),
    Line("stream create", "in a form: *New {stream}*"),
    Line("stream edit sunday {called}=Chapel", "1. Change the {stream}'s settings"),
    Line("stream edit sunday", "in a form: *Edit {stream}*"),
    Line("stream key sunday", "The push addresses of Sunday Service"),
    Line("key s1", "That you saw them is on record."),
    Line("stream key rotate sunday", "1. Make a new push key", but("cannot make a new push key", AIOZ, GJIRAFA, VIDEOGRAPH)),
    Line("stream enable sunday", "*Enabling the stream* at Gcore, asked by @ana:\n1. Enable the stream", NO_SWITCH),
    Line("stream disable sunday", "Then, with *Disable*:\n*Disabling the stream* at Gcore, asked by @ana:", NO_SWITCH),
    Line(
        "stream delete sunday", "Then, with *Delete*:\n*Deleting the {stream}* at {title}, asked by @ana:\n1. Delete the {stream}"
    ),
    Line("broadcast create s2", "1. Create the broadcast, pending", NO_PAGE | but("already", AIOZ, GJIRAFA)),
    Line("broadcast edit s1", "in a form: *Edit {page}*", NO_PAGE),
    Line("broadcast delete s1", "1. Delete the ", NO_PAGE | but("Gjirafa cannot delete a page", GJIRAFA)),
    Line("restream add s1", "‹Title› (r2) is a restream target of Sunday Service (s1).", NO_RESTREAM),
    Line("restream copy s1 to s2", "Copied from Sunday Service (s1) to Evensong (s2).", NO_RESTREAM),
    Line("restream off r1", "YouTube (r1) stays off until somebody switches it on.", but("There is no such", VIDEOGRAPH)),
    Line("restream on r1", "YouTube (r1) goes on with Sunday Service (s1).", but("There is no such", VIDEOGRAPH)),
    Line("restream remove r1", "Then, with *Remove*:\n*Restream* at {title}, asked by @ana:", but("There is no such", VIDEOGRAPH)),
    Line("record start s1", "records as soon as there is signal.", NO_RECORDING),
    Line("clip delay 25s", "Your player counts as 25 s behind"),
)
ON_HOLD = (Line("hold s1 off", "Released: Sunday Service (s1) goes live by itself at 10:00."),)
ON_AIR = (
    Line("go", "", but("is on air since 10:00", *PROVIDERS)),
    Line("pause", "*Pausing* at Gcore, asked by @ana:\n1. Broadcast to paused", NO_PAUSE),
    Line("finish", "Then, with *Finish*:\n*Finishing* at {title}, asked by @ana:\n1. "),
    Line("finish now", "Then, with *Finish*:\n*Finishing* at {title}, asked by @ana:"),
    Line("finish in 10m", "Sunday Service (s1) ends at 10:12:00."),
    Line("extend", "Sunday Service (s1) ends at 10:35 now."),
    Line("record stop", "Then, with *Stop recording*:\n*Stopping the recording* at Gcore, asked by @ana:", NO_RECORDING),
    Line("mark Goal", ":bookmark: *m1* 10:02:00 Goal, @ana."),
    Line("mark", "in a form: *Mark m1*"),
    Line("clip last 30s Goal", "Cutting c1 “Goal” 10:01:10–10:01:40 (30 s) of Sunday Service (s1).", NO_CLIP),
    Line("clip", "1. Let the picture arrive\n2. Cut the clip\n3. Wait until it can be played", NO_CLIP),
    Line("restream off r1", "*Restream* at {title}, asked by @ana:\n1. Switch YouTube off", but("There is no such", VIDEOGRAPH)),
)
PAUSED = (Line("resume", "*Resuming* at Gcore, asked by @ana:\n1. Broadcast to live"),)
AFTERWARDS = (
    Line(
        "video rename {video} Evensong",
        "1. Name the video “Evensong”",
        NO_VIDEO | but("Videograph cannot rename a video: give a clip its title when it is cut.", VIDEOGRAPH),
    ),
    Line("video delete {video}", "Then, with *Delete*:\n*Deleting the video* at {title}, asked by @ana:", NO_VIDEO),
)
EVERYTHING = (*PLANNED, *ON_HOLD, *ON_AIR, *PAUSED, *AFTERWARDS)


@pytest.fixture
async def gallery(tmp_path: Path, provider: str) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at that provider and no other."""
    async with sunday_at(provider, tmp_path) as playing:
        yield playing


# -- no trace -------------------------------------------------------------------------------------------------------------
def traces(gallery: Elsewhere) -> dict[str, object]:
    """All that could have changed: at the provider, in the bot's memory, and for the people in the channel."""
    vendor, slack = gallery.vendor, gallery.slack
    return {
        "effects": list(vendor.ledger),
        "requests but reads": [call for call in vendor.calls if call.method != "GET" and not call.path.endswith("/media")],
        "memory": memory(gallery),
        "channel": [slack.read(message) for message in gallery.messages],
        "messages with the bot": [slack.read(message, gallery.ana) for message in slack.dms(gallery.ana)],
        "secrets kept": repr(gallery.rehearsal.bot.context.safe),
        "windows": [call.method for call in slack.calls if call.method.startswith("views.")],
    }


def memory(gallery: Elsewhere) -> dict[str, list[Any]]:
    """Every row that the bot has, by table, but for the count of its own trial writes (what `/readyz` asks)."""
    with closing(sqlite3.connect(gallery.rehearsal.folder / "showcaller.db")) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: list(db.execute(f"SELECT * FROM {name}")) for name in tables if name not in NOT_OF_THE_SHOW}
        return {**rows, "counters": [row for row in rows["counters"] if row[0] != "pulse"]}


async def rehearse(gallery: Elsewhere, provider: str, lines: tuple[Line, ...], **words: str) -> None:
    """Type all there is: whatever it comes to at this moment it leaves no trace, and of `lines` it is known what they say."""
    able = gallery.rehearsal.bot.context.provider(provider).capabilities
    words |= {"title": able.title, "stream": able.stream_word, "page": able.page_word}
    words["called"] = "title" if provider in (GJIRAFA, VIDEOGRAPH) else "name"
    for line in EVERYTHING:
        typed = f"/live {line.typed.format(**{'video': '1', **words})} dry"
        before = traces(gallery)
        answer = await gallery.type(typed)
        assert traces(gallery) == before, typed
        assert answer, typed
        assert "Something broke" not in answer, typed
        if line in lines:
            assert line.refused.get(provider, line.says).format(**words) in answer, f"{typed}\n{answer}"
            assert answer.startswith(HEAD) == (provider not in line.refused), f"{typed}\n{answer}"


# -- the moments of a show ------------------------------------------------------------------------------------------------
async def two_shows(gallery: Elsewhere) -> None:
    """One with a restream target where there are any, and one without a page where that can be."""
    await gallery.planned()
    await gallery.plan("Evensong 18:00-18:30 no page")
    if gallery.rehearsal.bot.context.only_provider.capabilities.restreams is not None:
        await gallery.type("/live restream add s1")
        await gallery.submit(title="YouTube", url="rtmp://a.rtmp.youtube.example/live2", key="abcd-efgh")


async def on_air(gallery: Elsewhere) -> None:
    """Two minutes after the start, with everything running."""
    await gallery.at("9:58:20", step=300)
    await gallery.connect()
    await gallery.at("9:59:50", step=10)
    await gallery.at("10:00:10", step=2)
    await gallery.at("10:02", step=5)


async def a_video(gallery: Elsewhere) -> str:
    """The show is over, and what became of its recording."""
    await gallery.type("/live finish now")
    await gallery.submit()
    await gallery.passes(20)
    if gallery.rehearsal.bot.context.only_provider.capabilities.switch is None:
        gallery.drop()
    await gallery.passes(600, step=20)
    videos = await gallery.rehearsal.bot.store.videos(limit=1)
    return videos[0].id if videos else "1"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_dry_run_of_anything_says_what_would_come_of_it_and_leaves_no_trace(gallery: Elsewhere, provider: str) -> None:
    await two_shows(gallery)
    await rehearse(gallery, provider, PLANNED)
    if provider in (GCORE, GJIRAFA):
        await gallery.type("/live hold s1")
        await rehearse(gallery, provider, ON_HOLD)
        await gallery.type("/live hold s1 off")
    await on_air(gallery)
    await rehearse(gallery, provider, ON_AIR)
    if provider == GCORE:
        await gallery.type("/live pause")
        await rehearse(gallery, provider, PAUSED)
    await rehearse(gallery, provider, AFTERWARDS, video=await a_video(gallery))


def test_every_command_and_every_second_word_is_among_them() -> None:
    said = {tuple(line.typed.split()[:2]) for line in EVERYTHING}
    for name, command in commands.load().commands.items():
        if name == command.name and name not in ONLY_READS:
            assert name in {first for first, *_ in said}, name
        second = (
            command.usage.split(maxsplit=1)[0].split("|") if name in ("stream", "broadcast", "record", "restream", "video") else []
        )
        for verb in set(second) - {"list", "info", "status"}:
            assert (name, verb) in said, f"{name} {verb}"


# -- what is near it ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("provider", [GCORE])
async def test_what_is_chosen_for_a_dry_run_is_not_done_either(gallery: Elsewhere) -> None:
    await gallery.administers(gallery.ana)
    await gallery.type("/live stream create Chapel One")
    await gallery.type("/live stream create Chapel Two")
    assert "fits several streams" in await gallery.type("/live stream delete chapel dry")
    before = traces(gallery)
    await gallery.press("answer:0", message=last_answer(gallery))
    assert traces(gallery) == before
    assert "1. Delete the stream" in last_words(gallery)


@pytest.mark.parametrize("provider", [GCORE])
async def test_what_would_be_refused_is_refused_in_the_same_words(gallery: Elsewhere) -> None:
    await gallery.planned()
    for typed in (
        "finish s1",
        "hold s1 off",
        "record start s7",
        "move s1 +",
        "restream on r9",
        "stream enable nave",
        "go s1 mad",
    ):
        refused = (await gallery.type(f"/live {typed}")).splitlines()[0]
        assert (await gallery.type(f"/live {typed} dry")).splitlines()[0] == refused


@pytest.mark.parametrize("provider", [GCORE])
@pytest.mark.parametrize(("typed", "step"), [("finish", "1. Broadcast finished"), ("record stop", "1. Stop the recording")])
async def test_as_a_mention_it_needs_no_button_that_opens_the_form(gallery: Elsewhere, typed: str, step: str) -> None:
    await gallery.on_air()
    before = traces(gallery)
    await gallery.slack.mention(gallery.ana, gallery.channel, f"{typed} dry")
    await gallery.settle()
    answer = last_answer(gallery)
    assert step in gallery.slack.read(answer)
    assert [block for block in answer.blocks if block["type"] == "actions"] == []
    assert {**traces(gallery), "channel": before["channel"]} == before


@pytest.mark.parametrize("provider", [GCORE])
async def test_a_form_says_what_an_empty_choice_leaves_open_and_what_it_would_refuse(gallery: Elsewhere) -> None:
    assert "What comes of it depends on what is chosen there." in await gallery.type("/live stream delete dry")
    await gallery.planned()
    assert "As it opens it would be refused: Nothing differs" in await gallery.type("/live stream edit dry")


@pytest.mark.parametrize("provider", [GCORE])
async def test_a_read_answers_as_without_it_and_in_quotes_it_is_a_word(gallery: Elsewhere) -> None:
    await gallery.planned("Blow Dry 10:00-10:20")
    assert await gallery.type("/live status s1 dry") == await gallery.type("/live status s1")
    assert "Blow Dry" in await gallery.type("/live shows dry")
    assert "No shows fit" in await gallery.type('/live shows "wet"')
    assert "Blow Dry" in await gallery.type('/live shows "dry"')
    assert "“Blow Dry”" in await gallery.type('/live stream create "Blow Dry"')


@pytest.mark.parametrize("provider", [GCORE])
async def test_who_asked_for_a_dry_run_is_all_that_is_kept(gallery: Elsewhere) -> None:
    await gallery.planned()
    before = len(memory(gallery)["operations"])
    with closing(sqlite3.connect(gallery.rehearsal.folder / "showcaller.db")) as db:
        asked = db.execute("SELECT count(*) FROM requests").fetchone()[0]
        await gallery.type("/live cancel s1 dry")
        assert db.execute("SELECT count(*) FROM requests").fetchone()[0] == asked + 1
    assert len(memory(gallery)["operations"]) == before
