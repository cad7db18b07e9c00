"""A feed is made of kept entries, and each is what the writer would make of its event now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ozgtermine.database import db, transaction
from ozgtermine.ical.component import vevent
from ozgtermine.links import Links
from ozgtermine.models import DocumentVersion, Event, Room, Venue
from ozgtermine.operations.rendering_calendars import Entry, keep, kept_entries
from ozgtermine.queries.calendars import in_calendar, of_all, public_documents
from ozgtermine.rules.permissions import Visibility
from tests import factories

LINKS = Links("https://termine.example")
NOW = datetime(2023, 2, 6, 9, tzinfo=UTC)


def made(session: Session, *, links: Links = LINKS, now: datetime = NOW) -> list[Entry]:
    return kept_entries(session, in_calendar(of_all(), now), links=links, language="de", now=now)


@pytest.fixture
def events(session: Session) -> list[Event]:
    """Two events with everything that entries take from elsewhere; what is rendered of them is kept."""
    both = []
    for number in (1, 2):
        venue = Venue(name=f"Haus {number}", city="Halle")
        both.append(factories.event(
            session, slug=f"termin-{number}", uid=f"u{number}", venue=venue, room=Room(venue=venue, name="Saal"),
            mode="on_site", series=factories.series(session, title=f"Reihe {number}"),
        ))  # fmt: skip
        factories.document(both[-1], title="Folien")
        factories.document(both[-1], title="Protokoll", slug="protokoll", published_at=NOW + timedelta(hours=1))
    session.commit()
    with transaction() as writing:
        keep(writing, made(writing))
    return both


def a_new_version(event: Event) -> None:
    document = event.documents[0]
    document.versions.append(DocumentVersion(
        number=2, sha256="1" * 64, size_bytes=1, media_type="text/plain", file_name="neu.txt", uploaded_at=NOW,
    ))  # fmt: skip


CHANGES: dict[str, Callable[[Event], object]] = {
    "topic": lambda event: setattr(event, "topic", "Anderes"),
    "series": lambda event: setattr(event.series, "title", "Andere"),
    "duration": lambda event: setattr(event.series, "default_duration_minutes", 45),
    "organizer": lambda event: setattr(event.series, "contact_email", "neu@land.example"),
    "address": lambda event: setattr(event.venue, "street", "Gasse 1"),
    "room": lambda event: setattr(event.room, "name", "Kammer"),
    "no room": lambda event: setattr(event, "room", None),
    "document's title": lambda event: setattr(event.documents[0], "title", "Bilder"),
    "document hidden": lambda event: setattr(event.documents[0], "visibility", Visibility.SERIES),
    "document withdrawn": lambda event: setattr(event.documents[0], "published_at", None),
    "document's file": a_new_version,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_an_entry_says_changes_renders_it_and_no_other(
    events: list[Event], change: Callable[[Event], object]
) -> None:
    with transaction() as session:
        change(session.get_one(Event, events[0].id))
    session = db.session()
    assert [each.is_fresh for each in made(session)] == [True, False]
    with transaction() as writing:
        keep(writing, made(writing))
    kept = made(session)
    assert [each.is_fresh for each in kept] == [False, False]
    assert [each.content for each in kept] == anew(session)


def anew(session: Session, now: datetime = NOW) -> list[bytes]:
    found = session.scalars(select(Event).order_by(Event.uid)).all()
    attached = public_documents(session, [each.id for each in found], now)
    return [vevent(each, attached.get(each.id, []), LINKS) for each in found]


def test_time_and_another_address_of_the_site_render_entries_too(session: Session, events: list[Event]) -> None:
    assert [each.is_fresh for each in made(session, links=Links("https://neu.example"))] == [True, True]
    later = NOW + timedelta(hours=1)
    appeared = made(session, now=later)
    assert [each.is_fresh for each in appeared] == [True, True]
    assert [each.content for each in appeared] == anew(session, later)
    assert b"Protokoll" in appeared[0].content.replace(b"\r\n ", b"")


def test_only_what_has_changed_is_loaded(events: list[Event]) -> None:
    with transaction() as session:
        session.get_one(Event, events[1].id).topic = "Anderes"
    loaded: list[str] = []
    note = lambda row, _context: loaded.append(row.uid)  # noqa: E731 - lives as long as needed
    asked: list[str] = []
    hear = lambda _c, _cursor, statement, *_: asked.append(statement)  # noqa: E731
    db.session.remove()
    sqlalchemy.event.listen(Event, "load", note)
    sqlalchemy.event.listen(Engine, "before_cursor_execute", hear)
    try:
        made(db.session())
    finally:
        sqlalchemy.event.remove(Event, "load", note)
        sqlalchemy.event.remove(Engine, "before_cursor_execute", hear)
    assert loaded == ["u2"]
    assert len([each for each in asked if each.startswith("SELECT")]) <= 8
