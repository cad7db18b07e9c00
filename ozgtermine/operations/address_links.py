"""A mailed link to everything that is kept about an address."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import LinkExpiredError
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import AddressLink
from ozgtermine.operations.registration_links import new_secret, secret_hash
from ozgtermine.queries.registrations import find_by_address_link, of_address
from ozgtermine.rules.names import normalised_email

VALID_FOR = timedelta(hours=24)
ONCE_IN = timedelta(hours=1)


def mail_a_link(session: Session, email: str, *, letterhead: Letterhead, now: datetime) -> None:
    """Mail the link where anything is kept about the address, at most once an hour; say nothing to the caller."""
    address = normalised_email(email)
    found = of_address(session, address)
    recent = select(AddressLink.id).where(
        AddressLink.email_normalised == address, AddressLink.expires_at > now + VALID_FOR - ONCE_IN
    )
    if not found or session.scalars(recent).first() is not None:
        return
    token = new_secret()
    session.add(
        AddressLink(
            email=found[0].email, email_normalised=address, token_hash=secret_hash(token), expires_at=now + VALID_FOR
        )
    )
    mail = messages.my_registrations(
        letterhead, recipient=found[0].email, token=token, language=found[-1].language
    )
    outbox.post(session, mail, letterhead, now=now)


def get_address(session: Session, token: str, *, now: datetime) -> AddressLink:
    """Return the address that a mailed link is about. Raises LinkExpiredError."""
    link = find_by_address_link(session, secret_hash(token), now)
    if link is None:
        raise LinkExpiredError
    return link
