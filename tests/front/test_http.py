"""Answers as they go over the wire: every form of the headers that programs send, on every kind of address."""

import gzip
import http.client
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.front.layer import Front
from ozgtermine.models import PersonalCalendar
from ozgtermine.operations.personal_calendars import give_calendar, secret_of
from ozgtermine.rules.schedule import when
from tests import factories
from tests.conftest import SECRET_KEY

NOON = datetime(2023, 2, 6, 11, tzinfo=UTC)
FEEDS = (
    "/kalender/alle.ics", "/kalender/sprechstunden.ics", "/kalender/reihe.ics", "/termine/termin.ics",
    "/en/kalender/alle.ics", "/kalender/alle.ics?jahr=2023", "/termine/termin/programm.ics",
)  # fmt: skip
EMBEDS = (
    "/einbetten/alle/text.txt", "/einbetten/reihe/mail.html", "/einbetten/sprechstunden/hausstil.txt?anzahl=5",
    "/einbetten/reihe/atom.xml",
)  # fmt: skip
PAGES = ("/", "/?art=sprechstunden", "/reihen/reihe", "/termine/termin", "/kalender")
SHARED = (*FEEDS, *EMBEDS, *PAGES)

TAGS = {  # If-None-Match as sent → whether it is known
    "{plain}": True, "W/{plain}": True, '"other", {plain}': True, '{packed} , "x"': True, "*": True, "{packed}": True,
    "W/{packed}": True, '"other"': False, 'W/"other"': False, "": False, "garbage, or worse": False, '"': False,
}  # fmt: skip
CODINGS = {
    "gzip": True, "gzip;q=0": False, "*": True, "br": False, "br, gzip;q=0.1": True, "identity": False, "": False,
    "*;q=0": False, "GZIP": True,
}  # fmt: skip


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """A connection that sends what it is told and nothing of its own."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        self._connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": "termine.example", **headers}.items():
            self._connection.putheader(name.replace("_", "-"), value)
        self._connection.endheaders()
        found = self._connection.getresponse()
        body, received = found.read(), dict(found.getheaders())
        for own in ("Date", "Server", "Connection"):  # the server's
            received.pop(own, None)
        return Answer(found.status, received, body)


@pytest.fixture
def wire(app: Flask) -> Iterator[Wire]:
    served = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield Wire(served.server_port)
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture(autouse=True)
def event(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    series = factories.series(session, slug="reihe")
    made = factories.event(session, slug="termin", topic="Thema", series=series, published_at=NOON - timedelta(days=1),
                           description="Lang genug, um gepackt zu werden. " * 40,
                           at=when(starts_on=date(2023, 3, 1)))  # fmt: skip
    factories.programme_item(factories.programme(made))
    offer = factories.offer(session, event=made)
    factories.registration(session, offer, email="erika@halle.example")
    session.commit()


def personal() -> str:
    with transaction() as session:
        give_calendar(session, "erika@halle.example", key=SECRET_KEY, now=NOON)
        token = secret_of(session.query(PersonalCalendar).one(), SECRET_KEY)
    return f"/kalender/p/{token}.ics"


def test_every_form_of_a_tag_is_understood_on_every_kind_of_address(wire: Wire) -> None:
    wrong = []
    for path in (*SHARED, personal()):
        plain, packed = wire.ask(path), wire.ask(path, Accept_Encoding="gzip")
        tags = {"plain": plain.headers["ETag"], "packed": packed.headers["ETag"]}
        for form, is_known in TAGS.items():
            for method in ("GET", "HEAD"):
                answer = wire.ask(path, method, If_None_Match=form.format(**tags))
                right = (304, b"") if is_known else (200, b"" if method == "HEAD" else plain.body)
                if (answer.status, answer.body, answer.headers["ETag"]) != (*right, tags["plain"]):
                    wrong.append((path, form, method, answer.status))
    assert wrong == []


def test_a_date_counts_only_if_it_is_exactly_ours_and_never_beside_a_tag(wire: Wire) -> None:
    for path in FEEDS:
        answer = wire.ask(path)
        ours, tag = answer.headers["Last-Modified"], answer.headers["ETag"]
        forms = {ours: 304, "Mon, 01 Jan 2001 00:00:00 GMT": 200, "garbage": 200, "": 200,
                 "Fri, 01 Jan 2100 00:00:00 GMT": 200}  # fmt: skip
        assert {form: wire.ask(path, If_Modified_Since=form).status for form in forms} == forms
        assert wire.ask(path, If_Modified_Since=ours, If_None_Match='"other"').status == 200
        assert wire.ask(path, If_Modified_Since="garbage", If_None_Match=tag).status == 304


def test_packed_bytes_go_to_who_takes_them_under_a_tag_of_their_own(wire: Wire) -> None:
    for path in SHARED:
        plain = wire.ask(path)
        can_be_packed = len(plain.body) >= 1_000
        for coding, is_packed in CODINGS.items():
            answer, head = wire.ask(path, Accept_Encoding=coding), wire.ask(path, "HEAD", Accept_Encoding=coding)
            packed = answer.headers.get("Content-Encoding") == "gzip"
            assert (answer.status, packed) == (200, is_packed and can_be_packed), (path, coding)
            assert (gzip.decompress(answer.body) if packed else answer.body) == plain.body
            assert answer.headers["Content-Length"] == str(len(answer.body))
            assert (answer.headers["ETag"] == plain.headers["ETag"]) is not packed
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert (head.status, head.headers, head.body) == (200, answer.headers, b"")


def test_writing_is_not_allowed_and_says_what_is(wire: Wire) -> None:
    for path in (*SHARED, personal()):
        for method in ("POST", "PUT", "PROPFIND", "DELETE"):
            answer = wire.ask(path, method)
            assert (answer.status, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD", "OPTIONS"})
            if ".ics" in path:
                assert answer.headers["Content-Type"].startswith("text/plain")


def test_nothing_that_is_shared_depends_on_who_asks_or_by_what_name(wire: Wire, app: Flask) -> None:
    """What is kept under an address goes to everybody: no other header may have shaped it."""
    front: Front = app.extensions["ozgtermine.front"]
    for path in SHARED:
        answers = []
        for headers in (
            {},
            {"Host": "boese.example", "Accept_Language": "en, fr;q=0.5", "User_Agent": "Other"},
            {"X_Forwarded_Host": "boese.example", "X_Forwarded_Proto": "https", "Forwarded": "host=boese.example"},
            {"Accept": "text/calendar", "Cookie": "fremd=1", "Origin": "https://boese.example", "DNT": "1"},
            {"Authorization": "Basic eDp5", "Range": "bytes=0-1", "Referer": "https://boese.example/"},
        ):
            front.forget()
            answers.append(wire.ask(path, **headers))
        assert all(each == answers[0] for each in answers), path
        assert (answers[0].status, "Set-Cookie" in answers[0].headers) == (200, False)
        assert b"boese" not in answers[0].body
