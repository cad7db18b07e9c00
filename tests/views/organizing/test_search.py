"""The search of the workspace: what is found, in which order, by whom, and what it costs."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.database import db
from ozgtermine.models import (
    AccountRole,
    AuditAct,
    AuditEntry,
    MembershipRole,
    Organisation,
    Sector,
    SeriesKind,
    Venue,
)
from ozgtermine.rules.permissions import Visibility
from tests import factories, members
from tests.factories import when

ADDRESS = "/verwaltung/suche"


def text_of(client: FlaskClient, typed: str, only: str = "") -> str:
    answer = client.get(ADDRESS, query_string={"q": typed, "nur": only})
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def groups(client: FlaskClient, typed: str, only: str = "") -> dict[str, list[str]]:
    """Return heading → titles, as they are shown."""
    found = {}
    for section in text_of(client, typed, only).split('<section class="ozg-section"')[1:]:
        [heading] = re.findall(r"<h2[^>]*>(.*?)</h2>", section)
        found[heading] = re.findall(r'<li class="ozg-hits__hit">\s*<a[^>]*>(.*?)</a>', section)
    return found


def test_everything_is_searched_and_every_hit_leads_on(app: Flask, session: Session) -> None:
    series = factories.series(session, title="Runde Elbe")
    venue = Venue(name="Haus Elbe", city="Halle")
    session.add_all([venue, Organisation(name="Stadt Elbe", sector=Sector.MUNICIPAL)])
    event = factories.event(session, series=series, topic="Elbe und Saale")
    factories.document(event, title="Folien Elbe")
    factories.registration(session, factories.offer(session, event=event), family_name="von der Elbe")
    members.person(session, given_name="Else", family_name="Elbe")
    who = members.account(
        session, members.person(session, given_name="Emil", family_name="Elbe"), AccountRole.ADMINISTRATOR
    )
    client = members.signed_in(app, session, who)
    found = groups(client, "ELBE")
    assert found == {
        "Termine (1)": ["OZG-Sprechstunde: Elbe und Saale"],
        "Reihen (1)": ["Runde Elbe"],
        "Unterlagen (1)": ["Folien Elbe"],
        "Personen (2)": ["Else Elbe", "Emil Elbe"],
        "Anmeldungen (1)": ["Erika von der Elbe"],
        "Organisationen (1)": ["Stadt Elbe"],
        "Orte (1)": ["Haus Elbe"],
        "Konten (1)": ["Emil Elbe"],
    }
    links = re.findall(r'ozg-hits__hit">\s*<a class="kern-link" href="([^"]*)"', text_of(client, "ELBE"))
    assert {each: client.get(each).status_code for each in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("typed", ["29", "29.", "29. sprechstunde", "sprechstunde 29"])
def test_a_number_finds_the_consultation_hour_of_that_number_first(
    editor: FlaskClient, session: Session, typed: str
) -> None:
    hours = factories.series(session)
    group = factories.series(session, kind=SeriesKind.WORKING_GROUP, title="AG 1", singular="Sprechstunde der AG")
    later = when(starts_on=factories.consultation_hour().starts_on.replace(year=2024))
    factories.event(session, series=group, number=29, topic="", at=later)
    factories.event(session, series=hours, number=28, topic="Paragraph 29. und mehr", at=later)
    factories.event(session, series=hours, number=29, topic="Die gesuchte")
    session.commit()
    [titles] = [found for name, found in groups(editor, typed).items() if name.startswith("Termine")]
    assert titles == [
        "29. OZG-Sprechstunde: Die gesuchte",
        "29. Sprechstunde der AG",
        "28. OZG-Sprechstunde: Paragraph 29. und mehr",
    ]


def test_a_day_finds_what_takes_place_on_it(editor: FlaskClient, session: Session) -> None:
    factories.event(session, topic="Am gesuchten Tag")
    session.commit()
    assert groups(editor, "22.02.2023") == {"Termine (1)": ["OZG-Sprechstunde: Am gesuchten Tag"]}
    assert groups(editor, "31.02.2023") == {}


def test_the_exact_name_comes_before_its_part(editor: FlaskClient, session: Session) -> None:
    for name in ("Große Bauakte", "Bauakte kompakt", "Bauakte"):
        factories.event(session, topic=name)
    session.commit()
    titles = [each.partition(": ")[2] for each in groups(editor, "bauakte")["Termine (3)"]]
    assert titles == ["Bauakte", "Bauakte kompakt", "Große Bauakte"]


@pytest.mark.parametrize("typed", ["PRÄSENTATION Übung", "übung präsentation", "sent ÜB", "Präsentation  ÜBUNG "])
def test_words_are_found_in_any_order_and_case(editor: FlaskClient, session: Session, typed: str) -> None:
    factories.event(session, topic="ÜBUNG zur Präsentation")
    factories.event(session, topic="Präsentation allein")
    session.commit()
    assert groups(editor, typed) == {"Termine (1)": ["OZG-Sprechstunde: ÜBUNG zur Präsentation"]}


@pytest.mark.parametrize("typed", ["%%", "__", "a_b", "100%", "\\\\", "/%"])
def test_wildcards_are_taken_as_they_are(editor: FlaskClient, session: Session, typed: str) -> None:
    factories.event(session, topic="axb hundert 1000")
    session.commit()
    assert groups(editor, typed) == {}
    factories.event(session, topic=f"mit {typed} darin")
    session.commit()
    assert groups(editor, typed) == {"Termine (1)": [f"OZG-Sprechstunde: mit {typed} darin"]}


@pytest.mark.parametrize("typed", ["", " ", "a", "a b", "ä"])
def test_too_little_gets_a_sentence(editor: FlaskClient, session: Session, typed: str) -> None:
    factories.event(session, topic="a b ä")
    session.commit()
    assert groups(editor, typed) == {}
    assert "Geben Sie oben mindestens zwei Buchstaben" in text_of(editor, typed)


def test_nothing_found_gets_another_sentence(editor: FlaskClient) -> None:
    assert "Dazu ist nichts zu finden" in text_of(editor, "<script>alert(1)</script>")
    assert "<script>alert" not in editor.get(ADDRESS, query_string={"q": "<script>alert(1)"}).get_data(as_text=True)
    assert editor.get(ADDRESS, query_string={"q": "xx", "nur": "quatsch"}).status_code == 200


def test_a_few_are_shown_and_the_rest_on_request(editor: FlaskClient, session: Session) -> None:
    series = factories.series(session)
    for number in range(1, 8):
        factories.event(session, series=series, number=number, topic="Reihentreffen")
    session.commit()
    assert len(groups(editor, "reihentreffen")["Termine (7)"]) == 5
    assert "Alle 7 zeigen: Termine" in text_of(editor, "reihentreffen")
    assert len(groups(editor, "reihentreffen", "termine")["Termine (7)"]) == 7
    assert "Alle 7 zeigen" not in text_of(editor, "reihentreffen", "termine")


def test_a_lead_finds_only_what_belongs_to_own_groups(app: Flask, session: Session) -> None:
    own, other = (
        factories.series(
            session, title=f"AG {number} Suchwort", visibility=Visibility.SERIES, kind=SeriesKind.WORKING_GROUP
        )
        for number in (1, 2)
    )
    for series in (own, other):
        event = factories.event(session, series=series, topic="Suchwort", visibility=Visibility.SERIES)
        factories.document(event, title=f"Folien Suchwort {series.title}", visibility=Visibility.SERIES)
        factories.registration(session, factories.offer(session, event=event), family_name=f"Suchwort {series.id}")
        member = members.person(session, given_name=f"In {series.title[:4]}", family_name="Suchwort")
        members.membership(session, series, member, MembershipRole.MEMBER)
        members.account(session, member)
    session.add(Organisation(name="Suchwort", sector=Sector.STATE))
    former = members.person(session, given_name="Früher", family_name="Suchwort")
    yesterday = factories.consultation_hour().starts_on
    members.membership(session, own, former, MembershipRole.MEMBER, ends_on=yesterday)
    lead, moderator = (members.person(session) for _ in range(2))
    members.membership(session, own, lead, MembershipRole.LEAD)
    members.membership(session, own, moderator, MembershipRole.MODERATOR)
    client = members.signed_in(app, session, members.account(session, lead))
    assert f'href="/verwaltung/reihen/{own.id}/mitglieder"' in text_of(client, "suchwort")
    found = groups(client, "suchwort")
    assert found == {
        "Termine (1)": ["OZG-Sprechstunde: Suchwort"],
        "Reihen (1)": ["AG 1 Suchwort"],
        "Unterlagen (1)": ["Folien Suchwort AG 1 Suchwort"],
        "Personen (1)": ["In AG 1 Suchwort"],
        "Anmeldungen (1)": [f"Erika Suchwort {own.id}"],
    }
    del found["Personen (1)"]
    assert groups(members.signed_in(app, session, members.account(session, moderator)), "suchwort") == found


def test_an_editor_finds_no_accounts_and_a_member_cannot_search(
    app: Flask, editor: FlaskClient, session: Session
) -> None:
    who = members.person(session, family_name="Suchwort")
    members.membership(session, factories.series(session), who, MembershipRole.MEMBER)
    member = members.signed_in(app, session, members.account(session, who))
    assert groups(editor, "suchwort") == {"Personen (1)": ["Bernd Suchwort"]}
    assert groups(editor, "suchwort", "konten") == {}
    assert member.get(ADDRESS, query_string={"q": "suchwort"}).status_code == 403


def test_a_look_at_participants_is_written_down_without_whom_one_looked_for(
    editor: FlaskClient, session: Session
) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, given_name="Zoë", family_name="Öztürk", email="zoe@example.org")
    factories.event(session, topic="Nur ein Termin")
    session.commit()

    def looked() -> list[tuple[int | None, str, str]]:
        session.rollback()
        found = select(AuditEntry).where(AuditEntry.act == AuditAct.VIEWED)
        return [(each.event_id, each.author, each.note) for each in session.scalars(found)]

    text_of(editor, "nur ein termin")
    assert looked() == []
    assert groups(editor, "ÖZTÜRK zoë") == {"Anmeldungen (1)": ["Zoë Öztürk"]}
    assert groups(editor, "zoe@example.org") == {"Anmeldungen (1)": ["Zoë Öztürk"]}
    assert looked() == [(offer.event_id, "Erika Muster", "Anmeldungen in der Suche angesehen")] * 2


def test_more_hits_ask_no_more_questions(editor: FlaskClient, session: Session) -> None:
    def add() -> None:
        event = factories.event(session, topic="Suchwort")
        factories.document(event, title="Suchwort")
        factories.registration(session, factories.offer(session, event=event), family_name="Suchwort")
        members.person(session, family_name="Suchwort")
        session.commit()

    text_of(editor, "suchwort")
    add()
    with_one = asked(editor)
    add()
    add()
    assert asked(editor) == with_one


def asked(client: FlaskClient) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):  # what is written down is a row for each event
            statements.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    text_of(client, "suchwort")
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    return len(statements)


def test_an_event_is_found_by_its_programme_and_who_speaks_there(app: Flask, session: Session) -> None:
    event = factories.event(session, topic="Fachkongress")
    programme = factories.programme(event)
    factories.programme_item(programme, title="Registermodernisierung", speakers="Dr. Anna Beispiel")
    factories.event(session, topic="Ohne Programm")
    client = members.signed_in(app, session, members.account(session, role=AccountRole.EDITOR))
    for typed in ("registermodern", "beispiel fachkongress"):
        assert groups(client, typed) == {"Termine (1)": ["OZG-Sprechstunde: Fachkongress"]}
