"""The record: every change of an audited row, whoever makes it, and nothing that is secret."""

from datetime import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.database import transaction
from ozgtermine.models import Access, AuditAct, AuditEntry, Event, Registration
from ozgtermine.operations import auditing, scheduling
from ozgtermine.operations.auditing import PUBLIC, SYSTEM, Author
from ozgtermine.rules import schedule
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW


def recorded(session: Session, **wanted: Any) -> list[AuditEntry]:
    session.flush()
    return list(session.scalars(select(AuditEntry).filter_by(**wanted).order_by(AuditEntry.id)))


def forget(session: Session) -> None:
    """End what the factories did, so that only what follows is looked at."""
    session.flush()
    for entry in recorded(session):
        session.delete(entry)
    session.commit()


def test_a_move_is_recorded_with_before_and_after_and_who_did_it(session: Session) -> None:
    event = factories.event(session)
    forget(session)
    auditing.set_author(session, Author(None, "Erika Muster"))
    later = schedule.when(starts_on=event.starts_on, start_time=time(14), end_time=time(15))
    scheduling.move(event, later, reason="Raum belegt", now=NOW)
    [entry] = recorded(session)
    assert (entry.author, entry.act, entry.thing, entry.thing_id) == (
        "Erika Muster", AuditAct.CHANGED, "event", event.id,
    )  # fmt: skip
    assert (entry.event_id, entry.series_id, entry.title) == (event.id, event.series_id, event.title)
    assert entry.changes == {
        "start_time": ["10:00:00", "14:00:00"],
        "end_time": ["11:30:00", "15:00:00"],
        "moved_at": [None, NOW.isoformat()],
        "moved_from_on": [None, "2023-02-22"],
        "moved_from_time": [None, "10:00:00"],
        "move_reason": ["", "Raum belegt"],
    }


def test_a_secret_is_recorded_as_changed_without_its_value(session: Session) -> None:
    event = factories.event(session)
    event.access = Access(link="https://video.example/geheim", pin="4711")
    forget(session)
    event.access.pin = "0815"
    [entry] = recorded(session)
    assert (entry.thing, entry.event_id, entry.changes) == ("access", event.id, {"pin": [None, None]})


def test_a_registration_is_recorded_without_a_word_of_the_person(session: Session) -> None:
    offer = factories.offer(session)
    forget(session)
    registration = factories.registration(session, offer, family_name="Geheim", state=State.CONFIRMED)
    registration.state = State.WITHDRAWN
    entries = recorded(session)
    assert [(entry.act, entry.thing_id, entry.title) for entry in entries] == [
        (AuditAct.CREATED, registration.id, ""), (AuditAct.CHANGED, registration.id, ""),
    ]  # fmt: skip
    assert entries[1].changes == {"state": ["confirmed", "withdrawn"]}
    assert {entry.event_id for entry in entries} == {offer.event_id}
    assert "Geheim" not in str([entry.changes for entry in entries])


def test_a_removed_row_is_recorded_with_what_it_was(session: Session) -> None:
    event = factories.event(session)
    event.access = Access(note="Seiteneingang")
    forget(session)
    event.access = None
    [entry] = recorded(session)
    assert (entry.act, entry.changes["note"]) == (AuditAct.REMOVED, ["Seiteneingang", None])


def test_what_is_one_transaction_has_one_name(app: Flask, session: Session) -> None:
    event, other = factories.event(session), factories.event(session)
    forget(session)
    for topic in ("Eins", "Zwei"):
        with transaction() as writing:
            for row in (event, other):
                writing.get_one(Event, row.id).topic = topic
    first, second, third, fourth = recorded(session)
    assert first.change_id == second.change_id != third.change_id == fourth.change_id


def test_a_rollback_takes_the_record_along(app: Flask, session: Session) -> None:
    event = factories.event(session)
    forget(session)
    with pytest.raises(RuntimeError):
        change_and_fail(event.id)
    assert recorded(session) == []
    assert session.get_one(Event, event.id).topic != "Anders"


def change_and_fail(event_id: int) -> None:
    with transaction() as writing:
        writing.get_one(Event, event_id).topic = "Anders"
        writing.flush()
        raise RuntimeError


def test_saving_without_a_change_records_nothing(session: Session) -> None:
    event = factories.event(session)
    forget(session)
    event.topic = str(event.topic)
    assert recorded(session) == []


def test_without_an_account_it_was_the_system_or_the_public(session: Session) -> None:
    event = factories.event(session)
    forget(session)
    event.topic = "Eins"
    session.flush()
    auditing.set_author(session, PUBLIC)
    event.topic = "Zwei"
    assert [entry.author for entry in recorded(session)] == [SYSTEM.name, PUBLIC.name]


def test_a_look_is_noted_by_hand(session: Session) -> None:
    registration: Registration = factories.registration(session, factories.offer(session))
    forget(session)
    event = registration.offer.event
    auditing.note(session, AuditAct.EXPORTED, event, now=NOW, text="Anmeldungen als CSV")
    [entry] = recorded(session)
    assert (entry.act, entry.event_id, entry.note, entry.changes) == (
        AuditAct.EXPORTED, event.id, "Anmeldungen als CSV", {},
    )  # fmt: skip
