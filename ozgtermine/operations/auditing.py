"""The one place that records: every change of an audited row, and looks and exports that are noted by hand.

`database` calls `record_changes` after each flush, so that no operation can forget it, and a rollback takes the record
along. Secrets and people's registrations are recorded as changed, without values; derived columns not at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, inspect
from sqlalchemy.orm import InstanceState, Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from ozgtermine.models import (
    Account,
    AuditAct,
    AuditEntry,
    Base,
    Document,
    DocumentVersion,
    Event,
    Membership,
    Person,
    Programme,
    ProgrammeItem,
    Registration,
    RegistrationOffer,
    Series,
)
from ozgtermine.rules.permissions import Actor
from ozgtermine.wording import N_

_AUTHOR, _CHANGE = "author", "change_id"


@dataclass(frozen=True)
class Author:
    """Who is written down: an account, or without one a name for those who have none."""

    account_id: int | None
    name: str


SYSTEM = Author(None, N_("System"))
PUBLIC = Author(None, N_("Öffentlichkeit"))


def set_author(session: Session, author: Author) -> None:
    """Have what `session` changes from now on recorded under `author`."""
    session.info[_AUTHOR] = author


def author_of(actor: Actor) -> Author:
    return Author(actor.account_id, actor.name) if actor.is_signed_in else PUBLIC


def change_id(session: Session) -> str:
    """Return the name of the present transaction in the record."""
    named: str = session.info.setdefault(_CHANGE, uuid4().hex)
    return named


def end_change(session: Session) -> None:
    """Begin a new change: the transaction has ended."""
    session.info.pop(_CHANGE, None)


def note(session: Session, act: AuditAct, thing: Base, *, now: datetime, text: str = "") -> None:
    """Record what changes no row: a look at a participants' list, an export, a sign-in."""
    session.add(AuditEntry(**_entry(session, act, thing, now=now, text=text)))


def record_changes(session: Session, flush: UOWTransaction, *, now: datetime) -> None:
    """Record every audited row that this flush has added, changed or removed, in one statement.

    Not as objects: a second flush would cost more than the change itself.
    """
    entries = [
        _entry(session, act, row, now=now, changes=changes)
        for act, rows in _flushed(session, flush)
        for row in rows
        if (changes := _changes(row, act)) or act is AuditAct.REMOVED
    ]
    if entries:
        session.connection().execute(_INSERT, entries)


_INSERT = insert(AuditEntry)


def _flushed(session: Session, flush: UOWTransaction) -> Iterator[tuple[AuditAct, list[Base]]]:
    """Yield rows by what happened to them; a row that lost its parent is among the changed ones, but goes."""
    changed = [row for row in session.dirty if row.audited]
    gone = [row for row in changed if flush.is_deleted(inspect(row))]  # type: ignore[no-untyped-call]
    yield AuditAct.CREATED, [row for row in session.new if row.audited]
    yield AuditAct.CHANGED, [row for row in changed if row not in gone]
    yield AuditAct.REMOVED, [row for row in session.deleted if row.audited] + gone


def _changes(row: Base, act: AuditAct) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    state = inspect(row)
    for name, is_secret in _recorded(type(row)):
        before, after = _before_and_after(state, name, act)
        if _is_empty(before) and _is_empty(after):
            continue
        found[name] = [None, None] if is_secret else [_plain(before), _plain(after)]
    return found


def _before_and_after(state: InstanceState[Base], name: str, act: AuditAct) -> tuple[object, object]:
    """Return what a column held and holds, None twice where nobody has set it."""
    if act is AuditAct.REMOVED:
        return getattr(state.obj(), name), None
    if name not in state.committed_state:
        return None, None
    if act is AuditAct.CREATED:
        return None, state.dict.get(name)
    history = get_history(state.obj(), name)
    if not history.added:
        return None, None
    return history.deleted[0] if history.deleted else None, history.added[0]


@cache
def _recorded(kind: type[Base]) -> list[tuple[str, bool]]:
    """Return the columns of a model that are recorded, and whether without their values."""
    columns = [(each.key, each.columns[0]) for each in inspect(kind).column_attrs]
    return [
        (name, bool(column.info.get("secret")))
        for name, column in columns
        if not column.primary_key and not column.info.get("derived")
    ]


def _is_empty(value: object) -> bool:
    return value is None or value == ""


def _plain(value: object) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return None
    return value


def _entry(
    session: Session,
    act: AuditAct,
    thing: Base,
    *,
    now: datetime,
    changes: dict[str, list[Any]] | None = None,
    text: str = "",
) -> dict[str, Any]:
    author: Author = session.info.get(_AUTHOR, SYSTEM)
    return {
        "change_id": change_id(session),
        "at": now,
        "account_id": author.account_id,
        "author": author.name,
        "act": act,
        "thing": thing.__tablename__,
        "thing_id": getattr(thing, "id", None),
        "title": _title(session, thing),
        "event_id": _event_id(session, thing),
        "series_id": _series_id(thing),
        "person_id": _person_id(thing),
        "changes": changes or {},
        "note": text,
    }


def _title(session: Session, thing: Base) -> str:
    """Return what the thing is called; of a registration nothing, since it is erased long before the record.

    Parents are looked up by id: a row that was just added has not loaded them.
    """
    match thing:
        case Registration():
            return ""
        case DocumentVersion():
            return session.get_one(Document, thing.document_id).title
        case Programme():
            return session.get_one(Event, thing.event_id).title
        case Membership():
            person, series = session.get_one(Person, thing.person_id), session.get_one(Series, thing.series_id)
            return f"{person.name}, {series.title}"
    return str(getattr(thing, "title", "") or getattr(thing, "name", ""))


def _event_id(session: Session, thing: Base) -> int | None:
    match thing:
        case Event():
            return thing.id
        case Registration():
            return session.get_one(RegistrationOffer, thing.offer_id).event_id
        case DocumentVersion():
            return session.get_one(Document, thing.document_id).event_id
        case ProgrammeItem():
            return session.get_one(Programme, thing.programme_id).event_id
    return getattr(thing, "event_id", None)


def _series_id(thing: Base) -> int | None:
    match thing:
        case Series():
            return thing.id
        case Event() | Document() | Membership():
            return thing.series_id
    return None


def _person_id(thing: Base) -> int | None:
    match thing:
        case Person():
            return thing.id
        case Account() | Membership():
            return thing.person_id
    return None
