"""What those who plan look at: all of their series, hidden or not."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from ozgtermine.models import Document, ErasedCount, Event, Programme, Registration, RegistrationOffer, Series, Venue
from ozgtermine.queries.events import worked_on_by
from ozgtermine.queries.visibility import is_of, is_visible
from ozgtermine.rules.permissions import Action, Actor
from ozgtermine.rules.registering import Mode, State

PAGE_SIZE = 50


def all_events(
    actor: Actor, *, series_id: int | None = None, coming_after: datetime | None = None, drafts: bool = False
) -> Select[Event]:
    """Return the events that `actor` works on, the next first where only coming ones are asked for, else the last."""
    found = own_events(actor).options(joinedload(Event.venue), joinedload(Event.offer))
    if series_id is not None:
        found = found.where(Event.series_id == series_id)
    if drafts:
        found = found.where(Event.published_at.is_(None))
    if coming_after is not None:
        return found.where(Event.ends_at > coming_after).order_by(Event.starts_at, Event.id)
    return found.order_by(Event.starts_at.desc(), Event.id.desc())


def own_events(actor: Actor) -> Select[Event]:
    """Return the events that `actor` works on, with their series."""
    return select(Event).join(Event.series).where(worked_on_by(actor)).options(contains_eager(Event.series))


def number_of(session: Session, found: Select[Event]) -> int:
    """Return how many rows the selection has."""
    rows = found.with_only_columns(Event.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def page_of(found: Select[Event], page: int) -> Select[Event]:
    """Return one page, counted from 1."""
    return found.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)


def event_to_edit(actor: Actor, event_id: int) -> Select[Event]:
    """Return one event with all that its page for editors shows."""
    return (
        own_events(actor)
        .where(Event.id == event_id)
        .options(
            joinedload(Event.venue),
            joinedload(Event.offer),
            joinedload(Event.access),
            joinedload(Event.programme).selectinload(Programme.items),
            selectinload(Event.documents).selectinload(Document.versions),
        )
    )


class Order(StrEnum):
    """How a list of registrations is sorted."""

    REQUESTED = "eingang"
    NAME = "name"
    ORGANISATION = "organisation"


_ORDERS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    Order.REQUESTED: (Registration.requested_at.expression,),
    Order.NAME: (func.lower(Registration.family_name), func.lower(Registration.given_name)),
    Order.ORGANISATION: (func.lower(Registration.organisation), func.lower(Registration.family_name)),
}


def registrations_of(
    offer_id: int,
    *,
    state: State | None = None,
    mode: Mode | None = None,
    words: str = "",
    order: Order = Order.REQUESTED,
) -> Select[Registration]:
    """Return the registrations of an offer: of one state, for one pool, with words in name, address or organisation."""
    found = select(Registration).where(Registration.offer_id == offer_id)
    if state is not None:
        found = found.where(Registration.state == state)
    if mode is not None:
        found = found.where(or_(Registration.mode == mode, Registration.waits_for_mode == mode))
    searched = (
        Registration.given_name, Registration.family_name, Registration.email, Registration.organisation,
    )  # fmt: skip
    for word in words.split():
        found = found.where(or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in searched)))
    return found.order_by(*_ORDERS[order], Registration.id)


def counts_by_pool(session: Session, offer_id: int) -> dict[Mode, dict[State, int]]:
    """Return the number of registrations of an offer in each pool and state that has any."""
    grouped = select(Registration.mode, Registration.state, func.count()).where(Registration.offer_id == offer_id)
    found: dict[Mode, dict[State, int]] = {}
    for mode, state, number in session.execute(grouped.group_by(Registration.mode, Registration.state)):
        found.setdefault(mode, {})[state] = number
    return found


def counts_by_state(session: Session, offer_id: int) -> dict[State, int]:
    """Return the number of registrations of an offer in each state that has any; those that were erased count on.

    Not those that nobody ever confirmed: they are gone before the event, and were never more than a request.
    """
    grouped = select(Registration.state, func.count()).where(Registration.offer_id == offer_id)
    counted = {row[0]: row[1] for row in session.execute(grouped.group_by(Registration.state))}
    erased = (
        select(ErasedCount.state, func.sum(ErasedCount.number))
        .join(RegistrationOffer, RegistrationOffer.event_id == ErasedCount.event_id)
        .where(RegistrationOffer.id == offer_id, ErasedCount.state != State.UNCONFIRMED)
        .group_by(ErasedCount.state)
    )
    for state, number in session.execute(erased):
        counted[state] = counted.get(state, 0) + number
    return counted


def venues() -> Select[Venue]:
    """Return every venue by name."""
    return select(Venue).order_by(Venue.name)


def series_for(actor: Actor, action: Action) -> Select[Series]:
    """Return the series in which `actor` may do `action`, in their order."""
    own = select(Series).where(is_of(Series.id, actor, action), is_visible(Series.visibility, Series.id, actor))
    return own.options(joinedload(Series.project)).order_by(Series.position, Series.title)
