"""Compressed content: whole, in pieces, broken, cut off and far too large."""

import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.net.content_coding import CodingError, decode_content


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(), st.integers(1, 50), st.integers(1, 100_000))
def test_what_was_compressed_comes_back_however_it_arrives(
    seed: bytes, size: int, times: int
) -> None:
    content = seed * (times // (len(seed) + 1))
    for coding, compressed in (
        ("gzip", gzip.compress(content)),
        ("Deflate", zlib.compress(content)),
    ):
        assert b"".join(decode_content(cut(compressed, size), coding)) == content


@pytest.mark.parametrize("coding", ["", "identity", "Identity, identity"])
def test_what_is_not_compressed_passes(coding: str) -> None:
    assert list(decode_content([b"a", b"b"], coding)) == [b"a", b"b"]


def test_gzip_may_come_in_several_members() -> None:
    content = gzip.compress(b"first ") + gzip.compress(b"second")
    for size in (1, 7, 1_000):
        assert b"".join(decode_content(cut(content, size), "gzip")) == b"first second"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "\x1b[31m", "gzip;q=1"])
def test_what_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(CodingError, match="not asked for"):
        decode_content([b"words"], coding)


@pytest.mark.parametrize("end", [1, 5, 12, -8, -1])
def test_what_is_cut_off_is_refused(end: int) -> None:
    with pytest.raises(CodingError, match="cut off"):
        list(decode_content([gzip.compress(b"words and words")[:end]], "gzip"))


@pytest.mark.parametrize("content", [b"words", gzip.compress(b"words", mtime=0)[:-8] + bytes(8)])
def test_what_is_broken_is_refused(content: bytes) -> None:
    with pytest.raises(CodingError, match="broken"):
        list(decode_content([content], "gzip"))


def test_a_bomb_goes_off_in_small_pieces() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    pieces = list(itertools.islice(decode_content([bomb], "gzip"), 20))
    assert len(pieces) == 20
    assert max(map(len, pieces)) <= 65_536
