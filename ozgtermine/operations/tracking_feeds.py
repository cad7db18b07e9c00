"""What has left a feed: the difference between what it handed out before and what it shows now.

Whatever the cause (hidden, deleted, moved to another series, its day unknown again), nobody has to remember to say so.
What is merely too old for the feed leaves without a word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ozgtermine.clock import BERLIN
from ozgtermine.ical.component import departed, times
from ozgtermine.models import Event, FeedEntry
from ozgtermine.queries.calendars import CANCELLED_STAY, too_old

Shown = Mapping[str, tuple[int, str]]
"""UID → sequence and the lines of its times."""
MOST_DEPARTURES = 200


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changes in the list of a feed's entries: new or changed, gone without a word, gone and to be said."""

    written: Shown
    forgotten: frozenset[str]
    departing: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.written or self.forgotten or self.departing)


def handed_out(session: Session, feed: str, *, to_write: bool = False) -> dict[str, FeedEntry]:
    """Return what the feed has handed out, by UID; locked `to_write`, so that all processes say the same."""
    found = select(FeedEntry).where(FeedEntry.feed == feed)
    return {each.uid: each for each in session.scalars(found.with_for_update() if to_write else found)}


def shown_entries(events: Iterable[Event]) -> Shown:
    """Return what a feed hands out with these events."""
    return {each.uid: (each.sequence, times(each)) for each in events}


def difference(
    session: Session, known: Mapping[str, FeedEntry], shown: Shown, belongs: ColumnElement[bool], now: datetime
) -> Difference:
    """Compare what was handed out with what the feed shows now, and with all that `belongs` to it."""
    missing = {uid for uid, each in known.items() if uid not in shown and each.left_at is None}
    aged = too_old(session, missing, belongs)
    said = {uid for uid, each in known.items() if each.left_at and not _is_still_said(each.left_at, now)}
    return Difference(
        written={uid: value for uid, value in shown.items() if uid not in known or _stored(known[uid]) != value},
        forgotten=aged | (said - shown.keys()),
        departing=frozenset(missing - aged),
    )


def _stored(entry: FeedEntry) -> tuple[int, str] | None:
    return None if entry.left_at else (entry.sequence, entry.times)


def _is_still_said(left_at: datetime, now: datetime) -> bool:
    """Days, not instants, decide, so that a feed changes by itself at midnight alone."""
    return left_at.astimezone(BERLIN).date() >= now.astimezone(BERLIN).date() - CANCELLED_STAY


def note(
    session: Session, feed: str, known: dict[str, FeedEntry], found: Difference, now: datetime
) -> dict[str, FeedEntry]:
    """Write the difference down and return what the feed has handed out then."""
    for uid, (sequence, lines) in found.written.items():
        entry = known.get(uid)
        if entry is None:
            entry = known[uid] = FeedEntry(feed=feed, uid=uid)
            session.add(entry)
        entry.sequence, entry.times, entry.left_at = sequence, lines, None
    for uid in found.forgotten:
        session.delete(known.pop(uid))
    for uid in found.departing:
        known[uid].left_at = now
    session.flush()
    return known


def departures(known: Iterable[FeedEntry], language: str = "de") -> list[bytes]:
    """Return the entries that say no more than that something is off; of very many the last ones."""
    left = [(each.left_at, each) for each in known if each.left_at]
    last = sorted(left, key=lambda pair: (pair[0], pair[1].uid), reverse=True)[:MOST_DEPARTURES]
    return [
        departed(each.uid, sequence=each.sequence + 1, times=each.times, left_at=left_at, language=language)
        for left_at, each in sorted(last, key=lambda pair: pair[1].uid)
    ]


def last_departure(known: Iterable[FeedEntry]) -> datetime | None:
    return max((each.left_at for each in known if each.left_at), default=None)
