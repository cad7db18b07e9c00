"""Which events somebody sees, coming and past, with all that a list shows of them."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ozgtermine.models import Event, Project, Series, SeriesKind
from ozgtermine.models.base import UtcDateTime
from ozgtermine.queries.kept_events import event_of_slug
from ozgtermine.queries.plain import rows
from ozgtermine.queries.visibility import is_of, is_visible
from ozgtermine.rules.permissions import Action, Actor, may, may_see

NOW = bindparam("now", type_=UtcDateTime())
"""The present instant of a statement that is made once."""


def visible_to(actor: Actor, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition of events that `actor` finds: published, visible, and of a visible series."""
    return and_(Event.published_at <= now, _shown_to(actor))


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    of_series = is_visible(Series.visibility, Series.id, actor)
    return and_(is_visible(Event.visibility, Event.series_id, actor), of_series)


def worked_on_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of events that `actor` finds in the workspace, drafts too."""
    return and_(_shown_to(actor), is_of(Event.series_id, actor, Action.READ_WORKSPACE))


def events(actor: Actor, now: datetime) -> Select[Event]:
    """Return the events that `actor` finds, with series, venue and offer loaded."""
    return _with_what_a_list_shows(visible_to(actor, now))


def _with_what_a_list_shows(condition: ColumnElement[bool]) -> Select[Event]:
    return (
        select(Event)
        .join(Event.series)
        .where(condition)
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


def ids_of_upcoming(  # noqa: PLR0913 - what narrows the list is named
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    kind: SeriesKind | None = None,
    series_id: int | None = None,
    limit: int,
) -> list[int]:
    """Return which events are not over yet, the next first."""
    statement = _ids_of_upcoming(actor.rights, kind, limit, of_one_series=series_id is not None)
    return list(rows(session, statement, {"now": now, "series_id": series_id}).scalars())


@lru_cache
def _ids_of_upcoming(rights: Actor, kind: SeriesKind | None, limit: int, *, of_one_series: bool) -> Select[int]:
    coming = select(Event.id).join(Event.series).where(visible_to(rights, NOW), Event.ends_at > NOW)
    if kind is not None:
        coming = coming.where(Series.kind == kind)
    if of_one_series:
        coming = coming.where(Event.series_id == bindparam("series_id"))
    return coming.order_by(Event.starts_at, Event.id).limit(limit)


def events_of_list(session: Session, ids: Collection[int]) -> list[Event]:
    """Return those events, in no order, with all that a list shows of them."""
    return list(session.scalars(_BY_IDS, {"ids": list(ids)})) if ids else []


def _narrowed(
    statement: Select[Event], kind: SeriesKind | None, series_ids: Collection[int] | None
) -> Select[Event]:
    if kind is not None:
        statement = statement.where(Series.kind == kind)
    if series_ids is not None:
        statement = statement.where(Event.series_id.in_(series_ids))
    return statement


def find_event(session: Session, slug: str, *, actor: Actor, now: datetime) -> Event | None:
    """Return the event of that slug if `actor` may see it, those who plan it also as a draft.

    A hidden one is like one that does not exist.
    """
    return _if_shown(session.scalars(_BY_SLUG, {"slug": slug}).one_or_none(), actor, now)


def find_event_with_form(
    session: Session, slug: str, *, actor: Actor, now: datetime, seen: int | None = None
) -> Event | None:
    """Return the same with all that its form asks, of the public revision that the caller has `seen` without a look."""
    return _if_shown(event_of_slug(session, slug, seen=seen), actor, now)


def _if_shown(found: Event | None, actor: Actor, now: datetime) -> Event | None:
    if found is None or not (may_see(actor, found) and may_see(actor, found.series)):
        return None
    return found if found.is_published(now) or may(actor, Action.EDIT_EVENTS, found) else None


_BY_IDS = _with_what_a_list_shows(Event.id.in_(bindparam("ids", expanding=True)))
_BY_SLUG = _with_what_a_list_shows(Event.slug == bindparam("slug"))


def visible_series(actor: Actor) -> Select[Series]:
    """Return the series that `actor` sees, in their order."""
    return _visible_series(actor.rights)


@lru_cache
def _visible_series(rights: Actor) -> Select[Series]:
    seen = _SERIES.where(is_visible(Series.visibility, Series.id, rights))
    return seen.order_by(Series.position, Series.title)


def find_series(session: Session, slug: str, *, actor: Actor) -> Series | None:
    """Return the series of that slug if `actor` may see it."""
    found = session.scalars(_SERIES_BY_SLUG, {"slug": slug}).one_or_none()
    return found if found and may_see(actor, found) else None


_SERIES = select(Series).options(joinedload(Series.project).load_only(Project.title, Project.slug))
_SERIES_BY_SLUG = _SERIES.where(Series.slug == bindparam("slug"))
