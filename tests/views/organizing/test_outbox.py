"""The outbox through HTTP: what failed is sent again under its Message-ID, or given up; who looked is recorded."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.jobs.sending import lease_one
from ozgtermine.models import AuditAct, AuditEntry, MailState, OutgoingMail
from ozgtermine.queries.outbox import number_of_failed
from ozgtermine.rendering.outbox import advice
from tests import factories

OURS = {"Sec-Fetch-Site": "same-origin"}
PATH = "/verwaltung/mails"
LOOK = "Empfänger im Mailausgang"


def add_mail(session: Session, number: int, state: MailState, *, error: str = "") -> int:
    now = clock.now()
    mail = factories.outgoing_mail(
        session, f"<{number}@termine.example>", recipient=f"empfang{number}@musterburg.example",
        subject=f"Betreff {number}", text="Geheimer Inhalt", state=state, created_at=now, due_at=now, attempts=3,
        last_error=error, sent_at=now if state is MailState.SENT else None,
    )  # fmt: skip
    session.commit()
    return mail.id


@pytest.fixture
def mails(session: Session) -> dict[str, int]:
    return {
        "unknown": add_mail(session, 1, MailState.FAILED, error="550 5.1.1 no such user <b>here</b>"),
        "full": add_mail(session, 2, MailState.FAILED, error="552 5.2.2 mailbox full"),
        "waiting": add_mail(session, 3, MailState.QUEUED, error="450 try later"),
        "sent": add_mail(session, 4, MailState.SENT),
    }


def states(session: Session) -> dict[str, MailState]:
    session.rollback()
    session.expire_all()
    return {mail.message_id: mail.state for mail in session.scalars(select(OutgoingMail))}


def noted(session: Session, *acts: AuditAct) -> list[str]:
    found = select(AuditEntry).where(AuditEntry.thing == "outgoing_mail", AuditEntry.act.in_(acts))
    return [entry.note for entry in session.scalars(found.order_by(AuditEntry.id))]


def test_the_page_shows_what_failed_first_with_what_to_do_and_no_content(
    editor: FlaskClient, mails: dict[str, int], session: Session
) -> None:
    raw = editor.get(PATH).get_data(as_text=True)
    page = unescape(raw)
    order = [page.index(each) for each in ("empfang2@", "empfang1@", "empfang3@", "empfang4@")]
    assert order == sorted(order)
    assert "no such user &lt;b&gt;here&lt;/b&gt;" in raw
    assert "Fragen Sie die Person nach ihrer Adresse." in page
    assert ["Nicht zugestellt (2)" in page, "Wartet (1)" in page, "Gesendet (1)" in page] == [True] * 3
    assert "Geheimer Inhalt" not in page
    assert number_of_failed(session) == 2
    assert noted(session, AuditAct.VIEWED) == [LOOK]


def test_looks_within_some_minutes_are_one_look(
    editor: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    for minutes in (0, 9, 11):
        monkeypatch.setattr(clock, "now", lambda later=now + timedelta(minutes=minutes): later)
        assert editor.get(PATH).status_code == 200
    assert noted(session, AuditAct.VIEWED) == [LOOK, LOOK]


def test_a_mail_is_sent_again_under_its_message_id(
    editor: FlaskClient, mails: dict[str, int], session: Session
) -> None:
    chosen = [mails["unknown"], mails["waiting"], mails["sent"], 0]
    answer = editor.post(f"{PATH}/senden", data={"mail": chosen}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, PATH)
    assert states(session) == {
        "<1@termine.example>": MailState.QUEUED, "<2@termine.example>": MailState.FAILED,
        "<3@termine.example>": MailState.QUEUED, "<4@termine.example>": MailState.SENT,
    }  # fmt: skip
    again = session.get_one(OutgoingMail, mails["unknown"])
    assert (again.attempts, again.last_error, again.due_at <= clock.now()) == (0, "", True)
    assert noted(session, AuditAct.CHANGED) == ["noch einmal gesendet: Betreff 1"]
    assert session.get_one(OutgoingMail, mails["waiting"]).attempts == 3
    session.rollback()
    leased = lease_one(clock.now() + timedelta(seconds=1))
    assert leased is not None
    assert leased.message_id == "<3@termine.example>"


def test_sending_twice_does_no_harm(editor: FlaskClient, mails: dict[str, int], session: Session) -> None:
    for _each in range(2):
        data = {"mail": [mails["unknown"]]}
        assert editor.post(f"{PATH}/senden", data=data, headers=OURS).status_code == 303
    assert noted(session, AuditAct.CHANGED) == ["noch einmal gesendet: Betreff 1"]


def test_all_that_failed_is_sent_again_by_one_button(
    editor: FlaskClient, mails: dict[str, int], session: Session
) -> None:
    assert editor.post(f"{PATH}/senden", data={"all": "1"}, headers=OURS).status_code == 303
    assert MailState.FAILED not in states(session).values()
    assert "2 Mails werden noch einmal gesendet." in editor.get(PATH).get_data(as_text=True)


def test_discarding_asks_once_more_and_is_recorded(
    editor: FlaskClient, mails: dict[str, int], session: Session
) -> None:
    asked = editor.get(f"{PATH}/verwerfen?mail={mails['full']}&mail={mails['sent']}").get_data(as_text=True)
    assert re.findall(r'name="mail" value="(\d+)"', asked) == [str(mails["full"])]
    assert len(states(session)) == 4
    data = {"mail": [mails["full"], mails["sent"], mails["waiting"]]}
    assert editor.post(f"{PATH}/verwerfen", data=data, headers=OURS).status_code == 303
    assert sorted(states(session)) == ["<1@termine.example>", "<3@termine.example>", "<4@termine.example>"]
    assert noted(session, AuditAct.REMOVED) == ["verworfen, nie zugestellt: Betreff 2"]


@pytest.mark.parametrize("way", ["senden", "verwerfen"])
def test_without_a_choice_the_page_says_what_to_do(editor: FlaskClient, mails: dict[str, int], way: str) -> None:
    answer = editor.post(f"{PATH}/{way}", data={}, headers=OURS)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "Wählen Sie mindestens eine Mail aus." in page) == (422, True)


@pytest.mark.parametrize("chosen", ["x", "-1", "9" * 5000, "1; DROP TABLE"])
def test_what_is_no_mail_is_none(editor: FlaskClient, mails: dict[str, int], session: Session, chosen: str) -> None:
    before = states(session)
    assert editor.post(f"{PATH}/senden", data={"mail": chosen}, headers=OURS).status_code == 303
    assert states(session) == before


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 5.1.1 <x@y>: Recipient address rejected", "gibt es dort nicht"),
        ("550 no such user", "gibt es dort nicht"),
        ("550 5.7.1 Message rejected due to SPF", "unerwünscht"),
        ("554 5.7.1 listed at a blocklist", "unerwünscht"),
        ("552 5.3.4 message too big", "zu groß"),
        ("552 5.2.2 over quota", "Postfach ist voll"),
        ("450 greylisted", "drei Tage lang"),
        ("503 bad sequence", "Zeigen Sie Ihrem Maildienst"),
        ("", "Zeigen Sie Ihrem Maildienst"),
    ],
)
def test_each_answer_says_what_to_do(answer: str, words: str) -> None:
    assert words in advice(answer)
