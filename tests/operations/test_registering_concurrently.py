"""Two hundred confirmations at once, through several processes: never one seat too many."""

import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.models import LinkPurpose, OutgoingMail, Registration
from ozgtermine.operations.registration_links import new_link
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW

PEOPLE = 200
SEATS = 10
PROCESSES = 5
FEWER_SEATS = PROCESSES - 1
PROGRAM = Path(__file__).with_name("confirming_process.py")


def confirm_at_once(session: Session, settings: Settings, folder: Path, locking: str, *, seats: int) -> None:
    """Let several processes confirm the addresses of 200 people for a few seats, all beginning together."""
    offer = factories.offer(session, seats_online=seats)
    tokens = [
        new_link(session, factories.registration(session, offer, state=State.UNCONFIRMED), LinkPurpose.CONFIRM,
                 expires_at=NOW + timedelta(hours=72))
        for _person in range(PEOPLE)
    ]
    session.commit()
    session.close()
    with ExitStack() as running:
        processes = [
            running.enter_context(_start(settings, folder, tokens[number::PROCESSES], number, locking))
            for number in range(PROCESSES)
        ]
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.close()
        assert [process.wait(timeout=120) for process in processes] == [0] * PROCESSES


def _start(
    settings: Settings, folder: Path, tokens: list[str], number: int, locking: str
) -> subprocess.Popen[str]:
    file = folder / f"tokens-{number}"
    file.write_text("\n".join(tokens), "ascii")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OZGTERMINE_INSTANCE": str(settings.instance),
        "OZGTERMINE_DATABASE_URL": settings.database_url,
        "OZGTERMINE_SECRET_KEY": settings.secret_key,
    }
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(file), locking], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )


def confirmed(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).where(Registration.state == State.CONFIRMED)).one()


def test_exactly_as_many_seats_are_given_as_there_are(session: Session, settings: Settings, tmp_path: Path) -> None:
    confirm_at_once(session, settings, tmp_path, "locked", seats=SEATS)

    session.rollback()
    assert Counter(session.scalars(select(Registration.state))) == {
        State.CONFIRMED: SEATS,
        State.WAITING: PEOPLE - SEATS,
    }
    assert Counter(session.scalars(select(OutgoingMail.kind))) == {
        "registration_confirmed": SEATS,
        "registration_waiting": PEOPLE - SEATS,
    }


def test_without_the_lock_the_same_gives_seats_that_do_not_exist(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    confirm_at_once(session, settings, tmp_path, "unlocked", seats=FEWER_SEATS)

    assert confirmed(session) > FEWER_SEATS
