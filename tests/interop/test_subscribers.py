"""`make interop`: real subscribers follow a running server through all that can happen to a feed.

After each step they hold what the database says, or what is written here that they do instead, by their own design.
What they send and do is printed, and told in docs/calendars.md.
"""

import os
import time as time_module
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.front.revision import remembered_seconds
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, EventStatus, Series
from ozgtermine.operations import scheduling
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.schedule import when
from tests import factories
from tests.ical import corpus
from tests.ical.corpus import Said
from tests.interop.clients import Client, Holds, Vdirsyncer, evolution
from tests.interop.gateway import Fault, Gateway, gateway
from tests.interop.needs import needs
from tests.living import running
from tests.postgresql import server

BASE = "http://termine.example"
FEED = "/kalender/verfolgt.ics"
LETTERHEAD = Letterhead.of(Settings())
LEFT = "Termin entfällt"


class Running(NamedTuple):
    """The product behind a gateway, and the way to its database, which can be taken away."""

    way: Gateway
    close: Callable[[], None]
    open: Callable[[], None]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    """Run server and worker on PostgreSQL; this process changes the same database through the same operations."""
    name = f"ozgtermine_interop_{os.getpid()}"
    with ExitStack() as stack:
        admin_address = stack.enter_context(server())
        if admin_address is None:
            pytest.skip("no PostgreSQL here")
        admin = stack.enter_context(psycopg.connect(admin_address, autocommit=True))
        admin.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        stack.callback(lambda: admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name))))
        url = make_url(admin_address).set(database=name, drivername="postgresql+psycopg")
        address = url.render_as_string(hide_password=False)
        today = date.today().isoformat()  # noqa: DTZ011 - as a person types it
        run = stack.enter_context(running(tmp_path / "site", today=today, database_url=address, base_url=BASE))
        app = create_app(Settings(instance=run.instance, database_url=address, secret_key="x", base_url=BASE))
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        way = stack.enter_context(gateway(run.address))

        def allow(yes: bool) -> None:
            db.session.remove()
            db.engine.dispose()
            admin.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(Identifier(name), SQL(str(yes))))
            if not yes:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

        yield Running(way, lambda: allow(yes=False), lambda: allow(yes=True))


SOON = clock.today() + timedelta(days=10)


def begin() -> None:
    with transaction() as session:
        series = factories.series(session, slug="verfolgt", contact_email="ozg@land.example")
        for number, slug in enumerate(("eins", "zwei", "drei"), start=1):
            at = when(starts_on=SOON + timedelta(days=number), start_time=time(10), end_time=time(11, 30))
            factories.event(session, series=series, slug=slug, number=number, topic=f"Thema {slug}", at=at,
                            description="Zeile; mit, allem\nund 🏛️ dazu")  # fmt: skip


def with_event(change: Callable[[Session, Event, datetime], object], slug: str = "eins") -> Callable[[], None]:
    def step() -> None:
        with transaction() as session:
            change(session, session.scalars(select(Event).where(Event.slug == slug)).one(), clock.now())

    return step


def change_words(_session: Session, event: Event, now: datetime) -> None:
    with scheduling.tracked(event, now):
        event.topic, event.description = "Ämter, Städte; Kreise", "Neu\n\n" + "ü" * 3_000


def move(_session: Session, event: Event, now: datetime) -> None:
    there = when(starts_on=SOON + timedelta(days=20), start_time=time(14), end_time=time(15))
    scheduling.move(event, there, reason="Raum belegt", now=now)


def add(session: Session, event: Event, now: datetime) -> None:
    factories.event(session, series=event.series, slug="vier", topic="Thema vier", created_at=now, changed_at=now,
                    at=when(starts_on=SOON + timedelta(days=40)))  # fmt: skip


def rename(_session: Session, event: Event, _now: datetime) -> None:
    event.series.title, event.series.singular = "Sprechstunden zum OZG", "Sprechstunde"


def publish(session: Session, event: Event, now: datetime) -> None:
    scheduling.publish(session, event, publish_at=now, now=now)


STEPS: dict[str, Callable[[], None]] = {
    "subscribed": lambda: None,
    "nothing": lambda: None,
    "a new event": with_event(add),
    "other words": with_event(change_words),
    "moved": with_event(move),
    "cancelled": with_event(lambda _session, event, now: scheduling.cancel(event, reason="Krank", now=now)),
    "restored": with_event(
        lambda session, event, now: scheduling.restore(session, event, letterhead=LETTERHEAD, now=now)),
    "series renamed": with_event(rename),
    "hidden": with_event(lambda _session, event, now: scheduling.hide(event, now=now)),
    "shown again": with_event(publish),
    "deleted": with_event(lambda session, event, _now: session.delete(event), "vier"),
}  # fmt: skip


class Expectation:
    """What the database says, and what has left the feed, as it was when it left."""

    def __init__(self) -> None:
        self.last: dict[str, Said] = {}

    def now(self) -> Holds:
        db.session.rollback()
        db.session.expire_all()
        shown = select(Event).join(Event.series).where(Series.slug == "verfolgt", Event.published_at <= clock.now())
        present = {each.uid: corpus.said(each) for each in db.session.scalars(shown)}
        gone = {uid: _departed(each) for uid, each in self.last.items() if uid not in present}
        self.last = present | gone
        return self.last


def _departed(said: Said) -> Said:
    if said.summary == LEFT:
        return said
    return replace(said, summary=LEFT, description="", location="", url="", status=EventStatus.CANCELLED.upper(),
                   sequence=said.sequence + 1)  # fmt: skip


def follow(client: Client, site: Running, name: str, expectation: Expectation) -> Holds:
    """Have the client hold what the database says after each step; while the database is away, what it said last."""
    for step, change in STEPS.items():
        change()
        # until then the server may not know: the change was made elsewhere
        time_module.sleep(2 * remembered_seconds(db.engine))
        expected = expectation.now()
        first = len(site.way.asked)
        assert client.sync(expected) == (expected, ""), step
        report(name, step, site, first)
    expected = expectation.now()
    site.close()
    first = len(site.way.asked)
    assert client.sync(expected) == (expected, "")
    report(name, "database away", site, first)
    site.open()
    return expected


def report(name: str, step: str, site: Running, first: int) -> None:
    seen = Counter(
        f"{each.method} {each.status} {'+'.join(each.validators) or 'no validators'}" for each in site.way.asked[first:]
    )
    print(f"{name}: {step}: {', '.join(f'{number} × {what}' for what, number in seen.items())}")


FAULTS = {
    "503": Fault(503),
    "500": Fault(500),
    "connection closed": Fault(),
    "HTML with 200": Fault(200),
    "empty body with 200": Fault(200, "text/calendar", b""),
    "410": Fault(410, "text/plain; charset=utf-8", b"Weg."),
    "404": Fault(404, "text/plain; charset=utf-8", b"Weg."),
}


class Suffered(NamedTuple):
    """What a client does at a fault: keeps or loses what it held, and says so or not; and when it is well again."""

    holds: str
    says_so: bool
    is_well: str


def suffer(client: Client, site: Running, name: str, expectation: Expectation) -> dict[str, Suffered]:
    """Return by fault what the client does; once the server answers again and something changes, all is well."""
    found = {}
    for fault, answer in FAULTS.items():
        held = expectation.now()
        first = len(site.way.asked)
        site.way.fault = answer
        holds, complaint = client.sync(held)
        site.way.fault = None
        after, _complaint = client.sync(held)
        kept = "keeps" if holds == held else f"loses {len(held) - len(holds)} of {len(held)}"
        is_well = "at once" if after == held else "with the next change"
        found[fault] = Suffered(kept, bool(complaint), is_well)
        report(name, f"{fault}: {found[fault]} {complaint[-100:]!r}", site, first)
        with_event(lambda _session, event, now, fault=fault: change_topic(event, fault, now))()
        time_module.sleep(2 * remembered_seconds(db.engine))
        expected = expectation.now()
        assert client.sync(expected) == (expected, ""), fault
    return found


def change_topic(event: Event, topic: str, now: datetime) -> None:
    with scheduling.tracked(event, now):
        event.topic = topic


def withdraw(client: Client, site: Running, name: str, held: Holds) -> tuple[Holds, str]:
    """Hide the whole series: its calendar is gone."""
    with transaction() as session:
        session.scalars(select(Series).where(Series.slug == "verfolgt")).one().visibility = Visibility.EDITORS
    time_module.sleep(2 * remembered_seconds(db.engine))
    first = len(site.way.asked)
    answer = client.sync(held)
    report(name, f"withdrawn: holds {len(answer[0])}, says {answer[1][-160:]!r}", site, first)
    assert {each.status for each in site.way.asked[first:]} == {410}
    with transaction() as session:
        session.scalars(select(Series).where(Series.slug == "verfolgt")).one().visibility = Visibility.PUBLIC
    return answer


KEEPS_AND_SAYS_SO = Suffered("keeps", says_so=True, is_well="at once")
KEEPS_IN_SILENCE = Suffered("keeps", says_so=False, is_well="at once")
LOSES_ALL = Suffered("loses 4 of 4", says_so=False, is_well="with the next change")


@needs("vdirsyncer")
def test_vdirsyncer_and_khal_follow(site: Running, tmp_path: Path) -> None:
    """It keeps what it has whenever something is odd, a withdrawn feed too, and says so."""
    begin()
    client, expectation = Vdirsyncer(tmp_path / "vdirsyncer", f"{site.way.address}{FEED}"), Expectation()
    held = follow(client, site, "vdirsyncer", expectation)
    assert {(start[:16], title) for start, _end, title in client.listed()} == {
        (f"{each.start}T00:00"[:16], each.summary) for each in held.values()
    }
    assert suffer(client, site, "vdirsyncer", expectation) == dict.fromkeys(FAULTS, KEEPS_AND_SAYS_SO)
    held = expectation.now()
    holds, complaint = withdraw(client, site, "vdirsyncer", held)
    assert (holds, "Gone" in complaint) == (held, True)


@needs("evolution")
def test_evolution_follows(site: Running, tmp_path: Path) -> None:
    """It loses everything at 200 with anything else than a calendar, until the next change: the ETag is kept."""
    begin()
    with evolution(tmp_path / "evolution", f"{site.way.address}{FEED}", site.way) as client:
        expectation = Expectation()
        follow(client, site, "Evolution", expectation)
        assert suffer(client, site, "Evolution", expectation) == {
            **dict.fromkeys(FAULTS, KEEPS_IN_SILENCE), "HTML with 200": LOSES_ALL, "empty body with 200": LOSES_ALL,
        }  # fmt: skip
        held = expectation.now()
        assert withdraw(client, site, "Evolution", held) == (held, "")
    assert {tuple(each.validators) for each in site.way.asked[1:]} == {("If-None-Match",)}
