"""Signing in: attempts that are counted before they are looked at, passwords, mailed links, the provider.

Limits stop guessing without locking anybody out. A browser that has signed in to an account before is known to it
(a signed cookie, OWASP's device cookies) and has a count of its own; strangers share another. All times are real.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ozgtermine.errors import Refusal
from ozgtermine.models import Account, AccountLink, AccountLinkPurpose, SignInAttempt
from ozgtermine.operations import passwords
from ozgtermine.operations.account_links import use_link
from ozgtermine.operations.accounts import find_account
from ozgtermine.rules.names import normalised_email
from ozgtermine.wording import N_

WINDOW = timedelta(minutes=15)
MOST_OF_A_DEVICE = 10
MOST_OF_A_NETWORK_FOR_AN_ADDRESS = 5
MOST_OF_STRANGERS_FOR_AN_ADDRESS = 50
MOST_OF_A_NETWORK = 100
LINKS_PER_HOUR = 5


class TooManyAttemptsError(Refusal):
    message = N_("Das waren zu viele Versuche. Bitte warten Sie eine Viertelstunde.")
    status = 429


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Who tries from where; `device` is empty for a browser that this address does not know."""

    email: str
    address: str
    device: str = ""

    @property
    def email_normalised(self) -> str:
        return normalised_email(self.email)

    @property
    def network(self) -> str:
        """The network address; of IPv6 its /64, which is what one household or one office has."""
        try:
            parsed = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if parsed.version == 4:  # noqa: PLR2004 - the version's own name
            return str(parsed)
        return str(ipaddress.ip_network((parsed, 64), strict=False))


def count(session: Session, attempt: Attempt, *, now: datetime) -> int:
    """Write the attempt down before anything is compared, and return its id.

    Committed before `check` counts, so that of many at once none is missed.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - WINDOW))
    row = SignInAttempt(
        email_normalised=attempt.email_normalised, network=attempt.network, device=attempt.device, at=now
    )
    session.add(row)
    session.flush()
    return row.id


def check(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Raise TooManyAttemptsError where there were more attempts than people need."""
    recent = select(func.count()).where(SignInAttempt.at > now - WINDOW)
    if attempt.device:
        limits = [(recent.where(SignInAttempt.device == attempt.device), MOST_OF_A_DEVICE)]
    else:
        strange = recent.where(SignInAttempt.device == "")
        of_address = strange.where(SignInAttempt.email_normalised == attempt.email_normalised)
        of_network = strange.where(SignInAttempt.network == attempt.network)
        both = of_address.where(SignInAttempt.network == attempt.network)
        limits = [
            (both, MOST_OF_A_NETWORK_FOR_AN_ADDRESS),
            (of_address, MOST_OF_STRANGERS_FOR_AN_ADDRESS),
            (of_network, MOST_OF_A_NETWORK),
        ]
    if any((session.scalar(counted) or 0) > most for counted, most in limits):
        raise TooManyAttemptsError


def forgive(session: Session, attempt_id: int) -> None:
    """Forget an attempt that has succeeded."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def verified(session: Session, email: str, password: str) -> Account | None:
    """Return the account if the password is its own; an unknown address costs the same work as a known one.

    Reads only: it takes long on purpose, and must hold up no writer.
    """
    account = find_account(session, email)
    stored = account.password_hash if account and account.disabled_at is None and account.role else None
    return account if passwords.is_right(stored, password) else None


def number_of_links(session: Session, account: Account, *, now: datetime) -> int:
    """Return how many links were mailed to the account within the last hour."""
    mailed = select(func.count()).where(
        AccountLink.account_id == account.id, AccountLink.created_at > now - timedelta(hours=1)
    )
    return session.scalar(mailed) or 0


def enter_by_link(session: Session, token: str, *, now: datetime) -> Account:
    """Use up a mailed link and return the account that it lets in.

    Raises LinkExpiredError, also where the account may no longer come in this way.
    """
    link = use_link(session, token, AccountLinkPurpose.SIGN_IN, now=now)
    return session.get_one(Account, link.account_id)
