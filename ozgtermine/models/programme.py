"""What happens at an event, item by item."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.clock import BERLIN
from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.event import Event
from ozgtermine.models.venue import Room
from ozgtermine.rules.programme import ItemKind, ProgrammeState, Speaker, day_of, speakers_in
from ozgtermine.rules.schedule import Precision, When


class Programme(Base):
    """The programme of one event; `as_of` is the day that it is announced to stand at.

    `changed_at` follows every change of it and its items; `version` guards against two editors at once.
    """

    __tablename__ = "programme"
    audited = True

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    state: Mapped[ProgrammeState] = enum_column(ProgrammeState, default=ProgrammeState.DRAFT)
    as_of: Mapped[date | None]
    note: Mapped[LongText] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(info={"derived": True})
    version: Mapped[int] = mapped_column(info={"derived": True})

    event: Mapped[Event] = relationship(back_populates="programme")
    items: Mapped[list["ProgrammeItem"]] = relationship(
        back_populates="programme",
        cascade="all, delete-orphan",
        order_by=lambda: (
            ProgrammeItem.day, ProgrammeItem.start_time.nulls_last(), ProgrammeItem.position, ProgrammeItem.id
        ),
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure

    @property
    def name(self) -> str:
        return self.event.title

    @property
    def is_shown(self) -> bool:
        return self.state is not ProgrammeState.DRAFT

    @property
    def stands_at(self) -> date:
        """The day it stands at: the one that was typed, else that of the last change."""
        return self.as_of or self.changed_at.astimezone(BERLIN).date()


class ProgrammeItem(Base):
    """A keynote, a talk, a break: on a day of the event, counted from 1, in wall time of the event's zone.

    The room is one of the venue or a free text, never both. `speakers` are one a line, name and role. `changed_at` and
    `sequence` are the calendar's LAST-MODIFIED and SEQUENCE (RFC 5545, 3.8.7).
    """

    __tablename__ = "programme_item"
    audited = True
    __table_args__ = (
        CheckConstraint("day >= 1", name="day_counts_from_one"),
        CheckConstraint("end_time IS NULL OR (start_time IS NOT NULL AND end_time > start_time)",
                        name="ends_after_start"),
        CheckConstraint("room_id IS NULL OR room_name = ''", name="one_room"),
        CheckConstraint("title <> ''", name="has_title"),
        Index("ix_programme_item_programme_id", "programme_id"),
    )

    id: Mapped[PrimaryKey]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    uid: Mapped[Word] = mapped_column(unique=True, info={"derived": True})
    kind: Mapped[ItemKind] = enum_column(ItemKind, default=ItemKind.TALK)
    title: Mapped[Word]
    description: Mapped[LongText] = mapped_column(default="")
    day: Mapped[int]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    track: Mapped[Word] = mapped_column(default="")
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"))
    room_name: Mapped[Word] = mapped_column(default="")
    speakers: Mapped[LongText] = mapped_column(default="", info={"secret": True})
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(info={"derived": True})
    changed_at: Mapped[datetime] = mapped_column(info={"derived": True})
    sequence: Mapped[int] = mapped_column(default=0, info={"derived": True})
    version: Mapped[int] = mapped_column(info={"derived": True})

    programme: Mapped[Programme] = relationship(back_populates="items")
    room: Mapped[Room | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure

    @property
    def name(self) -> str:
        return self.title

    @property
    def held_on(self) -> date:
        return day_of(self.programme.event.when, self.day)

    @property
    def when(self) -> When:
        """Its wall time, as far as it is known; it was checked when it was typed, and when the event moved."""
        return When(
            starts_on=self.held_on,
            ends_on=self.held_on,
            start_time=self.start_time,
            end_time=self.end_time,
            precision=Precision.MINUTE if self.start_time else Precision.DAY,
            zone=self.programme.event.zone,
        )

    @property
    def place(self) -> str:
        """The room's name; nothing where it is a room of a house in which the event is not held any more."""
        if self.room is None:
            return self.room_name
        return self.room.name if self.room.venue_id == self.programme.event.venue_id else ""

    @property
    def people(self) -> list[Speaker]:
        return speakers_in(self.speakers)
