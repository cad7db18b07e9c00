"""Sessions: somebody is signed in on a device, for a time, until it is ended. All times are real."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, joinedload

from ozgtermine.models import Account, AccountSession, SignInMethod
from ozgtermine.operations.account_links import hashed

SEEN_EVERY = timedelta(minutes=3)
PROOF_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """How long a session lives without being used, and at all."""

    idle: timedelta
    at_most: timedelta


def begin(
    session: Session, account: Account, *, method: SignInMethod, device: str, lifetime: Lifetime, now: datetime
) -> str:
    """Begin a session and return its token, which is kept nowhere else; sessions that are over are forgotten."""
    session.execute(delete(AccountSession).where(AccountSession.expires_at <= now))
    token = token_urlsafe(32)
    session.add(
        AccountSession(
            token_hash=hashed(token),
            account_id=account.id,
            method=method,
            device=device,
            created_at=now,
            last_seen_at=now,
            proven_at=now,
            expires_at=now + lifetime.at_most,
        )
    )
    account.last_signed_in_at = now
    return token


def find(session: Session, token: str) -> AccountSession | None:
    """Return the session of the token, over or not, with its account."""
    return session.scalars(_OF_TOKEN, {"token_hash": hashed(token)}).one_or_none()


_OF_TOKEN = (
    select(AccountSession)
    .where(AccountSession.token_hash == bindparam("token_hash"))
    .options(joinedload(AccountSession.account))
)


def is_alive(found: AccountSession, lifetime: Lifetime, *, now: datetime) -> bool:
    """Return whether the session still counts: used lately, not too old, of an account that may come in."""
    is_idle = now >= found.last_seen_at + lifetime.idle
    return not is_idle and now < found.expires_at and found.account.disabled_at is None


def is_proven(found: AccountSession, *, now: datetime) -> bool:
    """Return whether the person has shown a secret just now."""
    return now < found.proven_at + PROOF_LASTS


def sessions_of(session: Session, account_id: int, *, now: datetime) -> list[AccountSession]:
    """Return the account's sessions that are not over, the last used first."""
    own = select(AccountSession).where(AccountSession.account_id == account_id, AccountSession.expires_at > now)
    return list(session.scalars(own.order_by(AccountSession.last_seen_at.desc(), AccountSession.id.desc())))


def end(session: Session, account_id: int, session_id: int) -> None:
    """End one session of the account; one of somebody else is left alone."""
    own = (AccountSession.account_id == account_id, AccountSession.id == session_id)
    session.execute(delete(AccountSession).where(*own))


def end_all(session: Session, account: Account, *, but: int = 0) -> None:
    """End every session of the account, but one where it is named."""
    session.execute(
        delete(AccountSession).where(AccountSession.account_id == account.id, AccountSession.id != but)
    )
