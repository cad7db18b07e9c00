"""Reading the record: by time, author, thing and act; of one event, series or person; and what ids point to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from ozgtermine.models import (
    AuditAct,
    AuditEntry,
    Base,
    Document,
    DocumentVersion,
    Event,
    Person,
    Programme,
    RegistrationOffer,
)
from ozgtermine.queries.events import worked_on_by
from ozgtermine.queries.visibility import is_visible
from ozgtermine.rules.permissions import Action, Actor, may_everywhere

PAGE_SIZE = 50
MOST_EXPORTED = 20_000

Names = dict[tuple[str, int], str]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one looks for; None and empty mean all. `until` is the first instant that is no longer wanted."""

    since: datetime | None = None
    until: datetime | None = None
    author: str = ""
    thing: str = ""
    act: AuditAct | None = None
    title: str = ""


def recorded(wanted: Wanted) -> Select[AuditEntry]:
    """Select what was recorded, the newest first."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    if wanted.author:
        conditions.append(AuditEntry.author == wanted.author)
    if wanted.thing:
        conditions.append(AuditEntry.thing == wanted.thing)
    if wanted.act is not None:
        conditions.append(AuditEntry.act == wanted.act)
    if wanted.title:
        conditions.append(AuditEntry.title.icontains(wanted.title, autoescape=True))
    return _newest_first(select(AuditEntry).where(*conditions))


def recorded_of_event(event_id: int, actor: Actor) -> Select[AuditEntry]:
    """Select what was recorded of an event and all that belongs to it, as far as `actor` may see it."""
    return _newest_first(select(AuditEntry).where(AuditEntry.event_id == event_id, _is_seen_by(actor)))


def recorded_of_series(series_id: int, actor: Actor) -> Select[AuditEntry]:
    """Select what was recorded of a series, its members and events, as far as `actor` may see it."""
    return _newest_first(select(AuditEntry).where(AuditEntry.series_id == series_id, _is_seen_by(actor)))


def recorded_of_person(person_id: int) -> Select[AuditEntry]:
    """Select what was recorded of a person, their memberships and their account."""
    return _newest_first(select(AuditEntry).where(AuditEntry.person_id == person_id))


def _is_seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of entries that tell `actor` of nothing that is hidden from them.

    What is gone was perhaps hidden: only who reads the whole record, or plans everywhere, learns of it.
    """
    if may_everywhere(actor, Action.EDIT_EVENTS):
        return true()
    own_events = select(Event.id).join(Event.series).where(worked_on_by(actor))
    visible = select(Document.id).join(Document.event).where(is_visible(Document.visibility, Event.series_id, actor))
    versions = select(DocumentVersion.id).where(DocumentVersion.document_id.in_(visible))
    return and_(
        or_(AuditEntry.event_id.is_(None), AuditEntry.event_id.in_(own_events)),
        or_(AuditEntry.thing != Document.__tablename__, AuditEntry.thing_id.in_(visible)),
        or_(AuditEntry.thing != DocumentVersion.__tablename__, AuditEntry.thing_id.in_(versions)),
    )


def _newest_first(found: Select[AuditEntry]) -> Select[AuditEntry]:
    return found.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


def has_looked(session: Session, account_id: int | None, thing: str, *, since: datetime) -> bool:
    """Return whether it is noted that the account has looked at that kind of thing since then."""
    noted = select(AuditEntry.id).where(
        AuditEntry.act == AuditAct.VIEWED,
        AuditEntry.account_id == account_id,
        AuditEntry.thing == thing,
        AuditEntry.at >= since,
    )
    return session.scalars(noted.limit(1)).first() is not None


def number_of(session: Session, found: Select[AuditEntry]) -> int:
    """Return how many entries the selection has."""
    rows = found.with_only_columns(AuditEntry.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def page_of(found: Select[AuditEntry], page: int) -> Select[AuditEntry]:
    """Return one page, counted from 1."""
    return found.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)


def authors(session: Session) -> list[str]:
    """Return everybody who has an entry, by name."""
    return list(session.scalars(select(AuditEntry.author).distinct().order_by(AuditEntry.author)))


def things(session: Session) -> list[str]:
    """Return the tables of which there are entries."""
    return list(session.scalars(select(AuditEntry.thing).distinct()))


def names_of(session: Session, entries: Iterable[AuditEntry]) -> Names:
    """Return what the ids in `entries` point to is called, a query for each table; nothing for what is gone."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        for table, thing_id in _ids_in(entry):
            wanted[table].add(thing_id)
    return {key: name for table, ids in wanted.items() for key, name in _names_in(session, table, ids)}


def _names_in(session: Session, table: str, ids: set[int]) -> Iterator[tuple[tuple[str, int], str]]:
    model = _MODELS.get(table)
    if model is not None:
        for row in session.scalars(select(model).where(model.id.in_(ids)).options(*_LOADED.get(table, ()))):
            yield (table, row.id), _name_of(row)


def _ids_in(entry: AuditEntry) -> Iterator[tuple[str, int]]:
    """Yield the tables and ids that an entry and its changes speak of."""
    for table, thing_id in (("event", entry.event_id), ("series", entry.series_id), ("person", entry.person_id)):
        if thing_id is not None:
            yield table, thing_id
    table_of_thing = Base.metadata.tables.get(entry.thing)
    if table_of_thing is None:
        return
    for name, values in entry.changes.items():
        column = table_of_thing.columns.get(name)
        if column is not None and column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table.name
            yield from ((target, value) for value in values if isinstance(value, int))


def _name_of(row: Base) -> str:
    match row:
        case RegistrationOffer() | Programme():
            return row.event.title
        case Person():
            return row.name
    return str(getattr(row, "title", "") or getattr(row, "name", "") or getattr(row, "id", ""))


_LOADED: dict[str, tuple[ExecutableOption, ...]] = {
    "event": (joinedload(Event.series),),
    "programme": (joinedload(Programme.event).joinedload(Event.series),),
    "registration_offer": (joinedload(RegistrationOffer.event).joinedload(Event.series),),
}
_MODELS: dict[str, Any] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
