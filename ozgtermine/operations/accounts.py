"""Accounts: the first administrator, invitations, roles, passwords, and who may no longer come in."""

from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, NotFoundError, Refusal
from ozgtermine.models import Account, AccountLink, AccountLinkPurpose, AccountRole, Membership, Person
from ozgtermine.operations import passwords
from ozgtermine.operations.account_links import get_link, new_link, use_link
from ozgtermine.operations.account_sessions import end_all
from ozgtermine.queries.people import is_current
from ozgtermine.rules.names import normalised_email
from ozgtermine.wording import N_

_SETTING_UP = (AccountLinkPurpose.SET_UP, AccountLinkPurpose.INVITE)


class AdministratorExistsError(Refusal):
    message = N_("Es gibt schon ein Konto für die Administration.")
    status = 409


class LastAdministratorError(Refusal):
    message = N_("Das ist das letzte Konto für die Administration. Geben Sie zuerst jemand anderem diese Rolle.")
    status = 409


def has_administrator(session: Session) -> bool:
    """Return whether somebody can administer."""
    return _number_of_administrators(session) > 0


def _number_of_administrators(session: Session, *, but: int = 0) -> int:
    able = select(func.count()).where(
        Account.role == AccountRole.ADMINISTRATOR,
        Account.disabled_at.is_(None),
        Account.password_hash.is_not(None) | Account.oidc_subject.is_not(None),
        Account.id != but,
    )
    return session.scalar(able) or 0


def create_setup_link(session: Session, *, now: datetime) -> str:
    """Return the token of the one link that makes the first administrator; older ones no longer work.

    Raises AdministratorExistsError where there is one.
    """
    if has_administrator(session):
        raise AdministratorExistsError
    session.execute(delete(AccountLink).where(AccountLink.purpose == AccountLinkPurpose.SET_UP))
    return new_link(session, AccountLinkPurpose.SET_UP, None, now=now)


def find_account(session: Session, email: str) -> Account | None:
    """Return the account of that address."""
    return session.scalars(select(Account).where(Account.email_normalised == normalised_email(email))).one_or_none()


def invite(
    session: Session, *, email: str, name: str, role: AccountRole, language: str = "de", now: datetime
) -> str:
    """Have an account without a password and return the token of the link on which one is chosen.

    A member's account is taken over with its memberships. Raises InvalidValueError where the address has an account
    that can already sign in by a password.
    """
    account = find_account(session, email)
    if account is None:
        account = Account(
            email=email.strip(), email_normalised=normalised_email(email), name=name, created_at=now, passkeys=[]
        )
        session.add(account)
    elif account.password_hash:
        raise InvalidValueError(N_("Für diese E-Mail-Adresse gibt es schon ein Konto."), field="email")
    account.role = role
    account.person_id = account.person_id or _person_of(session, email)
    session.flush()
    choose_language(account, language)
    return new_link(session, AccountLinkPurpose.INVITE, account, now=now)


def _person_of(session: Session, email: str) -> int | None:
    found = select(Person.id).where(func.lower(Person.email) == normalised_email(email)).order_by(Person.id)
    return session.scalars(found).first()


def find_set_up_link(session: Session, token: str, *, now: datetime) -> AccountLink:
    """Return the link on which an account is set up; raises LinkExpiredError."""
    return get_link(session, token, *_SETTING_UP, now=now)


def set_up(session: Session, token: str, *, name: str, email: str, password: str, now: datetime) -> Account:
    """Use up the link and return its account, which can sign in from now on.

    An invited account keeps the address that was invited. Raises LinkExpiredError, InvalidValueError, or
    AdministratorExistsError where the first administrator is there already.
    """
    link = use_link(session, token, *_SETTING_UP, now=now)
    if link.purpose is AccountLinkPurpose.SET_UP:
        if has_administrator(session):
            raise AdministratorExistsError
        account = _first_administrator(session, email, name, now)
    else:
        account = session.get_one(Account, link.account_id)
    account.password_hash = passwords.checked_hash(password, words=(account.email, name))
    account.name = name
    session.flush()
    return account


def _first_administrator(session: Session, email: str, name: str, now: datetime) -> Account:
    account = find_account(session, email)
    if account is None:
        address = normalised_email(email)
        account = Account(email=email.strip(), email_normalised=address, name=name, created_at=now, passkeys=[])
        session.add(account)
    account.role = AccountRole.ADMINISTRATOR
    account.disabled_at = None
    return account


def member_account(session: Session, email: str, *, today: date, now: datetime) -> Account | None:
    """Return the account of somebody who is in a group today, made now where there is none yet.

    None where nobody of that address is in any group.
    """
    account = find_account(session, email)
    if account is not None:
        return account
    person = session.scalars(
        select(Person)
        .join(Person.memberships)
        .where(func.lower(Person.email) == normalised_email(email), is_current(today))
        .order_by(Person.id)
    ).first()
    if person is None:
        return None
    account = Account(
        email=person.email,
        email_normalised=normalised_email(person.email),
        name=person.name,
        language=person.language,
        person_id=person.id,
        created_at=now,
        passkeys=[],
    )
    session.add(account)
    session.flush()
    return account


def is_in_a_group(session: Session, account: Account, *, today: date) -> bool:
    """Return whether the person of the account is in any group today."""
    own = select(Membership.id).where(Membership.person_id == account.person_id, is_current(today))
    return account.person_id is not None and session.scalars(own).first() is not None


def choose_language(account: Account, language: str) -> None:
    """Have mails to the account, and to its person, written in that language."""
    account.language = language
    if account.person is not None:
        account.person.language = language


def change_password(account: Account, new: str) -> None:
    """Take the new password; the caller has seen to it that this is the person, and ends the other sessions.

    Raises InvalidValueError for the field `password`.
    """
    account.password_hash = passwords.checked_hash(new, words=(account.email, account.name))


def get_account(session: Session, account_id: int) -> Account:
    """Return the account, locked together with all administrators, so that no two of them go at once.

    Raises NotFoundError.
    """
    administrators = select(Account.id).where(Account.role == AccountRole.ADMINISTRATOR).order_by(Account.id)
    session.execute(administrators.with_for_update())
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise NotFoundError
    return account


def give_role(session: Session, account: Account, role: AccountRole | None) -> None:
    """Give the account another role, None for what its memberships say; raises LastAdministratorError."""
    if account.role is AccountRole.ADMINISTRATOR and role is not AccountRole.ADMINISTRATOR:
        _keep_one_administrator(session, account)
    account.role = role


def disable(session: Session, account: Account, *, now: datetime) -> None:
    """Let nobody in by this account, and end its sessions; raises LastAdministratorError."""
    _keep_one_administrator(session, account)
    account.disabled_at = now
    end_all(session, account)


def enable(account: Account) -> None:
    """Let the account in again."""
    account.disabled_at = None


def _keep_one_administrator(session: Session, account: Account) -> None:
    if account.role is AccountRole.ADMINISTRATOR and not _number_of_administrators(session, but=account.id):
        raise LastAdministratorError
