"""The kind and the size of a picture, read from its own bytes (pure).

Sources: the PNG specification, https://www.w3.org/TR/png-3/#11IHDR; the JPEG specification,
ITU-T T.81, B.2.2, for the frame header and B.1.1.3 for the markers.
"""

from dataclasses import dataclass

_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


class ImageError(ValueError):
    """Bytes that are no whole picture of a kind that is known here."""


@dataclass(frozen=True)
class Image:
    """What a picture is: its media type, and its size in pixels."""

    content_type: str
    width: int
    height: int


def read_image(content: bytes) -> Image:
    """What the bytes show of themselves; PNG and JPEG are known.

    Raises:
        ImageError: if they are no such picture, or not a whole one.
    """
    if content.startswith(_PNG_START) and content.endswith(_PNG_END):
        return _make("image/png", content[16:20], content[20:24])
    if content.startswith(_JPEG_START) and content.endswith(_JPEG_END):
        frame = _find_frame(content)
        return _make("image/jpeg", frame[3:5], frame[1:3])
    raise ImageError("The bytes are no whole PNG or JPEG.")


def _make(content_type: str, width: bytes, height: bytes) -> Image:
    image = Image(content_type, int.from_bytes(width), int.from_bytes(height))
    if not (image.width and image.height):
        raise ImageError("The picture has no area.")
    return image


def _find_frame(content: bytes) -> bytes:
    """What stands in the first frame header, behind its length."""
    at = len(_JPEG_START)
    while content[at : at + 1] == b"\xff":
        marker = content[at + 1]
        if marker in _WITHOUT_LENGTH:
            at += 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4])
        if marker in _FRAMES:
            return content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)
    raise ImageError("The JPEG has no frame.")
