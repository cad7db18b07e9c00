"""The mailbox of a demonstration."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.jobs.sending import Worker
from ozgtermine.mail import outbox
from ozgtermine.mail.composing import Invitation, Mail
from ozgtermine.mail.delivery import FolderDelivery, file_name
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import OutgoingMail
from tests.factories import NOW

ENTRY = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
MAIL = Mail(
    kind="test",
    recipient="erika@musterburg.example",
    subject="Grüße <b>",
    text="Ein Link: http://termine.example/anmeldung/x\n<script>alert(1)</script>\n",
    html="<p>Gestaltet</p><script>alert(1)</script>",
    invitation=Invitation(method="REQUEST", content=ENTRY),
)


@pytest.fixture
def path(session: Session, settings: Settings) -> str:
    """Send one mail into the folder and return its page."""
    outbox.post(session, MAIL, Letterhead.of(settings), now=NOW)
    session.commit()
    Worker(FolderDelivery(settings.mail_folder), mails_per_minute=60_000, now=lambda: NOW).run_until_empty()
    message_id = session.scalars(select(OutgoingMail.message_id)).one()
    return f"/postfach/{file_name(message_id).removesuffix('.eml')}"


def test_the_mailbox_lists_and_shows_kept_mails(client: FlaskClient, path: str) -> None:
    listed, shown = client.get("/postfach"), client.get(path)

    assert f'<a href="{path}">Grüße &lt;b&gt;</a>' in listed.text
    assert '<a href="http://termine.example/anmeldung/x">http://termine.example/anmeldung/x</a>' in shown.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text


def test_the_calendar_file_opens(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}/invite.ics")

    assert (answer.data, answer.headers["Content-Type"]) == (ENTRY, "text/calendar; charset=utf-8")


def test_the_html_of_a_mail_cannot_act(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}/html")

    assert "<p>Gestaltet</p>" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["..%2fsecret_key", "x", "0" * 36])
def test_there_is_nothing_but_mails(client: FlaskClient, name: str) -> None:
    assert client.get(f"/postfach/{name}").status_code == 404


@pytest.mark.usefixtures("app")
def test_there_is_no_mailbox_in_production(settings: Settings, path: str) -> None:
    production = create_app(replace(settings, environment="production"))
    client = production.test_client()
    assert [client.get(each).status_code for each in ("/postfach", path, f"{path}/html")] == [404, 404, 404]
    with production.app_context():
        db.engine.dispose()


def test_an_empty_mailbox_says_so(client: FlaskClient) -> None:
    assert "Noch ist keine E-Mail da." in client.get("/postfach").text


def test_a_half_written_file_is_no_mail(client: FlaskClient, path: str, settings: Settings) -> None:
    half = Path(settings.mail_folder / "half.part")
    half.write_bytes(b"Subject: halb")

    assert "halb" not in client.get("/postfach").text
    assert client.get(path).status_code == 200
