"""The record of what was changed, looked at and exported; its rows outlive what they speak of."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column


class AuditAct(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    TAKEN_BACK = "taken_back"
    VIEWED = "viewed"
    EXPORTED = "exported"
    WROTE = "wrote"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"


class AuditEntry(Base):
    """Who did what to which thing, when; all entries of one transaction share a `change_id`.

    `thing` is a table's name; `title`, what the thing was called then. `changes` holds column → [before, after], as
    JSON values; where both are None the value is a secret, and only that it changed is known.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_event_id_at", "event_id", "at"),
        Index("ix_audit_entry_series_id_at", "series_id", "at"),
        Index("ix_audit_entry_person_id_at", "person_id", "at"),
        Index("ix_audit_entry_account_id_at", "account_id", "at"),
    )

    id: Mapped[PrimaryKey]
    change_id: Mapped[Word] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    author: Mapped[Word]
    act: Mapped[AuditAct] = enum_column(AuditAct)
    thing: Mapped[Word]
    thing_id: Mapped[int | None]
    title: Mapped[LongText] = mapped_column(default="")
    event_id: Mapped[int | None]
    series_id: Mapped[int | None]
    person_id: Mapped[int | None]
    changes: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict)
    note: Mapped[LongText] = mapped_column(default="")
