"""Accounts, as administrators look at them."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from ozgtermine.models import Account


def all_accounts() -> Select[Account]:
    """Return every account with its passkeys, those with a role first, by name."""
    ordered = select(Account).order_by(Account.role.is_(None), Account.name, Account.id)
    return ordered.options(selectinload(Account.passkeys))


def accounts_of_person(person_id: int) -> Select[Account]:
    """Return the accounts of a person, disabled ones too."""
    return select(Account).where(Account.person_id == person_id).order_by(Account.id)
