"""Somebody of the editors, signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.models import AccountRole
from ozgtermine.operations import accounts

PASSWORD = "vier lange sichere Woerter"
OURS = {"Sec-Fetch-Site": "same-origin"}
SignIn = Callable[[AccountRole], FlaskClient]


class Visitor(FlaskClient):
    """Comes with each request anew, as from outside: what one request knew of the actor is not left to the next."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(autouse=True)
def visitors(app: Flask) -> None:
    app.test_client_class = Visitor


@pytest.fixture
def sign_in(app: Flask, session: Session) -> SignIn:
    """Return what makes an account of a role and a client that is signed in with it."""

    def make(role: AccountRole) -> FlaskClient:
        email = f"{role}@mid.example"
        token = accounts.invite(session, email=email, name="Erika Muster", role=role, now=clock.real_now())
        accounts.set_up(session, token, name="Erika Muster", email="", password=PASSWORD, now=clock.real_now())
        session.commit()
        made = app.test_client()
        answer = made.post("/verwaltung/anmelden", data={"email": email, "password": PASSWORD}, headers=OURS)
        assert (answer.status_code, answer.location) == (303, "/verwaltung/")
        return made

    return make


@pytest.fixture
def editor(sign_in: SignIn) -> FlaskClient:
    return sign_in(AccountRole.EDITOR)
