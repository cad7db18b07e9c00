"""Secrets in mailed links: 256 random bits, stored as a hash, for one purpose and a time."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ozgtermine.errors import LinkExpiredError
from ozgtermine.models import LinkPurpose, Registration, RegistrationLink
from ozgtermine.queries import registrations

MANAGEABLE_AFTERWARDS = timedelta(days=30)


def new_link(session: Session, registration: Registration, purpose: LinkPurpose, *, expires_at: datetime) -> str:
    """Return the secret of a fresh link; it is nowhere else but in the mail.

    The row is not made as an object: a flush would cost more than it does.
    """
    session.flush()
    token = new_secret()
    link = {"registration_id": registration.id, "purpose": purpose, "token_hash": secret_hash(token)}
    session.connection().execute(_INSERT, link | {"expires_at": expires_at})
    return token


_INSERT = insert(RegistrationLink)


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def secret_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def manage_link(session: Session, registration: Registration) -> str:
    """Return the secret of a fresh link to see and end a registration, good until after the event."""
    expires_at = registration.offer.event.ends_at + MANAGEABLE_AFTERWARDS
    return new_link(session, registration, LinkPurpose.MANAGE, expires_at=expires_at)


def get_registration(session: Session, token: str, purpose: LinkPurpose, *, now: datetime) -> Registration:
    """Return the registration that a mailed link leads to. Raises LinkExpiredError."""
    registration = registrations.find_by_link(session, secret_hash(token), purpose, now)
    if registration is None:
        raise LinkExpiredError
    return registration
