"""Administrators and the accounts of others, through HTTP."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.models import Account, AccountRole, AccountSession, OutgoingMail
from ozgtermine.operations import accounts
from tests.views.organizing.conftest import OURS, PASSWORD
from tests.views.test_signing_in import link_in

SignIn = Callable[[AccountRole], FlaskClient]
INVITED = {"name": "Max Beispiel", "email": "max@mid.example", "role": "editor"}


@pytest.fixture
def administrator(sign_in: SignIn) -> FlaskClient:
    return sign_in(AccountRole.ADMINISTRATOR)


def post(client: FlaskClient, path: str, data: dict[str, str] | None = None) -> TestResponse:
    return client.post(path, data=data, headers=OURS)


def account_of(session: Session, email: str) -> Account:
    session.rollback()
    session.expire_all()
    found = accounts.find_account(session, email)
    assert found
    return found


def test_somebody_is_invited_by_mail_and_comes_in(administrator: FlaskClient, app: Flask, session: Session) -> None:
    assert post(administrator, "/verwaltung/konten", INVITED).status_code == 303
    path = f"/verwaltung/konten/{account_of(session, 'max@mid.example').id}"
    assert post(administrator, f"{path}/einladen").status_code == 303
    session.rollback()
    first, second = (link_in(mail) for mail in session.scalars(select(OutgoingMail).filter_by(kind="invited")))
    invited = app.test_client()
    assert invited.get(first).status_code == 410
    assert post(invited, second, {"name": "Max", "password": PASSWORD}).status_code == 303
    assert invited.get("/verwaltung/").status_code == 200
    again = post(administrator, "/verwaltung/konten", INVITED)
    assert (again.status_code, "gibt es schon ein Konto" in again.get_data(as_text=True)) == (422, True)


def test_mails_to_an_account_speak_its_language(
    administrator: FlaskClient, editor: FlaskClient, session: Session
) -> None:
    post(administrator, "/verwaltung/konten", INVITED | {"language": "en"})
    session.rollback()
    [invited] = session.scalars(select(OutgoingMail).filter_by(kind="invited"))
    assert (invited.subject, "(role: Editor)" in invited.text) == ("Your access to OZG-Termine", True)

    assert post(editor, "/verwaltung/konto/sprache", {"language": "klingonisch"}).status_code == 404
    assert post(editor, "/verwaltung/konto/sprache", {"language": "en"}).status_code == 303
    assert '<option selected value="en">English</option>' in editor.get("/verwaltung/konto").text
    post(administrator, f"/verwaltung/konten/{account_of(session, 'editor@mid.example').id}/sperren")
    session.rollback()
    [told] = session.scalars(select(OutgoingMail).filter_by(kind="security_notice"))
    assert "Your account is locked." in told.text


def test_an_editor_keeps_away_from_accounts(editor: FlaskClient) -> None:
    paths = ["/verwaltung/konten", "/verwaltung/konten/1", "/verwaltung/konten/1/sperren"]
    answers = [editor.get(paths[0]), editor.get(paths[1]), post(editor, paths[2]), post(editor, paths[0], INVITED)]
    assert {answer.status_code for answer in answers} == {403}


def test_a_disabled_editor_is_out_and_told_and_comes_back(
    administrator: FlaskClient, editor: FlaskClient, session: Session
) -> None:
    path = f"/verwaltung/konten/{account_of(session, 'editor@mid.example').id}"
    post(administrator, f"{path}/sperren")
    assert editor.get("/verwaltung/").status_code == 303
    assert "gesperrt" in administrator.get("/verwaltung/konten").get_data(as_text=True)
    session.rollback()
    [mail] = session.scalars(select(OutgoingMail).filter_by(kind="security_notice"))
    assert mail.recipient == "editor@mid.example"
    post(administrator, f"{path}/freischalten")
    credentials = {"email": "editor@mid.example", "password": PASSWORD}
    assert post(editor, "/verwaltung/anmelden", credentials).status_code == 303


def test_sessions_of_others_are_ended(administrator: FlaskClient, editor: FlaskClient, session: Session) -> None:
    account = account_of(session, "editor@mid.example")
    assert post(administrator, f"/verwaltung/konten/{account.id}/sitzungen").status_code == 303
    assert editor.get("/verwaltung/").status_code == 303
    session.rollback()
    assert session.query(AccountSession).count() == 1


def test_a_lost_second_factor_is_taken_away(administrator: FlaskClient, editor: FlaskClient, session: Session) -> None:
    account = account_of(session, "editor@mid.example")
    account.totp_secret = "verloren"
    session.commit()
    assert post(administrator, f"/verwaltung/konten/{account.id}/zweiter-faktor").status_code == 303
    assert account_of(session, "editor@mid.example").totp_secret is None
    assert editor.get("/verwaltung/").status_code == 303


@pytest.mark.parametrize(("what", "typed"), [("sperren", {}), ("rolle", {"role": "editor"})])
def test_the_last_administrator_stays(
    administrator: FlaskClient, session: Session, what: str, typed: dict[str, str]
) -> None:
    path = f"/verwaltung/konten/{account_of(session, 'administrator@mid.example').id}"
    answer = post(administrator, f"{path}/{what}", typed)
    assert answer.location == path
    assert "Das ist das letzte Konto für die Administration." in unescape(
        administrator.get(path).get_data(as_text=True)
    )
    assert account_of(session, "administrator@mid.example").role is AccountRole.ADMINISTRATOR


def test_of_two_who_demote_each_other_at_once_one_stays(
    app: Flask, administrator: FlaskClient, editor: FlaskClient, session: Session
) -> None:
    first, second = (account_of(session, f"{name}@mid.example").id for name in ("administrator", "editor"))
    assert post(administrator, f"/verwaltung/konten/{second}/rolle", {"role": "administrator"}).status_code == 303
    ready = threading.Barrier(2)

    def demote(client: FlaskClient, account_id: int) -> None:
        ready.wait()
        post(client, f"/verwaltung/konten/{account_id}/rolle", {"role": "editor"})

    threads = [threading.Thread(target=demote, args=pair) for pair in ((administrator, second), (editor, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    session.expire_all()
    assert session.query(Account).filter_by(role=AccountRole.ADMINISTRATOR).count() == 1


def test_accounts_are_changed_only_by_who_has_just_shown_the_password(
    administrator: FlaskClient, session: Session
) -> None:
    for row in session.query(AccountSession):
        row.proven_at -= timedelta(minutes=10)
    session.commit()
    answer = post(administrator, "/verwaltung/konten", INVITED)
    assert answer.location.startswith("/verwaltung/konto/bestaetigen")
    assert session.query(Account).count() == 1


def test_extra_fields_give_an_invited_account_nothing(administrator: FlaskClient, session: Session) -> None:
    extra = {"password_hash": "x", "disabled_at": clock.real_now().isoformat(), "oidc_subject": "x", "person_id": "1"}
    assert post(administrator, "/verwaltung/konten", {**INVITED, **extra}).status_code == 303
    made = account_of(session, "max@mid.example")
    assert (made.password_hash, made.disabled_at, made.oidc_subject, made.person_id) == (None, None, None, None)
    assert post(administrator, "/verwaltung/konten", {**INVITED, "role": "owner"}).status_code == 422
    assert re.search("Max Beispiel", administrator.get("/verwaltung/konten").get_data(as_text=True))
