"""What calendar entries borrow from other rows: a renamed series, venue, room or document changes entries too.

Asked after each flush, so that nobody who renames something has to remember. Programs that compare LAST-MODIFIED or
SEQUENCE would never learn of it otherwise.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, inspect, select, update
from sqlalchemy.orm import Session

from ozgtermine.models import Base, Document, Event, RenderedEvent, Room, Series, Venue
from ozgtermine.rules.permissions import Visibility

_BORROWED: dict[type[Base], tuple[str, ...]] = {
    Series: ("title", "singular", "contact_email"),
    Venue: ("name", "street", "postal_code", "city"),
    Room: ("name",),
    Document: ("title", "slug", "visibility", "published_at"),
}


def note(session: Session, *, now: datetime) -> None:
    """Date the events whose entries this flush has changed through another row; raise SEQUENCE where their time did."""
    for row in list(session.dirty):
        if isinstance(row, Series):
            _note_series(session, row, now)
        elif isinstance(row, Venue) and _has_changed(row):
            _date(session, Event.venue_id == row.id, now)
        elif isinstance(row, Room) and _has_changed(row):
            _date(session, Event.room_id == row.id, now)
        elif isinstance(row, Document) and _has_changed(row) and _is_or_was_seen(row, now):
            _date(session, Event.id == row.event_id, now)


def _note_series(session: Session, series: Series, now: datetime) -> None:
    of_series = Event.series_id == series.id
    if _has_changed(series):
        _date(session, of_series, now)
    if _before(series, "default_duration_minutes") != series.default_duration_minutes:
        lasts_as_usual = of_series & Event.start_time.is_not(None) & Event.end_time.is_(None)
        _date(session, lasts_as_usual, now, more_sequence=1)
    if _before(series, "visibility") is Visibility.PUBLIC and series.visibility is not Visibility.PUBLIC:
        was_public = of_series & Event.published_at.is_not(None) & (Event.visibility == Visibility.PUBLIC)
        _date(session, was_public, now, more_sequence=2)  # as scheduling.hide does


def _date(session: Session, which: ColumnElement[bool], now: datetime, *, more_sequence: int = 0) -> None:
    """Date the events, and have their kept entries made anew: nothing else of the events' rows tells of it."""
    session.execute(update(Event).where(which).values(changed_at=now, sequence=Event.sequence + more_sequence))
    kept = RenderedEvent.event_id.in_(select(Event.id).where(which))
    session.execute(update(RenderedEvent).where(kept).values(fingerprint=""))


def _has_changed(row: Base) -> bool:
    return any(_before(row, name) != getattr(row, name) for name in _BORROWED[type(row)])


def _before(row: Base, name: str) -> object:
    """Return what the attribute was before this flush."""
    history = inspect(row).attrs[name].history
    return history.deleted[0] if history.deleted else getattr(row, name)


def _is_or_was_seen(document: Document, now: datetime) -> bool:
    """Return whether a change of the document is one of the public entry; appearing has a date of its own."""
    published_at, visibility = _before(document, "published_at"), _before(document, "visibility")
    was_seen = isinstance(published_at, datetime) and published_at <= now and visibility is Visibility.PUBLIC
    is_seen = document.published_at is not None and document.published_at <= now
    return was_seen or (is_seen and document.visibility is Visibility.PUBLIC)
