"""The database is really gone: a server is cut off, a file lies elsewhere. Calendars go on."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.rules.schedule import when
from tests import factories

FEEDS = ("/kalender/alle.ics", "/kalender/reihe.ics", "/termine/termin.ics", "/en/kalender/alle.ics")


class Forwarder:
    """Passes connections on to a server until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._listening.accept()[0], socket.create_connection(self._target)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)


@pytest.fixture
def losable(settings: Settings) -> Iterator[tuple[Settings, Callable[[], None]]]:
    """Yield settings whose database can be taken away, and what takes it."""
    url = make_url(settings.database_url)
    if url.drivername == "sqlite":
        assert url.database
        path = Path(url.database)

        def move_away() -> None:
            (path.parent / "elsewhere").mkdir()
            for each in path.parent.glob(f"{path.name}*"):
                each.rename(path.parent / "elsewhere" / each.name)

        yield settings, move_away
        return
    forwarder = Forwarder(url.host or "127.0.0.1", url.port or 5432)
    through = url.set(host="127.0.0.1", port=forwarder.port).update_query_dict({"sslmode": "disable"})
    yield replace(settings, database_url=through.render_as_string(hide_password=False)), forwarder.cut
    forwarder.cut()


@pytest.fixture
def processes(losable: tuple[Settings, Callable[[], None]]) -> Iterator[Callable[[], Flask]]:
    """Start processes: each with an empty memory and connections of its own."""
    started: list[Flask] = []

    def start() -> Flask:
        started.append(create_app(losable[0]))
        return started[-1]

    yield start
    for each in started:
        with each.app_context():
            db.engine.dispose()


def test_calendars_outlive_the_database_also_in_a_new_process(
    losable: tuple[Settings, Callable[[], None]], processes: Callable[[], Flask]
) -> None:
    first = processes()
    with first.app_context():
        session = db.session()
        factories.event(session, slug="termin", series=factories.series(session, slug="reihe"),
                        at=when(starts_on=clock.today()), published_at=factories.NOW)  # fmt: skip
        session.commit()
        db.session.remove()
    good = {path: first.test_client().get(path) for path in FEEDS}
    assert {each.status_code for each in good.values()} == {200}
    losable[1]()
    for process in (first, processes()):
        client = process.test_client()
        for path, before in good.items():
            answer = client.get(path)
            assert (answer.status_code, answer.data, dict(answer.headers)) == (200, before.data, dict(before.headers))
            assert client.get(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
            packed = client.get(path, headers={"Accept-Encoding": "gzip"})
            assert (packed.status_code, client.head(path).status_code) == (200, 200)
    for path in ("/kalender/kongresse.ics", "/kalender/alle.ics?jahr=2020", "/einbetten/alle/text.txt"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/plain", "120")
    for path in ("/", "/kalender", "/termine/termin", "/einbetten/alle/mail.html"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/html", "120")
        assert "Gerade nicht erreichbar" in answer.text
