"""The certificate of attendance, on one page that somebody shows their employer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from ozgtermine.pdf.printable import printable
from ozgtermine.pdf.typesetting import typeset
from ozgtermine.rendering.dates import full_day

MINUTES_OF_AN_HOUR = 60
MOST_LINES_OF_AN_ADDRESS = 6
LONGEST_LINE_OF_AN_ADDRESS = 80


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who vouches: name and lines of the address for the letterhead, and the town in which it is issued."""

    name: str
    address: tuple[str, ...]
    town: str


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """Who attended what; `when` and `place` in words; without `duration_minutes` no duration is stated."""

    name: str
    event_title: str
    when: str
    place: str
    organisation: str = ""
    duration_minutes: int | None = None


def certificate(attended: Attendance, issuer: Issuer, *, issued_on: date) -> bytes:
    """Return the certificate as PDF, one A4 page, however long the texts are."""
    hours, minutes = divmod(attended.duration_minutes or 0, MINUTES_OF_AN_HOUR)
    data = {
        "issuer": printable(issuer.name),
        "address": _address(issuer),
        "town": printable(issuer.town, longest=LONGEST_LINE_OF_AN_ADDRESS),
        "issued_on": full_day(issued_on),
        "name": printable(attended.name),
        "organisation": printable(attended.organisation),
        "event": printable(attended.event_title),
        "when": printable(attended.when),
        "hours": hours,
        "minutes": minutes,
        "place": printable(attended.place),
    }
    return typeset("certificate", data, made_at=datetime.combine(issued_on, time(), UTC))


def _address(issuer: Issuer) -> list[str]:
    lines = (printable(line, longest=LONGEST_LINE_OF_AN_ADDRESS) for line in issuer.address)
    return [line for line in lines if line][:MOST_LINES_OF_AN_ADDRESS]
