"""`make interop`: the example's feed read by another parser, equal to what the database says."""

from datetime import UTC, datetime

import vobject
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.files.store import DocumentStore
from ozgtermine.models import Event
from ozgtermine.operations.example.filling import fill
from ozgtermine.rules.schedule import Precision


def test_vobject_reads_every_event_as_it_is_stored(session: Session, client: FlaskClient, settings: Settings) -> None:
    fill(session, DocumentStore(settings.documents_folder), today=clock.today(), now=clock.now())
    session.commit()
    known = select(Event).where(
        Event.precision.in_([Precision.MINUTE, Precision.DAY]), Event.published_at <= clock.now()
    )
    stored = {event.uid: event for event in session.scalars(known) if event.is_cancelled is False}

    calendar = vobject.readOne(client.get("/kalender/alle.ics").get_data(as_text=True))
    read = {entry.uid.value: entry for entry in calendar.vevent_list if entry.status.value != "CANCELLED"}

    first_day = datetime(clock.today().year - 1, 1, 1, tzinfo=UTC)
    expected = {uid: event for uid, event in stored.items() if event.ends_at >= first_day}
    assert set(read) == set(expected)
    for uid, entry in read.items():
        event, starts = expected[uid], entry.dtstart.value
        if isinstance(starts, datetime):
            assert starts.astimezone(UTC) == event.starts_at
        else:
            assert starts == event.starts_on
        assert int(entry.sequence.value) == event.sequence
