"""What Gjirafa can do, as values: its capabilities and the documented fields of its channels and live videos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from bot.errors import UserError
from bot.model import JSON, PageState
from bot.providers.base import Capabilities, Field, Gate, Kept, Pages, Recording, Restreams

STREAM_FIELDS: tuple[Field, ...] = (
    Field("Title", "Title", least=1, on_create=False),
    Field("Type", "Type", "int", needed=True, default="1", on_edit=False, help="1 is Standard; no page lists others."),
    Field("LatencyType", "Latency", "int", needed=True, default="1", on_edit=False, help="1 is Normal; no page lists others."),
    Field(
        "InputType",
        "Input",
        "int",
        needed=True,
        default="1",
        on_edit=False,
        help="A number for RtmpPush or RtmpPull. No page lists them; 1 is taken for RtmpPush.",
    ),
    Field("FilePath", "Source address for RtmpPull", "secret", on_edit=False, help="Gjirafa fetches the picture from there."),
)
"""Gjirafa docs, channels. `Type` 1 and `LatencyType` 1 are documented, `InputType` 1 is inferred. Not here: `Logo`, a file."""

PAGE_FIELDS: tuple[Field, ...] = (
    Field("title", "Title", least=1, on_create=False),
    Field("description", "Description", "long"),
    Field(
        "dvrEnabled",
        "DVR: viewers can rewind, and a recording can be kept",
        "bool",
        default="true",
        on_edit=False,
        help="Without it nothing of the show can be kept.",
    ),
    Field("rewindTypeId", "Kind of rewinding", "int", on_edit=False, help="A number of Gjirafa's; no page lists them."),
    Field("rewindDuration", "How far viewers can rewind, in seconds", "int", least=1, on_edit=False),
    Field("author", "Author"),
    Field("publishDate", "Visible from", help="As 2026-03-01T10:00, in UTC unless it ends in an offset such as +01:00."),
    Field("publishEndDate", "Visible until", help="As 2026-03-01T12:00, in UTC unless it ends in an offset."),
)
"""Gjirafa docs, live videos: create (version 1) and update (version 2). `channelId` is the channel that the page is bound to."""

DATES = frozenset({"publishDate", "publishEndDate"})

CAPABILITIES = Capabilities(
    title="Gjirafa",
    gate=Gate.CALL,
    tagged=False,
    stream_word="channel",
    stream_fields=STREAM_FIELDS,
    detection=timedelta(seconds=15),
    requests_per_second=3.0,
    pages=Pages(
        PAGE_FIELDS,
        word="live video",
        states=frozenset({PageState.LIVE, PageState.FINISHED}),
        deletable=False,
        needed=True,
        lasting=False,
    ),
    recording=Recording(kept=Kept.END),
    restreams=Restreams(of="page", switchable=True),
    webhooks=True,
    instead={
        "switch": "a channel always takes its encoder; viewers see nothing of it before the live video goes live",
        "clips": "cut them in Gjirafa's dashboard, while the show runs or out of its recording",
        "videos": "find them in Gjirafa's dashboard; here the video of a show is told when it is kept and when it can be watched",
        "rename-video": "rename it in Gjirafa's dashboard",
        "delete-video": "delete it in Gjirafa's dashboard",
        "rotation": "make a new channel, and delete the old one",
        "dvr": "every show has a live video of its own, with nothing before it to rewind to",
        "viewers": "look into the analytics of Gjirafa's dashboard",
        "statistics": "look into the analytics of Gjirafa's dashboard",
        "pause": "hold the show before it goes live, or let the encoder send a pause picture",
        "delete-page": "delete it in Gjirafa's dashboard",
        "record-now": "whether a show is kept is decided by the way in which it is ended",
    },
)
"""Detection is inferred: no page says how soon a lost signal shows. No rate limit is documented; this is a polite one."""


def secrets_in(fields: Mapping[str, JSON]) -> list[str]:
    """The typed values that must not come back in a sentence."""
    secret = {field.name for field in (*STREAM_FIELDS, *PAGE_FIELDS) if field.kind == "secret"}
    return [str(value) for name, value in fields.items() if name in secret and value]


def as_sent(fields: Mapping[str, JSON], known: Iterable[Field], *, creating: bool) -> dict[str, JSON]:
    """The fields as Gjirafa wants them typed; a None is left out.

    An empty date clears it. Raises UserError for a field that Gjirafa does not document or that cannot be set in this call, and
    for what it cannot hold.
    """
    allowed = {field.name: field for field in known if (field.on_create if creating else field.on_edit)}
    for name in fields:
        if name not in allowed:
            raise UserError(f"Gjirafa has no field {name!r} to set here. It has: {', '.join(allowed)}.")
    typed = {name: _typed(allowed[name], value) for name, value in fields.items() if value is not None}
    return {name: value for name, value in typed.items() if value is not None or not creating}


def as_form(sent: Mapping[str, JSON]) -> dict[str, str]:
    """The same as the parts of a form."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in sent.items()}


def utc(instant: datetime) -> str:
    """An instant as Gjirafa writes them, with the Z that its own often lack."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _typed(field: Field, value: JSON) -> JSON:
    if field.kind == "int":
        return _number(field, value)
    if field.kind == "bool" and not isinstance(value, bool):
        if str(value).strip().lower() not in ("true", "false"):
            raise UserError(f"{field.label}: {value!r} is neither yes nor no. Type true or false.")
        return str(value).strip().lower() == "true"
    if field.name in DATES:
        return _date(field, value) if value else None
    if field.least and not str(value).strip():
        raise UserError(f"{field.label} cannot be empty. Type something.")
    return value


def _number(field: Field, value: JSON) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise UserError(f"{field.label}: {value!r} is not a number. Type digits only.") from None
    if field.least is not None and number < field.least:
        raise UserError(f"{field.label}: {number} is too small. It must be at least {field.least}.")
    return number


def _date(field: Field, value: JSON) -> str:
    try:
        instant = datetime.fromisoformat(str(value).strip())
        return utc(instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant)
    except (ValueError, OverflowError):
        raise UserError(f"{field.label}: {value!r} is not a date and time. Type it as 2026-03-01T10:00.") from None
