"""Reads the body of an answer in bounded steps, however it is compressed and however slowly it comes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import httpx

ACCEPTED = "gzip, deflate"
"""What is asked for. Compression that stands inside of another multiplies, so that no more than one is ever undone."""
STEP = 64 * 1024
"""Bytes that are unpacked at a time."""
ZLIB_HEADER = 2
"""Bytes."""


class BadEncoding(Exception):
    """A body that is compressed in a way that was not asked for, or broken."""


async def read_bounded(got: httpx.Response, most: int) -> bytes | None:
    """The body after decompression, or None as soon as it is longer than `most` bytes. Raises BadEncoding and httpx.HTTPError.

    httpx itself unpacks each piece that arrives whole: 64 KB become 64 MB, and with `gzip, gzip` as many GB.
    """
    unpacked = bytearray()
    unpacker = _unpacker(got.headers.get("content-encoding", ""))
    async for piece in got.aiter_raw():
        for part in unpacker.parts(piece):
            unpacked += part
            if len(unpacked) > most:
                return None
    unpacked += unpacker.rest()
    return bytes(unpacked)


def _unpacker(encodings: str) -> _Plain:
    """For the header of an answer. Raises BadEncoding for one that was not asked for."""
    named = [name for part in encodings.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if not named:
        return _Plain()
    if len(named) == 1 and named[0] in ("gzip", "x-gzip", "deflate"):
        return _Inflater(named[0])
    raise BadEncoding("of another kind")


class _Plain:
    """A body that is not compressed."""

    def parts(self, piece: bytes) -> Iterator[bytes]:
        """What a piece that arrived holds."""
        yield piece

    def rest(self) -> bytes:
        """What is left once everything has arrived."""
        return b""


class _Inflater(_Plain):
    """gzip, or deflate with or without the header of zlib: RFC 9110 8.4.1.2 warns of senders that leave it out."""

    def __init__(self, encoding: str) -> None:
        self._head = b""
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding != "deflate" else None

    def parts(self, piece: bytes) -> Iterator[bytes]:
        """What a piece that arrived holds, at most `STEP` bytes at a time."""
        if self._inflate is None:
            self._head += piece
            if len(self._head) < ZLIB_HEADER:
                return
            piece = self._head
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(piece) else -zlib.MAX_WBITS)
        while piece and not self._inflate.eof:
            try:
                yield self._inflate.decompress(piece, STEP)
            except zlib.error:
                raise BadEncoding("broken") from None
            piece = self._inflate.unconsumed_tail

    def rest(self) -> bytes:
        """What zlib kept back; it is short, since everything that came was handed to it."""
        try:
            return b"" if self._inflate is None else self._inflate.flush()
        except zlib.error:
            raise BadEncoding("broken") from None


def _has_zlib_header(head: bytes) -> bool:
    """RFC 1950 2.2: the method is 8, and the first two bytes together a multiple of 31."""
    return head[0] & 0x0F == 8 and int.from_bytes(head[:ZLIB_HEADER], "big") % 31 == 0
