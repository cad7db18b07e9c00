"""What needs doing: what those who plan have to look at next, each within their own series."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from ozgtermine.models import (
    Document,
    DocumentKind,
    Event,
    EventStatus,
    ImportedEvent,
    Mirror,
    Registration,
    RegistrationOffer,
    Series,
    SeriesKind,
)
from ozgtermine.queries.organizing import own_events, series_for
from ozgtermine.queries.visibility import is_of
from ozgtermine.rules.mirroring import WORTH_TELLING
from ozgtermine.rules.permissions import Action, Actor
from ozgtermine.rules.registering import State
from ozgtermine.rules.schedule import Precision

REPORTS_AHEAD = timedelta(days=14)


def without_topic(actor: Actor, now: datetime) -> Select[Event]:
    """Return coming events that lack a topic; the topic of an AG or a plenary is the AG itself."""
    has_topics = Series.kind.in_([SeriesKind.CONSULTATION_HOUR, SeriesKind.OTHER])
    return _coming(actor, now).where(Event.topic == "", has_topics)


def without_time(actor: Actor, now: datetime) -> Select[Event]:
    """Return coming events of one day whose time is not known."""
    return _coming(actor, now).where(Event.precision != Precision.MINUTE, Event.starts_on == Event.ends_on)


def unpublished(actor: Actor, now: datetime) -> Select[Event]:
    """Return coming drafts."""
    return _coming(actor, now).where(Event.published_at.is_(None))


def _coming(actor: Actor, now: datetime) -> Select[Event]:
    edited = is_of(Event.series_id, actor, Action.EDIT_EVENTS)
    found = own_events(actor).where(edited, Event.ends_at > now, Event.status != EventStatus.CANCELLED)
    return found.order_by(Event.starts_at, Event.id)


def without_presentation(actor: Actor, now: datetime) -> Select[Event]:
    """Return consultation hours of our own that are over and have no document, the last first."""
    return (
        own_events(actor)
        .where(
            Event.ends_at <= now,
            Event.status != EventStatus.CANCELLED,
            Series.kind == SeriesKind.CONSULTATION_HOUR,
            Series.is_foreign.is_(False),
            ~exists().where(Document.event_id == Event.id),
        )
        .order_by(Event.starts_at.desc(), Event.id.desc())
    )


def with_requests(session: Session, actor: Actor, now: datetime) -> list[tuple[Event, int]]:
    """Return coming events with the number of requests that wait for a decision."""
    waiting = (
        select(RegistrationOffer.event_id, func.count().label("number"))
        .join(Registration, Registration.offer_id == RegistrationOffer.id)
        .where(Registration.state == State.REQUESTED)
        .group_by(RegistrationOffer.event_id)
        .subquery()
    )
    found = (
        own_events(actor)
        .join(waiting, waiting.c.event_id == Event.id)
        .where(is_of(Event.series_id, actor, Action.READ_REGISTRATIONS), Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
        .add_columns(waiting.c.number)
    )
    return [(row[0], row[1]) for row in session.execute(found).all()]


def reports_due(session: Session, actor: Actor, now: datetime) -> list[tuple[Series, Event]]:
    """Return working groups without a published status report for the plenary of the next two weeks.

    A report counts for a plenary when it was published after the plenary before.
    """
    plenaries = list(session.scalars(_plenaries(now)))
    if not plenaries:
        return []
    groups = session.scalars(series_for(actor, Action.APPROVE_REPORTS).where(Series.kind == SeriesKind.WORKING_GROUP))
    return [
        (group, plenary)
        for group in groups
        for plenary in _first_per_project(plenaries)
        if plenary.series.project_id == group.project_id and not _has_reported(session, group, plenary)
    ]


def unreachable_mirrors(actor: Actor) -> Select[Mirror]:
    """Return the calendars of others that cannot be read any more, the one that is away longest first."""
    kept = is_of(Mirror.series_id, actor, Action.EDIT_SERIES)
    found = select(Mirror).join(Mirror.series).where(kept, Series.is_foreign, Mirror.failures >= WORTH_TELLING)
    return found.options(contains_eager(Mirror.series)).order_by(Mirror.succeeded_at.nulls_first(), Mirror.id)


def vanished(actor: Actor, now: datetime) -> Select[Event]:
    """Return coming events that the calendar they came from does not name any more."""
    missing = exists().where(ImportedEvent.event_id == Event.id, ImportedEvent.vanished_at.is_not(None))
    followed = exists().where(Mirror.series_id == Event.series_id)
    kept = is_of(Event.series_id, actor, Action.EDIT_SERIES)
    return _coming(actor, now).where(kept, missing, followed, Series.is_foreign)


def _plenaries(now: datetime) -> Select[Event]:
    return (
        select(Event)
        .join(Event.series)
        .where(
            Series.kind == SeriesKind.PLENARY,
            Event.status != EventStatus.CANCELLED,
            Event.published_at.is_not(None),
            Event.starts_at > now,
            Event.starts_at <= now + REPORTS_AHEAD,
        )
        .order_by(Event.starts_at)
    )


def _first_per_project(plenaries: Iterable[Event]) -> list[Event]:
    first: dict[int | None, Event] = {}
    for plenary in plenaries:
        first.setdefault(plenary.series.project_id, plenary)
    return list(first.values())


def _has_reported(session: Session, group: Series, plenary: Event) -> bool:
    before = (
        select(func.max(Event.ends_at))
        .where(
            Event.series_id == plenary.series_id,
            Event.starts_at < plenary.starts_at,
            Event.status != EventStatus.CANCELLED,
        )
        .scalar_subquery()
    )
    reports = (
        select(Document.id)
        .join(Document.event)
        .where(
            Event.series_id == group.id,
            Document.kind == DocumentKind.STATUS_REPORT,
            Document.published_at.is_not(None),
            or_(before.is_(None), Document.published_at > before),
        )
    )
    return session.scalar(select(reports.exists())) is True
