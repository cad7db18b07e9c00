"""Which account signs in by the house's provider."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import Account
from ozgtermine.operations.accounts import find_account


def find(session: Session, *, subject: str, email: str) -> tuple[Account | None, bool]:
    """Return the account of the provider's subject, and whether it was linked to it just now.

    At first it is found by its address, which the provider must have confirmed (else `email` is empty), and only where
    it has a role: members come in by a mailed link. A disabled account is not found.
    """
    linked = session.scalars(select(Account).where(Account.oidc_subject == subject)).one_or_none()
    account = linked or (find_account(session, email) if email else None)
    if account is None or account.disabled_at is not None or account.role is None:
        return None, False
    if linked is None and account.oidc_subject is not None:
        return None, False  # the address belongs to another subject already
    if linked is None:
        account.oidc_subject = subject
    return account, linked is None
