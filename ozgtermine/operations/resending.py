"""The outbox by hand: send again what failed, give it up for good, try whether mails arrive at all."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, AuditAct, MailState, OutgoingMail
from ozgtermine.operations import auditing
from ozgtermine.wording import N_, translate


def resend(session: Session, mail_ids: Collection[int], *, now: datetime) -> int:
    """Put failed mails back into the queue under their Message-ID, due at once; return how many there were.

    What was never given up, or is under way again already, stays as it is.
    """
    failed = _failed(session, mail_ids)
    for mail in failed:
        mail.state, mail.due_at, mail.attempts, mail.last_error = MailState.QUEUED, now, 0, ""
        text = translate(N_("noch einmal gesendet: %(subject)s"), subject=mail.subject)
        auditing.note(session, AuditAct.CHANGED, mail, now=now, text=text)
    return len(failed)


def discard(session: Session, mail_ids: Collection[int], *, now: datetime) -> int:
    """Forget failed mails, with their content; return how many there were."""
    failed = _failed(session, mail_ids)
    for mail in failed:
        text = translate(N_("verworfen, nie zugestellt: %(subject)s"), subject=mail.subject)
        auditing.note(session, AuditAct.REMOVED, mail, now=now, text=text)
        session.delete(mail)
    return len(failed)


def _failed(session: Session, mail_ids: Collection[int]) -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.id.in_(mail_ids), OutgoingMail.state == MailState.FAILED)
    return list(session.scalars(found.order_by(OutgoingMail.id).with_for_update()))


def post_test_message(session: Session, account_id: int, letterhead: Letterhead, *, now: datetime) -> str:
    """Put a mail to the account's own address into the outbox; return the address."""
    account = session.get_one(Account, account_id)
    mail = messages.test_message(letterhead, account)
    outbox.post(session, mail, letterhead, now=now)
    return account.email
