"""The outbox: a promised mail is a row in the transaction of the change that promised it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from ozgtermine.mail.composing import Mail, compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import MailState, OutgoingMail


def post(
    session: Session, mail: Mail, letterhead: Letterhead, *, now: datetime, registration_id: int | None = None
) -> OutgoingMail:
    """Put the composed mail into the outbox, due at once; its Message-ID is given here and stays."""
    message_id = f"<{uuid4()}@{letterhead.sender.rpartition('@')[2]}>"
    row = OutgoingMail(
        message_id=message_id,
        kind=mail.kind,
        recipient=mail.recipient,
        subject=mail.subject,
        content=compose(mail, letterhead, message_id=message_id),
        priority=mail.priority,
        state=MailState.QUEUED,
        registration_id=registration_id,
        created_at=now,
        due_at=now,
    )
    session.add(row)
    return row
