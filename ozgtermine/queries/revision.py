"""The public revision: one number that is raised when anything changes that the public can see."""

from datetime import datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, inspect, select, update
from sqlalchemy.orm import Session

from ozgtermine.models import Event, PublicChange, PublicRevision
from ozgtermine.queries.plain import rows

_MARK = "public_change"
FOLLOWED = 256
"""So many changes are known by the events that they were about."""
MOST_EVENTS = 64

Touched = set[Event]


class Point(NamedTuple):
    """The public state as of one change; of another history, after a restored backup, `noted_at` is another one."""

    revision: int
    noted_at: datetime


def mark_public_change(session: Session, event: Event | None = None) -> None:
    """Have this transaction raise the revision at its end; `event` is all that calendars must look at, None anything.

    Without an event it is also for changes that no public table's column shows.
    """
    touched: Touched | None = session.info.setdefault(_MARK, set())
    if event is None:
        session.info[_MARK] = None
    elif touched is not None:
        touched.add(event)


def is_marked(session: Session) -> bool:
    """Return whether this transaction will raise the revision."""
    return _MARK in session.info


def forget_public_change(session: Session) -> None:
    session.info.pop(_MARK, None)


def current_revision(session: Session) -> int:
    """Return the revision, 0 before the first public change."""
    return session.connection().execute(_PRESENT).scalar() or 0


_PRESENT = select(PublicRevision.revision)


def raised_here() -> int:
    """Return how often this process has begun to raise the revision: who remembers it must look anew."""
    return _raised


def note_raised() -> None:
    """Say that a transaction of this process which raised the revision has ended."""
    global _raised  # noqa: PLW0603 - a process has one count
    _raised += 1


_raised = 0


def raise_revision(session: Session, *, now: datetime) -> None:
    """Raise the revision by one, and note what the change was about; the row of the revision puts them in order."""
    touched: Touched | None = session.info.pop(_MARK)
    next_one = {PublicRevision.revision: PublicRevision.revision + 1}
    raised = update(PublicRevision).values(next_one).returning(PublicRevision.revision)
    revision = session.scalar(raised.execution_options(synchronize_session=False))
    if revision is None:
        revision = 1
        session.execute(insert(PublicRevision).values(id=1, revision=revision))
    session.execute(insert(PublicChange), {"revision": revision, "noted_at": now, "event_ids": _ids(touched)})
    if revision % FOLLOWED == 0:
        session.execute(delete(PublicChange).where(PublicChange.revision <= revision - FOLLOWED))


def _ids(touched: Touched | None) -> list[int] | None:
    if touched is None or len(touched) > MOST_EVENTS:
        return None
    identities = [inspect(each).identity for each in touched]
    return sorted(each[0] for each in identities if each)


def present_point(session: Session) -> Point | None:
    """Return where the public state stands; None where no change is noted."""
    found = rows(session, _LAST_POINT).one_or_none()
    return Point._make(found) if found else None


_LAST_POINT = (
    select(PublicChange.revision, PublicChange.noted_at).order_by(PublicChange.revision.desc()).limit(1)
)


def touched_since(session: Session, former: Point) -> tuple[Point, frozenset[int]] | None:
    """Return where the public state stands, and the events that alone were touched since; None: it may be anything."""
    changes = rows(session, _SINCE, {"revision": former.revision}).all()
    points = [Point(each.revision, each.noted_at) for each in changes]
    is_whole = [each.revision for each in points] == list(range(former.revision, former.revision + len(points)))
    about = [each.event_ids for each in changes[1:]]
    if former not in points[:1] or not is_whole or None in about:
        return None
    return points[-1], frozenset(chain.from_iterable(about))


_SINCE = (
    select(PublicChange.revision, PublicChange.noted_at, PublicChange.event_ids)
    .where(PublicChange.revision >= bindparam("revision"))
    .order_by(PublicChange.revision)
)
