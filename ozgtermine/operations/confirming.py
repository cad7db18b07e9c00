"""Confirming an address, and what it leads to: a seat, a place in line, or a request.

A seat is only ever given while holding `lock_offer`; every mail is a row in the same transaction. Several offers are
locked in the order of their ids.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import LinkPurpose, Registration, RegistrationOffer
from ozgtermine.operations.calendar_entries import calendar_entry
from ozgtermine.operations.offers import FullError, NotOpenError, WrongDomainError, check_address, check_is_open
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registering import Details, entry_of
from ozgtermine.operations.registration_links import get_registration, manage_link
from ozgtermine.queries import registrations
from ozgtermine.queries.locking import lock_offer, lock_registration
from ozgtermine.queries.seats import place_in_line
from ozgtermine.rules.registering import Mode, Policy, State, Step


@dataclass(frozen=True, kw_only=True)
class Managed:
    """A registration together with the secret of a fresh link to it."""

    registration: Registration
    token: str


def confirm(session: Session, token: str, *, letterhead: Letterhead, now: datetime) -> Managed:
    """Take the address as confirmed: all on the form have a seat, wait, or have asked for one, and mails say which.

    Confirming again changes nothing and mails nothing. Where one of several events is closed or full, the others hold.
    Raises LinkExpiredError, and NotOpenError or FullError where nothing could be confirmed.
    """
    named = get_registration(session, token, LinkPurpose.CONFIRM, now=now)
    together = registrations.of_submission(session, named) if named.state is State.UNCONFIRMED else [named]
    managed: Managed | None = None
    refused: Exception | None = None
    for registration in sorted(together, key=lambda each: (each.offer_id, each.id)):
        try:
            with session.begin_nested() if len(together) > 1 else nullcontext():
                done = _confirm_one(session, registration, letterhead, now)
        except (FullError, NotOpenError) as error:
            refused = error
            continue
        if managed is None or registration is named:
            managed = done
    if managed is None and refused is not None:
        raise refused
    return managed or Managed(registration=named, token=manage_link(session, named))


def _confirm_one(session: Session, registration: Registration, letterhead: Letterhead, now: datetime) -> Managed:
    offer = lock_offer(session, registration.offer_id)
    lock_registration(session, registration.id)
    if registration.state is State.UNCONFIRMED:
        check_is_open(offer, now)
        token = admit(session, offer, registration, Step.CONFIRM_ADDRESS, letterhead=letterhead, now=now)
    else:
        token = manage_link(session, registration)
    return Managed(registration=registration, token=token)


def admit(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    step: Step,
    *,
    letterhead: Letterhead,
    now: datetime,
    revocable_as: str = "",
) -> str:
    """Give a seat, a place in line, or note a request; mail which, and return the secret of a link to it.

    The caller holds the lock, so that the count is true until the commit. Raises FullError.
    """
    if offer.policy is Policy.ON_REQUEST and step is Step.CONFIRM_ADDRESS:
        _enter(registration, State.REQUESTED, step, now)
        token = manage_link(session, registration)
        mail = messages.requested(letterhead, registration, token=token)
    else:
        token, mail = _seat_or_line(session, offer, registration, step, letterhead, now)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id, revocable_as=revocable_as)
    return token


def _enter(registration: Registration, target: State, step: Step, now: datetime) -> None:
    """Enter what only a confirmed address can be in."""
    registration.address_confirmed_at = registration.address_confirmed_at or now
    registration.enter(target, step, now=now)


def _seat_or_line(
    session: Session,
    offer: RegistrationOffer,
    registration: Registration,
    step: Step,
    letterhead: Letterhead,
    now: datetime,
) -> tuple[str, Mail]:
    is_approved = step is Step.APPROVE
    if promote(session, offer, letterhead=letterhead, now=now).has_one_for(registration.mode, registration.sector):
        entry = calendar_entry(session, registration, letterhead, now)
        _enter(registration, State.CONFIRMED, step, now)
        token = manage_link(session, registration)
        build = messages.approved if is_approved else messages.registration_confirmed
        return token, build(letterhead, registration, token=token, invitation=entry, now=now)
    if not offer.has_waiting_list and not is_approved:
        raise FullError
    _enter(registration, State.WAITING, step, now)
    token = manage_link(session, registration)
    place = place_in_line(session, registration)
    waits = messages.approved_waiting if is_approved else messages.registration_waiting
    return token, waits(letterhead, registration, token=token, place=place)


def join(
    session: Session, token: str, offer_ids: Sequence[int], *, letterhead: Letterhead, now: datetime
) -> list[Registration]:
    """Register the person behind a link for further events, without another mail to confirm the address.

    Events that are closed, full, or that the person is registered for already are left out; what was joined is
    returned. Raises LinkExpiredError.
    """
    known = get_registration(session, token, LinkPurpose.MANAGE, now=now)
    joined = []
    for offer_id in sorted(set(offer_ids)):
        offer = lock_offer(session, offer_id)
        try:
            check_is_open(offer, now)
            check_address(offer, known.email)
            with session.begin_nested():
                registration = entry_of(offer, _same_person(known, offer), now)
                session.add(registration)
                session.flush()
                admit(session, offer, registration, Step.CONFIRM_ADDRESS, letterhead=letterhead, now=now)
        except (FullError, NotOpenError, WrongDomainError, IntegrityError):
            continue
        joined.append(registration)
    return joined


def _same_person(known: Registration, offer: RegistrationOffer) -> Details:
    mode = offer.event.mode
    return Details(
        given_name=known.given_name,
        family_name=known.family_name,
        email=known.email,
        mode=known.mode if mode is Mode.HYBRID else mode,
        organisation=known.organisation,
        sector=known.sector,
        language=known.language,
    )
