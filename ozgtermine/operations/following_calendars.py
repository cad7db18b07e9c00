"""The next edition of a calendar, made of the former one and of the events that were touched since.

Of ten thousand events one has changed: to read and compare them all takes fifty times as long. Which events alone a
public change was about is noted with the revision (`queries/revision.py`); where it was about anything else, or nobody
knows, everything is read.
"""

from bisect import insort
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from ozgtermine.clock import berlin_day
from ozgtermine.ical.component import times_in
from ozgtermine.ical.feed import distance_to, number_that_fit
from ozgtermine.links import Links
from ozgtermine.models import Event
from ozgtermine.operations.rendering_calendars import Entry, kept_entries
from ozgtermine.queries import calendars
from ozgtermine.queries.revision import Point, present_point, touched_since

SHORTEST = 100
"""Events of the shortest calendar that is remembered."""
_BYTES_LISTED = 400
_IN_ORDER = attrgetter("starts_at", "uid")
_CONTENT, _SIZE = attrgetter("content"), attrgetter("size")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A calendar: its events, of whatever age and state, and those of them that it shows now."""

    scope: ColumnElement[bool]
    shown: ColumnElement[bool]
    links: Links
    language: str


class Listed(NamedTuple):
    """An event that the calendar shows if there is room; in a sorted list the one that gives way first is last."""

    is_over: bool
    days_away: int
    starts_at: Any
    uid: str
    event_id: int
    sequence: int
    times: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A calendar as it was made: all that it would show, sorted, and the entries for which there was room, in order."""

    point: Point | None
    made_at: datetime
    valid_until: datetime
    last_change: datetime
    listed: list[Listed]
    entries: list[Entry]

    def is_valid(self, now: datetime) -> bool:
        """Return whether time alone has changed nothing since."""
        return self.made_at <= now < self.valid_until

    @property
    def fitting(self) -> list[Listed]:
        return self.listed[: len(self.entries)]

    @property
    def is_long(self) -> bool:
        """Return whether it is worth remembering: a short calendar is read as quickly."""
        return len(self.listed) >= SHORTEST

    @property
    def size(self) -> int:
        """Bytes that it takes to remember it."""
        return sum(map(len, map(_CONTENT, self.entries))) + _BYTES_LISTED * len(self.listed)

    def __contains__(self, word: bytes) -> bool:
        """Return whether `word` stands in any entry."""
        return any(word in each.content for each in self.entries)


class Made(NamedTuple):
    """An edition, and the entries that were rendered for it: they are to be kept."""

    edition: Edition
    fresh: list[Entry]


def next_edition(session: Session, wanted: Wanted, former: Edition | None, now: datetime) -> Made:
    """Return the calendar as it is now; what comes of a former edition is what would come of none."""
    followed = _followed(session, wanted, former, now) if former else None
    return followed or _read(session, wanted, now)


def _read(session: Session, wanted: Wanted, now: datetime) -> Made:
    """Return what reading everything gives; the point is asked for first, so that nothing after it is missed."""
    point, valid_until = present_point(session), calendars.changes_by_itself_at(session, now)
    last_change = calendars.last_change(session, wanted.scope, now)
    entries = kept_entries(session, wanted.shown, links=wanted.links, language=wanted.language, now=now)
    listed = sorted(_listed(entries, now))
    fitting = {each.event_id for each in _that_fit(listed)}
    edition = Edition(
        point=point, made_at=now, valid_until=valid_until, last_change=last_change, listed=listed,
        entries=[_as_kept(each) for each in entries if each.event_id in fitting],
    )  # fmt: skip
    return Made(edition, [each for each in entries if each.is_fresh])


def _followed(session: Session, wanted: Wanted, former: Edition, now: datetime) -> Made | None:
    """Return the edition after `former`, None where everything has to be read."""
    since = touched_since(session, former.point) if former.point and former.is_valid(now) else None
    if since is None:
        return None
    point, touched = since
    changed = _kept(session, wanted, touched, now)
    listed = [each for each in former.listed if each.event_id not in touched]
    for each in _listed(changed, now):
        insort(listed, each)
    entries = {each.event_id: each for each in former.entries if each.event_id not in touched}
    entries |= {each.event_id: _as_kept(each) for each in changed}
    fitting = _that_fit(listed)
    entering = [each for each in fitting if each.event_id not in entries]
    entered = _kept(session, wanted, {each.event_id for each in entering}, now)
    if sorted(_listed(entered, now)) != entering:
        return None  # touched meanwhile
    entries |= {each.event_id: _as_kept(each) for each in entered}
    edition = Edition(
        point=point, made_at=now, valid_until=calendars.changes_by_itself_at(session, now),
        last_change=_last_change(session, wanted, former, touched, now), listed=listed,
        entries=sorted((entries[each.event_id] for each in fitting), key=_IN_ORDER),
    )  # fmt: skip
    return Made(edition, [each for each in (*changed, *entered) if each.is_fresh])


def _kept(session: Session, wanted: Wanted, event_ids: Collection[int], now: datetime) -> list[Entry]:
    """Return the entries of those of the events that the calendar shows."""
    if not event_ids:
        return []
    shown = and_(wanted.shown, Event.id.in_(event_ids))
    return kept_entries(session, shown, links=wanted.links, language=wanted.language, now=now)


def _as_kept(entry: Entry) -> Entry:
    return entry._replace(is_fresh=False) if entry.is_fresh else entry


def _last_change(
    session: Session, wanted: Wanted, former: Edition, touched: Collection[int], now: datetime
) -> datetime:
    """Return when anything of the calendar changed last; nothing but what was touched can be later than it was."""
    of_touched = and_(wanted.scope, Event.id.in_(touched))
    last = calendars.last_change(session, of_touched, now)
    return last if last >= former.last_change else calendars.last_change(session, wanted.scope, now)


def _listed(entries: Iterable[Entry], now: datetime) -> Iterator[Listed]:
    today = berlin_day(now)
    for each in entries:
        times = times_in(each.content)
        distance = distance_to(today, times)
        yield Listed(*distance, each.starts_at, each.uid, each.event_id, each.sequence, times, len(each.content))


def _that_fit(listed: list[Listed]) -> list[Listed]:
    return listed[: number_that_fit(map(_SIZE, listed))]
