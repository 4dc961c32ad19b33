"""What Gcore can do, as values: its capabilities and the documented fields of its streams and broadcasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.errors import UserError
from bot.model import JSON
from bot.providers.base import Capabilities, Clips, Field, Gate, Pages, Recording, Restreams, Rotation, Switch, Videos

STREAM_FIELDS: tuple[Field, ...] = (
    Field("name", "Name", least=1, on_create=False),
    Field(
        "transcoding_region",
        "Transcoding region",
        help="For instance ix1 or dt1. Tutorial only; Gcore may ignore it.",
        moves_ingest=True,
    ),
    Field("pull", "Gcore fetches the stream (PULL)", "bool"),
    Field("uri", "Source addresses for PULL", "secret", help="Several, separated by spaces, are tried in turn."),
    Field("auto_record", "Record as soon as there is signal", "bool"),
    Field("record_type", "What is recorded", "choice", ("origin", "transcoded"), help="One of the two is a paid extra."),
    Field("dvr_enabled", "DVR: viewers can rewind, clips can be cut", "bool"),
    Field("dvr_duration", "DVR length in seconds", "int", least=30, most=14400, help="More than 3600 may need Gcore's support."),
    Field("projection", "Projection of the player", "choice", ("regular", "vr360", "vr180", "vr360tb")),
    Field("srt_passphrase", "SRT passphrase", "secret", least=10, most=80, help="Printable ASCII without spaces."),
    Field("broadcast_ids", "Broadcasts", "ids"),
    Field("quality_set_id", "Quality set", "int", least=1),
    Field("cdn_id", "CDN resource", "int", least=1),
    Field("client_user_id", "Your user id", "int", help="A free number of yours."),
    Field("html_overlay", "HTML overlays", "bool", help="Must be enabled for the account."),
    Field("hls_mpegts_endlist_tag", "ENDLIST tag at the end of HLS MPEG-TS", "bool"),
    Field("webrtc", "WebRTC (old accounts)", "bool"),
)
"""Gcore OpenAPI, create and update stream; `transcoding_region` and `webrtc` are the tutorial's. Not here: `active`, which is
the switch, and `client_entity_data`, in which the bot keeps its tag."""

PAGE_FIELDS: tuple[Field, ...] = (
    Field("name", "Name", least=1, on_create=False),
    Field("pending_message", "Text while viewers wait", "long"),
    Field("share_url", "Share address"),
    Field("custom_iframe_url", "Address of your own player page"),
    Field("poster", "Poster image address"),
    Field("player_id", "Player", "int", least=1),
    Field("ad_id", "Advertisement", "int", least=1),
    Field("show_dvr_after_finish", "Leave the DVR open after the finish", "bool"),
)
"""Gcore OpenAPI, broadcasts."""

RESTREAM_FIELDS: tuple[Field, ...] = (
    Field("no_audio", "Without sound", "bool"),
    Field("no_audio_mode", "Without sound means", "choice", ("drop", "silence"), help="YouTube needs silence."),
    Field("source", "What is sent on", "choice", ("original", "transcoded"), help="Transcoded has the overlays."),
)
"""Gcore OpenAPI, restreams. Not here: name, address, stream and `active`, which every target has, and `client_user_id`, in which
the bot keeps its tag."""

CLIP_FIELDS: tuple[Field, ...] = (
    Field("expiration", "When its links end, in seconds since 1970", "int", help="From a minute to four hours after its end."),
)
"""Gcore OpenAPI, clips. Not here: `start` and `duration`, which every clip has, and `vod_required`: a clip is always kept."""

CAPABILITIES = Capabilities(
    title="Gcore",
    gate=Gate.PAGE,
    stream_word="stream",
    stream_fields=STREAM_FIELDS,
    detection=timedelta(seconds=10),
    fail_back=timedelta(seconds=60),
    requests_per_second=3.0,
    fetched="pull",
    switch=Switch(quota="the account's limit of active streams"),
    pages=Pages(PAGE_FIELDS),
    recording=Recording(roll_delay=timedelta(seconds=10), shortest=timedelta(seconds=10), cut=timedelta(hours=4)),
    clips=Clips(longest=timedelta(hours=4), needs="dvr_enabled", fields=CLIP_FIELDS),
    restreams=Restreams(of="stream", switchable=True, reports=True, fields=RESTREAM_FIELDS),
    videos=Videos(download="/download"),
    rotation=Rotation(drops=True),
    dvr=True,
    viewers=True,
    statistics=True,
    webhooks=True,
)
"""Detection: 3 s without data are a disconnection (Gcore docs), plus our debounce. A primary counts again once it was
stable for 60 s (docs). Recording shows after 3-7 s (Gcore OpenAPI) or
5-10 s (docs), a fragment must be 10 s long, and recordings are cut every 4 h (docs). A clip is no longer than
the DVR, which has up to 4 h (Gcore OpenAPI). The rate is a polite guess below a third party's "about 4/s"."""


def secrets_in(fields: Mapping[str, JSON]) -> list[str]:
    """The typed values that must not come back in a sentence."""
    secret = {field.name for field in (*STREAM_FIELDS, *PAGE_FIELDS) if field.kind == "secret"}
    return [str(value) for name, value in fields.items() if name in secret and value]


def as_sent(fields: Mapping[str, JSON], known: Iterable[Field], *, creating: bool) -> dict[str, JSON]:
    """The fields as Gcore wants them typed. A None is left out; only on edit does it clear an SRT passphrase (Gcore OpenAPI).

    Raises UserError for a field that Gcore does not document or that cannot be set in this call.
    """
    allowed = {field.name: field for field in known if (field.on_create if creating else field.on_edit)}
    sent: dict[str, JSON] = {}
    for name, value in fields.items():
        if name not in allowed:
            raise UserError(f"Gcore has no field {name!r} to set here. It has: {', '.join(allowed)}.")
        if value is not None:
            sent[name] = _typed(allowed[name], value)
        elif name == "srt_passphrase" and not creating:
            sent[name] = None
    return sent


def _typed(field: Field, value: JSON) -> JSON:
    """Numbers as numbers: a real boolean or integer is what Gcore checks for, and a form may hand over text."""
    try:
        if field.kind == "int":
            return int(value)
        if field.kind == "ids":
            items = value.replace(",", " ").split() if isinstance(value, str) else value
            return [int(item) for item in items]
    except (TypeError, ValueError):
        raise UserError(f"{field.label}: {value!r} is not a number. Type digits only.") from None
    return value
