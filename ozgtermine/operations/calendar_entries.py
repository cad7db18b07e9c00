"""The entry of an event in a participant's calendar: put in, and taken out (iTIP, RFC 5546).

All that is sent to one address about one event has the same UID, so that each object must outrank those before it: a
registration that follows a withdrawal begins above the number that took the entry out.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.ical import invitation
from ozgtermine.mail.composing import Invitation
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Registration
from ozgtermine.queries.registrations import last_invitation_sequence
from ozgtermine.rendering.participation import access_for_participants


def calendar_entry(
    session: Session, registration: Registration, letterhead: Letterhead, now: datetime
) -> Invitation | None:
    """Return the entry that a confirmed participant gets, None where the date is not known to the day."""
    event = registration.offer.event
    if not event.when.is_known_to_the_day:
        return None
    sent_before = last_invitation_sequence(session, registration)
    lowest = 0 if sent_before is None else sent_before + 1
    registration.invitation_sequence = max(registration.invitation_sequence, event.sequence, lowest)
    return _request(registration, letterhead, now)


def calendar_update(registration: Registration, letterhead: Letterhead, now: datetime) -> Invitation | None:
    """Return the entry anew, newer than all that was sent before: date, place or access have changed."""
    if not registration.offer.event.when.is_known_to_the_day:
        return calendar_removal(registration, letterhead)
    registration.invitation_sequence = max(registration.invitation_sequence + 1, registration.offer.event.sequence)
    return _request(registration, letterhead, now)


def _request(registration: Registration, letterhead: Letterhead, now: datetime) -> Invitation:
    event = registration.offer.event
    access = access_for_participants(event, now)
    content = invitation.request(event, _attendance(registration, letterhead), letterhead.links, access)
    return Invitation(method="REQUEST", content=content)


def calendar_removal(
    registration: Registration, letterhead: Letterhead, *, may_return: bool = False
) -> Invitation | None:
    """Return what takes the entry out again, newer than all that was sent before; None where none can be out there.

    Of a registration that lives on and `may_return` to a seat, the next entry is newer than this.
    """
    event = registration.offer.event
    if not event.when.is_known_to_the_day and event.moved_from_on is None:
        return None
    registration.invitation_sequence = max(registration.invitation_sequence, event.sequence) + 1
    content = invitation.cancel(event, _attendance(registration, letterhead), letterhead.links)
    registration.invitation_sequence += may_return
    return Invitation(method="CANCEL", content=content)


def _attendance(registration: Registration, letterhead: Letterhead) -> invitation.Attendance:
    return invitation.Attendance(
        attendee_email=registration.email,
        attendee_name=registration.name,
        organizer_email=letterhead.sender,
        sequence=registration.invitation_sequence,
        language=registration.language,
    )
