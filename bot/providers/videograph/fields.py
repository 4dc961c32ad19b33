"""What Videograph can do, as values: its capabilities and the documented fields of its livestreams and clips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.errors import UserError
from bot.model import JSON
from bot.providers.base import Capabilities, Clips, Field, Gate, Kept, Recording, Videos

RESERVED = "showcaller"
"""What the bot's own metadata keys begin with: `showcaller` is the tag, `showcaller_stream` and `showcaller_range` are a clip's."""

KEPT_FOR = timedelta(hours=12)
"""How long a recording is kept, "about", counted from the stream's start (Videograph docs, old guide and live-recording-vod)."""

_POLICIES = ("public", "signed")
_POLICY_HELP = "With signed alone, nobody can watch by the bot's links: how its tokens are made is not documented."

STREAM_FIELDS: tuple[Field, ...] = (
    Field("title", "Title", least=1, on_create=False, help="Videograph's own plugin takes at most 50 characters."),
    Field("description", "Description", "long"),
    Field(
        "region",
        "Region",
        on_edit=False,
        help="Seen: us-east-1, us-west-1, ap-south-1. Left empty, it is that of VIDEOGRAPH_REGION. It cannot be changed later.",
    ),
    Field(
        "record",
        "Record: clips can be cut",
        "bool",
        on_edit=False,
        needed=True,
        default="yes",
        help="Without it nothing of a show is kept. It cannot be changed later.",
    ),
    Field("dvrDurationInMins", "DVR: minutes that viewers can rewind", "int", least=0),
    Field("tags", "Tags", "words"),
    Field("metadata", "Metadata", "pairs", help="Pairs of name and value."),
    Field("playback_policy", "Who may watch", "choices", choices=_POLICIES, on_edit=False, help=_POLICY_HELP),
    Field(
        "recordings_playback_policy",
        "Who may watch what is recorded",
        "choices",
        choices=_POLICIES,
        on_edit=False,
        help=_POLICY_HELP,
    ),
)
"""Videograph docs, create and update livestream: what the update page leaves out cannot be changed (inferred)."""

CLIP_FIELDS: tuple[Field, ...] = (
    Field("description", "Description", "long"),
    Field("tags", "Tags", "words"),
    Field("metadata", "Metadata", "pairs", help="Pairs of name and value."),
)
"""Videograph docs, create clip, beside `title`, `startTime` and `endTime`."""

CAPABILITIES = Capabilities(
    title="Videograph",
    gate=Gate.NONE,
    stream_word="livestream",
    stream_fields=STREAM_FIELDS,
    detection=timedelta(seconds=10),
    requests_per_second=3.0,
    recording=Recording(kept=Kept.CREATION, field="record", expires=KEPT_FOR),
    clips=Clips(needs="record", fields=CLIP_FIELDS),
    videos=Videos(renamable=False),
    instead={
        "switch": "a livestream always takes its encoder, so stop the encoder to end",
        "pages": "viewers watch the livestream itself, from the moment the encoder sends",
        "go": "let the encoder send, which is public at once",
        "pause": "send a pause picture from the encoder",
        "restreams": "let the encoder send to the other platform as well",
        "rotation": "make another stream, give the encoder its key and delete the old one",
        "dvr": "make another stream for the next show",
        "viewers": "look into the analytics of Videograph's dashboard",
        "statistics": "look into the analytics of Videograph's dashboard",
        "webhooks": "the bot looks every few seconds",
        "record-now": "a stream made with record on records whenever the encoder sends",
        "rename-video": "give a clip its title when it is cut",
    },
)
"""Detection is our own budget: how soon `Active` ends is not documented. Nor is a limit of requests: the rate is a polite guess."""


def as_sent(fields: Mapping[str, JSON], known: Iterable[Field], *, creating: bool) -> dict[str, JSON]:
    """The fields as Videograph wants them typed; a None is left out.

    Raises UserError for a field that Videograph does not document or that cannot be set in this call.
    """
    allowed = {field.name: field for field in known if (field.on_create if creating else field.on_edit)}
    for name in fields:
        if name not in allowed:
            raise UserError(f"Videograph has no field {name!r} to set here. It has: {', '.join(allowed)}.")
    return {name: _typed(allowed[name], value) for name, value in fields.items() if value is not None}


def _typed(field: Field, value: JSON) -> JSON:
    match field.kind:
        case "bool":
            return _yes_or_no(field, value)
        case "int":
            return _number(field, value)
        case "choices" | "words":
            return _words(field, value)
        case "pairs":
            return _pairs(field, value)
        case _:
            return str(value)


def _yes_or_no(field: Field, value: JSON) -> bool:
    answers = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(value, bool):
        return value
    if str(value).casefold() not in answers:
        raise UserError(f"{field.label}: {value!r} is neither yes nor no.")
    return answers[str(value).casefold()]


def _number(field: Field, value: JSON) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise UserError(f"{field.label}: {value!r} is not a number. Type digits only.") from None
    if field.least is not None and number < field.least:
        raise UserError(f"{field.label}: {number} is too small. Type {field.least} or more.")
    return number


def _words(field: Field, value: JSON) -> list[str]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise UserError(f"{field.label}: {value!r} is no list of words.")
    words = [word for item in items if (word := str(item).strip())]
    for word in words:
        if field.choices and word not in field.choices:
            raise UserError(f"{field.label}: there is no {word!r}. Choose of {', '.join(field.choices)}.")
    return words


def _pairs(field: Field, value: JSON) -> list[dict[str, str]]:
    if not isinstance(value, Mapping):
        raise UserError(f"{field.label}: {value!r} are no pairs of name and value. Type name=value, several with commas between.")
    for key in value:
        if str(key).startswith(RESERVED):
            raise UserError(f"{field.label}: names that begin with {RESERVED} are the bot's own. Choose another name.")
    return [{"key": str(key), "value": str(text)} for key, text in value.items()]
