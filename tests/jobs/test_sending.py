"""The worker against a real SMTP server: what is sent, what waits, what is given up."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.jobs import sending as job
from ozgtermine.jobs.sending import Worker, lease_one
from ozgtermine.mail.composing import compose
from ozgtermine.mail.delivery import FolderDelivery, SmtpDelivery
from ozgtermine.models import MailState, OutgoingMail
from ozgtermine.rules.mailing import LEASE
from tests import factories
from tests.factories import NOW
from tests.jobs.smtp import Mailbox, smtp_server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server(Mailbox()) as running:
        yield running


def add_mail(session: Session, number: int, *, priority: int = 0, recipient: str = "") -> None:
    factories.outgoing_mail(
        session, f"<{number}@termine.example>", priority=priority, text=f"Text {number}\n",
        recipient=recipient or f"empfang{number}@musterburg.example",
    )  # fmt: skip
    session.commit()


def worker(
    settings: Settings, mailbox: Mailbox, now: datetime = NOW, in_force: Callable[[], Settings] | None = None
) -> Worker:
    over_smtp = replace(settings, smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_timeout_seconds=5)
    delivery = SmtpDelivery(over_smtp)
    return Worker(delivery, mails_per_minute=60_000, now=lambda: now, settings_in_force=in_force)


def found(session: Session) -> list[tuple[MailState, int, datetime, str]]:
    session.rollback()
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [(row.state, row.attempts, row.due_at, row.last_error) for row in rows]


def test_each_mail_is_sent_once_the_urgent_first(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    add_mail(session, 1, priority=5)
    add_mail(session, 2)
    add_mail(session, 3)

    assert worker(settings, mailbox).run_until_empty() == 3
    assert worker(settings, mailbox).run_until_empty() == 0

    assert mailbox.message_ids == ["<2@termine.example>", "<3@termine.example>", "<1@termine.example>"]
    assert found(session) == [(MailState.SENT, 1, NOW, "")] * 3


def test_a_mail_carries_the_real_date_of_its_sending(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    add_mail(session, 1)

    worker(settings, mailbox).run_until_empty()

    (message,) = mailbox.taken
    assert message.keys()[0] == "Date"
    assert message["Date"].endswith(" +0000")
    assert str(NOW.year) not in message["Date"]


def test_a_refused_recipient_is_given_up_at_once_and_the_others_go_on(
    session: Session, settings: Settings, mailbox: Mailbox
) -> None:
    add_mail(session, 1, recipient="weg@musterburg.example")
    add_mail(session, 2)
    mailbox.answers["weg@musterburg.example"] = "550 no such user"

    worker(settings, mailbox).run_until_empty()

    assert found(session) == [(MailState.FAILED, 1, NOW, "550 no such user"), (MailState.SENT, 1, NOW, "")]


@pytest.mark.parametrize("recipient", ["zoë@musterburg.example", "zoe@müsterburg.example", "zoe"])
def test_an_address_that_no_server_takes_is_given_up_and_the_others_go_on(
    session: Session, settings: Settings, mailbox: Mailbox, recipient: str
) -> None:
    add_mail(session, 1, recipient=recipient)
    add_mail(session, 2)

    worker(settings, mailbox).run_until_empty()

    assert [state for state, *_rest in found(session)] == [MailState.FAILED, MailState.SENT]


def test_a_mail_that_is_not_taken_now_is_tried_again_on_the_ladder(
    session: Session, settings: Settings, mailbox: Mailbox
) -> None:
    add_mail(session, 1, recipient="voll@musterburg.example")
    mailbox.answers["voll@musterburg.example"] = "450 mailbox busy"

    worker(settings, mailbox).run_until_empty()
    first = found(session)
    worker(settings, mailbox, NOW + timedelta(minutes=1)).run_until_empty()

    assert first == [(MailState.QUEUED, 1, NOW + timedelta(minutes=1), "450 mailbox busy")]
    assert found(session) == [(MailState.QUEUED, 2, NOW + timedelta(minutes=6), "450 mailbox busy")]


def test_at_the_end_of_the_ladder_a_mail_is_given_up(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    add_mail(session, 1, recipient="voll@musterburg.example")
    mailbox.answers["voll@musterburg.example"] = "450 mailbox busy"

    now = NOW
    for _try in range(9):
        worker(settings, mailbox, now).run_until_empty()
        ((state, attempts, now, _error),) = found(session)

    assert (state, attempts) == (MailState.FAILED, 9)
    assert now - NOW < timedelta(days=3)


@pytest.mark.parametrize(
    "answers",
    [{"MAIL": "550 you may not send"}, {"DATA": "421 closing"}],
    ids=["sender not taken", "service not available"],
)
def test_where_the_server_is_at_fault_all_mails_wait_and_no_try_counts(
    session: Session, settings: Settings, mailbox: Mailbox, answers: dict[str, str]
) -> None:
    add_mail(session, 1)
    add_mail(session, 2)
    mailbox.answers |= answers

    assert worker(settings, mailbox).run_until_empty() == 0
    assert [(state, attempts) for state, attempts, _due, _error in found(session)] == [(MailState.QUEUED, 0)] * 2

    mailbox.answers.clear()
    assert worker(settings, mailbox).run_until_empty() == 2


def test_a_server_that_is_away_loses_nothing(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    add_mail(session, 1)
    nobody = Mailbox(port=1)

    assert worker(settings, nobody).run_until_empty() == 0

    assert worker(settings, mailbox).run_until_empty() == 1


@pytest.mark.usefixtures("session")
def test_two_workers_never_hold_the_same_mail(app: Flask, session: Session) -> None:
    for number in range(20):
        add_mail(session, number)
    held: list[int] = []

    def hold() -> None:
        with app.app_context():
            while mail := lease_one(NOW):
                held.append(mail.id)

    threads = [threading.Thread(target=hold) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(held) == [mail.id for mail in session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))]


def test_a_lease_runs_out(session: Session) -> None:
    add_mail(session, 1)

    first, again, later = lease_one(NOW), lease_one(NOW), lease_one(NOW + LEASE)

    assert (first is None, again is None, later is None) == (False, True, False)


def test_the_next_is_leased_with_the_mark_of_the_one_before(
    session: Session, settings: Settings, mailbox: Mailbox
) -> None:
    add_mail(session, 1)
    add_mail(session, 2)
    writes: list[int] = []
    event.listen(session, "after_commit", lambda _session: writes.append(len(mailbox.taken)))

    worker(settings, mailbox).run_until_empty()

    assert writes == [0, 1, 2]


def test_a_slow_worker_holds_no_mail_while_it_pauses(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    add_mail(session, 1)
    add_mail(session, 2)
    sending = worker(settings, mailbox)
    sending.seconds_between = 60
    threading.Timer(1, sending.stop).start()

    sending.run()

    assert [state for state, *_rest in found(session)] == [MailState.SENT, MailState.QUEUED]


def test_a_worker_told_to_stop_in_its_pause_still_sends_what_it_has_leased(
    session: Session, settings: Settings, mailbox: Mailbox
) -> None:
    for number in (1, 2, 3):
        add_mail(session, number)
    sending = worker(settings, mailbox)
    sending.seconds_between = 1
    threading.Timer(0.5, sending.stop).start()

    sending.run()

    assert [state for state, *_rest in found(session)] == [MailState.SENT, MailState.SENT, MailState.QUEUED]


def test_a_server_that_hangs_up_after_a_mail_is_called_again_for_the_next(
    session: Session, settings: Settings, mailbox: Mailbox
) -> None:
    add_mail(session, 1)
    add_mail(session, 2)
    mailbox.hangs_up = True
    delivery = worker(settings, mailbox).delivery

    for mail in session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)):
        delivery.send(mail, sent_at=NOW)
        time.sleep(0.5)
    delivery.rest()

    assert mailbox.message_ids == ["<1@termine.example>", "<2@termine.example>"]


def test_without_a_server_mails_are_kept_as_files_once_each(session: Session, tmp_path: Path) -> None:
    add_mail(session, 1)
    folder = tmp_path / "mail"
    delivery = FolderDelivery(folder)
    mail = session.scalars(select(OutgoingMail)).one()

    Worker(delivery, mails_per_minute=60_000, now=lambda: NOW).run_until_empty()
    delivery.send(mail, sent_at=NOW)

    assert [file.name for file in folder.iterdir()] == ["1.eml"]
    assert (folder / "1.eml").read_bytes() == b"Date: Mon, 06 Feb 2023 09:00:00 +0000\r\n" + compose(mail)


def test_a_worker_told_to_stop_finishes_the_mail_in_hand(
    session: Session, settings: Settings, mailbox: Mailbox
) -> None:
    add_mail(session, 1)
    add_mail(session, 2)
    sending = worker(settings, mailbox)
    mailbox.at = lambda stage: sending.stop() if stage == "RCPT" else None

    sending.run()

    assert [state for state, *_rest in found(session)] == [MailState.SENT, MailState.QUEUED]


def test_sender_and_rate_are_taken_over_while_it_runs(
    session: Session, settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "REREAD_SECONDS", 0)
    add_mail(session, 1)
    add_mail(session, 2)
    sending = worker(settings, mailbox, in_force=lambda: after[len(mailbox.taken)])
    over_smtp = sending.delivery.settings  # type: ignore[attr-defined]
    after = [
        replace(over_smtp, mail_from=f"{name}@land.example", mails_per_minute=rate)
        for name, rate in (("alt", 60_000), ("neu", 30_000), ("neu", 30_000))
    ]
    mailbox.at = lambda stage: sending.stop() if stage == "answered" and len(mailbox.taken) == 2 else None

    sending.run()

    assert mailbox.senders == ["alt@land.example", "neu@land.example"]
    assert sending.seconds_between == 60 / 30_000


def test_settings_are_looked_up_seconds_apart(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    for number in (1, 2, 3):
        add_mail(session, number)
    looks: list[int] = []

    def look() -> Settings:
        looks.append(len(mailbox.taken))
        return replace(sending.delivery.settings, mails_per_minute=60_000)  # type: ignore[attr-defined]

    sending = worker(settings, mailbox, in_force=look)
    mailbox.at = lambda stage: sending.stop() if stage == "answered" and len(mailbox.taken) == 3 else None

    sending.run()

    assert (len(mailbox.taken), looks) == (3, [0])
