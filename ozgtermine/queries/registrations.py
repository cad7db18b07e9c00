"""Which registration a link, an address or a place in line means, and how full an offer is."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from ozgtermine.models import (
    AddressLink,
    Deputy,
    Event,
    LinkPurpose,
    OutgoingMail,
    Registration,
    RegistrationLink,
    RegistrationOffer,
    Reply,
)
from ozgtermine.rules.names import normalised_email
from ozgtermine.rules.registering import LIVE, SEATED, Mode, Pool, Seats, State

Counts = Mapping[tuple[int, Mode, State], int]


def find_offer(session: Session, offer_id: int) -> RegistrationOffer | None:
    """Return the offer with all that a mail says of its event."""
    return session.scalars(_OFFER, {"id": offer_id}).one_or_none()


_event = joinedload(RegistrationOffer.event)
_OFFER = (
    select(RegistrationOffer)
    .where(RegistrationOffer.id == bindparam("id"))
    .options(_event.joinedload(Event.series), _event.joinedload(Event.venue), _event.joinedload(Event.access))
)


def counts(session: Session, offer_ids: Collection[int]) -> Counts:
    """Return how many hold a seat or wait, of all these offers in one query."""
    if not offer_ids:
        return {}
    counted = session.execute(_COUNTS, {"offer_ids": list(offer_ids)})
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
    taken = session.execute(_TAKEN, {"offer_id": offer.id}).all()
    left: dict[Mode, int | None] = {}
    for mode in (Mode.ON_SITE, Mode.ONLINE):
        seats = offer.seats(mode)
        left[mode] = None if seats is None else seats - sum(row[2] for row in taken if row[0] is mode)
    quotas = {
        sector: seats - sum(row[2] for row in taken if row[1] == sector) for sector, seats in offer.quotas.items()
    }
    return Seats(left=left, quota_left=quotas)


_TAKEN = (
    select(Registration.mode, Registration.sector, func.count())
    .where(Registration.offer_id == bindparam("offer_id"), Registration.state.in_(SEATED))
    .group_by(Registration.mode, Registration.sector)
)


def first_in_line(session: Session, offer: RegistrationOffer, seats: Seats) -> Registration | None:
    """Return who asked first of all that may take one of the free seats.

    Who has a seat and waits for the other pool keeps his place in his sector's quota.
    """
    free, exhausted = seats.free_modes, seats.exhausted_sectors
    if not free:
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


def find_live(
    session: Session, offer_id: int, *, email_normalised: str, name_normalised: str
) -> Registration | None:
    """Return the one live registration of that person for that offer."""
    person = {"offer_id": offer_id, "email_normalised": email_normalised, "name_normalised": name_normalised}
    return session.scalars(_LIVE_OF_PERSON, person).one_or_none()


_LIVE_OF_PERSON = select(Registration).where(
    Registration.offer_id == bindparam("offer_id"),
    Registration.email_normalised == bindparam("email_normalised"),
    Registration.name_normalised == bindparam("name_normalised"),
    Registration.state.in_(LIVE),
)


def find_by_link(session: Session, token_hash: str, purpose: LinkPurpose, now: datetime) -> Registration | None:
    """Return the registration that an unexpired link of that purpose leads to, with its offer and event."""
    link = {"token_hash": token_hash, "purpose": purpose, "now": now}
    return session.scalars(_BY_LINK, link).one_or_none()


_event = joinedload(Registration.offer).joinedload(RegistrationOffer.event)
_BY_LINK = (
    select(Registration)
    .join(Registration.links)
    .where(
        RegistrationLink.token_hash == bindparam("token_hash"),
        RegistrationLink.purpose == bindparam("purpose"),
        RegistrationLink.expires_at > bindparam("now"),
    )
    .options(_event.joinedload(Event.series), _event.joinedload(Event.venue), _event.joinedload(Event.access))
)


def number_of_mails_since(session: Session, *, recipient: str, kinds: tuple[str, ...], since: datetime) -> int:
    """Return how many mails of these kinds were promised to an address, however it is spelled."""
    promised = {"recipient": normalised_email(recipient), "kinds": kinds, "since": since}
    return session.scalars(_NUMBER_OF_MAILS, promised).one()


_NUMBER_OF_MAILS = select(func.count()).where(
    OutgoingMail.recipient_normalised == bindparam("recipient"),
    OutgoingMail.kind.in_(bindparam("kinds", expanding=True)),
    OutgoingMail.created_at > bindparam("since"),
)


def unconfirmed_before(session: Session, instant: datetime, *, now: datetime) -> list[Registration]:
    """Return the entries asked for before `instant` whose address nobody has confirmed, nor can by a link any more."""
    linked = aliased(Registration)
    same_form = and_(
        linked.submission != "",
        linked.submission == Registration.submission,
        linked.email_normalised == Registration.email_normalised,
    )
    good_link = (
        select(RegistrationLink.id)
        .join(linked, RegistrationLink.registration_id == linked.id)
        .where(or_(linked.id == Registration.id, same_form))
        .where(RegistrationLink.purpose == LinkPurpose.CONFIRM, RegistrationLink.expires_at > now)
    )
    overdue = select(Registration).where(
        Registration.state == State.UNCONFIRMED, Registration.requested_at <= instant, ~good_link.exists()
    )
    return list(session.scalars(overdue))


def last_invitation_sequence(session: Session, registration: Registration) -> int | None:
    """Return the highest number that others of this address sent to the calendar for this event, None for none."""
    of = {"offer_id": registration.offer_id, "email_normalised": registration.email_normalised, "id": registration.id}
    return session.scalar(_LAST_SEQUENCE, of)


_LAST_SEQUENCE = select(func.max(Registration.invitation_sequence)).where(
    Registration.offer_id == bindparam("offer_id"),
    Registration.email_normalised == bindparam("email_normalised"),
    Registration.id != bindparam("id"),
    Registration.decided_at.is_not(None),
)


def of_submission(session: Session, registration: Registration) -> list[Registration]:
    """Return what was sent with the same form under the same address, this one included, in the order of the offers."""
    if not registration.submission:
        return [registration]
    same = {"submission": registration.submission, "email_normalised": registration.email_normalised}
    return list(session.scalars(_OF_SUBMISSION, same))


_OF_SUBMISSION = (
    select(Registration)
    .where(
        Registration.submission == bindparam("submission"),
        Registration.email_normalised == bindparam("email_normalised"),
    )
    .order_by(Registration.offer_id, Registration.id)
)


def of_address(session: Session, email_normalised: str) -> list[Registration]:
    """Return everything that is kept about an address, with its events, the next one first."""
    event = contains_eager(Registration.offer).contains_eager(RegistrationOffer.event)
    return list(session.scalars(
        select(Registration)
        .join(Registration.offer)
        .join(RegistrationOffer.event)
        .where(Registration.email_normalised == email_normalised)
        .order_by(Event.starts_at, Registration.id)
        .options(event.joinedload(Event.series), event.joinedload(Event.venue))
    ))


def find_by_address_link(session: Session, token_hash: str, now: datetime) -> AddressLink | None:
    """Return the unexpired link to an address."""
    return session.scalars(
        select(AddressLink).where(AddressLink.token_hash == token_hash, AddressLink.expires_at > now)
    ).one_or_none()


def find_deputy(session: Session, token_hash: str, now: datetime) -> Deputy | None:
    """Return whom an unexpired link to a deputy means."""
    found = select(Deputy).where(Deputy.token_hash == token_hash, Deputy.expires_at > now)
    return session.scalars(found).one_or_none()


def overdue_claims(now: datetime) -> Select[Registration]:
    """Select the offered seats that nobody has taken in time; of a cancelled event nothing lapses."""
    return _offered().where(Registration.claim_until <= now)


def claims_to_remind_of(now: datetime) -> Select[Registration]:
    """Select the offered seats whose one reminder is due."""
    return _offered().where(Registration.remind_of_claim_at <= now)


def _offered() -> Select[Registration]:
    takes_place = select(RegistrationOffer.id).join(RegistrationOffer.event).where(Event.cancelled_at.is_(None))
    return select(Registration).where(Registration.state == State.OFFERED, Registration.offer_id.in_(takes_place))


def offers_with_a_line(now: datetime) -> Select[RegistrationOffer]:
    """Select the offers of published events to come for which somebody waits."""
    waits = or_(Registration.state == State.WAITING, Registration.waits_for_mode.is_not(None))
    return (
        select(RegistrationOffer)
        .join(RegistrationOffer.event)
        .where(Event.published_at <= now, Event.starts_at > now)
        .where(RegistrationOffer.id.in_(select(Registration.offer_id).where(waits)))
        .options(contains_eager(RegistrationOffer.event).joinedload(Event.series))
    )


def number_of_live(session: Session, offer_id: int) -> int:
    """Return how many registrations of an offer have not ended."""
    live = select(func.count()).where(Registration.offer_id == offer_id, Registration.state.in_(LIVE))
    return session.scalars(live).one()


def to_be_told(session: Session, offer_id: int) -> list[Registration]:
    """Return who learns of a change of the event: everybody who takes part or may yet, not who said no."""
    told = Registration.state.in_(LIVE - {State.UNCONFIRMED})
    says_no = and_(Registration.state == State.INVITED, Registration.reply.is_not_distinct_from(Reply.NO))
    found = select(Registration).where(Registration.offer_id == offer_id, told, ~says_no)
    return list(session.scalars(found.order_by(Registration.id)))
