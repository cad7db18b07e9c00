"""The groups that somebody is in today, with what comes, what was, and who leads; nothing that is hidden from him."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Over, Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ozgtermine.models import Document, Event, Membership, MembershipRole, Person, Series
from ozgtermine.queries.documents import documents
from ozgtermine.queries.events import events, visible_to
from ozgtermine.queries.people import is_current
from ozgtermine.queries.visibility import is_visible
from ozgtermine.rules.permissions import Actor

NEXT = 3
LAST = 2

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class OwnGroup:
    """A series, what one is in it, and what one sees of it."""

    series: Series
    own: list[Membership]
    leads: list[Membership]
    coming: list[Event]
    past: list[Event]
    documents: Mapping[int, list[Document]]


def groups_of(session: Session, actor: Actor, *, now: datetime, today: date) -> list[OwnGroup]:
    """Return the groups in which the actor's person has a membership today, in the order of the series.

    Six queries, however many groups there are.
    """
    own = _by_series(session.scalars(_own_memberships(actor, today)))
    ids = list(own)
    if not ids:
        return []
    leads = _by_series(session.scalars(_leads(ids, today)))
    coming = _by_series(session.scalars(_first(actor, now, ids)))
    past = _by_series(session.scalars(_last(actor, now, ids)))
    shown = [event.id for group in (*coming.values(), *past.values()) for event in group]
    found = documents(actor, now).where(Document.event_id.in_(shown)).order_by(Document.id)
    by_event = _grouped(session.scalars(found), lambda each: each.event_id)
    return [
        OwnGroup(
            series=own[series_id][0].series,
            own=own[series_id],
            leads=leads.get(series_id, []),
            coming=coming.get(series_id, []),
            past=past.get(series_id, []),
            documents=by_event,
        )
        for series_id in ids
    ]


def _own_memberships(actor: Actor, today: date) -> Select[Membership]:
    own = select(Membership).join(Membership.series).where(Membership.person_id == actor.person_id, is_current(today))
    seen = own.where(is_visible(Series.visibility, Series.id, actor))
    loaded = seen.options(contains_eager(Membership.series).joinedload(Series.project))
    return loaded.order_by(Series.position, Series.title, Series.id, Membership.id)


def _leads(series_ids: Collection[int], today: date) -> Select[Membership]:
    """Return who leads these series today; deputies after those whom they stand in for."""
    is_deputy = Membership.role == MembershipRole.DEPUTY_LEAD
    return (
        select(Membership)
        .join(Membership.person)
        .where(Membership.series_id.in_(series_ids), is_current(today))
        .where(Membership.role.in_((MembershipRole.LEAD, MembershipRole.DEPUTY_LEAD)))
        .options(contains_eager(Membership.person).joinedload(Person.organisation))
        .order_by(is_deputy, Person.family_name, Person.given_name, Membership.id)
    )


def _first(actor: Actor, now: datetime, series_ids: Collection[int]) -> Select[Event]:
    """Return the next few events of each series that are not over, with how to get in."""
    place = func.row_number().over(partition_by=Event.series_id, order_by=(Event.starts_at, Event.id))
    ranked = _ranked(actor, now, series_ids, place).where(Event.ends_at > now).subquery()
    chosen = events(actor, now).where(Event.id.in_(select(ranked.c.id).where(ranked.c.place <= NEXT)))
    return chosen.options(joinedload(Event.access)).order_by(Event.starts_at, Event.id)


def _last(actor: Actor, now: datetime, series_ids: Collection[int]) -> Select[Event]:
    """Return the last few events of each series that are over."""
    place = func.row_number().over(partition_by=Event.series_id, order_by=(Event.starts_at.desc(), Event.id.desc()))
    ranked = _ranked(actor, now, series_ids, place).where(Event.ends_at <= now).subquery()
    chosen = events(actor, now).where(Event.id.in_(select(ranked.c.id).where(ranked.c.place <= LAST)))
    return chosen.order_by(Event.starts_at.desc(), Event.id.desc())


def _ranked(actor: Actor, now: datetime, series_ids: Collection[int], place: Over[int]) -> Select[int, int]:
    own = select(Event.id, place.label("place")).join(Event.series)
    return own.where(visible_to(actor, now), Event.series_id.in_(series_ids))


def _by_series(rows: Iterable[Row]) -> dict[int, list[Row]]:
    return _grouped(rows, lambda each: each.series_id)  # type: ignore[attr-defined]  # events and memberships


def _grouped(rows: Iterable[Row], key: Callable[[Row], int]) -> dict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for each in rows:
        found[key(each)].append(each)
    return dict(found)
