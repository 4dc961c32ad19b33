"""What AIOZ Stream can do, as values: its capabilities, and the documented fields of its live stream keys and streamings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.errors import UserError
from bot.model import JSON
from bot.providers.base import Capabilities, Field, Gate, Kept, Pages, Recording, Restreams, Videos

DETECTION = timedelta(seconds=45)
"""Statistics are refreshed every 5 to 30 s (AIOZ docs, livestream-statistic): one refresh missed, and some air."""

STREAM_FIELDS: tuple[Field, ...] = (
    Field("name", "Name", least=1, on_create=False),
    Field("save", "Keep what is streamed without a streaming of its own", "bool"),
    Field("type", "Video or audio", "choice", ("video", "audio"), on_edit=False, help="AIOZ takes video if nothing is said."),
)
"""AIOZ SDK of 2026-03. `type` of the update is declared as a boolean there, an error: it is not sent."""

PAGE_FIELDS: tuple[Field, ...] = (
    Field("title", "Title", least=1, on_create=False),
    Field("save", "Keep the show as a video", "bool", default="yes", help="AIOZ keeps nothing unless it is asked to."),
    Field(
        "qualities",
        "Qualities",
        "choices",
        ("144p", "240p", "360p", "480p", "720p", "1080p", "1440p", "2160p"),
        help="AIOZ takes 1080p, 720p and 360p if nothing is said.",
    ),
    Field(
        "qualities_as",
        "How qualities are written",
        "choice",
        ("texts", "objects"),
        help="AIOZ's pages disagree: try the other if it refuses one. The fields below need objects.",
    ),
    Field("type", "Packaging", "choice", ("hls", "dash")),
    Field("container_type", "Container", "choice", ("mpegts", "mp4", "fmp4"), help="mpegts or mp4 for hls, fmp4 for dash."),
    Field("video_config", "Video of each quality", "pairs", help="codec=, bitrate=, index="),
    Field("audio_config", "Audio of each quality", "pairs", help="codec=, bitrate=, channels=, sample_rate=, language=, index="),
)
"""AIOZ docs, streamings; texts in the older pages, objects in the newer ones and in the SDK. `qualities_as` is ours."""

CAPABILITIES = Capabilities(
    title="AIOZ Stream",
    gate=Gate.NONE,
    tagged=False,
    stream_word="live stream key",
    stream_fields=STREAM_FIELDS,
    detection=DETECTION,
    requests_per_second=3.0,
    look_every=timedelta(seconds=10),
    tells_signal=False,
    pages=Pages(PAGE_FIELDS, word="streaming", states=frozenset(), deletable=True, needed=True, one_at_a_time=True, lasting=False),
    recording=Recording(kept=Kept.CREATION, field="save", on_page=True),
    restreams=Restreams(of="stream", switchable=False, reports=False),
    videos=Videos(),
    viewers=True,
    statistics=True,
    webhooks=True,
    instead={
        "switch": "nothing is shown while no encoder pushes, so stop the encoder",
        "clips": "with `save` the whole show becomes a video, to be cut afterwards",
        "rotation": "make another live stream key and delete this one",
        "dvr": "every streaming begins with nothing to rewind to",
        "go": "viewers see the encoder's picture as soon as it arrives",
        "pause": "send a pause picture from the encoder",
        "record-now": "whether a show is kept is said by `save` when its streaming is made",
        "switch-restream": "remove the target, and add it again when it is wanted",
    },
)
"""The rate: 200 writes and 500 reads a minute are allowed (AIOZ docs, limit); 3 a second keeps below both. A look is two requests,
and what it looks at is refreshed every 5 s at best."""

_CONTAINERS = {"hls": ("mpegts", "mp4"), "dash": ("fmp4",)}
"""Which container goes with which packaging; the first is taken where nothing is said (AIOZ docs, live streaming for LLMs)."""

_CONFIGS = {
    "video_config": ("codec", "bitrate", "index"),
    "audio_config": ("codec", "bitrate", "channels", "sample_rate", "language", "index"),
}
_NUMBERS = {"bitrate", "index", "channels", "sample_rate"}
_DETAILS = ("type", "container_type", *_CONFIGS)
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def as_sent(fields: Mapping[str, JSON], known: Iterable[Field], *, creating: bool) -> dict[str, JSON]:
    """The fields as AIOZ wants them typed; one that is None or empty is left out.

    Raises UserError for a field that AIOZ does not document, that cannot be set in this call, or whose value does not fit.
    """
    allowed = {field.name: field for field in known if (field.on_create if creating else field.on_edit)}
    sent: dict[str, JSON] = {}
    for name, value in fields.items():
        if name not in allowed:
            raise UserError(f"AIOZ Stream has no field {name!r} to set here. It has: {', '.join(allowed)}.")
        if value not in (None, "", [], {}):
            sent[name] = _typed(allowed[name], value)
    return sent


def page_as_sent(fields: Mapping[str, JSON], *, creating: bool) -> dict[str, JSON]:
    """The fields of a streaming, with its qualities as texts or as objects. Raises UserError as `as_sent` does."""
    typed = as_sent(fields, PAGE_FIELDS, creating=creating)
    written = typed.pop("qualities_as", "")
    details = {name: typed.pop(name) for name in _DETAILS if name in typed}
    qualities = typed.pop("qualities", [])
    if details and not qualities:
        raise UserError(f"{', '.join(details)} belong to qualities: choose the qualities, too.")
    if details and written == "texts":
        raise UserError(f"Qualities written as texts have no {', '.join(details)}: write them as objects.")
    if qualities:
        as_objects = details or written == "objects"
        typed["qualities"] = [_quality(name, details) for name in qualities] if as_objects else qualities
    return typed


def _quality(resolution: str, details: Mapping[str, JSON]) -> dict[str, JSON]:
    container = details.get("container_type", "")
    packaging = details.get("type") or ("dash" if container == "fmp4" else "hls")
    container = container or _CONTAINERS[packaging][0]
    if container not in _CONTAINERS[packaging]:
        fitting = " or ".join(_CONTAINERS[packaging])
        raise UserError(f"{packaging} has no container {container}: choose {fitting}.")
    configs = {name: details[name] for name in _CONFIGS if name in details}
    return {"resolution": resolution, "type": packaging, "container_type": container, **configs}


def _typed(field: Field, value: JSON) -> JSON:
    """A form or a typed word hands over text; AIOZ wants booleans, lists and numbers as such."""
    match field.kind:
        case "bool":
            known = value if isinstance(value, bool) else _BOOLEANS.get(str(value).casefold())
            if known is None:
                raise UserError(f"{field.label}: {value!r} is neither yes nor no.")
            return known
        case "choice":
            return _one_of(field, str(value))
        case "choices":
            words = value.replace(",", " ").split() if isinstance(value, str) else value
            return [_one_of(field, str(word)) for word in words]
        case "pairs":
            return _config(field, value)
        case _:
            return str(value)


def _one_of(field: Field, word: str) -> str:
    if word not in field.choices:
        raise UserError(f"{field.label}: {word!r} is not one of {', '.join(field.choices)}.")
    return word


def _config(field: Field, value: JSON) -> dict[str, JSON]:
    words = value.replace(",", " ").split() if isinstance(value, str) else [f"{key}={word}" for key, word in value.items()]
    found: dict[str, JSON] = {}
    for key, _, word in (word.partition("=") for word in words):
        if key not in _CONFIGS[field.name]:
            raise UserError(f"{field.label} has no {key!r}. It has: {', '.join(_CONFIGS[field.name])}.")
        if key in _NUMBERS and not (word.isascii() and word.isdigit() and len(word) < 12):
            raise UserError(f"{field.label}: {key}={word} is not a number. Type digits only.")
        found[key] = int(word) if key in _NUMBERS else word
    return found
