"""What a change means for the shows on a stream, and for the channel when there is none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.model import Change, ChangeKind, Clip, ClipState, PageState, Post, Show, ShowState, Source, Video
from bot.providers.base import Gate, Pages
from bot.providers.gcore.fields import CAPABILITIES
from bot.reactions import Reactions
from bot.show.draft import Draft
from tests.operations.rundown import (
    CHURCH,
    FIGURES,
    a_clip,
    a_draft,
    after,
    off_air,
    on_air,
    operation,
    part,
    posts,
    seen,
    service,
    texts,
    views,
    written,
)


class Vendor:
    """As much of a provider as the rules look at."""

    capabilities = CAPABILITIES


REACTIONS = Reactions(FIGURES, {"gcore": cast("Any", Vendor())}, default_channels={"gcore": "C-GCORE"}, ring=("U-TOM",))
OPEN = service(state=ShowState.OPEN)


def change(kind: ChangeKind, value: bool | str, seconds: float = 0, source: Source = Source.LOOK, **more: Any) -> Change:
    said: dict[str, Any] = {"before": None, "page": "7" if kind is ChangeKind.PAGE else "", **more}
    return Change(kind, CHURCH, after(seconds=seconds), source, value, **said)


def reacted(show: Show | None, *found: Change, source: Source | None = Source.WEBHOOK, **known: Any) -> Draft:
    draft = a_draft(*([show] if show else []), now=after(seconds=5), **known)
    REACTIONS.react(draft, found, source)
    return draft


def to_channel(draft: Draft, channel: str) -> list[Post]:
    return [post for post in posts(draft) if post.channel == channel and not post.thread]


# -- pages
def test_a_page_that_goes_live_puts_the_show_on_air_and_nobody_starts_anything_on_a_webhook() -> None:
    draft = reacted(OPEN, change(ChangeKind.PAGE, PageState.LIVE, 2, Source.WEBHOOK), seen=seen(recording=False))
    assert draft.show("s12").state is ShowState.LIVE
    assert written(draft, "record") == []
    assert "told by webhook 10:00:02" in texts(draft)


def test_the_same_news_by_our_own_look_may_start_the_recording() -> None:
    draft = reacted(OPEN, change(ChangeKind.PAGE, PageState.LIVE, 2), source=Source.LOOK, seen=seen(recording=False))
    assert len(written(draft, "record")) == 1


def test_what_was_only_reported_says_so() -> None:
    unconfirmed = change(ChangeKind.PAGE, PageState.FINISHED, 2, Source.WEBHOOK, confirmed=False)
    draft = reacted(on_air(), unconfirmed, source=None)
    assert draft.show("s12").state is ShowState.LIVE  # a webhook is unsigned: nobody is sent home on its word
    assert "reported by webhook, not confirmed by a look of ours" in texts(draft)


@pytest.mark.parametrize("value", ["live", "paused", "finished"])
def test_a_page_of_somebody_else_changes_no_show(value: str) -> None:
    draft = reacted(OPEN, change(ChangeKind.PAGE, value, page="8"))
    assert draft.show("s12") == OPEN
    assert posts(draft) == []


def test_a_page_that_is_gone_drops_out_and_the_show_goes_on() -> None:
    draft = reacted(on_air(), change(ChangeKind.PAGE, "gone"))
    assert not draft.show("s12").wants_page
    assert draft.show("s12").state is ShowState.LIVE


def reacted_without_a_gate(show: Show, value: str) -> Draft:
    able = replace(CAPABILITIES, gate=Gate.NONE, pages=Pages(word="streaming", states=frozenset()))
    vendor = cast("Any", SimpleNamespace(capabilities=able))
    draft = a_draft(show, now=after(seconds=5))
    Reactions(FIGURES, {"gcore": vendor}, default_channels={}).react(draft, (change(ChangeKind.PAGE, value),), Source.WEBHOOK)
    return draft


@pytest.mark.parametrize("value", ["pending", "live", "finished", "gone", "Interrupted"])
def test_a_page_that_keeps_nobody_out_moves_no_show(value: str) -> None:
    for show in (replace(OPEN, page_gates=False), replace(on_air(), page_gates=False)):
        draft = reacted_without_a_gate(show, value)
        assert draft.show("s12") == show


@pytest.mark.parametrize(("value", "words"), [("finished", "is over at"), ("gone", "is not there any more at")])
def test_its_end_while_the_show_goes_on_is_told_with_what_to_do(value: str, words: str) -> None:
    draft = reacted_without_a_gate(replace(on_air(), page_gates=False), value)
    assert f"The streaming of *Sunday Service* (s12) {words} Gcore" in texts(draft)
    assert "Make another streaming" in texts(draft)
    assert posts(reacted_without_a_gate(replace(off_air(), page_gates=False), value)) == []


# -- streams
def test_a_signal_is_a_line_in_the_thread_and_the_channel_stays_quiet() -> None:
    draft = reacted(OPEN, change(ChangeKind.SIGNAL, True))
    assert "*Started*: the encoder's signal is there (seen by our look 10:00:00)." in texts(draft)
    assert to_channel(draft, "C-CHURCH") == []
    assert to_channel(draft, "C-GCORE") == []


def test_a_stream_without_a_show_tells_the_providers_own_channel() -> None:
    draft = reacted(None, change(ChangeKind.SIGNAL, True), seen=seen())
    (said,) = to_channel(draft, "C-GCORE")
    assert said.text.startswith("church-main: ")


def test_a_show_far_ahead_does_not_claim_todays_test_signal() -> None:
    draft = reacted(service(start=after(300), end=after(360)), change(ChangeKind.SIGNAL, True), seen=seen())
    assert len(to_channel(draft, "C-GCORE")) == 1


def test_the_signal_that_returns_gives_a_failed_recording_another_chance() -> None:
    failed = on_air(recording_failed=True)
    returned = change(ChangeKind.SIGNAL, True)
    draft = reacted(failed, returned, source=Source.LOOK, seen=seen(recording=False))
    assert not draft.show("s12").recording_failed
    assert len(written(draft, "record")) == 1


# -- videos
def told_of(video: Video, before: Video | None, *shows: Show) -> Draft:
    draft = a_draft(*shows, now=after(120))
    REACTIONS.react_to_video(draft, before, video)
    return draft


def test_a_recording_is_told_once_per_state_and_never_backwards() -> None:
    show = off_air()
    viewable = told_of(part("1", "viewable"), part("1", "pending"), show)
    assert "can be watched" in texts(viewable)
    assert posts(told_of(part("1", "viewable"), part("1", "viewable"), show)) == []
    assert posts(told_of(part("1", "pending"), part("1", "ready"), show)) == [], "a webhook overtaken on its way"


def test_a_recording_belongs_to_the_show_during_which_it_began() -> None:
    early, late = on_air(), service(id="s13", start=after(600), end=after(660))
    draft = told_of(part("1", "pending", after(1), show=""), None, early, late)
    assert draft.decision(None).videos[0].show == "s12"


def test_a_video_whose_stream_is_told_only_now_is_not_told_before_it_is_known_whose_that_is() -> None:
    before = Video("gcore", "1", status="pending")
    video = replace(part("1", "ready", show=""), name="Of a private show")
    draft = a_draft(now=after(120))
    REACTIONS.react_to_video(draft, before, video)
    assert posts(draft) == []
    assert draft.decision(None).videos[0].name == "Of a private show"
    nameless = a_draft(now=after(120))
    REACTIONS.react_to_video(nameless, video, replace(video, name="", stream="", status="deleted"))
    assert nameless.decision(None).videos[0].name == "Of a private show", "what is known stays"


def test_ready_parts_of_a_finished_show_make_the_recordings_message() -> None:
    draft = told_of(part("1", "ready"), part("1", "viewable"), off_air(stopped_at=after(76)))
    assert views(draft) == ["recordings"]


def test_an_operation_of_the_clock_is_consumed_by_what_somebody_did_in_the_portal() -> None:
    there = [operation("go"), operation("open")]
    draft = reacted(OPEN, change(ChangeKind.PAGE, PageState.LIVE, -30), operations=there)
    assert {op.verb for op in draft.operations} == {"finish", "end_warning"}


# -- clips
def video_of(clip: Clip, **more: Any) -> Video:
    """What the vendor makes of a clip."""
    length = clip.length.total_seconds()
    said: dict[str, Any] = {"status": "viewable", "began": clip.start, "show": "", "duration": length}
    return part("901", **{**said, **more})


def reacted_to(video: Video, *clips: Clip, before: Video | None = None, show: Show | None = None) -> Draft:
    draft = a_draft(show or on_air(), now=after(5), clips=clips, videos=[before] if before else [])
    REACTIONS.react_to_video(draft, before, video)
    return draft


def kept(draft: Draft) -> Video:
    (video,) = draft.decision(None).videos
    return video


@pytest.mark.parametrize("state", list(ClipState))
def test_the_video_of_a_clip_is_no_part_of_the_recording(state: ClipState) -> None:
    draft = reacted_to(video_of(a_clip()), a_clip(state=state, video="901"))
    assert kept(draft).show == ""
    assert posts(draft) == []


def test_a_video_that_comes_before_the_answer_about_its_clip_is_known_by_its_range() -> None:
    draft = reacted_to(video_of(a_clip(), duration=60.8), a_clip(state=ClipState.ASKED))
    assert kept(draft).show == ""
    assert posts(draft) == []


def test_one_of_which_nothing_is_told_waits_while_a_clip_is_being_made() -> None:
    nothing = video_of(a_clip(), duration=None, started_at=None)
    assert kept(reacted_to(nothing, a_clip(state=ClipState.ASKED))).show == ""
    assert kept(reacted_to(nothing, a_clip(state=ClipState.PLAYABLE, video="77"))).show == "s12"


def test_a_part_of_the_recording_stays_one_beside_a_clip() -> None:
    whole = part("902", "viewable", after(-1), show="", duration=1800.0)
    draft = reacted_to(whole, a_clip(state=ClipState.ASKED), a_clip(2, state=ClipState.PLAYABLE, video="901"))
    assert kept(draft).show == "s12"
    assert "Recording “902” can be watched" in texts(draft)


def test_one_taken_for_a_part_before_its_clip_was_known_is_taken_back() -> None:
    before = video_of(a_clip(), show="s12", status="pending")
    assert kept(reacted_to(video_of(a_clip(), show="s12"), a_clip(state=ClipState.PLAYABLE, video="901"), before=before)).show == ""


def test_a_ready_video_takes_the_place_of_the_clips_link_and_gets_its_title() -> None:
    ready = video_of(a_clip(), status="ready", link="https://video/901")
    draft = reacted_to(ready, a_clip(state=ClipState.PLAYABLE, video="901", link="https://clip/x"))
    (clip,) = draft.decision(None).clips
    assert clip.link == "https://video/901"
    (naming,) = written(draft, "rename_video")
    assert naming.args == {"video": "901", "name": "Goal"}
    again = reacted_to(ready, clip, before=ready, show=draft.show("s12"))
    assert written(again, "rename_video") == []
    assert again.decision(None).clips == ()
