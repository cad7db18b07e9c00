"""What a feed has handed out, noted while it is made."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError

from ozgtermine.clock import berlin_day
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError
from ozgtermine.operations.tracking_feeds import HandedOut, Shown, difference, handed_out, locked, note, notes_of

_log = logging.getLogger(__name__)
_UNNOTED = -1


@dataclass(frozen=True, kw_only=True)
class HandedOutThen:
    """What a feed had handed out on a day, after so many notes, when it showed these entries."""

    notes: int
    day: date
    shown: Shown
    known: Collection[HandedOut]


def tracked(
    name: str, shown: Shown, belongs: ColumnElement[bool], now: datetime, former: HandedOutThen | None = None
) -> HandedOutThen:
    """Return what the feed of that name has handed out, this answer included; written only where that differs.

    Where nothing was noted since `former` and the same is shown on the same day, it is as it was. Where writing fails
    another process was faster or the disk is full; the feed goes out.
    """
    notes, day = notes_of(db.session(), name), berlin_day(now)
    if former and (former.notes, former.day) == (notes, day) and former.shown == shown:
        return former
    known = handed_out(db.session(), name)
    uids = difference(db.session(), known, shown, belongs, now).uids
    if not uids:
        return HandedOutThen(notes=notes, day=day, shown=shown, known=known.values())
    try:
        with transaction() as session:
            present = locked(session, name, uids)
            concerned = {uid: value for uid, value in shown.items() if uid in uids}
            note(session, name, present, difference(session, present, concerned, belongs, now), now)
            present = handed_out(session, name)
            return HandedOutThen(notes=notes_of(session, name), day=day, shown=shown, known=present.values())
    except (DBAPIError, BusyError):
        _log.warning("could not note what %s has handed out", name, exc_info=True)
        return HandedOutThen(notes=_UNNOTED, day=day, shown=shown, known=known.values())
