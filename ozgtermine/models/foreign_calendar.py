"""Calendars of others: the events that came from one, the address of one that is mirrored, an upload that waits."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word
from ozgtermine.models.event import Event
from ozgtermine.models.series import Series


class ImportedEvent(Base):
    """By what name an event is known in the calendar it came from, and what that said of it last.

    `source` is the host of a mirrored calendar, "" for an upload. `said` tells what its house has changed from what
    somebody has changed here. `vanished_at` is when a coming event was missing there first.
    """

    __tablename__ = "imported_event"
    __table_args__ = (UniqueConstraint("series_id", "uid", "recurrence"),)

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    uid: Mapped[Word]
    recurrence: Mapped[Word] = mapped_column(default="")
    source: Mapped[Word] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    vanished_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()


class Mirror(Base):
    """The address from which a foreign series is kept up to date, how that went last, and when it is asked next.

    `etag` and `last_modified` are the source's own words, sent back as they came; they are forgotten with each new
    address, and once a day the calendar is read whole (`read_whole_at`), as its repetitions go on.
    """

    __tablename__ = "mirror"
    audited = True
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_not_negative"),)

    id: Mapped[PrimaryKey]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), unique=True)
    address: Mapped[LongText] = mapped_column(info={"secret": True})
    etag: Mapped[LongText] = mapped_column(default="", info={"derived": True})
    last_modified: Mapped[Word] = mapped_column(default="", info={"derived": True})
    read_whole_at: Mapped[datetime | None] = mapped_column(info={"derived": True})
    succeeded_at: Mapped[datetime | None] = mapped_column(info={"derived": True})
    failed_at: Mapped[datetime | None] = mapped_column(info={"derived": True})
    failures: Mapped[int] = mapped_column(default=0, info={"derived": True})
    last_error: Mapped[LongText] = mapped_column(default="", info={"derived": True})
    unread: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, info={"derived": True})
    next_poll_at: Mapped[datetime] = mapped_column(index=True, info={"derived": True})

    series: Mapped[Series] = relationship()

    @property
    def host(self) -> str:
        """The house it comes from; the rest of the address may be a secret."""
        return urlsplit(self.address).hostname or ""

    @property
    def website(self) -> str:
        """Where people read about the series: its own page, else that of the house."""
        return self.series.website or f"https://{self.host}/"


class PendingCalendar(Base):
    """Entries of an uploaded calendar that wait to be looked at and taken over; erased after a day."""

    __tablename__ = "pending_calendar"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    file_name: Mapped[Word]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
