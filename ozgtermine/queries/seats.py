"""How full an offer is, and who is next in line for a seat."""

from collections.abc import Collection, Mapping

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from ozgtermine.models import Registration, RegistrationOffer
from ozgtermine.queries.plain import rows
from ozgtermine.rules.registering import SEATED, Mode, Pool, Seats, State

Counts = Mapping[tuple[int, Mode, State], int]


def counts(session: Session, offer_ids: Collection[int]) -> Counts:
    """Return how many hold a seat or wait, of all these offers in one query."""
    if not offer_ids:
        return {}
    counted = rows(session, _COUNTS, {"offer_ids": list(offer_ids)})
    return {(offer_id, mode, state): number for offer_id, mode, state, number in counted}


_COUNTS = (
    select(Registration.offer_id, Registration.mode, Registration.state, func.count())
    .where(
        Registration.offer_id.in_(bindparam("offer_ids", expanding=True)),
        Registration.state.in_([*SEATED, State.WAITING]),
    )
    .group_by(Registration.offer_id, Registration.mode, Registration.state)
)


def pool(offer: RegistrationOffer, mode: Mode, counted: Counts) -> Pool:
    """Return the seats of `mode`, for the words that the public reads; `free_seats` is what decides."""
    return Pool(
        seats=offer.seats(mode),
        taken=sum(counted.get((offer.id, mode, state), 0) for state in SEATED),
        waiting=counted.get((offer.id, mode, State.WAITING), 0),
    )


def free_seats(session: Session, offer: RegistrationOffer) -> Seats:
    """Return what is free now; decide on it only while holding `lock_offer`."""
    counted = rows(session, _SEATED_OR_IN_LINE, {"offer_id": offer.id}).all()
    taken = [(row.mode, row.sector, row.number) for row in counted if row.state in SEATED]
    left: dict[Mode, int | None] = {}
    for mode in (Mode.ON_SITE, Mode.ONLINE):
        seats = offer.seats(mode)
        left[mode] = None if seats is None else seats - sum(row[2] for row in taken if row[0] is mode)
    quotas = {
        sector: seats - sum(row[2] for row in taken if row[1] == sector) for sector, seats in offer.quotas.items()
    }
    has_a_line = any(row.state is State.WAITING or row.waits_for_mode for row in counted)
    return Seats(left=left, quota_left=quotas, has_a_line=has_a_line)


_BY = (Registration.mode, Registration.sector, Registration.state, Registration.waits_for_mode)
_SEATED_OR_IN_LINE = (
    select(*_BY, func.count().label("number"))
    .where(Registration.offer_id == bindparam("offer_id"), Registration.state.in_([*SEATED, State.WAITING]))
    .group_by(*_BY)
)


def first_in_line(session: Session, offer: RegistrationOffer, seats: Seats) -> Registration | None:
    """Return who asked first of all that may take one of the free seats.

    Who has a seat and waits for the other pool keeps his place in his sector's quota.
    """
    free, exhausted = seats.free_modes, seats.exhausted_sectors
    if not (free and seats.has_a_line):
        return None
    may_take = {"offer_id": offer.id, "free": list(free), "exhausted": list(exhausted)}
    return session.scalars(_FIRST_IN_LINE, may_take).one_or_none()


_PLACE = case((Registration.state == State.WAITING, Registration.requested_at), else_=Registration.waiting_since)
_is_within_quota = or_(
    Registration.sector.is_(None), Registration.sector.not_in(bindparam("exhausted", expanding=True))
)
_is_free = Registration.mode.in_(bindparam("free", expanding=True))
_other_is_free = Registration.waits_for_mode.in_(bindparam("free", expanding=True))
_FIRST_IN_LINE = (
    select(Registration)
    .where(
        Registration.offer_id == bindparam("offer_id"),
        or_(
            and_(Registration.state == State.WAITING, _is_free, _is_within_quota),
            and_(Registration.state == State.CONFIRMED, _other_is_free),
        ),
    )
    .order_by(_PLACE, Registration.id)
    .limit(1)
)


def place_in_line(session: Session, registration: Registration) -> int:
    """Return how many wait in front of a waiting registration for the same seats, plus one."""
    mode = registration.waits_for_mode or registration.mode
    own = registration.requested_at if registration.state is State.WAITING else registration.waiting_since
    waits = and_(Registration.state == State.WAITING, Registration.mode == mode)
    before = select(func.count()).where(
        Registration.offer_id == registration.offer_id,
        or_(waits, Registration.waits_for_mode == mode),
        or_(own > _PLACE, and_(_PLACE.is_not_distinct_from(own), Registration.id < registration.id)),
    )
    return session.scalars(before).one() + 1
