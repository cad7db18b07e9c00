"""What editors look at: everything, hidden or not."""

from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ozgtermine.models import Document, Event, EventStatus, Registration, Series, SeriesKind, Venue
from ozgtermine.rules.registering import State
from ozgtermine.rules.schedule import Precision

PAGE_SIZE = 50


def all_events(
    *, series_id: int | None = None, coming_after: datetime | None = None, drafts: bool = False
) -> Select[Event]:
    """Return events with their series, the next first where only coming ones are asked for, else the last first."""
    found = select(Event).options(joinedload(Event.series), joinedload(Event.venue), joinedload(Event.offer))
    if series_id is not None:
        found = found.where(Event.series_id == series_id)
    if drafts:
        found = found.where(Event.published_at.is_(None))
    if coming_after is not None:
        return found.where(Event.ends_at > coming_after).order_by(Event.starts_at, Event.id)
    return found.order_by(Event.starts_at.desc(), Event.id.desc())


def number_of(session: Session, found: Select[Event]) -> int:
    """Return how many rows the selection has."""
    rows = found.with_only_columns(Event.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def page_of(found: Select[Event], page: int) -> Select[Event]:
    """Return one page, counted from 1."""
    return found.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)


def coming_with_gaps(now: datetime) -> Select[Event]:
    """Return coming events that lack a topic or a time; an AG's and a plenary's topic is the AG itself."""
    no_topic = and_(Event.topic == "", Series.kind.in_([SeriesKind.CONSULTATION_HOUR, SeriesKind.OTHER]))
    lacking = or_(no_topic, and_(Event.precision != Precision.MINUTE, Event.starts_on == Event.ends_on))
    return (
        select(Event)
        .join(Event.series)
        .where(Event.ends_at > now, Event.status != EventStatus.CANCELLED, lacking)
        .options(joinedload(Event.series))
        .order_by(Event.starts_at, Event.id)
    )


def past_without_documents(now: datetime, *, limit: int) -> Select[Event]:
    """Return consultation hours that are over and have no document, the last first."""
    return (
        select(Event)
        .join(Event.series)
        .where(
            Event.ends_at <= now,
            Event.status != EventStatus.CANCELLED,
            Series.kind == SeriesKind.CONSULTATION_HOUR,
            Series.is_foreign.is_(False),
            ~exists().where(Document.event_id == Event.id),
        )
        .options(joinedload(Event.series))
        .order_by(Event.starts_at.desc(), Event.id.desc())
        .limit(limit)
    )


def event_to_edit(event_id: int) -> Select[Event]:
    """Return one event with all that its page for editors shows."""
    return (
        select(Event)
        .where(Event.id == event_id)
        .options(
            joinedload(Event.series),
            joinedload(Event.venue),
            joinedload(Event.offer),
            joinedload(Event.access),
            selectinload(Event.documents).selectinload(Document.versions),
        )
    )


def registrations_of(offer_id: int) -> Select[Registration]:
    """Return the registrations of an offer in the order of the requests."""
    found = select(Registration).where(Registration.offer_id == offer_id)
    return found.order_by(Registration.requested_at, Registration.id)


def counts_by_state(session: Session, offer_id: int) -> dict[State, int]:
    """Return the number of registrations of an offer in each state that has any."""
    grouped = select(Registration.state, func.count()).where(Registration.offer_id == offer_id)
    rows = session.execute(grouped.group_by(Registration.state)).all()
    return {row[0]: row[1] for row in rows}


def venues() -> Select[Venue]:
    """Return every venue by name."""
    return select(Venue).order_by(Venue.name)


def all_series() -> Select[Series]:
    """Return every series in its order."""
    return select(Series).options(joinedload(Series.project)).order_by(Series.position, Series.title)
