"""The members' page, and what a removed member no longer gets, through HTTP."""

import hashlib
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.files.store import DocumentStore
from ozgtermine.models import (
    Access,
    Audience,
    Document,
    DocumentVersion,
    Event,
    EventStatus,
    Membership,
    MembershipRole,
    Organisation,
    Person,
    Sector,
    Series,
    SeriesKind,
)
from ozgtermine.rules.permissions import Visibility
from tests import factories, members
from tests.factories import NOW
from tests.factories import when as on

PAGE = "/meine-gruppen"
CONTENT = b"%PDF-1.4 nur fuer Mitglieder"
SECRET = "https://konferenz.example/geheim"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def visitors(app: Flask) -> None:
    app.test_client_class = members.Visitor


@pytest.fixture
def group(session: Session) -> Series:
    """Add a hidden working group."""
    return factories.series(
        session, slug="ag-geheim", kind=SeriesKind.WORKING_GROUP, title="AG Geheim", singular="Sitzung der AG Geheim",
        visibility=Visibility.SERIES, contact_email="ag@mid.example",
    )  # fmt: skip


def meeting(session: Session, series: Series, topic: str, day: date, **values: object) -> Event:
    given = {"visibility": Visibility.SERIES, "slug": f"sitzung-{topic.lower()}"} | values
    return factories.event(session, series=series, topic=topic, at=on(starts_on=day), **given)


def let_in(event: Event, **values: object) -> None:
    given = {"link": SECRET, "phone": "0391 1234", "pin": "98765", "audience": Audience.MEMBERS} | values
    event.access = Access(**given)


@pytest.fixture
def member(session: Session, group: Series) -> Person:
    made = members.person(session, given_name="Mia", family_name="Mitglied")
    members.membership(session, group, made, MembershipRole.MEMBER)
    return made


@pytest.fixture
def browser(app: Flask, session: Session, member: Person) -> FlaskClient:
    return members.signed_in(app, session, members.account(session, member))


def text_of(client: FlaskClient, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def stored(document: Document, settings: Settings) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    version: DocumentVersion = document.versions[0]
    version.sha256, version.size_bytes = digest, len(CONTENT)
    path = Path(DocumentStore(settings.documents_folder).path(digest))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT)


def test_a_member_sees_dates_access_documents_leads_and_contact(
    browser: FlaskClient, session: Session, group: Series
) -> None:
    city = Organisation(name="Stadt Musterburg", sector=Sector.MUNICIPAL)
    for name, role in (("Leitmann", MembershipRole.LEAD), ("Vertreter", MembershipRole.DEPUTY_LEAD)):
        lead = members.person(session, given_name="Lea", family_name=name, organisation=city)
        members.membership(session, group, lead, role)
    former = members.person(session, given_name="Lea", family_name="Ehemalig")
    members.membership(session, group, former, MembershipRole.LEAD, ends_on=date(2023, 2, 5))
    let_in(meeting(session, group, "Naechste", date(2023, 2, 20)))
    over = meeting(session, group, "Letzte", date(2023, 1, 20))
    factories.document(over, title="Folien der Gruppe", visibility=Visibility.SERIES)
    factories.document(over, title="Nur Planung", visibility=Visibility.EDITORS)
    factories.document(over, title="Noch nicht", visibility=Visibility.SERIES, published_at=None)
    session.commit()

    text = text_of(browser)

    of_the_group = ("AG Geheim", "Sie sind Mitglied.", "Folien der Gruppe", "mailto:ag@mid.example")
    of_the_leads = ("Lea Leitmann", "Lea Vertreter (Vertretung)", "Stadt Musterburg")
    of_the_dates = ("Sitzung der AG Geheim: Naechste", "20. Februar 2023", "Sitzung der AG Geheim: Letzte")
    of_the_access = (SECRET, "Telefon: 0391 1234", "PIN: 98765")
    for expected in (*of_the_group, *of_the_leads, *of_the_dates, *of_the_access):
        assert expected in text, expected
    for hidden in ("Nur Planung", "Noch nicht", "Ehemalig", "webcal:"):
        assert hidden not in text, hidden
    assert browser.get(PAGE).headers["Cache-Control"] == "private, no-store"


def test_what_is_not_for_members_is_not_there(browser: FlaskClient, session: Session, group: Series) -> None:
    soon = date(2023, 2, 20)
    meeting(session, group, "Entwurf", soon, published_at=None)
    meeting(session, group, "Spaeter", soon, published_at=NOW + timedelta(seconds=1))
    meeting(session, group, "Planung", soon, visibility=Visibility.EDITORS)
    other = factories.series(session, title="AG Fremd", visibility=Visibility.SERIES)
    meeting(session, other, "Fremde", soon)
    public = factories.series(session, title="Für alle")
    members.membership(session, public, members.person(session), MembershipRole.LEAD)
    session.commit()
    text = text_of(browser)
    assert [each for each in ("Entwurf", "Spaeter", "Planung", "AG Fremd", "Fremde", "Für alle") if each in text] == []


@pytest.mark.parametrize(
    ("values", "is_shown"),
    [
        ({}, True),
        ({"audience": Audience.EVERYBODY}, True),
        ({"audience": Audience.REGISTERED}, False),
        ({"visible_from": NOW}, True),
        ({"visible_from": NOW + timedelta(seconds=1)}, False),
    ],
)
def test_access_is_shown_to_whom_and_when_it_is_meant(
    browser: FlaskClient, session: Session, group: Series, values: dict[str, object], *, is_shown: bool
) -> None:
    let_in(meeting(session, group, "Naechste", date(2023, 2, 20)), **values)
    session.commit()
    assert (SECRET in text_of(browser)) is is_shown
    assert (SECRET in text_of(browser, "/termine/sitzung-naechste")) is is_shown


def test_a_cancelled_date_stays_without_its_access(browser: FlaskClient, session: Session, group: Series) -> None:
    gone = meeting(session, group, "Naechste", date(2023, 2, 20), status=EventStatus.CANCELLED, cancelled_at=NOW)
    let_in(gone)
    session.commit()
    text = text_of(browser)
    assert "Abgesagt" in text
    assert SECRET not in text


def test_the_next_three_and_the_last_two_of_each_group_are_shown(
    browser: FlaskClient, session: Session, group: Series, member: Person
) -> None:
    other = factories.series(session, title="AG Zwei", position=1)
    members.membership(session, other, member, MembershipRole.MODERATOR, ends_on=date(2023, 2, 6))
    for series, mark in ((group, "A"), (other, "B")):
        for number in range(1, 6):
            meeting(session, series, f"Kommt{mark}{number}", date(2023, 3, number))
            meeting(session, series, f"War{mark}{number}", date(2023, 1, number))
    session.commit()
    text = text_of(browser)
    shown = [f"{what}{mark}{number}" for mark in "AB" for what in ("Kommt", "War") for number in range(1, 6)]
    assert [each for each in shown if f": {each}<" in text] == [
        "KommtA1", "KommtA2", "KommtA3", "WarA4", "WarA5", "KommtB1", "KommtB2", "KommtB3", "WarB4", "WarB5",
    ]  # fmt: skip
    assert "Sie moderieren bis 06.02.2023." in text
    assert "webcal://termine.example/kalender/" in text


def test_a_removed_member_loses_all_of_it_with_the_next_request(
    browser: FlaskClient, session: Session, settings: Settings, group: Series, member: Person
) -> None:
    event = meeting(session, group, "Naechste", date(2023, 2, 20))
    let_in(event)
    document = factories.document(event, title="Folien der Gruppe", visibility=Visibility.SERIES)
    stored(document, settings)
    session.commit()
    download = f"/unterlagen/{document.id}/{document.slug}"

    paths = (PAGE, "/termine/sitzung-naechste", download, "/reihen/ag-geheim", "/unterlagen?q=gruppe", "/")
    words = ("AG Geheim", "Folien der Gruppe", SECRET, "Naechste", CONTENT.decode())

    def seen() -> dict[str, tuple[int, bool]]:
        found = {}
        for path in paths:
            with browser.get(path) as answer:
                found[path] = (answer.status_code, any(word in answer.get_data(as_text=True) for word in words))
        return found

    assert seen() == {
        PAGE: (200, True), "/termine/sitzung-naechste": (200, True), download: (200, True),
        "/reihen/ag-geheim": (200, True), "/unterlagen?q=gruppe": (200, True), "/": (200, True),
    }  # fmt: skip
    session.query(Membership).filter_by(person_id=member.id).one().ends_on = NOW.date() - timedelta(days=1)
    session.commit()
    assert seen() == {
        PAGE: (403, False), "/termine/sitzung-naechste": (404, False), download: (404, False),
        "/reihen/ag-geheim": (404, False), "/unterlagen?q=gruppe": (200, False), "/": (200, False),
    }  # fmt: skip


def test_what_is_hidden_looks_like_what_does_not_exist(
    browser: FlaskClient, session: Session, group: Series, member: Person
) -> None:
    meeting(session, group, "Naechste", date(2023, 2, 20))
    session.query(Membership).filter_by(person_id=member.id).one().ends_on = NOW.date() - timedelta(days=1)
    session.commit()
    for hidden, missing in (("/termine/sitzung-naechste", "/termine/sitzung-nirgends"),
                            ("/reihen/ag-geheim", "/reihen/ag-nirgends")):  # fmt: skip
        answers = [browser.get(path) for path in (hidden, missing)]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].get_data().replace(hidden.encode(), b"") == answers[1].get_data().replace(
            missing.encode(), b""
        )


def test_a_group_one_has_left_is_not_shown_beside_one_that_one_is_in(
    browser: FlaskClient, session: Session, member: Person
) -> None:
    left, later = (factories.series(session, title=title) for title in ("Verlassene Runde", "Künftige Runde"))
    members.membership(session, left, member, MembershipRole.MEMBER, ends_on=date(2023, 2, 5))
    members.membership(session, later, member, MembershipRole.MEMBER, starts_on=date(2023, 2, 7))
    session.commit()
    text = text_of(browser)
    assert "AG Geheim" in text
    assert [each for each in ("Verlassene Runde", "Künftige Runde") if each in text] == []


def test_hidden_dates_take_no_place_of_visible_ones(browser: FlaskClient, session: Session, group: Series) -> None:
    for number in range(1, 4):
        meeting(session, group, f"Entwurf{number}", date(2023, 2, 6 + number), published_at=None)
        meeting(session, group, f"Intern{number}", date(2023, 1, 31 - number), visibility=Visibility.EDITORS)
    meeting(session, group, "Naechste", date(2023, 2, 20))
    meeting(session, group, "Letzte", date(2023, 1, 20))
    session.commit()
    text = text_of(browser)
    assert [each for each in ("Entwurf", "Intern", ": Naechste<", ": Letzte<") if each in text] == [
        ": Naechste<",
        ": Letzte<",
    ]


def test_the_last_day_of_a_membership_counts(
    browser: FlaskClient, session: Session, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = session.query(Membership).filter_by(person_id=member.id).one()
    own.ends_on = date(2023, 2, 6)
    session.commit()
    answers = []
    for hour in (22, 23):  # midnight in Magdeburg is 23:00 in UTC
        moment = datetime(2023, 2, 6, hour, tzinfo=NOW.tzinfo)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        answers.append(browser.get(PAGE).status_code)
    assert answers == [200, 403]


def test_who_is_not_signed_in_is_asked_to(client: FlaskClient) -> None:
    answer = client.get(PAGE)
    assert (answer.status_code, answer.location) == (303, "/verwaltung/anmelden?next=/meine-gruppen")


def test_public_pages_say_who_is_signed_in(browser: FlaskClient, client: FlaskClient) -> None:
    for path in ("/", "/unterlagen", "/kalender"):
        assert "Mia Mitglied" in text_of(browser, path), path
        assert PAGE in text_of(browser, path), path
        assert "Abmelden" not in text_of(client, path), path


def test_more_groups_ask_no_more_questions(
    browser: FlaskClient, session: Session, group: Series, member: Person
) -> None:
    def add(series: Series) -> None:
        for topic, day in ((f"Kommt{series.id}", date(2023, 3, 1)), (f"War{series.id}", date(2023, 1, 20))):
            event = meeting(session, series, topic, day)
            let_in(event)
            factories.document(event, visibility=Visibility.SERIES)
        lead = members.person(session)
        members.membership(session, series, lead, MembershipRole.LEAD)
        session.commit()

    session.commit()
    text_of(browser)
    add(group)
    with_one = asked(browser)
    for number in range(3):
        other = factories.series(session, title=f"AG {number}", visibility=Visibility.SERIES)
        members.membership(session, other, member, MembershipRole.MEMBER)
        add(other)
    assert asked(browser) == with_one


def asked(client: FlaskClient) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    text_of(client)
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return len(statements)
