"""A new event's row: its names for life, its place in the calendar, its number."""

from datetime import datetime
from itertools import count
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import Event, OfferQuestion, RegistrationOffer, Series, Terms, TopicKind
from ozgtermine.rules import numbering
from ozgtermine.rules.registering import Policy
from ozgtermine.rules.schedule import When

TERMS = tuple(Terms.__annotations__)
QUESTION = ("position", "kind", "label", "purpose", "choices", "is_required", "is_sensitive", "is_erased_early")


def enter(
    session: Session,
    series: Series,
    when: When,
    *,
    topic: str = "",
    topic_kind: TopicKind = TopicKind.TOPIC,
    number: int | None = None,
    publish_at: datetime | None = None,
    now: datetime,
) -> Event:
    """Add an event to the series, with a UID and an address for life; a draft where `publish_at` is None."""
    event = Event(
        uid=str(uuid4()),
        slug=_free_slug(session, f"{series.slug}-{when.starts_on.isoformat()}"),
        series=series,
        number=number,
        topic=topic,
        topic_kind=topic_kind,
        mode=series.default_mode,
        venue=series.default_venue,
        visibility=series.visibility,
        published_at=publish_at,
        created_at=now,
        changed_at=now,
    )
    event.set_when(when)
    session.add(event)
    session.flush()
    return event


def offer_by_default(series: Series) -> RegistrationOffer | None:
    """Return the offer that an event of the series begins with, None where nobody registers here."""
    if series.default_policy in (Policy.NONE, Policy.EXTERNAL):
        return None
    offer = new_offer(series)
    offer.policy = series.default_policy
    offer.seats_on_site, offer.seats_online = series.default_seats_on_site, series.default_seats_online
    return offer


def new_offer(series: Series, *, like: RegistrationOffer | None = None) -> RegistrationOffer:
    """Return an offer with the terms and extra questions of `like`, else with those the series' offers begin with."""
    offer, terms = RegistrationOffer(), like or series.terms
    if terms is not None:
        for name in TERMS:
            setattr(offer, name, getattr(terms, name))
        offer.questions = [
            OfferQuestion(**{name: getattr(each, name) for name in QUESTION}) for each in terms.questions
        ]
    return offer


def next_number(session: Session, series: Series) -> int | None:
    """Return the number that the series' next event gets, None while the series has none."""
    taken = session.scalars(
        select(Event.number).where(Event.series_id == series.id, Event.number.is_not(None))
    )
    return numbering.next_number([number for number in taken if number is not None])


def _free_slug(session: Session, wanted: str) -> str:
    candidates = (wanted if attempt == 1 else f"{wanted}-{attempt}" for attempt in count(1))
    return next(each for each in candidates if not _is_taken(session, each))


def _is_taken(session: Session, slug: str) -> bool:
    return session.scalars(select(Event.id).where(Event.slug == slug)).first() is not None
