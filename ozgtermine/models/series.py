"""What events belong to: projects and series."""

from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.rules.cadence import Cadence
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy

if TYPE_CHECKING:
    from ozgtermine.models.event import Event
    from ozgtermine.models.offer import SeriesTerms
    from ozgtermine.models.people import Membership, Organisation
    from ozgtermine.models.venue import Venue


class SeriesKind(StrEnum):
    CONSULTATION_HOUR = "consultation_hour"
    WORKING_GROUP = "working_group"
    PLENARY = "plenary"
    CONGRESS = "congress"
    OTHER = "other"


class Project(Base):
    """Groups working groups and their plenary for a time."""

    __tablename__ = "project"
    audited = True
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[PrimaryKey]
    slug: Mapped[Word] = mapped_column(unique=True)
    title: Mapped[Word]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    cadence: Mapped[Cadence] = enum_column(Cadence, default=Cadence.CONTINUE)
    plenary_weekday: Mapped[int] = mapped_column(default=3)

    series: Mapped[list["Series"]] = relationship(back_populates="project", order_by="Series.position")


class Series(Base):
    """A named line of events with defaults, its own numbering and its own feed.

    `singular` is what one event is called ("OZG-Sprechstunde"); times are wall times in Europe/Berlin.
    """

    __tablename__ = "series"
    audited = True
    __table_args__ = (
        CheckConstraint(
            "slug NOT IN ('alle','sprechstunden','arbeitsgruppen','plenarsitzungen','kongresse','weitere','p')",
            name="slug_not_reserved",
        ),
        CheckConstraint("interval_weeks IS NULL OR interval_weeks > 0", name="interval_positive"),
        CheckConstraint("default_duration_minutes IS NULL OR default_duration_minutes > 0", name="duration_positive"),
        UniqueConstraint("project_id", "number_in_project"),
    )

    id: Mapped[PrimaryKey]
    slug: Mapped[Word] = mapped_column(unique=True)
    kind: Mapped[SeriesKind] = enum_column(SeriesKind)
    title: Mapped[Word]
    singular: Mapped[Word]
    description: Mapped[LongText] = mapped_column(default="")
    colour: Mapped[Word] = mapped_column(default="steelblue")
    position: Mapped[int] = mapped_column(default=0)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    number_in_project: Mapped[int | None]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contact_email: Mapped[Word] = mapped_column(default="")
    visibility: Mapped[Visibility] = enum_column(Visibility, default=Visibility.PUBLIC)
    is_foreign: Mapped[bool] = mapped_column(default=False)
    website: Mapped[Word] = mapped_column(default="")
    interval_weeks: Mapped[int | None]
    kick_off_on: Mapped[date | None]
    default_start_time: Mapped[time | None]
    default_duration_minutes: Mapped[int | None]
    default_mode: Mapped[Mode] = enum_column(Mode, default=Mode.ONLINE)
    default_venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    default_policy: Mapped[Policy] = enum_column(Policy, default=Policy.OPEN)
    default_seats_on_site: Mapped[int | None]
    default_seats_online: Mapped[int | None]
    version: Mapped[int] = mapped_column(info={"derived": True})

    project: Mapped[Project | None] = relationship(back_populates="series")
    organiser: Mapped["Organisation | None"] = relationship()
    default_venue: Mapped["Venue | None"] = relationship()
    events: Mapped[list["Event"]] = relationship(back_populates="series")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="series")
    terms: Mapped["SeriesTerms | None"] = relationship(back_populates="series", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure

    @property
    def series_id(self) -> int:
        """A series is a thing of permissions like its events."""
        return self.id
