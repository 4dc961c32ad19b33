"""An answer is unpacked in bounded steps, whatever it claims to be."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.providers.bodies import BadEncoding, read_bounded

MOST = 1024 * 1024


def answer(packed: bytes, encoding: str, piece: int = 64 * 1024) -> httpx.Response:
    """An answer whose body comes in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), piece):
            yield packed[start : start + piece]

    return httpx.Response(200, headers={"content-encoding": encoding} if encoding else {}, content=pieces())


def bare(body: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(body) + deflate.flush()


@settings(deadline=None)
@given(st.binary(max_size=300_000), st.sampled_from(["", "identity", "gzip", "x-gzip", "deflate", "bare"]), st.integers(1, 70_000))
async def test_what_was_packed_is_read(body: bytes, encoding: str, piece: int) -> None:
    packed = {"gzip": gzip.compress(body), "x-gzip": gzip.compress(body), "deflate": zlib.compress(body), "bare": bare(body)}
    got = answer(packed.get(encoding, body), "deflate" if encoding == "bare" else encoding, max(piece, len(body) // 50 + 1))
    assert await read_bounded(got, MOST) == body


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
async def test_a_bomb_is_given_up_in_little_memory(pack: Callable[[bytes, int], bytes]) -> None:
    packed = pack(b"0" * 200_000_000, 9)
    tracemalloc.start()
    try:
        assert await read_bounded(answer(packed, "gzip" if packed[:2] == b"\x1f\x8b" else "deflate", len(packed)), MOST) is None
        assert tracemalloc.get_traced_memory()[1] < 8 * MOST
        tracemalloc.reset_peak()
        control = httpx.Response(200, headers={"content-encoding": "gzip"}, content=packed) if packed[:2] == b"\x1f\x8b" else None
        assert control is None or len(control.content) == 200_000_000
        assert control is None or tracemalloc.get_traced_memory()[1] > 100 * MOST, "the control unpacks it whole"
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip, deflate", "nonsense"])
async def test_what_was_not_asked_for_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(BadEncoding):
        await read_bounded(answer(gzip.compress(gzip.compress(b"{}")), encoding), MOST)


async def test_an_empty_body_needs_no_compression() -> None:
    assert await read_bounded(answer(b"", "gzip"), MOST) == b""
