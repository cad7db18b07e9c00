"""What runs every night, each job a line."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ozgtermine.files.store import DocumentStore
from ozgtermine.models import DocumentVersion, MailState, OutgoingMail, RegistrationLink
from ozgtermine.operations.erasing import erase_unconfirmed

SENT_MAILS_KEPT = timedelta(days=14)
STRAY_FILES_KEPT = timedelta(days=1)


def run(session: Session, store: DocumentStore, *, now: datetime) -> dict[str, int]:
    """Do every job once and return how much each has done; nothing is named."""
    done = {name: job(session, now) for name, job in JOBS.items()}
    return done | {"stray files removed": _remove_stray_files(session, store)}


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


def _remove_stray_files(session: Session, store: DocumentStore) -> int:
    """Remove files that no row names, a day after they came; files keep real time, also in a demonstration."""
    named = set(session.scalars(select(DocumentVersion.sha256)))
    removed = 0
    for path in store.strays(named, before=datetime.now(UTC) - STRAY_FILES_KEPT):
        path.unlink(missing_ok=True)
        removed += 1
    return removed


JOBS: dict[str, Callable[[Session, datetime], int]] = {
    "unconfirmed registrations erased": _erase_unconfirmed,
    "sent mails erased": _erase_sent_mails,
    "expired links erased": _erase_expired_links,
}
