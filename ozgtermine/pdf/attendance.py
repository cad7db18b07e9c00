"""The attendance list that lies at the door: who is expected, and where to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ozgtermine.pdf.printable import printable
from ozgtermine.pdf.typesetting import typeset
from ozgtermine.rendering.dates import short_instant
from ozgtermine.rules.names import sorting_name

LONGEST_RUNNING_TITLE = 70  # one line above the table of each further page


@dataclass(frozen=True, kw_only=True)
class ListHead:
    """What stands above the table, in words; `made_at`, aware, tells how fresh the list is."""

    title: str
    when: str
    place: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class ListRow:
    """Somebody who is expected; `participation` in words: "vor Ort"."""

    given_name: str
    family_name: str
    organisation: str = ""
    participation: str = ""

    @property
    def name(self) -> str:
        """Family name first, as the list is sorted."""
        return ", ".join(part for part in (self.family_name.strip(), self.given_name.strip()) if part)


def attendance_list(event: ListHead, rows: Sequence[ListRow]) -> bytes:
    """Return the list as PDF, A4, to be printed and signed; sorted here by family name and numbered from 1.

    Without rows it says that nobody is registered. It holds names and organisations, never a mail address.
    """
    data = {
        "title": printable(event.title),
        "running_title": printable(event.title, longest=LONGEST_RUNNING_TITLE),
        "when": printable(event.when),
        "place": printable(event.place),
        "as_of": short_instant(event.made_at),
        "rows": [
            [printable(text) for text in (row.name, row.organisation, row.participation)]
            for row in sorted(rows, key=_by_family_name)
        ],
    }
    return typeset("attendance", data, made_at=event.made_at)


def _by_family_name(row: ListRow) -> tuple[str, str, str]:
    return sorting_name(row.family_name), sorting_name(row.given_name), sorting_name(row.organisation)
