"""`kill -9` of a real worker between any two steps of sending: nothing is lost, nothing arrives under two names."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.models import MailState, OutgoingMail
from ozgtermine.turns import Turns
from tests import factories
from tests.jobs.smtp import Mailbox, smtp_server

IDS = [f"<{number}@termine.example>" for number in range(3)]


@pytest.fixture
def mails(session: Session) -> Session:
    for message_id in IDS:
        recipient = f"empfang{IDS.index(message_id)}@musterburg.example"
        factories.outgoing_mail(session, message_id, recipient=recipient)
    session.commit()
    return session


def start_worker(settings: Settings, mailbox: Mailbox, *, days_later: int = 0) -> subprocess.Popen[bytes]:
    """Start `ozgtermine worker`; days later all leases of the dead have run out."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OZGTERMINE_INSTANCE": str(settings.instance),
        "OZGTERMINE_ENVIRONMENT": "demo",
        "OZGTERMINE_CLOCK_OFFSET_DAYS": str(days_later),
        "OZGTERMINE_DATABASE_URL": settings.database_url,
        "OZGTERMINE_SECRET_KEY": settings.secret_key,
        "OZGTERMINE_SMTP_HOST": "127.0.0.1",
        "OZGTERMINE_SMTP_PORT": str(mailbox.port),
        "OZGTERMINE_MAILS_PER_MINUTE": "60000",
    }
    return subprocess.Popen([sys.executable, "-m", "ozgtermine", "worker"], env=environment)


def states(session: Session) -> list[MailState]:
    session.rollback()
    return list(session.scalars(select(OutgoingMail.state).order_by(OutgoingMail.id)))


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def no_writes(settings: Settings) -> Iterator[None]:
    """Keep every other process from writing, as long as the block lasts."""
    if settings.database_url.startswith("sqlite"):
        with Turns(settings.database_url.removeprefix("sqlite:///")).turn():
            yield
        return
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE outgoing_mail IN EXCLUSIVE MODE"))
        yield
    engine.dispose()


class Killer:
    """Kills the worker when a stage is reached for the `nth` time; `unmarked` means: answered, but not yet marked."""

    def __init__(self, settings: Settings, stage: str, nth: int) -> None:
        self.settings, self.stage, self.nth = settings, stage, nth
        self.process: subprocess.Popen[bytes] | None = None
        self.helper: threading.Thread | None = None

    def __call__(self, stage: str) -> None:
        if stage != {"unmarked": "answered"}.get(self.stage, self.stage):
            return
        self.nth -= 1
        if self.nth == 0 and self.stage == "unmarked":
            self._kill_before_it_marks()
        elif self.nth == 0:
            self._kill()

    def _kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def _kill_before_it_marks(self) -> None:
        locked = threading.Event()

        def hold() -> None:
            with no_writes(self.settings):
                locked.set()
                time.sleep(0.5)
                self._kill()

        self.helper = threading.Thread(target=hold)
        self.helper.start()
        locked.wait()


@pytest.mark.parametrize(
    ("stage", "nth", "doubles"),
    [
        ("connect", 1, 0),
        ("EHLO", 1, 0),
        ("MAIL", 1, 0),
        ("RCPT", 1, 0),
        ("DATA", 1, 1),
        ("unmarked", 1, 1),
        ("MAIL", 2, 0),
        ("unmarked", 3, 1),
    ],
)
def test_a_killed_worker_loses_no_mail_and_doubles_none_under_another_name(
    mails: Session, settings: Settings, stage: str, nth: int, doubles: int
) -> None:
    killer = Killer(settings, stage, nth)
    with smtp_server(Mailbox(at=killer)) as mailbox:
        killer.process = start_worker(settings, mailbox)
        assert killer.process.wait(timeout=30) == -signal.SIGKILL
        if killer.helper:
            killer.helper.join()
        assert MailState.SENDING in states(mails)

        second = start_worker(settings, mailbox, days_later=1)
        wait_until(lambda: states(mails) == [MailState.SENT] * len(IDS))
        second.terminate()

    assert second.wait(timeout=30) == 0
    assert Counter(mailbox.message_ids).total() == len(IDS) + doubles
    assert set(mailbox.message_ids) == set(IDS)


def test_a_terminated_worker_finishes_the_mail_in_hand(mails: Session, settings: Settings) -> None:
    with smtp_server(Mailbox()) as mailbox:
        process = start_worker(settings, mailbox)
        mailbox.at = lambda stage: process.terminate() if stage == "RCPT" else None

        assert process.wait(timeout=30) == 0

    assert mailbox.message_ids == IDS[:1]
    assert states(mails) == [MailState.SENT, MailState.QUEUED, MailState.QUEUED]
