"""What stands in a person's own calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ozgtermine.clock import BERLIN
from ozgtermine.models import Account, Event, Membership, Person, PersonalCalendar, Registration
from ozgtermine.models import RegistrationOffer as Offer
from ozgtermine.queries.calendars import KNOWN_TO_THE_DAY, first_day, in_order
from ozgtermine.queries.people import is_current
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import State


@dataclass(frozen=True, kw_only=True)
class OwnEvent:
    """An event, and what the person is to it."""

    event: Event
    is_registered: bool
    is_member: bool


def find_calendar(session: Session, token_hash: str) -> PersonalCalendar | None:
    """Return the calendar of that address, a retired one too."""
    return session.scalars(select(PersonalCalendar).where(PersonalCalendar.token_hash == token_hash)).one_or_none()


def calendar_of(session: Session, email_normalised: str) -> PersonalCalendar | None:
    """Return the calendar of that person that is in use."""
    in_use = select(PersonalCalendar).where(
        PersonalCalendar.email_normalised == email_normalised, PersonalCalendar.retired_at.is_(None)
    )
    return session.scalars(in_use.order_by(PersonalCalendar.id).limit(1)).one_or_none()


def own_events(session: Session, email_normalised: str, now: datetime) -> list[OwnEvent]:
    """Return what the person has a seat at or is a member of, of all times; published and known to the day."""
    registered = set(session.scalars(_events_registered_for(email_normalised)))
    member_of = set(session.scalars(_series_of_member(email_normalised, now)))
    shown_to_members = Event.visibility.in_((Visibility.PUBLIC, Visibility.PROJECT, Visibility.SERIES))
    found = (
        select(Event)
        .join(Event.series)
        .where(Event.published_at <= now, KNOWN_TO_THE_DAY)
        .where(or_(Event.id.in_(registered), Event.series_id.in_(member_of) & shown_to_members))
        .options(contains_eager(Event.series))
        .options(joinedload(Event.venue), joinedload(Event.room), joinedload(Event.access))
    )
    return [
        OwnEvent(event=each, is_registered=each.id in registered, is_member=each.series_id in member_of)
        for each in in_order(session.scalars(found))
    ]


def recent(own: list[OwnEvent], now: datetime) -> Iterator[OwnEvent]:
    """Yield what calendars show: from 1 January of last year on."""
    first = first_day(now.astimezone(BERLIN).date())
    return (each for each in own if each.event.starts_on >= first)


def _events_registered_for(email_normalised: str) -> Select[int]:
    of_person = Registration.email_normalised == email_normalised
    has_seat = Registration.state == State.CONFIRMED
    return select(Offer.event_id).join(Registration, Registration.offer_id == Offer.id).where(of_person, has_seat)


def _series_of_member(email_normalised: str, now: datetime) -> Select[int]:
    today = now.astimezone(BERLIN).date()
    of_account = select(Account.person_id).where(
        Account.email_normalised == email_normalised, Account.disabled_at.is_(None)
    )
    of_person = or_(Person.email_normalised == email_normalised, Person.id.in_(of_account))
    return select(Membership.series_id).join(Membership.person).where(of_person, is_current(today))


def erase_calendars_of_nobody(session: Session, *, retired_before: datetime) -> int:
    """Erase the calendars of addresses of which nothing else is kept, and those retired long ago; return how many."""
    is_registered = exists().where(Registration.email_normalised == PersonalCalendar.email_normalised)
    is_known = exists().where(Person.email_normalised == PersonalCalendar.email_normalised)
    has_account = exists().where(Account.email_normalised == PersonalCalendar.email_normalised)
    is_anybodys = or_(is_registered, is_known, has_account)
    old = delete(PersonalCalendar).where(or_(~is_anybodys, PersonalCalendar.retired_at < retired_before))
    return len(session.execute(old.returning(PersonalCalendar.id), execution_options=_UNSEEN).all())


_UNSEEN = {"synchronize_session": False}
