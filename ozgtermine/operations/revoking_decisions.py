"""Decisions and messages taken back: within ten minutes, before anybody has heard of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import AuditAct, AuditEntry, MailState, OutgoingMail, Registration, RegistrationOffer
from ozgtermine.operations import auditing
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_removal
from ozgtermine.operations.deciding import STEPS, chosen_of
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.operations.taking_back import ChangedSinceError, TooLateToTakeBackError, changes_of
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.seats import free_seats, place_in_line
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.rules.registering import SEATED, State, Step, may_become


def number_of_waiting_mails(session: Session, change_id: str) -> int:
    """Return how many mails of a change have not gone out yet."""
    queued = select(func.count()).where(OutgoingMail.change_id == change_id, OutgoingMail.state == MailState.QUEUED)
    return session.scalars(queued).one()


def is_revocable(entries: Sequence[AuditEntry], *, now: datetime) -> bool:
    """Return whether this is a decision about registrations, or a message, that is young enough."""
    kinds = {Registration.__tablename__, RegistrationOffer.__tablename__, "event"}
    return all(entry.thing in kinds and now < entry.at + REVOCABLE_FOR for entry in entries)


def take_back(session: Session, change_id: str, *, letterhead: Letterhead, now: datetime) -> None:
    """Undo a decision or a message: its mails are never sent, and registrations are what they were.

    A seat that somebody else has meanwhile is not taken away again: then the person waits at the former place. Raises
    TooLateToTakeBackError, ChangedSinceError, NotFoundError.
    """
    entries = changes_of(session, change_id)
    offers = {entry.event_id for entry in entries}
    if not is_revocable(entries, now=now) or len(offers) != 1 or None in offers:
        raise TooLateToTakeBackError
    offer = session.scalars(select(RegistrationOffer).where(RegistrationOffer.event_id.in_(offers))).one()
    offer = lock_offer(session, offer.id)
    unsent = session.execute(
        delete(OutgoingMail)
        .where(OutgoingMail.change_id == change_id, OutgoingMail.state == MailState.QUEUED)
        .returning(OutgoingMail.registration_id)
    ).scalars().all()
    sent = session.scalars(select(func.count()).where(OutgoingMail.change_id == change_id)).one()
    decided = dict(_decided(entries))
    if sent or not (unsent or decided):
        raise TooLateToTakeBackError
    for registration in chosen_of(session, offer, list(decided)):
        before, after = decided[registration.id]
        _restore(session, offer, registration, before, after, letterhead, now)
    auditing.note(session, AuditAct.TAKEN_BACK, offer.event, now=now)
    promote(session, offer, letterhead=letterhead, now=now)


def _decided(entries: Sequence[AuditEntry]) -> Iterator[tuple[int, tuple[State, State]]]:
    """Yield the registrations that were decided about, from what to what; who moved up thereby is not among them."""
    for entry in entries:
        is_change = entry.thing == Registration.__tablename__ and entry.act is AuditAct.CHANGED
        if is_change and entry.thing_id is not None and "state" in entry.changes:
            before, after = (State(each) for each in entry.changes["state"])
            if any(may_become(before, step, after) for step in STEPS.values()):
                yield entry.thing_id, (before, after)


def _restore(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    before: State,
    after: State,
    letterhead: Letterhead,
    now: datetime,
) -> None:
    if registration.state is not after:
        raise ChangedSinceError
    target = State.CONFIRMED if before is State.OFFERED else before
    seats = free_seats(session, offer)
    if target is State.CONFIRMED and not seats.has_one_for(registration.mode, registration.sector):
        target = State.WAITING
    registration.enter(target, Step.TAKE_BACK, now=now)
    registration.decision_reason = ""
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:  # the person has registered anew meanwhile
        raise ChangedSinceError from error
    if before in SEATED and target is not before:
        mail = _what_is_left(session, registration, before, letterhead, now)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)


def _what_is_left(
    session: Session, registration: Registration, before: State, letterhead: Letterhead, now: datetime
) -> Mail:
    """Tell who had a seat, or was offered one, what there is now: an offer becomes a seat, and a seat may be gone."""
    token = manage_link(session, registration)
    if registration.state is State.CONFIRMED:
        entry = calendar_entry(session, registration, letterhead, now)
        return messages.promoted(letterhead, registration, token=token, invitation=entry, now=now)
    place = place_in_line(session, registration)
    mail = messages.registration_waiting(letterhead, registration, token=token, place=place)
    had_a_seat = before is State.CONFIRMED
    removal = calendar_removal(registration, letterhead, may_return=True) if had_a_seat else None
    return replace(mail, invitation=removal)
