"""The next edition of a calendar, made of the former one, is the one that reading everything gives."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.models import Event, PublicChange, PublicRevision, RegistrationOffer, Series
from ozgtermine.operations import following_calendars, scheduling
from ozgtermine.operations.following_calendars import Edition, Made, Wanted
from ozgtermine.operations.rendering_calendars import Entry
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.schedule import Precision, when
from tests import factories

START = datetime(2023, 2, 6, 9, tzinfo=UTC)
ADDRESSES = ("/kalender/alle.ics", "/kalender/eins.ics", "/en/kalender/alle.ics", "/kalender/alle.ics?jahr=2023")
EVENTS = 12
PAUSES = [timedelta(milliseconds=400), timedelta(seconds=70), timedelta(hours=3), timedelta(days=1)]
LONG = 3


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Return the present instant, to be moved; every calendar is long enough to be remembered, and has little room."""
    present = [START]
    monkeypatch.setattr(clock, "now", lambda: present[0])
    monkeypatch.setattr(following_calendars, "SHORTEST", 0)
    monkeypatch.setattr("ozgtermine.ical.feed.MOST_BYTES", 120_000 + 4_200)
    return present


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Collect whether an edition came of its former one; at the end each is compared with what was read instead."""
    seen: list[bool] = []
    pairs: list[tuple[Edition, Edition]] = []
    original, read = following_calendars._followed, following_calendars._read  # noqa: SLF001 - both are compared

    def compared(session: Session, wanted: Wanted, former: Edition, now: datetime) -> Made | None:
        found = original(session, wanted, former, now)
        seen.append(found is not None)
        if found is not None:
            pairs.append((found.edition, read(session, wanted, now).edition))
        return found

    monkeypatch.setattr(following_calendars, "_followed", compared)
    yield seen
    for followed, whole in pairs:
        assert [each.content for each in followed.entries] == [each.content for each in whole.entries]
        assert replace(followed, entries=[]) == replace(whole, entries=[])


@pytest.fixture
def events(session: Session, now: list[datetime]) -> list[int]:
    """Two series with events from last year to next year, one of them a draft."""
    both = [factories.series(session, slug=slug, title=slug.title()) for slug in ("eins", "zwei")]
    made = []
    for number in range(EVENTS):
        day = START.date() + timedelta(days=(number - 4) * 30)
        made.append(factories.event(
            session, slug=f"termin-{number}", series=both[number % 2],
            at=when(starts_on=day, start_time=time(10), end_time=time(11)),
            **({"published_at": None} if number == 7 else {}),
        ))  # fmt: skip
    factories.document(made[5])
    factories.offer(session, event=made[5])
    session.commit()
    return [each.id for each in made]


Edit = Callable[[Session, Event, random.Random], None]


def _longer(_session: Session, event: Event, chance: random.Random) -> None:
    event.description = "x" * chance.choice((0, 300, 900))
    event.changed_at = clock.now()


def _moved(_session: Session, event: Event, chance: random.Random) -> None:
    day = date(2023, 2, 6) + timedelta(days=chance.randrange(-500, 400))
    scheduling.move(event, when(starts_on=day, start_time=time(9)), reason="", now=clock.now())


def _vague(_session: Session, event: Event, _chance: random.Random) -> None:
    scheduling.move(event, when(starts_on=date(2023, 3, 1), precision=Precision.WEEK), reason="", now=clock.now())


def _to_the_other_series(session: Session, event: Event, chance: random.Random) -> None:
    """Undated now and then: the calendar that it leaves may then have changed last at an earlier date."""
    other = session.scalars(select(Series).where(Series.id != event.series_id)).first()
    assert other is not None
    event.series, event.number = other, None
    if chance.random() < 0.5:
        event.changed_at = clock.now()


def _published(session: Session, event: Event, chance: random.Random) -> None:
    at = clock.now() + timedelta(hours=chance.choice((0, 2)))
    scheduling.publish(session, event, publish_at=at, now=clock.now())


def _new(session: Session, event: Event, chance: random.Random) -> None:
    day = date(2023, 2, 6) + timedelta(days=chance.randrange(-90, 300))
    factories.event(session, slug=f"neu-{chance.random()}", series=event.series, at=when(starts_on=day))


def _gone(session: Session, event: Event, _chance: random.Random) -> None:
    if not event.documents and len(session.scalars(select(Event.id)).all()) > EVENTS // 2:
        session.delete(event)


EDITS: dict[str, Edit] = {
    "another topic": lambda _session, event, chance: setattr(event, "topic", chance.choice("ABC")),
    "longer": _longer, "moved": _moved, "vague": _vague, "other series": _to_the_other_series,
    "published": _published, "new": _new, "gone": _gone,
    "hidden": lambda _session, event, _chance: scheduling.hide(event, now=clock.now()),
    "shown to all": lambda _session, event, _chance: scheduling.show_to(event, Visibility.PUBLIC, now=clock.now()),
    "shown to few": lambda _session, event, _chance: scheduling.show_to(event, Visibility.SERIES, now=clock.now()),
    "cancelled": lambda _session, event, _chance: scheduling.cancel(event, reason="Krank", now=clock.now()),
    "series renamed": lambda _session, event, chance: setattr(event.series, "title", chance.choice("DEF")),
    "series hidden": lambda _session, event, _chance: setattr(event.series, "visibility", Visibility.EDITORS),
    "series shown": lambda _session, event, _chance: setattr(event.series, "visibility", Visibility.PUBLIC),
    "two at once": lambda session, event, chance: (_longer(session, event, chance), _new(session, event, chance))[0],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_edited_an_edition_of_the_former_one_is_that_of_reading_everything(
    app: Flask, client: FlaskClient, now: list[datetime], followed: list[bool], events: list[int], seed: int
) -> None:
    chance, front = random.Random(seed), app.extensions["ozgtermine.front"]
    for _step in range(25):
        for address in ADDRESSES:
            if chance.random() < 0.7:  # some editions skip several changes
                client.get(address)
        now[0] += chance.choice(PAUSES[:2] if chance.random() < 0.8 else PAUSES)
        _edit(chance)
    now[0] += timedelta(minutes=1)
    _rename(db.session.scalars(select(Event.id)).all()[0])
    answers = [client.get(address) for address in ADDRESSES]
    front.forget()
    anew = [client.get(address) for address in ADDRESSES]
    assert [(each.status, each.data, [*each.headers]) for each in answers] == [
        (each.status, each.data, [*each.headers]) for each in anew
    ]
    assert followed.count(True) > 10


def _edit(chance: random.Random) -> None:
    name = chance.choice(sorted(EDITS))
    with suppress(Refusal), transaction() as session:
        event = scheduling.get_event(session, chance.choice(session.scalars(select(Event.id)).all()))
        EDITS[name](session, event, chance)


def test_an_event_alone_is_looked_at_and_no_other(
    client: FlaskClient, now: list[datetime], events: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/kalender/alle.ics")
    _rename(events[5])
    read: list[int] = []
    original = following_calendars.kept_entries

    def counted(session: Session, shown: Any, **more: Any) -> list[Entry]:
        found = original(session, shown, **more)
        read.append(len(found))
        return found

    monkeypatch.setattr(following_calendars, "kept_entries", counted)
    assert b"Anderes" in client.get("/kalender/alle.ics").data
    assert read == [1]


def _rename(event_id: int) -> None:
    with transaction() as session:
        session.get_one(Event, event_id).topic = "Anderes"


def _change_an_offer(_ids: list[int]) -> None:
    with transaction() as session:
        session.scalars(select(RegistrationOffer)).one().seats_online = 77


def _change_by_the_dozen(ids: list[int]) -> None:
    with transaction() as session:
        session.execute(update(Event).where(Event.id.in_(ids)).values(topic="Anderes", version=Event.version + 1))


def _lose_the_notes(_ids: list[int]) -> None:
    with transaction() as session:
        session.execute(delete(PublicChange))
        session.scalars(select(Series)).first().title = "Neu"  # type: ignore[union-attr]


def _go_back_to_a_backup(_ids: list[int]) -> None:
    """Have the same numbers again, of another history."""
    with transaction() as session:
        last = session.scalars(select(PublicChange).order_by(PublicChange.revision.desc())).first()
        assert last is not None
        last.noted_at -= timedelta(days=3)
    _rename(_ids[2])


@pytest.mark.parametrize("change", [_change_an_offer, _change_by_the_dozen, _lose_the_notes, _go_back_to_a_backup])
def test_where_it_is_not_known_to_be_events_alone_everything_is_read(
    client: FlaskClient, now: list[datetime], followed: list[bool], events: list[int],
    change: Callable[[list[int]], None],
) -> None:  # fmt: skip
    client.get("/kalender/alle.ics")
    change(events)
    assert client.get("/kalender/alle.ics").status_code == 200
    assert followed == [False]


def test_midnight_and_a_publication_that_was_waited_for_have_everything_read(
    client: FlaskClient, now: list[datetime], followed: list[bool], events: list[int]
) -> None:
    client.get("/kalender/alle.ics")
    now[0] += timedelta(days=1)
    _rename(events[5])
    client.get("/kalender/alle.ics")
    assert followed == [False]


def test_the_date_of_the_last_change_goes_back_with_the_event_that_had_it(
    client: FlaskClient, now: list[datetime], followed: list[bool], events: list[int]
) -> None:
    now[0] += timedelta(hours=1)
    with transaction() as session:
        session.get_one(Event, events[0]).changed_at = now[0]
    now[0] += timedelta(minutes=1)
    client.get("/kalender/eins.ics")
    with transaction() as session:
        session.get_one(Event, events[0]).series = session.scalars(select(Series).where(Series.slug == "zwei")).one()
    now[0] += timedelta(minutes=1)
    client.get("/kalender/eins.ics")
    assert followed == [True]  # and compared


def test_what_another_process_has_noted_of_a_feed_is_read_again(
    client: FlaskClient, now: list[datetime], followed: list[bool], events: list[int], app: Flask
) -> None:
    """The other one alone was asked while an event was hidden; what leaves later is dated by when it left then."""
    other = create_app(app.extensions["ozgtermine"].settings)
    client.get("/kalender/alle.ics")
    _make_visible(events[6], Visibility.EDITORS)
    other.test_client().get("/kalender/alle.ics")
    with other.app_context():
        db.session.remove()
        db.engine.dispose()
    _make_visible(events[6], Visibility.PUBLIC)
    client.get("/kalender/alle.ics")
    now[0] += timedelta(minutes=1)
    _make_visible(events[6], Visibility.EDITORS)
    assert b"DTSTAMP:20230206T090100Z" in client.get("/kalender/alle.ics").data
    assert followed == [True, True]


def _make_visible(event_id: int, visibility: Visibility) -> None:
    with transaction() as session:
        session.get_one(Event, event_id).visibility = visibility


def test_old_notes_are_forgotten_in_time(
    now: list[datetime], events: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ozgtermine.queries.revision.FOLLOWED", 4)
    for number in range(11):
        with transaction() as writing:
            writing.get_one(Event, events[0]).topic = str(number)
    db.session.remove()
    noted = db.session.scalars(select(PublicChange.revision).order_by(PublicChange.revision)).all()
    present = db.session.scalars(select(PublicRevision.revision)).one()
    assert noted[-1] == present
    assert 4 <= len(noted) <= 8
