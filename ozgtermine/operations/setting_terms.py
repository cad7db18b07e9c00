"""The terms of an offer, and those that a series' offers begin with: window, promotion, quotas, groups, questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import (
    NewsletterIssue,
    OfferQuestion,
    QuestionKind,
    RegistrationOffer,
    Series,
    SeriesTerms,
)
from ozgtermine.operations.promoting import promote
from ozgtermine.queries.locking import lock_offer
from ozgtermine.rules.registering import Promotion


@dataclass(frozen=True, kw_only=True)
class QuestionDetails:
    """An extra question; `id` None is a new one."""

    id: int | None
    kind: QuestionKind
    label: str
    purpose: str = ""
    choices: str = ""
    is_required: bool = False
    is_sensitive: bool = False
    is_erased_early: bool = True


@dataclass(frozen=True, kw_only=True)
class TermsDetails:
    """What editors say of an offer beyond policy and seats; see `models.offer.Terms` for the units."""

    has_waiting_list: bool
    promotion: Promotion
    claim_hours: int
    opens_days_before: int | None
    closes_hours_before: int | None
    eligibility: str
    mail_domains: str
    quotas: dict[str, int] = field(default_factory=dict)
    largest_group: int = 1
    reminder_hours: int | None = None
    retention_days: int = 30


def set_terms_of_offer(
    session: Session,
    offer_id: int,
    details: TermsDetails,
    questions: Sequence[QuestionDetails],
    *,
    issue: tuple[int, int] | None,
    letterhead: Letterhead,
    now: datetime,
) -> RegistrationOffer:
    """Change the terms of one event's offer; who may now move up does so in the same transaction.

    `issue` is the year and month of the newsletter that registration opens with.
    """
    offer = lock_offer(session, offer_id)
    _take_over(offer, details, questions)
    offer.opens_with_issue = _issue(session, issue) if issue else None
    promote(session, offer, letterhead=letterhead, now=now)
    return offer


def set_terms_of_series(
    session: Session, series: Series, details: TermsDetails, questions: Sequence[QuestionDetails]
) -> SeriesTerms:
    """Change what the offers of new events begin with; offers that exist stay as they are."""
    if series.terms is None:
        series.terms = SeriesTerms()
    _take_over(series.terms, details, questions)
    session.flush()
    return series.terms


def _take_over(
    terms: RegistrationOffer | SeriesTerms, details: TermsDetails, questions: Sequence[QuestionDetails]
) -> None:
    for name, value in vars(details).items():
        setattr(terms, name, value)
    known = {each.id: each for each in terms.questions}
    kept = []
    for position, given in enumerate(questions):
        question = known.get(given.id) if given.id is not None else None
        question = question or OfferQuestion()
        question.position = position
        for name, value in vars(given).items():
            if name != "id":
                setattr(question, name, value)
        kept.append(question)
    terms.questions = kept


def _issue(session: Session, issue: tuple[int, int]) -> NewsletterIssue:
    year, month = issue
    found = session.scalars(select(NewsletterIssue).filter_by(year=year, month=month)).one_or_none()
    if found is None:
        found = NewsletterIssue(year=year, month=month)
        session.add(found)
    return found
