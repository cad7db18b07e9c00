"""Row locks: taken before counting, so that no two decide on the same seat."""

from typing import TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from ozgtermine.models import Registration, RegistrationOffer

Row = TypeVar("Row", RegistrationOffer, Registration)


def lock_offer(session: Session, offer_id: int) -> RegistrationOffer:
    """Return the offer, read anew and locked until the transaction ends.

    PostgreSQL locks the row; on SQLite the transaction itself, begun as IMMEDIATE, keeps every other writer out.
    """
    return session.scalars(_OFFER, {"id": offer_id}).one()


def lock_registration(session: Session, registration_id: int) -> Registration:
    """Return the registration, read anew and locked; where its seat is at stake, lock the offer before."""
    return session.scalars(_REGISTRATION, {"id": registration_id}).one()


def _locked(model: type[Row]) -> Select[Row]:
    found = select(model).where(model.id == bindparam("id")).with_for_update()
    return found.execution_options(populate_existing=True)


_OFFER, _REGISTRATION = _locked(RegistrationOffer), _locked(Registration)
