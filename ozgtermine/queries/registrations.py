"""Which registrations a link, an address, a form or a deadline means."""

from datetime import datetime

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager
from sqlalchemy.orm.attributes import set_committed_value

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
from ozgtermine.queries.kept_events import event_of_offer
from ozgtermine.queries.plain import rows
from ozgtermine.rules.names import normalised_email
from ozgtermine.rules.registering import LIVE, State


def find_offer(session: Session, offer_id: int) -> RegistrationOffer | None:
    """Return the offer with all that a mail says of its event."""
    event = event_of_offer(session, offer_id)
    return None if event is None else event.offer


def find_live(
    session: Session, offer_id: int, *, email_normalised: str, name_normalised: str
) -> Registration | None:
    """Return the one live registration of that person for that offer."""
    person = {"offer_id": offer_id, "email_normalised": email_normalised, "name_normalised": name_normalised}
    # mostly there is none, and loading none costs as much as one
    found = rows(session, _LIVE_OF_PERSON, person).scalar()
    return None if found is None else session.get(Registration, found)


_LIVE_OF_PERSON = select(Registration.id).where(
    Registration.offer_id == bindparam("offer_id"),
    Registration.email_normalised == bindparam("email_normalised"),
    Registration.name_normalised == bindparam("name_normalised"),
    Registration.state.in_(LIVE),
)


def find_by_link(session: Session, token_hash: str, purpose: LinkPurpose, now: datetime) -> Registration | None:
    """Return the registration that an unexpired link of that purpose leads to, with its offer and event."""
    link = {"token_hash": token_hash, "purpose": purpose, "now": now}
    found = session.scalars(_BY_LINK, link).one_or_none()
    if found is not None:
        set_committed_value(found, "offer", find_offer(session, found.offer_id))
    return found


_BY_LINK = (
    select(Registration)
    .join(Registration.links)
    .where(
        RegistrationLink.token_hash == bindparam("token_hash"),
        RegistrationLink.purpose == bindparam("purpose"),
        RegistrationLink.expires_at > bindparam("now"),
    )
)


def number_of_mails_since(session: Session, *, recipient: str, kinds: tuple[str, ...], since: datetime) -> int:
    """Return how many mails of these kinds were promised to an address, however it is spelled."""
    promised = {"recipient": normalised_email(recipient), "kinds": kinds, "since": since}
    return rows(session, _NUMBER_OF_MAILS, promised).scalar_one()


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
    return rows(session, _LAST_SEQUENCE, of).scalar()


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
    if rows(session, _IDS_OF_SUBMISSION, same).scalars().all() == [registration.id]:
        return [registration]  # the rule, and loading it once more would cost twice as much
    return list(session.scalars(_OF_SUBMISSION, same))


_OF_SUBMISSION = (
    select(Registration)
    .where(
        Registration.submission == bindparam("submission"),
        Registration.email_normalised == bindparam("email_normalised"),
    )
    .order_by(Registration.offer_id, Registration.id)
)
_IDS_OF_SUBMISSION = _OF_SUBMISSION.with_only_columns(Registration.id)


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
