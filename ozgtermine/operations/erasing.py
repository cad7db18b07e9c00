"""Forgetting people whose data nobody needs any more."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ozgtermine.models import OutgoingMail
from ozgtermine.operations.registering import UNCONFIRMED_FOR
from ozgtermine.queries.registrations import unconfirmed_before


def erase_unconfirmed(session: Session, *, now: datetime) -> int:
    """Erase the entries whose address nobody confirmed in time, with their mails; return how many there were."""
    overdue = unconfirmed_before(session, now - UNCONFIRMED_FOR)
    mails = delete(OutgoingMail).where(OutgoingMail.registration_id.in_([each.id for each in overdue]))
    session.execute(mails)
    for registration in overdue:
        session.delete(registration)
    return len(overdue)
