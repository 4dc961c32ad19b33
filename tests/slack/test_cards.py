"""The card of a show in each of its states, as people read it, compared with golden files; and what no card may ever do.

The golden files are written anew with GOLDEN=write in the environment; read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import (
    CLOCK,
    Alarm,
    Clip,
    ClipState,
    Dossier,
    FinishPolicy,
    Hold,
    Operation,
    OperationState,
    PageState,
    Quality,
    RestreamTarget,
    Seen,
    Show,
    ShowState,
    StepKind,
    StepRecord,
    StepState,
    Video,
)
from bot.providers.base import Capabilities, Clips, Gate, Kept, Pages, Recording, Restreams
from bot.providers.gcore.fields import CAPABILITIES
from bot.sandbox.slack.nouns import Message as Shown
from bot.sandbox.slack.reading import render
from bot.show.cues import schedule
from bot.show.lifecycle import Phase, phase
from bot.slack import notices, prompts
from bot.slack.blockkit import problems
from bot.slack.blocks import Message
from bot.slack.cards import card_moved, show_card
from tests.operations.rundown import (
    CHURCH,
    END,
    FIGURES,
    TEN,
    a_clip,
    a_draft,
    after,
    off_air,
    on_air,
    operation,
    part,
    seen,
    service,
)

GOLDEN = Path(__file__).parent / "golden"
NAMES = {"U-ANA": "@ana", "U-TOM": "@tom"}

PICTURE = Quality(1080, 50.0, 5900.0)
PAGE: dict[str, Any] = {"page_fields": {"pending_message": "We begin at ten"}, "viewer_link": "https://player.example.org/7"}


def known(page: str = "pending", **more: Any) -> Seen:
    """What is seen of church-main: no backup, looked at ten past."""
    said = {"pages": {"7": page}, "backup": False, "quality": PICTURE, **more}
    return seen(**said)


DARK: dict[str, Any] = {"signal": False, "recording": False, "quality": None}


def scheduled(show: Show, now: datetime) -> tuple[Operation, ...]:
    draft = a_draft(show, now=now)
    schedule(draft, show, FIGURES)
    return tuple(draft.operations)


def step(op: str, seq: int, name: str, label: str, when: datetime, *, done: bool = True) -> StepRecord:
    state = StepState.DONE if done else StepState.INTENT
    kind = StepKind.WAIT if name in ("undo", "signal", "off") else StepKind.SET
    return StepRecord(op, seq, name, label, kind, state, intent_at=when, done_at=when if done else None)


class Case:
    """One moment of a show: what is known then, and the phase that its card is in."""

    def __init__(
        self,
        stage: Phase,
        show: Show,
        now: datetime,
        what_is_seen: Seen | None = None,
        *,
        cues: bool = True,
        operations: Sequence[Operation] = (),
        steps: Mapping[str, tuple[StepRecord, ...]] | None = None,
        videos: Sequence[Video] = (),
        clips: Sequence[Clip] = (),
        able: Capabilities = CAPABILITIES,
        restreams: Sequence[RestreamTarget] = (),
    ) -> None:
        if what_is_seen is not None and what_is_seen.looked_at == TEN:
            what_is_seen = replace(what_is_seen, looked_at=now)
        there = (*operations, *(scheduled(show, now) if cues else ()))
        self.stage, self.show, self.now, self.able = stage, show, now, able
        dossier = Dossier(CHURCH, what_is_seen, (show,), there, steps or {}, tuple(videos))
        self.dossier = replace(dossier, restreams=tuple(restreams), clips=tuple(clips))

    def card(self) -> Message:
        return show_card(self.dossier, self.show, self.now, FIGURES, self.able)


OPEN = service(state=ShowState.OPEN, **PAGE)
LIVE = on_air(**PAGE)
OUTAGE = Alarm("signal", after(31, seconds=5), 1)
GOING = operation("go", OperationState.RUNNING)
FINISHING = operation("finish", OperationState.WAITING, due=END + timedelta(seconds=10))
LIVE_SEEN = known("live", viewers=214, viewers_at=after(31))

YOUTUBE = RestreamTarget("r1", "s12", "gcore", "YouTube", "a.rtmp.youtube.com", "t1", "U-ANA", after(-60), remote="9101")
TWITCH = replace(YOUTUBE, id="r2", title="Twitch", host="live.twitch.tv", remote="9102")
ASKED: dict[str, Any] = {"on": True, "asked_at": TEN, "done_at": TEN, "active": True}

ENCODER_ONLY = Capabilities(
    "Elsewhere",
    Gate.NONE,
    "livestream",
    (),
    timedelta(seconds=10),
    recording=Recording(Kept.CREATION, field="record", expires=timedelta(hours=12)),
    clips=Clips(),
)
"""Nothing keeps viewers out, and what is recorded expires."""

BY_CALL = Capabilities(
    "Overthere",
    Gate.CALL,
    "channel",
    (),
    timedelta(seconds=15),
    pages=Pages(word="live video", states=frozenset({PageState.LIVE, PageState.FINISHED}), needed=True, lasting=False),
    recording=Recording(Kept.END),
)
"""A call lets viewers in, and the way it is ended keeps what was shown."""

UNGATED: dict[str, Any] = {"wants_page": False, "page": "", "viewer_link": "https://player.example.org/7"}

NO_SWITCH_SEEN = seen(since=after(-12), enabled=None, recording=None)

CASES = {
    "planned": Case(Phase.PLANNED, service(**PAGE), after(-600)),
    "planned-without-stream": Case(Phase.PLANNED, service(stream="", page="", stream_name=""), after(-600)),
    "waiting": Case(Phase.WAITING, OPEN, after(-20), known(**DARK, looked_at=after(-20, seconds=12))),
    "ready": Case(
        Phase.READY,
        OPEN,
        after(-10),
        known(since=after(-19, seconds=10), recording=False, looked_at=after(-10), heard_at=after(-19)),
    ),
    "held": Case(
        Phase.HELD,
        replace(OPEN, hold=Hold("U-TOM", after(-8), text="The bells are not ringing yet")),
        after(-5),
        known(since=after(-19), recording=False, looked_at=after(-5)),
    ),
    "late": Case(
        Phase.LATE,
        OPEN,
        after(1),
        known(since=after(-30), **DARK, looked_at=after(1)),
        operations=[operation("go", OperationState.WAITING, due=after(1, seconds=1))],
    ),
    "late-asking": Case(
        Phase.LATE,
        OPEN,
        after(4),
        known(since=after(-30), **DARK, looked_at=after(4)),
        operations=[operation("go", OperationState.ASKING)],
        steps={"go-1": (step("go-1", 0, "signal", "Steady signal", TEN, done=False),)},
    ),
    "public": Case(
        Phase.PUBLIC, service(wants_page=False, page="", state=ShowState.OPEN), after(-10), known(since=after(-12), recording=False)
    ),
    "going-live": Case(
        Phase.GOING_LIVE,
        OPEN,
        after(seconds=1),
        known(since=after(-19)),
        operations=[GOING],
        steps={
            "go-1": (
                step("go-1", 0, "signal", "Steady signal", TEN),
                step("go-1", 1, "page-live", "Broadcast to live", after(seconds=1), done=False),
            )
        },
    ),
    "ready-with-restreams": Case(Phase.READY, OPEN, after(-10), known(), restreams=[YOUTUBE, replace(TWITCH, wanted=False)]),
    "on-air-with-restreams": Case(
        Phase.ON_AIR,
        LIVE,
        after(31),
        LIVE_SEEN,
        restreams=[
            replace(YOUTUBE, live=True, reported_at=after(1), **ASKED),
            replace(TWITCH, **ASKED),
            replace(TWITCH, id="r3", title="Facebook", failed="Gcore is out.", **ASKED),
            replace(TWITCH, id="r4", title="Vimeo"),
        ],
    ),
    "on-air-restreams-not-reported": Case(
        Phase.ON_AIR,
        LIVE,
        after(31),
        LIVE_SEEN,
        able=replace(CAPABILITIES, restreams=Restreams(of="page")),
        restreams=[
            replace(YOUTUBE, **ASKED),
            replace(TWITCH, noticed_by="U-TOM", noticed_at=after(3), **ASKED),
        ],
    ),
    "paused-with-restreams": Case(
        Phase.PAUSED,
        replace(LIVE, state=ShowState.PAUSED, paused_at=after(20), paused_by="U-TOM"),
        after(22),
        known("paused"),
        restreams=[replace(YOUTUBE, live=True, reported_at=after(1), **ASKED)],
    ),
    "off-air-with-restreams": Case(
        Phase.OFF_AIR,
        off_air(off_at=END, stopped_at=after(76), **PAGE),
        after(77),
        known("finished", **DARK, enabled=False),
        cues=False,
        restreams=[
            replace(YOUTUBE, on=False, asked_at=END, done_at=END, active=False),
            replace(TWITCH, on=False, asked_at=END, done_at=END, active=True),
        ],
    ),
    "on-air": Case(Phase.ON_AIR, LIVE, after(31), LIVE_SEEN),
    "on-air-not-recording": Case(Phase.ON_AIR, LIVE, after(31), replace(LIVE_SEEN, recording=False), videos=[part("1", "pending")]),
    "on-air-one-look-failed": Case(
        Phase.ON_AIR, LIVE, after(31), replace(LIVE_SEEN, looked_at=after(30, seconds=50), blind_since=after(30, seconds=55))
    ),
    "on-air-recording-failed": Case(
        Phase.ON_AIR, replace(LIVE, recording_failed=True), after(31), replace(LIVE_SEEN, recording=False)
    ),
    "on-air-alarms-quiet": Case(Phase.ON_AIR, replace(LIVE, quiet_until=after(36)), after(31), LIVE_SEEN),
    "no-signal": Case(
        Phase.NO_SIGNAL,
        replace(LIVE, alarm=OUTAGE),
        after(33),
        known("live", since=after(31, seconds=5), **DARK, looked_at=after(33)),
        videos=[part("1", "pending")],
    ),
    "no-signal-near-the-end": Case(
        Phase.NO_SIGNAL,
        replace(LIVE, alarm=replace(OUTAGE, since=after(70), taken_by="U-TOM")),
        after(71),
        known("live", since=after(70), **DARK, looked_at=after(71)),
    ),
    "not-seen": Case(Phase.NOT_SEEN, LIVE, after(31), replace(LIVE_SEEN, looked_at=after(30), blind_since=after(30, seconds=5))),
    "on-backup": Case(
        Phase.ON_BACKUP,
        replace(LIVE, alarm=Alarm("backup", after(40, seconds=11), 1)),
        after(42),
        known("live", primary=False, backup=True, looked_at=after(42)),
    ),
    "paused": Case(
        Phase.PAUSED, replace(LIVE, state=ShowState.PAUSED, paused_at=after(20), paused_by="U-TOM"), after(22), known("paused")
    ),
    "past-its-end": Case(
        Phase.PAST_END,
        replace(LIVE, finish=FinishPolicy.ASK),
        END + timedelta(minutes=4),
        known("live"),
        cues=False,
        operations=[operation("overrun", due=END + timedelta(minutes=5), args={"mark": "", "asked": 1})],
    ),
    "past-its-end-asking": Case(
        Phase.PAST_END,
        LIVE,
        END + timedelta(minutes=20),
        known("live"),
        cues=False,
        operations=[operation("finish", OperationState.ASKING, due=END)],
    ),
    "taking-off": Case(
        Phase.TAKING_OFF,
        off_air(**PAGE),
        END + timedelta(seconds=4),
        known("finished"),
        cues=False,
        operations=[FINISHING],
        steps={
            "finish-1": (
                step("finish-1", 0, "page-finished", "Broadcast finished", END),
                step("finish-1", 1, "undo", "Time to take it back", END, done=False),
            )
        },
    ),
    "off-air": Case(
        Phase.OFF_AIR,
        off_air(off_at=END + timedelta(minutes=7), stopped_at=END + timedelta(minutes=7, seconds=21), peak_viewers=231, **PAGE),
        END + timedelta(minutes=9),
        known("finished", since=END + timedelta(minutes=7, seconds=17), enabled=False, **DARK),
        videos=[part("1", "viewable", name="secret"), part("2", "pending", after(33))],
    ),
    "off-air-still-on": Case(
        Phase.OFF_AIR, off_air(**PAGE), END + timedelta(minutes=1), known("finished", looked_at=END + timedelta(minutes=1))
    ),
    "public-elsewhere": Case(Phase.PUBLIC, service(state=ShowState.OPEN, **UNGATED), after(-10), NO_SWITCH_SEEN, able=ENCODER_ONLY),
    "on-air-elsewhere": Case(Phase.ON_AIR, on_air(**UNGATED), after(31), NO_SWITCH_SEEN, able=ENCODER_ONLY),
    "still-public": Case(
        Phase.STILL_PUBLIC, off_air(left_public=True, **UNGATED), END + timedelta(minutes=4), NO_SWITCH_SEEN, able=ENCODER_ONLY
    ),
    "off-air-elsewhere": Case(
        Phase.OFF_AIR,
        off_air(stopped_at=END + timedelta(minutes=5), **UNGATED),
        END + timedelta(minutes=6),
        replace(NO_SWITCH_SEEN, signal=False, primary=False, since={"signal": END + timedelta(minutes=5)}),
        able=ENCODER_ONLY,
    ),
    "ready-by-call": Case(Phase.READY, OPEN, after(-10), replace(NO_SWITCH_SEEN, pages={"7": "pending"}), able=BY_CALL),
    "taking-off-by-call": Case(
        Phase.TAKING_OFF,
        LIVE,
        END + timedelta(seconds=4),
        replace(NO_SWITCH_SEEN, pages={"7": "live"}),
        operations=[FINISHING],
        steps={"finish-1": (step("finish-1", 0, "undo", "Time to take it back", END, done=False),)},
        able=BY_CALL,
    ),
    "done": Case(
        Phase.DONE,
        off_air(state=ShowState.DONE, stopped_at=END + timedelta(seconds=21), peak_viewers=231, **PAGE),
        END + timedelta(minutes=20),
        known("finished", enabled=False, **DARK, looked_at=END + timedelta(minutes=2)),
        videos=[
            part("1", name="Sunday Service 22 Nov 1/2", link="https://video.example.org/1"),
            part("2", began=after(33), name="Sunday Service 22 Nov 2/2", link="https://video.example.org/2"),
        ],
    ),
    "done-with-clips": Case(
        Phase.DONE,
        off_air(state=ShowState.DONE, stopped_at=END + timedelta(seconds=21), **PAGE),
        END + timedelta(minutes=20),
        known("finished", enabled=False, **DARK, looked_at=END + timedelta(minutes=2)),
        videos=[part("1", name="Sunday Service 22 Nov", link="https://video.example.org/1")],
        clips=[
            a_clip(1, state=ClipState.PLAYABLE),
            a_clip(2, state=ClipState.PLAYABLE, start=after(8), end=after(9)),
            a_clip(3, state=ClipState.FAILED),
        ],
    ),
    "missed": Case(
        Phase.MISSED,
        OPEN,
        after(12),
        known(since=after(-19), recording=False, looked_at=after(12)),
        operations=[operation("go", OperationState.ASKING, note="Sunday Service missed its start by 12 min")],
    ),
    "cancelled": Case(Phase.CANCELLED, service(state=ShowState.CANCELLED, note="The organ is broken", **PAGE), after(-60)),
}


def read(message: Message) -> str:
    """A message as somebody in Berlin reads it."""
    shown = Shown("C-CHURCH", "1", "U-BOT", message.text, [dict(block) for block in message.blocks])
    return render(shown, names=NAMES, tz="Europe/Berlin", now=TEN.timestamp())


def controls_of(message: Message) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The buttons, and the entries of the overflow."""
    elements = [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]
    buttons = [element for element in elements if element["type"] == "button"]
    return buttons, [option for element in elements if element["type"] == "overflow" for option in element["options"]]


def text_lines(message: Message) -> list[str]:
    return [line for block in message.blocks for line in _texts(block)]


def _texts(block: Mapping[str, Any]) -> list[str]:
    if block["type"] == "section":
        return str(block["text"]["text"]).splitlines()
    return [str(element["text"]) for element in block["elements"]] if block["type"] == "context" else []


def check(message: Message) -> None:
    """What holds of every card."""
    lines = text_lines(message)
    assert len(lines) <= 7, lines
    buttons, more = controls_of(message)
    assert len(buttons) <= 3
    assert len(more) <= 5
    assert problems(message.blocks, "message") == []


# -- each state
@pytest.mark.parametrize("name", CASES)
def test_a_card_reads_as_the_golden_file_says(name: str) -> None:
    case = CASES[name]
    assert phase(case.dossier, case.show, case.now) is case.stage
    text = read(case.card()) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text)
    assert text == path.read_text()


def test_every_phase_has_a_golden_card_and_every_golden_card_a_phase() -> None:
    assert {case.stage for case in CASES.values()} == set(Phase)
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_card_has_seven_lines_three_buttons_and_five_more_at_most(name: str) -> None:
    check(CASES[name].card())


@pytest.mark.parametrize("name", CASES)
def test_a_card_shows_nothing_that_a_later_slice_will_do(name: str) -> None:
    buttons, more = controls_of(CASES[name].card())
    said = " ".join(str(control["text"]["text"]) for control in (*buttons, *more))
    for later in ("Crew", "As-run", "Export", "Copy to next week"):
        assert later not in said


@pytest.mark.parametrize("name", CASES)
def test_the_push_text_is_the_first_two_lines(name: str) -> None:
    message = CASES[name].card()
    first, second, *_ = text_lines(message)
    assert message.text.splitlines() == [first.replace("*", ""), second]


# -- what differs at the edges
@pytest.mark.parametrize("name", ["on-air", "past-its-end", "off-air"])
def test_where_no_clips_can_be_cut_nothing_offers_one(name: str) -> None:
    case = CASES[name]
    unable = show_card(case.dossier, case.show, case.now, FIGURES, replace(CAPABILITIES, clips=None))
    assert "Clip" in read(case.card())
    assert "Clip" not in read(unable)


def test_the_button_says_how_much_it_cuts() -> None:
    case = CASES["on-air"]
    card = show_card(case.dossier, case.show, case.now, replace(FIGURES, clip_last=timedelta(seconds=90)), CAPABILITIES)
    assert "[Clip last 90 s]" in read(card)


def test_the_last_ten_minutes_put_finish_first() -> None:
    buttons, _ = controls_of(CASES["no-signal-near-the-end"].card())
    assert [button["action_id"] for button in buttons] == ["finish", "pause"]


def test_without_a_page_there_is_nothing_to_pause_or_to_tell_viewers() -> None:
    bare = on_air(wants_page=False, page="")
    buttons, more = controls_of(Case(Phase.ON_AIR, bare, after(31), seen()).card())
    said = [button["action_id"] for button in buttons] + [str(option["value"]) for option in more]
    assert "finish" in said
    assert not [word for word in said if "pause" in word or "tell-viewers" in word]


def test_back_on_air_is_offered_for_a_quarter_of_an_hour() -> None:
    off = off_air(stopped_at=END)
    late = Case(Phase.OFF_AIR, off, END + timedelta(minutes=15), known("finished", enabled=False, **DARK)).card()
    assert "Back on air" not in read(late)


def test_an_older_card_says_that_there_is_a_newer_one() -> None:
    assert read(card_moved(service(), "")) == "Sunday Service (s12): its card is further down."
    assert "<https://example.org/p1|its card is further down>" in card_moved(service(), "https://example.org/p1").text


# -- evil words
EVIL = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        (
            "<!channel> <!here> <!everyone>",
            "<@U-ANA> <#C-CHURCH> <!subteam^S-CREW>",
            "<https://evil.example|click>",
            "a\nb\r\n\tc\u2028d",
            "*bold* _it_ ~s~ `code` ```block```",
            "&lt;!channel&gt;",
            "👩‍👩‍👧‍👦🇩🇪" * 400,
            "x" * 20_000,
            "<" * 9_000,
            "&" * 5_000,
        )
    ),
)
PINGS = ("<!channel", "<!here", "<!everyone", "<!subteam^S-CREW", "<https://evil", "<#C-")


def harmless(message: Message) -> None:
    assert problems(message.blocks, "message") == []
    for text in (message.text, *text_lines(message)):
        assert not [ping for ping in PINGS if ping in text], text


@settings(deadline=None)
@given(st.sampled_from(sorted(CASES)), EVIL, EVIL, EVIL)
def test_whatever_people_and_vendors_write_a_card_stays_a_card(name: str, title: str, note: str, trouble: str) -> None:
    case = CASES[name]
    held = replace(case.show.hold, text=note) if case.show.hold else None
    show = replace(case.show, title=title, note=note, stream_name=note, page_fields={"pending_message": note}, hold=held)
    what_is_seen = case.dossier.seen and replace(case.dossier.seen, trouble=trouble, name=trouble, pages={"7": note[:50] or "live"})
    videos = tuple(replace(video, name=title, status=note or "ready") for video in case.dossier.videos)
    operations = tuple(replace(op, note=note) for op in case.dossier.operations)
    targets = tuple(replace(target, title=title, failed=note) for target in case.dossier.restreams)
    dossier = replace(case.dossier, shows=(show,), seen=what_is_seen, videos=videos, operations=operations, restreams=targets)
    message = show_card(dossier, show, case.now, FIGURES, CAPABILITIES)
    harmless(message)
    assert len(text_lines(message)) <= 7
    assert len(message.text.splitlines()) == 2
    buttons, more = controls_of(message)
    assert all(len(str(option["value"])) <= 150 for option in more)
    assert len(text_lines(message)) >= 3, "the long title did not push the facts out"
    assert buttons or case.stage in (Phase.DONE, Phase.CANCELLED, Phase.OFF_AIR)


@settings(deadline=None)
@given(EVIL, EVIL, st.sampled_from(OperationState), st.sampled_from(("go", "finish", "record")))
def test_whatever_is_written_the_messages_beside_the_card_are_harmless(
    title: str, note: str, state: OperationState, verb: str
) -> None:
    show = replace(LIVE, title=title, alarm=replace(OUTAGE, kind="signal"))
    op = operation(verb, state, note=note, ended=after(1))
    steps = [replace(step("go-1", 0, "signal", note, TEN), state=StepState.FAILED, how=note)]
    other = service(id="s13", title=title, start=END - timedelta(minutes=5))
    videos = [part("1", note or "ready", name=title, link="https://video.example.org/1", error=note)]
    for message in (
        prompts.progress(op, steps, show, "Going live"),
        prompts.question(op, show),
        prompts.end_prompt(Dossier(CHURCH, None, (show, other), ()), show),
        prompts.alarm(show, 1, CAPABILITIES, TEN),
        prompts.alarm(show, 1, CAPABILITIES, END),
        prompts.recordings(show, videos),
        card_moved(show, ""),
    ):
        harmless(message)
    for post in (
        notices.on_air(show, TEN, None),
        notices.off_air(show, TEN, None),
        notices.failure(op, "Going live", TEN),
        notices.trouble(op, "x", note, note, TEN),
    ):
        assert post is not None
        harmless(Message(post.text, post.blocks))


def test_no_secret_of_a_plan_gets_onto_a_card() -> None:
    fields = {"pending_message": "Soon", "token": "hunter2", "push_url": "rtmp://in.example.org/hunter2"}
    for case in CASES.values():
        show = replace(case.show, page_fields=fields, new_stream={"token": "hunter2", "uri": "rtmp://hunter2"})
        message = show_card(replace(case.dossier, shows=(show,)), show, case.now, FIGURES, CAPABILITIES)
        assert "hunter2" not in f"{message.text}{message.blocks}"


def test_who_asked_by_the_clock_is_not_mentioned() -> None:
    assert "Asked by" not in notices.on_air(replace(LIVE, on_air_by=CLOCK), TEN, None).text
