"""Behind the link: taking an offered seat, replying, changing, a deputy, further events. And forms for several."""

import re
from datetime import date, time, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.models import (
    Consent,
    OfferQuestion,
    OutgoingMail,
    QuestionKind,
    Registration,
    RegistrationOffer,
    Reply,
)
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.rules.registering import Mode, Policy, Promotion, State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.factories import NOW
from tests.views.test_registration import CONFIDENTIAL, TYPED, heading, link_in_last_mail, register, submit
from tests.whole_database import dump


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(app: Flask) -> None:
    clock.shift(NOW - clock.now())


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session, seats_online=1)
    session.commit()
    return made


def own_page(session: Session, registration: Registration) -> str:
    path = f"/anmeldung/{manage_link(session, registration)}"
    session.commit()
    return path


def state_of(session: Session, registration_id: int) -> State:
    session.rollback()
    session.expire_all()
    return session.get_one(Registration, registration_id).state


def kinds(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def test_an_offered_seat_is_taken_with_one_button(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    offer.promotion = Promotion.CLAIM
    offered = factories.registration(session, offer, state=State.OFFERED, claim_until=NOW + timedelta(hours=5))
    path = own_page(session, offered)

    shown = client.get(path)
    client.get(f"{path}/annehmen")
    assert state_of(session, offered.id) is State.OFFERED
    taken = client.post(f"{path}/annehmen")

    assert heading(shown) == "Ein Platz ist für Sie frei"
    assert "bis Montag, 6. Februar 2023, 15:00 Uhr" in shown.text
    assert (taken.status_code, state_of(session, offered.id)) == (303, State.CONFIRMED)
    assert heading(client.get(path)) == "Sie sind angemeldet"


def test_a_seat_that_is_claimed_too_late_is_a_sentence(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    offered = factories.registration(session, offer, state=State.OFFERED, claim_until=NOW - timedelta(hours=1))
    path = own_page(session, offered)

    late = client.post(f"{path}/annehmen")

    assert (late.status_code, "Die Frist für diesen Platz ist abgelaufen." in late.text) == (409, True)


def test_a_member_says_yes_maybe_or_no(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, policy=Policy.MEMBERS)
    invited = factories.registration(session, offer, state=State.INVITED)
    path = own_page(session, invited)

    shown = client.get(path)
    seen = []
    for answer in ("yes", "maybe", "no"):
        client.post(f"{path}/antwort", data={"antwort": answer})
        session.rollback()
        session.expire_all()
        seen.append((invited.state, invited.reply))

    assert heading(shown) == "Sie sind eingeladen"
    assert 'name="antwort" value="maybe"' in shown.text
    assert seen == [
        (State.CONFIRMED, Reply.YES), (State.INVITED, Reply.MAYBE), (State.INVITED, Reply.NO),
    ]  # fmt: skip
    assert kinds(session) == ["registration_confirmed", "reply_noted", "reply_noted"]


def test_what_was_said_is_changed_until_registration_closes(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    path = register(client, session, offer)

    form = client.get(f"{path}/aendern")
    changed = client.post(
        f"{path}/aendern",
        data={"organisation": "Landkreis Neu", "sector": "state", "question": "Anders?", "language": "en"},
    )

    assert 'value="Stadt Musterburg"' in form.text
    assert changed.headers["Location"] == path
    session.rollback()
    entry = session.scalars(select(Registration)).one()
    assert (entry.organisation, entry.question, entry.language) == ("Landkreis Neu", "Anders?", "en")
    assert (entry.name, entry.state) == ("Erika Muster", State.CONFIRMED)


def test_a_change_with_errors_comes_back_as_it_was_typed(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    path = register(client, session, offer)

    answer = client.post(f"{path}/aendern", data={"organisation": "x" * 201, "sector": "mars", "language": "de"})

    assert (answer.status_code, "x" * 201 in answer.text) == (422, True)
    assert "Wählen Sie einen Bereich aus der Liste" in answer.text


def test_a_deputy_confirms_and_takes_the_place(client: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    path = register(client, session, offer)

    asked = client.post(
        f"{path}/vertretung", data={"given_name": "Max", "family_name": "Neu", "email": "max@musterburg.example"}
    )
    link = link_in_last_mail(session, "max@musterburg.example")
    shown = client.get(link)
    taken = client.post(link)

    assert asked.headers["Location"] == path
    assert (heading(shown), "Max Neu" in shown.text) == ("Vertretung übernehmen", True)
    assert heading(client.get(taken.headers["Location"])) == "Sie sind angemeldet"
    assert client.get(path).status_code == 410
    assert client.get(link).status_code == 410


def test_further_events_of_the_series_need_no_second_mail(client: FlaskClient, session: Session) -> None:
    first = factories.offer(session)
    others = [
        factories.offer(session, event=factories.event(
            session, series=first.event.series, topic=topic, at=when(starts_on=date(2023, 3, day), start_time=time(10))
        ))
        for topic, day in (("Nachher", 8), ("Später", 15))
    ]  # fmt: skip
    elsewhere = factories.offer(session)
    session.commit()
    path = register(client, session, first)

    shown = client.get(f"{path}/weitere")
    joined = client.post(f"{path}/weitere", data={"termin": [others[0].event.id, elsewhere.event.id]})

    assert re.findall(r'name="termin" value="(\d+)"', shown.text) == [str(each.event.id) for each in others]
    assert joined.headers["Location"] == f"{path}/weitere"
    session.rollback()
    assert sorted(each.offer_id for each in session.scalars(select(Registration))) == [first.id, others[0].id]
    assert kinds(session)[-1] == "registration_confirmed"
    assert re.findall(r'name="termin" value="(\d+)"', client.get(f"{path}/weitere").text) == [str(others[1].event.id)]


def test_one_form_registers_for_several_events_and_one_link_confirms_them(
    client: FlaskClient, session: Session
) -> None:
    first = factories.offer(session)
    series = first.event.series
    second = factories.offer(session, event=factories.event(
        session, series=series, at=when(starts_on=date(2023, 3, 8), start_time=time(10))
    ))  # fmt: skip
    session.commit()
    address = f"/reihen/{series.slug}/anmelden"
    typed = TYPED | {"events": [str(first.event.id), str(second.event.id)], "language": "de"}

    form = client.get(address)
    check = client.post(address, data=typed | {"schritt": "pruefen"})
    sent = client.post(address, data=typed | {"schritt": "absenden"})
    mails = kinds(session)
    confirmed = client.post(link_in_last_mail(session))

    assert form.text.count('name="events"') == 2
    assert check.text.count('<input type="hidden" name="events"') == 2
    assert sent.headers["Location"] == f"{address}/gesendet"
    assert client.get(sent.headers["Location"]).status_code == 200
    assert mails == ["confirm_address"]
    assert heading(client.get(confirmed.headers["Location"])) == "Sie sind angemeldet"
    assert kinds(session) == ["confirm_address", "registration_confirmed", "registration_confirmed"]


def test_no_event_chosen_is_a_sentence_and_nothing_typed_is_lost(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session)
    session.commit()

    answer = client.post(f"/reihen/{offer.event.series.slug}/anmelden", data=TYPED | {"schritt": "pruefen"})

    assert answer.status_code == 422
    assert "Wählen Sie mindestens einen Termin aus" in answer.text
    assert 'value="Erika"' in answer.text


def test_colleagues_are_registered_along_each_with_a_seat(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, largest_group=3, seats_online=2)
    session.commit()
    colleagues = {
        "colleagues-0-given_name": "Ben", "colleagues-0-family_name": "Kollege",
        "colleagues-1-given_name": "Cem", "colleagues-1-family_name": "Kollege",
        "colleagues-1-email": "cem@musterburg.example",
    }  # fmt: skip

    check = client.post(
        f"/termine/{offer.event.slug}/anmelden", data=TYPED | colleagues | {"schritt": "pruefen", "language": "de"}
    )
    submit(client, offer, language="de", **colleagues)
    mails = kinds(session)
    client.post(link_in_last_mail(session, "erika"))

    assert "Cem Kollege, cem@musterburg.example" in check.text
    assert mails == ["confirm_address", "confirm_address"]
    session.rollback()
    assert {each.given_name: each.state for each in session.scalars(select(Registration))} == {
        "Erika": State.CONFIRMED, "Ben": State.CONFIRMED, "Cem": State.UNCONFIRMED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("colleagues-0-given_name", "Ben", "Geben Sie Vor- und Nachnamen der weiteren Person ein."),
        ("colleagues-0-email", "ben@", "Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein."),
    ],
)
def test_a_colleague_who_is_half_named_is_refused(
    client: FlaskClient, session: Session, field: str, text: str, sentence: str
) -> None:
    offer = factories.offer(session, largest_group=2)
    session.commit()

    answer = submit(client, offer, language="de", **{field: text})

    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_more_colleagues_than_allowed_are_refused(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, largest_group=2)
    session.commit()
    named = {f"colleagues-{row}-{part}": f"Wort{row}" for row in range(3) for part in ("given_name", "family_name")}

    answer = submit(client, offer, language="de", **named)

    assert (answer.status_code, "Sie können höchstens 1 weitere Personen anmelden." in answer.text) == (422, True)


@pytest.fixture
def asking(session: Session) -> RegistrationOffer:
    made = factories.offer(session)
    made.questions = [
        OfferQuestion(position=0, kind=QuestionKind.ONE_OF, label="Workshop", choices="A\nB", is_required=True),
        OfferQuestion(position=1, kind=QuestionKind.SEVERAL_OF, label="Themen", choices="OZG\nEfA"),
        OfferQuestion(position=2, kind=QuestionKind.NUMBER, label="Begleitung", is_required=True),
        OfferQuestion(position=3, kind=QuestionKind.TEXT, label="Ernährung", purpose="das Essen zu bestellen",
                      is_sensitive=True),
        OfferQuestion(position=4, kind=QuestionKind.YES_NO, label="Führung"),
    ]  # fmt: skip
    session.commit()
    return made


def names(offer: RegistrationOffer) -> list[str]:
    return [f"frage_{each.id}" for each in offer.questions]


def test_extra_questions_are_asked_and_their_answers_kept(
    client: FlaskClient, session: Session, asking: RegistrationOffer
) -> None:
    workshop, topics, number, food, tour = names(asking)
    consent = food.replace("frage", "einwilligung")
    answers = {workshop: "B", topics: ["OZG", "EfA"], number: "0", food: "vegan", consent: "y", tour: "ja"}
    address = f"/termine/{asking.event.slug}/anmelden"

    check = client.post(address, data=TYPED | answers | {"schritt": "pruefen", "language": "de"})
    client.post(address, data=TYPED | answers | {"schritt": "absenden", "language": "de"})

    assert all(words in check.text for words in ("OZG, EfA", "vegan", "Einwilligung"))
    session.rollback()
    entry = session.scalars(select(Registration)).one()
    ids = [each.removeprefix("frage_") for each in names(asking)]
    assert entry.answers == dict(zip(ids, ["B", ["OZG", "EfA"], 0, "vegan", "ja"], strict=True))
    given = session.scalars(select(Consent)).one()
    assert (given.given_at, given.withdrawn_at) == (entry.requested_at, None)
    assert "„Ernährung“" in given.wording


@pytest.mark.parametrize(
    ("place", "text", "sentence"),
    [
        (0, "", "Beantworten Sie die Frage „Workshop“"),
        (0, "C", "Wählen Sie bei „Workshop“ eine der Antworten"),
        (2, "viele", "Geben Sie eine ganze Zahl ein."),
        (2, "", "Beantworten Sie die Frage „Begleitung“"),
        (3, "vegan", "Ohne Einwilligung dürfen wir Ihre Antwort auf „Ernährung“ nicht speichern."),
        (4, "vielleicht", "Wählen Sie bei „Führung“ eine der Antworten"),
    ],
)
def test_answers_that_cannot_be_taken_are_refused_with_a_sentence(
    client: FlaskClient, session: Session, asking: RegistrationOffer, place: int, text: str, sentence: str
) -> None:
    workshop, _topics, number, *_others = names(asking)
    typed = {workshop: "A", number: "1", names(asking)[place]: text, "language": "de"}

    answer = submit(client, asking, **typed)

    assert (answer.status_code, sentence in answer.text) == (422, True), answer.text
    assert session.scalars(select(Registration)).all() == []


def test_an_address_of_another_domain_is_told_which_are_taken(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, mail_domains="sachsen-anhalt.de magdeburg.de")
    session.commit()

    refused = submit(client, offer, language="de")
    taken = submit(client, offer, language="de", email="erika@mid.sachsen-anhalt.de")

    assert refused.status_code == 422
    assert "mit einer dienstlichen Adresse an: sachsen-anhalt.de, magdeburg.de." in refused.text
    assert taken.status_code == 303


def test_a_certificate_is_for_those_who_were_there(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    there = factories.registration(session, offer, given_name="Anna", family_name="Muster", has_attended=True)
    missing = factories.registration(session, offer, has_attended=False)
    path, other = own_page(session, there), own_page(session, missing)

    answer = client.get(f"{path}/bescheinigung.pdf")
    text = PdfReader(BytesIO(answer.data)).pages[0].extract_text()

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert ("Anna Muster" in text, "Magdeburg, 6. Februar 2023" in text) == (True, True)
    assert f"{path}/bescheinigung.pdf" in client.get(path).text
    assert client.get(f"{other}/bescheinigung.pdf").status_code == 404


def test_pages_behind_links_are_confidential(client: FlaskClient, session: Session, offer: RegistrationOffer) -> None:
    path = register(client, session, offer)
    for tail in ("aendern", "vertretung", "weitere"):
        answer = client.get(f"{path}/{tail}")
        assert (answer.status_code, {name: answer.headers[name] for name in CONFIDENTIAL}) == (200, CONFIDENTIAL)


LINK = re.compile(r"http://termine\.example(/[^\s\"<>]*)")
HREF = re.compile(r"href=\"(?:http://termine\.example)?(/[^\"#]*)")
MOST_PAGES = 150


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_crawler_that_follows_every_link_of_every_mail_changes_nothing(
    client: FlaskClient, session: Session, offer: RegistrationOffer, method: str
) -> None:
    """As mail scanners do: every link in a mail, and every link on the pages behind them."""
    mails = mails_of_all_kinds(client, session, offer)
    before = dump(session.connection())
    session.rollback()

    seen: dict[str, int] = {}
    wanted = [path.replace("&amp;", "&") for mail in mails for path in LINK.findall(mail)]
    while wanted and len(seen) < MOST_PAGES:
        path = wanted.pop(0)
        if path in seen or "/static/" in path:
            continue
        seen[path] = client.open(path, method=method).status_code
        is_behind_a_link = path.startswith(("/anmeldung/", "/meine-anmeldungen/"))
        wanted += [found.replace("&amp;", "&") for found in HREF.findall(client.get(path).text) if is_behind_a_link]

    reached = {re.sub(r"[\w-]{43}", "*", path) for path in seen}
    assert {
        "/anmeldung/bestaetigen/*", "/anmeldung/vertretung/*", "/anmeldung/*", "/anmeldung/*/abmelden",
        "/anmeldung/*/aendern", "/meine-anmeldungen/*", "/meine-anmeldungen/*/loeschen",
    } <= reached  # fmt: skip
    assert {path: status for path, status in seen.items() if status >= 400} == {}
    session.rollback()
    after = dump(session.connection())
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


def mails_of_all_kinds(client: FlaskClient, session: Session, offer: RegistrationOffer) -> list[str]:
    """Leave somebody with a seat, one who is offered one, one unconfirmed, a deputy, a member; return their mails."""
    offer.promotion = Promotion.CLAIM
    session.commit()
    first = register(client, session, offer)
    register(client, session, offer, given_name="Max", email="max@musterburg.example")
    client.post(f"{first}/abmelden")
    again = register(client, session, offer, given_name="Rita", email="rita@musterburg.example")
    client.post(f"{again}/vertretung", data={
        "given_name": "Eva", "family_name": "Neu", "email": "eva@musterburg.example"
    })  # fmt: skip
    submit(client, offer, given_name="Ohne", email="ohne@musterburg.example")
    client.post("/meine-anmeldungen", data={"email": "rita@musterburg.example"})
    session.rollback()
    kept = {mail.kind: mail.text + mail.html for mail in session.scalars(select(OutgoingMail))}
    assert {"confirm_address", "seat_offered", "withdrawn", "deputy_asked", "my_registrations"} <= set(kept)
    return [mail.text + mail.html for mail in session.scalars(select(OutgoingMail))]


def test_a_hybrid_participant_asks_for_the_other_pool(client: FlaskClient, session: Session) -> None:
    offer = factories.offer(session, event=factories.event(session, mode=Mode.HYBRID), seats_on_site=0)
    session.commit()
    path = register(client, session, offer, mode="online", language="de")

    client.post(f"{path}/aendern", data={"mode": "on_site", "language": "de"})

    sentence = "Wird ein Platz vor Ort frei, wechseln Sie von selbst. Zurzeit stehen Sie an Stelle 1."
    assert sentence in client.get(path).text


def test_a_voluntary_consent_is_ticked_kept_in_its_words_and_taken_back_at_any_time(
    client: FlaskClient, session: Session
) -> None:
    offer = factories.offer(session, closes_hours_before=1)
    offer.questions = [
        OfferQuestion(kind=QuestionKind.CONSENT, label="Fotos von mir dürfen veröffentlicht werden.",
                      purpose="über die Veranstaltung zu berichten", is_sensitive=True),
    ]  # fmt: skip
    session.commit()
    [box] = names(offer)
    form = client.get(f"/termine/{offer.event.slug}/anmelden").text
    assert re.search(rf'<input[^>]*name="{box}"[^>]*>', form)
    assert "checked" not in re.search(rf'<input[^>]*name="{box}"[^>]*>', form)[0]  # type: ignore[index]

    without = register(client, session, offer)
    session.rollback()
    assert session.scalars(select(Consent)).all() == []
    assert "Ihre Einwilligungen" not in client.get(without).text

    path = register(client, session, offer, given_name="Zoë", **{box: "y"})
    session.rollback()
    given = session.scalars(select(Consent)).one()
    wording = "Fotos von mir dürfen veröffentlicht werden. Ich kann das jederzeit widerrufen."
    assert (given.wording, given.withdrawn_at, given.registration.answers) == (
        wording, None, {box.removeprefix("frage_"): True}
    )  # fmt: skip
    page = client.get(path).text
    assert wording in page
    revoking = re.search(r'action="(/anmeldung/[\w-]+/einwilligung/\d+/widerrufen)"', page)
    assert revoking
    assert client.post(revoking[1].replace(f"einwilligung/{given.id}/", "einwilligung/99999/")).status_code == 404
    for _click in range(2):
        assert client.post(revoking[1]).status_code == 303
    session.rollback()
    session.expire_all()
    assert (given.withdrawn_at is not None, given.registration.answers) == (True, {})
    assert wording not in client.get(path).text
