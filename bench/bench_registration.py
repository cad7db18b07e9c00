"""A registration through HTTP, form and confirmation, beside an empty POST and the bare rows, on both databases.

Pages and mails are the product's own; nothing is sent. CPU is that of the server alone.
"""

import http.client
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg
from sqlalchemy import select

from bench.load import cpu_seconds, server
from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.models import Base, Event, OutgoingMail
from ozgtermine.rules.schedule import When, when
from tests import factories, postgresql

CLIENTS, REGISTRATIONS, BARE = 64, 400, 300
KEY = "only for a benchmark"
LINK = re.compile(r"(/anmeldung/bestaetigen/[\w-]{43})")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def main() -> None:
    """Print registrations per second, CPU for each, p99 of a request, and ratios to an empty POST and bare rows."""
    with server("bench.hello:flask", {}) as (pid, port):
        empty = Flow(pid, port).of([("/", "")] * (REGISTRATIONS * 4))
    print(f"{'':34}{'per second':>12}{'CPU ms':>9}{'p99 ms':>9}{'× empty POST':>14}{'× bare rows':>13}")
    print(f"{'empty POST, Flask hello world':34}{empty.per_second:12,.0f}{empty.cpu_ms:9.2f}{empty.p99_ms:9.0f}")
    with postgresql.server() as address, _database(address) as url_of_postgresql:
        for name, url in (("SQLite", ""), ("PostgreSQL", url_of_postgresql)):
            measured, bare = registrations(url)
            print(
                f"{'registration, ' + name:34}{measured.per_second:12,.0f}{measured.cpu_ms:9.2f}{measured.p99_ms:9.0f}"
                f"{measured.per_second / empty.per_second:14.2f}{measured.per_second / bare:13.2f}"
            )


class Flow:
    """Many clients, each with a connection of its own, that send POSTs as fast as they are answered."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port, self.local = pid, port, threading.local()

    def of(self, posts: list[tuple[str, str]]) -> "Flow":
        """Send them all and keep what was measured."""
        before, began = cpu_seconds(self.pid), time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            times = sorted(pool.map(self._send, posts))
        self.seconds = time.perf_counter() - began
        self.per_second, self.p99_ms = len(posts) / self.seconds, times[len(times) * 99 // 100] * 1000
        self.cpu_ms = (cpu_seconds(self.pid) - before) * 1000 / len(posts)
        return self

    def _send(self, post: tuple[str, str]) -> float:
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        began = time.perf_counter()
        self.local.connection.request("POST", post[0], post[1], FORM)
        answer = self.local.connection.getresponse()
        answer.read()
        if answer.status >= http.HTTPStatus.BAD_REQUEST and post[1]:
            raise RuntimeError(f"{post[0]}: {answer.status}")
        return time.perf_counter() - began


def registrations(url: str) -> tuple[Flow, float]:
    """Return what registering takes, and how many bare rows a second are written."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"OZGTERMINE_INSTANCE": folder, "OZGTERMINE_SECRET_KEY": KEY, "OZGTERMINE_DATABASE_URL": url}
        app = create_app(Settings.load({**os.environ, **environment}))
        with app.app_context(), _tables():
            with transaction() as session:
                slug = factories.offer(session, event=factories.event(session, at=_in_a_year())).event.slug
            bare = _bare_rows(slug)
            with server("ozgtermine.application:create_app", environment, factory=True) as (pid, port):
                address = f"/termine/{slug}/anmelden"
                form = Flow(pid, port).of([(address, _typed(each)) for each in range(REGISTRATIONS)])
                db.session.rollback()
                mails = db.session.scalars(select(OutgoingMail.content)).all()
                links = [found[1] for mail in mails if (found := LINK.search(mail.decode().replace("=\r\n", "")))]
                db.session.rollback()
                confirm = Flow(pid, port).of([(link, "x=") for link in links])
    both = form
    both.per_second = REGISTRATIONS / (form.seconds + confirm.seconds)
    both.cpu_ms += confirm.cpu_ms
    both.p99_ms = max(form.p99_ms, confirm.p99_ms)
    return both, bare


def _typed(number: int) -> str:
    return urlencode({
        "given_name": "Erika", "family_name": f"Muster {number}", "email": f"e{number}@musterburg.example",
        "organisation": "Stadt", "sector": "municipal", "language": "de", "schritt": "absenden", "mensch": "ja",
    })  # fmt: skip


def _bare_rows(slug: str) -> float:
    """Return how many transactions a second write one registration and one mail, without any rule or word."""
    began = time.perf_counter()
    for number in range(BARE):
        with transaction() as session:
            offer = session.scalars(select(Event).where(Event.slug == slug)).one().offer
            factories.registration(session, offer, email=f"b{number}@musterburg.example")
            now = factories.NOW
            session.add(OutgoingMail(message_id=f"<{number}@b>", kind="test", recipient="b@b.example", subject="",
                                     content=b"x" * 6_000, created_at=now, due_at=now))  # fmt: skip
    return BARE / (time.perf_counter() - began)


def _in_a_year() -> When:
    return when(starts_on=clock.today() + timedelta(days=365))


@contextmanager
def _database(address: str | None) -> Iterator[str]:
    """Yield the URL of an empty database on the server, which goes again."""
    if address is None:
        raise RuntimeError("there is no PostgreSQL here")
    name = "ozgtermine_bench"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        yield address.replace("postgresql://", "postgresql+psycopg://", 1).rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _tables() -> Iterator[None]:
    Base.metadata.create_all(db.engine)
    try:
        yield
    finally:
        db.session.remove()
        Base.metadata.drop_all(db.engine)
        db.engine.dispose()


if __name__ == "__main__":
    main()
