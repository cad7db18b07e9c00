"""Planning: numbers, dates, states, and what calendars learn of it."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.errors import InvalidValueError, StaleEditError
from ozgtermine.forms.event import EventForm, event_values
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, EventStatus, Room, Venue
from ozgtermine.operations import scheduling
from ozgtermine.rules.registering import Mode, State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD

LATER = NOW + timedelta(hours=1)
HEAD = Letterhead.of(Settings())
NEW_DATE = when(starts_on=date(2023, 3, 1), start_time=time(14))


def edited(session: Session, event: Event, **changes: object) -> None:
    """Save the event's form with some fields changed."""
    form = EventForm.of([], None, {**event_values(event), **changes})
    scheduling.edit_event(session, event, form.details(), event.when, letterhead=HEAD, now=LATER)


def test_publishing_gives_the_number_after_the_highest(session: Session) -> None:
    series = factories.series(session)
    factories.event(session, series=series, number=28)
    draft = factories.event(session, series=series, published_at=None)
    scheduling.publish(session, draft, publish_at=NOW, now=NOW)
    assert (draft.number, draft.published_at) == (29, NOW)


def test_a_series_without_numbers_gets_none_and_a_given_one_counts(session: Session) -> None:
    series = factories.series(session)
    first, second = (factories.event(session, series=series, published_at=None) for _each in range(2))
    scheduling.publish(session, first, publish_at=NOW, now=NOW)
    assert first.number is None
    scheduling.publish(session, second, publish_at=NOW, number=11, now=NOW)
    assert second.number == 11
    with pytest.raises(InvalidValueError) as refusal:
        scheduling.publish(session, first, publish_at=NOW, number=11, now=NOW)
    assert refusal.value.field == "number"


def test_a_room_is_one_of_its_house(session: Session) -> None:
    old, new = (Venue(name=name, rooms=[Room(name="A")]) for name in ("Halle", "Saal"))
    event = factories.event(session, mode=Mode.ON_SITE, venue=old, room=old.rooms[0])
    session.add(new)
    session.flush()
    form = EventForm.of([old, new], None, {**event_values(event), "venue_id": str(old.id)})
    scheduling.edit_event(session, event, form.details(), event.when, letterhead=HEAD, now=LATER)
    assert (event.room_id, event.sequence) == (old.rooms[0].id, 0)
    form = EventForm.of([old, new], None, {**event_values(event), "venue_id": str(new.id)})
    scheduling.edit_event(session, event, form.details(), event.when, letterhead=HEAD, now=LATER)
    assert (event.venue_id, event.room_id, event.sequence) == (new.id, None, 1)


def test_taking_back_a_publication_leaves_room_for_a_number(session: Session) -> None:
    event = factories.event(session)
    with scheduling.tracked(event, LATER):
        event.published_at = None
    assert (event.sequence, event.changed_at) == (2, LATER)


def test_moving_keeps_the_old_date_and_raises_the_sequence(session: Session) -> None:
    event = factories.event(session)
    scheduling.move(event, NEW_DATE, reason="Raum belegt", now=LATER)
    assert (event.when, event.sequence, event.changed_at, event.moved_at) == (NEW_DATE, 1, LATER, LATER)
    assert (event.moved_from_on, event.moved_from_time, event.move_reason) == (
        date(2023, 2, 22), time(10), "Raum belegt"
    )  # fmt: skip
    with pytest.raises(InvalidValueError):
        scheduling.move(event, NEW_DATE, reason="", now=LATER)


def test_a_draft_moves_without_anybody_hearing_of_it(session: Session) -> None:
    event = factories.event(session, published_at=None)
    scheduling.move(event, NEW_DATE, reason="", now=LATER)
    assert (event.when, event.moved_at) == (NEW_DATE, None)


def test_another_topic_changes_the_entry_but_not_its_sequence(session: Session) -> None:
    event = factories.offer(session).event
    edited(session, event, topic="Neues Thema")
    assert (event.topic, event.sequence, event.changed_at) == ("Neues Thema", 0, LATER)


def test_saving_without_a_change_changes_nothing_for_calendars(session: Session) -> None:
    event = factories.offer(session).event
    edited(session, event)
    assert (event.sequence, event.changed_at) == (0, NOW - timedelta(days=7))


def test_another_place_raises_the_sequence(session: Session) -> None:
    event = factories.offer(session).event
    edited(session, event, mode="on_site")
    assert (event.sequence, event.changed_at) == (1, LATER)


def test_a_cancelled_event_keeps_its_reason_and_comes_back_as_it_was(session: Session) -> None:
    event = factories.event(session)
    scheduling.cancel(event, reason="Krankheit", now=LATER)
    assert (event.status, event.cancelled_at, event.cancellation_reason, event.sequence) == (
        EventStatus.CANCELLED, LATER, "Krankheit", 1
    )  # fmt: skip
    scheduling.cancel(event, reason="noch einmal", now=LATER)
    assert (event.cancellation_reason, event.sequence) == ("Krankheit", 1)
    scheduling.restore(session, event, letterhead=LETTERHEAD, now=LATER)
    assert (event.status, event.cancelled_at, event.cancellation_reason, event.sequence) == (
        EventStatus.CONFIRMED, None, "", 2
    )  # fmt: skip


def test_an_edit_of_an_old_version_is_refused(session: Session) -> None:
    event = factories.event(session)
    seen = event.version
    event.topic = "Jemand war schneller"
    session.flush()
    with pytest.raises(StaleEditError):
        scheduling.get_event(session, event.id, seen_version=seen)
    assert scheduling.get_event(session, event.id, seen_version=event.version) is event


def test_more_seats_go_to_who_waits_first(session: Session) -> None:
    offer = factories.offer(session, seats_online=0)
    second, first = (
        factories.registration(session, offer, state=State.WAITING, requested_at=NOW + timedelta(minutes=minutes))
        for minutes in (5, 1)
    )
    edited(session, offer.event, seats_online=1)
    assert (first.state, second.state) == (State.CONFIRMED, State.WAITING)
