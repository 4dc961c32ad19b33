"""What clients may send: the documented bodies, with messages of our own where one is refused."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.sandbox.videograph.refusals import Refusal

Title = Annotated[str, Field(min_length=1)]
Policies = list[Literal["public", "signed"]]


class Pair(BaseModel):
    """One entry of `metadata`."""

    key: str
    value: str


class Params(BaseModel):
    """Fields of one request. Unknown ones are ignored; types are strict."""

    model_config = ConfigDict(strict=True, extra="ignore")

    description: str | None = None
    tags: list[str] | None = None
    metadata: list[Pair] | None = None

    @classmethod
    async def read(cls, request: web.Request) -> Self:
        """The body of a request; raises a 400 `Refusal` that names the first wrong field."""
        try:
            return cls.model_validate(json.loads(await request.read() or b"{}"))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "body"
            raise Refusal(400, f"{place}: {first['msg']}") from None
        except ValueError:
            raise Refusal(400, "Malformed JSON") from None

    def sent(self) -> dict[str, Any]:
        """What was sent and is not null."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


class NewLivestream(Params):
    """Create livestream."""

    title: Title
    region: Annotated[str, Field(min_length=1)]
    record: bool
    dvrDurationInMins: Annotated[int, Field(ge=0)] | None = None  # noqa: N815 - the vendor's spelling
    playback_policy: Policies | None = None
    recordings_playback_policy: Policies | None = None


class ChangedLivestream(Params):
    """Update livestream: `title` is required."""

    title: Title
    dvrDurationInMins: Annotated[int, Field(ge=0)] | None = None  # noqa: N815 - the vendor's spelling


class NewClip(Params):
    """Create clip: epoch seconds."""

    title: Title
    startTime: int  # noqa: N815 - the vendor's spelling
    endTime: int  # noqa: N815 - the vendor's spelling


class Source(BaseModel):
    """One entry of `content`."""

    url: Annotated[str, Field(min_length=1)]


class NewContent(Params):
    """Create content from an address."""

    title: Title
    content: Annotated[list[Source], Field(min_length=1)]
    playback_policy: Policies | None = None
    mp4_support: bool | None = None
    save_original_copy: bool | None = None
    test_video: bool | None = None
