"""The secret address of a person's own calendar: given once, shown again, replaced."""

import base64
import hmac
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.models import PersonalCalendar
from ozgtermine.operations.registration_links import secret_hash
from ozgtermine.queries.personal_calendars import calendar_of


def secret_of(calendar: PersonalCalendar, key: str) -> str:
    """Return the secret in the calendar's address: HMAC-SHA-256 of its salt, 256 bits."""
    return _secret(calendar.salt, key)


def give_calendar(session: Session, email_normalised: str, *, key: str, now: datetime) -> PersonalCalendar:
    """Return the address's calendar, made now if there is none."""
    found = calendar_of(session, email_normalised)
    if found is not None:
        return found
    salt = secrets.token_urlsafe(32)
    made = PersonalCalendar(
        email_normalised=email_normalised, salt=salt, token_hash=secret_hash(_secret(salt, key)), created_at=now
    )
    session.add(made)
    return made


def replace_calendar(session: Session, email_normalised: str, *, key: str, now: datetime) -> PersonalCalendar:
    """Give a new secret; whoever subscribed under the old one is told that it is gone."""
    found = calendar_of(session, email_normalised)
    if found is not None:
        found.retired_at = now
        session.flush()
    return give_calendar(session, email_normalised, key=key, now=now)


def _secret(salt: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"personal calendar {salt}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
