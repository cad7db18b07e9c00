"""Mails that were promised: rows written in the transaction of the change, sent by the worker."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(Base):
    """The parts of a message with a stable Message-ID; whoever sends it puts them together (`mail.composing`).

    A calendar object goes with its method (RFC 6047), and a message without one has neither.
    `sending` holds a lease until `leased_until`; after a crash it is sent again under the same Message-ID. A lower
    `priority` goes first. A mail with a `change_id` waits until its change cannot be taken back any more.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (Index("ix_outgoing_mail_state_priority_due_at", "state", "priority", "due_at", "id"),)

    id: Mapped[PrimaryKey]
    message_id: Mapped[Word] = mapped_column(unique=True)
    kind: Mapped[Word]
    recipient: Mapped[Word]
    recipient_normalised: Mapped[Word] = mapped_column(default="", index=True)
    recipient_name: Mapped[Word] = mapped_column(default="")
    sender: Mapped[Word]
    sender_name: Mapped[Word] = mapped_column(default="")
    reply_to: Mapped[Word]
    subject: Mapped[LongText]
    text: Mapped[LongText]
    html: Mapped[LongText]
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    calendar_method: Mapped[Word] = mapped_column(default="")
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[MailState] = enum_column(MailState, default=MailState.QUEUED)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"), index=True)
    change_id: Mapped[Word] = mapped_column(default="", index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[LongText] = mapped_column(default="")
