"""How an event is registered for, and who takes part."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.event import Event
from ozgtermine.models.people import Sector
from ozgtermine.rules.registering import LIVE, Mode, Opening, Policy, Promotion, State, opening

_LIVE = text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(LIVE))))


class Reply(StrEnum):
    """A member's answer to an invitation."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class LinkPurpose(StrEnum):
    CONFIRM = "confirm"
    MANAGE = "manage"


class RegistrationOffer(Base):
    """One per event: policy, window, seats. Seats None means unlimited; `closes_at` None means at the start."""

    __tablename__ = "registration_offer"
    audited = True
    __table_args__ = (
        CheckConstraint("seats_on_site IS NULL OR seats_on_site >= 0", name="seats_on_site_not_negative"),
        CheckConstraint("seats_online IS NULL OR seats_online >= 0", name="seats_online_not_negative"),
        CheckConstraint("closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("policy <> 'external' OR external_url <> ''", name="external_has_url"),
    )

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    policy: Mapped[Policy] = enum_column(Policy, default=Policy.OPEN)
    external_url: Mapped[Word] = mapped_column(default="")
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    seats_on_site: Mapped[int | None]
    seats_online: Mapped[int | None]
    has_waiting_list: Mapped[bool] = mapped_column(default=True)
    promotion: Mapped[Promotion] = enum_column(Promotion, default=Promotion.AUTOMATIC)
    eligibility: Mapped[LongText] = mapped_column(default="")

    event: Mapped[Event] = relationship(back_populates="offer")
    registrations: Mapped[list["Registration"]] = relationship(back_populates="offer")

    def opening(self, now: datetime) -> Opening:
        """Return whether one can register at `now`; never later than the start, never for a hidden event."""
        event = self.event
        if self.policy is Policy.MEMBERS or not event.is_published(now):
            return Opening.NEVER
        return opening(
            self.policy,
            opens_at=self.opens_at,
            closes_at=min(self.closes_at or event.starts_at, event.starts_at),
            cancelled=event.is_cancelled,
            now=now,
        )

    def seats(self, mode: Mode) -> int | None:
        """Return the size of the pool of `mode`, None where it is unlimited."""
        return self.seats_on_site if mode is Mode.ON_SITE else self.seats_online


class Registration(Base):
    """A person takes part in one event, or asked to; `requested_at` is the place in line."""

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
        CheckConstraint("(state = 'waiting') = (waiting_since IS NOT NULL)", name="waiting_has_since"),
        CheckConstraint("state IN ('unconfirmed') OR address_confirmed_at IS NOT NULL", name="confirmed_address"),
    )

    id: Mapped[PrimaryKey]
    offer_id: Mapped[int] = mapped_column(ForeignKey("registration_offer.id", ondelete="CASCADE"))
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
    reply: Mapped[Reply | None] = enum_column(Reply, nullable=True)
    requested_at: Mapped[datetime]
    address_confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    invitation_sequence: Mapped[int] = mapped_column(default=0, info={"derived": True})

    offer: Mapped[RegistrationOffer] = relationship(back_populates="registrations")
    links: Mapped[list["RegistrationLink"]] = relationship(back_populates="registration", cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class RegistrationLink(Base):
    """A mailed link to one registration; only the hash of its secret is stored."""

    __tablename__ = "registration_link"

    id: Mapped[PrimaryKey]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = enum_column(LinkPurpose)
    token_hash: Mapped[Word] = mapped_column(unique=True)
    expires_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship(back_populates="links")
