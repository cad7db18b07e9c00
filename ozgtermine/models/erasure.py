"""What remains of people who were erased: numbers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ozgtermine.models.base import Base, PrimaryKey, Word, enum_column
from ozgtermine.models.people import MembershipRole
from ozgtermine.rules.registering import Mode, State


class ErasedCount(Base):
    """How many registrations of an event were erased, by how they ended and by sector: what remains of people."""

    __tablename__ = "erased_count"
    __table_args__ = (Index("uq_erased_count", "event_id", "state", "mode", "sector", "has_attended", unique=True),)

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[State] = enum_column(State)
    mode: Mapped[Mode] = enum_column(Mode)
    sector: Mapped[Word] = mapped_column(default="")
    has_attended: Mapped[bool] = mapped_column(default=False)
    number: Mapped[int]
    erased_at: Mapped[datetime]


class ErasedMembership(Base):
    """How many memberships of a series were erased with their people, by role and sector: its history in numbers."""

    __tablename__ = "erased_membership"
    __table_args__ = (Index("uq_erased_membership", "series_id", "role", "sector", unique=True),)

    id: Mapped[PrimaryKey]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    role: Mapped[MembershipRole] = enum_column(MembershipRole)
    sector: Mapped[Word] = mapped_column(default="")
    number: Mapped[int]
    erased_at: Mapped[datetime]


class ErasureMark(Base):
    """One row: how many tombstones this database knows. A restored backup knows fewer than the file beside it."""

    __tablename__ = "erasure_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[PrimaryKey]
    tombstones: Mapped[int] = mapped_column(default=0)
