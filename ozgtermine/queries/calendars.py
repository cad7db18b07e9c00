"""What stands in the public calendars, and when they change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, true, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload
from sqlalchemy.types import NULLTYPE

from ozgtermine.clock import BERLIN
from ozgtermine.models import (
    Document,
    DocumentVersion,
    Event,
    EventStatus,
    FeedEntry,
    RenderedEvent,
    Series,
    SeriesKind,
)
from ozgtermine.queries.documents import documents, documents_visible_to
from ozgtermine.queries.events import NOW, visible_to
from ozgtermine.queries.plain import rows
from ozgtermine.rules.permissions import ANONYMOUS
from ozgtermine.rules.schedule import Precision

AUDIENCE = "public"
CANCELLED_STAY = timedelta(days=90)

KNOWN_TO_THE_DAY = Event.precision.in_((Precision.MINUTE, Precision.DAY))


def of_kind(kind: SeriesKind) -> ColumnElement[bool]:
    return Event.series_id.in_(select(Series.id).where(Series.kind == kind))


def of_series(series: Series) -> ColumnElement[bool]:
    return Event.series_id == series.id


def of_all() -> ColumnElement[bool]:
    return true()


KeptRow = tuple[object, str, int, int, int, int, int | None, int | None, str | None, bytes | None]
"""Start, UID, id, sequence, version, series, venue, room; fingerprint and content of the kept entry."""


class AttachedRow(NamedTuple):
    """A published public document, as bare columns; `version_id` is that of its newest file."""

    event_id: int
    id: int
    slug: str
    title: str
    published_at: datetime
    version_id: int


def in_calendar(scope: ColumnElement[bool], now: datetime, year: int | None = None) -> ColumnElement[bool]:
    """Return the condition of public events from 1 January of last year on, or those of `year`.

    Cancelled ones stay for 90 days after their date.
    """
    today = now.astimezone(BERLIN).date()
    stays = or_(Event.status != EventStatus.CANCELLED, Event.ends_on >= today - CANCELLED_STAY)
    in_time = Event.starts_on >= first_day(today) if year is None else _in_year(year)
    return and_(scope, KNOWN_TO_THE_DAY, in_time, stays, visible_to(ANONYMOUS, now))


def only(event: Event) -> ColumnElement[bool]:
    """Return the condition of that event alone, if calendars can show it."""
    return and_(Event.id == event.id, KNOWN_TO_THE_DAY)


def in_order(found: Iterable[Event]) -> list[Event]:
    """Return the events as calendars have them; databases differ in how they order words."""
    return sorted(found, key=lambda event: (event.starts_at, event.uid))


def kept_rows(session: Session, shown: ColumnElement[bool], language: str) -> Sequence[KeptRow]:
    """Return the events that a calendar shows, in its order, with what is kept of their entries.

    Instants come as the database stores them: to convert them by the thousand takes longer than to sort them.
    """
    kept = and_(
        RenderedEvent.event_id == Event.id, RenderedEvent.language == language, RenderedEvent.audience == AUDIENCE
    )
    columns = (
        type_coerce(Event.starts_at, NULLTYPE), Event.uid, Event.id, Event.sequence, Event.version, Event.series_id,
        Event.venue_id, Event.room_id, RenderedEvent.fingerprint, RenderedEvent.content,
    )  # fmt: skip
    found = select(*columns).join(Event.series).outerjoin(RenderedEvent, kept).where(shown)
    kept_of = cast("Sequence[KeptRow]", rows(session, found).all())
    return sorted(kept_of, key=itemgetter(0, 1))  # not by the database: they differ in how they order words


def attached_rows(session: Session, shown: ColumnElement[bool], now: datetime) -> dict[int, list[AttachedRow]]:
    """Return the documents that the entries of a calendar name, by their event."""
    newest = func.max(DocumentVersion.id).label("version_id")
    columns = (Document.event_id, Document.id, Document.slug, Document.title, Document.published_at)
    statement = (
        select(*columns, newest)
        .join(Document.event)
        .join(Event.series)
        .join(Document.versions)
        .where(shown, documents_visible_to(ANONYMOUS, now))
        .group_by(*columns)
        .order_by(Document.id)
    )
    found: defaultdict[int, list[AttachedRow]] = defaultdict(list)
    for row in rows(session, statement):
        found[row.event_id].append(AttachedRow._make(row))
    return found


def entries_to_render(session: Session, event_ids: Collection[int]) -> Sequence[Event]:
    """Return events with all that their entries say, save for documents."""
    return session.scalars(_TO_RENDER, {"ids": list(event_ids)}).all()


_TO_RENDER = (
    select(Event)
    .where(Event.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(Event.series), joinedload(Event.venue), joinedload(Event.room))
)


def first_day(today: date) -> date:
    """Return the day from which on calendars show events."""
    return date(today.year - 1, 1, 1)


def belongs(scope: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    """Return the condition of all that is public in `scope`, of whatever age."""
    return and_(scope, KNOWN_TO_THE_DAY, visible_to(ANONYMOUS, now))


def too_old(session: Session, uids: Collection[str], belongs: ColumnElement[bool]) -> frozenset[str]:
    """Return which of `uids`, which a feed shows no longer, belong to it as before: they are only too old."""
    found = select(Event.uid).join(Event.series).where(Event.uid.in_(uids), belongs)
    return frozenset(session.scalars(found)) if uids else frozenset()


def was_handed_out(session: Session, feed: str) -> bool:
    """Return whether anything was ever in the feed of that name."""
    return session.scalar(select(FeedEntry.uid).where(FeedEntry.feed == feed).limit(1)) is not None


def _in_year(year: int) -> ColumnElement[bool]:
    return Event.starts_on.between(date(year, 1, 1), date(year, 12, 31))


def public_documents(session: Session, event_ids: Collection[int], now: datetime) -> dict[int, list[Document]]:
    """Return the published public documents by their event."""
    found: defaultdict[int, list[Document]] = defaultdict(list)
    if event_ids:
        public = documents(ANONYMOUS, now).where(Document.event_id.in_(event_ids)).order_by(Document.id)
        for each in session.scalars(public):
            found[each.event_id].append(each)
    return found


def was_public(session: Session, slug: str) -> bool:
    """Return whether the event of that slug was ever handed out as a public entry."""
    handed_out = (
        select(RenderedEvent.event_id)
        .join(Event, Event.id == RenderedEvent.event_id)
        .where(Event.slug == slug, RenderedEvent.audience == AUDIENCE)
    )
    return session.scalar(handed_out.limit(1)) is not None


def changes_by_itself_at(session: Session, now: datetime) -> datetime:
    """Return the next instant at which public calendars change without a write: a publication, or midnight.

    At midnight cancelled events leave, and at New Year a whole year does.
    """
    publications: Sequence[datetime | None] = rows(session, _NEXT_PUBLICATIONS, {"now": now}).one()
    return min([midnight_after(now), *(each for each in publications if each)])


def midnight_after(now: datetime) -> datetime:
    tomorrow = now.astimezone(BERLIN).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), BERLIN)


def first_after_now(column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]) -> Select[Any]:
    """Return the statement for the first of a column's instants that is later than its parameter `now`."""
    return select(func.min(column)).where(column > NOW)


PUBLICATIONS = (Event.published_at, Document.published_at)
_NEXT_PUBLICATIONS = select(*(first_after_now(column).scalar_subquery() for column in PUBLICATIONS))


def last_change(session: Session, scope: ColumnElement[bool], now: datetime) -> datetime:
    """Return when anything in `scope` changed or appeared, hidden things too: their leaving is a change.

    So is midnight, when what is too old leaves.
    """
    changed = select(func.max(Event.changed_at)).where(scope)
    published = select(func.max(Event.published_at)).where(scope, Event.published_at <= now)
    attached = select(func.max(Document.published_at)).join(Event).where(scope, Document.published_at <= now)
    replaced = select(func.max(DocumentVersion.uploaded_at)).join(Document).join(Event).where(scope)
    latest = (changed, published, attached, replaced)
    instants: Sequence[datetime | None] = rows(session, select(*(each.scalar_subquery() for each in latest))).one()
    midnight = datetime.combine(now.astimezone(BERLIN).date(), time(0), BERLIN)
    return max([midnight, *(each for each in instants if each)])
