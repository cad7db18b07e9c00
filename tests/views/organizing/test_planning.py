"""Planning through HTTP: publish at once, copy, several at once, take back, preview, wrap up."""

import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.models import AuditAct, AuditEntry, Document, Event, EventStatus, OfferQuestion, QuestionKind
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Promotion
from ozgtermine.rules.schedule import when
from tests import factories
from tests.samples import slides
from tests.views.organizing.test_workspace import OURS, TYPED, version_of


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return unescape(answer.get_data(as_text=True))


def fresh(session: Session, event: Event) -> Event:
    session.rollback()
    session.expire_all()
    return session.get_one(Event, event.id)


def test_a_new_event_is_published_by_one_button(editor: FlaskClient, app: Flask, session: Session) -> None:
    series = factories.series(session)
    session.commit()
    answer = editor.post(
        f"/verwaltung/termine/neu?reihe={series.id}", data={**TYPED, "publish": "y"}, headers=OURS
    )
    assert answer.status_code == 303
    event = session.query(Event).one()
    assert event.published_at is not None
    assert app.test_client().get(f"/termine/{event.slug}").status_code == 200


def test_a_refused_publication_leaves_no_draft_behind(editor: FlaskClient, session: Session) -> None:
    taken = factories.event(session, number=7)
    session.commit()
    answer = editor.post(
        f"/verwaltung/termine/neu?reihe={taken.series_id}", data={**TYPED, "number": "7", "publish": "y"}, headers=OURS
    )
    assert answer.status_code == 422
    assert "Die Nummer 7 ist in dieser Reihe schon vergeben." in answer.get_data(as_text=True)
    assert session.query(Event).count() == 1


def test_a_copy_begins_with_all_but_the_day_the_number_and_what_happened(
    editor: FlaskClient, session: Session
) -> None:
    event = factories.event(session, number=28, recap="War gut", number_of_attendees=40, description="Worum es geht")
    session.commit()
    shown = text_of(editor, f"/verwaltung/termine/neu?vorlage={event.id}")
    values = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', shown))
    assert {name: values[name] for name in ("topic", "start_time", "end_time", "starts_on", "number")} == {
        "topic": event.topic, "start_time": "10:00", "end_time": "11:30", "starts_on": "", "number": "",
    }  # fmt: skip
    assert "Worum es geht" in shown
    assert "War gut" not in shown


def test_a_copy_is_registered_for_as_its_model_is_even_after_a_refusal(
    editor: FlaskClient, session: Session
) -> None:
    event = factories.event(session)
    offer = factories.offer(session, event=event, largest_group=4, promotion=Promotion.CLAIM, quotas={"state": 3})
    offer.questions = [OfferQuestion(kind=QuestionKind.ONE_OF, label="Essen?", choices="Suppe\nSalat")]
    session.commit()
    target = re.compile(r'action="(/verwaltung/termine/neu[^"]*)"')
    action = target.search(text_of(editor, f"/verwaltung/termine/neu?vorlage={event.id}"))
    assert action
    typed = {**TYPED, "policy": "open"}
    refused = editor.post(action[1], data={**typed, "starts_on": ""}, headers=OURS)
    again = target.search(unescape(refused.get_data(as_text=True)))
    assert refused.status_code == 422
    assert again
    assert editor.post(again[1], data=typed, headers=OURS).status_code == 303
    session.rollback()
    copy = session.scalars(select(Event).where(Event.id != event.id)).one().offer
    assert copy is not None
    assert (copy.largest_group, copy.promotion, copy.quotas) == (4, Promotion.CLAIM, {"state": 3})
    assert [(each.label, each.options) for each in copy.questions] == [("Essen?", ["Suppe", "Salat"])]
    assert len(fresh(session, event).offer.questions) == 1


@pytest.fixture
def two(session: Session) -> list[Event]:
    series = factories.series(session)
    made = [factories.event(session, series=series, topic=f"Thema {number}") for number in (1, 2)]
    session.commit()
    return made


def several(events: list[Event], change: str, **typed: str) -> dict[str, object]:
    versions = {f"version-{event.id}": str(event.version) for event in events}
    return {"termin": [str(event.id) for event in events], "change": change, "visibility": "public"} | versions | typed


def test_several_are_cancelled_at_once_and_taken_back_at_once(
    editor: FlaskClient, two: list[Event], session: Session
) -> None:
    chosen = "&".join(f"termin={event.id}" for event in two)
    shown = text_of(editor, f"/verwaltung/termine/mehrere?{chosen}")
    assert all(event.title in shown for event in two)
    answer = editor.post(
        "/verwaltung/termine/mehrere", data=several(two, "cancel", reason="Streik"), headers=OURS
    )
    assert answer.status_code == 303
    assert [fresh(session, event).cancellation_reason for event in two] == ["Streik", "Streik"]
    assert "Zurücknehmen können Sie die Änderung bis" in text_of(editor, answer.location)
    back = editor.post(f"{answer.location}/zuruecknehmen", headers=OURS)
    assert back.status_code == 303
    assert [fresh(session, event).status for event in two] == [EventStatus.CONFIRMED] * 2


def test_one_stale_event_stops_the_change_of_all(editor: FlaskClient, two: list[Event], session: Session) -> None:
    sent = several(two, "hide")
    fresh(session, two[1]).topic = "Inzwischen anders"
    session.commit()
    answer = editor.post("/verwaltung/termine/mehrere", data=sent, headers=OURS)
    assert answer.status_code == 422
    assert "„OZG-Sprechstunde: Inzwischen anders“ hat inzwischen jemand geändert." in unescape(
        answer.get_data(as_text=True)
    )
    assert [fresh(session, event).published_at is None for event in two] == [False, False]


@pytest.mark.parametrize(
    ("change", "typed", "field", "expected"),
    [
        ("show_to", {"visibility": "series"}, "visibility", Visibility.SERIES),
        ("set_time", {"start_time": "14:00", "end_time": "15:00"}, "move_reason", ""),
        ("hide", {}, "published_at", None),
    ],
)
def test_several_are_changed_alike(
    editor: FlaskClient,
    two: list[Event],
    session: Session,
    change: str,
    typed: dict[str, str],
    field: str,
    expected: object,
) -> None:
    answer = editor.post("/verwaltung/termine/mehrere", data=several(two, change, **typed), headers=OURS)
    assert answer.status_code == 303
    assert [getattr(fresh(session, event), field) for event in two] == [expected, expected]
    if change == "set_time":
        assert [str(fresh(session, event).start_time) for event in two] == ["14:00:00", "14:00:00"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("cancel", "Geben Sie den Grund der Absage ein"),
        ("set_time", "Geben Sie den Beginn ein"),
        ("", "Wählen Sie aus, was geschehen soll"),
    ],
)
def test_what_is_missing_is_said(editor: FlaskClient, two: list[Event], change: str, sentence: str) -> None:
    answer = editor.post("/verwaltung/termine/mehrere", data=several(two, change), headers=OURS)
    assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (422, True)


def test_nothing_chosen_is_said_in_a_sentence(editor: FlaskClient) -> None:
    assert "Kein Termin ist ausgewählt." in text_of(editor, "/verwaltung/termine/mehrere")


def test_a_move_can_be_taken_back_from_the_page_of_the_event(
    editor: FlaskClient, two: list[Event], session: Session
) -> None:
    event, path = two[0], f"/verwaltung/termine/{two[0].id}"
    typed = {"starts_on": "01.03.2023", "start_time": "10:00", "end_time": "11:30", "precision": "day", "reason": ""}
    moved = editor.post(
        f"{path}/verlegen", data={**typed, "version": version_of(editor, f"{path}/verlegen")}, headers=OURS
    )
    assert moved.status_code == 303
    found = re.search(r'action="(/verwaltung/aenderungen/\w+/zuruecknehmen)"', text_of(editor, path))
    assert found
    assert editor.post(found[1], headers=OURS).status_code == 303
    assert (fresh(session, event).starts_on, event.moved_at) == (date(2023, 2, 22), None)


def test_a_stale_move_comes_back_as_it_was_typed(editor: FlaskClient, two: list[Event], session: Session) -> None:
    path = f"/verwaltung/termine/{two[0].id}/verlegen"
    seen = version_of(editor, path)
    fresh(session, two[0]).topic = "Inzwischen anders"
    session.commit()
    typed = {"starts_on": "01.03.2023", "precision": "day", "reason": "Der Saal ist belegt", "version": seen}
    answer = editor.post(path, data=typed, headers=OURS)
    shown = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, "Der Saal ist belegt" in shown) == (409, True)
    assert "Jemand hat diesen Eintrag inzwischen geändert." in shown
    again = re.search(r'name="version" value="(\d+)"', shown)
    assert again
    assert editor.post(path, data={**typed, "version": again[1]}, headers=OURS).status_code == 303


def test_the_preview_shows_a_draft_as_everybody_would_see_it(
    editor: FlaskClient, app: Flask, session: Session
) -> None:
    draft = factories.event(session, published_at=None)
    factories.document(draft, title="Nur für Mitglieder", visibility=Visibility.SERIES)
    session.commit()
    shown = text_of(editor, f"/verwaltung/termine/{draft.id}/vorschau")
    assert "So sieht die Öffentlichkeit diese Seite" in shown
    assert "Nur für Mitglieder" not in shown
    assert app.test_client().get(f"/termine/{draft.slug}").status_code == 404
    assert "Entwurf: Diese Seite sehen nur Sie" in text_of(editor, f"/termine/{draft.slug}")


def test_a_past_hour_is_closed_by_one_form(editor: FlaskClient, session: Session) -> None:
    yesterday = when(starts_on=clock.today() - timedelta(days=1))
    event = factories.event(session, at=yesterday)
    session.commit()
    path = f"/verwaltung/termine/{event.id}/abschliessen"
    assert path in text_of(editor, f"/verwaltung/termine/{event.id}")
    typed = {
        "title": "Präsentation", "recap": "Es ging um Anmeldung.", "number_of_attendees": "42",
        "attendees_estimated": "y", "version": version_of(editor, path),
    }  # fmt: skip
    refused = editor.post(path, data={**typed, "number_of_attendees": "viele"}, headers=OURS)
    assert (refused.status_code, "Es ging um Anmeldung." in refused.get_data(as_text=True)) == (422, True)
    file = (io.BytesIO(slides("Folie")), "Folien.pdf")
    assert editor.post(path, data={**typed, "file": file}, headers=OURS).status_code == 303
    closed = fresh(session, event)
    assert (closed.recap, closed.number_of_attendees, closed.attendees_estimated) == (
        "Es ging um Anmeldung.", 42, True,
    )  # fmt: skip
    [document] = session.scalars(select(Document))
    assert (document.title, document.published_at is not None) == ("Präsentation", True)


def test_a_refused_file_loses_nothing_that_was_typed(editor: FlaskClient, session: Session) -> None:
    event = factories.event(session)
    session.commit()
    path = f"/verwaltung/termine/{event.id}/abschliessen"
    typed = {"title": "Folien", "recap": "Was war", "version": version_of(editor, path)}
    answer = editor.post(path, data={**typed, "file": (io.BytesIO(b"MZ\0"), "virus.pdf")}, headers=OURS)
    assert (answer.status_code, "Was war" in answer.get_data(as_text=True)) == (422, True)
    assert fresh(session, event).recap == ""


def test_looks_and_exports_of_participants_are_recorded(editor: FlaskClient, session: Session) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, given_name="=HYPERLINK(1)", family_name="Beispiel")
    session.commit()
    path = f"/verwaltung/termine/{offer.event_id}/anmeldungen"
    assert editor.get(path).status_code == 200
    answer = editor.get(f"{path}.csv")
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        200, "text/csv; charset=utf-8", "private, no-store",
    )  # fmt: skip
    assert answer.get_data().decode("utf-8-sig").splitlines()[1].startswith("'=HYPERLINK(1);Beispiel;")
    acts = (AuditAct.VIEWED, AuditAct.EXPORTED)
    noted = session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id))
    assert [(entry.act, entry.author, entry.event_id) for entry in noted] == [
        (act, "Erika Muster", offer.event_id) for act in acts
    ]
