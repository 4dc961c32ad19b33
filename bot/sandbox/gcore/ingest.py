"""What reaches the simulated vendor: encoders that push, sources that are pulled, and a stream's way on air and off again."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.cloud import Entry
from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.recordings import Recorder
from bot.sandbox.gcore.restreaming import Restreamer
from bot.sandbox.gcore.state import Leg, Picture, Protocol, Stream

_SCHEMES: dict[str, Protocol] = {"rtmp": "rtmp", "rtmps": "rtmp", "srt": "srt", "http": "https", "https": "https"}


class Ingest:
    """Connects and loses signals, and tells recorder and restreamer."""

    def __init__(self, account: Account, recorder: Recorder, restreamer: Restreamer) -> None:
        self._account = account
        self._recorder = recorder
        self._restreamer = restreamer
        self._sources: dict[str, Picture] = {}

    # -- encoders that push ------------------------------------------------------------------------------------------------

    def connect(self, stream: Stream, picture: Picture, *, backup: bool = False, token: str | None = None) -> bool:
        """Let an encoder push; False when the vendor refuses it, of which RTMP and SRT tell no reason (Gcore docs).

        Refused are a disabled stream, a wrong (old) token, a PULL stream, and a second encoder on the same ingest.
        """
        leg = stream.backup if backup else stream.primary
        refused = not stream.active or stream.pull or leg.encoder is not None or token not in (None, stream.token)
        if not refused:
            self._attach(stream, leg, picture, self._account.habits.live_delay)
        return not refused

    def drop(self, stream: Stream, *, backup: bool = False) -> bool:
        """Let the encoder fall silent; False when none was connected."""
        leg = stream.backup if backup else stream.primary
        return self._detach(stream, leg, self._account.habits.silence_delay)

    def change_picture(self, stream: Stream, leg: Leg, picture: Picture) -> None:
        """The connected encoder sends another picture from now on."""
        if leg.encoder is not None:
            leg.encoder = leg.last = picture
            if leg.live:
                stream.pictures.append((self._account.now(), stream.picture))

    # -- the switch --------------------------------------------------------------------------------------------------------

    def enable(self, stream: Stream) -> None:
        """Switch the stream on: encoders may push, a PULL source is fetched."""
        stream.active = True
        self._account.note("enabled", stream.id)
        self.begin_pull(stream)

    def disable(self, stream: Stream) -> None:
        """Switch the stream off; what is on air goes off a little later."""
        stream.active = False
        self._account.note("disabled", stream.id)
        self.cut_off(stream)
        if not stream.on_air:
            self._recorder.finish(stream)

    def cut_off(self, stream: Stream) -> None:
        """Close every connection from the vendor's side."""
        _cancel(stream.pull_check, stream.pull_end)
        for leg in stream.legs:
            if leg.encoder is not None or leg.live:
                leg.cut_off = True
                self._detach(stream, leg, self._account.habits.cut_off_delay)

    def remove(self, stream: Stream) -> None:
        """The stream is deleted: its signal and its recording end at once."""
        self.cut_off(stream)
        stream.active = False
        for leg in stream.legs:
            if leg.live:
                self._go_off(stream, leg)
            _cancel(leg.coming_up, leg.going_off)
        self._recorder.finish(stream)

    # -- sources that are pulled -------------------------------------------------------------------------------------------

    def source_up(self, uri: str, picture: Picture) -> None:
        """The source at `uri` can be fetched from now on; waiting PULL streams find it at their next try."""
        kind = _SCHEMES.get(uri.partition(":")[0], "https")
        self._sources[uri] = Picture(picture.height, picture.fps, picture.bitrate, kind, uri)
        for stream in self._account.streams.values():
            if stream.active and stream.pull and not stream.is_fed and uri in (stream.uri or "").split():
                self._try_source_in(stream, self._account.habits.pull_retry)

    def source_down(self, uri: str) -> None:
        """The source at `uri` cannot be fetched any more; its streams try their next address."""
        self._sources.pop(uri, None)
        for stream in self._account.streams.values():
            encoder = stream.primary.encoder
            if stream.pull and encoder is not None and encoder.source == uri:
                self._detach(stream, stream.primary, self._account.habits.silence_delay)
                self._await_source(stream)

    def begin_pull(self, stream: Stream) -> None:
        """Start to fetch, where the stream is an enabled PULL stream with an address."""
        if stream.active and stream.pull and stream.uri:
            self._await_source(stream, first=self._account.habits.pull_delay)

    def _await_source(self, stream: Stream, first: float | None = None) -> None:
        _cancel(stream.pull_end)
        stream.pull_end = self._account.agenda.after(self._account.habits.pull_patience, lambda: self._give_up(stream))
        self._try_source_in(stream, self._account.habits.pull_retry if first is None else first)

    def _try_source_in(self, stream: Stream, seconds: float) -> None:
        pending, due = stream.pull_check, self._account.now() + timedelta(seconds=seconds)
        if pending is not None and not pending.cancelled and pending.due > due:
            return
        _cancel(pending)
        stream.pull_check = self._account.agenda.at(due, lambda: self._try_source(stream))

    def _try_source(self, stream: Stream) -> None:
        stream.pull_check = None
        picture = next((self._sources[u] for u in (stream.uri or "").split() if u in self._sources), None)
        if picture is not None and stream.active and stream.pull and not stream.is_fed:
            _cancel(stream.pull_end)
            self._attach(stream, stream.primary, picture, 0.0)

    def _give_up(self, stream: Stream) -> None:
        if stream.active and not stream.is_fed:
            self.disable(stream)

    # -- on air and off ----------------------------------------------------------------------------------------------------

    def _attach(self, stream: Stream, leg: Leg, picture: Picture, delay: float) -> None:
        leg.encoder = leg.last = picture
        stream.lost_at = None
        if not leg.live:
            leg.coming_up = self._account.agenda.after(delay, lambda: self._go_live(stream, leg))
        elif not leg.cut_off:
            _cancel(leg.going_off)

    def _detach(self, stream: Stream, leg: Leg, delay: float) -> bool:
        was_connected, leg.encoder = leg.encoder is not None, None
        _cancel(leg.coming_up)
        if leg.live:
            _cancel(leg.going_off)
            leg.going_off = self._account.agenda.after(delay, lambda: self._go_off(stream, leg))
        else:
            leg.cut_off = False
        if was_connected and not stream.is_fed:
            self._recorder.signal_lost(stream)
        return was_connected

    def _go_live(self, stream: Stream, leg: Leg) -> None:
        account, first = self._account, not stream.on_air
        leg.live, leg.started_at = True, account.now()
        stream.dvr_from = stream.dvr_from or account.now()
        stream.pictures.append((account.now(), stream.picture))
        account.note("backup live" if leg.backup else "live", stream.id)
        account.tell_stream(stream)
        self._recorder.signal_up(stream)
        if first:
            self._restreamer.signal_up(stream)
            stream.session += 1
            session = stream.session
            account.agenda.after(account.habits.transcoding_delay, lambda: self._transcode(stream, session))

    def _transcode(self, stream: Stream, session: int) -> None:
        if not stream.on_air or stream.session != session:
            return
        stream.transcoding = True
        self._account.tell_stream(stream)
        for repeat in range(1, self._account.habits.live_repeats + 1):
            self._account.agenda.after(repeat, lambda: self._tell_again(stream, session))

    def _tell_again(self, stream: Stream, session: int) -> None:
        if stream.on_air and stream.session == session:
            self._account.tell_stream(stream)

    def _go_off(self, stream: Stream, leg: Leg) -> None:
        account = self._account
        leg.live, leg.cut_off, leg.finished_at = False, False, account.now()
        stream.pictures.append((account.now(), stream.picture))
        account.note("backup off" if leg.backup else "off", stream.id)
        if not stream.on_air:
            stream.transcoding = False
            if stream.viewers and stream.viewers[-1][1]:
                stream.viewers.append((account.now(), 0))
            self._restreamer.signal_lost(stream)
            if not stream.active:
                self._recorder.finish(stream)
        account.tell_stream(stream)
        if leg.encoder is not None:
            leg.coming_up = account.agenda.after(account.habits.live_delay, lambda: self._go_live(stream, leg))


def _cancel(*entries: Entry | None) -> None:
    for entry in entries:
        if entry is not None:
            entry.cancel()
