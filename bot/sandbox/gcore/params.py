"""What clients may send: the fields the simulated vendor reads from request bodies, with its validation messages."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, Literal, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.sandbox.gcore.refusals import Refusal, invalid

_WORDS = {"bool_type": "must be a boolean", "literal_error": "is not included in the list", "int_type": "must be an integer"}


class Params(BaseModel):
    """Fields of one request. Unknown ones are ignored, as Rails' permitted parameters are; types are strict."""

    model_config = ConfigDict(strict=True, extra="ignore")
    NULLABLE: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        """Validate; raises a 422 `Refusal` that names the first wrong field."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise invalid(str(first["loc"][0]), _WORDS.get(first["type"], first["msg"])) from None

    def changes(self) -> dict[str, Any]:
        """What was sent. A null is a value only for nullable fields and else says nothing."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in sent.items() if value is not None or name in self.NULLABLE}


class StreamParams(Params):
    """Create and update of a stream (Gcore OpenAPI; `transcoding_region` and `webrtc` are the tutorial's)."""

    NULLABLE = frozenset(
        {"uri", "cdn_id", "quality_set_id", "client_user_id", "client_entity_data", "srt_passphrase", "transcoding_region"}
    )
    name: str | None = None
    active: bool | None = None
    pull: bool | None = None
    uri: str | None = None
    auto_record: bool | None = None
    record_type: Literal["origin", "transcoded"] | None = None
    dvr_enabled: bool | None = None
    dvr_duration: Annotated[int, Field(ge=30, le=14400)] | None = None
    hls_mpegts_endlist_tag: bool | None = None
    html_overlay: bool | None = None
    quality_set_id: int | None = None
    cdn_id: int | None = None
    broadcast_ids: list[int] | None = None
    client_user_id: int | None = None
    client_entity_data: Annotated[str, Field(max_length=4096)] | None = None
    projection: Literal["regular", "vr360", "vr180", "vr360tb"] | None = None
    srt_passphrase: Annotated[str, Field(pattern=r"^[!-~]{10,80}$")] | None = None
    transcoding_region: str | None = None
    webrtc: bool | None = None


class BroadcastParams(Params):
    """Create and update of a broadcast (Gcore OpenAPI; a null `ad_id` is what the tutorial sends)."""

    NULLABLE = frozenset({"player_id", "ad_id", "share_url", "custom_iframe_url", "pending_message", "poster"})
    name: str | None = None
    status: Literal["pending", "live", "paused", "finished"] | None = None
    stream_ids: list[int] | None = None
    player_id: int | None = None
    ad_id: int | None = None
    share_url: str | None = None
    custom_iframe_url: str | None = None
    pending_message: str | None = None
    show_dvr_after_finish: bool | None = None
    poster: str | None = None

    @field_validator("status", mode="before")
    @classmethod
    def _blank_is_nothing(cls, status: object) -> object:
        return None if status == "" else status


class RestreamParams(Params):
    """Create and update of a restream (Gcore OpenAPI). `live` is a status and cannot be set."""

    NULLABLE = frozenset({"name", "client_user_id"})
    name: str | None = None
    uri: str | None = None
    stream_id: int | None = None
    active: bool | None = None
    client_user_id: int | None = None
    no_audio: bool | None = None
    no_audio_mode: Literal["drop", "silence"] | None = None
    source: Literal["original", "transcoded"] | None = None


class VideoParams(Params):
    """Create and update of a video: the fields the simulator keeps (Gcore OpenAPI)."""

    NULLABLE = frozenset({"description", "directory_id", "client_user_id"})
    name: str | None = None
    description: str | None = None
    directory_id: int | None = None
    client_user_id: int | None = None
    origin_url: str | None = None


class ClipParams(Params):
    """A clip; times in seconds, `start` and `expiration` since 1970 (Gcore OpenAPI)."""

    duration: int | None = None
    start: int | None = None
    expiration: int | None = None
    vod_required: bool | None = None


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; raises a 400 `Refusal` for anything else."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise Refusal(400, "Bad Request") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Bad Request")
    return body


def unwrap(body: dict[str, Any], key: str, *, bare: bool) -> dict[str, Any]:
    """The fields under `key`; those of the body itself where `bare` requests are understood too."""
    inner = body.get(key)
    if isinstance(inner, dict):
        return inner
    return body if bare else {}
