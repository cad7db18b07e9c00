"""Events from a calendar of somebody else: each whole or not at all, known again by its UID, twice without effect.

A preview is the import itself, whose transaction is rolled back: what it shows is what will be done. What is missing in
the calendar is noted and never cancelled; only its own STATUS:CANCELLED cancels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ozgtermine.errors import InvalidValueError, Refusal
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, ImportedEvent, Series
from ozgtermine.operations import comparing_calendars
from ozgtermine.operations.comparing_calendars import Manner, Outcome, Result
from ozgtermine.rules.foreign_calendar import Entry, ForeignCalendar, stored_uid
from ozgtermine.wording import N_, translate

MOST_DAYS_APART = 3
Known = dict[tuple[str, str], ImportedEvent]

__all__ = ["Manner", "Outcome", "Report", "Result", "take_over"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a calendar leads to: event by event, and which coming events are missing in it."""

    results: list[Result] = field(default_factory=list)
    vanished: list[Event] = field(default_factory=list)

    def number(self, *outcomes: Outcome) -> int:
        return sum(result.outcome in outcomes for result in self.results)


def take_over(
    session: Session,
    series: Series,
    calendar: ForeignCalendar,
    manner: Manner,
    *,
    letterhead: Letterhead,
    now: datetime,
) -> Report:
    """Enter and change what the calendar says, and say of each of its events what that led to."""
    session.execute(select(Series.id).where(Series.id == series.id).with_for_update())
    own = _own_events(session, calendar.entries)
    known = _known_events(session, series)
    paired = _paired(known, [each for each in calendar.entries if each.uid not in own])
    results = [Result(each.line, each.name, Outcome.REFUSED, sentence=each.sentence) for each in calendar.unread]
    results += [Result(each.line, each.name, Outcome.SKIPPED, sentence=each.sentence) for each in calendar.left_out]
    for entry in calendar.entries:
        found = paired.get(_key(entry))
        results.append(_take_over_one(session, series, entry, own.get(entry.uid), found, manner, letterhead, now))
    unread = {stored_uid(each.uid) for each in calendar.unread}
    vanished = _note_vanished(known.values(), set(paired.values()), unread, manner, now)
    session.flush()
    return Report(results=sorted(results, key=lambda each: each.line), vanished=vanished)


def _key(entry: Entry) -> tuple[str, str]:
    return stored_uid(entry.uid), entry.recurrence


def _own_events(session: Session, entries: Iterable[Entry]) -> dict[str, Event]:
    """Return our own events among the entries, which a calendar of ours has named."""
    uids = {each.uid for each in entries}
    found = select(Event).where(Event.uid.in_(uids)).options(joinedload(Event.series))
    return {event.uid: event for event in session.scalars(found)} if uids else {}


def _known_events(session: Session, series: Series) -> Known:
    found = select(ImportedEvent).where(ImportedEvent.series_id == series.id)
    links = session.scalars(found.options(joinedload(ImportedEvent.event).joinedload(Event.series)))
    return {(link.uid, link.recurrence): link for link in links}


def _paired(known: Known, entries: Sequence[Entry]) -> Known:
    """Return by the key of an entry what it is known as here.

    A repetition is named by the time that its rule has for it. Another rule names all of them anew, so that what is
    left over of one UID is paired by the day, and, where nothing of it has kept its name, by the nearest day.
    """
    paired = {_key(each): known[_key(each)] for each in entries if _key(each) in known}
    left: dict[str, list[ImportedEvent]] = {}
    for key, link in known.items():
        if key not in paired:
            left.setdefault(link.uid, []).append(link)
    kept = {uid for uid, _recurrence in paired}
    for entry in entries:
        uid = stored_uid(entry.uid)
        if _key(entry) not in paired and left.get(uid):
            nearest = min(left[uid], key=lambda link, day=entry.when.starts_on: _days_apart(link, day))  # type: ignore[misc]
            if _days_apart(nearest, entry.when.starts_on) <= (0 if uid in kept else MOST_DAYS_APART):
                left[uid].remove(nearest)
                paired[_key(entry)] = nearest
    return paired


def _days_apart(link: ImportedEvent, day: date) -> int:
    return abs((comparing_calendars.said_when(link).starts_on - day).days)


def _take_over_one(
    session: Session,
    series: Series,
    entry: Entry,
    own: Event | None,
    link: ImportedEvent | None,
    manner: Manner,
    letterhead: Letterhead,
    now: datetime,
) -> Result:
    result = Result(entry.line, entry.summary)
    try:
        with session.begin_nested():
            if own is not None:
                _check_series(own, series)
                comparing_calendars.compare_own(session, own, entry, result, letterhead=letterhead, now=now)
            elif link is not None:
                link.recurrence, link.source = entry.recurrence, manner.source or link.source
                link.vanished_at = None
                comparing_calendars.compare(session, link, entry, result, manner, letterhead=letterhead, now=now)
            else:
                comparing_calendars.add(session, series, entry, result, manner, now=now)
            session.flush()
    except Refusal as refusal:
        sentence = translate(refusal.sentence, "de", **refusal.values)
        return Result(entry.line, entry.summary, Outcome.REFUSED, sentence=sentence)
    return result


def _check_series(own: Event, series: Series) -> None:
    if own.series_id != series.id:
        raise InvalidValueError(
            N_("Diesen Termin gibt es hier schon, in der Reihe „%(title)s“."), title=own.series.title
        )


def _note_vanished(
    links: Iterable[ImportedEvent], seen: set[ImportedEvent], unread: set[str], manner: Manner, now: datetime
) -> list[Event]:
    """Return the coming events of this source that it does not name any more; nothing happens to them."""
    vanished = []
    for link in links:
        is_missing = link not in seen and link.uid not in unread and link.source == manner.source
        if is_missing and not link.event.is_over(now) and not link.event.is_cancelled:
            link.vanished_at = link.vanished_at or now
            vanished.append(link.event)
    return sorted(vanished, key=lambda event: (event.starts_at, event.id))
