"""Gzip in pieces: of a long calendar in which one event has changed, one piece is deflated anew.

Where a piece ends is a function of the bytes alone, so that all processes pack the same body alike. Each piece is
deflated by itself and ends at a whole byte (RFC 1951, 2.3; Z_SYNC_FLUSH), so that pieces can be joined.
"""

import re
import struct
import zlib
from collections.abc import Mapping
from hashlib import sha256

SMALLEST_IN_PIECES = 256_000
_LEVEL = 6
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952, 2.3: no name, no time, no system
_LAST = b"\x03\x00"  # an empty last block
# A piece begins with every entry whose UID says so: one in 64 of random ones, wherever it comes to stand.
_CUT = re.compile(rb"END:VEVENT\r\n(?=BEGIN:VEVENT\r\nUID:.{6}0[048c])")

Deflated = Mapping[bytes, bytes]
"""Digest of a piece → the piece, deflated."""


class Packed:
    """A body with its digest and its gzip form; pieces that `former` knows are taken over."""

    def __init__(self, body: bytes, former: Deflated) -> None:
        pieces = cut(body)
        digests = [sha256(piece).digest() for piece in pieces]
        self.digest = (digests[0] if len(digests) == 1 else sha256(b"".join(digests)).digest()).hex()[:32]
        self.pieces = {
            digest: former.get(digest) or deflate(piece) for digest, piece in zip(digests, pieces, strict=True)
        }
        tail = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
        self.body = b"".join((_HEAD, *(self.pieces[each] for each in digests), _LAST, tail))


def cut(body: bytes) -> list[memoryview]:
    """Return the pieces of a body; a short one is one piece, and packs better."""
    view = memoryview(body)
    if len(body) < SMALLEST_IN_PIECES:
        return [view]
    ends = [found.end() for found in _CUT.finditer(body)]
    return [view[start:end] for start, end in zip([0, *ends], [*ends, len(body)], strict=True)]


def deflate(piece: memoryview) -> bytes:
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflating.compress(piece) + deflating.flush(zlib.Z_SYNC_FLUSH)


def inflate(piece: bytes) -> bytes:
    """Return the bytes of a deflated piece."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece)
