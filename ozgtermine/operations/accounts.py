"""Accounts: the first administrator, invitations, signing in and out.

Passwords are Argon2id (RFC 9106) with the library's defaults; length counts, not composition. Links are random, kept
as hash, and used once.
"""

from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, LinkExpiredError, Refusal
from ozgtermine.models import Account, AccountLink, AccountLinkPurpose, AccountRole, SignInAttempt
from ozgtermine.rules.names import normalised_email
from ozgtermine.wording import N_

LINK_LIFETIME = timedelta(hours=24)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
ATTEMPT_WINDOW = timedelta(minutes=15)
MOST_FAILURES_PER_ADDRESS_AND_NETWORK = 5
MOST_FAILURES_PER_NETWORK = 50

_hasher = PasswordHasher()


class TooManyAttemptsError(Refusal):
    message = N_("Das waren zu viele Versuche. Bitte warten Sie eine Viertelstunde.")
    status = 429


class AdministratorExistsError(Refusal):
    message = N_("Es gibt schon ein Konto für die Administration.")
    status = 409


def has_administrator(session: Session) -> bool:
    """Return whether somebody can administer."""
    able = select(func.count()).where(
        Account.role == AccountRole.ADMINISTRATOR, Account.disabled_at.is_(None), Account.password_hash.is_not(None)
    )
    return bool(session.scalar(able))


def create_setup_link(session: Session, *, now: datetime) -> str:
    """Return the token of the one link that makes the first administrator; older ones no longer work.

    Raises AdministratorExistsError where there is one.
    """
    if has_administrator(session):
        raise AdministratorExistsError
    session.execute(delete(AccountLink).where(AccountLink.purpose == AccountLinkPurpose.SET_UP))
    return _new_link(session, AccountLinkPurpose.SET_UP, None, now)


def invite(session: Session, *, email: str, name: str, role: AccountRole, now: datetime) -> str:
    """Have an account without a password and return the token of the link on which one is chosen.

    Raises InvalidValueError where the address has an account that can already sign in.
    """
    address = normalised_email(email)
    account = session.scalars(select(Account).where(Account.email_normalised == address)).one_or_none()
    if account is None:
        account = Account(email=email.strip(), email_normalised=address, name=name, role=role, created_at=now)
        session.add(account)
        session.flush()
    elif account.password_hash:
        raise InvalidValueError(N_("Für diese E-Mail-Adresse gibt es schon ein Konto."), field="email")
    return _new_link(session, AccountLinkPurpose.INVITE, account.id, now)


def _new_link(session: Session, purpose: AccountLinkPurpose, account_id: int | None, now: datetime) -> str:
    token = token_urlsafe(32)
    link = AccountLink(
        token_hash=_hashed(token),
        purpose=purpose,
        account_id=account_id,
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    session.add(link)
    return token


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def get_link(session: Session, token: str, *, now: datetime) -> AccountLink:
    """Return the link of `token`; raises LinkExpiredError where it is unknown, used or too old."""
    link = session.scalars(select(AccountLink).where(AccountLink.token_hash == _hashed(token))).one_or_none()
    if link is None or link.used_at or link.expires_at <= now:
        raise LinkExpiredError
    return link


def set_up(session: Session, token: str, *, name: str, email: str, password: str, now: datetime) -> Account:
    """Use up the link and return its account, which can sign in from now on.

    An invited account keeps the address that was invited. Raises LinkExpiredError, InvalidValueError, or
    AdministratorExistsError where the first administrator is there already.
    """
    link = get_link(session, token, now=now)
    session.refresh(link, with_for_update=True)
    if link.used_at:
        raise LinkExpiredError
    hashed = _checked_hash(password)
    if link.purpose is AccountLinkPurpose.SET_UP:
        if has_administrator(session):
            raise AdministratorExistsError
        account = _first_administrator(session, email, name, now)
    else:
        account = session.get_one(Account, link.account_id)
    account.name, account.password_hash = name, hashed
    link.used_at = now
    session.flush()
    return account


def _first_administrator(session: Session, email: str, name: str, now: datetime) -> Account:
    address = normalised_email(email)
    account = session.scalars(select(Account).where(Account.email_normalised == address)).one_or_none()
    if account is None:
        account = Account(email=email.strip(), email_normalised=address, name=name, created_at=now)
        session.add(account)
    account.role = AccountRole.ADMINISTRATOR
    account.disabled_at = None
    return account


def sign_in(session: Session, *, email: str, password: str, network: str, now: datetime) -> Account | None:
    """Return the account, or None where address or password are wrong; then the failure is counted.

    An unknown address costs the same work as a known one. Failures count per address and network, so that nobody can
    lock somebody else out from afar. Raises TooManyAttemptsError.
    """
    address = normalised_email(email)
    _check_attempts(session, address, network, now)
    account = session.scalars(select(Account).where(Account.email_normalised == address)).one_or_none()
    stored = account.password_hash if account and account.disabled_at is None else None
    if not _verified(stored or _hash_of_nobody(), password) or account is None or stored is None:
        session.add(SignInAttempt(email_normalised=address, network=network, at=now))
        return None
    if _hasher.check_needs_rehash(stored):
        account.password_hash = _hasher.hash(password)
    account.last_signed_in_at = now
    return account


def _check_attempts(session: Session, address: str, network: str, now: datetime) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - ATTEMPT_WINDOW))
    failed = select(func.count()).where(SignInAttempt.network == network)
    here = session.scalar(failed) or 0
    for_address = session.scalar(failed.where(SignInAttempt.email_normalised == address)) or 0
    if here >= MOST_FAILURES_PER_NETWORK or for_address >= MOST_FAILURES_PER_ADDRESS_AND_NETWORK:
        raise TooManyAttemptsError


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(token_urlsafe(32))


def _verified(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except VerificationError:
        return False


def change_password(session: Session, account: Account, *, old: str, new: str) -> None:
    """Take the new password and end all other sessions; raises InvalidValueError naming the field that is wrong."""
    if not _verified(account.password_hash or _hash_of_nobody(), old):
        raise InvalidValueError(N_("Das bisherige Passwort stimmt nicht."), field="old_password")
    account.password_hash = _checked_hash(new)
    sign_out_everywhere(session, account)


def sign_out_everywhere(session: Session, account: Account) -> None:
    """End every session of the account."""
    account.session_epoch += 1
    session.flush()


def _checked_hash(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidValueError(
            N_("Nehmen Sie ein Passwort mit mindestens %(shortest)s Zeichen, zum Beispiel mehrere Wörter."),
            field="password",
            shortest=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise InvalidValueError(
            N_("Nehmen Sie ein Passwort mit höchstens %(longest)s Zeichen."), field="password", longest=LONGEST_PASSWORD
        )
    return _hasher.hash(password)
