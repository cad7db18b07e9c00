"""What editors decide about registrations: approve, decline, end, add by hand, move between pools, write.

Decisions and messages are mails that wait ten minutes; until then `revoking_decisions` can take the whole change back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import NotFoundError, Refusal
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import AuditAct, Registration, RegistrationOffer
from ozgtermine.operations import auditing
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_removal, calendar_update
from ozgtermine.operations.confirming import admit
from ozgtermine.operations.offers import FullError
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registering import Details, entry_of
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.seats import free_seats, place_in_line
from ozgtermine.rules.registering import SEATED, Mode, State, Step, may_happen
from ozgtermine.wording import N_


class Decision(StrEnum):
    """What is decided about several registrations at once."""

    APPROVE = "approve"
    DECLINE = "decline"
    CANCEL = "cancel"


STEPS = {Decision.APPROVE: Step.APPROVE, Decision.DECLINE: Step.DECLINE, Decision.CANCEL: Step.CANCEL}


class AlreadyRegisteredError(Refusal):
    message = N_("Diese Person ist mit dieser Adresse schon angemeldet.")
    status = 409


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What came of a decision: how many in which state, how many it could not be about, and what takes it back."""

    seats: int = 0
    waiting: int = 0
    ended: int = 0
    skipped: int = 0
    change_id: str = ""


def decide(
    session: Session,
    offer_id: int,
    registration_ids: Sequence[int],
    decision: Decision,
    *,
    reason: str = "",
    letterhead: Letterhead,
    now: datetime,
) -> Decided:
    """Decide about these registrations of the offer in the order of their requests; mails wait ten minutes.

    Those for which the decision makes no sense are left as they are. Whoever was approved and finds all seats taken
    waits. Seats that become free go to the line in the same transaction.
    """
    offer, step = lock_offer(session, offer_id), STEPS[decision]
    chosen = chosen_of(session, offer, registration_ids)
    deciding = [each for each in chosen if may_happen(each.state, step)]
    change_id = auditing.change_id(session)
    seats = waiting = ended = 0
    for registration in deciding:
        registration.decision_reason = reason
        if decision is Decision.APPROVE:
            admit(session, offer, registration, step, letterhead=letterhead, now=now, revocable_as=change_id)
            seats += registration.state is State.CONFIRMED
            waiting += registration.state is State.WAITING
        else:
            _end(session, registration, decision, letterhead, now)
            ended += 1
    promote(session, offer, letterhead=letterhead, now=now)
    skipped = len(chosen) - len(deciding)
    return Decided(seats=seats, waiting=waiting, ended=ended, skipped=skipped, change_id=change_id)


def chosen_of(session: Session, offer: RegistrationOffer, ids: Sequence[int]) -> list[Registration]:
    """Return the rows of this offer alone, locked, in the order of the requests."""
    found = select(Registration).where(Registration.offer_id == offer.id, Registration.id.in_(ids))
    in_order = found.order_by(Registration.requested_at, Registration.id).with_for_update()
    return list(session.scalars(in_order.execution_options(populate_existing=True)))


def _end(
    session: Session, registration: Registration, decision: Decision, letterhead: Letterhead, now: datetime
) -> None:
    before = registration.state
    declines = decision is Decision.DECLINE
    registration.enter(State.DECLINED if declines else State.CANCELLED, STEPS[decision], now=now)
    if before is State.UNCONFIRMED:  # nobody has said that the address is theirs: no mail
        return
    entry = calendar_removal(registration, letterhead) if before in SEATED else None
    build = messages.declined if declines else messages.removed
    mail = build(letterhead, registration, invitation=entry)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id,
                revocable_as=auditing.change_id(session))  # fmt: skip


def add_by_hand(
    session: Session, offer_id: int, details: Details, *, letterhead: Letterhead, now: datetime
) -> Registration:
    """Register somebody who asked by phone or in person, whatever the window says: seat or line, and a mail.

    Raises AlreadyRegisteredError, FullError.
    """
    offer = lock_offer(session, offer_id)
    registration = entry_of(offer, details, now)
    try:
        with session.begin_nested():
            session.add(registration)
    except IntegrityError as error:
        raise AlreadyRegisteredError(field="email") from error
    registration.address_confirmed_at = now
    promote(session, offer, letterhead=letterhead, now=now)
    if free_seats(session, offer).has_one_for(registration.mode, registration.sector):
        registration.enter(State.CONFIRMED, Step.CONFIRM_ADDRESS, now=now)
        token = manage_link(session, registration)
        entry = calendar_entry(session, registration, letterhead, now)
        mail = messages.registration_confirmed(letterhead, registration, token=token, invitation=entry, now=now)
    elif offer.has_waiting_list:
        registration.enter(State.WAITING, Step.CONFIRM_ADDRESS, now=now)
        token = manage_link(session, registration)
        place = place_in_line(session, registration)
        mail = messages.registration_waiting(letterhead, registration, token=token, place=place)
    else:
        raise FullError
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return registration


def move_to_pool(
    session: Session, offer_id: int, registration_id: int, mode: Mode, *, letterhead: Letterhead, now: datetime
) -> Registration:
    """Let somebody take part on site instead of online, or the other way round. Raises FullError, NotFoundError."""
    offer = lock_offer(session, offer_id)
    found = chosen_of(session, offer, [registration_id])
    if not found:
        raise NotFoundError
    registration = found[0]
    if registration.mode is mode or mode is Mode.HYBRID:
        return registration
    if registration.state in SEATED:
        _give_other_seat(session, offer, registration, mode, letterhead, now)
    else:
        registration.mode = mode
    promote(session, offer, letterhead=letterhead, now=now)
    return registration


def _give_other_seat(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    mode: Mode,
    letterhead: Letterhead,
    now: datetime,
) -> None:
    """Give a seat of the other pool instead of the own one, or the one that was offered."""
    seats = promote(session, offer, letterhead=letterhead, now=now)
    if registration.mode is mode:  # it was waiting for that seat, and has just got it
        return
    if mode not in seats.free_modes:
        raise FullError
    registration.mode, registration.waits_for_mode, registration.waiting_since = mode, None, None
    token = manage_link(session, registration)
    if registration.state is State.OFFERED:
        mail = messages.seat_offered(letterhead, registration, token=token)
    else:
        entry = calendar_update(registration, letterhead, now)
        mail = messages.mode_changed(letterhead, registration, token=token, invitation=entry, now=now)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)


def write_to(
    session: Session,
    offer_id: int,
    registration_ids: Sequence[int],
    *,
    subject: str,
    text: str,
    letterhead: Letterhead,
    now: datetime,
) -> int:
    """Promise these people a message, which waits ten minutes; return to how many."""
    offer = lock_offer(session, offer_id)
    chosen = [each for each in chosen_of(session, offer, registration_ids) if each.state is not State.UNCONFIRMED]
    change_id = auditing.change_id(session)
    for registration in chosen:
        token = manage_link(session, registration)
        mail = messages.to_participants(letterhead, registration, subject=subject, text=text, token=token)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id, revocable_as=change_id)
    if chosen:
        auditing.note(session, AuditAct.WROTE, offer.event, now=now, text=subject)
    return len(chosen)


def note_attendance(session: Session, offer_id: int, present: Sequence[int]) -> int:
    """Note who of the confirmed was there, and who was not; return how many were."""
    offer = lock_offer(session, offer_id)
    confirmed = select(Registration).where(Registration.offer_id == offer.id, Registration.state == State.CONFIRMED)
    there = set(present)
    number = 0
    for registration in session.scalars(confirmed):
        registration.has_attended = registration.id in there
        number += registration.has_attended
    offer.event.number_of_attendees, offer.event.attendees_estimated = number, False
    return number
