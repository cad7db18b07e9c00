"""The outbox: a promised mail is a row in the transaction of the change that promised it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from ozgtermine.mail.composing import Mail
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
    """Put the mail into the outbox, due at once; its Message-ID is given here and stays.

    One that is `revocable_as` a change waits until that change cannot be taken back any more.
    """
    row = as_row(mail, letterhead, message_id=f"<{uuid4()}@{letterhead.sender.rpartition('@')[2]}>", now=now)
    row.registration_id = registration_id
    if revocable_as:
        row.change_id, row.due_at = revocable_as, now + REVOCABLE_FOR
    session.add(row)
    return row


def as_row(mail: Mail, letterhead: Letterhead, *, message_id: str, now: datetime) -> OutgoingMail:
    """Return the mail as it is kept until it is sent, from whom it is promised now."""
    return OutgoingMail(
        message_id=message_id,
        kind=mail.kind,
        recipient=mail.recipient,
        recipient_normalised=normalised_email(mail.recipient),
        recipient_name=mail.recipient_name,
        sender=letterhead.sender,
        sender_name=letterhead.sender_name,
        reply_to=mail.reply_to or letterhead.contact,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        calendar=mail.invitation.content if mail.invitation else None,
        calendar_method=mail.invitation.method if mail.invitation else "",
        priority=mail.priority,
        state=MailState.QUEUED,
        change_id="",
        created_at=now,
        due_at=now,
    )
