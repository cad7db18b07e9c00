"""Our own hardest feeds, fetched over HTTP and read by programs of others: what they find is what the database says."""

from datetime import timedelta

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.ical.feed import MOST_BYTES
from tests.ical import corpus
from tests.ical.lint import complaints
from tests.ical.readers import by_icalendar, by_vobject

READERS = (by_icalendar, by_vobject)


@pytest.fixture(autouse=True)
def at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: corpus.NOW)


def test_every_reader_finds_what_the_database_says(client: FlaskClient, session: Session) -> None:
    corpus.fill(session)
    for address, content, expected in corpus.feeds(client, session):
        assert complaints(content) == [], address
        for read in READERS:
            assert read(content) == expected, (address, read)


def test_no_feed_is_larger_than_google_takes_and_the_past_gives_way(client: FlaskClient, session: Session) -> None:
    corpus.many(session, 900, description="Wörter; mit, allem " * 420)
    content = client.get("/kalender/alle.ics").data
    assert MOST_BYTES - 150_000 < len(content) < MOST_BYTES
    assert complaints(content) == []
    days = [each["DTSTART"].dt.date() for each in icalendar.Calendar.from_ical(content).walk("VEVENT")]
    assert days == sorted(days)
    assert days[-1] == corpus.NOW.date() + timedelta(days=224)  # nothing that is to come is missing
    assert len([day for day in days if day >= corpus.NOW.date()]) == 450
    assert 0 < len([day for day in days if day < corpus.NOW.date()]) < 450
    assert b"Termin entf" not in content
