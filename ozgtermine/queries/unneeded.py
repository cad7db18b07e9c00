"""People whom nothing needs any more: in no group, without a role in the house, named by nothing else."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from ozgtermine.models import Account, Base, Membership, Person

GO_ALONG = frozenset({"membership", "account", "registration"})
"""Tables that name a person and need none: memberships and accounts are erased along, registrations by their clocks."""


def wrongly_noted(today: date) -> Select[Person]:
    """Select the people of whom it is to be noted that they are needed no more, or again."""
    is_noted = Person.unneeded_since.is_not(None)
    return select(Person).where(or_(is_noted & is_needed(today), ~is_noted & ~is_needed(today))).order_by(Person.id)


def is_needed(today: date) -> ColumnElement[bool]:
    """Return the condition of people who are in a group or will be, work here, or are named by something else."""
    lasts = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    belongs = exists().where(Membership.person_id == Person.id, lasts)
    works_here = exists().where(Account.person_id == Person.id, Account.role.is_not(None))
    return or_(belongs, works_here, *_named_elsewhere())


def _named_elsewhere() -> list[ColumnElement[bool]]:
    person = Base.metadata.tables["person"]
    return [
        exists().where(column == Person.id)
        for table in Base.metadata.sorted_tables if table.name not in GO_ALONG
        for column in table.columns
        if any(key.column.table is person for key in column.foreign_keys)
    ]  # fmt: skip


def unneeded_people(since: datetime, today: date) -> Select[Person]:
    """Select who has been needed by nothing from `since` on, the longest first, with memberships and house."""
    gone = select(Person).where(Person.unneeded_since <= since, ~is_needed(today))
    loaded = (selectinload(Person.memberships), selectinload(Person.organisation))
    return gone.order_by(Person.unneeded_since, Person.id).options(*loaded)


def accounts_of_nobody(since: datetime) -> Select[Account]:
    """Select accounts without a role and without a person that nobody has used since then."""
    last_used = func.coalesce(Account.last_signed_in_at, Account.created_at)
    return select(Account).where(and_(Account.role.is_(None), Account.person_id.is_(None), last_used <= since))
