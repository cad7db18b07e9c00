"""Tables as people exchange them: CSV and XLSX, read with limits, written so that nothing in them runs."""

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from ozgtermine.errors import InvalidValueError
from ozgtermine.files.archives import type_of
from ozgtermine.wording import N_

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 50
LONGEST_CELL = 1_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_ZIP = b"PK\x03\x04"
NOT_READABLE = N_(
    "Das ist keine Tabelle, die wir lesen können. Speichern Sie sie als Excel-Arbeitsmappe (.xlsx) oder CSV."
)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV that German Excel opens by a double click: semicolons, and UTF-8 with its mark.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV Injection).
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_defused(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as an Excel workbook in which every cell is text, so that none is a formula."""
    from openpyxl import Workbook  # heavy, and needed only here

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (header, *([_text(value) for value in row] for row in rows)):
        sheet.append([_as_text(sheet, value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _as_text(sheet: object, value: str) -> object:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # a write-only sheet is meant
    cell.data_type = "s"
    return cell


def _defused(value: object) -> str:
    text = _text(value)
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINS_A_FORMULA) else text


def _text(value: object) -> str:
    return "" if value is None else str(value)


def read_table(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a CSV or XLSX file, every cell as trimmed text, empty rows left out.

    A cell that was defused by `csv_bytes` is as it was before. Raises InvalidValueError for the field `file`.
    """
    if len(content) > MOST_BYTES:
        raise InvalidValueError(N_("Die Datei ist zu groß. Teilen Sie sie auf."), field="file")
    lines = _xlsx_rows(content) if content.startswith(_ZIP) else _csv_rows(content)
    rows = [row for row in islice(lines, MOST_ROWS + 2) if any(row)]
    if not rows:
        raise InvalidValueError(N_("Die Tabelle ist leer."), field="file")
    if len(rows) > MOST_ROWS + 1:
        raise InvalidValueError(
            N_("Die Tabelle hat mehr als %(most)s Zeilen. Teilen Sie sie auf."), field="file", most=MOST_ROWS
        )
    return rows[0], rows[1:]


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    if b"\0" in content:
        raise InvalidValueError(NOT_READABLE, field="file")
    text = _decoded(content)
    first_line = text.partition("\n")[0]
    delimiter = max(";,\t", key=first_line.count)
    csv.field_size_limit(MOST_BYTES)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_cell(value) for value in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise InvalidValueError(NOT_READABLE, field="file") from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    """Yield the rows of the first sheet; formulas count with the value that was saved with them."""
    from openpyxl import load_workbook  # heavy, and needed only here

    _check_is_workbook(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS + 2, values_only=True):
            cells = [_cell(value) for value in row]
            yield cells[: max((place for place, cell in enumerate(cells, start=1) if cell), default=0)]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, OSError) as error:
        raise InvalidValueError(NOT_READABLE, field="file") from error


def _check_is_workbook(content: bytes) -> None:
    """Refuse bombs, macros and other archives, as for any other upload."""
    descriptor, name = tempfile.mkstemp(suffix=".xlsx")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        found = type_of(Path(name))
    finally:
        Path(name).unlink()
    if found.media_type != XLSX:
        raise InvalidValueError(NOT_READABLE, field="file")


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = _text(value).strip()[:LONGEST_CELL]
    return text[1:] if text.startswith("'") and text[1:].lstrip(" ").startswith(_BEGINS_A_FORMULA) else text
