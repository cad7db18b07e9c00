from collections.abc import Callable
from pathlib import Path

import pytest

from ozgtermine.files.inspection import inspect
from ozgtermine.files.refusals import UnsuitableFileError
from ozgtermine.rules.file_types import FileType
from tests import samples
from tests.samples import GOOD, open_document, open_xml

Look = Callable[[bytes, str], FileType]
MACROS = "Die Datei enthält Makros oder Programme. Speichern Sie sie ohne Makros oder als PDF."
ENCRYPTED = "Die Datei ist verschlüsselt. Speichern Sie sie ohne Kennwort."
BOMB = "Ausgepackt wäre die Datei übermäßig groß. Speichern Sie sie neu oder laden Sie sie als PDF hoch."
FOREIGN = (
    "Diese Art von Datei nehmen wir nicht an. Möglich sind PDF, PPTX, DOCX, XLSX, ODP, ODT, ODS, PNG, JPEG."
)
ARCHIVE = (
    "Das ist ein Archiv oder eine Vorlage. Laden Sie die Datei selbst hoch, zum Beispiel als PDF oder PPTX."
)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def look(content: bytes, name: str) -> FileType:
        path = tmp_path / "hochgeladen"
        path.write_bytes(content)
        return inspect(path, name)

    return look


@pytest.mark.parametrize("name", GOOD)
def test_each_type_is_told_by_its_content(look: Look, name: str) -> None:
    found = look(GOOD[name], "ohne Endung")
    assert name.endswith(found.suffixes)
    assert look(GOOD[name], name) == look(GOOD[name], name.upper()) == found


@pytest.mark.parametrize("name", GOOD)
def test_a_name_that_says_something_else_is_a_disguise(look: Look, name: str) -> None:
    other = "bericht.odt" if name != "text.odt" else "bericht.pdf"
    with pytest.raises(UnsuitableFileError) as refused:
        look(GOOD[name], other)
    assert str(refused.value).startswith(f"Der Name endet auf {other[7:]}, der Inhalt ist aber ")


def test_a_date_at_the_end_of_a_name_is_no_disguise(look: Look) -> None:
    assert look(GOOD["folien.pdf"], "Protokoll vom 22.02.2023").label == "PDF"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"MZ\x90\x00 program", "folien.pdf", FOREIGN),
        (b"<html><script>alert(1)</script>", "seite.html", FOREIGN),
        (b"\x00" * 100, "leer.png", FOREIGN),
        (
            samples.slides()[:-40],
            "folien.pdf",
            "Die PDF-Datei ist unvollständig. Speichern Sie sie noch einmal.",
        ),
        (
            samples.slides().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 9 0 R"),
            "folien.pdf",
            "Die PDF-Datei ist verschlüsselt. Speichern Sie sie ohne Kennwort und ohne Einschränkungen.",
        ),
        (open_xml("pptx", **{"ppt/vbaProject.bin": b"x"}), "folien.pptx", MACROS),
        (open_xml("xlsx", **{"xl/macrosheets/sheet1.xml": b"x"}), "tabelle.xlsx", MACROS),
        (open_xml("docx", **{"word/embeddings/setup.EXE": b"x"}), "text.docx", MACROS),
        (
            samples.archive(
                {"[Content_Types].xml": b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"}
            ),
            "folien.pptm",
            MACROS,
        ),
        (open_document("odp", **{"Basic/Standard/Module1.xml": b"x"}), "folien.odp", MACROS),
        (open_document("odt", **{"Scripts/python/run.py": b"x"}), "text.odt", MACROS),
        (samples.encrypted_archive(), "folien.pptx", ENCRYPTED),
        (open_document("odp", b"<manifest:encryption-data/>"), "folien.odp", ENCRYPTED),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "folien.pptx",
            ENCRYPTED,
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "folien.ppt",
            "Das ist ein altes Office-Format. Speichern Sie die Datei als PDF, PPTX, DOCX oder XLSX.",
        ),
        (samples.bomb(), "folien.pptx", BOMB),
        (samples.archive({"beliebig.txt": b"x"}), "alles.zip", ARCHIVE),
        (
            samples.archive({"mimetype": b"application/vnd.oasis.opendocument.text-template"}),
            "x.ott",
            ARCHIVE,
        ),
        (
            open_xml("pptx")[:-30],
            "folien.pptx",
            "Die Datei ist unvollständig. Speichern Sie sie noch einmal.",
        ),
        (
            samples.png(20_000, 20_000),
            "bild.png",
            "Das Bild hat mehr als 100 Millionen Bildpunkte. Verkleinern Sie es.",
        ),
        (
            samples.jpeg(20_000, 20_000),
            "bild.jpg",
            "Das Bild hat mehr als 100 Millionen Bildpunkte. Verkleinern Sie es.",
        ),
        (samples.png()[:20], "bild.png", "Das Bild ist unvollständig. Speichern Sie es noch einmal."),
        (samples.jpeg()[:9], "bild.jpg", "Das Bild ist unvollständig. Speichern Sie es noch einmal."),
    ],
)
def test_what_is_not_taken_gets_a_sentence_that_says_what_to_do(
    look: Look, content: bytes, name: str, sentence: str
) -> None:
    with pytest.raises(UnsuitableFileError) as refused:
        look(content, name)
    assert (str(refused.value), refused.value.field) == (sentence, "file")


def test_an_enormous_directory_is_refused_before_it_is_read(look: Look) -> None:
    content = bytearray(open_xml("pptx"))
    end = content.rfind(b"PK\x05\x06")
    content[end + 12 : end + 16] = (50_000_000).to_bytes(4, "little")
    with pytest.raises(UnsuitableFileError) as refused:
        look(bytes(content), "folien.pptx")
    assert str(refused.value) == BOMB


@pytest.mark.parametrize("name", GOOD)
def test_no_truncation_ends_in_anything_but_a_refusal(look: Look, name: str) -> None:
    content = GOOD[name]
    for length in range(1, len(content), max(1, len(content) // 60)):
        try:
            look(content[:length], name)
        except UnsuitableFileError:
            continue


@pytest.mark.parametrize("name", [name for name in GOOD if name.endswith(("x", "p", "t", "s"))])
def test_no_flipped_byte_ends_in_anything_but_a_refusal(look: Look, name: str) -> None:
    for position in range(0, len(GOOD[name]), 3):
        content = bytearray(GOOD[name])
        content[position] ^= 0xFF
        try:
            look(bytes(content), name)
        except UnsuitableFileError:
            continue
