"""The newsletter's list becomes events: read whole or not at all, twice without harm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ozgtermine.models import Event, NewsletterIssue, Series
from ozgtermine.operations.consultation_hours import get_or_add_consultation_hours
from ozgtermine.operations.entering_events import enter, next_number, offer_by_default
from ozgtermine.rules.newsletter import Entry, Issue, read
from ozgtermine.rules.schedule import when


@dataclass(kw_only=True)
class Report:
    """What an import did, event by event."""

    added: list[Event] = field(default_factory=list)
    changed: list[Event] = field(default_factory=list)
    unchanged: list[Event] = field(default_factory=list)


def import_newsletter(session: Session, content: bytes, issue: Issue, *, now: datetime) -> Report:
    """Let every entry of the list be a published consultation hour, and the issue be known.

    An hour is known again by its day, also by the day it was moved from. Only a newer issue than all before
    changes a topic: running an old one again must not undo what an editor has corrected since. Raises
    UnreadableNewsletterError before anything is written.
    """
    entries = sorted(read(content, issue), key=lambda entry: entry.day)
    series = get_or_add_consultation_hours(session)
    session.execute(select(Series.id).where(Series.id == series.id).with_for_update())
    may_change = _is_newest(session, issue)
    report = Report()
    for entry in entries:
        _take_over(session, series, entry, report, may_change=may_change, now=now)
    _remember(session, issue, now)
    session.flush()
    return report


def _is_newest(session: Session, issue: Issue) -> bool:
    imported: Sequence[NewsletterIssue] = session.scalars(
        select(NewsletterIssue).where(NewsletterIssue.imported_at.is_not(None))
    ).all()
    return all(Issue(year=each.year, month=each.month) < issue for each in imported)


def _take_over(
    session: Session, series: Series, entry: Entry, report: Report, *, may_change: bool, now: datetime
) -> None:
    event = _find(session, series, entry)
    if event is None:
        report.added.append(_add(session, series, entry, now))
    elif _needs_change(event, entry, now) and may_change:
        event.topic, event.topic_kind, event.changed_at = entry.topic, entry.kind, now
        if not event.is_published(now):
            event.published_at = now
            event.number = event.number or next_number(session, series)
        report.changed.append(event)
    else:
        report.unchanged.append(event)


def _find(session: Session, series: Series, entry: Entry) -> Event | None:
    """Return the hour of that day; of several the one with that topic, and one that still is on that day."""
    of_the_day = select(Event).where(
        Event.series_id == series.id, or_(Event.starts_on == entry.day, Event.moved_from_on == entry.day)
    )
    candidates = session.scalars(of_the_day.order_by(Event.id)).all()
    return min(
        candidates,
        key=lambda event: (event.topic != entry.topic, event.starts_on != entry.day),
        default=None,
    )


def _needs_change(event: Event, entry: Entry, now: datetime) -> bool:
    return (event.topic, event.topic_kind) != (entry.topic, entry.kind) or not event.is_published(now)


def _add(session: Session, series: Series, entry: Entry, now: datetime) -> Event:
    event = enter(
        session,
        series,
        when(starts_on=entry.day),
        topic=entry.topic,
        topic_kind=entry.kind,
        number=next_number(session, series),
        publish_at=now,
        now=now,
    )
    event.offer = offer_by_default(series)
    return event


def _remember(session: Session, issue: Issue, now: datetime) -> None:
    known = session.scalars(
        select(NewsletterIssue).filter_by(year=issue.year, month=issue.month)
    ).one_or_none()
    if known is None:
        known = NewsletterIssue(year=issue.year, month=issue.month)
        session.add(known)
    known.imported_at = known.imported_at or now
