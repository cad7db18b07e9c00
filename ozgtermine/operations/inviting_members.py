"""Members are invited to the events that are for them, and reply yes, maybe or no."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, Membership, Person, Registration, RegistrationOffer, Series, SeriesKind
from ozgtermine.operations.registering import rename
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.locking import lock_offer
from ozgtermine.queries.people import is_current
from ozgtermine.rules.registering import Mode, Opening, Policy, State


def offers_that_invite(now: datetime) -> Select[RegistrationOffer]:
    """Select the offers for members whose event is published and still to come."""
    return (
        select(RegistrationOffer)
        .join(RegistrationOffer.event)
        .where(
            RegistrationOffer.policy == Policy.MEMBERS,
            Event.published_at <= now,
            Event.starts_at > now,
            Event.cancelled_at.is_(None),
        )
        .options(joinedload(RegistrationOffer.event).joinedload(Event.series))
        .order_by(Event.starts_at, Event.id)
    )


def not_invited(session: Session, offer: RegistrationOffer, *, today: date) -> list[Person]:
    """Return the members of today with an address who have no registration for the offer, ended ones included.

    A plenary is for the members of all working groups of its project.
    """
    invited = select(Registration.person_id).where(
        Registration.offer_id == offer.id, Registration.person_id.is_not(None)
    )
    series = offer.event.series
    found = (
        select(Person)
        .join(Person.memberships)
        .join(Membership.series)
        .where(Person.email != "", Person.id.not_in(invited), is_current(today))
        .options(joinedload(Person.organisation))
        .order_by(Person.id)
        .distinct()
    )
    if series.kind is SeriesKind.PLENARY and series.project_id is not None:
        found = found.where(Series.project_id == series.project_id)
    else:
        found = found.where(Membership.series_id == series.id)
    return list(session.scalars(found))


def invite_members(
    session: Session, offer_id: int, *, letterhead: Letterhead, today: date, now: datetime
) -> list[Registration]:
    """Invite every member who has not been; inviting twice invites nobody twice. Nobody outside of the window."""
    offer = lock_offer(session, offer_id)
    if offer.policy is not Policy.MEMBERS or offer.window(now) is not Opening.OPEN:
        return []
    return list(_invited(session, offer, not_invited(session, offer, today=today), letterhead, now))


def _invited(
    session: Session, offer: RegistrationOffer, people: list[Person], letterhead: Letterhead, now: datetime
) -> Iterator[Registration]:
    for person in people:
        registration = _entry(offer, person, now)
        try:
            with session.begin_nested():
                session.add(registration)
        except IntegrityError:  # somebody of that name and address is registered already, without being a member
            continue
        token = manage_link(session, registration)
        mail = messages.member_invited(letterhead, registration, token=token)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
        yield registration


def _entry(offer: RegistrationOffer, person: Person, now: datetime) -> Registration:
    mode = offer.event.mode
    organisation = person.organisation
    made = Registration(
        offer_id=offer.id,
        person_id=person.id,
        state=State.INVITED,
        mode=Mode.ON_SITE if mode is Mode.HYBRID else mode,
        organisation=organisation.name if organisation else "",
        sector=organisation.sector if organisation else None,
        requested_at=now,
        address_confirmed_at=now,
        answers={},
        language=person.language,
        invitation_sequence=0,
    )
    rename(made, given_name=person.given_name, family_name=person.family_name, email=person.email)
    return made
