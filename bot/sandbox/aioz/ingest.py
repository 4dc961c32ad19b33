"""What reaches the simulated AIOZ: encoders that push, and a streaming's way on air, off again and into an archive."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.aioz.account import Account, new_id
from bot.sandbox.aioz.state import Key, Media, Picture, Span, Streaming
from bot.sandbox.cloud import Entry


class Ingest:
    """Connects and loses encoders. There is no switch: whoever pushes is on air."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def connect(self, key: Key, picture: Picture) -> bool:
        """Let an encoder push; False where one does already, or where there is nothing to push to."""
        account = self._account
        if key.encoder is not None:
            return False
        if account.open_on(key) is None and account.habits.unplanned == "refused":
            return False
        key.encoder = picture
        _cancel(key.going_off)
        streaming = account.open_on(key)
        if streaming is None or not streaming.on_air:
            key.coming_up = account.agenda.after(account.habits.live_delay, lambda: self._go_live(key))
        return True

    def drop(self, key: Key) -> bool:
        """Let the encoder fall silent; False when none was connected."""
        was_connected, key.encoder = key.encoder is not None, None
        _cancel(key.coming_up)
        streaming = self._account.open_on(key)
        if was_connected and streaming is not None and streaming.on_air:
            key.going_off = self._account.agenda.after(self._account.habits.silence_delay, lambda: self._go_off(key, streaming))
        return was_connected

    def change_picture(self, key: Key, picture: Picture) -> None:
        """The connected encoder sends another picture from now on."""
        streaming = self._account.open_on(key)
        if key.encoder is not None and streaming is not None and streaming.on_air:
            key.encoder = picture
            streaming.spans[-1].end = self._account.now()
            streaming.spans.append(Span(self._account.now(), picture))

    def remove(self, key: Key) -> None:
        """The key is deleted: its encoder is thrown out, and what is on air is over."""
        streaming = self._account.open_on(key)
        key.encoder = None
        _cancel(key.coming_up)
        _cancel(key.going_off)
        if streaming is not None and streaming.on_air:
            self._go_off(key, streaming)

    def _go_live(self, key: Key) -> None:
        account = self._account
        if key.encoder is None:
            return
        streaming = account.open_on(key) or account.create_streaming(key, key.name, save=key.save, qualities=())
        _cancel(streaming.ending)
        streaming.phase = "live"
        streaming.spans.append(Span(account.now(), key.encoder))
        account.note("live", key.id)

    def _go_off(self, key: Key, streaming: Streaming) -> None:
        account = self._account
        streaming.spans[-1].end = account.now()
        account.note("off", key.id)
        if account.habits.end_delay:
            streaming.ending = account.agenda.after(account.habits.end_delay, lambda: self._end(streaming))
        else:
            self._end(streaming)

    def _end(self, streaming: Streaming) -> None:
        account = self._account
        streaming.phase, streaming.updated_at = "over", account.now()
        account.note("page over", streaming.id)
        if streaming.save and account.habits.save_affordable:
            account.agenda.after(account.habits.media_delay, lambda: self._keep(streaming))

    def _keep(self, streaming: Streaming) -> None:
        account, now = self._account, self._account.now()
        length = round(streaming.seconds(now) * 1000)
        media = Media(new_id(), streaming.title, streaming.key_id, streaming.id, streaming.spans[0].start, now, length)
        account.media[media.id] = media
        streaming.media_id = media.id
        account.note("video pending", media.id)
        account.tell("file_received", media)
        media.status = "transcoding"
        account.tell("encoding_started", media)
        account.agenda.at(now + timedelta(seconds=account.habits.encoding_delay), lambda: self._encoded(media))

    def _encoded(self, media: Media) -> None:
        account = self._account
        if media.id not in account.media:
            return
        failed = account.habits.encoding_fails
        media.status, media.updated_at = "fail" if failed else "done", account.now()
        account.note("video error" if failed else "video ready", media.id)
        account.tell("encoding_failed" if failed else "encoding_finished", media)


def _cancel(entry: Entry | None) -> None:
    if entry is not None:
        entry.cancel()
