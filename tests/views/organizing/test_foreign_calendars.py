"""The editors' page of a series and the calendars of others: upload, look, take over; follow an address."""

import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.models import Event, ImportedEvent, Mirror, PendingCalendar, Series
from ozgtermine.rules.schedule import when
from tests import factories
from tests.views.organizing.conftest import OURS

SAMPLES = Path(__file__).parents[2] / "ical" / "samples"
ADDRESS = "https://www.bund.example/ozg.ics"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mirror_hosts="www.bund.example")


@pytest.fixture
def series(session: Session) -> Series:
    made = factories.series(session, slug="bund", title="Sprechstunden des Bundes", is_foreign=True)
    session.commit()
    return made


def path(series: Series, rest: str = "") -> str:
    return f"/verwaltung/reihen/{series.id}/kalender{rest}"


def upload(editor: FlaskClient, series: Series, content: bytes, name: str = "termine.ics") -> TestResponse:
    return editor.post(path(series), data={"file": (io.BytesIO(content), name)}, headers=OURS)


def text_of(answer: TestResponse) -> str:
    words = re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))
    return " ".join(html.unescape(words).split())


def test_a_calendar_is_looked_at_first_and_taken_over_once(
    editor: FlaskClient, session: Session, series: Series
) -> None:
    content = (SAMPLES / "nextcloud.ics").read_bytes()
    sent = upload(editor, series, content)
    assert (sent.status_code, sent.location) == (303, path(series, "/ansehen"))
    shown = text_of(editor.get(sent.location))
    assert "Noch ist nichts übernommen." in shown
    assert "Neuer Termin: Montag, 20. März 2023, 14:00 bis 15:00 Uhr" in shown
    assert session.query(Event).count() == 0
    session.rollback()
    assert editor.post(sent.location, data={"new_events": "drafts"}, headers=OURS).status_code == 303
    assert {each.published_at for each in session.query(Event)} == {None}
    assert session.query(PendingCalendar).count() == 0
    number = session.query(Event).count()
    session.rollback()
    again = upload(editor, series, content)
    assert "Es gibt nichts zu übernehmen." in text_of(editor.get(again.location))
    editor.post(again.location, data={"new_events": "drafts"}, headers=OURS)
    assert session.query(Event).count() == number >= 3


def test_what_only_changes_is_taken_over_without_a_question(
    editor: FlaskClient, session: Session, series: Series
) -> None:
    content = (SAMPLES / "google.ics").read_bytes()
    for each in (content, content.replace(b"SUMMARY:Sommerfest", b"SUMMARY:Herbstfest")):
        sent = upload(editor, series, each)
        asked = "new_events" in editor.get(sent.location).get_data(as_text=True)
        assert asked is (each == content)
        editor.post(sent.location, headers=OURS)
    assert "Herbstfest" in {each.topic for each in session.query(Event)}


def test_the_editor_can_publish_at_once(editor: FlaskClient, session: Session, series: Series) -> None:
    sent = upload(editor, series, (SAMPLES / "google.ics").read_bytes())
    editor.post(sent.location, data={"new_events": "published"}, headers=OURS)
    assert None not in {each.published_at for each in session.query(Event)}


def test_what_is_not_taken_is_shown_with_its_line(editor: FlaskClient, series: Series) -> None:
    sent = upload(editor, series, (SAMPLES / "outlook.ics").read_bytes())
    shown = text_of(editor.get(sent.location))
    assert "Zahnarzt Fehler Der Termin ist als privat gekennzeichnet. Wir nehmen ihn nicht auf. 88" in shown


def test_what_repeats_at_another_time_is_shown_as_left_out(editor: FlaskClient, series: Series) -> None:
    content = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Alte Runde\nDTSTART;VALUE=DATE:20100106\n"
        b"RRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    shown = text_of(editor.get(upload(editor, series, content).location))
    assert "Unverändert 0 Ausgelassen 1 Mit Fehler 0" in shown
    assert "Alte Runde ausgelassen Vom" in shown
    assert "Es gibt nichts zu übernehmen." in shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<html>", "Das ist eine Webseite und kein Kalender."), (b"", "Die Datei ist leer."),
     (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "Der Kalender enthält keine Termine.")],
)  # fmt: skip
def test_a_broken_file_is_a_sentence_and_changes_nothing(
    editor: FlaskClient, session: Session, series: Series, content: bytes, sentence: str
) -> None:
    answer = upload(editor, series, content)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert (session.query(PendingCalendar).count(), session.query(Event).count()) == (0, 0)


def test_without_a_file_nothing_is_looked_at(editor: FlaskClient, series: Series) -> None:
    assert editor.post(path(series), headers=OURS).status_code == 422
    assert editor.get(path(series, "/ansehen")).location == path(series)
    assert editor.post(path(series, "/ansehen"), headers=OURS).location == path(series)


def test_a_series_follows_an_allowed_address_and_is_asked_at_once(
    editor: FlaskClient, session: Session, series: Series
) -> None:
    refused = editor.post(path(series, "/folgen"), data={"address": "https://evil.example/a.ics"}, headers=OURS)
    assert refused.status_code == 422
    assert "Von evil.example rufen wir keine Kalender ab." in text_of(refused)
    assert editor.post(path(series, "/folgen"), data={"address": ADDRESS}, headers=OURS).status_code == 303
    mirror = session.query(Mirror).one()
    assert mirror.address == ADDRESS
    assert mirror.next_poll_at <= clock.now()
    mirror.next_poll_at = clock.now() + timedelta(hours=4)
    session.commit()
    assert editor.post(path(series, "/abrufen"), headers=OURS).status_code == 303
    shown = text_of(editor.get(path(series)))
    assert "Nächster Abruf in den nächsten Sekunden" in shown
    assert "Zuletzt gelungen noch nie" in shown


def test_how_it_went_is_said_in_words(editor: FlaskClient, session: Session, series: Series) -> None:
    mirror = followed(session, series, last_error="Das Zertifikat von www.bund.example ist nicht gültig.", failures=1,
                      failed_at=datetime(2023, 2, 6, 10, 15, tzinfo=UTC),
                      unread=[{"line": 7, "name": "Kaputt", "sentence": "Dem Termin fehlt der Beginn."}])  # fmt: skip
    coming = factories.event(session, series=series, topic="Verschwunden",
                             at=factories.when(starts_on=clock.today() + timedelta(days=30)))  # fmt: skip
    session.add(ImportedEvent(event=coming, series_id=series.id, uid="1", source=mirror.host, said={},
                              vanished_at=clock.now()))  # fmt: skip
    session.commit()
    shown = text_of(editor.get(path(series)))
    for words in (
        "Der letzte Abruf ist gescheitert. Das Zertifikat von www.bund.example ist nicht gültig.",
        "Zuletzt gelungen 06.02.2023, 10:15 Uhr", "Zuletzt gescheitert 06.02.2023, 11:15 Uhr",
        "Zeile 7 , „Kaputt“: Dem Termin fehlt der Beginn.", "Verschwunden",
    ):  # fmt: skip
        assert words in shown or words.replace(" ,", ",") in shown
    assert "letzter Abruf gescheitert" in text_of(editor.get(f"/verwaltung/reihen/{series.id}"))


def test_the_public_reads_where_it_comes_from_and_of_when(
    client: FlaskClient, session: Session, series: Series
) -> None:
    mirror = followed(session, series)
    theirs = factories.event(session, series=series, website="https://www.bund.example/8")
    ours = factories.event(session, series=series)
    session.add(ImportedEvent(event=theirs, series_id=series.id, uid="1", source=mirror.host, said={}))
    session.commit()
    line = "Quelle: www.bund.example , Stand: 06.02.2023, 10:15 Uhr"
    assert line in text_of(client.get("/reihen/bund"))
    page = client.get(f"/termine/{theirs.slug}")
    assert line in text_of(page)
    assert 'href="https://www.bund.example/8">www.bund.example</a>' in page.get_data(as_text=True)
    assert "Quelle:" not in text_of(client.get(f"/termine/{ours.slug}"))
    assert "ozg.ics" not in page.get_data(as_text=True)


def followed(session: Session, series: Series, **values: object) -> Mirror:
    made = Mirror(
        series_id=series.id, address=ADDRESS, next_poll_at=clock.now() + timedelta(hours=1),
        succeeded_at=datetime(2023, 2, 6, 9, 15, tzinfo=UTC), **values,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_a_series_of_ours_follows_nobody(editor: FlaskClient, session: Session, series: Series) -> None:
    series.is_foreign = False
    session.commit()
    assert "Einem Kalender folgen" not in text_of(editor.get(path(series)))
    assert editor.post(path(series, "/folgen"), data={"address": ADDRESS}, headers=OURS).status_code == 422
    assert session.query(Mirror).count() == 0


def test_the_overview_says_what_is_wrong_with_a_calendar_and_leads_there(
    editor: FlaskClient, session: Session, series: Series
) -> None:
    event = factories.event(session, series=series, at=when(starts_on=clock.today() + timedelta(days=9)))
    session.add_all([
        Mirror(series=series, address=ADDRESS, failures=3, last_error="Keine Antwort.", next_poll_at=clock.now()),
        ImportedEvent(event=event, series_id=series.id, uid="a", source="www.bund.example", said={},
                      vanished_at=clock.now()),
    ])  # fmt: skip
    session.commit()
    shown = editor.get("/verwaltung/")
    assert "Kalender nicht erreichbar 1 Sprechstunden des Bundes, noch nie gelesen" in text_of(shown)
    assert "Beim Veranstalter verschwunden 1" in text_of(shown)
    assert shown.get_data(as_text=True).count(f'href="{path(series)}"') == 2
    assert "Keine Antwort." in text_of(editor.get(path(series)))
