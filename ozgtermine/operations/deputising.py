"""Sending a deputy: the deputy's address is confirmed first, then the registration goes over."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import LinkExpiredError
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Deputy, LinkPurpose, Registration, RegistrationLink
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_removal
from ozgtermine.operations.confirming import Managed
from ozgtermine.operations.deciding import AlreadyRegisteredError
from ozgtermine.operations.offers import TooLateError, check_address
from ozgtermine.operations.registering import rename
from ozgtermine.operations.registration_links import get_registration, manage_link, new_secret, secret_hash
from ozgtermine.queries import registrations
from ozgtermine.queries.locking import lock_offer, lock_registration
from ozgtermine.rules.registering import LIVE, State

OPEN_FOR = timedelta(hours=72)


def ask_deputy(
    session: Session,
    token: str,
    *,
    given_name: str,
    family_name: str,
    email: str,
    letterhead: Letterhead,
    now: datetime,
) -> Registration:
    """Mail a deputy a link; until it is used everything stays. Asking somebody else ends the former link.

    Raises LinkExpiredError, TooLateError, WrongDomainError, AlreadyRegisteredError.
    """
    registration = get_registration(session, token, LinkPurpose.MANAGE, now=now)
    lock_registration(session, registration.id)
    event = registration.offer.event
    if registration.state not in LIVE or event.starts_at <= now:
        raise TooLateError
    check_address(registration.offer, email)
    if registration.deputy is not None:
        session.delete(registration.deputy)
        session.flush()
        session.expire(registration, ["deputy"])
    secret = new_secret()
    deputy = Deputy(
        registration=registration,
        given_name=given_name,
        family_name=family_name,
        email=email,
        token_hash=secret_hash(secret),
        expires_at=min(now + OPEN_FOR, event.starts_at),
    )
    session.add(deputy)
    session.flush()
    mail = messages.deputy_asked(letterhead, deputy, token=secret)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return registration


def get_deputy(session: Session, token: str, *, now: datetime) -> Deputy:
    """Return whom a mailed link to a deputy means. Raises LinkExpiredError."""
    deputy = registrations.find_deputy(session, secret_hash(token), now)
    if deputy is None or deputy.registration.state not in LIVE:
        raise LinkExpiredError
    return deputy


def take_over(session: Session, token: str, *, letterhead: Letterhead, now: datetime) -> Managed:
    """Put the deputy in the registration's place: same seat or place in line, other name and address, new links.

    Both get a mail; the calendar entry goes from one to the other. Raises LinkExpiredError, AlreadyRegisteredError.
    """
    asked = get_deputy(session, token, now=now)
    lock_offer(session, asked.registration.offer_id)
    registration = lock_registration(session, asked.registration_id)
    deputy = get_deputy(session, token, now=now)  # under the lock: it may have been used, or withdrawn, meanwhile
    former, former_name = registration.email, registration.name
    has_seat = registration.state is State.CONFIRMED
    removal = calendar_removal(registration, letterhead) if has_seat else None
    mail = messages.deputy_took_over(
        letterhead, registration, recipient=former, recipient_name=former_name, invitation=removal
    )
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    session.delete(deputy)
    try:
        with session.begin_nested():
            _put_in_place(session, registration, deputy, now)
    except IntegrityError as error:
        raise AlreadyRegisteredError from error
    fresh = manage_link(session, registration)
    mail = _what_the_deputy_has(session, registration, fresh, letterhead, now)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    return Managed(registration=registration, token=fresh)


def _put_in_place(session: Session, registration: Registration, deputy: Deputy, now: datetime) -> None:
    """Write the deputy over what is personal, and end every link that was mailed before."""
    session.execute(delete(RegistrationLink).where(RegistrationLink.registration_id == registration.id))
    registration.consents = []
    registration.question, registration.answers = "", {}
    registration.address_confirmed_at = now  # whose member was invited stays: else the member is invited once more
    rename(registration, given_name=deputy.given_name, family_name=deputy.family_name, email=deputy.email)
    session.flush()


def _what_the_deputy_has(
    session: Session, registration: Registration, token: str, letterhead: Letterhead, now: datetime
) -> Mail:
    if registration.state is State.CONFIRMED:
        entry = calendar_entry(session, registration, letterhead, now)
        return messages.registration_confirmed(letterhead, registration, token=token, invitation=entry, now=now)
    if registration.state is State.OFFERED:
        return messages.seat_offered(letterhead, registration, token=token)
    return messages.already_registered(letterhead, registration, token=token)
