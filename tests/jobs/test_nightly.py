"""What runs every night."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.files.store import DocumentStore
from ozgtermine.jobs import nightly
from ozgtermine.models import (
    Account,
    AccountLink,
    AccountLinkPurpose,
    AccountSession,
    AuditAct,
    AuditEntry,
    LinkPurpose,
    MailState,
    OutgoingMail,
    PendingCalendar,
    PendingImport,
    RegistrationLink,
    SignInAttempt,
    SignInMethod,
)
from ozgtermine.operations.registration_links import new_link
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW


def test_each_job_does_its_part_once(session: Session, tmp_path: Path) -> None:
    offer = factories.offer(session)
    fresh = factories.registration(session, offer, state=State.UNCONFIRMED, requested_at=NOW - timedelta(hours=71))
    new_link(session, fresh, LinkPurpose.CONFIRM, expires_at=NOW)
    new_link(session, fresh, LinkPurpose.MANAGE, expires_at=NOW + timedelta(hours=1))
    for number, days in enumerate((13, 15)):
        add_sent(session, number, NOW - timedelta(days=days))
    session.flush()

    done = nightly.run(session, DocumentStore(tmp_path), Settings(), now=NOW)

    assert done == {
        "sent mails erased": 1,
        "expired links erased": 1,
        "personal calendars of nobody erased": 0,
        "unsaved drafts erased": 0,
        "imports nobody took over erased": 0,
        "expired sessions, links and attempts erased": 0,
        "notes of sign-ins erased": 0,
        "old changes in the record erased": 0,
        "stray files removed": 0,
        "mails kept as files erased": 0,
    }
    assert list(session.scalars(select(OutgoingMail.message_id))) == ["<0@termine.example>"]
    assert list(session.scalars(select(RegistrationLink.purpose))) == [LinkPurpose.MANAGE]


def test_the_record_is_kept_as_long_as_the_settings_say(session: Session, tmp_path: Path) -> None:
    for act, days in ((AuditAct.CHANGED, 99), (AuditAct.CHANGED, 101), (AuditAct.SIGNED_IN, 39),
                      (AuditAct.SIGNED_IN, 41), (AuditAct.SIGN_IN_FAILED, 41), (AuditAct.SIGNED_OUT, 41)):  # fmt: skip
        at = NOW - timedelta(days=days)
        session.add(AuditEntry(change_id="", at=at, author="Erika", act=act, thing=str(days)))
    session.flush()
    settings = Settings(audit_days=100, sign_in_notes_days=40)

    done = nightly.run(session, DocumentStore(tmp_path), settings, now=NOW)

    assert (done["notes of sign-ins erased"], done["old changes in the record erased"]) == (3, 1)
    assert [(entry.act, entry.thing) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.thing))] == [
        (AuditAct.SIGNED_IN, "39"), (AuditAct.CHANGED, "99"),
    ]  # fmt: skip


def test_what_signing_in_and_imports_left_behind_goes_after_a_day(session: Session, tmp_path: Path) -> None:
    account = Account(email="a@mid.example", email_normalised="a@mid.example", name="Erika", created_at=NOW)
    session.add(account)
    series = factories.series(session)
    for mark, ago in (("old", timedelta(hours=25)), ("young", timedelta(hours=23))):
        at = clock.real_now() - ago
        session.add_all([
            AccountSession(token_hash=mark, account_id=account.id, method=SignInMethod.LINK, device="", created_at=at,
                           last_seen_at=at, proven_at=at, expires_at=at),
            AccountLink(token_hash=mark, purpose=AccountLinkPurpose.INVITE, account_id=account.id, created_at=at,
                        expires_at=at),
            SignInAttempt(email_normalised=mark, network="", at=at),
            PendingImport(account_id=account.id, file_name=mark, header=[], rows=[], created_at=at),
            PendingCalendar(account_id=account.id, series_id=series.id, file_name=mark, content={}, created_at=at),
        ])  # fmt: skip
    session.flush()

    done = nightly.run(session, DocumentStore(tmp_path), Settings(), now=NOW)

    assert done["imports nobody took over erased"] == 2
    assert done["expired sessions, links and attempts erased"] == 3
    kept = (AccountSession.token_hash, AccountLink.token_hash, SignInAttempt.email_normalised, PendingImport.file_name,
            PendingCalendar.file_name)  # fmt: skip
    assert [list(session.scalars(select(column))) for column in kept] == [["young"]] * 5


def test_sent_mails_are_kept_as_long_as_the_settings_say(session: Session, tmp_path: Path) -> None:
    for number, days in enumerate((2, 4)):
        add_sent(session, number, NOW - timedelta(days=days))

    done = nightly.run(session, DocumentStore(tmp_path), Settings(sent_mails_days=3), now=NOW)

    assert done["sent mails erased"] == 1
    assert list(session.scalars(select(OutgoingMail.message_id))) == ["<0@termine.example>"]


def add_sent(session: Session, number: int, sent_at: datetime) -> None:
    factories.outgoing_mail(session, f"<{number}@termine.example>", state=MailState.SENT, sent_at=sent_at)


def test_mails_kept_as_files_go_with_the_sent_ones(session: Session, tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, sent_mails_days=3)
    settings.mail_folder.mkdir()
    for name, days in (("old", 5), ("new", 2)):
        file = settings.mail_folder / f"{name}.eml"
        file.write_bytes(b"Subject: x")
        then = (clock.real_now() - timedelta(days=days)).timestamp()
        os.utime(file, (then, then))

    done = nightly.run(session, DocumentStore(tmp_path / "documents"), settings, now=NOW)

    assert done["mails kept as files erased"] == 1
    assert [file.name for file in settings.mail_folder.iterdir()] == ["new.eml"]
