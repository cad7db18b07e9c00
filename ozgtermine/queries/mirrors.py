"""Mirrored series: which are due, how each stands, and where an event comes from."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ozgtermine.models import Event, ImportedEvent, Mirror, PendingCalendar, Series


def due_mirrors(now: datetime) -> Select[Mirror]:
    """Select the mirrors to ask now; a series that is ours by now is not asked for."""
    due = select(Mirror).join(Mirror.series).where(Mirror.next_poll_at <= now, Series.is_foreign)
    return due.order_by(Mirror.next_poll_at, Mirror.id)


def mirror_of(session: Session, series_id: int) -> Mirror | None:
    """Return from where a series is kept up to date, None where it is not."""
    found = select(Mirror).join(Mirror.series).where(Mirror.series_id == series_id, Series.is_foreign)
    return session.scalars(found).one_or_none()


def source_of(session: Session, event: Event) -> Mirror | None:
    """Return the mirror that an event came from, None where it is from elsewhere."""
    mirror = mirror_of(session, event.series_id) if event.series.is_foreign else None
    came = select(ImportedEvent.id).where(ImportedEvent.event_id == event.id, ImportedEvent.source != "")
    return mirror if mirror and session.scalars(came).first() is not None else None


def vanished_events(series_id: int, now: datetime) -> Select[ImportedEvent]:
    """Select the coming events that their calendar does not name any more."""
    found = select(ImportedEvent).join(ImportedEvent.event).options(
        joinedload(ImportedEvent.event).joinedload(Event.series)
    )  # fmt: skip
    return found.where(
        ImportedEvent.series_id == series_id, ImportedEvent.vanished_at.is_not(None), ImportedEvent.source != "",
        Event.ends_at > now,
    ).order_by(Event.starts_at, Event.id)  # fmt: skip


def pending_calendar(account_id: int, series_id: int) -> Select[PendingCalendar]:
    """Select the upload of that person that waits to be taken over into that series."""
    own = select(PendingCalendar).where(
        PendingCalendar.account_id == account_id, PendingCalendar.series_id == series_id
    )
    return own.order_by(PendingCalendar.id.desc()).limit(1)
