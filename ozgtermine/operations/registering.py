"""Registering for an event: request, confirm, withdraw, move up from the waiting list.

A seat is only ever given or freed while holding `lock_offer`; every mail is a row in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import NotFoundError
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import LinkPurpose, Registration, RegistrationOffer, Sector
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_removal
from ozgtermine.operations.offers import FullError, TooLateError, check_is_open
from ozgtermine.operations.promoting import give_seat, promote
from ozgtermine.operations.registration_links import get_registration, manage_link, new_link
from ozgtermine.queries import registrations
from ozgtermine.queries.locking import lock_offer, lock_registration
from ozgtermine.rules.names import normalised_email, normalised_name
from ozgtermine.rules.registering import LIVE, SEATED, Mode, Policy, State

UNCONFIRMED_FOR = timedelta(hours=72)
LINK_MAILS_PER_HOUR = 5
_LINK_MAILS = ("confirm_address", "already_registered")


@dataclass(frozen=True, kw_only=True)
class Details:
    """What somebody says of themselves, in the shape that the form has checked."""

    given_name: str
    family_name: str
    email: str
    mode: Mode
    organisation: str = ""
    sector: Sector | None = None
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class Managed:
    """A registration together with the secret of a fresh link to it."""

    registration: Registration
    token: str


def request_registration(
    session: Session, offer_id: int, details: Details, *, letterhead: Letterhead, now: datetime
) -> None:
    """Leave one unconfirmed entry for this person and mail them a link; the answer is the same for everybody.

    Whoever is known already gets a mail with what there is to do next. Raises NotOpenError.
    """
    offer = registrations.find_offer(session, offer_id)
    if offer is None:
        raise NotFoundError
    check_is_open(offer, now)
    registration = _unconfirmed_entry(session, offer, details, now)
    if _has_had_enough_mails(session, registration.email, now):
        return
    if registration.state is State.UNCONFIRMED:
        token = new_link(session, registration, LinkPurpose.CONFIRM, expires_at=now + UNCONFIRMED_FOR)
        mail = messages.confirm_address(letterhead, registration, token=token)
    else:
        token = manage_link(session, registration)
        mail = messages.already_registered(letterhead, registration, token=token)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)


def _unconfirmed_entry(
    session: Session, offer: RegistrationOffer, details: Details, now: datetime
) -> Registration:
    """Return the person's live registration, made now if there is none.

    Two requests at once: the unique index lets one in, and the other finds it. A request that corrects another locks
    it first, or it would undo a confirmation of the same moment.
    """
    found = _find_live(session, offer, details)
    if found is None:
        made = _entry(offer, details, now)
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:
            found = _find_live(session, offer, details)
            if found is None:
                raise
        else:
            return made
    lock_registration(session, found.id)
    if found.state is State.UNCONFIRMED:
        _take_over(found, details, now)
    return found


def _find_live(session: Session, offer: RegistrationOffer, details: Details) -> Registration | None:
    return registrations.find_live(
        session,
        offer.id,
        email_normalised=normalised_email(details.email),
        name_normalised=normalised_name(details.given_name, details.family_name),
    )


def _entry(offer: RegistrationOffer, details: Details, now: datetime) -> Registration:
    return Registration(
        offer_id=offer.id,
        state=State.UNCONFIRMED,
        given_name=details.given_name,
        family_name=details.family_name,
        email=details.email,
        email_normalised=normalised_email(details.email),
        name_normalised=normalised_name(details.given_name, details.family_name),
        mode=details.mode,
        organisation=details.organisation,
        sector=details.sector,
        question=details.question,
        requested_at=now,
        invitation_sequence=0,
    )


def _take_over(registration: Registration, details: Details, now: datetime) -> None:
    """Let a repeated request correct the first, which keeps its place in line while its link was valid."""
    registration.mode = details.mode
    registration.organisation = details.organisation
    registration.sector = details.sector
    registration.question = details.question
    if now >= registration.requested_at + UNCONFIRMED_FOR:
        registration.requested_at = now


def _has_had_enough_mails(session: Session, recipient: str, now: datetime) -> bool:
    """Nobody can have a stranger's mailbox filled from here."""
    promised = registrations.number_of_mails_since(
        session, recipient=recipient, kinds=_LINK_MAILS, since=now - timedelta(hours=1)
    )
    return promised >= LINK_MAILS_PER_HOUR


def confirm(session: Session, token: str, *, letterhead: Letterhead, now: datetime) -> Managed:
    """Take the address as confirmed: the person has a seat, waits, or has asked for one, and a mail says which.

    Confirming again changes nothing and mails nothing. Raises LinkExpiredError, NotOpenError, FullError.
    """
    registration = get_registration(session, token, LinkPurpose.CONFIRM, now=now)
    offer = lock_offer(session, registration.offer_id)
    lock_registration(session, registration.id)
    manage_token = manage_link(session, registration)
    if registration.state is State.UNCONFIRMED:
        check_is_open(offer, now)
        registration.address_confirmed_at = now
        mail = _admit(session, offer, registration, manage_token, letterhead=letterhead, now=now)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return Managed(registration=registration, token=manage_token)


def _admit(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    token: str,
    *,
    letterhead: Letterhead,
    now: datetime,
) -> Mail:
    """Give a seat, a place in line, or neither: the lock is held, so the count is true until the commit."""
    if offer.policy is Policy.ON_REQUEST:
        registration.state = State.REQUESTED
        return messages.requested(letterhead, registration, token=token)
    if registrations.counted_pool(session, offer, registration.mode).has_a_seat_for_the_public:
        give_seat(registration, now)
        entry = calendar_entry(session, registration, letterhead)
        return messages.registration_confirmed(letterhead, registration, token=token, invitation=entry, now=now)
    if not offer.has_waiting_list:
        raise FullError
    registration.state, registration.waiting_since = State.WAITING, now
    session.flush()
    place = registrations.place_in_line(session, registration)
    return messages.registration_waiting(letterhead, registration, token=token, place=place)


def withdraw(session: Session, token: str, *, letterhead: Letterhead, now: datetime) -> Registration:
    """End a registration; whoever waits first gets the freed seat in the same transaction.

    Withdrawing again changes nothing. Raises LinkExpiredError, TooLateError.
    """
    registration = get_registration(session, token, LinkPurpose.MANAGE, now=now)
    offer = lock_offer(session, registration.offer_id)
    lock_registration(session, registration.id)
    if registration.state not in LIVE:
        return registration
    if offer.event.is_over(now):
        raise TooLateError
    had_a_seat = registration.state in SEATED
    registration.state, registration.waiting_since, registration.ended_at = State.WITHDRAWN, None, now
    entry = calendar_removal(registration, letterhead) if had_a_seat else None
    mail = messages.withdrawn(letterhead, registration, invitation=entry)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    promote(session, offer, letterhead=letterhead, now=now)
    return registration
