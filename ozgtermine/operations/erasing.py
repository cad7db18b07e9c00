"""Forgetting people whose data nobody needs any more: rows, mails and links go, numbers stay."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session, contains_eager

from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import (
    AddressLink,
    ErasedCount,
    Event,
    OfferQuestion,
    OutgoingMail,
    PersonalCalendar,
    Registration,
    RegistrationOffer,
)
from ozgtermine.operations.answering import withdraw_registration
from ozgtermine.operations.erasing_people import forget_people_again
from ozgtermine.operations.graveyard import Graveyard, remember
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.registrations import of_address, unconfirmed_before
from ozgtermine.rules.registering import State, Step, may_happen
from ozgtermine.rules.retention import UNCONFIRMED_FOR, erased_at

AT_ONCE = 500


def erase_unconfirmed(session: Session, graveyard: Graveyard, *, now: datetime, most: int = AT_ONCE) -> int:
    """Erase at most `most` entries whose address nobody confirmed in time; return how many, fewer means that was all.

    Who asked again has a newer link, and as long for it.
    """
    overdue = unconfirmed_before(session, now - UNCONFIRMED_FOR, now=now)[:most]
    forget(session, overdue, graveyard, now=now)
    return len(overdue)


def erase_due(session: Session, graveyard: Graveyard, *, now: datetime, most: int = AT_ONCE) -> int:
    """Erase at most `most` registrations whose clock has run out; return how many, fewer means that was all."""
    due = [each for each in session.scalars(_ended(now)) if _is_due(each, now)][:most]
    forget(session, due, graveyard, now=now)
    return len(due)


def number_due(session: Session, *, now: datetime, but: Iterable[Registration] = ()) -> int:
    """Return how many registrations `erase_due` would erase, those left out that are gone by then."""
    gone = {each.id for each in but}
    return sum(_is_due(each, now) and each.id not in gone for each in session.scalars(_ended(now)))


def _ended(now: datetime) -> Select[Registration]:
    ended = select(Registration).join(Registration.offer).join(RegistrationOffer.event).where(Event.ends_at <= now)
    return ended.options(contains_eager(Registration.offer).contains_eager(RegistrationOffer.event))


def _is_due(registration: Registration, now: datetime) -> bool:
    offer = registration.offer
    until = erased_at(
        registration.state,
        requested_at=registration.requested_at,
        ends_at=offer.event.ends_at,
        retention_days=offer.retention_days,
    )
    return until <= now


def blank_answers(session: Session, *, now: datetime, most: int = AT_ONCE) -> int:
    """Blank the answers that are only kept until the end of the event; return how many registrations had any."""
    blanked = 0
    for registration in session.scalars(_ended(now).where(_has_answers())):
        early = {str(each.id) for each in registration.offer.questions if each.is_erased_early}
        known = {str(each.id) for each in registration.offer.questions}
        kept = {key: text for key, text in registration.answers.items() if key in known - early}
        if registration.question or kept != registration.answers:
            registration.question, registration.answers = "", kept
            blanked += 1
        if blanked == most:
            break
    return blanked


def _has_answers() -> ColumnElement[bool]:
    asks = select(OfferQuestion.offer_id).where(OfferQuestion.offer_id.is_not(None))
    return or_(Registration.question != "", Registration.offer_id.in_(asks))


def forget(session: Session, registrations: Sequence[Registration], graveyard: Graveyard, *, now: datetime) -> None:
    """Erase these rows with all that belongs to them; their numbers are added to `erased_count`."""
    if not registrations:
        return
    graveyard.tombstones.add(_mark(graveyard, each) for each in registrations)
    _count(session, registrations, now)
    ids = [each.id for each in registrations]
    mails = session.scalars(select(OutgoingMail).where(OutgoingMail.registration_id.in_(ids)))
    graveyard.bury(session, list(mails))
    for registration in registrations:
        session.delete(registration)
    remember(session, graveyard)


def _mark(graveyard: Graveyard, registration: Registration) -> str:
    """Return the tombstone: of this row and no other, also where a restored database gives its number away again."""
    return graveyard.tombstones.mark(
        "registration", registration.id, registration.requested_at.isoformat(), registration.name_normalised
    )


def _count(session: Session, registrations: Iterable[Registration], now: datetime) -> None:
    numbers = Counter(
        (each.offer.event_id, each.state, each.mode, each.sector.value if each.sector else "", bool(each.has_attended))
        for each in registrations
    )
    for (event_id, state, mode, sector, has_attended), number in numbers.items():
        key = {"event_id": event_id, "state": state, "mode": mode, "sector": sector, "has_attended": has_attended}
        found = session.scalars(select(ErasedCount).filter_by(**key)).one_or_none()
        if found is None:
            session.add(ErasedCount(**key, number=number, erased_at=now))
        else:
            found.number, found.erased_at = found.number + number, now


def erase_again(session: Session, graveyard: Graveyard, *, now: datetime) -> int:
    """Erase what a restored backup has brought back; return how many registrations, people and accounts that were."""
    erased = graveyard.tombstones.all()
    loaded = select(Registration).join(Registration.offer).options(contains_eager(Registration.offer))
    back = [each for each in session.scalars(loaded) if _mark(graveyard, each) in erased]
    forget(session, back, graveyard, now=now)
    people = forget_people_again(session, erased, graveyard, now=now)
    remember(session, graveyard)
    return len(back) + people


def erase_person(
    session: Session, email_normalised: str, graveyard: Graveyard, *, letterhead: Letterhead, now: datetime
) -> int:
    """Erase everything that is kept about an address; before its event that is a withdrawal. Return how many rows.

    Seats go to who waits. The mail that says so, and takes the entry out of the calendar, is the last one: it stays in
    the outbox until it is sent, and goes with the sent ones.
    """
    found = of_address(session, email_normalised)
    for registration in sorted(found, key=lambda each: each.offer_id):
        offer = lock_offer(session, registration.offer_id)
        if may_happen(registration.state, Step.WITHDRAW) and not offer.event.is_over(now):
            withdraw_registration(session, offer, registration, letterhead=letterhead, now=now, is_erased=True)
        elif registration.state is State.INVITED:
            registration.enter(State.CANCELLED, Step.CANCEL, now=now)
    session.flush()
    forget(session, found, graveyard, now=now)
    for model in (AddressLink, PersonalCalendar):
        session.execute(delete(model).where(model.email_normalised == email_normalised))
    return len(found)
