"""A table of people and memberships: its columns, and what its cells mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ozgtermine.errors import InvalidValueError
from ozgtermine.rules.names import normalised_name
from ozgtermine.wording import N_


class Column(StrEnum):
    """The heading of each column, as it is written and exported."""

    GIVEN_NAME = "Vorname"
    FAMILY_NAME = "Nachname"
    EMAIL = "E-Mail"
    ORGANISATION = "Organisation"
    SHORT_NAME = "Kurzname"
    SECTOR = "Sektor"
    PILOT = "Pilotkommune"
    SERIES = "Reihe"
    ROLE = "Rolle"
    STARTS_ON = "von"
    ENDS_ON = "bis"


_ALSO = {
    "name": Column.FAMILY_NAME, "familienname": Column.FAMILY_NAME, "mail": Column.EMAIL, "email": Column.EMAIL,
    "e-mail-adresse": Column.EMAIL, "email-adresse": Column.EMAIL, "bereich": Column.SECTOR, "pilot": Column.PILOT,
    "gruppe": Column.SERIES, "ag": Column.SERIES, "beginn": Column.STARTS_ON, "ab": Column.STARTS_ON,
    "ende": Column.ENDS_ON, "kürzel": Column.SHORT_NAME, "kurzbezeichnung": Column.SHORT_NAME,
}  # fmt: skip
_YES = {"ja", "j", "x", "1", "wahr", "true", "yes"}
_NO = {"", "nein", "n", "0", "falsch", "false", "no", "-"}
_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y")


@dataclass(frozen=True)
class Line:
    """One row by its number in the file (the header is 1), with a text for each column."""

    number: int
    cells: Mapping[Column, str]

    def __getitem__(self, column: Column) -> str:
        return self.cells.get(column, "")


def lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Line]:
    """Return the rows under the columns that the header names, in any order and common spellings.

    Raises InvalidValueError for the field `file` where a name or an address has no column.
    """
    places = {column: place for place, text in enumerate(header) if (column := _column(text)) is not None}
    missing = [column.value for column in (Column.GIVEN_NAME, Column.FAMILY_NAME) if column not in places]
    if missing:
        raise InvalidValueError(
            N_("In der ersten Zeile fehlt die Überschrift %(missing)s. Nehmen Sie am besten unsere Vorlage."),
            field="file",
            missing=" und ".join(f"„{each}“" for each in missing),
        )
    return [
        Line(number, {column: row[place] if place < len(row) else "" for column, place in places.items()})
        for number, row in enumerate(rows, start=2)
    ]


def _column(text: str) -> Column | None:
    wanted = normalised_name(text).rstrip(":*")
    return next((column for column in Column if normalised_name(column.value) == wanted), _ALSO.get(wanted))


def day_of(text: str, column: Column) -> date | None:
    """Return the day of a cell, None where it is empty; raises InvalidValueError."""
    if not text:
        return None
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise InvalidValueError(
        N_("„%(text)s“ in der Spalte „%(column)s“ ist kein Tag. Schreiben Sie TT.MM.JJJJ."),
        text=text, column=column.value,
    )  # fmt: skip


def yes_or_no(text: str, column: Column) -> bool:
    """Return what a cell says; raises InvalidValueError."""
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise InvalidValueError(
        N_("„%(text)s“ in der Spalte „%(column)s“ verstehen wir nicht. Schreiben Sie ja oder nein."),
        text=text, column=column.value,
    )  # fmt: skip


def chosen(text: str, words: Mapping[str, str], column: StrEnum) -> str:
    """Return the key of the word that a cell says; raises InvalidValueError naming the words that there are."""
    wanted = normalised_name(text)
    for key, word in words.items():
        if wanted in (normalised_name(word), key):
            return key
    raise InvalidValueError(
        N_("„%(text)s“ in der Spalte „%(column)s“ gibt es nicht. Möglich sind: %(words)s."),
        text=text, column=column.value, words=", ".join(words.values()),
    )  # fmt: skip
