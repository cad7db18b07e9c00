"""Registering as it goes wrong: two tabs, Back, a link that has expired, texts that are no names."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

import markupsafe
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.mail.composing import compose
from ozgtermine.models import OfferQuestion, OutgoingMail, QuestionKind, Registration, RegistrationOffer
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW
from tests.views.test_registration import CONFIDENTIAL, TYPED, heading, link_in_last_mail, register, submit
from tests.whole_database import dump

UNREADABLE = "Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „"
TOO_LONG = "Kürzen Sie die Angabe „"
HOSTILE = {
    "Muster\u202eretsuM": UNREADABLE,
    "Mus\0ter": UNREADABLE,
    "Muster\r\nBcc: alle@land.example": UNREADABLE,
    "x" * 10_000: TOO_LONG,
}
OF_ALL_KINDS = ["Zoë 🎉", "שלום", "Ω" * 80, "🎉" * 80, 'Dr. "M", <x>;']
KEPT = ["From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(app: Flask) -> None:
    clock.shift(NOW - clock.now())


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session)
    made.questions = [OfferQuestion(position=0, kind=QuestionKind.TEXT, label="Ernährung")]
    session.commit()
    return made


def markup(text: str) -> str:
    """Return the text as our pages write it."""
    return str(markupsafe.escape(text))


def rows(session: Session) -> list[Registration]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Registration).order_by(Registration.id)))


def kinds(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def everything(session: Session) -> object:
    session.rollback()
    return dump(session.connection())


def newest(session: Session) -> OutgoingMail:
    session.rollback()
    return session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one()


def recipient(message: Message) -> tuple[str, str]:
    """Return name and address as a reader shows them: what lies between two encoded words is nothing."""
    return parseaddr(str(make_header(decode_header(message["To"]))))


def test_two_tabs_sent_one_after_the_other_are_one_registration_with_the_later_answers(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    answer = f"frage_{offer.questions[0].id}"

    submit(client, offer, organisation="Stadt Alt", question="Früher?", language="de", **{answer: "vegan"})
    first = link_in_last_mail(session)
    submit(client, offer, organisation="Stadt Neu", question="Später?", language="en", **{answer: "alles"})
    second = link_in_last_mail(session)

    [entry] = rows(session)
    assert (entry.organisation, entry.question, entry.language) == ("Stadt Neu", "Später?", "en")
    assert list(entry.answers.values()) == ["alles"]
    assert [client.post(each).status_code for each in (first, second)] == [303, 303]
    assert [each.state for each in rows(session)] == [State.CONFIRMED]
    assert kinds(session) == ["confirm_address", "confirm_address", "registration_confirmed"]


def test_two_tabs_that_change_one_registration_leave_what_the_later_says_whole(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    own = register(client, session, offer)
    tabs = [client.get(f"{own}/aendern") for _tab in range(2)]

    first = client.post(f"{own}/aendern", data={"organisation": "Stadt Alt", "sector": "state", "language": "en"})
    later = client.post(f"{own}/aendern", data={"organisation": "", "sector": "", "question": "?", "language": "de"})

    assert [each.status_code for each in (*tabs, first, later)] == [200, 200, 303, 303]
    [entry] = rows(session)
    assert (entry.organisation, entry.sector, entry.question, entry.language) == ("", None, "?", "de")
    assert entry.state is State.CONFIRMED


def test_back_after_sending_and_sending_again_is_one_registration(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    submit(client, offer)
    first = link_in_last_mail(session)
    back = submit(client, offer, schritt="aendern")
    again = submit(client, offer)

    assert (back.status_code, 'value="Erika"' in back.text, again.status_code) == (200, True, 303)
    assert len(rows(session)) == 1
    client.post(first)

    late = submit(client, offer, organisation="Stadt Fremd")

    assert late.status_code == 303
    [entry] = rows(session)
    assert (entry.state, entry.organisation) == (State.CONFIRMED, TYPED["organisation"])
    assert kinds(session)[-1] == "already_registered"


def test_back_to_the_form_for_a_deputy_and_sending_again_leaves_the_newest_link_alone(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    own = register(client, session, offer)
    links = []
    for given_name in ("Max", "Mia"):
        client.post(
            f"{own}/vertretung", data={"given_name": given_name, "family_name": "Neu", "email": "neu@b.example"}
        )
        links.append(link_in_last_mail(session, "neu@b.example"))

    old, new = client.post(links[0]), client.post(links[1])

    assert (old.status_code, new.status_code) == (410, 303)
    assert [each.given_name for each in rows(session)] == ["Mia"]


def test_a_confirmation_that_lies_open_in_two_tabs_is_confirmed_in_both(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    submit(client, offer)
    link = link_in_last_mail(session)
    tabs = [client.get(link) for _tab in range(2)]

    first, second = client.post(link), client.post(link)
    reloaded = client.get(link)

    assert [heading(each) for each in tabs] == ["Anmeldung bestätigen"] * 2
    assert [heading(client.get(each.headers["Location"])) for each in (first, second)] == ["Sie sind angemeldet"] * 2
    assert reloaded.status_code == 200
    assert kinds(session) == ["confirm_address", "registration_confirmed"]


def test_a_confirmation_in_a_second_tab_after_withdrawing_in_the_first_gives_no_seat_back(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    submit(client, offer)
    link = link_in_last_mail(session)
    own = client.post(link).headers["Location"]
    client.post(f"{own}/abmelden")

    second = client.post(link)

    assert heading(client.get(second.headers["Location"])) == "Sie sind abgemeldet"
    assert [each.state for each in rows(session)] == [State.WITHDRAWN]


def link_to_confirm(client: FlaskClient, session: Session, offer: RegistrationOffer) -> str:
    submit(client, offer)
    return link_in_last_mail(session)


def link_for_a_deputy(client: FlaskClient, session: Session, offer: RegistrationOffer) -> str:
    own = register(client, session, offer)
    client.post(f"{own}/vertretung", data={"given_name": "Max", "family_name": "Neu", "email": "max@b.example"})
    return link_in_last_mail(session, "max@b.example")


def link_to_own_data(client: FlaskClient, session: Session, offer: RegistrationOffer) -> str:
    register(client, session, offer)
    client.post("/meine-anmeldungen", data={"email": TYPED["email"]})
    found = re.search(r"http://termine\.example(/meine-anmeldungen/[\w-]{43})", newest(session).text)
    assert found
    return found[1]


OWN = ("/meine-anmeldungen", "Neuen Link anfordern")
ANEW = ("/", "Zu den nächsten Terminen")
EXPIRED = {
    "confirm": (
        link_to_confirm, timedelta(hours=72), ["", "POST"], ANEW,
        "Er ist abgelaufen. Haben Sie Ihre Anmeldung noch nicht bestätigt, melden Sie sich bitte neu an.",
    ),
    "manage": (
        register, timedelta(days=365),
        [
            "", "/abmelden", "/aendern", "/vertretung", "/weitere", "/bescheinigung.pdf",
            "POST /abmelden", "POST /annehmen", "POST /antwort", "POST /aendern", "POST /vertretung", "POST /weitere",
            "POST /einwilligung/1/widerrufen",
        ],
        OWN, "Er ist abgelaufen oder wurde schon benutzt. Fordern Sie einen neuen an.",
    ),
    "own data": (
        link_to_own_data, timedelta(hours=24),
        ["", "/loeschen", "/daten.json", "/daten.csv", "POST /loeschen", "POST /kalender", "POST /anmeldung/1"],
        OWN, "Er ist abgelaufen oder wurde schon benutzt. Fordern Sie einen neuen an.",
    ),
    "deputy": (
        link_for_a_deputy, timedelta(hours=72), ["", "POST"], ANEW,
        "Er ist abgelaufen oder wurde schon benutzt. Bitten Sie die Person, die Sie vertreten, um einen neuen.",
    ),
}  # fmt: skip
TO_CHANGE = {
    "organisation": "Stadt Spät",
    "language": "de",
    "given_name": "Max",
    "family_name": "Neu",
    "email": "x@b.example",
}


@pytest.mark.parametrize("purpose", EXPIRED)
def test_an_expired_link_says_so_and_where_to_go_and_does_nothing(
    client: FlaskClient, session: Session, offer: RegistrationOffer, purpose: str
) -> None:
    link_by, valid_for, tails, next_step, sentence = EXPIRED[purpose]
    link = link_by(client, session, offer)
    clock.shift(NOW + valid_for + timedelta(seconds=60) - clock.real_now())
    before = everything(session)

    for tail in tails:
        method, path = ("POST", tail.removeprefix("POST").strip()) if tail.startswith("POST") else ("GET", tail)
        answer = client.open(link + path, method=method, data=TO_CHANGE if method == "POST" else None)

        assert (answer.status_code, heading(answer)) == (410, "Dieser Link gilt nicht mehr"), tail
        assert sentence in answer.text, tail
        assert re.search(rf'href="{next_step[0]}"[^>]*>\s*(<[^>]*>)*\s*{next_step[1]}', answer.text), tail
        assert {name: answer.headers[name] for name in CONFIDENTIAL} == CONFIDENTIAL
    assert everything(session) == before


Form = Callable[[FlaskClient, Session, RegistrationOffer], tuple[str, dict[str, str]]]


def for_a_series(_client: FlaskClient, _session: Session, offer: RegistrationOffer) -> tuple[str, dict[str, str]]:
    typed = TYPED | {"events": str(offer.event.id), "language": "de", "schritt": "absenden"}
    return f"/reihen/{offer.event.series.slug}/anmelden", typed


def for_a_deputy(client: FlaskClient, session: Session, offer: RegistrationOffer) -> tuple[str, dict[str, str]]:
    own = register(client, session, offer)
    return f"{own}/vertretung", {"given_name": "Max", "family_name": "Neu", "email": "max@b.example"}


def for_a_change(client: FlaskClient, session: Session, offer: RegistrationOffer) -> tuple[str, dict[str, str]]:
    own = register(client, session, offer)
    return f"{own}/aendern", {"organisation": "Stadt", "language": "de"}


def for_own_data(_client: FlaskClient, _session: Session, _offer: RegistrationOffer) -> tuple[str, dict[str, str]]:
    return "/meine-anmeldungen", {}


FORMS = {
    for_a_series: ["given_name", "family_name", "email", "organisation"],
    for_a_deputy: ["given_name", "family_name", "email"],
    for_a_change: ["organisation", "frage"],
    for_own_data: ["email"],
}
ASKING_AN_ADDRESS = [each for each, fields in FORMS.items() if "email" in fields]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_text_for_a_field_comes_back_with_a_sentence_and_nothing_is_kept(
    client: FlaskClient, session: Session, offer: RegistrationOffer, form: Form
) -> None:
    path, typed = form(client, session, offer)
    before = everything(session)

    for field in FORMS[form]:
        name = f"frage_{offer.questions[0].id}" if field == "frage" else field
        for text, sentence in HOSTILE.items():
            answer = client.post(path, data=typed | {name: text})

            assert (answer.status_code, sentence in answer.text) == (422, True), (field, text)
            assert f'value="{markup(text)}"' in answer.text, (field, text)
    assert everything(session) == before


def test_names_of_all_kinds_reach_the_deputy_and_the_header_of_a_mail(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    for name in OF_ALL_KINDS:
        path, typed = for_a_deputy(client, session, offer)
        client.post(path, data=typed | {"given_name": name, "email": "zoe@b.example"})
        link = link_in_last_mail(session, "zoe@b.example")
        asked = client.get(link)
        own = client.post(link).headers["Location"]
        message = message_from_bytes(compose(newest(session)))
        client.post(f"{own}/abmelden")

        assert f"{markup(name)} Neu" in asked.text
        assert rows(session)[-1].given_name == name
        assert message.keys() == KEPT
        assert recipient(message) == (f"{name} Neu", "zoe@b.example")


def test_answers_of_all_kinds_come_back_on_the_page(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    path, typed = for_a_change(client, session, offer)
    for text in OF_ALL_KINDS:
        changed = client.post(path, data=typed | {"organisation": text, f"frage_{offer.questions[0].id}": text})

        assert changed.status_code == 303
        assert client.get(path).text.count(f'value="{markup(text)}"') == 2


@pytest.mark.parametrize("form", ASKING_AN_ADDRESS)
def test_letters_that_mail_servers_do_not_take_are_refused_and_come_back(
    client: FlaskClient, session: Session, offer: RegistrationOffer, form: Form
) -> None:
    path, typed = form(client, session, offer)

    answer = client.post(path, data=typed | {"email": "jürgen@müsterburg.example"})

    assert (answer.status_code, 'value="jürgen@müsterburg.example"' in answer.text) == (422, True)
    assert "Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein." in answer.text


def test_a_domain_with_an_umlaut_is_written_to_in_ascii_and_found_in_both_spellings(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    path, typed = for_a_deputy(client, session, offer)
    client.post(path, data=typed | {"email": "zoe@MÜSTERburg.example"})
    client.post(link_in_last_mail(session, "zoe@xn--"))

    assert newest(session).recipient == "zoe@xn--msterburg-q9a.example"
    for email in ("zoe@müsterburg.example", "ZOE@xn--msterburg-q9a.example"):
        client.post("/meine-anmeldungen", data={"email": email})
        clock.shift(clock.now() + timedelta(hours=2) - clock.real_now())
    assert kinds(session)[-2:] == ["my_registrations", "my_registrations"]


def test_a_domain_with_an_umlaut_stays_on_the_page_as_it_was_typed(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    typed = {"email": "zoe@müsterburg.example"}
    path, deputy = for_a_deputy(client, session, offer)

    wrong = submit(client, offer, family_name="", **typed)
    check = submit(client, offer, schritt="pruefen", **typed)
    wrong_deputy = client.post(path, data=deputy | typed | {"family_name": ""})

    assert (wrong.status_code, check.status_code, wrong_deputy.status_code) == (422, 200, 422)
    assert [each.text.count("xn--") for each in (wrong, check, wrong_deputy)] == [0, 0, 0]
    assert [each.text.count('value="zoe@müsterburg.example"') for each in (wrong, check, wrong_deputy)] == [1, 1, 1]


def test_a_name_that_hides_a_line_break_in_an_encoded_word_writes_no_header(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    own = register(client, session, offer, given_name="=?utf-8?q?x=0D=0ABcc=3A_alle=40land.example=0D=0A?=")

    message = message_from_bytes(compose(newest(session)))

    assert heading(client.get(own)) == "Sie sind angemeldet"
    assert message.keys() == KEPT
    assert recipient(message)[1] == TYPED["email"]


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 400, "x"])
def test_numbers_that_nobody_was_given_lead_nowhere_and_break_nothing(
    client: FlaskClient, session: Session, offer: RegistrationOffer, number: str
) -> None:
    own = register(client, session, offer)
    before = everything(session)

    answers = [
        client.post(f"{own}/einwilligung/{number}/widerrufen"),
        client.post(f"{own}/weitere", data={"termin": number}),
        client.post(f"{own}/antwort", data={"antwort": number}),
        client.post(
            f"/reihen/{offer.event.series.slug}/anmelden", data=TYPED | {"events": number, "schritt": "absenden"}
        ),
    ]

    assert [each.status_code for each in answers][1:] == [303, 409, 422]
    assert answers[0].status_code in (404, 405)
    assert everything(session) == before
