"""Compressed answers, inflated with care: a few kilobytes can hold gigabytes."""

import zlib
from collections.abc import Iterable, Iterator

ACCEPTED_CODINGS = "gzip"
# zlib finds out by itself which of them it is, whatever the server calls it.
_KNOWN_CODINGS = {"gzip", "x-gzip", "deflate"}
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_STEP_BYTES = 65_536  # the most that is inflated at once


class CodingError(Exception):
    """The answer can't be decompressed; the message says why."""


def decode_content(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The content behind a ``Content-Encoding``; what was compressed comes in small pieces.

    Raises:
        CodingError: if the coding is none that we asked for, or the data is broken or cut off.
    """
    codings = [name for name in coding.lower().replace(",", " ").split() if name != "identity"]
    if not codings:
        return iter(chunks)
    if len(codings) > 1 or codings[0] not in _KNOWN_CODINGS:
        raise CodingError(f"encoded as {coding}, which was not asked for")
    return _inflate(chunks)


def _inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for data in chunks:
            while data:
                if inflater.eof:  # gzip may come in several members
                    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
                yield inflater.decompress(data, _STEP_BYTES)
                data = inflater.unused_data or inflater.unconsumed_tail  # noqa: PLW2901  # what is left of it
        yield inflater.flush()
    except zlib.error as error:
        raise CodingError(f"its compression is broken ({error})") from None
    if not inflater.eof:
        raise CodingError("its compressed data is cut off")
