"""The certificate of attendance, read back."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from ozgtermine.pdf.certificates import Attendance, Issuer, certificate
from tests.pdf.papers import catalogue_of, reader, tags, text_of

ATTENDED = Attendance(
    name="Dr. Anna Größe-Müller",
    organisation="Stadt Halle (Saale)",
    event_title="29. OZG-Sprechstunde: Digitaler Bauantrag",
    when="Mittwoch, 22. Februar 2023, 10:00 bis 11:30 Uhr",
    duration_minutes=90,
    place="online, per Videokonferenz",
)
ISSUER = Issuer(
    name="Ministerium für Infrastruktur und Digitales",
    address=("Turmschanzenstraße 30", "", "39114 Magdeburg"),
    town="Magdeburg",
)
DAY = date(2023, 2, 23)


def test_the_whole_text_of_a_certificate() -> None:
    assert text_of(certificate(ATTENDED, ISSUER, issued_on=DAY)) == (
        "Ministerium für Infrastruktur und Digitales Turmschanzenstraße 30 · 39114 Magdeburg "
        "Teilnahmebescheinigung Dr. Anna Größe-Müller Stadt Halle (Saale) "
        "hat an dieser Veranstaltung teilgenommen: 29. OZG-Sprechstunde: Digitaler Bauantrag "
        "Datum Mittwoch, 22. Februar 2023, 10:00 bis 11:30 Uhr Dauer 1 Stunde 30 Minuten "
        "Ort online, per Videokonferenz "
        "Magdeburg, 23. Februar 2023 Ministerium für Infrastruktur und Digitales "
        "Diese Bescheinigung wurde maschinell erstellt und ist ohne Unterschrift gültig."
    )


def test_what_is_not_known_is_left_out() -> None:
    attended = replace(ATTENDED, organisation="", duration_minutes=None, place="")
    text = text_of(certificate(attended, Issuer(name="Ministerium", address=(), town=""), issued_on=DAY))
    assert text == (
        "Ministerium Teilnahmebescheinigung Dr. Anna Größe-Müller hat an dieser Veranstaltung teilgenommen: "
        "29. OZG-Sprechstunde: Digitaler Bauantrag Datum Mittwoch, 22. Februar 2023, 10:00 bis 11:30 Uhr "
        "23. Februar 2023 Ministerium "
        "Diese Bescheinigung wurde maschinell erstellt und ist ohne Unterschrift gültig."
    )


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 Minute"), (45, "45 Minuten"), (60, "1 Stunde"), (121, "2 Stunden 1 Minute"), (960, "16 Stunden")],
)
def test_a_duration_in_words(minutes: int, words: str) -> None:
    content = certificate(replace(ATTENDED, duration_minutes=minutes), ISSUER, issued_on=DAY)
    assert f"Dauer {words} Ort" in text_of(content)


def test_a_certificate_is_tagged_german_and_shows_its_title() -> None:
    content = certificate(ATTENDED, ISSUER, issued_on=DAY)
    catalogue = catalogue_of(content)
    assert catalogue["/MarkInfo"]["/Marked"].value is True
    assert catalogue["/Lang"] == "de"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = reader(content).metadata
    assert metadata is not None
    assert metadata.title == "Teilnahmebescheinigung: 29. OZG-Sprechstunde: Digitaler Bauantrag"
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data().decode()
    counted = Counter(child for _parent, child in tags(content))
    assert (counted["/H1"], counted["/P"], counted["/Span"]) == (1, 15, 0)  # the note, too, is read aloud


@pytest.mark.parametrize("text", ["#sys.inputs", "$x$ *y* \\ [z] <a> @b", "= Titel"])
def test_text_is_never_markup(text: str) -> None:
    attended = Attendance(name=text, organisation=text, event_title=text, when=text, place=text)
    content = certificate(attended, Issuer(name=text, address=(text,), town=text), issued_on=DAY)
    assert text_of(content).count(text) == 9


@pytest.mark.parametrize("letter", ["W", "m", "Wort ", "Ä", "Ǆ", "😀", "ع"])
def test_a_certificate_is_one_a4_page_whatever_the_length(letter: str) -> None:
    long = letter * 10_000
    attended = Attendance(name=long, organisation=long, event_title=long, when=long, place=long, duration_minutes=61)
    (page,) = reader(certificate(attended, Issuer(name=long, address=(long,) * 9, town=long), issued_on=DAY)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    assert "ist ohne Unterschrift gültig." in " ".join(page.extract_text().split())


def test_the_same_certificate_is_the_same_bytes() -> None:
    first = certificate(ATTENDED, ISSUER, issued_on=DAY)
    assert certificate(ATTENDED, ISSUER, issued_on=DAY) == first
    assert certificate(ATTENDED, ISSUER, issued_on=date(2023, 2, 24)) != first
