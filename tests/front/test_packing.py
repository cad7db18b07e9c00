"""Packed in pieces: the same bytes whatever was packed before, and little work for a little change."""

import gzip
import time
from uuid import UUID

import pytest

from ozgtermine.front import packing
from ozgtermine.front.packing import SMALLEST_IN_PIECES, Packed, cut
from ozgtermine.front.shelf import FORMER_SECONDS, Shelf
from tests.front.test_front import made


def entry(number: int, topic: str = "Thema") -> bytes:
    uid = UUID(int=(number * 2654435761 % 2**32) << 96)  # scattered, the same in every run
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{topic} {number}\r\n{'X-FILL:' + 'x' * 60}\r\nEND:VEVENT\r\n".encode()


def calendar(entries: list[bytes]) -> bytes:
    return b"BEGIN:VCALENDAR\r\n" + b"".join(entries) + b"END:VCALENDAR\r\n"


ENTRIES = [entry(number) for number in range(3_000)]
BODY = calendar(ENTRIES)


@pytest.fixture
def deflated(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Collect what is deflated."""
    pieces: list[bytes] = []
    original = packing.deflate
    monkeypatch.setattr(packing, "deflate", lambda piece: (pieces.append(bytes(piece)), original(piece))[1])
    return pieces


def test_a_long_body_is_cut_into_many_pieces_and_a_short_one_is_one() -> None:
    assert len(BODY) > SMALLEST_IN_PIECES
    assert 20 < len(cut(BODY)) < 100
    assert b"".join(cut(BODY)) == BODY
    assert len(cut(calendar(ENTRIES[:1_000]))) == 1


@pytest.mark.parametrize("body", [b"", b"x", BODY], ids=["empty", "short", "long"])
def test_what_is_packed_is_gzip(body: bytes) -> None:
    assert gzip.decompress(Packed(body, {}).body) == body


@pytest.mark.parametrize(
    "entries",
    [
        [*ENTRIES[:1_500], entry(1_500, "Anderes"), *ENTRIES[1_501:]],
        [*ENTRIES[:700], *ENTRIES[701:]],
        [*ENTRIES[:50], entry(9_999), *ENTRIES[50:]],
    ],
    ids=["changed", "removed", "added"],
)
def test_one_change_deflates_little_and_leaves_the_same_bytes(deflated: list[bytes], entries: list[bytes]) -> None:
    former, body = Packed(BODY, {}).pieces, calendar(entries)
    deflated.clear()
    packed = Packed(body, former)
    assert 1 <= len(deflated) <= 2
    assert gzip.decompress(packed.body) == body
    anew = Packed(body, {})
    assert (packed.body, packed.digest) == (anew.body, anew.digest)
    assert packed.digest != Packed(BODY, {}).digest
    assert packed.pieces.keys() == anew.pieces.keys()  # nothing of the former body stays


def test_former_pieces_wait_some_seconds_for_their_answer_and_then_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ozgtermine.front.packing.SMALLEST_IN_PIECES", 0)
    shelf, now = Shelf(), time.monotonic()
    shelf.see(1)
    for key in "ab":
        shelf.put(key, made(BODY, revision=1))
    shelf.see(2)
    assert len(shelf) == 0
    assert len(shelf.former("a").pieces) > 20
    shelf.put("a", made(calendar([entry(5_000)]), revision=2))
    assert (shelf.former("a").pieces, b"Thema 17\r" in shelf) == ({}, True)
    monkeypatch.setattr(time, "monotonic", lambda: now + FORMER_SECONDS + 1)
    shelf.see(2)
    assert (shelf.former("b").pieces, b"Thema 17\r" in shelf) == ({}, False)
