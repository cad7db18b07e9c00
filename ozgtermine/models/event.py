"""One dated occasion, and how to get in."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.series import Series
from ozgtermine.models.venue import Room, Venue
from ozgtermine.rules import schedule
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, When
from ozgtermine.rules.topics import TopicKind

if TYPE_CHECKING:
    from ozgtermine.models.document import Document
    from ozgtermine.models.offer import RegistrationOffer
    from ozgtermine.models.programme import Programme


class EventStatus(StrEnum):
    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """Who sees the access of an event."""

    EVERYBODY = "everybody"
    REGISTERED = "registered"
    MEMBERS = "members"


class Event(Base):
    """A dated occasion of a series.

    The wall-time columns are the truth; `starts_at` and `ends_at` are derived by `set_when`, in UTC, to sort by.
    It is public from `published_at` on (None: a draft). `changed_at` and `sequence` are the calendar's
    LAST-MODIFIED and SEQUENCE (RFC 5545 3.8.7); `version` guards against two editors at once.
    """

    __tablename__ = "event"
    audited = True
    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        CheckConstraint("number IS NULL OR number > 0", name="number_positive"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("(precision = 'minute') = (start_time IS NOT NULL)", name="minute_has_time"),
        CheckConstraint("end_time IS NULL OR start_time IS NOT NULL", name="end_needs_start"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_when"),
        CheckConstraint("number_of_attendees IS NULL OR number_of_attendees >= 0",
                        name="attendees_not_negative"),
        Index("ix_event_series_id_starts_at", "series_id", "starts_at"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Word] = mapped_column(unique=True, info={"derived": True})
    slug: Mapped[Word] = mapped_column(unique=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    number: Mapped[int | None]
    topic: Mapped[Word] = mapped_column(default="")
    topic_kind: Mapped[TopicKind] = enum_column(TopicKind, default=TopicKind.TOPIC)
    description: Mapped[LongText] = mapped_column(default="")
    recap: Mapped[LongText] = mapped_column(default="")
    website: Mapped[Word] = mapped_column(default="")

    starts_on: Mapped[date]
    ends_on: Mapped[date]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    precision: Mapped[Precision] = enum_column(Precision)
    zone: Mapped[Word] = mapped_column(default=schedule.ZONE)
    starts_at: Mapped[datetime] = mapped_column(index=True, info={"derived": True})
    ends_at: Mapped[datetime] = mapped_column(index=True, info={"derived": True})

    mode: Mapped[Mode] = enum_column(Mode, default=Mode.ONLINE)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))

    visibility: Mapped[Visibility] = enum_column(Visibility, default=Visibility.PUBLIC)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    status: Mapped[EventStatus] = enum_column(EventStatus, default=EventStatus.CONFIRMED)
    cancelled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[LongText] = mapped_column(default="")
    moved_at: Mapped[datetime | None]
    moved_from_on: Mapped[date | None]
    moved_from_time: Mapped[time | None]
    move_reason: Mapped[LongText] = mapped_column(default="")

    number_of_attendees: Mapped[int | None]
    attendees_estimated: Mapped[bool] = mapped_column(default=False)

    created_at: Mapped[datetime] = mapped_column(info={"derived": True})
    changed_at: Mapped[datetime] = mapped_column(info={"derived": True})
    sequence: Mapped[int] = mapped_column(default=0, info={"derived": True})
    version: Mapped[int] = mapped_column(info={"derived": True})

    series: Mapped[Series] = relationship(back_populates="events")
    venue: Mapped[Venue | None] = relationship()
    room: Mapped[Room | None] = relationship()
    access: Mapped["Access | None"] = relationship(back_populates="event", cascade="all, delete-orphan")
    offer: Mapped["RegistrationOffer | None"] = relationship(back_populates="event", cascade="all, delete-orphan")
    programme: Mapped["Programme | None"] = relationship(back_populates="event", cascade="all, delete-orphan")
    documents: Mapped[list["Document"]] = relationship(back_populates="event", order_by="Document.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure

    @property
    def when(self) -> When:
        """What is known of day and time."""
        return When(
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            start_time=self.start_time,
            end_time=self.end_time,
            precision=self.precision,
            zone=self.zone,
        )

    def set_when(self, value: When) -> None:
        """Take over a checked When and derive the sort keys from it."""
        self.starts_on, self.ends_on = value.starts_on, value.ends_on
        self.start_time, self.end_time = value.start_time, value.end_time
        self.precision, self.zone = value.precision, value.zone
        self.starts_at, self.ends_at = schedule.starts_at(value), schedule.ends_at(value)

    @property
    def is_cancelled(self) -> bool:
        return self.status is EventStatus.CANCELLED

    def is_published(self, now: datetime) -> bool:
        return self.published_at is not None and self.published_at <= now

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    @property
    def name(self) -> str:
        """What it is called by itself: "29. OZG-Sprechstunde", number first."""
        return f"{self.number}. {self.series.singular}" if self.number else self.series.singular

    @property
    def title(self) -> str:
        """Name and topic: "29. OZG-Sprechstunde: Offene OZG-Sprechstunde"."""
        return f"{self.name}: {self.topic}" if self.topic else self.name


class Access(Base):
    """How to get in: a link, a phone number, a PIN; shown to an audience, from an instant on."""

    __tablename__ = "access"
    audited = True

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    link: Mapped[Word] = mapped_column(default="", info={"secret": True})
    phone: Mapped[Word] = mapped_column(default="", info={"secret": True})
    pin: Mapped[Word] = mapped_column(default="", info={"secret": True})
    note: Mapped[LongText] = mapped_column(default="")
    audience: Mapped[Audience] = enum_column(Audience, default=Audience.REGISTERED)
    visible_from: Mapped[datetime | None]

    event: Mapped[Event] = relationship(back_populates="access")
