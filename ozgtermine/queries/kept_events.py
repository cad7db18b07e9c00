"""Events with all that registering needs of them, kept by each process until the public revision rises.

A copy for a session takes a fourth of the time that loading does. Whatever changes a table of these raises the revision
in the same transaction (`database.PUBLIC`), so that under a lock, too, the copy is as good as the row.
"""

from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import instance_dict, set_committed_value
from sqlalchemy.orm.util import identity_key

from ozgtermine.models import Event, RegistrationOffer, Series
from ozgtermine.queries.revision import current_revision, is_marked

Kept = dict[int | str, Event]
AT_MOST = 100


def event_of_slug(session: Session, slug: str, *, seen: int | None = None) -> Event | None:
    """Return the event of that slug; one of the revision that the caller has `seen` asks no database."""
    return _event(session, _OF_SLUG, slug, seen=seen)


def event_of_offer(session: Session, offer_id: int, *, anew: bool = False) -> Event | None:
    """Return the event that the offer is for; `anew` overwrites what the session has read of it before."""
    return _event(session, _OF_OFFER, offer_id, anew=anew)


_offer = joinedload(Event.offer)
_EVENT = select(Event).options(
    joinedload(Event.series).joinedload(Series.project),
    joinedload(Event.venue),
    joinedload(Event.room),
    joinedload(Event.access),
    _offer.joinedload(RegistrationOffer.questions),
    _offer.joinedload(RegistrationOffer.opens_with_issue),
)
_OF_SLUG = _EVENT.where(Event.slug == bindparam("sought"))
_OF_OFFER = _EVENT.join(RegistrationOffer).where(RegistrationOffer.id == bindparam("sought"))


def _event(
    session: Session, of: Select[Event], sought: int | str, *, seen: int | None = None, anew: bool = False
) -> Event | None:
    """Return the session's own copy; what it has changed itself and not committed is in no other.

    What is loaded is kept by the revision of the session's own transaction: another may be younger than what it reads.
    """
    session.flush()
    if is_marked(session):
        return _load(session, of.execution_options(populate_existing=anew), sought)
    engine = session.get_bind().engine
    found = _kept_of(engine, seen).get(sought)
    if found is None:
        revision = current_revision(session)
        found = _kept_of(engine, revision).get(sought)
        if found is None:
            with Session(session.connection()) as loading:
                found = _load(loading, of, sought)
            if found is None:
                return None
            _keep(engine, revision, found)
    return _copy(session, found)


def _copy(session: Session, kept: Event) -> Event:
    """Return the session's own; of what it holds already, PostgreSQL may show another version within a transaction."""
    for row in (kept, kept.series):
        own = session.identity_map.get(identity_key(instance=row))
        if own is not None and instance_dict(own).get("version", row.version) != row.version:
            session.expire(own)
    return session.merge(kept, load=False)


def _load(session: Session, of: Select[Event], sought: int | str) -> Event | None:
    found = session.scalars(of, {"sought": sought}).unique().one_or_none()
    if found is not None and found.offer is not None:
        set_committed_value(found.offer, "event", found)
    return found


def _kept_of(engine: Engine, revision: int | None) -> Kept:
    of_revision, kept = _kept.get(engine, _NONE)
    return kept if of_revision == revision else {}


def _keep(engine: Engine, revision: int, event: Event) -> None:
    """Keep the event by its slug and by the id of its offer, and forget those of another revision."""
    of_revision, kept = _kept.get(engine, _NONE)
    if of_revision != revision or len(kept) >= AT_MOST:
        kept = {}
        _kept[engine] = revision, kept
    kept[event.slug] = event
    if event.offer is not None:
        kept[event.offer.id] = event


_NONE: tuple[int, Kept] = (-1, {})
_kept: WeakKeyDictionary[Engine, tuple[int, Kept]] = WeakKeyDictionary()
