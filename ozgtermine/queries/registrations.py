"""Which registration a link, an address or a place in line means, and how full an offer is."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ozgtermine.models import Event, LinkPurpose, OutgoingMail, Registration, RegistrationLink, RegistrationOffer
from ozgtermine.rules.registering import LIVE, SEATED, Mode, Pool, State

Counts = Mapping[tuple[int, Mode, State], int]


def find_offer(session: Session, offer_id: int) -> RegistrationOffer | None:
    """Return the offer with all that a mail says of its event."""
    event = joinedload(RegistrationOffer.event)
    loaded = (event.joinedload(Event.series), event.joinedload(Event.venue), event.joinedload(Event.access))
    return session.scalars(
        select(RegistrationOffer).where(RegistrationOffer.id == offer_id).options(*loaded)
    ).one_or_none()


def counts(session: Session, offer_ids: Collection[int]) -> Counts:
    """Return how many hold a seat or wait, of all these offers in one query."""
    if not offer_ids:
        return {}
    counted = session.execute(
        select(Registration.offer_id, Registration.mode, Registration.state, func.count())
        .where(Registration.offer_id.in_(offer_ids), Registration.state.in_([*SEATED, State.WAITING]))
        .group_by(Registration.offer_id, Registration.mode, Registration.state)
    )
    return {(offer_id, mode, state): number for offer_id, mode, state, number in counted}


def pool(offer: RegistrationOffer, mode: Mode, counted: Counts) -> Pool:
    """Return the seats of `mode`; decide on them only where they were counted while holding `lock_offer`."""
    return Pool(
        seats=offer.seats(mode),
        taken=sum(counted.get((offer.id, mode, state), 0) for state in SEATED),
        waiting=counted.get((offer.id, mode, State.WAITING), 0),
    )


def counted_pool(session: Session, offer: RegistrationOffer, mode: Mode) -> Pool:
    """Return the seats of `mode`, counted now."""
    return pool(offer, mode, counts(session, [offer.id]))


def first_waiting(session: Session, offer: RegistrationOffer, mode: Mode) -> Registration | None:
    """Return who asked first of those who wait for a seat of `mode`."""
    return session.scalars(
        select(Registration)
        .where(Registration.offer_id == offer.id, Registration.mode == mode, Registration.state == State.WAITING)
        .order_by(Registration.requested_at, Registration.id)
        .limit(1)
    ).one_or_none()


def place_in_line(session: Session, registration: Registration) -> int:
    """Return how many wait in front of a waiting registration for the same seats, plus one."""
    before = select(func.count()).where(
        Registration.offer_id == registration.offer_id,
        Registration.mode == registration.mode,
        Registration.state == State.WAITING,
        (Registration.requested_at < registration.requested_at)
        | ((Registration.requested_at == registration.requested_at) & (Registration.id < registration.id)),
    )
    return session.scalars(before).one() + 1


def find_live(
    session: Session, offer_id: int, *, email_normalised: str, name_normalised: str
) -> Registration | None:
    """Return the one live registration of that person for that offer."""
    return session.scalars(
        select(Registration).where(
            Registration.offer_id == offer_id,
            Registration.email_normalised == email_normalised,
            Registration.name_normalised == name_normalised,
            Registration.state.in_(LIVE),
        )
    ).one_or_none()


def find_by_link(session: Session, token_hash: str, purpose: LinkPurpose, now: datetime) -> Registration | None:
    """Return the registration that an unexpired link of that purpose leads to, with its offer and event."""
    event = joinedload(Registration.offer).joinedload(RegistrationOffer.event)
    return session.scalars(
        select(Registration)
        .join(Registration.links)
        .where(
            RegistrationLink.token_hash == token_hash,
            RegistrationLink.purpose == purpose,
            RegistrationLink.expires_at > now,
        )
        .options(event.joinedload(Event.series), event.joinedload(Event.venue), event.joinedload(Event.access))
    ).one_or_none()


def number_of_mails_since(session: Session, *, recipient: str, kinds: tuple[str, ...], since: datetime) -> int:
    """Return how many mails of these kinds were promised to an address, however it is spelled."""
    return session.scalars(
        select(func.count()).where(
            func.lower(OutgoingMail.recipient) == recipient.lower(),
            OutgoingMail.kind.in_(kinds),
            OutgoingMail.created_at > since,
        )
    ).one()


def unconfirmed_before(session: Session, instant: datetime) -> list[Registration]:
    """Return the entries whose address nobody has confirmed, asked for before `instant`."""
    overdue = select(Registration).where(
        Registration.state == State.UNCONFIRMED, Registration.requested_at <= instant
    )
    return list(session.scalars(overdue))


def last_invitation_sequence(session: Session, registration: Registration) -> int | None:
    """Return the highest number that others of this address sent to the calendar for this event, None for none."""
    return session.scalar(
        select(func.max(Registration.invitation_sequence)).where(
            Registration.offer_id == registration.offer_id,
            Registration.email_normalised == registration.email_normalised,
            Registration.id != registration.id,
            Registration.decided_at.is_not(None),
        )
    )
