"""`make soak`: a worker killed at random moments, again and again, until a long queue is delivered."""

import os
import random
import time
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.models import MailState, OutgoingMail
from tests import factories
from tests.factories import NOW
from tests.jobs.smtp import Mailbox, smtp_server
from tests.jobs.test_sending_crash import start_worker

MAILS = 2000
KILLS = 40
DEADLINE_SECONDS = 300


def test_forty_kills_lose_none_of_two_thousand_mails(session: Session, settings: Settings) -> None:
    ids = [f"<{number}@termine.example>" for number in range(MAILS)]
    for message_id in ids:
        factories.outgoing_mail(session, message_id)
    session.commit()
    seed = int(os.environ.get("SEED", "0")) or random.randrange(1 << 30)
    print(f"SEED={seed}")
    chance = random.Random(seed)
    with smtp_server(Mailbox()) as mailbox:
        for _kill in range(KILLS):
            worker = start_worker(settings, mailbox)
            time.sleep(chance.uniform(0.6, 1.4))
            worker.kill()
            worker.wait()
            _end_leases(session)
        worker = start_worker(settings, mailbox)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while _unsent(session) and time.monotonic() < deadline:
            time.sleep(0.2)
        worker.kill()
        worker.wait()

    print(f"{KILLS} kills, {MAILS} mails, {len(mailbox.message_ids)} deliveries")
    assert _unsent(session) == 0
    assert set(mailbox.message_ids) == set(ids)
    assert len(mailbox.message_ids) <= MAILS + KILLS


def _end_leases(session: Session) -> None:
    """Let the time pass that a dead worker's lease has left."""
    session.rollback()
    left = update(OutgoingMail).where(OutgoingMail.state == MailState.SENDING)
    session.execute(left.values(leased_until=NOW - timedelta(days=1)))
    session.commit()


def _unsent(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).where(OutgoingMail.state != MailState.SENT)).one()
