"""Which events somebody sees, coming and past, with all that a list shows of them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from ozgtermine.models import Event, Project, Series, SeriesKind
from ozgtermine.rules.permissions import Actor, Role, Visibility


def visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition of events that `actor` may see: published, and of a visible series; editors see all."""
    if actor.roles & {Role.EDITOR, Role.ADMINISTRATOR}:
        return true()
    public = and_(Event.visibility == Visibility.PUBLIC, Series.visibility == Visibility.PUBLIC)
    own = and_(Event.visibility != Visibility.EDITORS, Event.series_id.in_(list(actor.series_roles)))
    return and_(Event.published_at <= now, or_(public, own))


def events(actor: Actor, now: datetime) -> Select[Event]:
    """Return the events that `actor` sees, with series, venue and offer loaded."""
    return (
        select(Event)
        .join(Event.series)
        .where(visible_to(actor, now))
        .options(
            contains_eager(Event.series).joinedload(Series.project),
            joinedload(Event.venue),
            joinedload(Event.room),
            joinedload(Event.offer),
        )
    )


def upcoming(
    actor: Actor,
    now: datetime,
    *,
    kind: SeriesKind | None = None,
    series_ids: Collection[int] | None = None,
    limit: int | None = None,
) -> Select[Event]:
    """Return what is not over yet, the next first."""
    coming = _narrowed(events(actor, now), kind, series_ids).where(Event.ends_at > now)
    return coming.order_by(Event.starts_at, Event.id).limit(limit)


def past(
    actor: Actor,
    now: datetime,
    *,
    kind: SeriesKind | None = None,
    series_ids: Collection[int] | None = None,
    limit: int | None = None,
) -> Select[Event]:
    """Return what is over, the last first."""
    over = _narrowed(events(actor, now), kind, series_ids).where(Event.ends_at <= now)
    return over.order_by(Event.starts_at.desc(), Event.id.desc()).limit(limit)


def _narrowed(
    statement: Select[Event], kind: SeriesKind | None, series_ids: Collection[int] | None
) -> Select[Event]:
    if kind is not None:
        statement = statement.where(Series.kind == kind)
    if series_ids is not None:
        statement = statement.where(Event.series_id.in_(series_ids))
    return statement


def find_event(session: Session, slug: str, *, actor: Actor, now: datetime) -> Event | None:
    """Return the event of that slug if `actor` may see it; a hidden one is like one that does not exist."""
    return session.scalars(events(actor, now).where(Event.slug == slug)).one_or_none()


def visible_series(actor: Actor) -> Select[Series]:
    """Return the series that `actor` sees, in their order."""
    seen = select(Series).options(joinedload(Series.project).load_only(Project.title, Project.slug))
    if not actor.roles & {Role.EDITOR, Role.ADMINISTRATOR}:
        seen = seen.where(or_(Series.visibility == Visibility.PUBLIC, Series.id.in_(list(actor.series_roles))))
    return seen.order_by(Series.position, Series.title)


def find_series(session: Session, slug: str, *, actor: Actor) -> Series | None:
    """Return the series of that slug if `actor` may see it."""
    return session.scalars(visible_series(actor).where(Series.slug == slug)).one_or_none()
