"""What the public side remembers: its revision, newsletter issues, rendered entries, and what feeds handed out."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word


class PublicRevision(Base):
    """One row, raised once per transaction that changes something that the public can see."""

    __tablename__ = "public_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[PrimaryKey]
    revision: Mapped[int] = mapped_column(default=0)


class PublicChange(Base):
    """What raised the revision to that number: `event_ids` are the events that alone were touched, None is anything.

    `noted_at` tells two histories apart: after a restored backup the same numbers come again.
    """

    __tablename__ = "public_change"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    noted_at: Mapped[datetime]
    event_ids: Mapped[list[int] | None] = mapped_column(JSON, nullable=False)


class NewsletterIssue(Base):
    """An issue MM/JJJJ with its cut-off day: which dates were announced when."""

    __tablename__ = "newsletter_issue"
    audited = True
    __table_args__ = (
        UniqueConstraint("year", "month"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_exists"),
    )

    id: Mapped[PrimaryKey]
    year: Mapped[int]
    month: Mapped[int]
    cut_off_on: Mapped[date | None]
    imported_at: Mapped[datetime | None]

    @property
    def appears_on(self) -> date:
        return appears_on(self.year, self.month, self.cut_off_on)


def appears_on(year: int, month: int, cut_off_on: date | None) -> date:
    """Return the day from which an issue's announcements count: its cut-off day, else the first of its month."""
    return cut_off_on or date(year, month, 1)


class FeedEntry(Base):
    """What a feed has handed out: an entry's version and its DTSTART and DTEND lines.

    `left_at` is when it was missing first: the feed then says for a while, without any other word, that it is off.
    """

    __tablename__ = "feed_entry"

    feed: Mapped[Word] = mapped_column(primary_key=True)
    uid: Mapped[Word] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    times: Mapped[LongText]
    left_at: Mapped[datetime | None]


class TrackedFeed(Base):
    """A feed that has handed something out; `notes` counts how often that was written down anew."""

    __tablename__ = "tracked_feed"

    name: Mapped[Word] = mapped_column(primary_key=True)
    notes: Mapped[int] = mapped_column(default=0)


class RenderedEvent(Base):
    """The VEVENT of an event as bytes, per language and audience; a wrong fingerprint means render again."""

    __tablename__ = "rendered_event"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[Word] = mapped_column(primary_key=True)
    audience: Mapped[Word] = mapped_column(primary_key=True)
    fingerprint: Mapped[Word]
    content: Mapped[bytes] = mapped_column(LargeBinary)
