"""The directory: organisations and people, entered, changed, merged; nothing is lost by it."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, NotFoundError, Refusal, StaleEditError
from ozgtermine.models import Account, Membership, Organisation, Person, Sector, Series
from ozgtermine.rules.names import normalised_email
from ozgtermine.wording import N_

Row = TypeVar("Row", Organisation, Person)


class StillUsedError(Refusal):
    message = N_("Zu dieser Organisation gehören noch Personen oder Reihen. Führen Sie sie mit einer anderen zusammen.")
    status = 409


@dataclass(frozen=True, kw_only=True)
class OrganisationDetails:
    name: str
    short_name: str
    sector: Sector
    is_pilot: bool
    website: str


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    given_name: str
    family_name: str
    email: str
    organisation_id: int | None
    language: str = "de"


def enter_organisation(session: Session, details: OrganisationDetails) -> Organisation:
    """Add an organisation; raises InvalidValueError where there is one of that name."""
    organisation = Organisation(**vars(details))
    session.add(organisation)
    _flush_names(session)
    return organisation


def edit_organisation(
    session: Session, organisation_id: int, details: OrganisationDetails, *, seen_version: int
) -> Organisation:
    """Take over what was typed; raises StaleEditError where somebody was faster, InvalidValueError."""
    organisation = _seen(session.get(Organisation, organisation_id, with_for_update=True), seen_version)
    for name, value in vars(details).items():
        setattr(organisation, name, value)
    _flush_names(session)
    return organisation


def remove_organisation(session: Session, organisation_id: int) -> None:
    """Remove an organisation that nothing points to; raises StillUsedError."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFoundError
    people = select(Person.id).where(Person.organisation_id == organisation_id)
    series = select(Series.id).where(Series.organiser_id == organisation_id)
    if session.scalars(people).first() or session.scalars(series).first():
        raise StillUsedError
    session.delete(organisation)


def merge_organisations(session: Session, *, kept_id: int, other_id: int) -> Organisation:
    """Move everybody and every series of the other organisation to the one that is kept, and remove the other."""
    if kept_id == other_id:
        raise NotFoundError
    kept, other = (_present(session.get(Organisation, each)) for each in (kept_id, other_id))
    for person in session.scalars(select(Person).where(Person.organisation_id == other.id)):
        person.organisation = kept
    for series in session.scalars(select(Series).where(Series.organiser_id == other.id)):
        series.organiser = kept
    session.flush()
    session.delete(other)
    return kept


def enter_person(session: Session, details: PersonDetails) -> Person:
    """Add a person; raises InvalidValueError where somebody has that address."""
    _check_address(session, details.email)
    person = Person(**vars(details))
    session.add(person)
    _flush_addresses(session)
    return person


def edit_person(session: Session, person_id: int, details: PersonDetails, *, seen_version: int) -> Person:
    """Take over what was typed; raises StaleEditError where somebody was faster, InvalidValueError."""
    person = _seen(session.get(Person, person_id, with_for_update=True), seen_version)
    _check_address(session, details.email, but=person.id)
    for name, value in vars(details).items():
        setattr(person, name, value)
    _flush_addresses(session)
    _tell_accounts_the_language(session, person)
    return person


def find_person(session: Session, email: str) -> Person | None:
    """Return the person of that address, nobody where it is empty."""
    address = normalised_email(email)
    same = select(Person).where(Person.email_normalised == address)
    return session.scalars(same).one_or_none() if address else None


def merge_people(session: Session, details: PersonDetails, *, kept_id: int, other_id: int) -> Person:
    """Make two people one: it has the chosen values and the memberships and the account of both.

    Equal memberships that overlap become one. Raises InvalidValueError where both have an account: one is disabled
    first, so that nobody gets in by two.
    """
    if kept_id == other_id:
        raise NotFoundError
    kept, other = (_present(session.get(Person, each, with_for_update=True)) for each in (kept_id, other_id))
    _move_account(session, kept, other)
    for membership in list(other.memberships):
        membership.person = kept
    session.flush()
    _join_overlapping(session, kept)
    session.refresh(other, ["memberships"])
    session.delete(other)
    session.flush()
    for name, value in vars(details).items():
        setattr(kept, name, value)
    _flush_addresses(session)
    _tell_accounts_the_language(session, kept)
    return kept


def _tell_accounts_the_language(session: Session, person: Person) -> None:
    for account in session.scalars(select(Account).where(Account.person_id == person.id)):
        account.language = person.language


def _move_account(session: Session, kept: Person, other: Person) -> None:
    accounts = list(session.scalars(select(Account).where(Account.person_id.in_((kept.id, other.id)))))
    if len([account for account in accounts if account.disabled_at is None]) > 1:
        raise InvalidValueError(
            N_("Beide haben ein eigenes Konto. Sperren Sie zuerst das, das nicht mehr gebraucht wird.")
        )
    for account in accounts:
        account.person_id = kept.id


def _join_overlapping(session: Session, person: Person) -> None:
    session.refresh(person, ["memberships"])
    kept: list[Membership] = []
    for membership in sorted(person.memberships, key=lambda each: (each.starts_on or date.min, each.id)):
        same = next((each for each in kept if _overlap(each, membership)), None)
        if same is None:
            kept.append(membership)
            continue
        if same.ends_on is not None and (membership.ends_on is None or membership.ends_on > same.ends_on):
            same.ends_on = membership.ends_on
        session.delete(membership)
    session.flush()


def _overlap(first: Membership, second: Membership) -> bool:
    """Return whether two memberships, the first of which begins first, are one and the same."""
    alike = (first.series_id, first.role) == (second.series_id, second.role)
    return alike and (first.ends_on is None or second.starts_on is None or second.starts_on <= first.ends_on)


def _check_address(session: Session, email: str, *, but: int = 0) -> None:
    same = find_person(session, email)
    if same is not None and same.id != but:
        raise InvalidValueError(
            N_("Diese E-Mail-Adresse hat schon %(name)s. Eine Adresse gehört zu einer Person."),
            field="email",
            name=same.name,
        )


def _flush_addresses(session: Session) -> None:
    _flush(session, InvalidValueError(N_("Diese E-Mail-Adresse hat schon jemand anderes."), field="email"))


def _flush_names(session: Session) -> None:
    _flush(session, InvalidValueError(N_("Eine Organisation mit diesem Namen gibt es schon."), field="name"))


def _flush(session: Session, refusal: InvalidValueError) -> None:
    """Write the rows; who was faster with the same name or address has it."""
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise refusal from error


def _present(row: Row | None) -> Row:
    if row is None:
        raise NotFoundError
    return row


def _seen(row: Row | None, seen_version: int) -> Row:
    """Return the row if it is the version that was seen."""
    present = _present(row)
    if present.version != seen_version:
        raise StaleEditError
    return present
