"""Sending mails with invitations: CPU and memory of the worker, and what 10,000 that wait cost a web server.

The mail server is a real one on this machine; its CPU is not counted.
"""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import func, insert, select, update

from bench.installation import Installation, databases, installation
from bench.load import cpu_seconds, product
from bench.posting import BEHIND_A_PROXY, flow, typed
from bench.table import Budget, heading, row
from ozgtermine.database import db, transaction
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import MailState, OutgoingMail, Registration
from ozgtermine.operations.calendar_entries import calendar_entry
from tests import factories
from tests.jobs.smtp import Mailbox, smtp_server
from tests.jobs.test_sending_crash import start_worker

WAITING, WARM, MAILS, FORMS = 10_000, 200, 1_000, 200
TOKEN = "x" * 43


def main() -> None:
    """Print CPU per mail, memory early and late, and the CPU of a form with and without mails that wait."""
    with databases() as both:
        for name, url in both:
            with installation(url) as installed:
                alone = _forms(installed, 0)
                _let_mails_wait(installed)
                beside = _forms(installed, FORMS)
                cpu_ms, early, late = _sending(installed)
            heading(f"mail worker, {name}")
            row("CPU ms per mail with an invitation", cpu_ms, Budget(5))
            row(f"memory MiB after {WARM:,} mails", early, digits=1)
            row(f"× that after {MAILS:,} more", late / early, Budget(1.05))
            row(f"CPU ms of a form while {WAITING:,} mails wait", beside)
            row("× the same while none waits", beside / alone, Budget(1.2))


def _forms(installed: Installation, first: int) -> float:
    """Return the server's CPU milliseconds for one form sent."""
    environment = installed.environment | BEHIND_A_PROXY
    with product(environment) as (pid, port):
        address = f"/termine/{installed.slug}/anmelden"
        flow(pid, port, [(address, typed(first + each)) for each in range(20)])
        return flow(pid, port, [(address, typed(first + each)) for each in range(20, FORMS)]).cpu_ms


def _let_mails_wait(installed: Installation) -> None:
    """Fill the outbox with mails as a confirmed participant gets them."""
    letterhead, now = Letterhead.of(installed.settings), factories.NOW
    with transaction() as session:
        registration = session.scalars(select(Registration).limit(1)).one()
        entry = calendar_entry(session, registration, letterhead, now)
        mail = messages.registration_confirmed(letterhead, registration, token=TOKEN, invitation=entry, now=now)
        columns = outbox.as_row(mail, letterhead, message_id="", now=now)
        rows = [{**columns, "message_id": f"<{each}@b.example>"} for each in range(WAITING)]
        session.execute(insert(OutgoingMail), rows)


def _sending(installed: Installation) -> tuple[float, float, float]:
    """Return the worker's CPU milliseconds per mail, and its memory in MiB early and late."""
    with smtp_server(Mailbox()) as mailbox:
        worker = start_worker(installed.settings, mailbox)
        try:
            _wait_for(WARM)
            sent, cpu, early = _number_sent(), cpu_seconds(worker.pid), _memory(worker.pid)
            _wait_for(WARM + MAILS)
            milliseconds = (cpu_seconds(worker.pid) - cpu) * 1000 / (_number_sent() - sent)
            late = _memory(worker.pid)
        finally:
            worker.terminate()
            worker.wait()
    with transaction() as session:
        session.execute(update(OutgoingMail).values(state=MailState.SENT))
    return milliseconds, early, late


def _wait_for(number: int) -> None:
    while _number_sent() < number:
        time.sleep(0.2)


def _number_sent() -> int:
    sent = db.session.scalar(select(func.count()).where(OutgoingMail.state == MailState.SENT)) or 0
    db.session.rollback()
    return sent


def _memory(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
