"""How an event is registered for, and what a series' events begin with."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ozgtermine.models.base import Base, LongText, PrimaryKey, Word, enum_column
from ozgtermine.models.event import Event
from ozgtermine.models.publication import NewsletterIssue
from ozgtermine.models.series import Series
from ozgtermine.rules import schedule
from ozgtermine.rules.registering import Mode, Opening, Policy, Promotion, opening

if TYPE_CHECKING:
    from ozgtermine.models.registration import Registration

OPENING_TIME = time(8)


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    ONE_OF = "one_of"
    SEVERAL_OF = "several_of"
    YES_NO = "yes_no"
    NUMBER = "number"
    CONSENT = "consent"
    """A box to tick of one's own free will; the question is what one agrees to."""


class Terms:
    """What an offer has in common with the defaults of a series.

    `claim_hours` are working hours; `opens_days_before` counts to 8 o'clock of that day, `closes_hours_before` from the
    start; `reminder_hours` before the start, None for no reminder; `retention_days` after the end; `quotas` are seats
    by sector; `mail_domains` are separated by spaces, none means any.
    """

    has_waiting_list: Mapped[bool] = mapped_column(default=True)
    promotion: Mapped[Promotion] = enum_column(Promotion, default=Promotion.AUTOMATIC)
    claim_hours: Mapped[int] = mapped_column(default=10)
    opens_days_before: Mapped[int | None]
    closes_hours_before: Mapped[int | None]
    eligibility: Mapped[LongText] = mapped_column(default="")
    mail_domains: Mapped[LongText] = mapped_column(default="")
    quotas: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    largest_group: Mapped[int] = mapped_column(default=1)
    reminder_hours: Mapped[int | None] = mapped_column(default=24)
    retention_days: Mapped[int] = mapped_column(default=30)


def _checks_of_terms() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("claim_hours > 0", name="claim_hours_positive"),
        CheckConstraint("largest_group > 0", name="group_positive"),
        CheckConstraint("opens_days_before IS NULL OR opens_days_before >= 0", name="opens_before"),
        CheckConstraint("closes_hours_before IS NULL OR closes_hours_before >= 0", name="closes_before"),
        CheckConstraint("reminder_hours IS NULL OR reminder_hours > 0", name="reminder_before"),
        CheckConstraint("retention_days >= 0", name="retention_not_negative"),
    )


class SeriesTerms(Terms, Base):
    """What the offers of a series' new events begin with."""

    __tablename__ = "series_terms"
    audited = True
    __table_args__ = _checks_of_terms()

    id: Mapped[PrimaryKey]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), unique=True)

    series: Mapped[Series] = relationship(back_populates="terms")
    questions: Mapped[list["OfferQuestion"]] = relationship(
        back_populates="terms", cascade="all, delete-orphan", order_by="OfferQuestion.position"
    )


class RegistrationOffer(Terms, Base):
    """One per event: policy, window, seats. Seats None means unlimited; no end of the window means at the start."""

    __tablename__ = "registration_offer"
    audited = True
    __table_args__ = (
        CheckConstraint("seats_on_site IS NULL OR seats_on_site >= 0", name="seats_on_site_not_negative"),
        CheckConstraint("seats_online IS NULL OR seats_online >= 0", name="seats_online_not_negative"),
        CheckConstraint("closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("policy <> 'external' OR external_url <> ''", name="external_has_url"),
        *_checks_of_terms(),
    )

    id: Mapped[PrimaryKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    policy: Mapped[Policy] = enum_column(Policy, default=Policy.OPEN)
    external_url: Mapped[Word] = mapped_column(default="")
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    opens_with_issue_id: Mapped[int | None] = mapped_column(ForeignKey("newsletter_issue.id"))
    seats_on_site: Mapped[int | None]
    seats_online: Mapped[int | None]
    told_seats: Mapped[Word] = mapped_column(default="", info={"derived": True})
    """What the public was told last about its seats, see `operations.telling_seats`."""

    event: Mapped[Event] = relationship(back_populates="offer")
    opens_with_issue: Mapped[NewsletterIssue | None] = relationship()
    registrations: Mapped[list["Registration"]] = relationship(back_populates="offer")
    questions: Mapped[list["OfferQuestion"]] = relationship(
        back_populates="offer", cascade="all, delete-orphan", order_by="OfferQuestion.position"
    )

    def opening(self, now: datetime) -> Opening:
        """Return whether anybody can register at `now`: never for members only, never for a hidden event."""
        return Opening.NEVER if self.policy is Policy.MEMBERS else self.window(now)

    def window(self, now: datetime) -> Opening:
        """Return where the offer stands in time: whether people come in, move up, and members reply."""
        event = self.event
        if not event.is_published(now):
            return Opening.NEVER
        return opening(
            self.policy, opens_at=self.opens(), closes_at=self.closes(), cancelled=event.is_cancelled, now=now
        )

    def opens(self) -> datetime | None:
        """Return the instant from which one can register, None for from the event's publication on."""
        if self.opens_with_issue is not None:
            return morning(self.opens_with_issue.appears_on)
        if self.opens_days_before is not None:
            return morning(self.event.starts_on - timedelta(days=self.opens_days_before))
        return self.opens_at

    def closes(self) -> datetime:
        """Return the instant from which one cannot register any more: at the start at the latest."""
        start = schedule.registration_closes_at(self.event.when)
        if self.closes_hours_before is not None:
            return start - timedelta(hours=self.closes_hours_before)
        return min(self.closes_at or start, start)

    def seats(self, mode: Mode) -> int | None:
        """Return the size of the pool of `mode`, None where it is unlimited."""
        return self.seats_on_site if mode is Mode.ON_SITE else self.seats_online

    @property
    def allowed_domains(self) -> list[str]:
        """Return the domains that an address may have; none means any."""
        return self.mail_domains.split()


def morning(day: date) -> datetime:
    return datetime.combine(day, OPENING_TIME, ZoneInfo(schedule.ZONE))


class OfferQuestion(Base):
    """An extra question of an offer, or of what a series' offers begin with; `choices` are one a line.

    `purpose` is shown beside it. A sensitive one is only asked together with a consent of its own.
    """

    __tablename__ = "offer_question"
    audited = True
    __table_args__ = (
        CheckConstraint("(offer_id IS NULL) <> (terms_id IS NULL)", name="belongs_to_one"),
        Index("ix_offer_question_offer_id", "offer_id"),
        Index("ix_offer_question_terms_id", "terms_id"),
    )

    id: Mapped[PrimaryKey]
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("registration_offer.id", ondelete="CASCADE"))
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("series_terms.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0, info={"derived": True})
    kind: Mapped[QuestionKind] = enum_column(QuestionKind)
    label: Mapped[Word]
    purpose: Mapped[Word] = mapped_column(default="")
    choices: Mapped[LongText] = mapped_column(default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    is_erased_early: Mapped[bool] = mapped_column(default=True)
    """Answers go at the end of the event, whatever the offer's `retention_days` say."""

    @property
    def needs_consent(self) -> bool:
        """Whether an answer is only kept together with a consent of its own; a consent is one itself."""
        return self.is_sensitive and self.kind is not QuestionKind.CONSENT

    offer: Mapped[RegistrationOffer | None] = relationship(back_populates="questions")
    terms: Mapped[SeriesTerms | None] = relationship(back_populates="questions")

    @property
    def options(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]
