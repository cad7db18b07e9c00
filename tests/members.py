"""People in groups, and a browser in which one of them is signed in."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.models import Account, AccountRole, Membership, MembershipRole, Person, Series, SignInMethod
from ozgtermine.operations import account_sessions
from ozgtermine.operations.account_sessions import Lifetime

LIFETIME = Lifetime(idle=timedelta(days=1), at_most=timedelta(days=1))


class Visitor(FlaskClient):
    """Comes with each request anew, as from outside: what one request knew of the actor is not left to the next."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


def person(session: Session, **values: Any) -> Person:
    defaults: dict[str, Any] = {"given_name": "Bernd", "family_name": f"Beispiel {uuid4().hex[:8]}"}
    made = Person(**(defaults | values))
    session.add(made)
    session.flush()
    return made


def membership(session: Session, series: Series, of: Person, role: MembershipRole, **values: Any) -> Membership:
    made = Membership(series=series, person=of, role=role, **values)
    session.add(made)
    session.flush()
    return made


def account(session: Session, of: Person | None = None, role: AccountRole | None = None) -> Account:
    email = f"{uuid4().hex[:8]}@halle.example"
    name = of.name if of else "Erika Muster"
    now = clock.real_now()
    made = Account(email=email, email_normalised=email, name=name, role=role, person=of, created_at=now)
    session.add(made)
    session.flush()
    return made


def session_of(session: Session, who: Account) -> str:
    """Begin a session of that account and return its token."""
    return account_sessions.begin(
        session, who, method=SignInMethod.LINK, device="Test", lifetime=LIFETIME, now=clock.real_now()
    )


def cookie_of(token: str, secret_key: str) -> str:
    """Return what a browser with that session sends."""
    signing = Flask("cookies")
    signing.secret_key = secret_key
    serializer = SecureCookieSessionInterface().get_signing_serializer(signing)
    assert serializer is not None
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))


def signed_in(app: Flask, session: Session, who: Account) -> Visitor:
    """Return a browser with a session of that account; commits."""
    token = session_of(session, who)
    session.commit()
    client = Visitor(app, app.response_class)
    client.set_cookie("ozgtermine", cookie_of(token, str(app.secret_key)))
    return client
