"""Within ten minutes a change of events is undone as it was recorded; nothing newer is lost by it."""

from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.models import AuditAct, AuditEntry, Event, EventStatus
from ozgtermine.operations import scheduling, taking_back
from ozgtermine.operations.auditing import change_id
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.rules.schedule import when
from tests import factories

LATER = when(starts_on=date(2023, 3, 1), start_time=time(14), end_time=time(15))


@pytest.fixture
def event(app: Flask, session: Session) -> Event:
    """Return an event whose making was another change, an hour ago."""
    made = factories.event(session)
    session.commit()
    for entry in session.scalars(select(AuditEntry)):
        entry.at -= timedelta(hours=1)
    session.commit()
    return made


def move(event: Event) -> str:
    with transaction() as writing:
        scheduling.move(writing.get_one(Event, event.id), LATER, reason="Raum belegt", now=clock.now())
        return change_id(writing)


def facts(event: Event) -> tuple[object, ...]:
    return (event.when, event.status, event.cancellation_reason, event.moved_at, event.move_reason, event.starts_at)


def test_a_move_is_taken_back_whole_and_calendars_learn_of_it(event: Event, session: Session) -> None:
    before, sequence = facts(event), event.sequence
    change = move(event)
    assert facts(event) != before
    with transaction() as writing:
        taking_back.take_back(writing, change, now=clock.now())
    assert facts(event) == before
    assert event.sequence == sequence + 2
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert {entry.act for entry in taking_back.changes_of(session, last.change_id if last else "")} == {
        AuditAct.CHANGED, AuditAct.TAKEN_BACK,
    }  # fmt: skip


def test_a_cancellation_of_two_is_taken_back_for_both(event: Event, session: Session) -> None:
    other = factories.event(session)
    session.commit()
    with transaction() as writing:
        for row in (event, other):
            scheduling.cancel(writing.get_one(Event, row.id), reason="Krankheit", now=clock.now())
        writing.flush()
        change = change_id(writing)
    with transaction() as writing:
        taking_back.take_back(writing, change, now=clock.now())
    assert [(row.status, row.cancelled_at) for row in (event, other)] == [(EventStatus.CONFIRMED, None)] * 2


def test_after_ten_minutes_it_stays(event: Event, session: Session) -> None:
    change = move(event)
    after = clock.now() + REVOCABLE_FOR
    with pytest.raises(taking_back.TooLateToTakeBackError), transaction() as writing:
        taking_back.take_back(writing, change, now=after)
    assert event.when == LATER
    assert taking_back.last_revocable(session, event, now=after) is None


def test_what_was_changed_since_is_not_lost(event: Event, session: Session) -> None:
    change = move(event)
    with transaction() as writing:
        writing.get_one(Event, event.id).move_reason = "Doch ein anderer Grund"
    with pytest.raises(taking_back.ChangedSinceError), transaction() as writing:
        taking_back.take_back(writing, change, now=clock.now())
    assert (event.when, event.move_reason) == (LATER, "Doch ein anderer Grund")


def test_another_column_may_have_changed_since(event: Event) -> None:
    change = move(event)
    with transaction() as writing:
        writing.get_one(Event, event.id).topic = "Ein neues Thema"
    with transaction() as writing:
        taking_back.take_back(writing, change, now=clock.now())
    assert (event.when, event.topic) == (factories.consultation_hour(), "Ein neues Thema")


def test_the_last_change_is_offered_until_it_was_taken_back(event: Event, session: Session) -> None:
    assert taking_back.last_revocable(session, event, now=clock.now()) is None
    change = move(event)
    offered = taking_back.last_revocable(session, event, now=clock.now())
    assert offered is not None
    assert offered.change_id == change
    with transaction() as writing:
        taking_back.take_back(writing, change, now=clock.now())
    assert taking_back.last_revocable(session, event, now=clock.now()) is None


def test_a_change_that_gave_somebody_a_seat_is_not_revocable(event: Event, session: Session) -> None:
    offer = factories.offer(session, event=event)
    session.commit()
    with transaction() as writing:
        writing.get_one(Event, event.id).topic = "Neu"
        factories.registration(writing, offer)
        change = change_id(writing)
    assert not taking_back.is_revocable(taking_back.changes_of(session, change), now=clock.now())


def test_an_unknown_change_does_not_exist(session: Session) -> None:
    with pytest.raises(NotFoundError):
        taking_back.take_back(session, "gibt-es-nicht", now=clock.now())
