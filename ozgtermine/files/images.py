"""Sizes of images from their headers, without decoding a pixel."""

import struct
from pathlib import Path
from typing import BinaryIO

from ozgtermine.files.refusals import UnsuitableFileError
from ozgtermine.wording import N_

MOST_PIXELS = 100_000_000
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_HEAD_BYTES = 24
_LENGTH_BYTES = 2
_FILL = 0xFF
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


def refuse_enormous(width: int, height: int) -> None:
    """Refuse what would fill the memory of whoever opens it, or is no picture at all."""
    if not width or not height:
        raise _broken()
    if width * height > MOST_PIXELS:
        raise UnsuitableFileError(
            N_("Das Bild hat mehr als %(most)s Millionen Bildpunkte. Verkleinern Sie es."),
            most=MOST_PIXELS // 1_000_000,
        )


def png_size(path: Path) -> tuple[int, int]:
    """Return width and height (PNG, 3rd edition, 11.2.1: IHDR comes first)."""
    with path.open("rb") as file:
        head = file.read(_PNG_HEAD_BYTES)
    if len(head) < _PNG_HEAD_BYTES or head[12:16] != b"IHDR":
        raise _broken()
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def jpeg_size(path: Path) -> tuple[int, int]:
    """Return width and height from the first frame header (ITU T.81, B.2.2)."""
    with path.open("rb") as file:
        file.seek(2)
        while True:
            marker, length = _segment(file)
            if marker in _FRAMES:
                height, width = struct.unpack(">xHH", _exactly(file, 5))
                return width, height
            if marker in (0xD9, 0xDA):
                raise _broken()
            file.seek(length, 1)


def _segment(file: BinaryIO) -> tuple[int, int]:
    """Return the next marker and how many bytes belong to it after its length field."""
    if _exactly(file, 1) != b"\xff":
        raise _broken()
    marker = _FILL
    while marker == _FILL:
        marker = _exactly(file, 1)[0]
    if marker in _WITHOUT_LENGTH:
        return marker, 0
    length = int.from_bytes(_exactly(file, _LENGTH_BYTES), "big")
    if length < _LENGTH_BYTES:
        raise _broken()
    return marker, length - _LENGTH_BYTES


def _exactly(file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise _broken()
    return content


def _broken() -> UnsuitableFileError:
    return UnsuitableFileError(N_("Das Bild ist unvollständig. Speichern Sie es noch einmal."))
