"""Registering through HTTP, as a browser without JavaScript does it; mails are read from the outbox."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.mail.composing import compose
from ozgtermine.models import Access, EventStatus, OutgoingMail, Registration, RegistrationOffer
from ozgtermine.rules.registering import Mode, Policy, State
from ozgtermine.views import haste, pace
from tests import factories
from tests.conftest import SECRET_KEY
from tests.factories import NOW

TYPED = {
    "given_name": "Erika",
    "family_name": "Muster",
    "email": "erika@musterburg.example",
    "organisation": "Stadt Musterburg",
    "sector": "municipal",
    "question": "Wie geht das?\r\nUnd wann?",
    "website": "",
    "mensch": "ja",
}
CONFIDENTIAL = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(app: Flask) -> None:
    clock.shift(NOW - clock.now())


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session, seats_online=1)
    made.event.access = Access(link="https://konferenz.example/28", phone="", pin="4711", note="")
    made.event.number = 28
    session.commit()
    return made


def submit(client: FlaskClient, offer: RegistrationOffer, **typed: str) -> TestResponse:
    data = TYPED | {"schritt": "absenden"} | typed
    return client.post(f"/termine/{offer.event.slug}/anmelden", data=data)


def link_in_last_mail(session: Session, recipient: str = "") -> str:
    """Return the path of the first link to a registration in the newest mail to `recipient`."""
    session.rollback()
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()))
    row = next(each for each in rows if recipient in each.recipient)
    found = re.search(r"http://termine\.example(/anmeldung/\S+)", row.text)
    assert found, row.text
    return found[1]


def register(client: FlaskClient, session: Session, offer: RegistrationOffer, **typed: str) -> str:
    """Go the whole way and return the path of the registration's own page."""
    submit(client, offer, **typed)
    path = link_in_last_mail(session, typed.get("email", TYPED["email"]))
    return client.post(path).headers["Location"]


def heading(response: TestResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.DOTALL)
    assert found, response.text
    return found[1]


def test_the_whole_way_from_form_to_seat(client: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    address = f"/termine/{offer.event.slug}/anmelden"

    form = client.get(address)
    check = client.post(address, data=TYPED | {"schritt": "pruefen"})
    sent = submit(client, offer)
    confirmation = link_in_last_mail(session)
    asked = client.get(confirmation)
    confirmed = client.post(confirmation)
    own = client.get(confirmed.headers["Location"])

    assert [each.status_code for each in (form, check, sent, asked, confirmed, own)] == [200, 200, 303, 200, 303, 200]
    assert [heading(each) for each in (form, check, asked, own)] == [
        "Anmelden",
        "Angaben prüfen",
        "Anmeldung bestätigen",
        "Sie sind angemeldet",
    ]
    assert sent.headers["Location"] == f"{address}/gesendet"
    assert heading(client.get(sent.headers["Location"])) == "Wir haben Ihnen eine E-Mail geschickt"
    assert "https://konferenz.example/28" in own.text
    assert "4711" in own.text
    assert session.scalars(select(Registration.state)).all() == [State.CONFIRMED]


def test_pages_of_registering_set_no_cookie(client: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    own = register(client, session, offer)
    for path in (f"/termine/{offer.event.slug}/anmelden", own, f"{own}/abmelden"):
        assert "Set-Cookie" not in client.get(path).headers


def test_following_a_link_changes_nothing(client: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    submit(client, offer)
    client.get(link_in_last_mail(session))
    session.rollback()
    assert session.scalars(select(Registration.state)).all() == [State.UNCONFIRMED]


def test_pages_behind_links_are_confidential_errors_too(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    own = register(client, session, offer)
    confirmation = link_in_last_mail(session)
    for path, status in ((own, 200), (f"{own}/abmelden", 200), ("/anmeldung/" + "x" * 43, 410), (confirmation, 200)):
        answer = client.get(path)
        assert (answer.status_code, {name: answer.headers[name] for name in CONFIDENTIAL}) == (status, CONFIDENTIAL)


def test_a_double_click_confirms_once(client: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    submit(client, offer)
    confirmation = link_in_last_mail(session)

    first, second = client.post(confirmation), client.post(confirmation)

    assert (first.status_code, second.status_code) == (303, 303)
    session.rollback()
    assert session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)).all() == [
        "confirm_address",
        "registration_confirmed",
    ]


def test_the_answer_is_the_same_whether_or_not_somebody_is_known(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    register(client, session, offer)

    known, unknown = submit(client, offer), submit(client, offer, email="neu@musterburg.example")

    headers = [[pair for pair in each.headers if pair[0] != "Date"] for each in (known, unknown)]
    assert known.status_code == unknown.status_code == 303
    assert headers[0] == headers[1]
    assert known.data == unknown.data


def test_a_form_with_errors_comes_back_with_all_that_was_typed(client: FlaskClient, offer: RegistrationOffer) -> None:
    answer = submit(client, offer, family_name="  ", email="erika(at)musterburg.example", schritt="pruefen")

    assert answer.status_code == 422
    assert "<title>Fehler: " in answer.text
    assert re.findall(r'<li><a class="[^"]*" href="#(\w+)">(.*?)</a></li>', answer.text) == [
        ("family_name", "Geben Sie Ihren Nachnamen ein"),
        ("email", "Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein."),
    ]
    assert 'value="Erika"' in answer.text
    assert 'value="erika(at)musterburg.example"' in answer.text
    assert "Wie geht das?\r\nUnd wann?" in answer.text


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("given_name", "x" * 10_000, "Kürzen Sie die Angabe „Vorname“ auf höchstens 80 Zeichen."),
        ("given_name", "\u202egnp.exe", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Vorname“."),
        ("email", "erika@exa mple.example", "Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein."),
        ("email", "erika@b.example\r\nBcc: x@y.example", "Entfernen"),
        ("given_name", "Eri\0ka", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Vorname“."),
        (
            "family_name",
            "Muster\r\nBcc: x@y.example",
            "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Nachname“.",
        ),
        ("family_name", "x" * 81, "Kürzen Sie die Angabe „Nachname“ auf höchstens 80 Zeichen."),
        ("given_name", "https://werbung.example", "Geben Sie in das Feld „Vorname“ keine Internetadresse ein."),
        ("email", "erika@", "Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein."),
        ("email", "jürgen@musterburg.example", "Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein."),
        ("email", "x" * 10_000 + "@b.example", "Kürzen Sie die Angabe „E-Mail-Adresse“ auf höchstens"),
        ("organisation", "Stadt\u2028Halle", "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Organisation“."),
        ("sector", "mars", "Wählen Sie einen Bereich aus der Liste"),
        (
            "question",
            "\x1b[2J",
            "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „Ihre Frage an die Sprechstunde“.",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    client: FlaskClient, session: Session, offer: RegistrationOffer, field: str, text: str, sentence: str
) -> None:
    answer = submit(client, offer, **{field: text})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert session.scalars(select(Registration)).all() == []


def test_going_back_from_the_check_loses_nothing(client: FlaskClient, offer: RegistrationOffer) -> None:
    answer = submit(client, offer, schritt="aendern")

    assert (answer.status_code, heading(answer)) == (200, "Anmelden")
    assert 'value="Erika"' in answer.text
    assert "Wie geht das?\r\nUnd wann?" in answer.text
    assert '<option selected value="municipal">' in answer.text


def test_a_hybrid_event_asks_how_one_takes_part(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, event=factories.event(session, mode=Mode.HYBRID), seats_on_site=0)
    session.commit()

    missing = submit(client, offer)
    register(client, session, offer, mode="on_site")

    assert "Wählen Sie aus, ob Sie vor Ort oder online teilnehmen" in missing.text
    assert "Alle Plätze sind vergeben. Sie kommen auf die Warteliste." in missing.text
    entry = session.scalars(select(Registration)).one()
    assert (entry.mode, entry.state) == (Mode.ON_SITE, State.WAITING)


def test_a_flood_from_one_network_is_slowed_down_and_loses_nothing(
    client: FlaskClient, session: Session, offer: RegistrationOffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "BURST", 2)
    monkeypatch.setattr(pace, "PER_SECOND", 0.001)
    pace.forget()
    statuses = [submit(client, offer, email=f"a{each}@b.example").status_code for each in range(3)]
    slowed = submit(client, offer, email="viele@b.example")
    elsewhere = client.post(
        f"/termine/{offer.event.slug}/anmelden", data=TYPED | {"schritt": "absenden"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.7"},
    )  # fmt: skip
    pace.forget()

    assert statuses == [303, 303, 429]
    assert (slowed.status_code, int(slowed.headers["Retry-After"]) >= 1) == (429, True)
    assert 'name="email" value="viele@b.example"' in slowed.text
    assert elsewhere.status_code == 303


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2:3::1", "2001:db8:1:2:4::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_what_one_line_has_is_one_network(one: str, other: str, *, same: bool) -> None:
    assert (pace.network_of(one) == pace.network_of(other)) is same


@pytest.mark.parametrize("name", ["Zoë 🎉", "שלום", "Łukasz", "x" * 80])
def test_names_of_all_kinds_are_taken_and_written_back(
    client: FlaskClient, session: Session, offer: RegistrationOffer, name: str
) -> None:
    register(client, session, offer, given_name=name)
    session.rollback()
    mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail is not None
    message = message_from_bytes(compose(mail), policy=policy.default)
    assert f"Guten Tag {name} Muster," in message.get_body(("plain",)).get_content()


def test_who_is_too_fast_is_asked_and_not_refused(
    client: FlaskClient, session: Session, offer: RegistrationOffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_675_681_200
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: now)
    data = {name: text for name, text in TYPED.items() if name != "mensch"} | {"schritt": "absenden"}
    address = f"/termine/{offer.event.slug}/anmelden"
    begun = haste.begun_now(SECRET_KEY)

    asked = client.post(address, data=data | {"begun": begun})
    assured = client.post(address, data=data | {"begun": begun, "mensch": "ja"})
    now += haste.SHORTEST_SECONDS
    in_time = client.post(address, data=data | {"begun": begun})

    assert (asked.status_code, heading(asked)) == (200, "Nur noch eine Frage")
    assert 'name="family_name" value="Muster"' in asked.text
    assert (assured.status_code, in_time.status_code) == (303, 303)


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"policy": Policy.NONE}, "Für diesen Termin ist keine Anmeldung nötig"),
        (
            {"policy": Policy.EXTERNAL, "external_url": "https://a.example/"},
            "Die Anmeldung läuft über den Veranstalter",
        ),
        ({"policy": Policy.MEMBERS}, "Dieser Termin ist für Mitglieder"),
        ({"opens_at": NOW + timedelta(days=1)}, "Die Anmeldung ist noch nicht geöffnet"),
        ({"closes_at": NOW - timedelta(days=1)}, "Die Anmeldung ist geschlossen"),
        ({"seats_online": 0, "has_waiting_list": False}, "Alle Plätze sind vergeben"),
    ],
)
def test_where_one_cannot_register_a_page_says_why(
    client: FlaskClient, session: Session, values: dict[str, object], title: str
) -> None:
    offer = factories.offer(session, **values)
    session.commit()

    answer, refused = client.get(f"/termine/{offer.event.slug}/anmelden"), submit(client, offer)

    assert (answer.status_code, heading(answer)) == (200, title)
    assert (refused.status_code, heading(refused)) == (409, title)
    assert session.scalars(select(Registration)).all() == []


def test_a_cancelled_event_says_so_instead_of_a_form(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    offer.event.status, offer.event.cancelled_at = EventStatus.CANCELLED, NOW
    offer.event.cancellation_reason = "Die Referentin ist krank."
    session.commit()

    answer = client.get(f"/termine/{offer.event.slug}/anmelden")

    assert heading(answer) == "Dieser Termin ist abgesagt"
    assert "Die Referentin ist krank." in answer.text


def test_withdrawing_asks_first_and_lets_the_next_move_up(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    first = register(client, session, offer)
    second = register(client, session, offer, given_name="Max", email="max@musterburg.example")
    assert heading(client.get(second)) == "Sie stehen auf der Warteliste"

    asked = client.get(f"{first}/abmelden")
    done = client.post(f"{first}/abmelden")

    assert heading(asked) == "Möchten Sie sich abmelden?"
    assert (done.status_code, done.headers["Location"]) == (303, first)
    assert heading(client.get(first)) == "Sie sind abgemeldet"
    assert f'href="/termine/{offer.event.slug}/anmelden"' in client.get(first).text
    assert heading(client.get(second)) == "Sie sind angemeldet"
    assert client.get(f"{first}/abmelden").headers["Location"] == first


def test_access_is_shown_to_nobody_without_a_seat(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    register(client, session, offer)
    waiting = register(client, session, offer, given_name="Max", email="max@musterburg.example")

    assert "konferenz.example" not in client.get(waiting).text


def test_a_seat_that_is_gone_when_one_confirms_is_a_page_with_the_next_step(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    offer.has_waiting_list = False
    session.commit()
    submit(client, offer)
    late = link_in_last_mail(session)
    register(client, session, offer, given_name="Max", email="max@musterburg.example")

    answer = client.post(late)

    assert (answer.status_code, heading(answer)) == (409, "Alle Plätze sind vergeben")


def test_a_hidden_event_has_no_form(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, event=factories.event(session, published_at=None))
    session.commit()

    assert client.get(f"/termine/{offer.event.slug}/anmelden").status_code == 404
    assert submit(client, offer).status_code == 404
