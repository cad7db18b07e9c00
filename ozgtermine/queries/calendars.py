"""What stands in the public calendars, and when they change."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

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
from ozgtermine.queries.documents import documents
from ozgtermine.queries.events import events, visible_to
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


def calendar_events(scope: ColumnElement[bool], now: datetime, year: int | None = None) -> Select[Event]:
    """Return the public events from 1 January of last year on, or those of `year`, in no order.

    Cancelled ones stay for 90 days after their date.
    """
    today = now.astimezone(BERLIN).date()
    stays = or_(Event.status != EventStatus.CANCELLED, Event.ends_on >= today - CANCELLED_STAY)
    in_time = Event.starts_on >= first_day(today) if year is None else _in_year(year)
    return events(ANONYMOUS, now).where(scope, KNOWN_TO_THE_DAY, in_time, stays)


def in_order(found: Iterable[Event]) -> list[Event]:
    """Return the events as calendars have them; databases differ in how they order words."""
    return sorted(found, key=lambda event: (event.starts_at, event.uid))


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
    for each in session.scalars(
        documents(ANONYMOUS, now).where(Document.event_id.in_(event_ids)).order_by(Document.id)
    ):
        found[each.event_id].append(each)
    return found


def kept_rows(session: Session, event_ids: Iterable[int], language: str) -> dict[int, RenderedEvent]:
    """Return the kept entries by their event."""
    wanted = select(RenderedEvent).where(
        RenderedEvent.event_id.in_(event_ids), RenderedEvent.language == language, RenderedEvent.audience == AUDIENCE
    )
    return {each.event_id: each for each in session.scalars(wanted)}


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
    tomorrow = now.astimezone(BERLIN).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(0), BERLIN)
    publications = (
        session.scalar(select(func.min(Event.published_at)).where(Event.published_at > now)),
        session.scalar(select(func.min(Document.published_at)).where(Document.published_at > now)),
    )
    return min([midnight, *(each for each in publications if each)])


def last_change(session: Session, scope: ColumnElement[bool], now: datetime) -> datetime:
    """Return when anything in `scope` changed or appeared, hidden things too: their leaving is a change.

    So is midnight, when what is too old leaves.
    """
    changed = select(func.max(Event.changed_at)).where(scope)
    published = select(func.max(Event.published_at)).where(scope, Event.published_at <= now)
    attached = select(func.max(Document.published_at)).join(Event).where(scope, Document.published_at <= now)
    replaced = select(func.max(DocumentVersion.uploaded_at)).join(Document).join(Event).where(scope)
    instants = [session.scalar(each) for each in (changed, published, attached, replaced)]
    midnight = datetime.combine(now.astimezone(BERLIN).date(), time(0), BERLIN)
    return max([midnight, *(each for each in instants if each)])
