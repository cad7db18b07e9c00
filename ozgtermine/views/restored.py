"""After a backup was restored: what had been erased is erased again before the first page is served."""

import threading

from flask import Flask

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.operations.erasing import erase_again
from ozgtermine.operations.graveyard import Graveyard, knows_every_tombstone
from ozgtermine.views.in_force import configured


def install(app: Flask) -> None:
    """Have every process look once, before it answers its first request; without tombstones that asks no database."""
    looked, one_at_a_time = threading.Event(), threading.Lock()

    @app.before_request
    def look() -> None:
        if looked.is_set():
            return
        with one_at_a_time:
            if not looked.is_set():
                _erase_what_came_back()
                looked.set()


def _erase_what_came_back() -> None:
    graveyard = Graveyard.of(configured())
    if not graveyard.tombstones.number() or knows_every_tombstone(db.session(), graveyard):
        return
    with transaction() as session:
        erase_again(session, graveyard, now=clock.now())
