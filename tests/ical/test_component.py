"""The entry of an event, whole, and what calendars read from it."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
from sqlalchemy.orm import Session

from ozgtermine.ical.component import times, times_in, vevent
from ozgtermine.ical.feed import Feed, calendar
from ozgtermine.ical.invitation import Attendance, cancel, request
from ozgtermine.links import Links
from ozgtermine.models import Event, EventStatus, TopicKind, Venue
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import When, when
from tests import factories
from tests.ical.lint import complaints

LINKS = Links("https://termine.example")
FEED = Feed(
    name="Ämter, Städte",
    description="Alles; jetzt",
    colour="seagreen",
    address="https://termine.example/kalender/alle.ics",
    page="https://termine.example/",
)
CHANGED = datetime(2023, 2, 1, 9, tzinfo=UTC)


def event(session: Session, **values: object) -> Event:
    known = {"uid": "u1", "slug": "sprechstunde", "number": 29, "created_at": CHANGED, "changed_at": CHANGED}
    return factories.event(session, **(known | values))


def parsed(entry: bytes) -> icalendar.Event:
    """Return the one event of a feed, read strictly; a feed that the lint complains of is none."""
    content = calendar(FEED, [entry])
    assert complaints(content) == []
    [found] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert found.errors == []
    return found


def test_an_entry_is_written_like_this(session: Session) -> None:
    series = factories.series(session, contact_email="ozg@land.example")
    assert vevent(event(session, series=series), [], LINKS).decode() == (
        "BEGIN:VEVENT\r\n"
        "UID:u1\r\n"
        "DTSTAMP:20230201T090000Z\r\n"
        "CREATED:20230201T090000Z\r\n"
        "LAST-MODIFIED:20230201T090000Z\r\n"
        "SEQUENCE:0\r\n"
        "DTSTART;TZID=Europe/Berlin:20230222T100000\r\n"
        "DTEND;TZID=Europe/Berlin:20230222T113000\r\n"
        "SUMMARY:29. OZG-Sprechstunde: Authentifizierung bei der Nutzung von Online-\r\n"
        " Diensten\r\n"
        "DESCRIPTION:Alle Angaben: https://termine.example/termine/sprechstunde\r\n"
        "LOCATION:Videokonferenz\r\n"
        "URL:https://termine.example/termine/sprechstunde\r\n"
        "CATEGORIES:OZG-Sprechstunden\r\n"
        "STATUS:CONFIRMED\r\n"
        "TRANSP:OPAQUE\r\n"
        "ORGANIZER:mailto:ozg@land.example\r\n"
        "END:VEVENT\r\n"
    )


@pytest.mark.parametrize(
    ("at", "start", "end", "transparency"),
    [
        (when(starts_on=date(2023, 2, 22)), date(2023, 2, 22), date(2023, 2, 23), "TRANSPARENT"),
        (
            when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30), start_time=time(9), end_time=time(17)),
            date(2023, 3, 29),
            date(2023, 3, 31),
            "TRANSPARENT",
        ),
    ],
)
def test_days_are_days_and_their_end_is_exclusive(
    session: Session, at: When, start: date, end: date, transparency: str
) -> None:
    entry = parsed(vevent(event(session, at=at), [], LINKS))
    assert (entry["DTSTART"].dt, entry["DTEND"].dt, entry["TRANSP"]) == (start, end, transparency)


@pytest.mark.parametrize(("minutes", "expected"), [(None, 60), (90, 90)])
def test_without_an_end_the_usual_duration_is_written(session: Session, minutes: int | None, expected: int) -> None:
    series = factories.series(session, default_duration_minutes=minutes)
    at = when(starts_on=date(2023, 7, 5), start_time=time(10))
    entry = parsed(vevent(event(session, at=at, series=series), [], LINKS))
    assert entry["DTEND"].dt - entry["DTSTART"].dt == timedelta(minutes=expected)
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime(2023, 7, 5, 8, tzinfo=UTC)


def test_a_cancelled_event_stays_and_says_so(session: Session) -> None:
    off = event(
        session,
        status=EventStatus.CANCELLED,
        cancelled_at=CHANGED,
        cancellation_reason="Krankheit.",
        sequence=2,
        topic="Thema",
    )
    entry = parsed(vevent(off, [], LINKS))
    assert (entry["STATUS"], entry["TRANSP"], entry["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 2)
    assert entry["SUMMARY"] == "Entfällt: 29. OZG-Sprechstunde: Thema"
    assert entry["DESCRIPTION"].startswith("Dieser Termin entfällt. Krankheit.\n")


def test_a_moved_event_says_from_when(session: Session) -> None:
    moved = event(session, moved_at=CHANGED, moved_from_on=date(2023, 2, 15), moved_from_time=time(10), sequence=1)
    entry = parsed(vevent(moved, [], LINKS))
    assert entry["DESCRIPTION"].startswith("Verlegt vom 15. Februar 2023, 10:00 Uhr.\n")


def test_place_and_awkward_words_come_back_as_they_were(session: Session) -> None:
    venue = Venue(name="Händel-Halle", street="Salzgrafenplatz 1", postal_code="06108", city="Halle (Saale)")
    topic = 'Ä; "Ö", C:\\pfad 🏛 ' + "ü" * 100
    entry = parsed(vevent(event(session, topic=topic, mode=Mode.ON_SITE, venue=venue), [], LINKS))
    assert entry["SUMMARY"] == f"29. OZG-Sprechstunde: {topic}"
    assert entry["LOCATION"] == "Händel-Halle, Salzgrafenplatz 1, 06108 Halle (Saale)"


def test_a_service_is_called_one(session: Session) -> None:
    entry = parsed(vevent(event(session, topic="Ehrenamtskarte", topic_kind=TopicKind.SERVICE), [], LINKS))
    assert entry["SUMMARY"] == "29. OZG-Sprechstunde: OZG-Leistung „Ehrenamtskarte“"


def test_the_time_zone_has_rules_and_is_right_on_both_sides_of_the_change(session: Session) -> None:
    content = calendar(FEED, [vevent(event(session), [], LINKS)])
    [zone] = icalendar.Calendar.from_ical(content).walk("VTIMEZONE")
    tz = zone.to_tz()
    offsets = [datetime(2023, *day, 12, tzinfo=tz).utcoffset() for day in ((3, 25), (3, 26), (10, 28), (10, 29))]
    assert offsets == [timedelta(hours=hours) for hours in (1, 2, 2, 1)]


@pytest.mark.parametrize("at", [when(starts_on=date(2023, 2, 22)), factories.consultation_hour()])
def test_the_times_are_read_out_of_a_whole_entry(session: Session, at: When) -> None:
    one = event(session, at=at, uid="u1,DTSTART", topic="SUMMARY: DTSTART " * 9)
    assert times_in(vevent(one, [], LINKS)) == times(one)


PROGRAM = """
from datetime import UTC, date, datetime, time
from ozgtermine.models import Event, Series, SeriesKind, EventStatus, TopicKind
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import when
from ozgtermine.ical.component import vevent
from ozgtermine.links import Links
at = datetime(2023, 2, 1, 9, tzinfo=UTC)
series = Series(slug="s", title="T", singular="S", kind=SeriesKind.OTHER, contact_email="a@b.example")
event = Event(uid="u", slug="e", topic="Ä", topic_kind=TopicKind.TOPIC, description="", created_at=at, changed_at=at,
              status=EventStatus.CONFIRMED, mode=Mode.ONLINE, sequence=0, series=series)
event.set_when(when(starts_on=date(2023, 2, 22), start_time=time(10)))
import sys
sys.stdout.buffer.write(vevent(event, [], Links("https://a.example")))
"""


def test_every_process_writes_the_same_bytes() -> None:
    written = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    [only] = written
    assert only.startswith(b"BEGIN:VEVENT\r\n")


ATTENDANCE = Attendance(
    attendee_email="erika@musterburg.example",
    attendee_name="Erika Beispiel",
    organizer_email="ozg@land.example",
    sequence=3,
)


def test_an_invitation_asks_nothing_and_names_sender_and_participant(session: Session) -> None:
    one = event(session)
    read = icalendar.Calendar.from_ical(request(one, ATTENDANCE, LINKS))
    [entry] = read.walk("VEVENT")
    assert (read["METHOD"], entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("REQUEST", one.uid, 3, "CONFIRMED")
    assert entry["ORGANIZER"] == "mailto:ozg@land.example"
    assert entry["ATTENDEE"] == "mailto:erika@musterburg.example"
    assert dict(entry["ATTENDEE"].params) == {
        "CN": "Erika Beispiel",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_a_removal_cancels_the_same_entry_though_the_event_goes_on(session: Session) -> None:
    one = event(session)
    read = icalendar.Calendar.from_ical(cancel(one, ATTENDANCE, LINKS))
    [entry] = read.walk("VEVENT")
    assert (read["METHOD"], entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("CANCEL", one.uid, 3, "CANCELLED")


def test_an_invitation_speaks_the_language_of_its_participant(session: Session) -> None:
    made = event(session, topic="Wohngeld")
    who = {"attendee_email": "z@musterburg.example", "attendee_name": "Zoë", "organizer_email": "o@land.example"}
    words = {
        language: request(made, Attendance(**who, sequence=0, language=language), LINKS) for language in ("de", "en")
    }
    assert [b"Alle Angaben" in words["de"], b"Alle Angaben" in words["en"]] == [True, False]
    assert b"LOCATION:Video conference" in words["en"]
