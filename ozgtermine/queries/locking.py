"""Row locks: taken before counting, so that no two decide on the same seat.

PostgreSQL locks the row and reads it anew. On SQLite the transaction itself, begun as IMMEDIATE, keeps every other
writer out: what was read in it is true until its end.
"""

from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ozgtermine.models import Registration, RegistrationOffer
from ozgtermine.queries.kept_events import event_of_offer
from ozgtermine.queries.plain import rows


def lock_offer(session: Session, offer_id: int) -> RegistrationOffer:
    """Return the offer as it is, and its event with it, locked until the transaction ends."""
    if _is_sqlite(session):
        return session.get_one(RegistrationOffer, offer_id)
    rows(session, _OFFER, {"id": offer_id}).one()
    # by statements of their own: one that has waited for the lock shows other rows as they were before
    event = event_of_offer(session, offer_id, anew=True)
    if event is None or event.offer is None:
        raise RuntimeError("an offer that is locked is gone")
    return event.offer


def lock_registration(session: Session, registration_id: int) -> Registration:
    """Return the registration as it is, locked; where its seat is at stake, lock the offer before."""
    if _is_sqlite(session):
        return session.get_one(Registration, registration_id)
    return session.scalars(_REGISTRATION, {"id": registration_id}).one()


def savepoint(session: Session) -> AbstractContextManager[object]:
    """Return what takes back its own part alone where somebody else's row stands in its way.

    On SQLite nobody else writes meanwhile: who has looked under the lock meets no such row.
    """
    return nullcontext() if _is_sqlite(session) else session.begin_nested()


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


_OFFER = select(RegistrationOffer.id).where(RegistrationOffer.id == bindparam("id")).with_for_update()
_REGISTRATION = (
    select(Registration)
    .where(Registration.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
