"""Which dates are announced: a series, a kind or everything, so many, from a day on, and never past ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Self

from sqlalchemy import ColumnElement, Select

from ozgtermine.clock import BERLIN
from ozgtermine.errors import InvalidValueError
from ozgtermine.models import Event
from ozgtermine.queries.events import upcoming
from ozgtermine.rules.permissions import ANONYMOUS
from ozgtermine.wording import N_

USUAL_COUNT = 3
MOST = 50


class UnreadableSelectionError(InvalidValueError):
    """A parameter of the address is not what it should be."""

    status: ClassVar[int] = 400


@dataclass(frozen=True)
class Selection:
    """How many dates from which day on (None: today), and whether days carry their year."""

    count: int = USUAL_COUNT
    from_day: date | None = None
    with_year: bool = False

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Self:
        """Return the selection of an address. Raises UnreadableSelectionError naming the field."""
        return cls(
            count=read_count(arguments.get("anzahl", "")),
            from_day=read_day(arguments.get("ab", "")),
            with_year=read_switch(arguments.get("jahr", "")),
        )

    def events(self, scope: ColumnElement[bool], now: datetime) -> Select[Event]:
        """Return the public events to announce, the next first."""
        today = now.astimezone(BERLIN).date()
        coming = upcoming(ANONYMOUS, now, limit=self.count).where(scope)
        if self.from_day and self.from_day > today:
            coming = coming.where(Event.starts_on >= self.from_day)
        return coming


def read_count(text: str) -> int:
    """Return the number of dates, three where none is given."""
    if not text.strip():
        return USUAL_COUNT
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST:
        return int(text)
    raise UnreadableSelectionError(
        N_("Geben Sie als Anzahl eine Zahl von 1 bis %(most)s an, zum Beispiel 3."), field="anzahl", most=MOST
    )


def read_day(text: str) -> date | None:
    """Return the day, written "2023-02-06" or "06.02.2023"."""
    if not text.strip():
        return None
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise UnreadableSelectionError(
        N_("Geben Sie einen Tag an, den es gibt, zum Beispiel 2023-02-06 oder 06.02.2023."), field="ab"
    )


def read_switch(text: str) -> bool:
    """Return whether the year is wanted."""
    if text in ("", "0", "1"):
        return text == "1"
    raise UnreadableSelectionError(N_("Geben Sie bei „jahr“ 1 (mit Jahr) oder 0 (ohne Jahr) an."), field="jahr")
