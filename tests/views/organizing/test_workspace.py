"""The editors' side through HTTP: who gets in, and a whole event's life."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.models import AccountRole, Event, EventStatus, Series
from ozgtermine.rules.permissions import ALLOWED, Action, Role
from ozgtermine.views.guards import declared_action
from tests import factories
from tests.samples import slides
from tests.views.addresses import filled

OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {
    "starts_on": "01.03.2027", "start_time": "10:00", "end_time": "11:30", "precision": "day", "topic": "Ein Thema",
    "topic_kind": "topic", "mode": "online", "visibility": "public", "policy": "open", "audience": "registered",
    "has_waiting_list": "y", "description": "Worum es geht", "seats_online": "20",
}  # fmt: skip


def public(action: Action | None) -> bool:
    return action in {Action.READ_PUBLIC, Action.REGISTER, Action.READ_MAILBOX, Action.SIGN_IN}


def organizing_routes(app: Flask) -> list[tuple[str, str, Action | None]]:
    """Return method, path and action of every route that is not for everybody."""
    found = []
    for rule in app.url_map.iter_rules():
        action = declared_action(app, rule.endpoint)
        if not public(action):
            path = filled(rule.rule, dict.fromkeys(rule.arguments, 1))
            found += [(method, path, action) for method in sorted(rule.methods or ()) if method in ("GET", "POST")]
    return found


def version_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', client.get(path).get_data(as_text=True))
    assert found
    return found[1]


def drafted(editor: FlaskClient, session: Session, **typed: str) -> str:
    """Create an event through the form and return its path."""
    series = factories.series(session)
    session.commit()
    answer = editor.post(f"/verwaltung/termine/neu?reihe={series.id}", data={**TYPED, **typed}, headers=OURS)
    assert answer.status_code == 303
    return str(answer.location)


def the_event(session: Session) -> Event:
    session.rollback()
    session.expire_all()
    return session.query(Event).one()


def test_nobody_gets_in_without_an_account(app: Flask, client: FlaskClient) -> None:
    routes = organizing_routes(app)
    assert len(routes) > 20
    answers = {
        (method, path): client.open(path, method=method, headers=OURS).status_code for method, path, _action in routes
    }
    assert answers == {(method, path): 303 if method == "GET" else 401 for method, path, _action in routes}


@pytest.mark.parametrize("role", list(AccountRole))
def test_editors_and_administrators_open_every_page(
    sign_in: Callable[[AccountRole], FlaskClient], app: Flask, session: Session, role: AccountRole
) -> None:
    client = sign_in(role)
    changed = factories.offer(session).event
    session.add(factories.change_of(changed, change_id="1"))
    session.commit()
    pages = {path: action for method, path, action in organizing_routes(app) if method == "GET"}
    answers = {path: client.get(path) for path in pages}
    allowed = ALLOWED[Role(role.value)]
    refused = {path for path, answer in answers.items() if answer.status_code == 403}
    assert refused == {path for path, action in pages.items() if action not in allowed}
    assert {path for path, answer in answers.items() if answer.status_code >= 500} == set()
    assert sum(answer.status_code == 200 for answer in answers.values()) > 20
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"private, no-store"}


def test_a_write_from_a_foreign_page_is_refused(editor: FlaskClient, session: Session) -> None:
    series = factories.series(session)
    session.commit()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                    {"Origin": "https://evil.example"}, {"Origin": "null"}, {}):  # fmt: skip
        answer = editor.post(f"/verwaltung/termine/neu?reihe={series.id}", data=TYPED, headers=headers)
        assert answer.status_code == 403, headers
    session.rollback()
    assert session.query(Event).count() == 0


def test_an_event_is_drafted_published_moved_cancelled_and_restored(
    editor: FlaskClient, client: FlaskClient, session: Session
) -> None:
    path = drafted(editor, session)
    made = the_event(session)
    page = f"/termine/{made.slug}"
    assert client.get(page).status_code == 404
    assert "Ein Thema" not in client.get("/").get_data(as_text=True)

    editor.post(f"{path}/veroeffentlichen", data={"version": made.version, "number": "7"}, headers=OURS)
    assert "7. OZG-Sprechstunde" in client.get(page).get_data(as_text=True)

    moved = {"version": the_event(session).version, "starts_on": "2027-03-02", "precision": "day", "reason": "Feiertag"}
    assert editor.post(f"{path}/verlegen", data=moved, headers=OURS).status_code == 303
    assert "verlegt vom 01.03.2027" in client.get(page).get_data(as_text=True)

    gone = {"version": the_event(session).version, "reason": "Krankheit im Haus"}
    assert editor.post(f"{path}/absagen", data=gone, headers=OURS).status_code == 303
    assert "Krankheit im Haus" in client.get(page).get_data(as_text=True)
    assert "Abgesagt" in client.get("/").get_data(as_text=True)

    editor.post(f"{path}/wiederherstellen", data={"version": the_event(session).version}, headers=OURS)
    assert "Krankheit im Haus" not in client.get(page).get_data(as_text=True)
    editor.post(f"{path}/verbergen", data={"version": the_event(session).version}, headers=OURS)
    assert client.get(page).status_code == 404
    assert the_event(session).number == 7


def test_an_event_appears_at_the_time_it_was_given(
    editor: FlaskClient, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drafted(editor, session)
    made = the_event(session)
    given = {"version": made.version, "number": "7", "publish_on": "01.02.2027", "publish_time": "08:00"}
    assert editor.post(f"{path}/veroeffentlichen", data=given, headers=OURS).status_code == 303
    page = f"/termine/{made.slug}"
    answers = []
    for moment in (datetime(2027, 2, 1, 6, 59, 59, tzinfo=UTC), datetime(2027, 2, 1, 7, tzinfo=UTC)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        listed = "Ein Thema" in client.get("/").get_data(as_text=True)
        in_feed = "Ein Thema" in client.get("/kalender/alle.ics").get_data(as_text=True)
        answers.append((client.get(page).status_code, listed, in_feed))
    assert answers == [(404, False, False), (200, True, True)]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_on": ""}, "Geben Sie den Tag ein"),
        ({"starts_on": "31.02.2027"}, "Geben Sie den Tag im Format TT.MM.JJJJ ein."),
        ({"end_time": "09:00"}, "Das Ende muss nach dem Beginn liegen."),
        ({"starts_on": "28.03.2027", "start_time": "02:30"}, "Diese Uhrzeit gibt es an diesem Tag nicht"),
        ({"starts_on": "31.10.2027", "start_time": "02:30"}, "Diese Uhrzeit gibt es an diesem Tag zweimal"),
        ({"seats_online": "viele"}, "Geben Sie eine ganze Zahl ein."),
        ({"policy": "external"}, "Geben Sie die Adresse an, unter der man sich anmeldet."),
        ({"topic": "x" * 201}, "auf höchstens 200 Zeichen"),
        ({"website": "javascript:alert(1)"}, "Geben Sie eine Adresse ein, die mit https:// beginnt."),
    ],
)
def test_what_does_not_fit_gets_a_sentence_and_keeps_all_that_was_typed(
    editor: FlaskClient, session: Session, typed: dict[str, str], sentence: str
) -> None:
    series = factories.series(session)
    session.commit()
    answer = editor.post(f"/verwaltung/termine/neu?reihe={series.id}", data={**TYPED, **typed}, headers=OURS)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert "Worum es geht" in text
    assert "<title>Fehler: " in text
    session.rollback()
    assert session.query(Event).count() == 0


def test_two_editors_at_once_lose_nothing(editor: FlaskClient, session: Session) -> None:
    path = drafted(editor, session)
    seen = version_of(editor, f"{path}/bearbeiten")
    mine, theirs = {**TYPED, "topic": "Meine Fassung"}, {**TYPED, "topic": "Ihre Fassung"}
    assert editor.post(f"{path}/bearbeiten", data={**theirs, "version": seen}, headers=OURS).status_code == 303

    answer = editor.post(f"{path}/bearbeiten", data={**mine, "version": seen}, headers=OURS)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Meine Fassung" in text
    assert "Ihre Fassung" in text

    again = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', text))
    assert editor.post(f"{path}/bearbeiten", data=again, headers=OURS).status_code == 303
    assert the_event(session).topic == "Meine Fassung"
    assert the_event(session).description == "Worum es geht"


def test_fields_that_no_form_has_change_nothing(editor: FlaskClient, session: Session) -> None:
    extra = {"status": "cancelled", "sequence": "99", "uid": "gestohlen", "published_at": "2020-01-01", "id": "5"}
    drafted(editor, session, **extra)
    made = the_event(session)
    assert (made.status, made.sequence, made.published_at) == (EventStatus.CONFIRMED, 0, None)
    assert made.uid != "gestohlen"


def test_what_was_typed_survives_the_end_of_the_session(app: Flask, editor: FlaskClient, session: Session) -> None:
    series = factories.series(session)
    session.commit()
    path = f"/verwaltung/termine/neu?reihe={series.id}"
    stranger = app.test_client()
    answer = stranger.post(path, data=TYPED, headers=OURS)
    assert answer.status_code == 401
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_-]+)" value="([^"]*)">', answer.get_data(as_text=True)))
    credentials = {"email": "editor@mid.example", "password": "vier lange sichere Woerter"}
    resumed = stranger.post("/verwaltung/anmelden", data={**hidden, **credentials}, headers=OURS)
    text = resumed.get_data(as_text=True)
    again = dict(re.findall(r'<input type="hidden" name="([a-z_-]+)" value="([^"]*)">', text))
    [target] = re.findall(r'<form class="ozg-form" method="post" action="([^"]*)"', text)
    assert stranger.post(target, data=again, headers=OURS).status_code == 303
    assert the_event(session).topic == "Ein Thema"


def test_an_uploaded_file_is_found_in_the_archive(editor: FlaskClient, client: FlaskClient, session: Session) -> None:
    event = factories.event(session)
    session.commit()
    typed = {"title": "Folien", "kind": "presentation", "visibility": "public", "publish": "now"}
    path = f"/verwaltung/termine/{event.id}/unterlagen"
    content = slides()
    sent = editor.post(path, data={**typed, "file": (io.BytesIO(content), "Präsentation.pdf")}, headers=OURS)
    assert sent.status_code == 303
    [link] = re.findall(r'href="(/unterlagen/\d+/folien)"', client.get("/unterlagen").get_data(as_text=True))
    with client.get(link) as answer:
        assert answer.get_data() == content

    disguised = {**typed, "title": "Getarnt", "file": (io.BytesIO(b"MZ\x90 kein Dokument"), "folien.pdf")}
    refused = editor.post(path, data=disguised, headers=OURS)
    assert refused.status_code == 422
    assert 'value="Getarnt"' in refused.get_data(as_text=True)


def test_a_series_is_made_and_its_events_begin_with_its_defaults(editor: FlaskClient, session: Session) -> None:
    typed = {"title": "Werkstatt Digitales", "singular": "Werkstatt", "kind": "other", "visibility": "public",
             "default_mode": "online", "default_policy": "on_request", "default_start_time": "09:00",
             "default_duration_minutes": "90"}  # fmt: skip
    assert editor.post("/verwaltung/reihen/neu", data=typed, headers=OURS).status_code == 303
    twice = editor.post("/verwaltung/reihen/neu", data=typed, headers=OURS)
    assert (twice.status_code, "gibt es schon" in twice.get_data(as_text=True)) == (422, True)
    session.rollback()
    series = session.query(Series).one()
    form = editor.get(f"/verwaltung/termine/neu?reihe={series.id}").get_data(as_text=True)
    assert 'value="09:00"' in form
    assert 'value="10:30"' in form
    assert re.search(r'value="on_request" checked', form)


@pytest.mark.parametrize(
    "path", ["/verwaltung/", "/verwaltung/termine", "/verwaltung/unterlagen", "/verwaltung/reihen", "/",
             "/reihen/sprechstunden-hier", "/unterlagen"]
)  # fmt: skip
def test_a_longer_list_asks_no_more_questions(editor: FlaskClient, session: Session, path: str) -> None:
    series = factories.series(session, slug="sprechstunden-hier")
    session.commit()
    editor.get(path)

    def add() -> None:
        at = factories.when(starts_on=clock.today().replace(year=clock.today().year + 1))
        event = factories.event(session, series=series, at=at)
        factories.offer(session, event=event)
        session.commit()
        typed = {"title": f"Folien {event.id}", "kind": "presentation", "visibility": "public", "publish": "now"}
        file = (io.BytesIO(slides(f"{event.id}")), "folien.pdf")
        sent = editor.post(f"/verwaltung/termine/{event.id}/unterlagen", data={**typed, "file": file}, headers=OURS)
        assert sent.status_code == 303

    add()
    with_one = questions(editor, path)
    add()
    add()
    assert questions(editor, path) == with_one


def questions(client: FlaskClient, path: str) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    assert client.get(path).status_code == 200
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)
