"""Planning events: create, edit, publish, move, cancel, restore.

What calendars show is kept in the event's row: `changed_at` follows every change of content, `sequence` rises when
time, place or status change (RFC 5545, 3.8.7.4).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, StaleEditError
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Access, Audience, Event, EventStatus, Series, TopicKind
from ozgtermine.operations.announcing_changes import note_change
from ozgtermine.operations.entering_events import enter, new_offer, next_number
from ozgtermine.operations.planning_programmes import copy_programme, follow, leave_room, what_items_share
from ozgtermine.operations.promoting import promote
from ozgtermine.queries.locking import lock_offer
from ozgtermine.rendering.changes import told
from ozgtermine.rendering.events import topic_text
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.rules.schedule import When
from ozgtermine.wording import N_


@dataclass(frozen=True, kw_only=True)
class OfferDetails:
    """How one registers; seats None means unlimited."""

    policy: Policy
    external_url: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    seats_on_site: int | None = None
    seats_online: int | None = None
    has_waiting_list: bool = True
    eligibility: str = ""


@dataclass(frozen=True, kw_only=True)
class AccessDetails:
    """How one gets in."""

    link: str = ""
    phone: str = ""
    pin: str = ""
    audience: Audience = Audience.REGISTERED


@dataclass(frozen=True, kw_only=True)
class EventDetails:
    """What editors say about an event, apart from its date and its state."""

    topic: str
    topic_kind: TopicKind
    description: str
    recap: str
    website: str
    mode: Mode
    venue_id: int | None
    visibility: Visibility
    number: int | None
    number_of_attendees: int | None
    attendees_estimated: bool
    offer: OfferDetails
    access: AccessDetails


def get_event(session: Session, event_id: int, *, seen_version: int | None = None) -> Event:
    """Return the event, locked; raises StaleEditError where it is not the version that was seen."""
    locked = select(Event).where(Event.id == event_id).with_for_update(of=Event)
    event = session.scalars(locked.execution_options(populate_existing=True)).one()
    if seen_version is not None and event.version != seen_version:
        raise StaleEditError
    return event


def create_event(
    session: Session,
    series: Series,
    details: EventDetails,
    when: When,
    *,
    like: Event | None = None,
    now: datetime,
) -> Event:
    """Add a draft to the series; one registers under the terms of `like`, else under those of the series.

    It has the programme of `like`, as a draft.
    """
    event = enter(session, series, when, now=now)
    if like is not None and like.offer is not None and details.offer.policy is not Policy.NONE:
        event.offer = new_offer(series, like=like.offer)
    _take_over(session, event, details)
    if like is not None:
        copy_programme(session, like, event, now=now)
    return event


def edit_event(
    session: Session, event: Event, details: EventDetails, when: When, *, letterhead: Letterhead, now: datetime
) -> None:
    """Take over what an editor typed; more seats go to who waits first, in the same transaction.

    The date of a published event is changed by `move` alone, so that everybody learns of it.
    """
    with tracked(event, now):
        if event.published_at is None:
            event.set_when(when)
        _take_over(session, event, details)
    if event.offer:
        promote(session, lock_offer(session, event.offer.id), letterhead=letterhead, now=now)


def _take_over(session: Session, event: Event, details: EventDetails) -> None:
    _check_number(session, event, details.number)
    event.topic, event.topic_kind = details.topic, details.topic_kind
    event.description, event.recap, event.website = details.description, details.recap, details.website
    _take_over_place(event, details)
    event.visibility, event.number = details.visibility, details.number
    event.number_of_attendees, event.attendees_estimated = details.number_of_attendees, details.attendees_estimated
    _take_over_offer(event, details.offer)
    _take_over_access(event, details.access)
    _flush_with_number(session, details.number)


def _take_over_place(event: Event, details: EventDetails) -> None:
    """Have the event where it is said to be; a room of another house is none."""
    venue_id = None if details.mode is Mode.ONLINE else details.venue_id
    if venue_id != event.venue_id:
        event.room_id = None
    event.mode, event.venue_id = details.mode, venue_id


def _flush_with_number(session: Session, number: int | None) -> None:
    """Write the rows; who was faster with the same number has it."""
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise _taken(number) from error


def _taken(number: int | None) -> InvalidValueError:
    sentence = N_("Die Nummer %(number)s ist in dieser Reihe schon vergeben.")
    return InvalidValueError(sentence, field="number", number=number)


def _check_number(session: Session, event: Event, number: int | None) -> None:
    others = select(Event.id).where(
        Event.series_id == event.series_id, Event.number == number, Event.id != event.id
    )
    if number is not None and session.scalars(others).first() is not None:
        raise _taken(number)


def wrap_up(
    event: Event, *, recap: str, number_of_attendees: int | None, attendees_estimated: bool, now: datetime
) -> None:
    """Note what happened there: what was spoken about, and how many came."""
    with tracked(event, now):
        event.recap = recap
        event.number_of_attendees, event.attendees_estimated = number_of_attendees, attendees_estimated


def _take_over_offer(event: Event, details: OfferDetails) -> None:
    if event.offer is None:
        if details.policy is Policy.NONE:
            return
        event.offer = new_offer(event.series)
    offer = event.offer
    offer.policy, offer.external_url = details.policy, details.external_url
    offer.opens_at, offer.closes_at = details.opens_at, details.closes_at
    offer.seats_on_site, offer.seats_online = details.seats_on_site, details.seats_online
    offer.has_waiting_list, offer.eligibility = details.has_waiting_list, details.eligibility


def _take_over_access(event: Event, details: AccessDetails) -> None:
    if not (details.link or details.phone or details.pin):
        event.access = None
        return
    if event.access is None:
        event.access = Access()
    event.access.link, event.access.phone, event.access.pin = details.link, details.phone, details.pin
    event.access.audience = details.audience


def publish(
    session: Session, event: Event, *, publish_at: datetime, number: int | None = None, now: datetime
) -> None:
    """Make the event visible from `publish_at` on, with a running number: `number`, or the series' next one.

    The number is given now even where the instant lies ahead, so that it is announced in the order of planning.
    Raises InvalidValueError where the number is taken.
    """
    given = number or event.number or next_number(session, event.series)
    _check_number(session, event, given)
    with tracked(event, now):
        event.published_at, event.number = publish_at, given
    _flush_with_number(session, given)


def hide(event: Event, *, now: datetime) -> None:
    """Make the event a draft again; its number, address and registrations stay."""
    with tracked(event, now):
        event.published_at = None


def move(event: Event, when: When, *, reason: str, now: datetime) -> None:
    """Put the event on another date, and its programme with it; the date that was announced before stays known.

    Raises InvalidValueError where the date is the one it has, or where the programme does not fit into it.
    """
    if when == event.when:
        raise InvalidValueError(N_("Das ist der bisherige Termin. Geben Sie den neuen Tag oder die neue Uhrzeit ein."),
                                field="starts_on")
    with tracked(event, now):
        if event.published_at is not None:
            event.moved_from_on, event.moved_from_time = event.starts_on, event.start_time
            event.moved_at, event.move_reason = now, reason
        event.set_when(when)


def cancel(event: Event, *, reason: str, now: datetime) -> None:
    """Cancel the event: it stays visible with the reason, its registrations stay as they are."""
    if event.is_cancelled:
        return
    with tracked(event, now):
        event.status, event.cancelled_at, event.cancellation_reason = EventStatus.CANCELLED, now, reason


def show_to(event: Event, visibility: Visibility, *, now: datetime) -> None:
    """Let others see the event than before."""
    with tracked(event, now):
        event.visibility = visibility


def restore(session: Session, event: Event, *, letterhead: Letterhead, now: datetime) -> None:
    """Take a cancellation back: everything is as it was, and who waits may move up again."""
    if not event.is_cancelled:
        return
    with tracked(event, now):
        event.status, event.cancelled_at, event.cancellation_reason = EventStatus.CONFIRMED, None, ""
    if event.offer:
        promote(session, lock_offer(session, event.offer.id), letterhead=letterhead, now=now)


@contextmanager
def tracked(event: Event, now: datetime) -> Iterator[None]:
    """Note on the event whether what calendars show has changed, and whether it was time, place or status.

    The last, and another way in, are also noted to be told to those who take part. The programme goes along. An event
    that the public loses sight of leaves room for a number, which the entry has that takes it out of calendars: shown
    again, the event outranks that entry (RFC 5546, 2.1.4).
    """
    was_seen, shown_to = _is_seen(event, now), (event.published_at, event.visibility)
    place_and_time, content, way_in, before = _place_and_time(event), _content(event), _way_in(event), told(event)
    shared = what_items_share(event)
    yield
    if what_items_share(event) != shared:
        follow(event, now=now)
    has_moved = _place_and_time(event) != place_and_time
    if has_moved:
        event.sequence += 1
        event.changed_at = now
    elif _content(event) != content:
        event.changed_at = now
    if (event.published_at, event.visibility) != shown_to and not (was_seen and _is_seen(event, now)):
        event.changed_at = now
        if was_seen:
            event.sequence += 2
            leave_room(event)
    if has_moved or _way_in(event) != way_in:
        note_change(event, before, now=now)


def _is_seen(event: Event, now: datetime) -> bool:
    return event.is_published(now) and event.visibility is Visibility.PUBLIC


def _place_and_time(event: Event) -> tuple[object, ...]:
    return (event.when, event.mode, event.venue_id, event.room_id, event.status)


def _way_in(event: Event) -> tuple[str, ...]:
    return (event.access.link, event.access.phone, event.access.pin) if event.access else ()


def _content(event: Event) -> tuple[object, ...]:
    """Return what entries say in words; line ends differ with who sends the form."""
    return (event.number, topic_text(event), event.description.splitlines(), event.cancellation_reason)
