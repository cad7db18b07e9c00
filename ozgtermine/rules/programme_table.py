"""A programme as a table that somebody pastes: one line an item, cells apart by tabs or semicolons."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from ozgtermine.errors import InvalidValueError
from ozgtermine.rules.names import normalised_name
from ozgtermine.rules.people_table import chosen
from ozgtermine.rules.programme import ItemKind, day_of, number_of_days
from ozgtermine.rules.schedule import When
from ozgtermine.wording import N_


class Column(StrEnum):
    """The columns in the order in which a table without headings has them."""

    DAY = "Tag"
    FROM = "von"
    TO = "bis"
    KIND = "Art"
    TITLE = "Titel"
    SPEAKERS = "Mitwirkende"
    ROOM = "Raum"
    TRACK = "Strang"


_ALSO = {
    "datum": Column.DAY, "beginn": Column.FROM, "ab": Column.FROM, "uhrzeit": Column.FROM, "zeit": Column.FROM,
    "ende": Column.TO, "format": Column.KIND, "thema": Column.TITLE, "programmpunkt": Column.TITLE,
    "sprecher": Column.SPEAKERS, "referenten": Column.SPEAKERS, "referierende": Column.SPEAKERS,
    "personen": Column.SPEAKERS, "ort": Column.ROOM, "saal": Column.ROOM, "track": Column.TRACK,
}  # fmt: skip
_KINDS = {
    "panel": ItemKind.PANEL, "podiumsdiskussion": ItemKind.PANEL, "diskussion": ItemKind.PANEL,
    "impulsvortrag": ItemKind.IMPULSE, "eröffnung": ItemKind.KEYNOTE, "eröffnungsrede": ItemKind.KEYNOTE,
    "kaffeepause": ItemKind.BREAK, "mittagspause": ItemKind.BREAK, "mittagessen": ItemKind.BREAK,
    "imbiss": ItemKind.BREAK, "präsentation": ItemKind.TALK,
}  # fmt: skip
_UNKNOWN = {"", "-", "–", "?"}
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?(?: ?Uhr)?", re.IGNORECASE)
_DASH = re.compile(r"\s*(?:[-–—]|\bbis\b)\s*")
_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}))?|(\d{4})-(\d{2})-(\d{2})")
_WEEKDAY = re.compile(r"^(?:mo|di|mi|do|fr|sa|so)[a-zäöü]*\.?,?\s+", re.IGNORECASE)
_NUMBER = re.compile(r"(?:Tag )?(\d{1,2})\.?(?: Tag)?", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One item by the number of its line, with a text for each column; several lines where a cell has line breaks."""

    number: int
    cells: Mapping[Column, str]

    def __getitem__(self, column: Column) -> str:
        return self.cells.get(column, "")


def lines(text: str) -> list[Line]:
    """Return the lines of a pasted table; its first names the columns if it has the headings of title and another."""
    rows = list(_rows(text))
    columns: list[Column | None] = list(Column)
    named = [_column(cell) for cell in rows[0][1]] if rows else []
    if Column.TITLE in named and len(set(named) - {None}) > 1:
        columns, rows = named, rows[1:]
    return [
        Line(number, {column: cell for column, cell in zip(columns, cells, strict=False) if column})
        for number, cells in rows
    ]


def _column(text: str) -> Column | None:
    wanted = normalised_name(text).rstrip(":")
    return next((column for column in Column if normalised_name(column.value) == wanted), _ALSO.get(wanted))


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the number and the trimmed cells of each line that says anything.

    A cell in quotation marks may hold separators and line breaks, as spreadsheets write them; marks inside a text are
    part of it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator = "\t" if "\t" in text else ";"
    cell = re.compile(rf'(?:"((?:[^"]|"")*)"(?=[{separator}\n]|\Z)|([^{separator}\n]*))([{separator}\n]|\Z)')
    number, cells, place, begun = 1, [], 0, 1
    while place <= len(text):
        found = cell.match(text, place)
        assert found is not None  # noqa: S101 - the second alternative takes any text
        quoted, plain, end = found.groups()
        cells.append((plain if quoted is None else quoted.replace('""', '"')).strip())
        number += found[0].count("\n")
        place = found.end()
        if end != separator:
            if any(cells):
                yield begun, cells
            cells, begun = [], number
        if end == "":
            return


def day_number(text: str, event: When, *, above: int | None) -> int:
    """Return which day of the event a cell means: a date, with or without year, or a number.

    An empty one means that of the line `above`, or the only day there is. Raises InvalidValueError.
    """
    days = number_of_days(event)
    if not text and (above or days == 1):
        return above or 1
    if number := _NUMBER.fullmatch(text):
        return int(number[1])
    said = _DATE.fullmatch(_WEEKDAY.sub("", text))
    if said is None:
        raise InvalidValueError(
            N_("„%(text)s“ in der Spalte „%(column)s“ ist kein Tag. Schreiben Sie TT.MM.JJJJ."),
            text=text, column=Column.DAY.value,
        )  # fmt: skip
    for number_of_day in range(1, days + 1):
        if _is_said(day_of(event, number_of_day), said):
            return number_of_day
    raise InvalidValueError(N_("Der Tag „%(text)s“ liegt außerhalb des Termins."), text=text)


def _is_said(day: date, said: re.Match[str]) -> bool:
    number, month, year, *iso = said.groups()
    if iso[0]:
        return [day.year, day.month, day.day] == [int(each) for each in iso]
    return (day.day, day.month) == (int(number), int(month)) and (not year or day.year % 100 == int(year) % 100)


def times_in(first: str, last: str) -> tuple[time | None, time | None]:
    """Return start and end of two cells, either unknown; one cell may hold both: "10:00–11:30".

    Raises InvalidValueError.
    """
    parts = _DASH.split(first, maxsplit=1)
    if len(parts) > 1 and all(parts) and last in _UNKNOWN:
        first, last = parts
    return _time_in(first, Column.FROM), _time_in(last, Column.TO)


def _time_in(text: str, column: Column) -> time | None:
    if text in _UNKNOWN:
        return None
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - the hours and minutes of a day
        raise InvalidValueError(
            N_("„%(text)s“ in der Spalte „%(column)s“ ist keine Uhrzeit. Schreiben Sie 10:00."),
            text=text, column=column.value,
        )  # fmt: skip
    return time(hour, minute)


def kind_in(text: str, words: Mapping[str, str]) -> ItemKind:
    """Return the kind that a cell says in the words of the house, or in common ones; a talk where it says nothing.

    Raises InvalidValueError naming the words that there are.
    """
    if text in _UNKNOWN:
        return ItemKind.TALK
    return _KINDS.get(normalised_name(text)) or ItemKind(chosen(text, words, Column.KIND))


def speakers_lines(text: str) -> str:
    """Return the people of a cell one a line; line breaks, "|" and a slash with blanks around it divide them."""
    return "\n".join(filter(None, (each.strip() for each in re.split(r"\n|\||\s/\s", text))))
