"""Organisations, people, and what people are in a series."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from ozgtermine.models.base import Base, PrimaryKey, Word, enum_column
from ozgtermine.rules.names import normalised_email

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
    """A house that people work for; `version` guards against two editors at once."""

    __tablename__ = "organisation"
    audited = True

    id: Mapped[PrimaryKey]
    name: Mapped[Word] = mapped_column(unique=True)
    short_name: Mapped[Word] = mapped_column(default="")
    sector: Mapped[Sector] = enum_column(Sector)
    is_pilot: Mapped[bool] = mapped_column(default=False)
    website: Mapped[Word] = mapped_column(default="")
    version: Mapped[int] = mapped_column(info={"derived": True})

    people: Mapped[list["Person"]] = relationship(back_populates="organisation")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure


class Person(Base):
    """Somebody known by name; need not have an account. One address is one person.

    `language` is that of mails to them. `uid` names this row and no other, also where a restored database gives its
    number away again. `unneeded_since` is when it was first seen that they are in no group any more, see
    `operations.erasing_people`.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index(
            "uq_person_email_normalised",
            "email_normalised",
            unique=True,
            sqlite_where=text("email_normalised <> ''"),
            postgresql_where=text("email_normalised <> ''"),
        ),
    )
    audited = True

    id: Mapped[PrimaryKey]
    given_name: Mapped[Word]
    family_name: Mapped[Word]
    email: Mapped[Word] = mapped_column(default="")
    email_normalised: Mapped[Word] = mapped_column(default="", info={"derived": True})
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    language: Mapped[Word] = mapped_column(default="de")
    uid: Mapped[Word] = mapped_column(default=lambda: uuid4().hex, info={"derived": True})
    unneeded_since: Mapped[datetime | None] = mapped_column(info={"derived": True})

    version: Mapped[int] = mapped_column(info={"derived": True})

    organisation: Mapped[Organisation | None] = relationship(back_populates="people")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to configure

    @validates("email")
    def _normalise(self, _key: str, email: str) -> str:
        self.email_normalised = normalised_email(email)
        return email

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
    audited = True

    id: Mapped[PrimaryKey]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[MembershipRole] = enum_column(MembershipRole)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    series: Mapped["Series"] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(back_populates="memberships")

    @property
    def is_lead(self) -> bool:
        return self.role is MembershipRole.LEAD

    def is_current(self, day: date) -> bool:
        """Return whether it holds on `day`, its first and last day included."""
        begun = self.starts_on is None or self.starts_on <= day
        return begun and (self.ends_on is None or self.ends_on >= day)


class PendingImport(Base):
    """Rows of an uploaded table that wait to be looked at and taken over; erased after a day."""

    __tablename__ = "pending_import"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[Word]
    header: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[list[list[str]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
