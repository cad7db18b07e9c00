"""What has left a feed: the difference between what it handed out before and what it shows now.

Whatever the cause (hidden, deleted, moved to another series, its day unknown again), nobody has to remember to say so.
What is merely too old for the feed leaves without a word.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from ozgtermine.clock import BERLIN
from ozgtermine.ical.component import departed, times
from ozgtermine.models import Event, FeedEntry, TrackedFeed
from ozgtermine.operations.following_calendars import Listed
from ozgtermine.queries.calendars import CANCELLED_STAY, too_old
from ozgtermine.queries.plain import rows

Shown = Mapping[str, tuple[int, str]]
"""UID → sequence and the lines of its times."""
MOST_DEPARTURES = 200


class HandedOut(NamedTuple):
    """A `FeedEntry` as bare columns: by the thousand rows cost too much."""

    uid: str
    sequence: int
    times: str
    left_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changes in the list of a feed's entries: new or changed, gone without a word, gone and to be said."""

    written: Shown
    forgotten: frozenset[str]
    departing: frozenset[str]

    @property
    def uids(self) -> frozenset[str]:
        return self.forgotten | self.departing | self.written.keys()


def handed_out(session: Session, feed: str) -> dict[str, HandedOut]:
    """Return what the feed has handed out, by UID."""
    return {row.uid: HandedOut._make(row) for row in rows(session, _HANDED_OUT, {"feed": feed})}


_HANDED_OUT = select(FeedEntry.uid, FeedEntry.sequence, FeedEntry.times, FeedEntry.left_at).where(
    FeedEntry.feed == bindparam("feed")
)


def notes_of(session: Session, feed: str) -> int:
    """Return how often was written down what the feed has handed out: while that is the same, so are the entries."""
    return rows(session, _NOTES, {"feed": feed}).scalar() or 0


_NOTES = select(TrackedFeed.notes).where(TrackedFeed.name == bindparam("feed"))


def locked(session: Session, feed: str, uids: Collection[str]) -> dict[str, HandedOut]:
    """Return the same for `uids`, locked to be written: all processes say the same."""
    session.execute(select(FeedEntry.uid).where(FeedEntry.feed == feed).with_for_update())
    return {uid: each for uid, each in handed_out(session, feed).items() if uid in uids}


def shown_entries(events: Iterable[Event]) -> Shown:
    """Return what a feed hands out with these events."""
    return {each.uid: (each.sequence, times(each)) for each in events}


def shown_by(listed: Iterable[Listed]) -> Shown:
    """Return what a feed hands out with these events of an edition."""
    return {each.uid: (each.sequence, each.times) for each in listed}


def difference(
    session: Session, known: Mapping[str, HandedOut], shown: Shown, belongs: ColumnElement[bool], now: datetime
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


def _stored(entry: HandedOut) -> tuple[int, str] | None:
    return None if entry.left_at else (entry.sequence, entry.times)


def _is_still_said(left_at: datetime, now: datetime) -> bool:
    """Days, not instants, decide, so that a feed changes by itself at midnight alone."""
    return left_at.astimezone(BERLIN).date() >= now.astimezone(BERLIN).date() - CANCELLED_STAY


def note(session: Session, feed: str, known: Collection[str], found: Difference, now: datetime) -> None:
    """Write the difference down; `known` are the UIDs that have a row."""
    entries: list[dict[str, object]] = [
        {"feed": feed, "uid": uid, "sequence": sequence, "times": lines, "left_at": None}
        for uid, (sequence, lines) in found.written.items()
    ]
    new = [each for each in entries if each["uid"] not in known]
    changed = [each for each in entries if each["uid"] in known]
    changed += [{"feed": feed, "uid": uid, "left_at": now} for uid in found.departing]
    if new:
        session.execute(insert(FeedEntry), new)
    if changed:
        session.execute(update(FeedEntry), changed)
    if found.forgotten:
        session.execute(delete(FeedEntry).where(FeedEntry.feed == feed, FeedEntry.uid.in_(found.forgotten)))
    _count_note(session, feed)


def _count_note(session: Session, feed: str) -> None:
    counted = update(TrackedFeed).where(TrackedFeed.name == feed).values(notes=TrackedFeed.notes + 1)
    if session.scalar(counted.returning(TrackedFeed.notes)) is None:
        session.execute(insert(TrackedFeed), {"name": feed, "notes": 1})


def departures(known: Iterable[HandedOut], language: str = "de") -> list[bytes]:
    """Return the entries that say no more than that something is off; of very many the last ones."""
    left = [(each.left_at, each) for each in known if each.left_at]
    last = sorted(left, key=lambda pair: (pair[0], pair[1].uid), reverse=True)[:MOST_DEPARTURES]
    return [
        departed(each.uid, sequence=each.sequence + 1, times=each.times, left_at=left_at, language=language)
        for left_at, each in sorted(last, key=lambda pair: pair[1].uid)
    ]


def last_departure(known: Iterable[HandedOut]) -> datetime | None:
    return max((each.left_at for each in known if each.left_at), default=None)
