"""The editors' list of registrations, and what they decide there."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.mail.composing import compose
from ozgtermine.models import (
    AuditAct,
    AuditEntry,
    Event,
    EventNotice,
    OfferQuestion,
    OutgoingMail,
    QuestionKind,
    Registration,
    RegistrationOffer,
)
from ozgtermine.operations import scheduling
from ozgtermine.rules.registering import Mode, Policy, Promotion, State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.factories import NOW
from tests.views.organizing.conftest import OURS


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(app: Flask) -> None:
    clock.shift(NOW - clock.now())


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session, policy=Policy.ON_REQUEST, seats_online=1)
    session.commit()
    return made


def people(session: Session, offer: RegistrationOffer, *names: str, **values: object) -> list[int]:
    state = values.pop("state", State.REQUESTED)
    made = [
        factories.registration(session, offer, given_name=name, family_name="Muster", state=state, **values)
        for name in names
    ]
    session.commit()
    return [each.id for each in made]


def address(offer: RegistrationOffer, tail: str = "") -> str:
    return f"/verwaltung/termine/{offer.event_id}/anmeldungen{tail}"


def post(client: FlaskClient, path: str, **data: object) -> TestResponse:
    return client.post(path, data=data, headers=OURS)


def shown(answer: TestResponse) -> list[str]:
    return re.findall(r'for="anmeldung-\d+">(\w+) Muster<', answer.text)


def states(session: Session) -> dict[str, State]:
    session.rollback()
    session.expire_all()
    return {each.given_name: each.state for each in session.scalars(select(Registration))}


def kinds(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def test_the_list_is_filtered_searched_and_sorted(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    people(session, offer, "Zoe", organisation="Stadt Halle")
    people(session, offer, "Anna", "Ben", state=State.WAITING, organisation="Landkreis Harz")

    assert shown(editor.get(address(offer))) == ["Zoe", "Anna", "Ben"]
    assert shown(editor.get(address(offer, "?sortierung=name"))) == ["Anna", "Ben", "Zoe"]
    assert shown(editor.get(address(offer, "?stand=waiting"))) == ["Anna", "Ben"]
    assert shown(editor.get(address(offer, "?suche=halle"))) == ["Zoe"]
    assert shown(editor.get(address(offer, "?suche=HARZ+ben"))) == ["Ben"]
    assert "Dazu gibt es keine Anmeldung." in editor.get(address(offer, "?suche=%25")).text
    assert shown(editor.get(address(offer, "?stand=mars&sortierung=mars&teilnahme=mars"))) == ["Zoe", "Anna", "Ben"]


def test_many_are_approved_at_once_after_a_look_at_the_mail(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    ids = people(session, offer, "Anna", "Ben")

    chosen = post(editor, address(offer, "/auswahl"), anmeldung=ids, aktion="approve")
    assert states(session) == {"Anna": State.REQUESTED, "Ben": State.REQUESTED}
    decided = post(editor, address(offer, "/entscheiden"), anmeldung=ids, aktion="approve", schritt="entscheiden")
    outcome = editor.get(decided.headers["Location"])

    assert "Ihre Teilnahmeanfrage ist angenommen. Sie sind jetzt angemeldet:" in chosen.text
    assert states(session) == {"Anna": State.CONFIRMED, "Ben": State.WAITING}
    assert "1 angemeldet, 1 auf der Warteliste, weil alle Plätze vergeben sind." in outcome.text
    assert "2 Mails warten bis 10:10 Uhr." in outcome.text


def test_the_reason_is_seen_in_the_mail_before_it_is_decided(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    ids = people(session, offer, "Anna")

    preview = post(
        editor, address(offer, "/entscheiden"), anmeldung=ids, aktion="decline", reason="Nur Kommunen.",
        schritt="vorschau",
    )  # fmt: skip

    assert preview.status_code == 200
    assert "Begründung: Nur Kommunen." in preview.text
    assert states(session) == {"Anna": State.REQUESTED}
    assert kinds(session) == []


def test_a_decision_is_taken_back_from_its_page(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    ids = people(session, offer, "Anna", "Ben")
    decided = post(editor, address(offer, "/entscheiden"), anmeldung=ids, aktion="decline", schritt="entscheiden")

    back = post(editor, f"{decided.headers['Location']}/zuruecknehmen")

    assert (back.status_code, back.headers["Location"]) == (303, address(offer))
    assert states(session) == {"Anna": State.REQUESTED, "Ben": State.REQUESTED}
    assert kinds(session) == []


def test_the_page_of_a_change_is_that_of_its_event_alone(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    other = factories.offer(session)
    ids = people(session, offer, "Anna")
    decided = post(editor, address(offer, "/entscheiden"), anmeldung=ids, aktion="decline", schritt="entscheiden")
    change = decided.headers["Location"].rpartition("/")[2]

    assert editor.get(address(other, f"/aenderung/{change}")).status_code == 404
    assert post(editor, address(other, f"/aenderung/{change}/zuruecknehmen")).status_code == 404


def test_nobody_chosen_is_said_on_the_list(editor: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    people(session, offer, "Anna")
    answer = post(editor, address(offer, "/auswahl"), aktion="approve")

    assert answer.status_code == 303
    assert "Wählen Sie zuerst in der Liste aus, um wen es geht." in editor.get(answer.headers["Location"]).text


def test_a_message_is_previewed_and_then_waits(editor: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    ids = people(session, offer, "Anna", "Ben", state=State.WAITING)
    written = {"anmeldung": ids, "subject": "Anderer Raum", "text": "Bitte kommen Sie\nin Raum 3."}

    empty = post(editor, address(offer, "/nachricht"), anmeldung=ids, subject="", text="")
    preview = post(editor, address(offer, "/nachricht"), **written, schritt="vorschau")
    assert kinds(session) == []
    sent = post(editor, address(offer, "/nachricht"), **written, schritt="senden")

    assert (empty.status_code, "Geben Sie einen Betreff ein" in empty.text) == (422, True)
    assert "in Raum 3." in preview.text
    assert kinds(session) == ["to_participants", "to_participants"]
    assert "2 Mails gehen in zehn Minuten hinaus." in editor.get(sent.headers["Location"]).text


def test_a_message_to_nobody_with_a_confirmed_address_is_said(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    ids = people(session, offer, "Anna", state=State.UNCONFIRMED)
    written = {"anmeldung": ids, "subject": "Anderer Raum", "text": "Raum 3.", "schritt": "senden"}
    sent = post(editor, address(offer, "/nachricht"), **written)

    assert kinds(session) == []
    assert session.scalars(select(AuditEntry).where(AuditEntry.act == AuditAct.WROTE)).all() == []
    assert "Keine Mail geht hinaus" in editor.get(sent.headers["Location"]).text


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("subject", "Raum\u202emuaR", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Betreff“."),
        ("subject", "Ra\0um", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Betreff“."),
        ("subject", "Raum\r\nBcc: alle@x.example", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Betreff“."),
        ("subject", "x" * 10_000, "Kürzen Sie die Angabe „Betreff“ auf höchstens 200 Zeichen."),
        ("text", "Raum\u202emuaR", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Nachricht“."),
        ("text", "Ra\0um", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Nachricht“."),
        ("text", "x" * 10_001, "Kürzen Sie die Angabe „Nachricht“ auf höchstens 10000 Zeichen."),
    ],
    ids=lambda each: each[:20].encode("ascii", "backslashreplace").decode() if isinstance(each, str) else None,
)
def test_what_is_no_text_for_a_message_comes_back_and_nobody_gets_it(
    editor: FlaskClient, session: Session, offer: RegistrationOffer, field: str, text: str, sentence: str
) -> None:
    written = {"anmeldung": people(session, offer, "Anna"), "subject": "Anderer Raum", "text": "Raum 3"} | {field: text}

    answers = [post(editor, address(offer, "/nachricht"), **written, schritt=each) for each in ("vorschau", "senden")]

    assert [(each.status_code, sentence in each.text, text in each.text) for each in answers] == [(422, True, True)] * 2
    assert kinds(session) == []


@pytest.mark.parametrize("subject", ["🎉" * 200, "שלום لكم", 'Raum "3"; <Bcc: x@y.example>'])
def test_a_message_of_any_letters_arrives_as_it_was_written(
    editor: FlaskClient, session: Session, offer: RegistrationOffer, subject: str
) -> None:
    ids = people(session, offer, "Anna")
    text = f"{subject}\r\nBcc: alle@x.example\r\n\r\n.\r\nFrom hier an."

    post(editor, address(offer, "/nachricht"), anmeldung=ids, subject=subject, text=text, schritt="senden")

    session.rollback()
    message = message_from_bytes(compose(session.scalars(select(OutgoingMail)).one()))
    plain, _html = message.get_payload()
    assert message["Bcc"] is None
    assert str(make_header(decode_header(message["Subject"]))).startswith(subject)
    assert text in plain.get_payload(decode=True).decode()


def test_somebody_who_phones_is_added_by_hand(editor: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    typed = {"given_name": "Anna", "family_name": "Muster", "email": "anna@stadt.example", "language": "de"}

    wrong = post(editor, address(offer, "/neu"), **typed | {"email": "anna@"})
    added = post(editor, address(offer, "/neu"), **typed)
    again = post(editor, address(offer, "/neu"), **typed)

    assert (wrong.status_code, 'value="Anna"' in wrong.text) == (422, True)
    assert (added.status_code, states(session)) == (303, {"Anna": State.CONFIRMED})
    assert (again.status_code, "Diese Person ist mit dieser Adresse schon angemeldet." in again.text) == (409, True)


def test_somebody_changes_from_online_to_on_site(editor: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, event=factories.event(session, mode=Mode.HYBRID), seats_on_site=1)
    first, second = people(session, offer, "Anna", "Ben", state=State.CONFIRMED)

    post(editor, address(offer, f"/{first}/teilnahme"), teilnahme="on_site")
    full = post(editor, address(offer, f"/{second}/teilnahme"), teilnahme="on_site")

    session.rollback()
    session.expire_all()
    assert [session.get_one(Registration, each).mode for each in (first, second)] == [Mode.ON_SITE, Mode.ONLINE]
    assert "Alle Plätze sind vergeben." in editor.get(full.headers["Location"]).text


def test_a_table_takes_the_answers_along_and_runs_nothing(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    offer.questions = [OfferQuestion(position=0, kind=QuestionKind.TEXT, label="Ernährung")]
    session.flush()
    people(session, offer, "Anna", organisation="=1+1", answers={str(offer.questions[0].id): "vegan"})

    csv = editor.get(address(offer, ".csv?suche=anna")).data.decode("utf-8-sig").splitlines()
    book = load_workbook(BytesIO(editor.get(address(offer, ".xlsx")).data))

    assert csv[0].endswith(";Frage;Ernährung")
    assert csv[1].startswith("Anna;Muster;'=1+1;")
    assert csv[1].endswith(";vegan")
    rows = list(book.active.iter_rows(values_only=True))
    assert (rows[0][-1], rows[1][0], rows[1][-1]) == ("Ernährung", "Anna", "vegan")
    session.rollback()
    exported = select(AuditEntry.note).where(AuditEntry.act == "exported").order_by(AuditEntry.id)
    assert session.scalars(exported).all() == ["Anmeldungen als CSV", "Anmeldungen als Excel-Datei"]


def test_who_was_there_is_ticked_after_the_event(editor: FlaskClient, session: Session) -> None:
    event = factories.event(session, at=when(starts_on=(NOW - timedelta(days=3)).date()))
    offer = factories.offer(session, event=event)
    there, _missing = people(session, offer, "Anna", "Ben", state=State.CONFIRMED)
    path = f"/verwaltung/termine/{event.id}/anwesenheit"

    asked = editor.get(path)
    noted = post(editor, path, anmeldung=[there])

    assert asked.text.count(" checked") == 2
    assert "Notiert: Eine Person war da." in editor.get(noted.headers["Location"]).text
    session.rollback()
    session.expire_all()
    assert {each.given_name: each.has_attended for each in session.scalars(select(Registration))} == {
        "Anna": True, "Ben": False,
    }  # fmt: skip


def test_a_list_to_print_holds_names_and_no_addresses(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    people(session, offer, "Anna", state=State.CONFIRMED, email="geheim@stadt.example")
    people(session, offer, "Ben", state=State.WAITING)

    answer = editor.get(f"/verwaltung/termine/{offer.event_id}/teilnahmeliste.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert ("Muster, Anna" in text, "Ben" in text, "geheim" in text) == (True, False, False)


TERMS = {
    "promotion": "claim", "claim_hours": "20", "opens_days_before": "14", "issue": "", "closes_hours_before": "2",
    "mail_domains": "Magdeburg.de", "quota_consultancy": "0", "largest_group": "3", "reminder_hours": "48",
    "retention_days": "10", "questions-0-label": "Workshop", "questions-0-kind": "one_of",
    "questions-0-choices": "A\r\nB", "questions-0-is_required": "y",
}  # fmt: skip


def test_the_terms_of_an_offer_are_set_on_one_page(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    path = f"/verwaltung/termine/{offer.event_id}/anmeldeangebot"

    assert editor.get(path).status_code == 200
    saved = post(editor, path, **TERMS)

    assert saved.headers["Location"] == f"/verwaltung/termine/{offer.event_id}"
    session.rollback()
    session.expire_all()
    assert (offer.promotion, offer.claim_hours, offer.opens_days_before) == (Promotion.CLAIM, 20, 14)
    assert (offer.quotas, offer.largest_group, offer.mail_domains) == ({"consultancy": 0}, 3, "magdeburg.de")
    assert [(each.label, each.kind, each.options, each.is_required) for each in offer.questions] == [
        ("Workshop", QuestionKind.ONE_OF, ["A", "B"], True)
    ]


def test_a_question_is_changed_and_removed(editor: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    path = f"/verwaltung/termine/{offer.event_id}/anmeldeangebot"
    post(editor, path, **TERMS)
    session.rollback()
    session.expire_all()
    kept = {"questions-0-question_id": str(offer.questions[0].id)}

    post(editor, path, **TERMS | kept | {"questions-0-label": "Anders"})
    session.rollback()
    session.expire_all()
    assert [(str(each.id), each.label) for each in offer.questions] == [(kept["questions-0-question_id"], "Anders")]
    post(editor, path, **TERMS | kept | {"questions-0-is_removed": "y"})

    session.rollback()
    session.expire_all()
    assert offer.questions == []


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("claim_hours", "", "Geben Sie eine Zahl ein."),
        ("claim_hours", "0", "Geben Sie eine Zahl zwischen 1 und 200 ein."),
        ("mail_domains", "@magdeburg.de", "„@magdeburg.de“ ist keine Domain."),
        ("issue", "13/2023", "Geben Sie die Ausgabe als MM/JJJJ ein"),
        ("questions-0-choices", "A", "Geben Sie mindestens zwei Antworten zur Auswahl ein"),
        ("questions-0-is_sensitive", "y", "Eine schützenswerte Frage muss freiwillig sein."),
        ("retention_days", "ewig", "Geben Sie eine ganze Zahl ein."),
    ],
)
def test_terms_that_make_no_sense_are_refused_with_a_sentence(
    editor: FlaskClient, session: Session, offer: RegistrationOffer, field: str, text: str, sentence: str
) -> None:
    answer = post(editor, f"/verwaltung/termine/{offer.event_id}/anmeldeangebot", **TERMS | {field: text})

    assert (answer.status_code, sentence in answer.text, 'value="Workshop"' in answer.text) == (422, True, True)


def test_a_series_gives_its_terms_to_new_events(editor: FlaskClient, session: Session) -> None:
    series = factories.series(session)
    session.commit()
    terms = {name: text for name, text in TERMS.items() if name != "issue"} | {"has_waiting_list": "y"}

    saved = post(editor, f"/verwaltung/reihen/{series.id}/anmeldeangebot", **terms)
    post(
        editor, f"/verwaltung/termine/neu?reihe={series.id}", topic="Neu", topic_kind="topic", starts_on="2023-03-08",
        precision="day", mode="online", visibility="public", policy="open", audience="registered",
    )  # fmt: skip

    assert saved.status_code == 303
    session.rollback()
    made = session.scalars(select(RegistrationOffer).join(Event).where(Event.topic == "Neu")).one()
    assert (made.claim_hours, made.largest_group, made.quotas) == (20, 3, {"consultancy": 0})
    assert [each.label for each in made.questions] == ["Workshop"]


def test_the_page_of_an_event_says_who_will_be_told_of_a_change(
    editor: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    people(session, offer, "Anna", state=State.CONFIRMED)
    scheduling.move(offer.event, when(starts_on=(NOW + timedelta(days=30)).date()), reason="", now=NOW)
    session.commit()
    path = f"/verwaltung/termine/{offer.event_id}"

    page = editor.get(path)
    sent = post(editor, f"{path}/benachrichtigung/senden")

    assert "Um 10:10 Uhr erfährt eine angemeldete Person von dieser Änderung." in page.text
    assert "Die Mail geht jetzt hinaus." in editor.get(sent.headers["Location"]).text
    assert kinds(session) == ["event_moved"]


def test_an_editor_tells_nobody_of_a_change(editor: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    people(session, offer, "Anna", state=State.CONFIRMED)
    scheduling.move(offer.event, when(starts_on=(NOW + timedelta(days=30)).date()), reason="", now=NOW)
    session.commit()

    post(editor, f"/verwaltung/termine/{offer.event_id}/benachrichtigung/verwerfen")

    session.rollback()
    assert session.scalars(select(EventNotice)).all() == []
