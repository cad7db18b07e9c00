"""Row locks: taken before counting, so that no two decide on the same seat."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import Registration, RegistrationOffer


def lock_offer(session: Session, offer_id: int) -> RegistrationOffer:
    """Return the offer, read anew and locked until the transaction ends.

    PostgreSQL locks the row; on SQLite the transaction itself, begun as IMMEDIATE, keeps every other writer out.
    """
    locked = select(RegistrationOffer).where(RegistrationOffer.id == offer_id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()


def lock_registration(session: Session, registration_id: int) -> Registration:
    """Return the registration, read anew and locked; where its seat is at stake, lock the offer before."""
    locked = select(Registration).where(Registration.id == registration_id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()
