"""When public pages change although nobody writes: something opens, closes, starts, ends, or appears."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ozgtermine.models import Access, Event, NewsletterIssue, RegistrationOffer
from ozgtermine.models.base import UtcDateTime
from ozgtermine.models.offer import morning
from ozgtermine.queries.calendars import changes_by_itself_at


def next_turn(session: Session, now: datetime) -> datetime:
    """Return the next such instant, at the latest midnight. One at which nothing changes after all does no harm."""
    instants = [changes_by_itself_at(session, now), *_relative(session, now)]
    instants += [each for each in session.execute(_NEXT, {"now": now}).one() if each]
    return min(each for each in instants if each > now)


def _next(column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]) -> ScalarSelect[Any]:
    return select(func.min(column)).where(column > bindparam("now", type_=UtcDateTime())).scalar_subquery()


_NEXT = select(
    _next(Event.starts_at),
    _next(Event.ends_at),
    _next(Access.visible_from),
    _next(RegistrationOffer.opens_at),
    _next(RegistrationOffer.closes_at),
)


def _relative(session: Session, now: datetime) -> Iterator[datetime]:
    """Yield what offers open or close at without naming an instant (`RegistrationOffer.opens` and `.closes`)."""
    for starts_on, starts_at, days_before, hours_before in session.execute(_RELATIVE, {"now": now}):
        if days_before is not None:
            yield morning(starts_on - timedelta(days=days_before))
        if hours_before is not None:
            yield starts_at - timedelta(hours=hours_before)
    for issue in session.scalars(_ISSUES, {"year": now.year - 1}):
        yield morning(issue.appears_on)


_DAYS, _HOURS = RegistrationOffer.opens_days_before, RegistrationOffer.closes_hours_before
_RELATIVE = (
    select(Event.starts_on, Event.starts_at, _DAYS, _HOURS)
    .join(RegistrationOffer, RegistrationOffer.event_id == Event.id)
    .where(Event.ends_at > bindparam("now", type_=UtcDateTime()), or_(_DAYS.is_not(None), _HOURS.is_not(None)))
)
_ISSUES = select(NewsletterIssue).where(NewsletterIssue.year >= bindparam("year"))
