"""Events with all that registering needs of them, kept by each process until the public revision rises.

A copy for a session takes a fourth of the time that loading does. Whatever changes a table of these raises the revision
in the same transaction (`database.PUBLIC`), so that under a lock, too, the copy is as good as the row.
"""

from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from ozgtermine.models import Event, RegistrationOffer, Series
from ozgtermine.queries.revision import current_revision, is_marked

Kept = dict[int | str, Event]
AT_MOST = 100


def event_of_slug(session: Session, slug: str) -> Event | None:
    """Return the event of that slug."""
    return _event(session, _OF_SLUG, slug)


def event_of_offer(session: Session, offer_id: int) -> Event | None:
    """Return the event that the offer is for."""
    return _event(session, _OF_OFFER, offer_id)


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


def _event(session: Session, of: Select[Event], sought: int | str) -> Event | None:
    """Return the session's own copy; what it has changed itself and not committed is in no other."""
    session.flush()
    if is_marked(session):
        return _load(session, of, sought)
    kept = _kept_at(session.get_bind().engine, current_revision(session))
    found = kept.get(sought)
    if found is None:
        with Session(session.connection()) as loading:
            found = _load(loading, of, sought)
        if found is None:
            return None
        _keep(kept, found)
    return session.merge(found, load=False)


def _load(session: Session, of: Select[Event], sought: int | str) -> Event | None:
    found = session.scalars(of, {"sought": sought}).unique().one_or_none()
    if found is not None and found.offer is not None:
        set_committed_value(found.offer, "event", found)
    return found


def _keep(kept: Kept, event: Event) -> None:
    """Keep the event by its slug and by the id of its offer."""
    if len(kept) >= AT_MOST:
        kept.clear()
    kept[event.slug] = event
    if event.offer is not None:
        kept[event.offer.id] = event


def _kept_at(engine: Engine, revision: int) -> Kept:
    """Return what this process keeps of that revision, and forget all others."""
    of_revision, kept = _kept.get(engine, _NONE)
    if of_revision != revision:
        kept = {}
        _kept[engine] = revision, kept
    return kept


_NONE: tuple[int, Kept] = (-1, {})
_kept: WeakKeyDictionary[Engine, tuple[int, Kept]] = WeakKeyDictionary()
