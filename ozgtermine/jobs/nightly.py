"""What runs every night, each job a line."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ozgtermine.models import MailState, OutgoingMail, RegistrationLink
from ozgtermine.operations.erasing import erase_unconfirmed

SENT_MAILS_KEPT = timedelta(days=14)


def run(session: Session, *, now: datetime) -> dict[str, int]:
    """Do every job once and return how much each has done; nothing is named."""
    return {name: job(session, now) for name, job in JOBS.items()}


def _erase_unconfirmed(session: Session, now: datetime) -> int:
    return erase_unconfirmed(session, now=now)


def _erase_sent_mails(session: Session, now: datetime) -> int:
    """Forget what was sent: it holds names and links; the count of what was refused stays to be looked at."""
    sent = delete(OutgoingMail).where(
        OutgoingMail.state == MailState.SENT, OutgoingMail.sent_at < now - SENT_MAILS_KEPT
    )
    return len(session.execute(sent.returning(OutgoingMail.id)).all())


def _erase_expired_links(session: Session, now: datetime) -> int:
    expired = delete(RegistrationLink).where(RegistrationLink.expires_at <= now)
    return len(session.execute(expired.returning(RegistrationLink.id)).all())


JOBS: dict[str, Callable[[Session, datetime], int]] = {
    "unconfirmed registrations erased": _erase_unconfirmed,
    "sent mails erased": _erase_sent_mails,
    "expired links erased": _erase_expired_links,
}
