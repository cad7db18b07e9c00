"""The entry of an event in a participant's calendar: put in, and taken out (iTIP, RFC 5546)."""

from collections.abc import Callable

from ozgtermine.ical import invitation
from ozgtermine.ical.invitation import Attendance
from ozgtermine.links import Links
from ozgtermine.mail.composing import Invitation
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, Registration


def calendar_entry(registration: Registration, letterhead: Letterhead) -> Invitation | None:
    """Return the entry that a confirmed participant gets, None where the date is not known to the day."""
    if not registration.offer.event.when.is_known_to_the_day:
        return None
    content = invitation.request(registration.offer.event, _attendance(registration, letterhead), letterhead.links)
    return Invitation(method="REQUEST", content=content)


def calendar_removal(registration: Registration, letterhead: Letterhead) -> Invitation | None:
    """Return what takes the entry out again, newer than all that was sent before."""
    event = registration.offer.event
    if not event.when.is_known_to_the_day:
        return None
    registration.invitation_sequence = max(registration.invitation_sequence + 1, event.sequence)
    content = invitation.cancel(event, _attendance(registration, letterhead), letterhead.links)
    return Invitation(method="CANCEL", content=content)


def _attendance(registration: Registration, letterhead: Letterhead) -> invitation.Attendance:
    return invitation.Attendance(
        attendee_email=registration.email,
        attendee_name=registration.name,
        organizer_email=letterhead.sender,
        sequence=max(registration.invitation_sequence, registration.offer.event.sequence),
    )


def _write(
    write: Callable[[Event, Attendance, Links], bytes], registration: Registration, letterhead: Letterhead
) -> bytes:
    attendance = Attendance(
        attendee_email=registration.email,
        attendee_name=registration.name,
        organizer_email=letterhead.sender,
        sequence=registration.invitation_sequence,
    )
    return write(registration.offer.event, attendance, letterhead.links)
