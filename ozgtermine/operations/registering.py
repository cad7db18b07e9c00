"""Registering for events: request, confirm, claim, withdraw, change.

A seat is only ever given or freed while holding `lock_offer`; every mail is a row in the same transaction. Several
offers are locked in the order of their ids.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import NotFoundError
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Consent, LinkPurpose, OutgoingMail, Registration, RegistrationOffer, Reply, Sector
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_removal, calendar_update
from ozgtermine.operations.offers import (
    ClaimLapsedError,
    FullError,
    NotOpenError,
    TooLateError,
    WrongDomainError,
    check_address,
    check_is_open,
    check_is_running,
)
from ozgtermine.operations.promoting import promote, take_other_seat
from ozgtermine.operations.registration_links import get_registration, manage_link, new_link
from ozgtermine.queries import registrations
from ozgtermine.queries.locking import lock_offer, lock_registration
from ozgtermine.rules.names import normalised_email, normalised_name
from ozgtermine.rules.registering import LIVE, SEATED, Mode, Policy, State, Step, may_happen
from ozgtermine.rules.retention import UNCONFIRMED_FOR

LINK_MAILS_PER_HOUR = 5
_LINK_MAILS = ("confirm_address", "already_registered")


@dataclass(frozen=True, kw_only=True)
class Details:
    """What somebody says of themselves, in the shape that the form has checked; `answers` by id of the question.

    `consents` are what was agreed to, in its words, by its purpose.
    """

    given_name: str
    family_name: str
    email: str
    mode: Mode
    organisation: str = ""
    sector: Sector | None = None
    question: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    language: str = "de"


@dataclass(frozen=True, kw_only=True)
class Managed:
    """A registration together with the secret of a fresh link to it."""

    registration: Registration
    token: str


def request_registration(
    session: Session,
    offer_ids: int | Sequence[int],
    details: Details,
    *,
    colleagues: Sequence[Details] = (),
    letterhead: Letterhead,
    now: datetime,
) -> None:
    """Leave an unconfirmed entry per event and person, and mail each address one link; the answer is the same for all.

    Colleagues who share the address are confirmed by the same link. Whoever is known already gets a mail with what
    there is to do next. Raises NotOpenError, WrongDomainError, NotFoundError.
    """
    submission = uuid4().hex
    asked: dict[str, list[Registration]] = {}
    for offer_id in sorted([offer_ids] if isinstance(offer_ids, int) else offer_ids):
        offer = registrations.find_offer(session, offer_id)
        if offer is None:
            raise NotFoundError
        check_is_open(offer, now)
        for each in (details, *colleagues):
            check_address(offer, each.email)
            for entry in _entries(session, offer, each, submission, now):
                together = asked.setdefault(entry.email_normalised, [])
                together.extend([entry] if entry not in together else [])
    for entries in asked.values():
        _mail_a_link(session, entries, letterhead, now)


def _mail_a_link(session: Session, entries: list[Registration], letterhead: Letterhead, now: datetime) -> None:
    """Mail one address: a link that confirms all that is unconfirmed, else a reminder of what it has."""
    unconfirmed = [each for each in entries if each.state is State.UNCONFIRMED]
    registration = (unconfirmed or entries)[0]
    if _has_had_enough_mails(session, registration.email, now):
        return
    if unconfirmed:
        token = new_link(session, registration, LinkPurpose.CONFIRM, expires_at=now + UNCONFIRMED_FOR)
        mail = messages.confirm_address(letterhead, registration, token=token, events=_events(unconfirmed))
    else:
        token = manage_link(session, registration)
        mail = messages.already_registered(letterhead, registration, token=token)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)


def _events(entries: list[Registration]) -> list[Any]:
    """Return the events that the entries are about, each once, as they come."""
    found = {each.offer_id: each.offer.event for each in entries}
    return sorted(found.values(), key=lambda event: (event.starts_at, event.id))


def _entries(
    session: Session, offer: RegistrationOffer, details: Details, submission: str, now: datetime
) -> list[Registration]:
    """Return the person's live registration, made now if there is none, and who else waits for the same link.

    Two requests at once: the unique index lets one in, and the other finds it. A request that corrects another locks
    it first, or it would undo a confirmation of the same moment; whom the former link was to confirm, in the order in
    which that confirms, go over to the new one, so that neither link loses anybody.
    """
    found = _find_live(session, offer, details)
    if found is None:
        made = entry_of(offer, details, now)
        made.submission = submission
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:
            found = _find_live(session, offer, details)
            if found is None:
                raise
        else:
            return [made]
    together = registrations.of_submission(session, found)
    for each in together:
        lock_registration(session, each.id)
    if found.state is not State.UNCONFIRMED:
        return [found]
    _take_over(found, details, now)
    unconfirmed = [each for each in together if each.state is State.UNCONFIRMED]
    for each in unconfirmed:
        each.submission = submission
    return [found, *(each for each in unconfirmed if each is not found)]


def _find_live(session: Session, offer: RegistrationOffer, details: Details) -> Registration | None:
    return registrations.find_live(
        session,
        offer.id,
        email_normalised=normalised_email(details.email),
        name_normalised=normalised_name(details.given_name, details.family_name),
    )


def entry_of(offer: RegistrationOffer, details: Details, now: datetime) -> Registration:
    """Return a new unconfirmed entry; the caller adds it."""
    made = Registration(
        offer_id=offer.id,
        state=State.UNCONFIRMED,
        requested_at=now,
        invitation_sequence=0,
        language=details.language,
    )
    rename(made, given_name=details.given_name, family_name=details.family_name, email=details.email)
    _fill(made, details, now)
    return made


def rename(registration: Registration, *, given_name: str, family_name: str, email: str) -> None:
    """Put somebody's name and address on a registration, together with the forms that are compared."""
    registration.given_name, registration.family_name, registration.email = given_name, family_name, email
    registration.email_normalised = normalised_email(email)
    registration.name_normalised = normalised_name(given_name, family_name)


def _fill(registration: Registration, details: Details, now: datetime) -> None:
    registration.mode = details.mode
    registration.organisation = details.organisation
    registration.sector = details.sector
    registration.question = details.question
    registration.answers = details.answers
    _agree(registration, details.consents, now)


def _agree(registration: Registration, consents: dict[str, str], now: datetime) -> None:
    """Note what is agreed to and no longer; what was agreed to once keeps its words and its time."""
    standing = {each.purpose: each for each in registration.standing_consents}
    for purpose, consent in standing.items():
        if purpose not in consents:
            consent.withdrawn_at = now
    for purpose, wording in consents.items():
        if purpose not in standing:
            registration.consents.append(Consent(purpose=purpose, wording=wording, given_at=now))


def _take_over(registration: Registration, details: Details, now: datetime) -> None:
    """Let a repeated request correct the first, which keeps its place in line while its link was valid."""
    _fill(registration, details, now)
    registration.language = details.language
    if now >= registration.requested_at + UNCONFIRMED_FOR:
        registration.requested_at = now


def _has_had_enough_mails(session: Session, recipient: str, now: datetime) -> bool:
    """Nobody can have a stranger's mailbox filled from here."""
    promised = registrations.number_of_mails_since(
        session, recipient=recipient, kinds=_LINK_MAILS, since=now - timedelta(hours=1)
    )
    return promised >= LINK_MAILS_PER_HOUR


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
        _enter(registration, State.CONFIRMED, step, now)
        entry = calendar_entry(session, registration, letterhead, now)
        token = manage_link(session, registration)
        build = messages.approved if is_approved else messages.registration_confirmed
        return token, build(letterhead, registration, token=token, invitation=entry, now=now)
    if not offer.has_waiting_list and not is_approved:
        raise FullError
    _enter(registration, State.WAITING, step, now)
    token = manage_link(session, registration)
    place = registrations.place_in_line(session, registration)
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
    session: Session, offer: RegistrationOffer, registration: Registration, *, letterhead: Letterhead, now: datetime
) -> OutgoingMail:
    """End the registration and return the mail that says so; the caller holds the lock and has checked that it may."""
    had_a_seat = registration.state in SEATED
    registration.enter(State.WITHDRAWN, Step.WITHDRAW, now=now)
    entry = calendar_removal(registration, letterhead) if had_a_seat else None
    mail = messages.withdrawn(letterhead, registration, invitation=entry)
    posted = outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    promote(session, offer, letterhead=letterhead, now=now)
    return posted


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
    _fill(registration, details, now)
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
