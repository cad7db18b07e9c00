"""Signing in through HTTP: each way, its limits, and the attacks on it."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.mail.composing import compose
from ozgtermine.models import (
    Account,
    AccountRole,
    AccountSession,
    AuditAct,
    AuditEntry,
    Membership,
    MembershipRole,
    OutgoingMail,
    Person,
)
from ozgtermine.operations import accounts, signing_in
from tests import factories
from tests.views.organizing.conftest import OURS, PASSWORD, Visitor

EMAIL = "erika.muster@mid.example"
CREDENTIALS = {"email": EMAIL, "password": PASSWORD}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def visitors(app: Flask) -> None:
    app.test_client_class = Visitor


@pytest.fixture
def link(session: Session) -> str:
    token = accounts.create_setup_link(session, now=clock.real_now())
    session.commit()
    return f"/konto/einrichten/{token}"


@pytest.fixture
def owner(app: Flask, link: str) -> FlaskClient:
    """Return the browser in which the first administrator has set up the account."""
    client = app.test_client()
    made = client.post(link, data={**CREDENTIALS, "name": "Erika Muster"}, headers=OURS)
    assert (made.status_code, made.location) == (303, "/verwaltung/")
    return client


def post(client: FlaskClient, path: str, data: dict[str, str] | None = None, **headers: str) -> TestResponse:
    return client.post(path, data=data, headers={**OURS, **headers})


def sign_in(client: FlaskClient, **typed: str) -> TestResponse:
    return post(client, "/verwaltung/anmelden", {**CREDENTIALS, **typed})


def cookie_of(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("ozgtermine")
    return cookie.value if cookie else None


def is_in(client: FlaskClient, path: str = "/verwaltung/konto") -> bool:
    return client.get(path).status_code == 200


def mails(session: Session, kind: str) -> list[OutgoingMail]:
    session.rollback()
    return list(session.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)))


def link_in(mail: OutgoingMail) -> str:
    """Return the path of the one link in the mail's text that acts."""
    found = re.search(r"http://termine\.example(/konto/\S+)", mail.text)
    assert found
    return found[1]


# --- the first account and the password


def test_the_page_of_a_link_stays_out_of_caches_and_works_once(client: FlaskClient, link: str) -> None:
    shown = client.get(link)
    assert {name: shown.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")} == {
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
    }  # fmt: skip
    short = post(client, link, {**CREDENTIALS, "name": "Erika", "password": "kurz"})
    assert (short.status_code, 'value="Erika"' in short.get_data(as_text=True)) == (422, True)
    assert post(client, link, {**CREDENTIALS, "name": "Erika"}).status_code == 303
    assert client.get(link).status_code == 410


@pytest.mark.usefixtures("owner")
def test_signing_in_begins_a_new_session(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("ozgtermine", "untergeschoben")
    assert sign_in(client).status_code == 303
    first = cookie_of(client)
    assert first not in ("untergeschoben", None)
    assert is_in(client)
    sign_in(client)
    assert cookie_of(client) != first


def test_a_session_is_a_row_that_its_owner_sees_and_ends(app: Flask, owner: FlaskClient, session: Session) -> None:
    other = app.test_client()
    assert post(other, "/verwaltung/anmelden", CREDENTIALS, **{"User-Agent": FIREFOX}).status_code == 303
    shown = unescape(owner.get("/verwaltung/konto").get_data(as_text=True))
    assert "Firefox unter Windows" in shown
    ends = re.findall(r"/verwaltung/konto/sitzungen/(\d+)/beenden", shown)
    assert len(ends) == 1
    assert post(owner, f"/verwaltung/konto/sitzungen/{ends[0]}/beenden").status_code == 303
    assert (is_in(owner), is_in(other)) == (True, False)
    assert session.query(AccountSession).count() == 1


def test_reading_sets_no_cookie_even_from_another_network(owner: FlaskClient) -> None:
    answer = owner.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}, headers={"User-Agent": FIREFOX})
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
    assert "Erika Muster" in answer.text


def test_nobody_ends_the_session_of_somebody_else(
    app: Flask, owner: FlaskClient, sign_in_as: Callable[[AccountRole], FlaskClient], session: Session
) -> None:
    stranger = sign_in_as(AccountRole.EDITOR)
    [own, _other] = session.scalars(select(AccountSession.id).order_by(AccountSession.id))
    assert post(stranger, f"/verwaltung/konto/sitzungen/{own}/beenden").status_code == 303
    assert is_in(owner)


@pytest.fixture
def sign_in_as(app: Flask, session: Session) -> Callable[[AccountRole], FlaskClient]:
    def make(role: AccountRole) -> FlaskClient:
        email = f"{role}@mid.example"
        token = accounts.invite(session, email=email, name="Max Beispiel", role=role, now=clock.real_now())
        accounts.set_up(session, token, name="Max Beispiel", email="", password=PASSWORD, now=clock.real_now())
        session.commit()
        client = app.test_client()
        assert sign_in(client, email=email).status_code == 303
        return client

    return make


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(app: Flask, owner: FlaskClient) -> None:
    thief = app.test_client()
    thief.set_cookie("ozgtermine", str(cookie_of(owner)))
    assert is_in(thief)
    answer = post(owner, "/verwaltung/abmelden")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache", "storage"')
    assert not is_in(thief)


def test_signing_out_everywhere_ends_all(app: Flask, owner: FlaskClient) -> None:
    other = app.test_client()
    sign_in(other)
    assert post(owner, "/verwaltung/konto/ueberall-abmelden").status_code == 303
    assert (is_in(owner), is_in(other)) == (False, False)


@pytest.mark.parametrize(
    ("field", "age"), [("last_seen_at", timedelta(minutes=60)), ("expires_at", timedelta(hours=10))]
)
def test_a_session_ends_when_it_is_idle_or_old(
    owner: FlaskClient, session: Session, field: str, age: timedelta
) -> None:
    row = session.query(AccountSession).one()
    setattr(row, field, getattr(row, field) - age)
    session.commit()
    assert not is_in(owner)


def test_use_is_noted_every_few_minutes_and_keeps_a_session_alive(owner: FlaskClient, session: Session) -> None:
    row = session.query(AccountSession).one()
    row.last_seen_at -= timedelta(minutes=50)
    session.commit()
    assert is_in(owner)
    session.expire_all()
    assert clock.real_now() - session.query(AccountSession).one().last_seen_at < timedelta(minutes=1)


def test_a_new_password_ends_all_other_sessions_and_is_told_by_mail(
    app: Flask, owner: FlaskClient, session: Session
) -> None:
    other = app.test_client()
    sign_in(other)
    new = "ein ganz anderes Passwort"
    typed = {"old_password": "geraten", "password": new}
    assert post(owner, "/verwaltung/konto/passwort", typed).status_code == 422
    assert post(owner, "/verwaltung/konto/passwort", {**typed, "old_password": PASSWORD}).status_code == 303
    assert (is_in(owner), is_in(other)) == (True, False)
    assert [mail.recipient for mail in mails(session, "security_notice")][-1] == EMAIL
    assert (sign_in(other).status_code, sign_in(other, password=new).status_code) == (422, 303)


# --- redirects, foreign pages, hosts


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "https:evil.example", "/\\evil.example", "/\t/evil.example",
               "\\\\evil.example", "javascript:alert(1)", "/\r\nSet-Cookie: a=b"]
)  # fmt: skip
def test_nobody_is_sent_to_a_foreign_page(app: Flask, target: str) -> None:
    answer = app.test_client().post(
        "/verwaltung/anmelden", query_string={"next": target}, data=CREDENTIALS, headers=OURS
    )
    assert (answer.status_code, answer.location) == (303, "/verwaltung/")


@pytest.mark.usefixtures("owner")
def test_one_goes_on_where_one_was_stopped(app: Flask) -> None:
    client = app.test_client()
    stopped = client.get("/verwaltung/termine?stand=alle")
    assert stopped.status_code == 303
    answer = client.post(stopped.location, data=CREDENTIALS, headers=OURS)
    assert answer.location == "/verwaltung/termine?stand=alle"


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "path", ["/verwaltung/anmelden", "/verwaltung/anmelden/link", "/konto/passwort-vergessen",
             "/verwaltung/anmelden/zweiter-faktor", "/verwaltung/anmelden/passkey", "/verwaltung/anmelden/zentral"]
)  # fmt: skip
def test_a_foreign_page_cannot_sign_anybody_in(app: Flask, session: Session, path: str) -> None:
    client = app.test_client()
    data = {**CREDENTIALS, "link-email": EMAIL}
    answer = client.post(path, data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, cookie_of(client), mails(session, "sign_in_by_password")) == (403, None, [])


@pytest.mark.usefixtures("owner")
def test_links_in_mails_are_ours_whatever_host_was_asked_for(client: FlaskClient, session: Session) -> None:
    headers = {**OURS, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    client.post("/konto/passwort-vergessen", data={"email": EMAIL}, headers=headers)
    [mail] = mails(session, "reset_password")
    assert b"evil.example" not in compose(mail)
    assert link_in(mail).startswith("/konto/passwort/")


# --- guessing


def anonymous(text: str, email: str) -> str:
    return text.replace(email, "…")


@pytest.mark.usefixtures("owner")
def test_a_wrong_password_and_an_unknown_address_look_the_same(app: Flask) -> None:
    seen = []
    for email in (EMAIL, "niemand.hier@mid.example"):
        answer = sign_in(app.test_client(), email=email, password="geraten geraten")
        headers = {name: value for name, value in answer.headers if name not in ("Date", "Content-Length")}
        seen.append((answer.status_code, headers, anonymous(answer.get_data(as_text=True), email)))
    assert seen[0] == seen[1]
    assert seen[0][0] == 422


@pytest.mark.usefixtures("owner")
def test_an_unknown_address_costs_the_same_work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is what Argon2 does, not what a clock shows on a noisy machine."""
    verified: list[str] = []
    real = PasswordHasher.verify

    def verify(hasher: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored.rpartition("$p=")[0])  # variant, version and cost
        return real(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    for email in (EMAIL, "niemand.hier@mid.example"):
        sign_in(app.test_client(), email=email, password="geraten geraten")
    assert len(verified) == 2
    assert verified[0] == verified[1]


@pytest.mark.usefixtures("owner")
def test_too_many_guesses_are_told_to_wait_and_the_right_password_waits_too(app: Flask) -> None:
    client = app.test_client()
    statuses = [sign_in(client, password="geraten geraten").status_code for _guess in range(6)]
    assert statuses == [422] * 5 + [429]
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert EMAIL in answer.get_data(as_text=True)


def test_strangers_cannot_lock_out_a_browser_that_was_here_before(app: Flask, owner: FlaskClient) -> None:
    post(owner, "/verwaltung/abmelden")
    for number in range(signing_in.MOST_OF_STRANGERS_FOR_AN_ADDRESS + 1):
        guess = app.test_client().post(
            "/verwaltung/anmelden", data={**CREDENTIALS, "password": "x"}, headers=OURS,
            environ_overrides={"REMOTE_ADDR": f"198.51.100.{number}"},
        )  # fmt: skip
    assert guess.status_code == 429
    assert app.test_client().post("/verwaltung/anmelden", data=CREDENTIALS, headers=OURS).status_code == 429
    assert sign_in(owner).status_code == 303


def test_a_forged_device_cookie_is_worth_nothing(app: Flask, owner: FlaskClient) -> None:
    known = owner.get_cookie("ozgtermine-device")
    assert known
    client = app.test_client()
    client.set_cookie("ozgtermine-device", known.value[:-2] + "xx")
    for _guess in range(6):
        answer = sign_in(client, password="geraten geraten")
    assert answer.status_code == 429


def test_of_many_guesses_at_once_no_more_pass_than_one_after_the_other(app: Flask, owner: FlaskClient) -> None:
    statuses: list[int] = []

    def guess() -> None:
        statuses.append(sign_in(app.test_client(), password="geraten geraten").status_code)

    threads = [threading.Thread(target=guess) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {422, 429}
    assert statuses.count(422) <= signing_in.MOST_OF_A_NETWORK_FOR_AN_ADDRESS < len(statuses) == 12


def test_failures_and_successes_are_recorded(app: Flask, owner: FlaskClient, session: Session) -> None:
    sign_in(app.test_client(), password="geraten geraten")
    sign_in(app.test_client(), email="niemand@mid.example")
    acts = (AuditAct.SIGNED_IN, AuditAct.SIGN_IN_FAILED)
    found = session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id))
    assert [(entry.act, entry.title) for entry in found] == [(act, "Erika Muster") for act in acts]


def test_a_new_device_is_told_by_mail_and_a_known_one_is_not(
    app: Flask, owner: FlaskClient, session: Session
) -> None:
    post(owner, "/verwaltung/abmelden")
    sign_in(owner)
    assert mails(session, "security_notice") == []
    sign_in(app.test_client())
    assert [mail.recipient for mail in mails(session, "security_notice")] == [EMAIL]


# --- the second factor


@pytest.fixture
def secret(owner: FlaskClient, session: Session) -> str:
    """Set up an authenticator through the pages and return its secret."""
    shown = owner.get("/verwaltung/konto/zweiter-faktor/app").get_data(as_text=True)
    found = re.search(r'<code class="ozg-secret">([A-Z2-7 ]+)</code>', shown)
    assert found
    secret = found[1].replace(" ", "")
    assert post(owner, "/verwaltung/konto/zweiter-faktor/app", {"code": "000000"}).status_code == 422
    made = post(owner, "/verwaltung/konto/zweiter-faktor/app", {"code": code_of(secret, -1)})
    assert made.status_code == 200
    assert len(recovery_codes(made)) == 10
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.real_now() + timedelta(seconds=30 * steps))


def recovery_codes(answer: TestResponse) -> list[str]:
    return re.findall(r'<code class="ozg-secret">([a-z0-9-]+)</code>', answer.get_data(as_text=True))


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(app: Flask, secret: str) -> None:
    client = app.test_client()
    asked = sign_in(client)
    assert (asked.status_code, "Zweiter Faktor" in asked.get_data(as_text=True)) == (200, True)
    assert not is_in(client)
    wrong = post(client, "/verwaltung/anmelden/zweiter-faktor", {"code": "123456"})
    assert (wrong.status_code, is_in(client)) == (422, False)
    right = post(client, "/verwaltung/anmelden/zweiter-faktor", {"code": code_of(secret)})
    assert (right.status_code, is_in(client)) == (303, True)


def test_a_code_that_was_seen_cannot_be_used_again(app: Flask, secret: str) -> None:
    first, second, code = app.test_client(), app.test_client(), code_of(secret)
    statuses = []
    for client in (first, second):
        sign_in(client)
        statuses.append(post(client, "/verwaltung/anmelden/zweiter-faktor", {"code": code}).status_code)
    assert statuses == [303, 422]


def test_codes_cannot_be_guessed(app: Flask, secret: str) -> None:
    client = app.test_client()
    sign_in(client)
    statuses = [
        post(client, "/verwaltung/anmelden/zweiter-faktor", {"code": f"00000{number}"}).status_code
        for number in range(6)
    ]
    assert statuses == [422] * 5 + [429]


def test_a_second_factor_without_a_password_is_nothing(app: Flask, secret: str) -> None:
    client = app.test_client()
    answer = post(client, "/verwaltung/anmelden/zweiter-faktor", {"code": code_of(secret)})
    assert (answer.status_code, is_in(client)) == (401, False)


def test_a_recovery_code_stands_in_once_and_is_told_by_mail(
    app: Flask, owner: FlaskClient, secret: str, session: Session
) -> None:
    code = recovery_codes(post(owner, "/verwaltung/konto/zweiter-faktor/codes"))[0]
    statuses = []
    for _time in range(2):
        client = app.test_client()
        sign_in(client)
        statuses.append(post(client, "/verwaltung/anmelden/zweiter-faktor", {"code": code}).status_code)
    assert statuses == [303, 422]
    texts = [mail.text for mail in mails(session, "security_notice")]
    assert any("Wiederherstellungscode" in text for text in texts)


def test_what_was_typed_survives_the_second_factor_too(app: Flask, secret: str) -> None:
    client = app.test_client()
    kept = {"kept-topic": "Mühsam getippt", "target": "/verwaltung/termine/1/bearbeiten"}
    asked = sign_in(client, **kept).get_data(as_text=True)
    assert 'name="kept-topic" value="Mühsam getippt"' in asked
    resumed = post(client, "/verwaltung/anmelden/zweiter-faktor", {**kept, "code": code_of(secret)})
    text = resumed.get_data(as_text=True)
    assert (resumed.status_code, 'name="topic" value="Mühsam getippt"' in text) == (200, True)
    assert 'action="/verwaltung/termine/1/bearbeiten"' in text


def test_delicate_things_ask_for_the_password_again(owner: FlaskClient, session: Session) -> None:
    row = session.query(AccountSession).one()
    row.proven_at -= timedelta(minutes=10)
    session.commit()
    asked = owner.get("/verwaltung/konto/zweiter-faktor/app")
    assert asked.location == "/verwaltung/konto/bestaetigen?next=/verwaltung/konto/zweiter-faktor/app"
    assert post(owner, "/verwaltung/konto/zweiter-faktor/codes").status_code == 303
    assert post(owner, "/verwaltung/konto/bestaetigen", {"password": "geraten"}).status_code == 422
    proven = post(owner, "/verwaltung/konto/bestaetigen", {"password": PASSWORD, "next": asked.location[-36:]})
    assert (proven.status_code, owner.get("/verwaltung/konto/zweiter-faktor/app").status_code) == (303, 200)


# --- links by mail


@pytest.fixture
def member(session: Session) -> Membership:
    person = Person(given_name="Mina", family_name="Mitglied", email="mina@stadt.example")
    made = Membership(
        series=factories.series(session, slug="ag-1"), person=person, role=MembershipRole.LEAD, starts_on=None,
        ends_on=None,
    )  # fmt: skip
    session.add(made)
    session.commit()
    return made


def ask_for_link(client: FlaskClient, email: str = "mina@stadt.example") -> TestResponse:
    return post(client, "/verwaltung/anmelden/link", {"link-email": email})


def mailed_link(client: FlaskClient, session: Session) -> str:
    assert ask_for_link(client).status_code == 303
    return link_in(mails(session, "sign_in_link")[-1])


@pytest.mark.usefixtures("member")
def test_a_lead_comes_in_by_a_mailed_link_once(app: Flask, client: FlaskClient, session: Session) -> None:
    link = mailed_link(client, session)
    assert [client.get(link).status_code for _look in range(2)] == [200, 200]
    entered = post(client, link)
    assert (entered.status_code, entered.location) == (303, "/verwaltung/")
    thief = app.test_client()
    assert (post(thief, link).status_code, is_in(thief)) == (410, False)


@pytest.mark.usefixtures("member")
def test_a_link_is_old_after_a_quarter_of_an_hour_and_a_new_one_ends_it(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = mailed_link(client, session)
    second = mailed_link(client, session)
    assert post(client, first).status_code == 410
    now = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: now + timedelta(minutes=15))
    assert post(client, second).status_code == 410


@pytest.mark.usefixtures("owner", "member")
def test_everybody_who_asks_for_a_link_gets_the_same_answer(app: Flask, session: Session) -> None:
    answers = [ask_for_link(app.test_client(), email) for email in
               ("mina@stadt.example", EMAIL, "niemand@stadt.example")]  # fmt: skip
    seen = {
        (answer.status_code, answer.location, answer.get_data(), answer.headers["Content-Type"]) for answer in answers
    }
    assert len(seen) == 1
    kinds = session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id))
    assert list(kinds) == ["sign_in_link", "sign_in_by_password"]


@pytest.mark.usefixtures("member")
def test_nobody_has_a_mailbox_filled(client: FlaskClient, session: Session) -> None:
    for _time in range(8):
        assert ask_for_link(client).status_code == 303
    assert len(mails(session, "sign_in_link")) == signing_in.LINKS_PER_HOUR


def test_a_link_does_not_let_in_who_left_the_group_meanwhile(
    client: FlaskClient, member: Membership, session: Session
) -> None:
    link = mailed_link(client, session)
    member.ends_on = clock.today() - timedelta(days=1)
    session.commit()
    assert (post(client, link).status_code, is_in(client)) == (410, False)


def test_a_link_does_not_let_in_an_account_that_was_given_a_role_meanwhile(
    client: FlaskClient, member: Membership, session: Session
) -> None:
    link = mailed_link(client, session)
    account = accounts.find_account(session, "mina@stadt.example")
    assert account
    account.role = AccountRole.EDITOR
    session.commit()
    assert post(client, link).status_code == 410


def test_a_plain_member_begins_at_the_own_groups(client: FlaskClient, member: Membership, session: Session) -> None:
    member.role = MembershipRole.MEMBER
    session.commit()
    entered = post(client, mailed_link(client, session))
    assert entered.location == "/meine-gruppen"
    assert client.get("/verwaltung/").status_code == 403


# --- the password forgotten


@pytest.mark.usefixtures("secret")
def test_a_forgotten_password_is_chosen_anew_and_the_second_factor_stays(
    app: Flask, owner: FlaskClient, session: Session
) -> None:
    visitor = app.test_client()
    answers = [post(visitor, "/konto/passwort-vergessen", {"email": email}) for email in (EMAIL, "niemand@mid.example")]
    assert {(answer.status_code, answer.location, answer.get_data()) for answer in answers} == {
        (303, answers[0].location, answers[0].get_data())
    }
    [mail] = mails(session, "reset_password")
    link, new = link_in(mail), "ein ganz anderes Passwort"
    assert post(visitor, link, {"password": "passwort1234"}).status_code == 422
    assert post(visitor, link, {"password": new}).status_code == 303
    assert post(visitor, link, {"password": new}).status_code == 410
    assert not is_in(owner)
    asked = sign_in(visitor, password=new)
    assert (asked.status_code, is_in(visitor)) == (200, False)


def test_fields_that_no_form_has_give_no_right(client: FlaskClient, session: Session) -> None:
    token = accounts.invite(
        session, email="max@mid.example", name="Max", role=AccountRole.EDITOR, now=clock.real_now()
    )
    session.commit()
    extra = {"role": "administrator", "email": "x@evil.example", "id": "1", "totp_secret": "x", "disabled_at": ""}
    made = post(client, f"/konto/einrichten/{token}", {"name": "Max", "password": PASSWORD, **extra})
    assert made.status_code == 303
    account = session.query(Account).one()
    assert (account.role, account.email, account.totp_secret) == (AccountRole.EDITOR, "max@mid.example", None)


def test_a_disabled_account_is_out_at_once(owner: FlaskClient, session: Session) -> None:
    session.query(Account).one().disabled_at = clock.real_now()
    session.commit()
    assert not is_in(owner)
    assert sign_in(owner).status_code == 422


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for a second factor, as outside of a demonstration."""
    wiring = app.extensions["ozgtermine"]
    strict = replace(wiring, settings=replace(wiring.settings, require_second_factor=True))
    monkeypatch.setitem(app.extensions, "ozgtermine", strict)


@pytest.mark.usefixtures("strict")
def test_without_a_second_factor_one_is_led_to_set_one_up(app: Flask, link: str) -> None:
    client = app.test_client()
    made = post(client, link, {**CREDENTIALS, "name": "Erika Muster"})
    assert made.location == "/verwaltung/konto/zweiter-faktor"
    assert client.get("/verwaltung/").location == "/verwaltung/konto/zweiter-faktor"
    assert post(client, "/verwaltung/termine/neu?reihe=1").status_code == 403
    shown = client.get("/verwaltung/konto/zweiter-faktor/app").get_data(as_text=True)
    found = re.search(r'<code class="ozg-secret">([A-Z2-7 ]+)</code>', shown)
    assert found
    code = code_of(found[1].replace(" ", ""))
    assert post(client, "/verwaltung/konto/zweiter-faktor/app", {"code": code}).status_code == 200
    assert client.get("/verwaltung/").status_code == 200
    db.session.rollback()
