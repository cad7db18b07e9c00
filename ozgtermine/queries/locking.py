"""Row locks: taken before counting, so that no two decide on the same seat.

PostgreSQL locks the row and reads it anew. On SQLite the transaction itself, begun as IMMEDIATE, keeps every other
writer out: what was read in it is true until its end.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from ozgtermine.models import Event, Registration, RegistrationOffer

Row = TypeVar("Row", RegistrationOffer, Registration)


def lock_offer(session: Session, offer_id: int) -> RegistrationOffer:
    """Return the offer as it is, and its event with it, locked until the transaction ends."""
    offer = _lock(session, RegistrationOffer, _OFFER, offer_id)
    if not _is_sqlite(session):
        # by a statement of its own: one that has waited for the lock shows other rows as they were before
        set_committed_value(offer, "event", session.scalars(_EVENT, {"id": offer.event_id}).one())
    return offer


def lock_registration(session: Session, registration_id: int) -> Registration:
    """Return the registration as it is, locked; where its seat is at stake, lock the offer before."""
    return _lock(session, Registration, _REGISTRATION, registration_id)


def savepoint(session: Session) -> AbstractContextManager[object]:
    """Return what takes back its own part alone where somebody else's row stands in its way.

    On SQLite nobody else writes meanwhile: who has looked under the lock meets no such row.
    """
    return nullcontext() if _is_sqlite(session) else session.begin_nested()


def _lock(session: Session, model: type[Row], locking: Select[Row], row_id: int) -> Row:
    if _is_sqlite(session):
        return session.get_one(model, row_id)
    return session.scalars(locking, {"id": row_id}).one()


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _locking(model: type[Row]) -> Select[Row]:
    found = select(model).where(model.id == bindparam("id")).with_for_update()
    return found.execution_options(populate_existing=True)


_OFFER, _REGISTRATION = _locking(RegistrationOffer), _locking(Registration)
_EVENT = (
    select(Event)
    .where(Event.id == bindparam("id"))
    .options(joinedload(Event.series), joinedload(Event.venue), joinedload(Event.access))
    .execution_options(populate_existing=True)
)
