"""The entry that a participant gets by mail, and what takes it out again (iTIP, RFC 5546, 3.2.2 and 3.2.5).

The site owns the answer: nobody is asked to reply, and the participant counts as accepted. The organizer is the
mail's sender, since Outlook refuses an invitation from somebody else.
"""

from dataclasses import dataclass

from ozgtermine.ical.component import Edition, written
from ozgtermine.ical.feed import PRODID
from ozgtermine.ical.lines import line, parameter
from ozgtermine.ical.timezone import VTIMEZONE
from ozgtermine.links import Links
from ozgtermine.models import Access, Event


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """Who is invited by whom; `sequence` grows with every object sent for the same seat."""

    attendee_email: str
    attendee_name: str
    organizer_email: str
    sequence: int
    language: str = "de"


def request(event: Event, attendance: Attendance, links: Links, access: Access | None = None) -> bytes:
    """Return the calendar object of method REQUEST that puts `event` into one participant's calendar.

    `access` is how that participant gets in, if it may be seen already.
    """
    return _calendar("REQUEST", _entry(event, attendance, links, access, is_off=event.is_cancelled))


def cancel(event: Event, attendance: Attendance, links: Links) -> bytes:
    """Return the calendar object of method CANCEL; its sequence is higher than all that was sent before."""
    return _calendar("CANCEL", _entry(event, attendance, links, None, is_off=True))


def _entry(event: Event, attendance: Attendance, links: Links, access: Access | None, *, is_off: bool) -> bytes:
    edition = Edition(
        sequence=attendance.sequence, people=_people(attendance), is_off=is_off, access=access,
        language=attendance.language,
    )  # fmt: skip
    return written(event, (), links, edition)


def _people(attendance: Attendance) -> tuple[bytes, bytes]:
    name = f"CN={parameter(attendance.attendee_name)};" if attendance.attendee_name else ""
    return (
        line("ORGANIZER", f"mailto:{attendance.organizer_email}"),
        line(
            f"ATTENDEE;{name}CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE",
            f"mailto:{attendance.attendee_email}",
        ),
    )


def _calendar(method: str, entry: bytes) -> bytes:
    return b"".join(
        (
            b"BEGIN:VCALENDAR\r\n",
            line("VERSION", "2.0"),
            line("PRODID", PRODID),
            line("CALSCALE", "GREGORIAN"),
            line("METHOD", method),
            VTIMEZONE,
            entry,
            b"END:VCALENDAR\r\n",
        )
    )
