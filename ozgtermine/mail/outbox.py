"""The outbox: a promised mail is a row in the transaction of the change that promised it."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
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
) -> None:
    """Put the mail into the outbox, due at once; its Message-ID is given here and stays.

    One that is `revocable_as` a change waits until that change cannot be taken back any more. Not as an object: a flush
    would cost more than the row.
    """
    message_id = f"<{uuid4()}@{letterhead.sender.rpartition('@')[2]}>"
    row = as_row(mail, letterhead, message_id=message_id, now=now) | {"registration_id": registration_id}
    if revocable_as:
        row |= {"change_id": revocable_as, "due_at": now + REVOCABLE_FOR}
    session.connection().execute(_INSERT, row)


_INSERT = insert(OutgoingMail)


def as_row(mail: Mail, letterhead: Letterhead, *, message_id: str, now: datetime) -> dict[str, Any]:
    """Return the columns of the mail as it is kept until it is sent, from whom it is promised now."""
    return {
        "message_id": message_id,
        "kind": mail.kind,
        "recipient": mail.recipient,
        "recipient_normalised": normalised_email(mail.recipient),
        "recipient_name": mail.recipient_name,
        "sender": letterhead.sender,
        "sender_name": letterhead.sender_name,
        "reply_to": mail.reply_to or letterhead.contact,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "calendar": mail.invitation.content if mail.invitation else None,
        "calendar_method": mail.invitation.method if mail.invitation else "",
        "priority": mail.priority,
        "state": MailState.QUEUED,
        "change_id": "",
        "created_at": now,
        "due_at": now,
    }
