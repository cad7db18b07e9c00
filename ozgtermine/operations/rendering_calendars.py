"""Keep the calendar entries of events as bytes, so that a feed is a join."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.ical.component import fingerprint, vevent
from ozgtermine.links import Links
from ozgtermine.models import Event, RenderedEvent
from ozgtermine.queries.calendars import AUDIENCE, kept_rows, public_documents


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The entry of one event; `is_fresh` where it was rendered just now and is not kept yet."""

    event_id: int
    language: str
    fingerprint: str
    content: bytes
    is_fresh: bool


def kept_events(
    session: Session, events: Sequence[Event], *, links: Links, language: str, now: datetime
) -> list[Entry]:
    """Return the entries in the order of `events`, rendering only those whose kept bytes do not fit any more."""
    ids = [each.id for each in events]
    attached = public_documents(session, ids, now)
    kept = kept_rows(session, ids, language)
    entries = []
    for event in events:
        documents = attached.get(event.id, [])
        wanted = fingerprint(event, documents, links)
        row = kept.get(event.id)
        fits = row is not None and row.fingerprint == wanted
        content = row.content if row is not None and fits else vevent(event, documents, links, language)
        entries.append(
            Entry(event_id=event.id, language=language, fingerprint=wanted, content=content, is_fresh=not fits)
        )
    return entries


def unequal_entries(session: Session, *, links: Links, now: datetime) -> Iterator[str]:
    """Yield the UIDs of entries whose kept bytes are not what the writer makes of the same content now."""
    rows = list(session.scalars(select(RenderedEvent).where(RenderedEvent.audience == AUDIENCE)))
    events = {each.id: each for each in session.scalars(select(Event))}
    attached = public_documents(session, events, now)
    for row in sorted(rows, key=lambda each: (each.event_id, each.language)):
        event, documents = events[row.event_id], attached.get(row.event_id, [])
        fits = row.fingerprint == fingerprint(event, documents, links)
        if fits and row.content != vevent(event, documents, links, row.language):
            yield event.uid


def keep(session: Session, entries: Iterable[Entry]) -> None:
    """Have the fresh ones of `entries` kept."""
    for each in entries:
        if each.is_fresh:
            session.merge(
                RenderedEvent(
                    event_id=each.event_id,
                    language=each.language,
                    audience=AUDIENCE,
                    fingerprint=each.fingerprint,
                    content=each.content,
                )
            )
    session.flush()
