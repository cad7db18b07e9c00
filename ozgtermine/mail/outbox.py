"""The outbox: a promised mail is a row in the transaction of the change that promised it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from ozgtermine.mail.composing import Mail, compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import MailState, OutgoingMail
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.rules.names import normalised_email


def post(
    session: Session,
    mail: Mail,
    letterhead: Letterhead,
    *,
    now: datetime,
    registration_id: int | None = None,
    revocable_as: str = "",
) -> OutgoingMail:
    """Put the composed mail into the outbox, due at once; its Message-ID is given here and stays.

    One that is `revocable_as` a change waits until that change cannot be taken back any more.
    """
    message_id = f"<{uuid4()}@{letterhead.sender.rpartition('@')[2]}>"
    row = OutgoingMail(
        message_id=message_id,
        kind=mail.kind,
        recipient=mail.recipient,
        recipient_normalised=normalised_email(mail.recipient),
        subject=mail.subject,
        content=compose(mail, letterhead, message_id=message_id),
        priority=mail.priority,
        state=MailState.QUEUED,
        registration_id=registration_id,
        change_id=revocable_as,
        created_at=now,
        due_at=now + REVOCABLE_FOR if revocable_as else now,
    )
    session.add(row)
    return row
