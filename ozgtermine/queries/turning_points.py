"""When public pages change although nobody writes: something opens, closes, starts, ends, or appears."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from ozgtermine.models import Access, Event, RegistrationOffer
from ozgtermine.queries.calendars import changes_by_itself_at


def next_turn(session: Session, now: datetime) -> datetime:
    """Return the next such instant, at the latest midnight."""
    instants = [changes_by_itself_at(session, now)]
    columns: tuple[InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], ...] = (
        Event.starts_at, Event.ends_at, Access.visible_from
    )  # fmt: skip
    instants += [found for column in columns if (found := session.scalar(select(func.min(column)).where(column > now)))]
    for offer in session.scalars(_running(now)):
        instants += [each for each in (offer.opens(), offer.closes()) if each and each > now]
    return min(instants)


def _running(now: datetime) -> Select[RegistrationOffer]:
    return (
        select(RegistrationOffer)
        .join(RegistrationOffer.event)
        .where(Event.ends_at > now)
        .options(contains_eager(RegistrationOffer.event), joinedload(RegistrationOffer.opens_with_issue))
    )
