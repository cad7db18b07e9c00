"""The public front: what it keeps, for how long, and what never comes near it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.front import kept, revision
from ozgtermine.front.kept import Kept
from ozgtermine.front.last_good import LastGood
from ozgtermine.front.layer import Front
from ozgtermine.front.refreshing import Refresher
from ozgtermine.front.revision import AwayError, revision_look
from ozgtermine.front.shelf import Shelf
from ozgtermine.models import (
    Access,
    AccountRole,
    Audience,
    Event,
    EventStatus,
    NewsletterIssue,
    PublicRevision,
    RegistrationOffer,
    Series,
)
from ozgtermine.operations import scheduling
from ozgtermine.queries.revision import current_revision
from ozgtermine.rules.registering import State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.members import account, signed_in

DAY = date(2023, 3, 1)
NOON = datetime(2023, 2, 6, 11, tzinfo=UTC)
PAGES = ("/", "/reihen/ozg-sprechstunde", "/termine/sprechstunde", "/kalender")
FILES = ("/kalender/alle.ics", "/termine/sprechstunde.ics", "/einbetten/alle/hausstil.txt", "/einbetten/alle/mail.html")


@pytest.fixture
def front(app: Flask) -> Front:
    found: Front = app.extensions["ozgtermine.front"]
    return found


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock."""
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


@pytest.fixture
def event(session: Session, at: Callable[[datetime], None]) -> Event:
    """An event with an offer of two seats, seen from three weeks before."""
    at(NOON)
    series = factories.series(session, slug="ozg-sprechstunde")
    made = factories.event(
        session, slug="sprechstunde", topic="Wohngeld", series=series, published_at=NOON - timedelta(days=1),
        at=when(starts_on=DAY, start_time=wall_time(10), end_time=wall_time(11)),
    )  # fmt: skip
    factories.offer(session, event=made, seats_online=2, has_waiting_list=False)
    session.commit()
    return made


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what the database is asked, save for the look at the revision."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SELECT revision FROM public_revision" not in statement:
            asked.append(statement)

    sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sqlalchemy.event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("address", [*PAGES, *FILES])
def test_the_second_answer_asks_for_nothing_and_is_the_same(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    with statements() as asked:
        again = client.get(address)
        unchanged = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        head = client.head(address)
    assert asked == []
    assert (first.status_code, again.data, dict(again.headers)) == (200, first.data, dict(first.headers))
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (head.status_code, head.data, dict(head.headers)) == (200, b"", dict(first.headers))
    assert "Set-Cookie" not in first.headers


@pytest.mark.usefixtures("event")
def test_a_page_keeps_the_headers_that_guard_it(client: FlaskClient) -> None:
    client.get("/")
    headers = client.get("/").headers
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.usefixtures("event")
def test_answers_to_a_session_are_neither_kept_nor_taken_from_what_is_kept(
    app: Flask, client: FlaskClient, session: Session, front: Front
) -> None:
    editor = signed_in(app, session, account(session, role=AccountRole.EDITOR))
    front.forget()
    for address in (*PAGES, *FILES):
        answer = editor.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
        assert "ETag" not in answer.headers
    assert len(front.shelf) == 0
    anonymous = client.get("/").data
    assert b"/verwaltung/abmelden" not in anonymous
    assert editor.get("/").data != anonymous


@pytest.mark.usefixtures("event")
def test_addresses_that_anybody_can_invent_are_answered_and_not_kept(client: FlaskClient, front: Front) -> None:
    known = client.get("/?art=sprechstunden")
    assert len(front.shelf) == 1
    invented = ("/?art=sprechstunden&x=1", "/?reihe=keine", "/?art=keine", "/kalender/alle.ics?x=1")
    for address in (*invented, "/einbetten/alle/text.txt?x=1"):
        assert client.get(address).status_code == 200
    assert client.get("/?art=sprechstunden&x=1", headers={"If-None-Match": known.headers["ETag"]}).status_code == 304
    assert len(front.shelf) == 1


def test_time_alone_leaves_no_stale_page(
    client: FlaskClient, session: Session, front: Front, at: Callable[[datetime], None], event: Event
) -> None:
    """Across every instant at which something opens, closes, starts, ends or appears: kept is what is made anew."""
    offer = event.offer
    assert offer is not None
    offer.opens_at = NOON + timedelta(hours=1)
    event.access = Access(link="https://konferenz.example/1", audience=Audience.EVERYBODY,
                          visible_from=NOON + timedelta(hours=5))  # fmt: skip
    other = factories.offer(session, closes_hours_before=40, event=factories.event(
        session, slug="zweite", series=event.series, published_at=NOON, at=when(starts_on=date(2023, 2, 20)),
    ))  # fmt: skip
    factories.offer(session, closes_at=NOON + timedelta(hours=3), event=factories.event(
        session, slug="dritte", series=event.series, published_at=NOON, at=when(starts_on=date(2023, 3, 15)),
    ))  # fmt: skip
    factories.event(session, slug="vierte", series=event.series, published_at=NOON + timedelta(hours=7),
                    at=when(starts_on=date(2023, 3, 8)))  # fmt: skip
    issue = NewsletterIssue(year=2023, month=2, cut_off_on=date(2023, 2, 9))
    factories.offer(session, opens_with_issue=issue, event=factories.event(
        session, slug="fuenfte", series=event.series, published_at=NOON, at=when(starts_on=date(2023, 3, 9)),
    ))  # fmt: skip
    factories.offer(session, opens_days_before=28, event=factories.event(
        session, slug="sechste", series=event.series, published_at=NOON, at=when(starts_on=date(2023, 3, 10)),
    ))  # fmt: skip
    factories.document(event, title="Folien", published_at=NOON + timedelta(hours=8))
    off = {"status": EventStatus.CANCELLED, "cancelled_at": NOON, "published_at": NOON - timedelta(days=200)}
    factories.event(session, slug="siebte", series=event.series, at=when(starts_on=date(2022, 11, 10)), **off)
    session.commit()
    turns = {
        "opens": NOON + timedelta(hours=1), "closes": NOON + timedelta(hours=3), "access": NOON + timedelta(hours=5),
        "appears": NOON + timedelta(hours=7), "midnight": datetime(2023, 2, 6, 23, tzinfo=UTC),
        "closes before": other.closes(), "starts": event.starts_at, "ends": event.ends_at,
        "document": NOON + timedelta(hours=8), "issue": datetime(2023, 2, 9, 7, tzinfo=UTC),
        "days before": datetime(2023, 2, 10, 7, tzinfo=UTC), "cancelled leaves": datetime(2023, 2, 8, 23, tzinfo=UTC),
        "new year": datetime(2023, 12, 31, 23, tzinfo=UTC),
    }  # fmt: skip
    changed = set()
    for name, turn in sorted(turns.items(), key=lambda each: each[1]):
        for address in (*PAGES, *FILES, "/kalender/ozg-sprechstunde.ics", "/en/kalender/alle.ics"):
            at(turn - timedelta(seconds=1))
            before = client.get(address).data
            at(turn)
            present = client.get(address).data
            front.forget()
            assert present == client.get(address).data, (name, address)
            changed |= {name} if present != before else set()
    assert changed == turns.keys()


def test_a_kept_page_is_not_shown_before_its_time(
    client: FlaskClient, at: Callable[[datetime], None], event: Event
) -> None:
    """A clock that goes back shows no future: a demonstration may be set to another day."""
    at(event.ends_at)
    after = client.get("/").data
    at(NOON)
    assert client.get("/").data != after


def test_what_is_hidden_is_nowhere_in_memory(client: FlaskClient, front: Front, event: Event) -> None:
    for address in (*PAGES, *FILES):
        client.get(address)
    assert b"Wohngeld" in front.shelf
    with transaction() as session:
        scheduling.hide(session.get_one(Event, event.id), now=clock.now())
    client.get("/impressum")
    assert len(front.shelf) == 0
    for address in (*PAGES, *FILES):
        assert b"Wohngeld" not in client.get(address).data
    assert b"Wohngeld" not in front.shelf


def test_the_public_learns_of_seats_when_the_word_changes(client: FlaskClient, session: Session, event: Event) -> None:
    def word() -> str:
        return next(each for each in ("Wenige Plätze", "Plätze frei", "Ausgebucht") if each in client.get("/").text)

    with transaction() as writing:
        writing.execute(update(RegistrationOffer).values(seats_online=50))
    offer_id, seen, revisions = event.offer.id, [], []  # type: ignore[union-attr]
    for number in range(50):
        with transaction() as writing:
            offer = writing.get_one(RegistrationOffer, offer_id)
            factories.registration(writing, offer, email=f"{number}@musterburg.example", family_name=str(number))
        seen.append(word())
        revisions.append(current_revision(session))
    assert list(dict.fromkeys(seen)) == ["Plätze frei", "Wenige Plätze", "Ausgebucht"]
    assert len(set(revisions)) == 3
    with transaction() as writing:
        one = writing.get_one(RegistrationOffer, offer_id).registrations[0]
        one.state, one.ended_at = State.WITHDRAWN, clock.now()
    assert word() == "Wenige Plätze"


@pytest.fixture
def lose_the_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Have every statement and every look fail from the call on."""

    def fail(*_: object) -> None:
        raise sqlalchemy.exc.OperationalError("SELECT", None, ConnectionError("server closed the connection"))

    def lose() -> None:
        def away(*_: object) -> int:
            raise AwayError("away")

        sqlalchemy.event.listen(Engine, "before_cursor_execute", fail)
        monkeypatch.setattr(revision.Remembered, "__call__", away)

    yield lose
    if sqlalchemy.event.contains(Engine, "before_cursor_execute", fail):
        sqlalchemy.event.remove(Engine, "before_cursor_execute", fail)


@pytest.mark.usefixtures("event")
def test_a_new_process_without_a_database_sends_what_lies_on_disk_and_else_503(
    client: FlaskClient, front: Front, lose_the_database: Callable[[], None]
) -> None:
    good = client.get("/kalender/alle.ics")
    lose_the_database()
    front.forget()
    answer = client.get("/kalender/alle.ics")
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (200, good.data, good.headers["ETag"])
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert client.get("/kalender/alle.ics", headers={"If-None-Match": good.headers["ETag"]}).status_code == 304
    never = client.get("/kalender/kongresse.ics")
    assert (never.status_code, never.mimetype, never.headers["Retry-After"]) == (503, "text/plain", "120")
    assert client.get("/").status_code == 503


def test_what_was_withdrawn_does_not_come_back_from_disk(
    client: FlaskClient, front: Front, lose_the_database: Callable[[], None], event: Event
) -> None:
    client.get("/termine/sprechstunde.ics")
    with transaction() as session:
        scheduling.hide(session.get_one(Event, event.id), now=clock.now())
    assert client.get("/termine/sprechstunde.ics").status_code == 410
    lose_the_database()
    assert client.get("/termine/sprechstunde.ics").status_code == 503


def test_copies_are_rewritten_although_nobody_asks(app: Flask, client: FlaskClient, front: Front, event: Event) -> None:
    refresher = Refresher(app)
    for address in FILES:
        client.get(address)
    assert refresher.refresh() == 2
    assert refresher.refresh() == 0
    folder = front.last_good.folder
    assert sum(b"Wohngeld" in each.read_bytes() for each in folder.glob("*.feed")) == 2
    with transaction() as session:
        scheduling.hide(session.get_one(Event, event.id), now=clock.now())
    assert refresher.refresh() == 2
    assert [each for each in folder.iterdir() if b"Wohngeld" in each.read_bytes()] == []
    assert list(front.last_good.keys()) == ["/kalender/alle.ics"]


def test_threads_that_copy_the_same_feed_at_once_do_not_disturb_each_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copies, bodies = LastGood(tmp_path / "feeds"), [bytes([65 + number]) * 200_000 for number in range(4)]

    def write(body: bytes) -> None:
        for _time in range(30):
            copies.put("/a.ics", made(body))
            copies.put("/a.ics", made(body[::-1] + b"x"))

    threads = [Thread(target=write, args=(body,)) for body in bodies]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = copies.find("/a.ics", NOON)
    assert found is not None
    assert found.body[:-1] in {body[:-1] for body in bodies} | set(bodies)
    assert (caplog.messages, len(list((tmp_path / "feeds").iterdir()))) == ([], 1)


def test_a_broken_copy_is_none(client: FlaskClient, front: Front, event: Event, settings: Settings) -> None:
    client.get("/kalender/alle.ics")
    [copy] = front.last_good.folder.glob("*.feed")
    copy.write_bytes(b"half a")
    assert front.last_good.find("/kalender/alle.ics", NOON) is None
    assert list(front.last_good.keys()) == []


def test_the_revision_is_seen_at_once_here_and_soon_elsewhere(app: Flask, session: Session) -> None:
    with app.app_context():
        look = revision_look(db.engine)
        with transaction() as writing:
            factories.series(writing)
        first = look()
        assert first == current_revision(session)
        with transaction() as writing:
            writing.scalars(sqlalchemy.select(Series).limit(1)).one().title = "Anders"
        assert look() == first + 1
        session.rollback()
        with db.engine.begin() as elsewhere:  # as another process would
            elsewhere.execute(update(PublicRevision).values(revision=first + 7))
        deadline = time.monotonic() + 5
        while look() != first + 7:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_the_shelf_forgets_the_least_used_and_bounds_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ozgtermine.front.shelf.MOST_ANSWERS", 2)
    shelf = Shelf()
    shelf.see(1)
    answers = {name: made(name.encode(), revision=1) for name in "abc"}
    shelf.put("a", answers["a"])
    shelf.put("b", answers["b"])
    assert shelf.find("a") is answers["a"]
    shelf.put("c", answers["c"])
    assert [shelf.find(name) for name in "abc"] == [answers["a"], None, answers["c"]]
    monkeypatch.setattr("ozgtermine.front.shelf.MOST_BYTES", 1)
    shelf.put("b", answers["b"])
    assert len(shelf) == 1
    shelf.put("old", made(b"x", revision=0))
    assert shelf.find("old") is None


def made(body: bytes, **values: Any) -> Kept:
    given = {"revision": 1, "made_at": NOON, "valid_until": NOON + timedelta(hours=1)} | values
    return Kept(body, [("Content-Type", "text/plain"), ("Set-Cookie", "a=b"), ("ETag", '"x"')], **given)


@pytest.mark.parametrize(
    ("accepted", "packs"),
    [("gzip", True), ("gzip;q=0", False), ("*", True), ("br, gzip;q=0.5", True), ("", False), ("identity", False),
     ("*;q=0", False), ("deflate", False), ("x-gzip", False)],
)  # fmt: skip
def test_who_takes_gzip(accepted: str, packs: bool) -> None:
    said: list[Any] = []
    environ = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": accepted}
    body = made(b"x" * kept.SMALLEST_PACKED).answer(environ, lambda *words: said.extend(words))  # type: ignore[arg-type, return-value]
    headers = dict(said[1])
    assert (headers.get("Content-Encoding") == "gzip", headers["Content-Length"]) == (packs, str(len(b"".join(body))))
    assert "Set-Cookie" not in headers
    assert headers["ETag"] != '"x"'
