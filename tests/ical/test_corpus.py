"""Our own hardest feeds, fetched over HTTP and read by programs of others: what they find is what the database says."""

from datetime import timedelta

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.ical.feed import BYTES_FOR_THE_REST, MOST_BYTES
from ozgtermine.models import FeedEntry
from ozgtermine.operations.tracking_feeds import departures
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


def test_a_quote_in_a_file_name_breaks_nothing(client: FlaskClient, session: Session) -> None:
    corpus.fill(session)
    [entry] = icalendar.Calendar.from_ical(client.get("/termine/plain.ics").data).walk("VEVENT")
    assert [each.params["FILENAME"] for each in entry["ATTACH"]] == ["Folien 'A', B; C ü.pdf", "Protokoll ü.pdf"]


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


def test_of_very_many_that_have_left_the_last_are_said() -> None:
    entries = [
        FeedEntry(uid=f"{number:03}", sequence=0, left_at=corpus.NOW + timedelta(minutes=number),
                  times="DTSTART;VALUE=DATE:20230301\r\nDTEND;VALUE=DATE:20230302\r\n")
        for number in range(250)
    ]  # fmt: skip
    said = departures(entries)
    assert len(said) == 200
    assert b"UID:050\r\n" in said[0]
    assert b"UID:249\r\n" in said[-1]
    assert sum(map(len, said)) < BYTES_FOR_THE_REST
