"""The attendance list, read back as a reader or a screen reader finds it."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from ozgtermine.pdf.attendance import ListHead, ListRow, attendance_list
from tests.living import TOP
from tests.pdf.papers import catalogue_of, reader, tags, text_of

HEAD = ListHead(
    title="29. OZG-Sprechstunde: Digitaler Bauantrag",
    when="Mittwoch, 22. Februar 2023, 10:00 bis 12:00 Uhr",
    place="Turmschanzenstraße 30, 39114 Magdeburg",
    made_at=datetime(2023, 2, 21, 9, 0, tzinfo=UTC),
)
COLUMNS = "Nr. Name Organisation Teilnahme Unterschrift"


def row(family_name: str = "Müller", given_name: str = "Anna", organisation: str = "Stadt Halle (Saale)") -> ListRow:
    return ListRow(
        given_name=given_name, family_name=family_name, organisation=organisation, participation="vor Ort"
    )


@pytest.fixture(scope="module")
def long_list() -> bytes:
    return attendance_list(HEAD, [row(f"Muster{number:03}") for number in range(200)])


def test_the_whole_text_of_a_list() -> None:
    assert text_of(attendance_list(HEAD, [row()])) == (
        "Teilnahmeliste 29. OZG-Sprechstunde: Digitaler Bauantrag "
        "Datum Mittwoch, 22. Februar 2023, 10:00 bis 12:00 Uhr Ort Turmschanzenstraße 30, 39114 Magdeburg "
        f"Angemeldet 1 Person {COLUMNS} 1 Müller, Anna Stadt Halle (Saale) vor Ort "
        "Stand: 21.02.2023, 10:00 Uhr Seite 1 von 1"
    )


def test_a_list_is_sorted_as_german_name_lists_are() -> None:
    names = ["Zander", "Özdemir", "Muster", "Müller", "Oertel", "Mufti", "ähre", "Šarić", "Sauer"]
    text = text_of(attendance_list(HEAD, [row(name, "") for name in names]))
    expected = ["ähre", "Müller", "Mufti", "Muster", "Oertel", "Özdemir", "Šarić", "Sauer", "Zander"]
    assert sorted(names, key=text.index) == expected
    assert all(f"{number} {name} Stadt" in text for number, name in enumerate(expected, start=1))


def test_an_empty_list_says_so_and_has_no_table() -> None:
    content = attendance_list(HEAD, [])
    assert "39114 Magdeburg Zu diesem Termin ist niemand angemeldet. Stand:" in text_of(content)
    assert ("/Document", "/Table") not in tags(content)


def test_a_list_is_tagged_german_and_shows_its_title(long_list: bytes) -> None:
    catalogue = catalogue_of(long_list)
    assert catalogue["/MarkInfo"]["/Marked"].value is True
    assert catalogue["/Lang"] == "de"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = reader(long_list).metadata
    assert metadata is not None
    assert metadata.title == "Teilnahmeliste: 29. OZG-Sprechstunde: Digitaler Bauantrag"
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data().decode()


def test_the_table_has_one_header_and_a_row_for_everybody(long_list: bytes) -> None:
    counted = Counter(tags(long_list))
    wanted = {
        ("/Document", "/H1"): 1,
        ("/Document", "/Table"): 1,
        ("/Table", "/THead"): 1,
        ("/THead", "/TR"): 1,
        ("/TR", "/TH"): 5,
        ("/Table", "/TBody"): 1,
        ("/TBody", "/TR"): 200,
        ("/TR", "/TD"): 1000,
    }
    assert {pair: counted[pair] for pair in wanted} == wanted


def test_every_page_has_the_header_and_its_number(long_list: bytes) -> None:
    pages = [" ".join(page.extract_text().split()) for page in reader(long_list).pages]
    assert len(pages) > 8
    for number, page in enumerate(pages, start=1):
        assert page.count(COLUMNS) == 1
        assert page.endswith(f"Seite {number} von {len(pages)}")
        assert page.startswith("Teilnahmeliste") if number == 1 else page.startswith(f"Teilnahmeliste · {HEAD.title}")


def test_every_page_is_a4_upright(long_list: bytes) -> None:
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader(long_list).pages}
    assert sizes == {(595, 842)}


@pytest.mark.parametrize(
    "text",
    [
        "#sys.inputs", "#panic()", "$x^2$", "*fett* _schräg_", "\\", "\\u{41}", '"; #read("paper.typ")', "= Titel",
        "<label> @verweis", "`roh`", "// Kommentar", "[inhalt]", "{code}", "{{ jinja }}", "https://a.example/?b=c&d=e",
        "'--'", "~", "- Liste", "/ Begriff: x", "\u202fschmal", "Łukasz Şahin Ćirić Žižek", "Ελένη", "Олена",
    ],
)  # fmt: skip
def test_text_is_never_markup(text: str) -> None:
    content = attendance_list(replace(HEAD, title=text, place=text), [row(text, "", text)])
    expected = " ".join(text.split())
    for part in (f"Teilnahmeliste {expected} Datum", f"Ort {expected} Angemeldet", f"1 {expected} {expected} vor Ort"):
        assert part in text_of(content)


def test_letters_from_the_right_are_kept() -> None:
    assert "محمد" in text_of(attendance_list(HEAD, [row("محمد", "")]))
    assert "שלום" in text_of(attendance_list(HEAD, [row("שלום", "")]))


def test_letters_without_a_glyph_are_boxes_and_control_characters_go() -> None:
    hostile = row("田中 😀", "A\0n\x1bn\u202ea\ud800", "Stadt\r\n\tHalle\ufeff 👩🏽‍💻❤️")
    text = text_of(attendance_list(HEAD, [hostile]))
    assert "1 □□ □, Anna Stadt Halle □□□ vor Ort" in text


def test_ten_thousand_characters_are_cut_and_stay_in_their_cell() -> None:
    words, run = "Verwaltung und " * 700, "W" * 10_000
    content = attendance_list(replace(HEAD, title=run, place=words), [row(run, words, run), row("Zuletzt")])
    assert len(reader(content).pages) <= 3
    assert "2 Zuletzt, Anna Stadt Halle (Saale) vor Ort" in text_of(content)


def test_the_same_list_is_the_same_bytes_in_every_process(long_list: bytes) -> None:
    code = (
        "import hashlib, tests.pdf.test_attendance as t; "
        "print(hashlib.sha256(t.attendance_list(t.HEAD, [t.row(f'Muster{n:03}') for n in range(200)])).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sha256(long_list).hexdigest()


def test_a_list_bears_the_instant_it_was_made_at() -> None:
    metadata = reader(attendance_list(HEAD, [])).metadata
    assert metadata is not None
    assert metadata.creation_date == HEAD.made_at
