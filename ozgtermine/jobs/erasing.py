"""Erasing by the clocks of `rules.retention`, in transactions so short that nobody waits for them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.operations.erasing import (
    AT_ONCE,
    Graveyard,
    blank_answers,
    erase_again,
    erase_due,
    knows_every_tombstone,
    number_due,
)

MANY = 1_000_000


def erase(settings: Settings, *, now: datetime) -> dict[str, int]:
    """Erase what is due and return how much: numbers, no names."""
    graveyard = Graveyard.of(settings)
    return {
        "answers blanked": _until_done(lambda session: blank_answers(session, now=now)),
        "registrations erased": _until_done(lambda session: erase_due(session, graveyard, now=now)),
    }


def count(*, now: datetime) -> dict[str, int]:
    """Return what `erase` would do, without doing it."""
    found = {
        "answers blanked": blank_answers(db.session(), now=now, most=MANY),
        "registrations erased": number_due(db.session(), now=now),
    }
    db.session.rollback()
    return found


def _until_done(batch: Callable[[Session], int]) -> int:
    done = 0
    while True:
        with transaction() as session:
            number = batch(session)
        done += number
        if number < AT_ONCE:
            return done


def erase_what_came_back(settings: Settings, *, now: datetime) -> int:
    """Erase again what a restored backup has brought back; return how many registrations."""
    graveyard = Graveyard.of(settings)
    if knows_every_tombstone(db.session(), graveyard):
        db.session.rollback()
        return 0
    with transaction() as session:
        return erase_again(session, graveyard, now=now)
