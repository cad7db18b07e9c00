"""What a feed has handed out, noted while it is made."""

import logging
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError

from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError
from ozgtermine.operations.tracking_feeds import HandedOut, Shown, difference, handed_out, locked, note

_log = logging.getLogger(__name__)


def tracked(name: str, shown: Shown, belongs: ColumnElement[bool], now: datetime) -> Collection[HandedOut]:
    """Return what the feed of that name has handed out, this answer included; written only where that differs.

    Where writing fails another process was faster or the disk is full; the feed goes out.
    """
    known = handed_out(db.session(), name)
    uids = difference(db.session(), known, shown, belongs, now).uids
    if not uids:
        return known.values()
    try:
        with transaction() as session:
            present = locked(session, name, uids)
            concerned = {uid: value for uid, value in shown.items() if uid in uids}
            note(session, name, present, difference(session, present, concerned, belongs, now), now)
            return handed_out(session, name).values()
    except (DBAPIError, BusyError):
        _log.warning("could not note what %s has handed out", name, exc_info=True)
        return known.values()
