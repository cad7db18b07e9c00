"""`make soak`: web and mail workers killed at random moments, while 500 people register through HTTP."""

import http.client
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.models import MailState, OutgoingMail, Registration
from ozgtermine.rules.registering import State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.factories import NOW
from tests.jobs.smtp import Mailbox, smtp_server
from tests.jobs.test_sending_crash import start_worker
from tests.ports import free_port

PEOPLE, SEATS, CLIENTS = 500, 100, 16
PAUSE_SECONDS = (0.5, 6.0)  # a worker that is never left alone until it has started proves nothing
DEADLINE_SECONDS = 600
LINK = re.compile(r"/anmeldung/bestaetigen/[\w-]{43}")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def test_no_kill_loses_an_accepted_registration_or_its_mail(session: Session, settings: Settings) -> None:
    event = factories.event(session, at=when(starts_on=clock.today() + timedelta(days=365)))
    path = f"/termine/{factories.offer(session, event=event, seats_online=SEATS).event.slug}/anmelden"
    session.commit()
    seed = int(os.environ.get("SEED", "0")) or random.randrange(1 << 30)
    print(f"SEED={seed}")
    with smtp_server(Mailbox()) as mailbox, serving(settings) as server:
        with ThreadPoolExecutor(CLIENTS) as pool:
            people = [pool.submit(Client(server.port, mailbox, path).register, number) for number in range(PEOPLE)]
            kills = keep_killing(session, settings, mailbox, server, people, random.Random(seed))
        asked_again = sum(person.result() for person in people)
        deliver_the_rest(session, settings, mailbox)

    ids = list(session.scalars(select(OutgoingMail.message_id)))
    print(f"{settings.database_url.partition(':')[0]}: {dict(kills)} kills, {asked_again} requests sent again, "
          f"{len(ids)} mails, {len(mailbox.taken)} deliveries")  # fmt: skip
    assert min(kills["web"], kills["worker"]) > 0
    assert set(mailbox.message_ids) == set(ids)
    states = Counter(session.scalars(select(Registration.state)))
    assert states == {State.CONFIRMED: SEATS, State.WAITING: PEOPLE - SEATS}
    told = select(OutgoingMail.registration_id, OutgoingMail.kind).where(OutgoingMail.kind != "confirm_address")
    kinds = Counter(f"{kind}" for _registration, kind in session.execute(told))
    assert kinds == {"registration_confirmed": SEATS, "registration_waiting": PEOPLE - SEATS}
    assert len({registration for registration, _kind in session.execute(told)}) == PEOPLE
    asked = select(func.count(OutgoingMail.registration_id.distinct())).where(OutgoingMail.kind == "confirm_address")
    assert session.scalars(asked).one() == PEOPLE


class Client:
    """Somebody with patience: sends a form again where no answer came, and waits when asked to."""

    def __init__(self, port: int, mailbox: Mailbox, path: str) -> None:
        self.port, self.mailbox, self.path, self.sent = port, mailbox, path, 0

    def register(self, number: int) -> int:
        """Ask for a seat, wait for the mail, confirm; return how many requests had to be sent again."""
        address = f"e{number}@musterburg.example"
        self.post(self.path, {
            "given_name": "Erika", "family_name": f"Muster {number}", "email": address, "organisation": "Stadt",
            "sector": "municipal", "language": "de", "schritt": "absenden", "mensch": "ja",
        })  # fmt: skip
        self.post(self.link(address), {"x": ""})
        return self.sent - 2

    def post(self, path: str, fields: dict[str, str]) -> None:
        """Send the form until it is accepted."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            self.sent += 1
            try:
                status, seconds = self.answer(path, urlencode(fields))
            except (OSError, http.client.HTTPException):
                time.sleep(0.3)
                continue
            if status == http.HTTPStatus.SEE_OTHER:
                return
            assert status == http.HTTPStatus.TOO_MANY_REQUESTS, status
            time.sleep(seconds)
        raise TimeoutError(path)

    def answer(self, path: str, body: str) -> tuple[int, int]:
        """Return status and Retry-After of one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, body, FORM)
            answer = connection.getresponse()
            answer.read()
            return answer.status, int(answer.headers.get("Retry-After", "0"))
        finally:
            connection.close()

    def link(self, address: str) -> str:
        """Return the path in the last mail to the address, as soon as one has arrived."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            for mail in reversed(list(self.mailbox.taken)):
                if mail["To"] and address in mail["To"] and (found := LINK.search(text_of(mail))):
                    return found[0]
            time.sleep(0.2)
        raise TimeoutError(address)


def text_of(mail: Message) -> str:
    """Return the mail's plain text."""
    plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    content = plain.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


class Server:
    """`ozgtermine serve`, started again when it has ended, as systemd does: granian gives up on what keeps dying."""

    def __init__(self, settings: Settings) -> None:
        self.port = free_port()
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "OZGTERMINE_INSTANCE": str(settings.instance),
            "OZGTERMINE_ENVIRONMENT": "demo",
            "OZGTERMINE_DATABASE_URL": settings.database_url,
            "OZGTERMINE_SECRET_KEY": settings.secret_key,
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "ozgtermine", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment)

    def kill_a_worker(self, chance: random.Random) -> int:
        """Kill one of the processes that answer; return how many were killed."""
        if self.process.poll() is not None:
            self.start()
        folder = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = [pid for pid in folder.read_text("ascii").split() if not _is_tracker(pid)]
        if pids:
            os.kill(int(chance.choice(pids)), signal.SIGKILL)
        return min(len(pids), 1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _is_tracker(pid: str) -> bool:
    return b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    server = Server(settings)
    try:
        yield server
    finally:
        server.stop()


def keep_killing(
    session: Session,
    settings: Settings,
    mailbox: Mailbox,
    server: Server,
    people: list[Future[int]],
    chance: random.Random,
) -> Counter[str]:
    """Kill a web worker or the mail worker again and again until everybody is through; return how often which."""
    kills, worker = Counter[str](), start_worker(settings, mailbox)
    while not all(person.done() for person in people):
        time.sleep(chance.uniform(*PAUSE_SECONDS))
        if chance.random() < 1 / 2:
            kills["web"] += server.kill_a_worker(chance)
        else:
            worker.kill()
            worker.wait()
            kills["worker"] += 1
            end_leases(session)
            worker = start_worker(settings, mailbox)
    worker.kill()
    worker.wait()
    return kills


def deliver_the_rest(session: Session, settings: Settings, mailbox: Mailbox) -> None:
    """Let a worker that nobody kills send what is left."""
    end_leases(session)
    worker = start_worker(settings, mailbox)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while unsent(session) and time.monotonic() < deadline:
        time.sleep(0.2)
    worker.kill()
    worker.wait()
    assert unsent(session) == 0


def end_leases(session: Session) -> None:
    """Let the time pass that a dead worker's lease has left."""
    session.rollback()
    left = update(OutgoingMail).where(OutgoingMail.state == MailState.SENDING)
    session.execute(left.values(leased_until=NOW - timedelta(days=1)))
    session.commit()


def unsent(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).where(OutgoingMail.state != MailState.SENT)).one()
