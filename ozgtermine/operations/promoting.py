"""Seats: giving one, and moving up from the waiting list. The caller holds the offer's lock."""

from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Registration, RegistrationOffer
from ozgtermine.operations.calendar_entries import calendar_entry
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries import registrations
from ozgtermine.rules.registering import Mode, Opening, State


def promote(
    session: Session, offer: RegistrationOffer, *, letterhead: Letterhead, now: datetime
) -> list[Registration]:
    """Give every free seat to who waits first, and mail them; the caller holds the offer's lock.

    The one way from the waiting list to a seat, whatever made the seat free. After closing nobody moves up.
    """
    session.flush()
    if offer.opening(now) is not Opening.OPEN:
        return []
    moved_up = []
    for mode in (Mode.ON_SITE, Mode.ONLINE):
        seats = registrations.counted_pool(session, offer, mode)
        free = seats.waiting if seats.left is None else min(seats.left, seats.waiting)
        moved_up += [_promote_first(session, offer, mode, letterhead, now) for _seat in range(free)]
    return moved_up


def _promote_first(
    session: Session, offer: RegistrationOffer, mode: Mode, letterhead: Letterhead, now: datetime
) -> Registration:
    registration = registrations.first_waiting(session, offer, mode)
    if registration is None:
        raise RuntimeError("the waiting list was counted under the lock and is empty")
    give_seat(registration, now)
    session.flush()
    token = manage_link(session, registration)
    entry = calendar_entry(session, registration, letterhead)
    mail = messages.promoted(letterhead, registration, token=token, invitation=entry, now=now)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return registration


def give_seat(registration: Registration, now: datetime) -> None:
    registration.state = State.CONFIRMED
    registration.waiting_since = None
    registration.decided_at = now
