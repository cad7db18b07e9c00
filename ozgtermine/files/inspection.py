"""What a file really is, by its content; what disguises, hides or blows itself up is refused.

Nothing is unpacked but small members of known names; sizes are read from the archive's own directory, which
bounds what unpacking could give (zipfile stops at the declared size).
"""

import mmap
import re
from collections.abc import Callable
from pathlib import Path, PurePath

from ozgtermine.files import archives, images
from ozgtermine.files.refusals import UnsuitableFileError
from ozgtermine.rules.file_types import JPEG, PDF, PNG, TYPES, FileType
from ozgtermine.wording import N_

_HEAD_BYTES = 8
_PDF_TAIL_BYTES = 4096
_ENCRYPTED_PDF = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def inspect(path: Path, file_name: str) -> FileType:
    """Return what the file at `path` is; `file_name` must not say something else.

    Raises UnsuitableFileError with a sentence that says what to do.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    look = next((look for start, look in _LOOKS if head.startswith(start)), None)
    if look is None:
        raise UnsuitableFileError(
            N_("Diese Art von Datei nehmen wir nicht an. Möglich sind %(types)s."),
            types=", ".join(each.label for each in TYPES),
        )
    found = look(path)
    _refuse_disguise(found, file_name)
    return found


def _refuse_disguise(found: FileType, file_name: str) -> None:
    suffix = PurePath(file_name).suffix.lower()
    is_part_of_the_name = suffix[1:].isdigit()
    if suffix and not is_part_of_the_name and suffix not in found.suffixes:
        raise UnsuitableFileError(
            N_(
                "Der Name endet auf %(suffix)s, der Inhalt ist aber %(type)s. Benennen Sie die Datei richtig."
            ),
            suffix=suffix,
            type=found.label,
        )


def _pdf(path: Path) -> FileType:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.rfind(b"%%EOF", max(0, len(content) - _PDF_TAIL_BYTES)) < 0:
            raise UnsuitableFileError(N_("Die PDF-Datei ist unvollständig. Speichern Sie sie noch einmal."))
        if _ENCRYPTED_PDF.search(content):
            raise UnsuitableFileError(
                N_(
                    "Die PDF-Datei ist verschlüsselt. "
                    "Speichern Sie sie ohne Kennwort und ohne Einschränkungen."
                )
            )
    return PDF


def _image(kind: FileType, size_of: Callable[[Path], tuple[int, int]]) -> Callable[[Path], FileType]:
    def look(path: Path) -> FileType:
        images.refuse_enormous(*size_of(path))
        return kind

    return look


def _compound(path: Path) -> FileType:
    """An OLE container: an encrypted document of today, or one of the old formats."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        encrypted = content.find("EncryptedPackage".encode("utf-16-le")) >= 0
    if encrypted:
        raise UnsuitableFileError(N_("Die Datei ist verschlüsselt. Speichern Sie sie ohne Kennwort."))
    raise UnsuitableFileError(
        N_("Das ist ein altes Office-Format. Speichern Sie die Datei als PDF, PPTX, DOCX oder XLSX.")
    )


_LOOKS: tuple[tuple[bytes, Callable[[Path], FileType]], ...] = (
    (b"%PDF-", _pdf),
    (b"PK\x03\x04", archives.type_of),
    (b"\x89PNG\r\n\x1a\n", _image(PNG, images.png_size)),
    (b"\xff\xd8\xff", _image(JPEG, images.jpeg_size)),
    (_COMPOUND, _compound),
)
