"""After a backup was restored: what had been erased is erased again before the first page is served."""

import threading

from flask import Flask, current_app

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.operations.erasing import erase_again
from ozgtermine.operations.graveyard import Graveyard, knows_every_tombstone
from ozgtermine.views.in_force import configured

_LOOK = "ozgtermine.restored"


def install(app: Flask) -> None:
    """Have every process look once, before it answers its first request; without tombstones that asks no database."""
    app.before_request(_look_once)


class _Look:
    """Whether this application has looked, under its settings; who comes meanwhile waits."""

    def __init__(self) -> None:
        self.is_done = False
        self.lock = threading.Lock()


def _look_once() -> None:
    look: _Look = current_app.extensions.get(_LOOK) or current_app.extensions.setdefault(_LOOK, _Look())
    if look.is_done:
        return
    with look.lock:
        if not look.is_done:
            _erase_what_came_back()
            look.is_done = True


def _erase_what_came_back() -> None:
    graveyard = Graveyard.of(configured())
    if not graveyard.tombstones.number() or knows_every_tombstone(db.session(), graveyard):
        return
    with transaction() as session:
        erase_again(session, graveyard, now=clock.now())
