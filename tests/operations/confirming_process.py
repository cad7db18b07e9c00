"""A process of its own that confirms registrations one after the other: `confirming_process.py TOKENS locked|unlocked`.

`unlocked` is the control: the lock helper does nothing. On SQLite the transaction itself is the lock, so there every
statement also ends its transaction. There the first seat is given only after every process has counted it as free, so
that the race does not hang on luck; with the lock a pause between counting and giving invites it.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from ozgtermine import database
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import RegistrationOffer
from ozgtermine.operations import confirming, promoting
from ozgtermine.queries.seats import free_seats
from ozgtermine.rules.registering import Mode, Seats
from tests.factories import NOW


def main(tokens: Path, locking: str) -> None:
    settings = Settings.load(os.environ)
    with create_app(settings).app_context():
        promoting.free_seats = _counted_slowly
        if locking == "unlocked":
            take_the_locks_away()
            promoting.free_seats = _counted_together(tokens)
        print("ready", flush=True)  # noqa: T201 - how the test knows
        sys.stdin.readline()
        for token in tokens.read_text("ascii").split():
            with transaction() as session:
                confirming.confirm(session, token, letterhead=Letterhead.of(settings), now=NOW)


def _counted_slowly(session: Session, offer: RegistrationOffer) -> Seats:
    seats = free_seats(session, offer)
    time.sleep(0.2 if Mode.ONLINE in seats.free_modes else 0)
    return seats


def _counted_together(tokens: Path) -> Callable[[Session, RegistrationOffer], Seats]:
    """Return a count that comes back only when every process, known by its file of tokens, has counted once."""

    def counted(session: Session, offer: RegistrationOffer) -> Seats:
        seats = free_seats(session, offer)
        tokens.with_suffix(".counted").touch()
        while not all(file.with_suffix(".counted").exists() for file in tokens.parent.glob("tokens-?")):
            time.sleep(0.01)
        return seats

    return counted


def take_the_locks_away() -> None:
    confirming.lock_offer = _only_look
    database.write_turn = _no_turn
    if database.db.engine.dialect.name == "sqlite":
        event.listen(Engine, "begin", _end_at_once)


def _only_look(session: Session, offer_id: int) -> RegistrationOffer:
    return session.get_one(RegistrationOffer, offer_id)


@contextmanager
def _no_turn(_engine: Engine) -> Iterator[None]:
    yield


def _end_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("COMMIT")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
