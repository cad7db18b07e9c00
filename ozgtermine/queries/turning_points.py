"""When public pages change although nobody writes: something opens, closes, starts, ends, or appears."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from ozgtermine.models import Access, Event, NewsletterIssue, RegistrationOffer
from ozgtermine.models.offer import morning
from ozgtermine.models.publication import appears_on
from ozgtermine.queries.calendars import PUBLICATIONS, first_after_now, midnight_after
from ozgtermine.queries.events import NOW
from ozgtermine.queries.plain import rows


def next_turn(session: Session, now: datetime) -> datetime:
    """Return the next such instant, at the latest midnight. One at which nothing changes after all does no harm."""
    instants = [midnight_after(now), *_relative(session, now)]
    instants += [each for each in rows(session, _NEXT, {"now": now}).one() if each]
    return min(each for each in instants if each > now)


_INSTANTS = (
    *PUBLICATIONS, Event.starts_at, Event.ends_at, Access.visible_from, RegistrationOffer.opens_at,
    RegistrationOffer.closes_at,
)  # fmt: skip
_NEXT = select(*(first_after_now(column).scalar_subquery() for column in _INSTANTS))


def _relative(session: Session, now: datetime) -> Iterator[datetime]:
    """Yield what offers open or close at without naming an instant (`RegistrationOffer.opens` and `.closes`)."""
    for starts_on, starts_at, days_before, hours_before in rows(session, _RELATIVE, {"now": now}):
        if days_before is not None:
            yield morning(starts_on - timedelta(days=days_before))
        if hours_before is not None:
            yield starts_at - timedelta(hours=hours_before)
    for year, month, cut_off_on in rows(session, _ISSUES, {"year": now.year - 1}):
        yield morning(appears_on(year, month, cut_off_on))


_DAYS, _HOURS = RegistrationOffer.opens_days_before, RegistrationOffer.closes_hours_before
_RELATIVE = (
    select(Event.starts_on, Event.starts_at, _DAYS, _HOURS)
    .join(RegistrationOffer, RegistrationOffer.event_id == Event.id)
    .where(Event.ends_at > NOW, or_(_DAYS.is_not(None), _HOURS.is_not(None)))
)
_ISSUES = select(NewsletterIssue.year, NewsletterIssue.month, NewsletterIssue.cut_off_on).where(
    NewsletterIssue.year >= bindparam("year")
)
