"""Forgetting people who are in no group any more, with their accounts; what remains of a group's history is numbers.

Accounts with a role, editors and administrators, are never erased here, nor the people they belong to.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ozgtermine.models import (
    Account,
    AddressLink,
    AuditEntry,
    ErasedMembership,
    MailState,
    OutgoingMail,
    Person,
    PersonalCalendar,
    Registration,
)
from ozgtermine.operations.graveyard import Graveyard, remember
from ozgtermine.queries.accounts import accounts_of_person
from ozgtermine.queries.unneeded import accounts_of_nobody, unneeded_people, wrongly_noted
from ozgtermine.wording import N_

ERASED_AUTHOR = N_("Gelöschtes Konto")


def note_who_is_unneeded(session: Session, *, today: date, now: datetime) -> int:
    """Have it noted of everybody since when nothing needs them; return of how many that has changed."""
    changed = list(session.scalars(wrongly_noted(today)))
    for person in changed:
        person.unneeded_since = now if person.unneeded_since is None else None
    session.flush()
    return len(changed)


def erase_people(
    session: Session, graveyard: Graveyard, *, before: datetime, today: date, now: datetime, most: int
) -> int:
    """Erase at most `most` people whom nothing has needed since `before`; return how many, fewer means that was all."""
    due = list(session.scalars(unneeded_people(before, today).limit(most)))
    forget_people(session, due, graveyard, now=now)
    return len(due)


def erase_accounts_of_nobody(session: Session, graveyard: Graveyard, *, before: datetime) -> int:
    """Erase the accounts without role and person that nobody has used since `before`; return how many."""
    due = list(session.scalars(accounts_of_nobody(before)))
    _forget_accounts(session, due, graveyard)
    if due:
        remember(session, graveyard)
    return len(due)


def forget_people(session: Session, people: Sequence[Person], graveyard: Graveyard, *, now: datetime) -> None:
    """Erase these people with memberships, accounts, mails and their names in the record; numbers stay."""
    if not people:
        return
    for person in people:
        graveyard.tombstones.add([_mark_of_person(graveyard, person)])
        _count(session, person, now)
        accounts = list(session.scalars(accounts_of_person(person.id)))
        addresses = {person.email_normalised, *(account.email_normalised for account in accounts)} - {""}
        _forget_accounts(session, accounts, graveyard)
        for membership in list(person.memberships):
            session.delete(membership)
        session.flush()
        session.delete(person)
        session.flush()
        _forget_in_record(session, AuditEntry.person_id == person.id)
        _forget_addresses(session, addresses, graveyard)
    remember(session, graveyard)


def _forget_accounts(session: Session, accounts: Sequence[Account], graveyard: Graveyard) -> None:
    """Erase accounts, which end their sessions and links; what they changed was changed by nobody in particular."""
    for account in accounts:
        if account.role is not None:
            raise RuntimeError("who works here is not erased")
        graveyard.tombstones.add([_mark_of_account(graveyard, account)])
        keys = [each.id for each in account.passkeys]
        for entry in session.scalars(select(AuditEntry).where(AuditEntry.account_id == account.id)):
            entry.author, entry.account_id = ERASED_AUTHOR, None
        session.delete(account)
        session.flush()
        of_account = and_(AuditEntry.thing == "account", AuditEntry.thing_id == account.id)
        of_keys = and_(AuditEntry.thing == "passkey", AuditEntry.thing_id.in_(keys))
        _forget_in_record(session, or_(of_account, of_keys))
        _forget_addresses(session, {account.email_normalised}, graveyard)


def _forget_in_record(session: Session, about: ColumnElement[bool]) -> None:
    """Leave in the record that something happened and when, without a name and without values."""
    for entry in session.scalars(select(AuditEntry).where(about)):
        entry.title, entry.note = "", ""
        entry.changes = {name: [None, None] for name in entry.changes}


def _forget_addresses(session: Session, addresses: set[str], graveyard: Graveyard) -> None:
    """Erase what lies under the addresses: mails that are not on their way, calendars and links of nobody else."""
    mails = select(OutgoingMail).where(
        OutgoingMail.recipient_normalised.in_(addresses),
        OutgoingMail.registration_id.is_(None),
        OutgoingMail.state.in_((MailState.SENT, MailState.FAILED)),
    )
    graveyard.bury(session, session.scalars(mails))
    registered = set(session.scalars(
        select(Registration.email_normalised).where(Registration.email_normalised.in_(addresses))
    ))  # fmt: skip
    for model in (PersonalCalendar, AddressLink):
        for row in session.scalars(select(model).where(model.email_normalised.in_(addresses - registered))):
            session.delete(row)
    session.flush()


def _count(session: Session, person: Person, now: datetime) -> None:
    sector = person.organisation.sector.value if person.organisation else ""
    for (series_id, role), number in Counter((each.series_id, each.role) for each in person.memberships).items():
        key = {"series_id": series_id, "role": role, "sector": sector}
        found = session.scalars(select(ErasedMembership).filter_by(**key)).one_or_none()
        if found is None:
            session.add(ErasedMembership(**key, number=number, erased_at=now))
        else:
            found.number, found.erased_at = found.number + number, now


def forget_people_again(session: Session, erased: frozenset[str], graveyard: Graveyard, *, now: datetime) -> int:
    """Erase the people and accounts that a restored backup has brought back; return how many.

    Whoever has a role in it was given it after the backup was made, or has it still: that account stays.
    """
    people = [each for each in session.scalars(select(Person)) if _mark_of_person(graveyard, each) in erased]
    works_here = set(session.scalars(select(Account.person_id).where(Account.role.is_not(None))))
    back = [each for each in people if each.id not in works_here]
    forget_people(session, back, graveyard, now=now)
    left = session.scalars(select(Account).where(Account.role.is_(None)))
    accounts = [each for each in left if _mark_of_account(graveyard, each) in erased]
    _forget_accounts(session, accounts, graveyard)
    return len(back) + len(accounts)


def _mark_of_person(graveyard: Graveyard, person: Person) -> str:
    return graveyard.tombstones.mark("person", person.id, person.uid)


def _mark_of_account(graveyard: Graveyard, account: Account) -> str:
    return graveyard.tombstones.mark("account", account.id, account.created_at.isoformat())
