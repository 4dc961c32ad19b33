"""The form in which a show is planned or changed: date, time and zone are asked separately; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.model import JSON, FinishPolicy, Show
from bot.providers.base import Capabilities
from bot.show.phone import normalise
from bot.show.times import parse_moment, parse_zone, span_words
from bot.slack.blocks import Block
from bot.slack.modals import choice as menu
from bot.slack.modals import day, form, paragraph, picker, text_input, ticks

REDRAW = "plan-provider"
"""The action of choosing another provider: the form is drawn again with what applies there."""

POLICIES = (
    ("ends by itself, announced ahead", FinishPolicy.AT_END.value),
    ("asks at its end and stays on", FinishPolicy.ASK.value),
    ("only by hand", FinishPolicy.BY_HAND.value),
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is planned. `stream` is `gcore:123` to reuse one, else empty: a new one at `provider`, named `stream_name`."""

    title: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    stream: str = ""
    stream_label: str = ""
    stream_name: str = ""
    provider: str = ""
    record: bool = True
    page: bool = True
    finish: FinishPolicy = FinishPolicy.AT_END
    pending_message: str = ""
    share_url: str = ""


def plan_form(
    wish: Wish | None, now: datetime, zone: ZoneInfo, providers: Mapping[str, Capabilities], metadata: str
) -> Mapping[str, JSON]:
    """The empty or prefilled form of a new show, with the inputs that apply at the provider that is chosen in it."""
    shown = wish or Wish("", _next_hour(now), _next_hour(now) + timedelta(hours=1), zone)
    initial = (shown.stream_label or shown.stream, shown.stream) if shown.stream else None
    blocks: list[Block] = [*_when(shown)]
    chosen = shown.stream.partition(":")[0] or shown.provider or (next(iter(providers)) if len(providers) == 1 else "")
    if len(providers) > 1:
        options = [(able.title, name) for name, able in providers.items()]
        blocks.append(menu("provider", "New stream at", options, chosen, optional=True, action=REDRAW))
    able = providers.get(chosen)
    anyway = page_anyway(able) if able and not shown.page else ""
    made = "made now and not enabled" if able and able.switch else "made now"
    blocks += [
        picker("stream", "stream", "Stream to reuse", initial, hint=f"Leave empty for a new one, {made}."),
        text_input("stream_name", "Name of a new stream", shown.stream_name, optional=True, most=200),
        *_wishes(shown, able),
        *([paragraph(f":information_source: {anyway}")] if anyway else []),
    ]
    return form("plan", "Plan a show", blocks, "Create", metadata)


def page_anyway(able: Capabilities) -> str:
    """Why a show that was planned with “no page” has one at this provider all the same; empty where it can be without."""
    if able.pages is None or not able.pages.needed:
        return ""
    return f"“no page” is not possible at {able.title}: viewers have nothing to watch without a {able.page_word}, so it gets one."


def edit_form(show: Show, able: Capabilities, metadata: str) -> Mapping[str, JSON]:
    """The form in which a show that is planned already is changed."""
    wish = Wish(
        show.title,
        show.start,
        show.end,
        ZoneInfo(show.zone),
        record=show.wants_recording,
        page=show.wants_page,
        finish=show.finish,
        pending_message=str(show.page_fields.get("pending_message") or ""),
        share_url=str(show.page_fields.get("share_url") or ""),
    )
    return form("edit-show", f"Edit {show.id}", [*_when(wish), *_wishes(wish, able)], "Save", metadata)


def _when(shown: Wish) -> list[Block]:
    said = span_words(shown.start, shown.end, shown.zone)
    hint = "Such as 19:30, 7pm or 1930. Where clocks are put back: 02:30 first, or 02:30 second."
    return [
        text_input("title", "Title", shown.title, most=150),
        paragraph(f"As it stands: *{said}*"),
        day("day", "Day of the start", shown.start, shown.zone),
        text_input("start", "Start", _typed(shown.start, shown.zone), hint=hint, most=40),
        text_input("end", "End", _typed(shown.end, shown.zone), hint="Earlier than the start means the next day.", most=40),
        text_input("zone", "Zone of these times", str(shown.zone), hint="Such as Europe/Berlin.", most=60),
    ]


def _typed(when: datetime, zone: ZoneInfo) -> str:
    """A time as a person would type it so that it means this instant: the hour that clocks repeat needs a word more."""
    local = when.astimezone(zone)
    repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    which = (" second" if local.fold else " first") if repeated else ""
    return f"{local:%H:%M}{which}"


def _wishes(shown: Wish, able: Capabilities | None) -> list[Block]:
    """What else is wished, as far as this provider has it; before one is chosen, what is wished everywhere."""
    boxes = [("Record it", "record")] if able is None or able.recording is not None else []
    if able is not None and able.pages is not None and not able.pages.needed:
        boxes.append((f"Viewers' page ({able.pages.word}) with a pending text", "page"))
    chosen = [*(["record"] if shown.record else []), *(["page"] if shown.page else [])]
    texts = (
        ("pending_message", "Text for viewers before the start", shown.pending_message),
        ("share_url", "Address that viewers share", shown.share_url),
    )
    known = {field.name for field in able.pages.fields} if able is not None and able.pages else set()
    return [
        *([ticks("wishes", "Also", boxes, chosen)] if boxes else []),
        menu("finish", "At the end it", POLICIES, shown.finish.value),
        *(text_input(name, label, value, optional=True) for name, label, value in texts if name in known),
    ]


def read_form(values: Mapping[str, JSON], now: datetime) -> tuple[Wish | None, dict[str, str]]:
    """What was filled in, or an error for each input that cannot be: nothing is guessed."""
    errors: dict[str, str] = {}
    title = normalise(str(values.get("title") or ""))
    if not title:
        errors["title"] = "Give the show a title."
    zone = _read(errors, "zone", lambda: parse_zone(str(values.get("zone") or "")))
    if zone is None:
        return None, errors
    start = _read(errors, "start", lambda: parse_moment(f"{values.get('day')} {values.get('start')}", now, zone))
    if start is None:
        return None, errors
    end = _read(errors, "end", lambda: _end(str(values.get("end") or ""), start, zone))
    if end is None or errors:
        return None, errors
    wishes = values.get("wishes") or []
    return (
        Wish(
            title,
            start,
            end,
            zone,
            stream=str(values.get("stream") or ""),
            stream_name=str(values.get("stream_name") or ""),
            provider=str(values.get("provider") or ""),
            record="record" in wishes,
            page="page" in wishes,
            finish=FinishPolicy(str(values.get("finish") or FinishPolicy.AT_END.value)),
            pending_message=str(values.get("pending_message") or ""),
            share_url=str(values.get("share_url") or ""),
        ),
        {},
    )


def _end(text: str, start: datetime, zone: ZoneInfo) -> datetime:
    """The next instant after the start at which the clock shows this: earlier than the start means the next day."""
    return parse_moment(text, start, zone, after=start)


def _read(errors: dict[str, str], name: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except UserError as wrong:
        errors[name] = str(wrong)
        return None


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
