"""`make soak`: 64 clients in eight processes, 5,000 confirmations for 100 seats, mixed with withdrawals."""

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.models import LinkPurpose, OutgoingMail, Registration, RegistrationLink
from ozgtermine.operations.registration_links import new_secret, secret_hash
from ozgtermine.rules.registering import Mode, State
from tests import factories
from tests.factories import NOW

ATTEMPTS, SEATS, PROCESSES = 5_000, 100, 8
ONE_LEAVES_OF = 10
PROGRAM = Path(__file__).with_name("registering_process.py")


def test_five_thousand_attempts_give_a_hundred_seats(session: Session, settings: Settings, tmp_path: Path) -> None:
    offer = factories.offer(session, seats_online=SEATS)
    tokens = prepared(session, offer.id)
    session.commit()
    session.close()
    lines = [f"{token} {'leave' if number % ONE_LEAVES_OF == 0 else 'keep'}" for number, token in enumerate(tokens)]
    outcomes = run(settings, tmp_path, lines)

    errors = sum((Counter(each["errors"]) for each in outcomes), Counter[str]())
    times = sorted(ms for each in outcomes for ms in each["ms"])
    print(f"{settings.database_url.partition(':')[0]}: {ATTEMPTS} attempts, errors {dict(errors)}, "
          f"p50 {times[len(times) // 2]:.0f} ms, p99 {times[len(times) * 99 // 100]:.0f} ms")  # fmt: skip
    session.rollback()
    left = ATTEMPTS // ONE_LEAVES_OF
    assert errors == {}
    assert Counter(session.scalars(select(Registration.state))) == {
        State.CONFIRMED: SEATS, State.WITHDRAWN: left, State.WAITING: ATTEMPTS - SEATS - left,
    }  # fmt: skip
    mails = Counter(session.scalars(select(OutgoingMail.kind)))
    assert mails["withdrawn"] == left
    assert mails["registration_confirmed"] + mails["registration_waiting"] == ATTEMPTS
    seated = select(Registration.id).where(Registration.state == State.CONFIRMED)
    told = select(OutgoingMail.registration_id).where(OutgoingMail.kind.in_(("registration_confirmed", "promoted")))
    assert set(session.scalars(seated)) <= set(session.scalars(told))


def prepared(session: Session, offer_id: int) -> list[str]:
    """Add unconfirmed entries with a link each, and return the links' secrets."""
    tokens = [new_secret() for _attempt in range(ATTEMPTS)]
    session.execute(insert(Registration), [
        {
            "offer_id": offer_id, "state": State.UNCONFIRMED, "mode": Mode.ONLINE, "given_name": "Erika",
            "family_name": f"Muster {number}", "email": f"{number}@musterburg.example",
            "email_normalised": f"{number}@musterburg.example", "name_normalised": f"erika muster {number}",
            "requested_at": NOW, "submission": f"{number:032}", "answers": {},
        }
        for number in range(ATTEMPTS)
    ])  # fmt: skip
    ids = list(session.scalars(select(Registration.id).order_by(Registration.id)))
    session.execute(insert(RegistrationLink), [
        {"registration_id": each, "purpose": LinkPurpose.CONFIRM, "token_hash": secret_hash(token),
         "expires_at": NOW + timedelta(hours=72)}
        for each, token in zip(ids, tokens, strict=True)
    ])  # fmt: skip
    return tokens


def run(settings: Settings, folder: Path, lines: list[str]) -> list[dict[str, object]]:
    """Let the processes begin together, and return what each has printed."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OZGTERMINE_INSTANCE": str(settings.instance),
        "OZGTERMINE_DATABASE_URL": settings.database_url,
        "OZGTERMINE_SECRET_KEY": settings.secret_key,
    }
    with ExitStack() as stack:
        processes = []
        for number in range(PROCESSES):
            file = folder / f"links-{number}"
            file.write_text("\n".join(lines[number::PROCESSES]), "ascii")
            processes.append(stack.enter_context(subprocess.Popen(
                [sys.executable, str(PROGRAM), str(file)], env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )))  # fmt: skip
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.close()
        return [json.loads(process.stdout.read()) for process in processes if process.stdout]
