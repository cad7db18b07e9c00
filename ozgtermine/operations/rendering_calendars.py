"""Keep the calendar entries of events as bytes, so that a feed is a join.

What a kept entry depends on is told by its fingerprint: made of the event's version and of what surrounds it. A feed
compares bare columns; only events whose fingerprint has changed are loaded and rendered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from ozgtermine.ical.component import WRITER_VERSION, vevent
from ozgtermine.links import Links
from ozgtermine.models import Document, Event, RenderedEvent, Room, Series, Venue
from ozgtermine.models.venue import address_of
from ozgtermine.queries.calendars import (
    AUDIENCE,
    AttachedRow,
    attached_rows,
    entries_to_render,
    kept_rows,
    public_documents,
)
from ozgtermine.queries.plain import rows


class Entry(NamedTuple):
    """The entry of one event; `is_fresh` where it was rendered just now and is not kept yet.

    `starts_at` is as the database stores it, to sort by.
    """

    event_id: int
    starts_at: object
    uid: str
    sequence: int
    language: str
    fingerprint: str
    content: bytes
    is_fresh: bool


class Surroundings:
    """Says what an entry takes from elsewhere than its event: series, venue, room, the site's address, the writer."""

    def __init__(self, session: Session, links: Links) -> None:
        self._site = (WRITER_VERSION, links.base_url)
        self._series = {each[0]: each[1:] for each in rows(session, _SERIES)}
        self._venues = {each[0]: address_of(*each[1:]) for each in rows(session, _VENUES)}
        self._rooms = {each[0]: each[1] for each in rows(session, _ROOMS)}
        self._known: dict[tuple[int, int | None, int | None], str] = {}

    def of(self, series_id: int, venue_id: int | None, room_id: int | None) -> str:
        """Return them in short, each combination made once."""
        where = (series_id, venue_id, room_id)
        if where not in self._known:
            parts = (
                self._site,
                self._series[series_id],
                self._venues[venue_id] if venue_id else "",
                self._rooms[room_id] if room_id else "",
            )
            self._known[where] = _short(parts)
        return self._known[where]

    def fingerprint(self, event: Event, documents: Iterable[AttachedRow]) -> str:
        """Return what the bytes of an entry depend on: another fingerprint means render again."""
        around = self.of(event.series_id, event.venue_id, event.room_id)
        return _fingerprint(event.version, event.sequence, around, documents)


_SERIES = select(
    Series.id, Series.title, Series.singular, Series.default_duration_minutes, Series.contact_email
)
_VENUES = select(Venue.id, Venue.name, Venue.street, Venue.postal_code, Venue.city)
_ROOMS = select(Room.id, Room.name)


def _fingerprint(version: int, sequence: int, surroundings: str, documents: Iterable[AttachedRow]) -> str:
    attached = [tuple(each) for each in documents]
    return f"{version}.{sequence} {surroundings}" + (f" {_short(attached)}" if attached else "")


def _short(parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:32]


def kept_entries(
    session: Session, shown: ColumnElement[bool], *, links: Links, language: str, now: datetime
) -> list[Entry]:
    """Return the entries of the events that are `shown`, in a calendar's order."""
    surroundings, attached = Surroundings(session, links), attached_rows(session, shown, now)
    entries, stale = [], []
    for start, uid, event_id, sequence, version, series, venue, room, fingerprint, content in kept_rows(
        session, shown, language
    ):
        wanted = _fingerprint(version, sequence, surroundings.of(series, venue, room), attached.get(event_id, ()))
        if fingerprint != wanted:
            stale.append(event_id)
        entries.append(Entry(event_id, start, uid, sequence, language, wanted, content or b"", is_fresh=False))
    if not stale:
        return entries
    documents = public_documents(session, attached.keys() & stale, now)
    fresh = _rendered(session, stale, documents, surroundings, links=links, language=language)
    found = (_as_rendered(each, fresh.get(each.event_id)) for each in entries)
    return [each for each in found if each.content]


def _as_rendered(entry: Entry, rendered: Entry | None) -> Entry:
    return rendered._replace(starts_at=entry.starts_at) if rendered else entry


def _rendered(
    session: Session,
    event_ids: Sequence[int],
    documents: Mapping[int, list[Document]],
    around: Surroundings,
    *,
    links: Links,
    language: str,
) -> dict[int, Entry]:
    """Return the entries made anew; their fingerprints are of nothing later than what was rendered."""
    entries = {}
    for event in entries_to_render(session, event_ids):
        attached = documents.get(event.id, [])
        fingerprint = around.fingerprint(event, _as_rows(attached))
        entries[event.id] = Entry(
            event.id, event.starts_at, event.uid, event.sequence, language, fingerprint,
            vevent(event, attached, links, language), is_fresh=True,
        )  # fmt: skip
    return entries


def _as_rows(documents: Iterable[Document]) -> Iterator[AttachedRow]:
    for each in documents:
        assert each.published_at is not None  # noqa: S101 - only published ones are public
        yield AttachedRow(each.event_id, each.id, each.slug, each.title, each.published_at, each.current.id)


def unequal_entries(session: Session, *, links: Links, now: datetime) -> Iterator[str]:
    """Yield the UIDs of entries whose kept bytes are not what the writer makes of the same content now."""
    kept = list(session.scalars(select(RenderedEvent).where(RenderedEvent.audience == AUDIENCE)))
    events = {each.id: each for each in session.scalars(select(Event))}
    attached, surroundings = public_documents(session, events, now), Surroundings(session, links)
    for row in sorted(kept, key=lambda each: (each.event_id, each.language)):
        event, documents = events[row.event_id], attached.get(row.event_id, [])
        fits = row.fingerprint == surroundings.fingerprint(event, _as_rows(documents))
        if fits and row.content != vevent(event, documents, links, row.language):
            yield event.uid


def keep(session: Session, entries: Iterable[Entry]) -> None:
    """Have the fresh ones of `entries`, all of one language, kept instead of what was kept before."""
    fresh = [each for each in entries if each.is_fresh]
    if not fresh:
        return
    connection = session.connection()
    connection.execute(_FORMER, {"ids": [each.event_id for each in fresh], "of_language": fresh[0].language})
    kept = [
        {"event_id": each.event_id, "language": each.language, "audience": AUDIENCE, "fingerprint": each.fingerprint,
         "content": each.content}
        for each in fresh
    ]  # fmt: skip
    connection.execute(_INSERT, kept)


_INSERT = insert(RenderedEvent)
_FORMER = delete(RenderedEvent).where(
    RenderedEvent.event_id.in_(bindparam("ids", expanding=True)),
    RenderedEvent.language == bindparam("of_language"),
    RenderedEvent.audience == AUDIENCE,
)
