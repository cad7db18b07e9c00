"""What a registered person does behind the mailed link: claim, withdraw, reply, change.

A seat is only ever given or freed while holding `lock_offer`; every mail is a row in the same transaction.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import LinkPurpose, Registration, RegistrationOffer, Reply
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_removal, calendar_update
from ozgtermine.operations.confirming import admit
from ozgtermine.operations.offers import ClaimLapsedError, NotOpenError, TooLateError, check_is_running
from ozgtermine.operations.promoting import promote, take_other_seat
from ozgtermine.operations.registering import Details, fill
from ozgtermine.operations.registration_links import get_registration, manage_link
from ozgtermine.queries.locking import lock_offer, lock_registration
from ozgtermine.rules.registering import LIVE, SEATED, Mode, Policy, State, Step, may_happen


def claim(session: Session, token: str, *, letterhead: Letterhead, now: datetime) -> Registration:
    """Take an offered seat. Claiming again changes nothing.

    Raises LinkExpiredError, ClaimLapsedError, and NotOpenError while the event is cancelled.
    """
    registration, offer = _locked(session, token, now)
    if registration.state is State.OFFERED:
        if offer.event.is_cancelled:
            raise NotOpenError(offer.window(now))
        if registration.claim_until is not None and now >= registration.claim_until:
            raise ClaimLapsedError
        registration.enter(State.CONFIRMED, Step.CLAIM, now=now)
        fresh = manage_link(session, registration)
        entry = calendar_entry(session, registration, letterhead, now)
        mail = messages.registration_confirmed(letterhead, registration, token=fresh, invitation=entry, now=now)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
        promote(session, offer, letterhead=letterhead, now=now)
    return registration


def withdraw(session: Session, token: str, *, letterhead: Letterhead, now: datetime) -> Registration:
    """End a registration; whoever waits first gets the freed seat in the same transaction.

    Withdrawing again changes nothing. Raises LinkExpiredError, TooLateError.
    """
    registration, offer = _locked(session, token, now)
    if not may_happen(registration.state, Step.WITHDRAW):
        return registration
    if offer.event.is_over(now):
        raise TooLateError
    withdraw_registration(session, offer, registration, letterhead=letterhead, now=now)
    return registration


def withdraw_registration(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    *,
    letterhead: Letterhead,
    now: datetime,
    is_erased: bool = False,
) -> None:
    """End the registration and mail that it has ended; the caller holds the lock and has checked that it may.

    The last mail of one that `is_erased` then belongs to no registration, so that it does not go with it.
    """
    had_a_seat = registration.state in SEATED
    registration.enter(State.WITHDRAWN, Step.WITHDRAW, now=now)
    entry = calendar_removal(registration, letterhead) if had_a_seat else None
    mail = messages.withdrawn(letterhead, registration, invitation=entry)
    outbox.post(session, mail, letterhead, now=now, registration_id=None if is_erased else registration.id)
    promote(session, offer, letterhead=letterhead, now=now)


def reply(session: Session, token: str, answer: Reply, *, letterhead: Letterhead, now: datetime) -> Registration:
    """Take a member's answer: yes is a seat or a place in line; maybe and no leave it, and may become yes again.

    Raises LinkExpiredError, TooLateError, NotOpenError, FullError.
    """
    registration, offer = _locked(session, token, now)
    if offer.policy is not Policy.MEMBERS or registration.state not in LIVE:
        raise TooLateError
    check_is_running(offer, now)
    before, registration.reply = registration.state, answer
    if answer is Reply.YES:
        if before is State.INVITED:
            admit(session, offer, registration, Step.REPLY, letterhead=letterhead, now=now)
        return registration
    if before is not State.INVITED:
        registration.enter(State.INVITED, Step.REPLY, now=now)
    entry = calendar_removal(registration, letterhead, may_return=True) if before is State.CONFIRMED else None
    fresh = manage_link(session, registration)
    mail = messages.reply_noted(letterhead, registration, token=fresh, invitation=entry)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    promote(session, offer, letterhead=letterhead, now=now)
    return registration


def change(session: Session, token: str, details: Details, *, letterhead: Letterhead, now: datetime) -> Registration:
    """Take over other answers until registration closes; name and address stay (see `deputising`).

    A confirmed person who wants the other pool of a hybrid event gets a seat there or waits for one, and keeps the
    seat until then; who waits or asked simply changes. Raises LinkExpiredError, NotOpenError.
    """
    registration, offer = _locked(session, token, now)
    if registration.state not in LIVE:
        raise TooLateError
    check_is_running(offer, now)
    wanted, before = details.mode, registration.mode
    quota_before = registration.sector
    fill(registration, details, now)
    registration.language = details.language
    if registration.state in SEATED:
        registration.mode, registration.sector = before, quota_before if offer.quotas else registration.sector
    if registration.state is State.CONFIRMED:
        _want(session, offer, registration, wanted, letterhead, now)
    promote(session, offer, letterhead=letterhead, now=now)
    return registration


def _want(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    wanted: Mode,
    letterhead: Letterhead,
    now: datetime,
) -> None:
    if wanted is registration.mode:
        registration.waits_for_mode = registration.waiting_since = None
    elif registration.waits_for_mode is not wanted:
        seats = promote(session, offer, letterhead=letterhead, now=now)
        registration.waits_for_mode, registration.waiting_since = wanted, now
        if wanted in seats.free_modes:
            take_other_seat(registration, seats)
            fresh = manage_link(session, registration)
            entry = calendar_update(registration, letterhead, now)
            mail = messages.mode_changed(letterhead, registration, token=fresh, invitation=entry, now=now)
            outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)


def _locked(session: Session, token: str, now: datetime) -> tuple[Registration, RegistrationOffer]:
    registration = get_registration(session, token, LinkPurpose.MANAGE, now=now)
    offer = lock_offer(session, registration.offer_id)
    lock_registration(session, registration.id)
    return registration, offer
