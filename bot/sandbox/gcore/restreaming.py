"""Simulcast at the simulated vendor: restreams that arrive after a while, stop with their source and give up in the end."""

from __future__ import annotations

from bot.sandbox.cloud import Entry
from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.state import Restream, Stream


class Restreamer:
    """Feeds the restreams of streams on air."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def signal_up(self, stream: Stream) -> None:
        """The stream is received: its active restreams will arrive."""
        for restream in self._account.restreams_of(stream):
            self.begin(restream)

    def begin(self, restream: Restream) -> None:
        """Let an active restream of a stream on air arrive after the vendor's delay."""
        stream = self._account.streams.get(restream.stream_id or 0)
        _cancel(restream.giving_up)
        if restream.active and not restream.live and stream is not None and stream.on_air:
            _cancel(restream.arriving)
            restream.arriving = self._account.agenda.after(self._account.habits.restream_delay, lambda: self._arrive(restream))

    def _arrive(self, restream: Restream) -> None:
        stream = self._account.streams.get(restream.stream_id or 0)
        if restream.active and stream is not None and stream.on_air and restream.id in self._account.restreams:
            self._set_live(restream, live=True)

    def signal_lost(self, stream: Stream) -> None:
        """The stream is gone: its restreams stop, and give up for good when it stays away."""
        for restream in self._account.restreams_of(stream):
            self._set_live(restream, live=False)
            if restream.active:
                patience = self._account.habits.restream_patience
                restream.giving_up = self._account.agenda.after(patience, lambda r=restream: self._give_up(r))  # type: ignore[misc]

    def _give_up(self, restream: Restream) -> None:
        restream.active = False
        self._account.note("restream gave up", restream.id)

    def end(self, restream: Restream) -> None:
        """Stop it now: switched off or deleted."""
        _cancel(restream.arriving)
        _cancel(restream.giving_up)
        self._set_live(restream, live=False)

    def _set_live(self, restream: Restream, *, live: bool) -> None:
        if restream.live is not live:
            restream.live = live
            self._account.note("restream live" if live else "restream stopped", restream.id)
            self._account.tell_restream(restream)


def _cancel(entry: Entry | None) -> None:
    if entry is not None:
        entry.cancel()
