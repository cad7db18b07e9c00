"""Calendars as programs fetch them: every header goes back exactly as it came."""

import ast
import gzip
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.files.receiving import receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.models import (
    Document,
    Event,
    EventStatus,
    RenderedEvent,
    Room,
    Series,
    SeriesKind,
    TopicKind,
    Venue,
)
from ozgtermine.operations import scheduling
from ozgtermine.operations.editing_series import SeriesDetails, edit_series
from ozgtermine.operations.publishing_documents import upload
from ozgtermine.rules.permissions import ANONYMOUS, Visibility
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, when
from tests import factories, samples
from tests.ical.lint import complaints
from tests.living import TOP

ADDRESS = "/kalender/alle.ics"
LOOK = "SELECT revision FROM public_revision"
SOON = clock.today() + timedelta(days=20)


def coming(session: Session, **values: Any) -> Event:
    at = values.pop("at", None) or when(starts_on=SOON)
    return factories.event(session, **({"at": at, "published_at": clock.now() - timedelta(days=1)} | values))


def summaries(content: bytes) -> list[str]:
    assert complaints(content) == []
    return [str(each["SUMMARY"]) for each in icalendar.Calendar.from_ical(content).walk("VEVENT")]


@pytest.fixture
def hour(session: Session) -> Event:
    series = factories.series(session, slug="ozg-sprechstunde")
    made = coming(session, slug="sprechstunde", topic="Thema", series=series)
    session.commit()
    return made


@pytest.mark.parametrize(
    "address",
    [ADDRESS, "/kalender/sprechstunden.ics", "/kalender/ozg-sprechstunde.ics", "/termine/sprechstunde.ics"],
)
@pytest.mark.usefixtures("hour")
def test_a_calendar_comes_with_all_that_programs_ask_for(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    headers = answer.headers
    assert (answer.status_code, summaries(answer.data)) == (200, ["OZG-Sprechstunde: Thema"])
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == f"inline; filename={address.rpartition('/')[2]}"
    assert headers["Content-Length"] == str(len(answer.data))
    assert headers["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Encoding" in headers["Vary"]
    assert re.fullmatch('"[0-9a-f]{32}"', headers["ETag"])
    assert "Set-Cookie" not in headers


def test_calendars_speak_english_under_addresses_of_their_own(
    client: FlaskClient, session: Session, hour: Event
) -> None:
    off = {"status": EventStatus.CANCELLED, "cancelled_at": clock.now()}
    coming(session, topic="Abgesagt", series=hour.series, **off)
    coming(session, topic="Kindergeld", topic_kind=TopicKind.SERVICE, series=hour.series, at=when(
        starts_on=SOON + timedelta(days=1)))  # fmt: skip
    session.commit()
    german = client.get("/kalender/sprechstunden.ics").data
    answer = client.get("/en/kalender/sprechstunden.ics")
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert sorted(summaries(answer.data)) == [
        "Cancelled: OZG-Sprechstunde: Abgesagt",
        "OZG-Sprechstunde: OZG service “Kindergeld”",
        "OZG-Sprechstunde: Thema",
    ]
    assert (calendar["NAME"], calendar["SOURCE"]) == (
        "OZG-Termine: Consultation hours", "http://termine.example/en/kalender/sprechstunden.ics"
    )  # fmt: skip
    [_off, service, _topic] = sorted(calendar.walk("VEVENT"), key=lambda each: str(each["SUMMARY"]))
    assert (service["LOCATION"], "All details: http" in service["DESCRIPTION"]) == ("Video conference", True)
    assert client.get("/kalender/sprechstunden.ics").data == german
    assert client.get("/en/termine/sprechstunde.ics").status_code == 200
    assert client.get("/fr/kalender/alle.ics").status_code == 404
    hide(hour.id)
    assert b"SUMMARY:Event cancelled" in client.get("/en/kalender/sprechstunden.ics").data


@pytest.mark.usefixtures("hour")
@pytest.mark.parametrize("wrap", ["{}", "W/{}", '"x", {}', '{}, W/"y"', "*"])
def test_who_has_the_bytes_gets_304_however_the_tag_is_sent(client: FlaskClient, wrap: str) -> None:
    etag = client.get(ADDRESS).headers["ETag"]
    answer = client.get(ADDRESS, headers={"If-None-Match": wrap.format(etag)})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
    assert answer.headers["Cache-Control"] == "public, max-age=300, must-revalidate"


@pytest.mark.usefixtures("hour")
def test_another_tag_gets_the_calendar_and_wins_over_the_date(client: FlaskClient) -> None:
    since = client.get(ADDRESS).headers["Last-Modified"]
    assert client.get(ADDRESS, headers={"If-Modified-Since": since}).status_code == 304
    both = {"If-Modified-Since": since, "If-None-Match": '"other"'}
    assert client.get(ADDRESS, headers=both).status_code == 200


@pytest.mark.usefixtures("hour")
def test_packed_calendars_have_their_own_tag_and_both_are_taken_back(client: FlaskClient) -> None:
    plain = client.get(ADDRESS)
    packed = client.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for known in (plain.headers["ETag"], packed.headers["ETag"]):
        for coding in ({}, {"Accept-Encoding": "gzip"}):
            assert client.get(ADDRESS, headers={"If-None-Match": known, **coding}).status_code == 304


@pytest.mark.usefixtures("hour")
def test_head_is_like_get_and_writing_is_not_allowed(client: FlaskClient) -> None:
    get, head = client.get(ADDRESS), client.head(ADDRESS)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(get.data)))
    assert head.headers["ETag"] == get.headers["ETag"]
    for method in ("PUT", "POST", "DELETE", "PROPFIND"):
        answer = client.open(ADDRESS, method=method)
        assert (answer.status_code, answer.mimetype) == (405, "text/plain")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.usefixtures("hour")
@pytest.mark.parametrize("address", [ADDRESS, "/kalender/ozg-sprechstunde.ics", "/termine/sprechstunde.ics"])
def test_head_says_all_that_get_says(client: FlaskClient, address: str) -> None:
    for coding in ({}, {"Accept-Encoding": "gzip"}):
        get, head = client.get(address, headers=coding), client.head(address, headers=coding)
        assert {**head.headers, "Date": ""} == {**get.headers, "Date": ""}
        assert {"ETag", "Last-Modified", "Content-Length", "Content-Disposition"} <= set(head.headers.keys())


@pytest.mark.parametrize("change", ["series", "venue", "room", "document", "withdrawn"])
def test_the_date_follows_what_entries_borrow(
    client: FlaskClient, session: Session, hour: Event, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    venue = Venue(name="Halle", rooms=[Room(name="A")])
    hour.venue, hour.room, hour.mode = venue, venue.rooms[0], Mode.ON_SITE
    document = factories.document(hour)
    session.commit()
    before = client.get(ADDRESS)
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with transaction() as writing:
        match change:
            case "series":
                writing.get_one(Series, hour.series_id).singular = "Sprechstunde"
            case "venue":
                writing.get_one(Venue, venue.id).street = "Neue Straße 1"
            case "room":
                writing.get_one(Room, venue.rooms[0].id).name = "B"
            case "document":
                writing.get_one(Document, document.id).title = "Folien"
            case _:
                writing.get_one(Document, document.id).published_at = None
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(minutes=1))
    answer = client.get(ADDRESS, headers={"If-Modified-Since": before.headers["Last-Modified"]})
    assert (answer.status_code, answer.data != before.data) == (200, True)
    assert answer.headers["Last-Modified"] == http_date(later)
    [entry] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert entry["LAST-MODIFIED"].dt == later.replace(microsecond=0)
    assert entry["SEQUENCE"] == 0


def test_another_usual_duration_is_another_time(client: FlaskClient, session: Session) -> None:
    made = coming(session, at=when(starts_on=SOON, start_time=time(10)))
    fixed = coming(session, at=when(starts_on=SOON, start_time=time(10), end_time=time(11)), series=made.series)
    session.commit()
    with transaction() as writing:
        writing.get_one(Series, made.series_id).default_duration_minutes = 90
    found = {each["UID"]: each for each in icalendar.Calendar.from_ical(client.get(ADDRESS).data).walk("VEVENT")}
    assert (found[made.uid]["SEQUENCE"], found[fixed.uid]["SEQUENCE"]) == (1, 0)
    assert found[made.uid]["DTEND"].dt - found[made.uid]["DTSTART"].dt == timedelta(minutes=90)


def test_no_date_is_given_for_the_present_second(
    client: FlaskClient, hour: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within it the calendar could change again, and the date would prove the older bytes current."""
    now = clock.now().replace(microsecond=100_000) + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    with transaction() as session:
        session.get_one(Series, hour.series_id).title = "Neu"
    assert "Last-Modified" not in client.get(ADDRESS).headers


def test_a_series_that_is_shown_again_outranks_its_leaving(client: FlaskClient, hour: Event) -> None:
    client.get(ADDRESS)
    with transaction() as session:
        session.get_one(Series, hour.series_id).visibility = Visibility.EDITORS
    [gone] = left(client.get(ADDRESS).data)
    with transaction() as session:
        session.get_one(Series, hour.series_id).visibility = Visibility.PUBLIC
    [back] = icalendar.Calendar.from_ical(client.get(ADDRESS).data).walk("VEVENT")
    assert (back["UID"], back["SUMMARY"]) == (gone["UID"], "OZG-Sprechstunde: Thema")
    assert back["SEQUENCE"] > gone["SEQUENCE"]


def test_addresses_are_for_life_whatever_is_renamed_or_moved(client: FlaskClient, hour: Event) -> None:
    """No address ever changes, so that nothing has to be redirected."""
    addresses = (
        "/kalender/ozg-sprechstunde.ics", "/reihen/ozg-sprechstunde", "/termine/sprechstunde.ics",
        "/termine/sprechstunde",
    )  # fmt: skip
    with transaction() as session:
        series = session.get_one(Series, hour.series_id)
        values = {name: getattr(series, name) for name in SeriesDetails.__annotations__}
        details = SeriesDetails(**(values | {"title": "Ganz anderer Name", "singular": "Stunde"}))
        edit_series(series, details, seen_version=series.version)
        there = when(starts_on=SOON + timedelta(days=7))
        scheduling.move(session.get_one(Event, hour.id), there, reason="", now=clock.now())
    assert [client.get(each).status_code for each in addresses] == [200] * 4
    assert "Ganz anderer Name" in client.get("/kalender/ozg-sprechstunde.ics").text
    assert client.get("/kalender/ganz-anderer-name.ics").status_code == 404


def test_no_code_gives_a_row_another_address() -> None:
    modules = [path for path in (TOP / "ozgtermine").rglob("*.py") if "migrations" not in path.parts]
    nodes = [node for path in modules for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    assert [node for node in nodes if isinstance(node, ast.Attribute) and node.attr == "slug"]
    assert [
        ast.unparse(node) for node in nodes
        if isinstance(node, ast.Attribute) and node.attr == "slug" and isinstance(node.ctx, ast.Store)
    ] == []  # fmt: skip
    assert "slug" not in (*SeriesDetails.__annotations__, *scheduling.EventDetails.__annotations__)


@pytest.fixture
def asked(app: Flask) -> Callable[[Callable[[], object]], list[str]]:
    """Return the statements that something sends to the database."""

    def asked(do: Callable[[], object]) -> list[str]:
        statements: list[str] = []
        note = lambda _c, _cursor, statement, *_: statements.append(statement)  # noqa: E731 - lives as long as needed
        sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
        do()
        sqlalchemy.event.remove(Engine, "before_cursor_execute", note)
        return [each for each in statements if not each.startswith(("BEGIN", "PRAGMA")) and LOOK not in each]

    return asked


@pytest.mark.usefixtures("hour")
def test_a_304_costs_no_more_than_a_look_at_the_revision(client: FlaskClient, asked: Callable[..., list[str]]) -> None:
    etag = client.get(ADDRESS).headers["ETag"]
    assert asked(lambda: client.get(ADDRESS, headers={"If-None-Match": etag})) == []


def test_three_events_ask_the_database_as_often_as_one(
    client: FlaskClient, session: Session, asked: Callable[..., list[str]]
) -> None:
    def questions(number: int) -> int:
        for _ in range(number):
            coming(session)
        session.commit()
        client.get(ADDRESS)  # keeps the new entries
        with transaction() as again:
            again.scalars(sqlalchemy.select(Event).limit(1)).one().topic += "x"
        return len(asked(lambda: client.get(ADDRESS)))

    assert questions(1) == questions(2)


def test_a_change_is_in_the_next_answer(client: FlaskClient, hour: Event) -> None:
    etag = client.get(ADDRESS).headers["ETag"]
    with transaction() as session:
        session.get_one(Event, hour.id).topic = "Neues"
    answer = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (answer.status_code, summaries(answer.data)) == (200, ["OZG-Sprechstunde: Neues"])


def test_what_is_hidden_is_in_no_calendar(client: FlaskClient, session: Session) -> None:
    coming(session, topic="Sichtbar")
    coming(session, topic="Geheim", visibility=Visibility.SERIES, slug="geheim-1")
    coming(session, topic="Geheim", published_at=None, slug="geheim-2")
    coming(session, topic="Geheim", published_at=clock.now() + timedelta(hours=1), slug="geheim-3")
    secret = factories.series(session, slug="geheime-reihe", visibility=Visibility.EDITORS)
    coming(session, topic="Geheim", series=secret, slug="geheim-4")
    session.commit()
    assert summaries(client.get(ADDRESS).data) == ["OZG-Sprechstunde: Sichtbar"]
    for address in (*(f"/termine/geheim-{n}.ics" for n in range(1, 5)), "/kalender/geheime-reihe.ics"):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")
        assert b"Geheim" not in answer.data


def test_dates_not_known_to_the_day_old_ones_and_long_cancelled_ones_are_left_out(
    client: FlaskClient, session: Session
) -> None:
    today = clock.today()
    off = {"status": EventStatus.CANCELLED, "cancelled_at": clock.now(), "published_at": clock.now()}
    coming(session, topic="Woche", at=when(starts_on=SOON, precision=Precision.WEEK))
    coming(session, topic="Alt", at=when(starts_on=date(today.year - 2, 12, 31)))
    coming(session, topic="Voriges Jahr", at=when(starts_on=date(today.year - 1, 1, 1)))
    coming(session, topic="Lange abgesagt", at=when(starts_on=today - timedelta(days=91)), **off)
    coming(session, topic="Abgesagt", at=when(starts_on=today - timedelta(days=90)), **off)
    session.commit()
    assert summaries(client.get(ADDRESS).data) == [
        "OZG-Sprechstunde: Voriges Jahr",
        "Entfällt: OZG-Sprechstunde: Abgesagt",
    ]


def test_older_years_are_had_by_naming_them(client: FlaskClient, session: Session) -> None:
    coming(session, topic="2019", at=when(starts_on=date(2019, 12, 31)))
    coming(session, topic="2020", at=when(starts_on=date(2020, 1, 1)))
    coming(session, topic="Bald")
    session.commit()
    answer = client.get(f"{ADDRESS}?jahr=2019")
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert summaries(answer.data) == ["OZG-Sprechstunde: 2019"]
    assert (calendar["NAME"], calendar["SOURCE"]) == (
        "OZG-Termine 2019",
        "http://termine.example/kalender/alle.ics?jahr=2019",
    )
    assert summaries(client.get(ADDRESS).data) == ["OZG-Sprechstunde: Bald"]
    again = client.get(f"{ADDRESS}?jahr=2019", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("year", ["22", "9999", "0000", "20²2", "abcd", "2022 "])
def test_a_year_that_is_none_gets_a_sentence(client: FlaskClient, year: str) -> None:
    answer = client.get(ADDRESS, query_string={"jahr": year})
    assert (answer.status_code, answer.mimetype, answer.text) == (
        400,
        "text/plain",
        "Geben Sie bei „jahr“ eine Jahreszahl an, zum Beispiel 2022.\n",
    )


def test_the_calendar_of_a_kind_has_only_that_kind(client: FlaskClient, session: Session) -> None:
    congress = factories.series(session, kind=SeriesKind.CONGRESS, singular="Kongress")
    coming(session, topic="A")
    coming(session, topic="B", series=congress)
    session.commit()
    assert summaries(client.get("/kalender/kongresse.ics").data) == ["Kongress: B"]
    assert summaries(client.get("/kalender/plenarsitzungen.ics").data) == []


def test_what_was_handed_out_once_is_gone_when_hidden(client: FlaskClient, hour: Event) -> None:
    assert client.get("/termine/sprechstunde.ics").status_code == 200
    with transaction() as session:
        session.get_one(Event, hour.id).visibility = Visibility.EDITORS
    answer = client.get("/termine/sprechstunde.ics")
    assert (answer.status_code, answer.mimetype) == (410, "text/plain")
    assert summaries(client.get(ADDRESS).data) == []


def left(content: bytes) -> list[icalendar.Event]:
    assert complaints(content) == []
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return [each for each in found if each["SUMMARY"] == "Termin entfällt"]


def hide(event_id: int) -> None:
    with transaction() as session:
        scheduling.hide(session.get_one(Event, event_id), now=clock.now())


def week_only(event: Event) -> None:
    event.set_when(when(starts_on=SOON, precision=Precision.WEEK))


def as_a_draft(event: Event) -> None:
    scheduling.hide(event, now=clock.now())


def only_for_editors(event: Event) -> None:
    scheduling.show_to(event, Visibility.EDITORS, now=clock.now())


def with_hidden_series(event: Event) -> None:
    event.series.visibility = Visibility.EDITORS


CAUSES = (as_a_draft, only_for_editors, week_only, with_hidden_series)


@pytest.mark.parametrize("cause", CAUSES)
def test_what_leaves_a_feed_is_said_to_be_off_and_nothing_else(
    client: FlaskClient, hour: Event, cause: Callable[[Event], None]
) -> None:
    [before] = icalendar.Calendar.from_ical(client.get(ADDRESS).data).walk("VEVENT")
    with transaction() as session:
        cause(session.get_one(Event, hour.id))
    answer = client.get(ADDRESS)
    [gone] = left(answer.data)
    assert sorted(gone) == sorted([
        "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP"
    ])  # fmt: skip
    assert (gone["UID"], gone["DTSTART"].dt, gone["STATUS"]) == (before["UID"], before["DTSTART"].dt, "CANCELLED")
    assert gone["SEQUENCE"] > before["SEQUENCE"]
    assert b"Thema" not in answer.data
    assert client.get("/kalender/sprechstunden.ics").data.count(b"BEGIN:VEVENT") == 0  # it never had it


def test_what_comes_back_outranks_its_leaving(client: FlaskClient, hour: Event) -> None:
    client.get(ADDRESS)
    hide(hour.id)
    [gone] = left(client.get(ADDRESS).data)
    with transaction() as session:
        scheduling.publish(session, session.get_one(Event, hour.id), publish_at=clock.now(), now=clock.now())
    [back] = icalendar.Calendar.from_ical(client.get(ADDRESS).data).walk("VEVENT")
    assert (back["UID"], back["SUMMARY"]) == (gone["UID"], "OZG-Sprechstunde: Thema")
    assert back["SEQUENCE"] > gone["SEQUENCE"]


def test_another_series_has_it_and_the_former_one_says_so(client: FlaskClient, session: Session, hour: Event) -> None:
    factories.series(session, slug="andere")
    session.commit()
    for address in (ADDRESS, "/kalender/ozg-sprechstunde.ics", "/kalender/andere.ics"):
        client.get(address)
    with transaction() as writing:
        other = writing.scalars(sqlalchemy.select(Series).where(Series.slug == "andere")).one()
        writing.get_one(Event, hour.id).series = other
    assert len(left(client.get("/kalender/ozg-sprechstunde.ics").data)) == 1
    assert left(client.get(ADDRESS).data) == []
    assert summaries(client.get("/kalender/andere.ics").data) == ["OZG-Sprechstunde: Thema"]


def test_a_deleted_event_leaves_too(client: FlaskClient, hour: Event) -> None:
    client.get(ADDRESS)
    with transaction() as session:
        session.delete(session.get_one(Event, hour.id))
    assert len(left(client.get(ADDRESS).data)) == 1


def test_what_grows_too_old_leaves_without_a_word(
    client: FlaskClient, session: Session, hour: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = {"status": EventStatus.CANCELLED, "cancelled_at": clock.now(), "published_at": clock.now()}
    coming(session, topic="Abgesagt", **off)
    session.commit()
    assert len(summaries(client.get(ADDRESS).data)) == 2
    later = clock.now() + timedelta(days=20 + 91)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert summaries(client.get(ADDRESS).data) == ["OZG-Sprechstunde: Thema"]
    in_two_years = clock.now() + timedelta(days=800)
    monkeypatch.setattr(clock, "now", lambda: in_two_years)
    assert summaries(client.get(ADDRESS).data) == []


def test_a_departure_is_said_for_ninety_days_in_the_same_bytes(
    client: FlaskClient, app: Flask, hour: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(ADDRESS)
    hide(hour.id)
    first, hidden_at = client.get(ADDRESS), clock.now()
    app.extensions["ozgtermine.front"].forget()
    monkeypatch.setattr(clock, "now", lambda: hidden_at + timedelta(days=90))
    again = client.get(ADDRESS)
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert len(left(again.data)) == 1
    monkeypatch.setattr(clock, "now", lambda: hidden_at + timedelta(days=91))
    assert left(client.get(ADDRESS).data) == []


def test_a_feed_whose_series_is_hidden_is_gone(client: FlaskClient, hour: Event) -> None:
    client.get("/kalender/ozg-sprechstunde.ics")
    with transaction() as session:
        with_hidden_series(session.get_one(Event, hour.id))
    assert client.get("/kalender/ozg-sprechstunde.ics").status_code == 410


def test_a_scheduled_event_appears_by_itself(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2023, 2, 6, 9, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    factories.event(session, published_at=now + timedelta(minutes=5), topic="Später")
    session.commit()
    etag = client.get(ADDRESS).headers["ETag"]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=4))
    assert client.get(ADDRESS, headers={"If-None-Match": etag}).status_code == 304
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=5))
    answer = client.get(ADDRESS, headers={"If-None-Match": etag})
    assert (answer.status_code, summaries(answer.data)) == (200, ["OZG-Sprechstunde: Später"])


def test_kept_bytes_are_used_until_they_do_not_fit(client: FlaskClient, app: Flask, hour: Event) -> None:
    before = client.get(ADDRESS).data
    app.extensions["ozgtermine.front"].forget()
    with transaction() as session:
        kept = session.scalars(sqlalchemy.select(RenderedEvent)).one()
        kept.content = kept.content.replace(b"Thema", b"Kept!")
    assert b"Kept!" in client.get(ADDRESS).data
    app.extensions["ozgtermine.front"].forget()
    with transaction() as session:
        session.scalars(sqlalchemy.select(RenderedEvent)).one().fingerprint = "old writer"
    assert client.get(ADDRESS).data == before


def test_published_public_documents_are_attached(
    client: FlaskClient, session: Session, settings: Settings, hour: Event
) -> None:
    store, now = DocumentStore(settings.documents_folder), clock.now()
    for title, at, visibility in (
        ("Folien", now, Visibility.PUBLIC),
        ("Entwurf", None, Visibility.PUBLIC),
        ("Intern", now, Visibility.SERIES),
    ):
        file = receive(store, io.BytesIO(samples.slides(title)), file_name=f"{title}.pdf", limit_bytes=1_000_000)
        upload(session, hour, file, title=title, publish_at=at, visibility=visibility, now=now, actor=ANONYMOUS)
    session.commit()
    content = client.get(ADDRESS).data
    [entry] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert complaints(content) == []
    assert (str(entry["ATTACH"]), entry["ATTACH"].params["FMTTYPE"]) == (
        "http://termine.example/unterlagen/1/folien",
        "application/pdf",
    )
    assert b"Entwurf" not in content
    assert b"Intern" not in content


@pytest.fixture
def lose_the_database() -> Iterator[Callable[[], None]]:
    """Have every statement fail from the call on as it does when the server is gone."""

    def fail(*_: object) -> None:
        raise OperationalError("SELECT", None, ConnectionError("server closed the connection"))

    yield lambda: sqlalchemy.event.listen(Engine, "before_cursor_execute", fail)
    if sqlalchemy.event.contains(Engine, "before_cursor_execute", fail):
        sqlalchemy.event.remove(Engine, "before_cursor_execute", fail)


@pytest.mark.usefixtures("hour")
def test_without_the_database_the_last_good_calendar_is_sent_and_else_503(
    client: FlaskClient, lose_the_database: Callable[[], None]
) -> None:
    good = client.get(ADDRESS)
    lose_the_database()
    later = client.get(ADDRESS)
    assert (later.status_code, later.data) == (200, good.data)
    answer = client.get("/kalender/kongresse.ics")
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/plain", "120")


@pytest.mark.usefixtures("hour")
def test_the_help_page_names_every_calendar_and_program(client: FlaskClient) -> None:
    text = client.get("/kalender").text
    for name in ("alle", "sprechstunden", "ozg-sprechstunde"):
        assert f'value="http://termine.example/kalender/{name}.ics" readonly' in text
        assert f'href="webcal://termine.example/kalender/{name}.ics"' in text
    headings = re.findall("<h3>(.*?)</h3>", text)
    assert headings == ["Outlook", "Google", "Apple", "Thunderbird", "Nextcloud"]
