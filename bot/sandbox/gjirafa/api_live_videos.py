"""The simulated vendor's live videos: made, put on air, and stopped with or without keeping what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.sandbox.gjirafa.account import Account
from bot.sandbox.gjirafa.answers import answer, form_of, json_of, needed
from bot.sandbox.gjirafa.bodies import detail, listed, made
from bot.sandbox.gjirafa.lists import page_of
from bot.sandbox.gjirafa.state import LiveVideo

_LIST = "/api/v1/{project}/live-videos"
_LIST_2 = "/api/v2/{project}/live-videos"
_EXTRA = ("description", "author", "publishDate", "publishEndDate")


class LiveVideosApi:
    """Live videos, in both versions of the paths."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post(_LIST, self.create),
            web.get(_LIST, self.list),
            web.get(_LIST_2, self.list),
            web.get(_LIST + "/{id}", self.get),
            web.put(_LIST, self.update_by_form),
            web.put(_LIST + "/go-live", self.go_live),
            web.post(_LIST + "/stop-and-cut", self.stop_and_cut),
            web.post(_LIST + "/{id}/stop", self.stop),
            web.put(_LIST_2 + "/{id}", self.update),
            web.post(_LIST_2 + "/{id}/stop", self.stop),
            web.post(_LIST_2 + "/{id}/stop-and-cut", self.stop_and_cut),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """`title` and `channelId` are needed."""
        body, account = await json_of(request), self._account
        needed(body, "title", "channelId")
        if body["channelId"] not in account.channels:
            raise account.refuse(404)
        _checked(account, body)
        extra = {name: body[name] for name in (*_EXTRA, "rewindTypeId", "rewindDuration") if name in body}
        number = next(account.numbers)
        video = LiveVideo(
            account.new_id("v"), number, body["title"], body["channelId"], body.get("dvrEnabled") is True, extra=extra
        )
        account.live_videos[video.id] = video
        account.note("page created", video.id)
        account.tell("live.video.created", video.id, _event(account, video))
        return answer(made(account, video), 201)

    async def list(self, request: web.Request) -> web.Response:
        """A page with its totals."""
        items = [listed(self._account, video) for video in self._account.live_videos.values()]
        return answer(page_of(request, self._account.habits, items))

    async def get(self, request: web.Request) -> web.Response:
        """One live video."""
        return answer(detail(self._account, self._video(request.match_info["id"])))

    async def update(self, request: web.Request) -> web.Response:
        """Everything that can be changed, at once: what is left out is emptied, as a PUT may (undocumented)."""
        video, body = self._video(request.match_info["id"]), await json_of(request)
        needed(body, "title")
        return self._change(video, body["title"], {name: body.get(name) for name in _EXTRA}, body)

    async def update_by_form(self, request: web.Request) -> web.Response:
        """The same by a form, without the author."""
        form = await form_of(request)
        needed(form, "PublicId", "Title")
        spelt = {"description": "Description", "publishDate": "PublishDate", "publishEndDate": "PublishEndDate"}
        extra = {name: form.get(theirs) for name, theirs in spelt.items()}
        return self._change(self._video(form["PublicId"]), form["Title"], extra, extra)

    def _change(self, video: LiveVideo, title: str, extra: Mapping[str, Any], sent: Mapping[str, Any]) -> web.Response:
        _checked(self._account, sent)
        video.title = title
        video.extra |= extra
        self._account.note("page changed", video.id)
        self._account.tell("live.video.updated", video.id, _event(self._account, video))
        account = self._account
        dates = {"startDateUTC": account.date(video.began), "endDateUTC": account.date(video.ended)}
        return answer(made(account, video) | dates)

    async def go_live(self, request: web.Request) -> web.Response:
        """`publicId` is a query parameter (inferred: the path has no place for it)."""
        video = self._video(request.query.get("publicId", ""))
        if not self._account.may_go_live(video):
            raise self._account.refuse(400, "The live video cannot go live.")
        self._account.go_live(video)
        return answer(True)

    async def stop(self, request: web.Request) -> web.Response:
        """Stop without saving."""
        video = self._video(request.match_info["id"])
        if not self._account.may_stop(video):
            raise self._account.refuse(400, "The live video cannot be stopped.")
        self._account.stop(video)
        return answer(True)

    async def stop_and_cut(self, request: web.Request) -> web.Response:
        """One pair of bounds, or none for the whole (Gjirafa docs, stop and cut)."""
        body, account = await json_of(request), self._account
        video = self._video(request.match_info.get("id") or str(body.get("videoPublicId") or ""))
        if not (account.may_stop(video) and video.dvr):
            raise account.refuse(400, "The live video cannot be stopped and cut.")
        assert video.began is not None
        now = account.now()
        start, end = self._bounds(body, video.began, now)
        if not video.began <= start < end <= now:
            raise account.refuse(400, "The bounds are outside of the live video.")
        return answer({"videoPublicId": account.stop_and_cut(video, str(body.get("title") or ""), start, end).id})

    def _bounds(self, body: Mapping[str, Any], began: datetime, now: datetime) -> tuple[datetime, datetime]:
        dates = [body.get(name) for name in ("dateTimeFrom", "dateTimeTo")]
        numbers = [body.get(name) for name in ("fromMilisecond", "toMilisecond")]
        given = [pair for pair in (dates, numbers) if pair != [None, None]]
        if len(given) > 1 or (given and None in given[0]):
            raise self._account.refuse(400, "Give either the milliseconds or the date-times.")
        if not given:
            return began, now
        try:
            if given[0] is dates:
                start, end = (_instant(str(text)) for text in dates)
            else:
                start, end = (datetime.fromtimestamp(began.timestamp() + float(n or 0) / 1000, UTC) for n in numbers)
        except (ValueError, OverflowError):
            raise self._account.refuse(400, "The bounds cannot be read.") from None
        return start, end

    def _video(self, id_: str) -> LiveVideo:
        video = self._account.live_videos.get(id_)
        if video is None:
            raise self._account.refuse(404)
        return video


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def _checked(account: Account, body: Mapping[str, Any]) -> None:
    """Types are strict, dates are dates."""
    kinds = {"title": str, "description": str, "author": str, "dvrEnabled": bool, "rewindTypeId": int, "rewindDuration": int}
    for name, kind in kinds.items():
        if body.get(name) is not None and type(body[name]) is not kind:
            raise account.refuse(400, f"{name} is not valid.")
    for name in ("publishDate", "publishEndDate"):
        if body.get(name) is not None:
            try:
                _instant(str(body[name]))
            except ValueError:
                raise account.refuse(400, f"{name} is not valid.") from None


def _event(account: Account, video: LiveVideo) -> dict[str, Any]:
    body = made(account, video)
    names = {
        "PublicId": "publicId",
        "Id": "id",
        "Title": "title",
        "Description": "description",
        "PlaybackUrl": "playbackUrl",
        "Thumbnail": "thumbnail",
        "ChannelPublicId": "channelPublicId",
        "ChannelName": "channelName",
        "ChannelTitle": "channelTitle",
        "Author": "author",
        "CanCutAndPublish": "canCutAndPublish",
        "CanStopAndCut": "canStopAndCut",
    }
    event = {name: body[theirs] for name, theirs in names.items()}
    return event | {"HasCustomDate": False, "CountdownEnabled": False, "CountdownSeconds": 0}
