"""What lies in the outbox: what failed, what waits, what went out. Never the content of a mail."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, load_only

from ozgtermine.models import MailState, OutgoingMail

LAST_SENT = 200
MOST_SHOWN = 500
SHOWN = (
    OutgoingMail.kind, OutgoingMail.recipient, OutgoingMail.subject, OutgoingMail.state, OutgoingMail.created_at,
    OutgoingMail.due_at, OutgoingMail.attempts, OutgoingMail.sent_at, OutgoingMail.last_error,
)  # fmt: skip
WAITING = (MailState.QUEUED, MailState.SENDING)


def number_of_failed(session: Session) -> int:
    """Return how many mails nobody tries to deliver any more."""
    return session.scalar(select(func.count()).where(OutgoingMail.state == MailState.FAILED)) or 0


def counts_by_state(session: Session) -> dict[MailState, int]:
    """Return how many mails there are in each state that has any."""
    rows = session.execute(select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)).all()
    return {row[0]: row[1] for row in rows}


def failed_mails() -> Select[OutgoingMail]:
    """Select what was given up, the newest first."""
    return _shown().where(OutgoingMail.state == MailState.FAILED).order_by(OutgoingMail.id.desc()).limit(MOST_SHOWN)


def failed_ids(session: Session) -> list[int]:
    """Return the ids of all that was given up."""
    return list(session.scalars(select(OutgoingMail.id).where(OutgoingMail.state == MailState.FAILED)))


def waiting_mails() -> Select[OutgoingMail]:
    """Select what is to go out, in the order in which it goes."""
    found = _shown().where(OutgoingMail.state.in_(WAITING))
    return found.order_by(OutgoingMail.priority, OutgoingMail.due_at, OutgoingMail.id).limit(LAST_SENT)


def sent_mails() -> Select[OutgoingMail]:
    """Select what went out last."""
    found = _shown().where(OutgoingMail.state == MailState.SENT)
    return found.order_by(OutgoingMail.sent_at.desc(), OutgoingMail.id.desc()).limit(LAST_SENT)


def _shown() -> Select[OutgoingMail]:
    return select(OutgoingMail).options(load_only(*SHOWN, raiseload=True))
