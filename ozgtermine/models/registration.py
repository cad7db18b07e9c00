"""Who takes part in an event, or asked to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.offer import RegistrationOffer
from ozgtermine.models.people import Person, Sector
from ozgtermine.rules.registering import ENDED, LIVE, Mode, State, Step, may_become

_LIVE = text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(LIVE))))


class Reply(StrEnum):
    """A member's answer to an invitation."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class LinkPurpose(StrEnum):
    CONFIRM = "confirm"
    MANAGE = "manage"


class Registration(Base):
    """A person takes part in one event, or asked to; `requested_at` is the place in line.

    `submission` is common to all that was sent with one form: colleagues, and further events of a series. Who has a
    seat and `waits_for_mode` waits for one in the other pool, since `waiting_since`.
    """

    __tablename__ = "registration"
    audited = True
    __table_args__ = (
        Index(
            "uq_registration_live",
            "offer_id",
            "email_normalised",
            "name_normalised",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_registration_offer_id_state_mode", "offer_id", "state", "mode"),
        CheckConstraint("mode <> 'hybrid'", name="mode_is_one"),
        CheckConstraint(
            "(state = 'waiting' OR waits_for_mode IS NOT NULL) = (waiting_since IS NOT NULL)", name="waiting_has_since"
        ),
        CheckConstraint("waits_for_mode IS NULL OR state = 'confirmed'", name="waits_with_a_seat"),
        CheckConstraint("(state = 'offered') = (claim_until IS NOT NULL)", name="offered_has_deadline"),
        CheckConstraint("state IN ('unconfirmed', 'cancelled') OR address_confirmed_at IS NOT NULL",
                        name="confirmed_address"),
    )

    id: Mapped[PrimaryKey]
    offer_id: Mapped[int] = mapped_column(ForeignKey("registration_offer.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    state: Mapped[State] = enum_column(State, default=State.UNCONFIRMED)
    mode: Mapped[Mode] = enum_column(Mode)
    given_name: Mapped[Word] = mapped_column(info={"secret": True})
    family_name: Mapped[Word] = mapped_column(info={"secret": True})
    email: Mapped[Word] = mapped_column(info={"secret": True})
    email_normalised: Mapped[Word] = mapped_column(index=True, info={"derived": True})
    name_normalised: Mapped[LongText] = mapped_column(info={"derived": True})
    organisation: Mapped[Word] = mapped_column(default="", info={"secret": True})
    sector: Mapped[Sector | None] = enum_column(Sector, nullable=True)
    question: Mapped[LongText] = mapped_column(default="", info={"secret": True})
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info={"secret": True})
    reply: Mapped[Reply | None] = enum_column(Reply, nullable=True)
    language: Mapped[Word] = mapped_column(default="de", info={"derived": True})
    submission: Mapped[Word] = mapped_column(default="", index=True, info={"derived": True})
    requested_at: Mapped[datetime]
    address_confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[LongText] = mapped_column(default="", info={"secret": True})
    waits_for_mode: Mapped[Mode | None] = enum_column(Mode, check="waits_for_mode", nullable=True)
    waiting_since: Mapped[datetime | None]
    claim_until: Mapped[datetime | None]
    remind_of_claim_at: Mapped[datetime | None] = mapped_column(info={"derived": True})
    reminded_for: Mapped[datetime | None] = mapped_column(info={"derived": True})
    ended_at: Mapped[datetime | None]
    has_attended: Mapped[bool | None]
    invitation_sequence: Mapped[int] = mapped_column(default=0, info={"derived": True})

    offer: Mapped[RegistrationOffer] = relationship(back_populates="registrations")
    person: Mapped[Person | None] = relationship()
    links: Mapped[list["RegistrationLink"]] = relationship(back_populates="registration", cascade="all, delete-orphan")
    deputy: Mapped["Deputy | None"] = relationship(back_populates="registration", cascade="all, delete-orphan")
    consents: Mapped[list["Consent"]] = relationship(back_populates="registration", cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def standing_consents(self) -> list["Consent"]:
        return [each for each in self.consents if each.withdrawn_at is None]

    def enter(self, target: State, step: Step, *, now: datetime) -> None:
        """Go from one state to another, with the instants that belong to it. Anything else is a bug: ValueError."""
        if not may_become(self.state, step, target):
            raise ValueError(f"{self.state} does not become {target} by {step}")
        self.state = target
        self.waits_for_mode = None
        self.waiting_since = now if target is State.WAITING else None
        self.claim_until = self.remind_of_claim_at = None
        self.ended_at = now if target in ENDED else None
        if target in (State.CONFIRMED, State.DECLINED):
            self.decided_at = now


class RegistrationLink(Base):
    """A mailed link to one registration; only the hash of its secret is stored."""

    __tablename__ = "registration_link"

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = enum_column(LinkPurpose)
    token_hash: Mapped[Word] = mapped_column(unique=True)
    expires_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship(back_populates="links")


class AddressLink(Base):
    """A mailed link to everything that is kept about one address; only the hash of its secret is stored."""

    __tablename__ = "address_link"

    id: Mapped[PrimaryKey]
    email: Mapped[Word]
    email_normalised: Mapped[Word] = mapped_column(index=True)
    token_hash: Mapped[Word] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Deputy(Base):
    """Somebody who is to take a registration over, and has not said yes; only the hash of the link is stored."""

    __tablename__ = "deputy"

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), unique=True)
    given_name: Mapped[Word]
    family_name: Mapped[Word]
    email: Mapped[Word]
    token_hash: Mapped[Word] = mapped_column(unique=True)
    expires_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship(back_populates="deputy")

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Consent(Base):
    """A voluntary consent in the words in which it was given; it counts until it is withdrawn."""

    __tablename__ = "consent"
    audited = True

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Word]
    wording: Mapped[LongText]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship(back_populates="consents")
