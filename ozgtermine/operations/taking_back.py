"""A mistake can be taken back: within ten minutes a change of events is undone as it was recorded."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Enum, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import NotFoundError, Refusal
from ozgtermine.models import AuditAct, AuditEntry, Event
from ozgtermine.models.base import UtcDateTime
from ozgtermine.operations import auditing
from ozgtermine.operations.scheduling import get_event, tracked
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.wording import N_


class TooLateToTakeBackError(Refusal):
    message = N_("Diese Änderung lässt sich nicht mehr zurücknehmen: Die zehn Minuten sind vorbei.")
    status = 409


class ChangedSinceError(Refusal):
    message = N_("Diese Änderung lässt sich nicht zurücknehmen: Der Termin wurde inzwischen noch einmal geändert.")
    status = 409


def changes_of(session: Session, change_id: str) -> list[AuditEntry]:
    """Return what was recorded under one change, in order. Raises NotFoundError where there is nothing."""
    entries = list(session.scalars(select(AuditEntry).filter_by(change_id=change_id).order_by(AuditEntry.id)))
    if not entries:
        raise NotFoundError
    return entries


def last_revocable(session: Session, event: Event, *, now: datetime) -> AuditEntry | None:
    """Return the last change of the event if it can still be taken back."""
    last = (
        select(AuditEntry)
        .where(AuditEntry.event_id == event.id, AuditEntry.act.in_((*_CHANGES, AuditAct.TAKEN_BACK)))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    entry = session.scalars(last).one_or_none()
    if entry is None or not is_revocable(changes_of(session, entry.change_id), now=now):
        return None
    return entry


_CHANGES = (AuditAct.CREATED, AuditAct.CHANGED, AuditAct.REMOVED)


def is_revocable(entries: list[AuditEntry], *, now: datetime) -> bool:
    """Return whether this is a change of events alone, and young enough: what others were given stays given."""
    return all(
        entry.thing == Event.__tablename__ and entry.act is AuditAct.CHANGED and now < entry.at + REVOCABLE_FOR
        for entry in entries
    )


def take_back(session: Session, change_id: str, *, now: datetime) -> list[Event]:
    """Give the events of a change the values they had before it, all of them or none.

    Calendars learn of it as of any other change (`tracked`). Raises TooLateToTakeBackError, or ChangedSinceError where
    a value is no longer what the change made of it.
    """
    entries = changes_of(session, change_id)
    if not is_revocable(entries, now=now):
        raise TooLateToTakeBackError
    events = {event_id: get_event(session, event_id) for entry in entries if (event_id := entry.event_id)}
    for entry in reversed(entries):
        if entry.event_id is not None:
            _restore(events[entry.event_id], entry.changes, now)
    for event in events.values():
        auditing.note(session, AuditAct.TAKEN_BACK, event, now=now)
    try:
        session.flush()
    except IntegrityError as error:  # its number was given to another event meanwhile
        raise ChangedSinceError from error
    return list(events.values())


def _restore(event: Event, changes: dict[str, list[Any]], now: datetime) -> None:
    with tracked(event, now):
        for name, (before, after) in changes.items():
            if getattr(event, name) != _typed(name, after):
                raise ChangedSinceError
            setattr(event, name, _typed(name, before))
        event.set_when(event.when)


def _typed(name: str, value: Any) -> Any:  # noqa: ANN401 - a column's value as it was recorded
    """Return a recorded value in the type of the event's column `name`."""
    kind = inspect(Event).column_attrs[name].columns[0].type
    if value is None:
        return None
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if kind.python_type in (date, time):
        return kind.python_type.fromisoformat(value)
    return value
