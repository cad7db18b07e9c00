"""The entry of an event in a participant's calendar: put in, and taken out (iTIP, RFC 5546)."""

from ozgtermine.ical import invitation
from ozgtermine.mail.composing import Invitation
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Registration


def calendar_entry(registration: Registration, letterhead: Letterhead) -> Invitation | None:
    """Return the entry that a confirmed participant gets, None where the date is not known to the day."""
    if not registration.offer.event.when.is_known_to_the_day:
        return None
    return Invitation(method="REQUEST", content=invitation.request(registration, letterhead.links))


def calendar_removal(registration: Registration, letterhead: Letterhead) -> Invitation | None:
    """Return what takes the entry out again, newer than all that was sent before."""
    event = registration.offer.event
    if not event.when.is_known_to_the_day:
        return None
    registration.invitation_sequence = max(registration.invitation_sequence + 1, event.sequence)
    return Invitation(method="CANCEL", content=invitation.cancel(registration, letterhead.links))
