"""One-time links of accounts: 256 random bits, kept as hash, for one purpose and a time, used once."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import LinkExpiredError
from ozgtermine.models import Account, AccountLink, AccountLinkPurpose

LIFETIMES = {
    AccountLinkPurpose.SET_UP: timedelta(hours=24),
    AccountLinkPurpose.INVITE: timedelta(days=7),
    AccountLinkPurpose.SIGN_IN: timedelta(minutes=15),
    AccountLinkPurpose.RESET_PASSWORD: timedelta(minutes=30),
}


def new_link(session: Session, purpose: AccountLinkPurpose, account: Account | None, *, now: datetime) -> str:
    """Return the token of a new link; older ones of the same account and purpose no longer work."""
    same = select(AccountLink).where(
        AccountLink.purpose == purpose,
        AccountLink.account_id == (account.id if account else None),
        AccountLink.used_at.is_(None),
    )
    for older in session.scalars(same):
        older.expires_at = min(older.expires_at, now)
    token = token_urlsafe(32)
    session.add(
        AccountLink(
            token_hash=hashed(token),
            purpose=purpose,
            account_id=account.id if account else None,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    return token


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def get_link(session: Session, token: str, *purposes: AccountLinkPurpose, now: datetime) -> AccountLink:
    """Return the link of `token`; raises LinkExpiredError where it is unknown, for something else, used or too old."""
    link = session.scalars(select(AccountLink).where(AccountLink.token_hash == hashed(token))).one_or_none()
    if link is None or link.purpose not in purposes or link.used_at or link.expires_at <= now:
        raise LinkExpiredError
    return link


def use_link(session: Session, token: str, *purposes: AccountLinkPurpose, now: datetime) -> AccountLink:
    """Use the link up and return it; of two at once, one gets LinkExpiredError."""
    link = get_link(session, token, *purposes, now=now)
    session.refresh(link, with_for_update=True)
    if link.used_at:
        raise LinkExpiredError
    link.used_at = now
    return link
