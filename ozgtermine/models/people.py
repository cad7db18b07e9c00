"""Organisations, people, and what people are in a series."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, PrimaryKey, Word, enum_column

if TYPE_CHECKING:
    from ozgtermine.models.series import Series


class Sector(StrEnum):
    FEDERAL = "federal"
    STATE = "state"
    MUNICIPAL = "municipal"
    MUNICIPAL_ASSOCIATION = "municipal_association"
    IT_PROVIDER = "it_provider"
    CONSULTANCY = "consultancy"
    ACADEMIA = "academia"
    OTHER = "other"


class MembershipRole(StrEnum):
    LEAD = "lead"
    DEPUTY_LEAD = "deputy_lead"
    MEMBER = "member"
    MODERATOR = "moderator"
    PROJECT_OFFICE = "project_office"


class Organisation(Base):
    __tablename__ = "organisation"

    id: Mapped[PrimaryKey]
    name: Mapped[Word] = mapped_column(unique=True)
    short_name: Mapped[Word] = mapped_column(default="")
    sector: Mapped[Sector] = enum_column(Sector)
    is_pilot: Mapped[bool] = mapped_column(default=False)
    website: Mapped[Word] = mapped_column(default="")


class Person(Base):
    """Somebody known by name; need not have an account."""

    __tablename__ = "person"

    id: Mapped[PrimaryKey]
    given_name: Mapped[Word]
    family_name: Mapped[Word]
    email: Mapped[Word] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)

    organisation: Mapped[Organisation | None] = relationship()
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Membership(Base):
    """A person's role in a series, from a day to a day (inclusive); open ends are None."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("series_id", "person_id", "role", "starts_on"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[PrimaryKey]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[MembershipRole] = enum_column(MembershipRole)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    series: Mapped["Series"] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(back_populates="memberships")
