"""The calendar of a programme as programs fetch it, and the programme on the event's page."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from html import unescape

import icalendar
import pytest
import sqlalchemy
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.models import ItemKind, Programme, ProgrammeState, Room, Venue
from ozgtermine.operations import planning_programmes as planning
from ozgtermine.operations import scheduling
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, when
from tests import factories
from tests.ical.lint import complaints

ADDRESS = "/termine/kongress/programm.ics"


@pytest.fixture
def programme(session: Session) -> Programme:
    at = when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30))
    venue = Venue(name="Händel-Halle")
    congress = factories.event(
        session, slug="kongress", uid="e1", at=at, mode=Mode.ON_SITE, venue=venue, topic="Kongress"
    )
    made = factories.programme(congress, as_of=date(2023, 2, 6))
    factories.programme_item(made, uid="i1", title="Eröffnung", kind=ItemKind.KEYNOTE, speakers="Erika Muster, CIO")
    factories.programme_item(made, uid="i2", title="Abschluss", day=2, start_time=time(12), end_time=None)
    session.commit()
    return made


def entries(content: bytes) -> dict[str, icalendar.Event]:
    assert complaints(content) == []
    return {str(each["UID"]): each for each in icalendar.Calendar.from_ical(content).walk("VEVENT")}


def change(do: Callable[[Session, Programme], object]) -> None:
    with transaction() as session:
        do(session, session.scalars(select(Programme)).one())


@pytest.mark.usefixtures("programme")
def test_a_programme_comes_with_all_that_programs_ask_for(client: FlaskClient) -> None:
    answer = client.get(ADDRESS)
    found, calendar = entries(answer.data), icalendar.Calendar.from_ical(answer.data)
    assert [(each["SUMMARY"], str(each["RELATED-TO"])) for each in found.values()] == [
        ("Eröffnung", "e1"), ("Abschluss", "e1")
    ]  # fmt: skip
    assert (calendar["NAME"], calendar["SOURCE"], calendar["URL"]) == (
        "OZG-Sprechstunde: Programm", f"http://termine.example{ADDRESS}", "http://termine.example/termine/kongress"
    )  # fmt: skip
    assert calendar["DESCRIPTION"] == "OZG-Sprechstunde: Kongress\nVorläufiges Programm, Stand: 06.02.2023"
    headers = answer.headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == "inline; filename=kongress-programm.ics"
    assert headers["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Last-Modified"]
    assert "Set-Cookie" not in headers


@pytest.mark.usefixtures("programme")
def test_who_has_the_bytes_gets_304_and_head_is_like_get(client: FlaskClient) -> None:
    get, head = client.get(ADDRESS), client.head(ADDRESS)
    etag = get.headers["ETag"]
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", etag)
    again = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    change(lambda _session, programme: setattr(programme.items[0], "title", "Neu"))
    changed = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (changed.status_code, entries(changed.data)["i1"]["SUMMARY"]) == (200, "Neu")


@pytest.mark.usefixtures("programme")
def test_a_programme_speaks_english(client: FlaskClient) -> None:
    answer = client.get(f"/en{ADDRESS}")
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert (calendar["NAME"], calendar["SOURCE"]) == (
        "OZG-Sprechstunde: programme", f"http://termine.example/en{ADDRESS}"
    )  # fmt: skip
    assert calendar["DESCRIPTION"].endswith("Provisional programme, as of 06/02/2023")
    assert entries(answer.data)["i1"]["CATEGORIES"].to_ical() == b"Keynote"
    change(lambda session, programme: planning.remove_item(session, programme.items[0], now=clock.now()))
    assert b"SUMMARY:Event cancelled" in client.get(f"/en{ADDRESS}").data


@pytest.mark.usefixtures("programme")
def test_an_item_that_is_taken_out_is_said_to_be_off_and_nothing_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = entries(client.get(ADDRESS).data)["i1"]
    change(lambda session, programme: planning.remove_item(session, programme.items[0], now=clock.now()))
    answer = client.get(ADDRESS)
    gone = entries(answer.data)["i1"]
    assert (gone["SUMMARY"], gone["STATUS"], gone["DTSTART"].dt) == (
        "Termin entfällt", "CANCELLED", before["DTSTART"].dt
    )  # fmt: skip
    assert gone["SEQUENCE"] > before["SEQUENCE"]
    assert b"Er\xc3\xb6ffnung" not in answer.data
    later = clock.now() + timedelta(days=91)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert set(entries(client.get(ADDRESS).data)) == {"i2"}


def to_draft(_session: Session, programme: Programme) -> None:
    planning.announce(programme, state=ProgrammeState.DRAFT, as_of=None, note="", now=clock.now())


def to_provisional(_session: Session, programme: Programme) -> None:
    planning.announce(programme, state=ProgrammeState.PROVISIONAL, as_of=None, note="", now=clock.now())


def to_a_week(_session: Session, programme: Programme) -> None:
    at = when(starts_on=date(2023, 3, 27), precision=Precision.WEEK)
    scheduling.move(programme.event, at, reason="", now=clock.now())


def to_days(_session: Session, programme: Programme) -> None:
    at = when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30))
    scheduling.move(programme.event, at, reason="", now=clock.now())


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize(("leave", "come_back"), [(to_draft, to_provisional), (to_a_week, to_days)])
def test_what_leaves_together_is_off_and_outranks_that_when_it_comes_back(
    client: FlaskClient, leave: Callable[..., None], come_back: Callable[..., None]
) -> None:
    client.get(ADDRESS)
    change(leave)
    gone = entries(client.get(ADDRESS).data)
    assert {str(each["SUMMARY"]) for each in gone.values()} == {"Termin entfällt"}
    change(come_back)
    back = entries(client.get(ADDRESS).data)
    assert [str(each["SUMMARY"]) for each in back.values()] == ["Eröffnung", "Abschluss"]
    assert all(back[uid]["SEQUENCE"] > gone[uid]["SEQUENCE"] for uid in gone)


@pytest.mark.usefixtures("programme")
def test_a_hidden_event_hides_its_programme_and_brings_it_back_outranking(client: FlaskClient) -> None:
    before = entries(client.get(ADDRESS).data)
    change(lambda _session, programme: scheduling.hide(programme.event, now=clock.now()))
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.mimetype) == (410, "text/plain")
    change(lambda session, programme: scheduling.publish(
        session, programme.event, publish_at=clock.now(), now=clock.now()))  # fmt: skip
    back = entries(client.get(ADDRESS).data)
    assert [back[uid]["SEQUENCE"] - before[uid]["SEQUENCE"] for uid in before] == [2, 2]


@pytest.mark.usefixtures("programme")
def test_a_cancelled_event_stays_with_its_programme(client: FlaskClient) -> None:
    client.get(ADDRESS)
    change(lambda _session, programme: scheduling.cancel(programme.event, reason="Streik", now=clock.now()))
    found = entries(client.get(ADDRESS).data)
    assert [(each["SUMMARY"], each["STATUS"], each["SEQUENCE"]) for each in found.values()] == [
        ("Entfällt: Eröffnung", "CANCELLED", 1), ("Entfällt: Abschluss", "CANCELLED", 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "hidden", [{"visibility": Visibility.SERIES}, {"published_at": None}, {"state": ProgrammeState.DRAFT}]
)
def test_what_was_never_public_does_not_exist(
    client: FlaskClient, session: Session, programme: Programme, hidden: dict[str, object]
) -> None:
    for name, value in hidden.items():
        setattr(programme if name == "state" else programme.event, name, value)
    session.commit()
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")


def test_an_event_without_a_programme_has_no_calendar_of_it(client: FlaskClient, session: Session) -> None:
    factories.event(session, slug="ohne")
    session.commit()
    assert client.get("/termine/ohne/programm.ics").status_code == 404
    assert "Programm" not in client.get("/termine/ohne").text


@pytest.mark.usefixtures("programme")
def test_items_bury_no_other_calendar(client: FlaskClient) -> None:
    assert client.get("/kalender/alle.ics?jahr=2023").data.count(b"BEGIN:VEVENT") == 1
    assert client.get("/termine/kongress.ics").data.count(b"BEGIN:VEVENT") == 1


@pytest.mark.usefixtures("programme")
def test_the_page_shows_the_programme_day_by_day(client: FlaskClient) -> None:
    shown = unescape(client.get("/termine/kongress").text)
    assert "Vorläufiges Programm, Stand: 06.02.2023" in shown
    assert re.findall(r'<h3[^>]*><time datetime="([^"]+)">([^<]+)', shown) == [
        ("2023-03-29", "Mittwoch, 29. März 2023"), ("2023-03-30", "Donnerstag, 30. März 2023")
    ]  # fmt: skip
    assert re.findall(r'programme__times"><time datetime="([^"]+)">([^<]+)<', shown) == [
        ("2023-03-29T10:00", "10:00–10:30 Uhr"), ("2023-03-30T12:00", "12:00 Uhr")
    ]  # fmt: skip
    assert re.findall("<h4[^>]*>([^<]+)", shown) == ["Eröffnung", "Abschluss"]
    assert "Keynote" in shown
    assert "Erika Muster" in shown
    assert f'value="http://termine.example{ADDRESS}"' in shown
    assert f'href="webcal://termine.example{ADDRESS}"' in shown


def test_the_page_shows_no_draft_and_the_change_with_the_next_request(
    client: FlaskClient, session: Session, programme: Programme
) -> None:
    programme.state = ProgrammeState.DRAFT
    session.commit()
    assert "Eröffnung" not in client.get("/termine/kongress").text
    change(to_provisional)
    assert "Eröffnung" in client.get("/termine/kongress").text


def test_while_the_days_are_not_known_they_have_numbers(client: FlaskClient, programme: Programme) -> None:
    change(to_a_week)
    shown = client.get("/termine/kongress").text
    assert re.findall(r"<h3[^>]*>([^<]+)", shown) == ["Tag 1", "Tag 2"]
    assert 'datetime="10:00"' in shown
    assert "programm.ics" not in shown


def test_hostile_words_stay_words(client: FlaskClient, session: Session, programme: Programme) -> None:
    mark = "\"'><script>alert(1)</script>"
    item = programme.items[0]
    item.title, item.track, item.room_name, item.description, programme.note = mark, mark, mark, mark, mark
    item.speakers = f"{mark}, {mark}"
    session.commit()
    shown = client.get("/termine/kongress").text
    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;alert(1)") == 7


def test_a_long_programme_asks_the_database_as_often_as_a_short_one(
    client: FlaskClient, session: Session, programme: Programme
) -> None:
    def questions() -> int:
        asked: list[str] = []
        note = lambda _c, _cursor, statement, *_: asked.append(statement)  # noqa: E731 - lives as long as needed
        client.get(ADDRESS)
        change(lambda _session, found: setattr(found, "note", found.note + "x"))
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
        client.get(ADDRESS)
        client.get("/termine/kongress")
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)
        return len(asked)

    questions()  # what is written once is written now
    short = questions()
    for number in range(5):
        room = Room(venue=programme.event.venue, name=f"Raum {number}")
        factories.programme_item(programme, title=f"Noch einer {number}", room=room)
    session.commit()
    assert questions() == short
