"""Office files, which are ZIP archives: which kind it is, and what must not be inside."""

import lzma
import re
import struct
import zipfile
import zlib
from pathlib import Path

from ozgtermine.files.refusals import UnsuitableFileError
from ozgtermine.rules.file_types import OPEN_DOCUMENT, OPEN_XML, FileType
from ozgtermine.wording import N_

MOST_DIRECTORY_BYTES = 4_000_000
MOST_UNPACKED_BYTES = 1_000_000_000
MOST_RATIO = 200
SMALL_UNPACKED_BYTES = 50_000_000
MOST_READ_BYTES = 2_000_000
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_CONTENT_TYPES = "[Content_Types].xml"
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)
_MACROS = re.compile(
    r"(?:^|/)vbaProject\.bin$|^xl/macrosheets/|\.(?:xlsm|docm|pptm|exe|js|vbs)$"
    r"|^Basic/[^/]+/(?!script-l[bc]\.xml$|dialog-l[bc]\.xml$)[^/]+$|^Scripts/.*[^/]$",
    re.IGNORECASE,
)


def type_of(path: Path) -> FileType:
    """Return which office format the archive is.

    Raises UnsuitableFileError for all others, for broken, encrypted and macro-bearing ones, and for bombs.
    """
    _refuse_enormous_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(archive)
            _refuse_encrypted(archive)
            _refuse_macros(archive)
            found = _open_document(archive) or _open_xml(archive)
    except _BROKEN as error:
        raise UnsuitableFileError(N_("Die Datei ist beschädigt. Speichern Sie sie noch einmal.")) from error
    if found is None:
        raise UnsuitableFileError(
            N_(
                "Das ist ein Archiv oder eine Vorlage. "
                "Laden Sie die Datei selbst hoch, zum Beispiel als PDF oder PPTX."
            )
        )
    return found


def _refuse_enormous_directory(path: Path) -> None:
    """Look at the directory's size before zipfile reads all of it into memory (APPNOTE 4.3.16)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - 20))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < _END_BYTES:
        raise UnsuitableFileError(N_("Die Datei ist unvollständig. Speichern Sie sie noch einmal."))
    (directory_bytes,) = struct.unpack("<L", tail[end + 12 : end + 16])
    if directory_bytes > MOST_DIRECTORY_BYTES or tail[max(0, end - 20) : end].startswith(b"PK\x06\x07"):
        raise _bomb()


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    unpacked = sum(each.file_size for each in archive.infolist())
    packed = sum(each.compress_size for each in archive.infolist())
    if unpacked > MOST_UNPACKED_BYTES or (unpacked > SMALL_UNPACKED_BYTES and unpacked > MOST_RATIO * packed):
        raise _bomb()


def _bomb() -> UnsuitableFileError:
    return UnsuitableFileError(
        N_("Ausgepackt wäre die Datei übermäßig groß. Speichern Sie sie neu oder laden Sie sie als PDF hoch.")
    )


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    manifest = _read(archive, "META-INF/manifest.xml")
    if b"encryption-data" in manifest or any(each.flag_bits & _ENCRYPTED for each in archive.infolist()):
        raise UnsuitableFileError(N_("Die Datei ist verschlüsselt. Speichern Sie sie ohne Kennwort."))


def _refuse_macros(archive: zipfile.ZipFile) -> None:
    if b"macroEnabled" in _read(archive, _CONTENT_TYPES) or any(
        _MACROS.search(name) for name in archive.namelist()
    ):
        raise UnsuitableFileError(
            N_("Die Datei enthält Makros oder Programme. Speichern Sie sie ohne Makros oder als PDF.")
        )


def _open_document(archive: zipfile.ZipFile) -> FileType | None:
    """ODF 1.3 part 2, 3.3: the member `mimetype` names the type."""
    named = _read(archive, "mimetype").decode("ascii", "replace").strip()
    return next((each for each in OPEN_DOCUMENT if each.media_type == named), None)


def _open_xml(archive: zipfile.ZipFile) -> FileType | None:
    """ECMA-376 part 2: the content types name the main part."""
    declared = _read(archive, _CONTENT_TYPES)
    return next((each for each in OPEN_XML if f"{each.media_type}.main+xml".encode() in declared), None)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a member, nothing where there is none."""
    try:
        with archive.open(name) as member:
            return member.read(MOST_READ_BYTES)
    except (KeyError, RuntimeError):
        return b""
