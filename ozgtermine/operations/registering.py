"""Asking for a registration: an entry whose address nobody has confirmed yet, and a mail with a link that does.

Such an entry holds no seat. Every mail is a row in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import NotFoundError
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Consent, LinkPurpose, Registration, RegistrationOffer, Sector
from ozgtermine.operations.offers import check_address, check_is_open
from ozgtermine.operations.registration_links import manage_link, new_link
from ozgtermine.queries import registrations
from ozgtermine.queries.locking import lock_registration, savepoint
from ozgtermine.rules.names import normalised_email, normalised_name
from ozgtermine.rules.registering import Mode, State
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
            with savepoint(session):
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
    fill(made, details, now)
    return made


def rename(registration: Registration, *, given_name: str, family_name: str, email: str) -> None:
    """Put somebody's name and address on a registration, together with the forms that are compared."""
    registration.given_name, registration.family_name, registration.email = given_name, family_name, email
    registration.email_normalised = normalised_email(email)
    registration.name_normalised = normalised_name(given_name, family_name)


def fill(registration: Registration, details: Details, now: datetime) -> None:
    """Put on a registration what somebody says, but for name, address and language."""
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
    fill(registration, details, now)
    registration.language = details.language
    if now >= registration.requested_at + UNCONFIRMED_FOR:
        registration.requested_at = now


def _has_had_enough_mails(session: Session, recipient: str, now: datetime) -> bool:
    """Nobody can have a stranger's mailbox filled from here."""
    promised = registrations.number_of_mails_since(
        session, recipient=recipient, kinds=_LINK_MAILS, since=now - timedelta(hours=1)
    )
    return promised >= LINK_MAILS_PER_HOUR
