"""Sessions: somebody is signed in on a device, for a time, until it is ended. All times are real."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import NamedTuple

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from ozgtermine.models import Account, AccountRole, AccountSession, SignInMethod
from ozgtermine.operations.account_links import hashed
from ozgtermine.queries.plain import rows

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


class FoundAccount(NamedTuple):
    """What each request asks of an account."""

    id: int
    person_id: int | None
    name: str
    role: AccountRole | None
    disabled_at: datetime | None
    has_second_factor: bool


class FoundSession(NamedTuple):
    """What each request asks of a session."""

    id: int
    method: SignInMethod
    last_seen_at: datetime
    proven_at: datetime
    expires_at: datetime
    account: FoundAccount


def find(session: Session, token: str) -> FoundSession | None:
    """Return the session of the token, over or not; bare columns, for objects would take five times as long."""
    found = rows(session, _OF_TOKEN, {"token_hash": hashed(token)}).one_or_none()
    return FoundSession._make((*found[:_OF_SESSION], FoundAccount._make(found[_OF_SESSION:]))) if found else None


_OF_SESSION = len(FoundSession._fields) - 1
_OF_TOKEN = (
    select(
        AccountSession.id,
        AccountSession.method,
        AccountSession.last_seen_at,
        AccountSession.proven_at,
        AccountSession.expires_at,
        Account.id,
        Account.person_id,
        Account.name,
        Account.role,
        Account.disabled_at,
        or_(Account.totp_secret.is_not(None), Account.passkeys.any()),
    )
    .join(AccountSession.account)
    .where(AccountSession.token_hash == bindparam("token_hash"))
)


def is_alive(found: FoundSession, lifetime: Lifetime, *, now: datetime) -> bool:
    """Return whether the session still counts: used lately, not too old, of an account that may come in."""
    is_idle = now >= found.last_seen_at + lifetime.idle
    return not is_idle and now < found.expires_at and found.account.disabled_at is None


def is_proven(found: FoundSession, *, now: datetime) -> bool:
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
