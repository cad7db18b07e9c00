"""What runs every night, each job a line."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.files.store import DocumentStore
from ozgtermine.mail.folder import erase_old
from ozgtermine.models import (
    AccountLink,
    AccountSession,
    AddressLink,
    AuditAct,
    AuditEntry,
    Deputy,
    DocumentVersion,
    MailState,
    OutgoingMail,
    PendingCalendar,
    PendingImport,
    RegistrationLink,
    SignInAttempt,
)
from ozgtermine.operations.keeping_drafts import erase_drafts
from ozgtermine.queries.personal_calendars import erase_calendars_of_nobody
from ozgtermine.rules.retention import erased_before

STRAY_FILES_KEPT = timedelta(days=1)
PENDING_IMPORTS_KEPT = timedelta(days=1)
RETIRED_CALENDARS_KEPT = timedelta(days=90)
SIGN_IN_TRACES_KEPT = timedelta(days=1)
SIGN_INS = (AuditAct.SIGNED_IN, AuditAct.SIGN_IN_FAILED, AuditAct.SIGNED_OUT)


def run(session: Session, store: DocumentStore | None, settings: Settings, *, now: datetime) -> dict[str, int]:
    """Do every job once under the settings in force and return how much each has done; nothing is named.

    Without a store no file is touched.
    """
    done = {name: job(session, settings, now) for name, job in JOBS.items()}
    if store is None:
        return done
    mails = erase_old(settings.mail_folder, before=erased_before(clock.real_now(), settings.sent_mails_days))
    return done | {"stray files removed": _remove_stray_files(session, store), "mails kept as files erased": mails}


def _erase_sent_mails(session: Session, settings: Settings, now: datetime) -> int:
    """Forget what was sent: it holds names and links; the count of what was refused stays to be looked at."""
    before = erased_before(now, settings.sent_mails_days)
    sent = delete(OutgoingMail).where(OutgoingMail.state == MailState.SENT, OutgoingMail.sent_at < before)
    return len(session.execute(sent.returning(OutgoingMail.id)).all())


def _erase_drafts(session: Session, settings: Settings, now: datetime) -> int:
    return erase_drafts(session, before=erased_before(now, settings.form_drafts_days))


def _erase_sign_in_notes(session: Session, settings: Settings, now: datetime) -> int:
    before = erased_before(now, settings.sign_in_notes_days)
    old = delete(AuditEntry).where(AuditEntry.act.in_(SIGN_INS), AuditEntry.at < before)
    return len(session.execute(old.returning(AuditEntry.id)).all())


def _erase_audit(session: Session, settings: Settings, now: datetime) -> int:
    old = delete(AuditEntry).where(AuditEntry.at < erased_before(now, settings.audit_days))
    return len(session.execute(old.returning(AuditEntry.id)).all())


def _erase_expired_links(session: Session, _settings: Settings, now: datetime) -> int:
    erased = 0
    for model in (RegistrationLink, AddressLink, Deputy):
        expired = delete(model).where(model.expires_at <= now)
        erased += len(session.execute(expired.returning(model.id)).all())
    return erased


def _erase_calendars(session: Session, _settings: Settings, now: datetime) -> int:
    return erase_calendars_of_nobody(session, retired_before=now - RETIRED_CALENDARS_KEPT)


def _erase_pending_imports(session: Session, _settings: Settings, _now: datetime) -> int:
    """Forget tables and calendars that nobody took over; they came at a real time, also in a demonstration."""
    erased = 0
    for model in (PendingImport, PendingCalendar):
        old = delete(model).where(model.created_at < clock.real_now() - PENDING_IMPORTS_KEPT)
        erased += len(session.execute(old.returning(model.id)).all())
    return erased


def _erase_traces_of_signing_in(session: Session, _settings: Settings, _now: datetime) -> int:
    """Forget sessions and links that are worth nothing any more, and attempts that count for no limit."""
    real_now = clock.real_now()
    erased = 0
    for model, at in (
        (AccountSession, AccountSession.expires_at),
        (AccountLink, AccountLink.expires_at),
        (SignInAttempt, SignInAttempt.at),
    ):
        old = delete(model).where(at < real_now - SIGN_IN_TRACES_KEPT)
        erased += len(session.execute(old.returning(model.id)).all())
    return erased


def _remove_stray_files(session: Session, store: DocumentStore) -> int:
    """Remove files that no row names, a day after they came; files keep real time, also in a demonstration."""
    named = set(session.scalars(select(DocumentVersion.sha256)))
    removed = 0
    for path in store.strays(named, before=datetime.now(UTC) - STRAY_FILES_KEPT):
        path.unlink(missing_ok=True)
        removed += 1
    return removed


JOBS: dict[str, Callable[[Session, Settings, datetime], int]] = {
    "sent mails erased": _erase_sent_mails,
    "expired links erased": _erase_expired_links,
    "personal calendars of nobody erased": _erase_calendars,
    "unsaved drafts erased": _erase_drafts,
    "imports nobody took over erased": _erase_pending_imports,
    "expired sessions, links and attempts erased": _erase_traces_of_signing_in,
    "notes of sign-ins erased": _erase_sign_in_notes,
    "old changes in the record erased": _erase_audit,
}
