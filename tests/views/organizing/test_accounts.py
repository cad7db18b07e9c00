"""Signing in through HTTP."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.operations import accounts

OURS = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "vier lange sichere Woerter"
CREDENTIALS = {"email": "erika.muster@mid.example", "password": PASSWORD}


@pytest.fixture
def link(session: Session) -> str:
    token = accounts.create_setup_link(session, now=clock.now())
    session.commit()
    return f"/konto/einrichten/{token}"


@pytest.fixture
def account(client: FlaskClient, link: str) -> None:
    made = client.post(link, data={**CREDENTIALS, "name": "Erika Muster"}, headers=OURS)
    assert (made.status_code, made.location) == (303, "/verwaltung/")


def cookie_of(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("ozgtermine", domain="termine.example") or client.get_cookie("ozgtermine")
    return cookie.value if cookie else None


def test_the_page_of_a_link_stays_out_of_caches_and_works_once(client: FlaskClient, link: str) -> None:
    shown = client.get(link)
    assert {name: shown.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")} == {
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
    }  # fmt: skip
    short = client.post(link, data={**CREDENTIALS, "name": "Erika", "password": "kurz"}, headers=OURS)
    assert (short.status_code, 'value="Erika"' in short.get_data(as_text=True)) == (422, True)
    assert client.post(link, data={**CREDENTIALS, "name": "Erika"}, headers=OURS).status_code == 303
    assert client.get(link).status_code == 410


@pytest.mark.usefixtures("account")
def test_signing_in_begins_a_new_session(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("ozgtermine", "untergeschoben")
    assert client.post("/verwaltung/anmelden", data=CREDENTIALS, headers=OURS).status_code == 303
    assert cookie_of(client) not in ("untergeschoben", None)
    assert client.get("/verwaltung/").status_code == 200


@pytest.mark.usefixtures("account")
def test_a_stolen_cookie_is_worth_nothing_after_signing_out_everywhere(app: Flask, client: FlaskClient) -> None:
    thief = app.test_client()
    thief.set_cookie("ozgtermine", str(cookie_of(client)))
    assert thief.get("/verwaltung/").status_code == 200
    assert client.post("/verwaltung/konto/ueberall-abmelden", headers=OURS).status_code == 303
    assert thief.get("/verwaltung/").status_code == 303


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "https:evil.example", "/\\evil.example", "/\t/evil.example",
               "\\\\evil.example", "javascript:alert(1)"]
)  # fmt: skip
def test_nobody_is_sent_to_a_foreign_page(app: Flask, target: str) -> None:
    answer = app.test_client().post(
        "/verwaltung/anmelden", query_string={"next": target}, data=CREDENTIALS, headers=OURS
    )
    assert (answer.status_code, answer.location) == (303, "/verwaltung/")


@pytest.mark.usefixtures("account")
def test_one_goes_on_where_one_was_stopped(app: Flask) -> None:
    client = app.test_client()
    stopped = client.get("/verwaltung/termine?stand=alle")
    assert stopped.status_code == 303
    answer = client.post(stopped.location, data=CREDENTIALS, headers=OURS)
    assert answer.location == "/verwaltung/termine?stand=alle"


@pytest.mark.usefixtures("account")
def test_a_wrong_password_and_an_unknown_address_look_the_same(app: Flask) -> None:
    texts = []
    for email in ("erika.muster@mid.example", "niemand.hier@mid.example"):
        answer = app.test_client().post(
            "/verwaltung/anmelden", data={"email": email, "password": "geraten geraten"}, headers=OURS
        )
        assert answer.status_code == 422
        texts.append(answer.get_data(as_text=True).replace(email, "…"))
    assert texts[0] == texts[1]


@pytest.mark.usefixtures("account")
def test_too_many_guesses_are_told_to_wait(app: Flask) -> None:
    client = app.test_client()
    guess = {**CREDENTIALS, "password": "geraten geraten"}
    statuses = [client.post("/verwaltung/anmelden", data=guess, headers=OURS).status_code for _guess in range(6)]
    assert statuses == [422] * 5 + [429]


@pytest.mark.usefixtures("account")
def test_a_foreign_page_cannot_sign_anybody_in(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/verwaltung/anmelden", data=CREDENTIALS, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, cookie_of(client)) == (403, None)
