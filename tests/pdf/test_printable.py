"""Which letters can be printed, and what becomes of others."""

import random
import sys
import unicodedata
from datetime import UTC, datetime

import pytest

from ozgtermine.pdf.attendance import ListHead, attendance_list
from ozgtermine.pdf.printable import DISPLAYABLE, printable
from ozgtermine.rules.names import sorting_name


@pytest.mark.parametrize("block", DISPLAYABLE, ids=lambda block: f"U+{block[0]:04X}")
def test_the_fonts_have_every_letter_that_counts_as_displayable(block: tuple[int, int]) -> None:
    letters = [letter for code in range(block[0], block[1] + 1) if unicodedata.name(letter := chr(code), "")]
    for start in range(0, len(letters), 100):
        place = " ".join(f"x{letter}" if unicodedata.combining(letter) else letter for letter in letters[start:][:100])
        head = ListHead(title="", when="", place=place, made_at=datetime(2023, 2, 22, tzinfo=UTC))
        assert attendance_list(head, [])  # Typst refuses to write PDF/UA with a letter that no font has


def test_no_text_at_all_stops_the_press() -> None:
    chance = random.Random(1)
    ends = (0x300, 0x370, 0x3000, sys.maxunicode)
    for _ in range(150):
        text = "".join(chr(chance.randrange(chance.choice(ends))) for _ in range(40))
        head = ListHead(title=text, when=text, place=text, made_at=datetime(2023, 2, 22, tzinfo=UTC))
        assert attendance_list(head, [])


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("  Anna \t\r\n Müller ", "Anna Müller"),
        ("A\0\x07\x9f\u202enna\u2066\ud83d", "Anna"),
        ("Mu\u0308ller", "Müller"),
        ("Stadt\u00adrat", "Stadtrat"),
        ("😀 中 ❤️", "□ □ □"),
        ("نه\u200cخانه", "نه\u200cخانه"),
        ("a" * 64, "\u200b".join(["a" * 10] * 6 + ["a" * 4])),
        ("Landesverwaltungsdigitalisierungskoordination", "Landesverwaltungsdigitalisierungskoordination"),
    ],
)
def test_a_text_becomes_one_printable_line(text: str, printed: str) -> None:
    assert printable(text) == printed


def test_a_text_is_cut_with_an_ellipsis() -> None:
    assert printable("ab cd ef", longest=7) == "ab cd…"


def test_what_a_name_sorts_by() -> None:
    assert sorting_name("  Müller-Groß  Đoković É") == "mueller-gross đokovic e"
