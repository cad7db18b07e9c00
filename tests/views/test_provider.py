"""Signing in by the house's provider: a real OpenID Connect provider answers, in a process of its own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.models import Account, AccountRole, AccountSession, OutgoingMail, SignInMethod
from ozgtermine.operations import accounts
from tests.ports import free_port
from tests.views.organizing.conftest import OURS, PASSWORD, Visitor

PEOPLE = (
    {"sub": "erika", "email": "erika.muster@mid.example", "email_verified": True},
    {"sub": "unbestaetigt", "email": "max@mid.example", "email_verified": False},
    {"sub": "fremd", "email": "niemand@mid.example", "email_verified": True},
)
START, ANSWER = "/verwaltung/anmelden/zentral", "/verwaltung/anmelden/zentral/antwort"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Yield the issuer of a provider that knows `PEOPLE`."""
    port = free_port()
    claims = [word for person in PEOPLE for word in ("--user-claims", json.dumps(person))]
    options = ["--port", str(port), "--require-nonce", "true"]
    command = [sys.executable, "-m", "oidc_provider_mock", *options]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [*command, *claims], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{issuer}/.well-known/openid-configuration")
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(address, timeout=2).raise_for_status()
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def settings(settings: Settings, provider: str) -> Settings:
    return replace(settings, oidc_issuer=provider, oidc_client_id="ozg-termine", oidc_client_secret="geheim")


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    app.test_client_class = Visitor
    return app.test_client()


def account(session: Session, email: str, role: AccountRole | None = AccountRole.EDITOR) -> Account:
    token = accounts.invite(session, email=email, name="Erika Muster", role=AccountRole.EDITOR, now=clock.real_now())
    made = accounts.set_up(session, token, name="Erika Muster", email="", password=PASSWORD, now=clock.real_now())
    made.role = role
    session.commit()
    return made


def begin(visitor: FlaskClient) -> str:
    """Press the button and return the address at the provider."""
    answer = visitor.post(START, headers=OURS)
    assert answer.status_code == 302
    asked = parse_qs(urlsplit(answer.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"] == [f"http://termine.example{ANSWER}"]
    return str(answer.location)


def at_the_provider(address: str, who: str) -> str:
    """Sign in there as `who`, and return the path with which the provider sends back to us."""
    answer = requests.post(address, data={"sub": who}, allow_redirects=False, timeout=10)
    assert answer.status_code in (302, 303), answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def come_in(visitor: FlaskClient, who: str = "erika") -> TestResponse:
    return visitor.get(at_the_provider(begin(visitor), who))


def sentence(answer: TestResponse) -> str:
    found = re.search(r"<main.*?</main>", answer.get_data(as_text=True), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0] if found else ""))


def test_an_editor_comes_in_is_linked_and_is_told(visitor: FlaskClient, session: Session) -> None:
    made = account(session, "erika.muster@mid.example")
    answer = come_in(visitor)
    assert (answer.status_code, answer.location) == (303, "/verwaltung/")
    assert visitor.get("/verwaltung/").status_code == 200
    session.expire_all()
    assert str(made.oidc_subject).endswith("|erika")
    assert session.scalars(select(AccountSession.method)).all() == [SignInMethod.PROVIDER]
    kinds = session.scalars(select(OutgoingMail.kind)).all()
    assert kinds == ["security_notice"]


def test_the_second_time_the_subject_counts_not_the_address(visitor: FlaskClient, session: Session) -> None:
    made = account(session, "erika.muster@mid.example")
    come_in(visitor)
    made.email = made.email_normalised = "neu@mid.example"
    session.commit()
    assert come_in(visitor).status_code == 303


@pytest.mark.parametrize("who", ["unbestaetigt", "fremd"])
def test_who_has_no_account_or_no_confirmed_address_stays_out(
    visitor: FlaskClient, session: Session, who: str
) -> None:
    account(session, "max@mid.example")
    answer = come_in(visitor, who)
    assert (answer.status_code, "noch kein Konto angelegt" in sentence(answer)) == (403, True)
    assert visitor.get("/verwaltung/").status_code == 303
    assert session.query(Account).count() == 1


@pytest.mark.parametrize("change", [{"disabled_at": clock.real_now()}, {"role": None}])
def test_a_disabled_account_and_one_without_a_role_stay_out(
    visitor: FlaskClient, session: Session, change: dict[str, object]
) -> None:
    made = account(session, "erika.muster@mid.example")
    for name, value in change.items():
        setattr(made, name, value)
    session.commit()
    assert come_in(visitor).status_code == 403


def test_an_address_that_belongs_to_another_subject_opens_nothing(visitor: FlaskClient, session: Session) -> None:
    account(session, "erika.muster@mid.example").oidc_subject = "http://anderswo|erika"
    session.commit()
    assert come_in(visitor).status_code == 403


Forgery = Callable[[str], str]


@pytest.mark.parametrize(
    "forge",
    [
        lambda path: re.sub(r"state=[^&]+", "state=gefaelscht", path),
        lambda path: re.sub(r"code=[^&]+", "code=gefaelscht", path),
        lambda path: path.partition("?")[0],
        lambda path: path.partition("?")[0] + "?" + urlencode({"error": "access_denied", "state": "x"}),
    ],
    ids=["state", "code", "nothing", "denied"],
)
def test_a_forged_answer_gets_a_sentence(visitor: FlaskClient, session: Session, forge: Forgery) -> None:
    account(session, "erika.muster@mid.example")
    path = at_the_provider(begin(visitor), "erika")
    answer = visitor.get(forge(path))
    assert (answer.status_code, "hat nicht geklappt" in sentence(answer)) == (403, True)
    assert visitor.get("/verwaltung/").status_code == 303


def test_an_answer_works_in_the_browser_that_asked_and_once(app: Flask, visitor: FlaskClient, session: Session) -> None:
    account(session, "erika.muster@mid.example")
    path = at_the_provider(begin(visitor), "erika")
    assert app.test_client().get(path).status_code == 403
    assert visitor.get(path).status_code == 303
    assert visitor.get(path).status_code == 403


def test_a_provider_that_is_away_is_said_in_a_sentence(settings: Settings) -> None:
    app = create_app(replace(settings, oidc_issuer=f"http://127.0.0.1:{free_port()}"))
    app.test_client_class = Visitor
    with app.app_context():
        answer = app.test_client().post(START, headers=OURS)
        db.session.remove()
        db.engine.dispose()
    assert (answer.status_code, "nicht erreichbar" in sentence(answer)) == (503, True)


def test_without_a_provider_there_is_no_such_page(settings: Settings) -> None:
    app = create_app(replace(settings, oidc_issuer=""))
    app.test_client_class = Visitor
    with app.app_context():
        client = app.test_client()
        answers = [client.post(START, headers=OURS).status_code, client.get(ANSWER).status_code]
        assert "Konto des Landes" not in client.get("/verwaltung/anmelden").get_data(as_text=True)
        db.session.remove()
        db.engine.dispose()
    assert answers == [404, 404]
