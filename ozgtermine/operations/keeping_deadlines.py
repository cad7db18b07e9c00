"""What a clock decides about registrations: seats that lapse, reminders before that, reminders before the event."""

from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, Registration, RegistrationOffer
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.locking import lock_offer, lock_registration
from ozgtermine.queries.registrations import overdue_claims
from ozgtermine.rules import schedule
from ozgtermine.rules.registering import State, Step

LONGEST_REMINDER = timedelta(days=60)


def lapse_claims(session: Session, offer_id: int, *, letterhead: Letterhead, now: datetime) -> int:
    """End the offered seats of an offer that nobody took in time, and give them to the next; return how many."""
    offer = lock_offer(session, offer_id)
    overdue = list(session.scalars(overdue_claims(now).where(Registration.offer_id == offer_id)))
    for registration in overdue:
        registration.enter(State.LAPSED, Step.LAPSE, now=now)
        mail = messages.seat_lapsed(letterhead, registration)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    promote(session, offer, letterhead=letterhead, now=now)
    return len(overdue)


def remind_of_claim(session: Session, registration_id: int, *, letterhead: Letterhead, now: datetime) -> None:
    """Remind once of an offered seat, unless it was taken meanwhile."""
    registration = lock_registration(session, registration_id)
    if registration.state is State.OFFERED and registration.remind_of_claim_at is not None:
        registration.remind_of_claim_at = None
        token = manage_link(session, registration)
        mail = messages.claim_reminder(letterhead, registration, token=token)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)


def offers_to_remind_of(session: Session, now: datetime) -> list[RegistrationOffer]:
    """Return the offers of events that come within their reminder's time."""
    found = (
        select(RegistrationOffer)
        .join(RegistrationOffer.event)
        .where(
            RegistrationOffer.reminder_hours.is_not(None),
            Event.published_at <= now,
            Event.cancelled_at.is_(None),
            Event.ends_at > now,
            Event.starts_at <= now + LONGEST_REMINDER,
        )
        .options(joinedload(RegistrationOffer.event).joinedload(Event.series))
    )
    return [each for each in session.scalars(found) if _is_due(each, now)]


def _is_due(offer: RegistrationOffer, now: datetime) -> bool:
    reminded_at = remind_at(offer)
    return reminded_at is not None and reminded_at <= now < schedule.reminders_count_from(offer.event.when)


def remind_at(offer: RegistrationOffer) -> datetime | None:
    """Return when people are reminded; computed from the present date, so that it moves with the event."""
    if offer.reminder_hours is None or not offer.event.when.is_known_to_the_day:
        return None
    return schedule.reminders_count_from(offer.event.when) - timedelta(hours=offer.reminder_hours)


def to_remind(offer: RegistrationOffer) -> Select[Registration]:
    """Select the participants who were not reminded of the present date, and did not register after the reminder."""
    starts_at, due_at = offer.event.starts_at, remind_at(offer)
    return select(Registration).where(
        Registration.offer_id == offer.id,
        Registration.state == State.CONFIRMED,
        or_(Registration.reminded_for.is_(None), Registration.reminded_for != starts_at),
        or_(Registration.decided_at.is_(None), Registration.decided_at < due_at),
    )


def remind_of_event(
    session: Session, offer_id: int, *, most: int, letterhead: Letterhead, now: datetime
) -> int:
    """Remind at most `most` participants of an event; return how many: fewer than that means all are reminded."""
    offer = lock_offer(session, offer_id)
    due = list(session.scalars(to_remind(offer).order_by(Registration.id).limit(most)))
    for registration in due:
        registration.reminded_for = offer.event.starts_at
        token = manage_link(session, registration)
        mail = messages.event_reminder(letterhead, registration, token=token, now=now)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return len(due)
