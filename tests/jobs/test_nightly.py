"""What runs every night."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.files.store import DocumentStore
from ozgtermine.jobs import nightly
from ozgtermine.models import LinkPurpose, MailState, OutgoingMail, Registration, RegistrationLink
from ozgtermine.operations.registration_links import new_link
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW


def test_each_job_does_its_part_once(session: Session, tmp_path: Path) -> None:
    offer = factories.offer(session)
    old = factories.registration(session, offer, state=State.UNCONFIRMED, requested_at=NOW - timedelta(hours=72))
    fresh = factories.registration(session, offer, state=State.UNCONFIRMED, requested_at=NOW - timedelta(hours=71))
    new_link(session, old, LinkPurpose.CONFIRM, expires_at=NOW)
    new_link(session, fresh, LinkPurpose.CONFIRM, expires_at=NOW)
    new_link(session, fresh, LinkPurpose.MANAGE, expires_at=NOW + timedelta(hours=1))
    for number, days in enumerate((13, 15)):
        session.add(
            OutgoingMail(
                message_id=f"<{number}@termine.example>",
                kind="test",
                recipient="x@musterburg.example",
                subject="",
                content=b"",
                state=MailState.SENT,
                created_at=NOW,
                due_at=NOW,
                sent_at=NOW - timedelta(days=days),
            )
        )
    session.flush()

    done = nightly.run(session, DocumentStore(tmp_path), now=NOW)

    assert done == {
        "unconfirmed registrations erased": 1,
        "sent mails erased": 1,
        "expired links erased": 1,
        "stray files removed": 0,
    }
    assert list(session.scalars(select(Registration.id))) == [fresh.id]
    assert list(session.scalars(select(OutgoingMail.message_id))) == ["<0@termine.example>"]
    assert list(session.scalars(select(RegistrationLink.purpose))) == [LinkPurpose.MANAGE]
