"""Erasing by the clocks of `rules.retention`, in transactions so short that nobody waits for them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.clock import BERLIN
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.operations.erasing import (
    AT_ONCE,
    blank_answers,
    erase_again,
    erase_due,
    erase_unconfirmed,
    number_due,
)
from ozgtermine.operations.erasing_people import erase_accounts_of_nobody, erase_people, note_who_is_unneeded
from ozgtermine.operations.graveyard import Graveyard, knows_every_tombstone
from ozgtermine.queries.registrations import unconfirmed_before
from ozgtermine.queries.unneeded import accounts_of_nobody, unneeded_people
from ozgtermine.rules.retention import UNCONFIRMED_FOR, erased_before

MANY = 1_000_000


def erase(settings: Settings, *, now: datetime) -> dict[str, int]:
    """Erase what is due and return how much: numbers, no names."""
    graveyard, today = Graveyard.of(settings), now.astimezone(BERLIN).date()
    before = erased_before(now, settings.people_days)
    with transaction() as session:
        note_who_is_unneeded(session, today=today, now=now)
    return {
        "unconfirmed registrations erased": _until_done(lambda session: erase_unconfirmed(session, graveyard, now=now)),
        "answers blanked": _until_done(lambda session: blank_answers(session, now=now)),
        "registrations erased": _until_done(lambda session: erase_due(session, graveyard, now=now)),
        "people in no group erased": _until_done(
            lambda session: erase_people(session, graveyard, before=before, today=today, now=now, most=AT_ONCE)
        ),
        "accounts of nobody erased": _until_done(
            lambda session: erase_accounts_of_nobody(session, graveyard, before=before)
        ),
    }


def count(settings: Settings, *, now: datetime) -> dict[str, int]:
    """Return what `erase` would do, without doing it."""
    session, today = db.session(), now.astimezone(BERLIN).date()
    before = erased_before(now, settings.people_days)
    try:
        note_who_is_unneeded(session, today=today, now=now)
        unconfirmed = unconfirmed_before(session, now - UNCONFIRMED_FOR, now=now)
        return {
            "unconfirmed registrations erased": len(unconfirmed),
            "answers blanked": blank_answers(session, now=now, most=MANY),
            "registrations erased": number_due(session, now=now, but=unconfirmed),
            "people in no group erased": len(session.scalars(unneeded_people(before, today)).all()),
            "accounts of nobody erased": len(session.scalars(accounts_of_nobody(before)).all()),
        }
    finally:
        session.rollback()


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
