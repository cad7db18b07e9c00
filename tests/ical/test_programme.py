"""The entries of a programme, whole, and what calendars read from them."""

from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
from sqlalchemy.orm import Session

from ozgtermine.ical.feed import calendar
from ozgtermine.ical.programme import item_entries
from ozgtermine.models import Event, EventStatus, ItemKind, Programme, ProgrammeState, Room, Venue
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import when
from tests import factories
from tests.ical.lint import complaints
from tests.ical.test_component import CHANGED, FEED, LINKS

PANEL = {
    "uid": "i1", "kind": ItemKind.PANEL, "title": "Nachnutzen, statt neu bauen", "day": 2, "start_time": time(9, 30),
    "end_time": time(10, 45), "track": "Plattformen", "speakers": "Erika Muster, CIO\nKommunaler Spitzenverband",
    "created_at": CHANGED, "changed_at": CHANGED + timedelta(hours=1), "sequence": 2,
}  # fmt: skip


@pytest.fixture
def congress(session: Session) -> Event:
    house = Venue(name="Händel-Halle", city="Halle (Saale)", rooms=[Room(name="Großer Saal")])
    series = factories.series(session, contact_email="ozg@land.example")
    at = when(starts_on=date(2023, 3, 25), ends_on=date(2023, 3, 26))
    values = {"uid": "e1", "slug": "kongress", "mode": Mode.ON_SITE, "venue": house, "series": series}
    return factories.event(session, at=at, **values)


@pytest.fixture
def programme(congress: Event) -> Programme:
    return factories.programme(congress)


def entries(programme: Programme, language: str = "de") -> list[icalendar.Event]:
    """Return what a strict reader finds in a feed of the programme; one that the lint complains of is none."""
    content = calendar(FEED, item_entries(programme, LINKS, language))
    assert complaints(content) == []
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert [each.errors for each in found] == [[]] * len(programme.items)
    return found


def test_an_item_is_written_like_this(programme: Programme) -> None:
    factories.programme_item(programme, **PANEL, room=programme.event.venue.rooms[0], description="Worum es geht.")
    assert b"".join(item_entries(programme, LINKS)).decode() == (
        "BEGIN:VEVENT\r\n"
        "UID:i1\r\n"
        "DTSTAMP:20230201T100000Z\r\n"
        "CREATED:20230201T090000Z\r\n"
        "LAST-MODIFIED:20230201T100000Z\r\n"
        "SEQUENCE:2\r\n"
        "DTSTART;TZID=Europe/Berlin:20230326T093000\r\n"
        "DTEND;TZID=Europe/Berlin:20230326T104500\r\n"
        "SUMMARY:Nachnutzen\\, statt neu bauen\r\n"
        "DESCRIPTION:Vorläufiges Programm.\\nPodium · Plattformen\\nErika Muster\\, C\r\n"
        " IO\\nKommunaler Spitzenverband\\nWorum es geht.\\nAlle Angaben: https://termi\r\n"
        " ne.example/termine/kongress#programm\r\n"
        "LOCATION:Großer Saal\\, Händel-Halle\\, Halle (Saale)\r\n"
        "URL:https://termine.example/termine/kongress#programm\r\n"
        "CATEGORIES:Podium\r\n"
        "STATUS:TENTATIVE\r\n"
        "TRANSP:OPAQUE\r\n"
        "ORGANIZER:mailto:ozg@land.example\r\n"
        "RELATED-TO:e1\r\n"
        "END:VEVENT\r\n"
    )


def test_items_are_right_on_both_sides_of_the_clock_change(programme: Programme) -> None:
    factories.programme_item(programme, day=1)
    factories.programme_item(programme, day=2)
    starts = [each["DTSTART"].dt.astimezone(UTC) for each in entries(programme)]
    assert starts == [datetime(2023, 3, 25, 9, tzinfo=UTC), datetime(2023, 3, 26, 8, tzinfo=UTC)]


def test_an_unknown_end_is_an_hour_and_an_unknown_start_a_day(programme: Programme) -> None:
    factories.programme_item(programme, start_time=time(9), end_time=None)
    factories.programme_item(programme, start_time=None, end_time=None)
    timed, untimed = entries(programme)
    assert timed["DTEND"].dt - timed["DTSTART"].dt == timedelta(hours=1)
    assert (untimed["DTSTART"].dt, untimed["DTEND"].dt, untimed["TRANSP"]) == (
        date(2023, 3, 25), date(2023, 3, 26), "TRANSPARENT",
    )  # fmt: skip


def test_a_final_programme_is_certain_and_a_break_blocks_nobody(programme: Programme) -> None:
    programme.state = ProgrammeState.FINAL
    factories.programme_item(programme, kind=ItemKind.BREAK, title="Pause")
    [pause] = entries(programme)
    assert (pause["STATUS"], pause["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    assert "Vorläufig" not in pause["DESCRIPTION"]


def test_a_cancelled_event_cancels_its_items(programme: Programme) -> None:
    off = {"status": EventStatus.CANCELLED, "cancelled_at": CHANGED, "cancellation_reason": "Streik."}
    for name, value in off.items():
        setattr(programme.event, name, value)
    factories.programme_item(programme, **PANEL)
    [entry] = entries(programme)
    assert (entry["STATUS"], entry["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert entry["SUMMARY"] == "Entfällt: Nachnutzen, statt neu bauen"
    assert entry["DESCRIPTION"].startswith("Dieser Termin entfällt. Streik.\nPodium")


def test_a_tentative_event_stays_so_under_a_final_programme(programme: Programme) -> None:
    programme.state, programme.event.status = ProgrammeState.FINAL, EventStatus.TENTATIVE
    factories.programme_item(programme)
    assert [each["STATUS"] for each in entries(programme)] == ["TENTATIVE"]


def test_items_speak_english(programme: Programme) -> None:
    factories.programme_item(programme, **PANEL)
    [entry] = entries(programme, "en")
    assert (entry["CATEGORIES"].to_ical(), entry["DESCRIPTION"].split("\n")[:2]) == (
        b"Panel", ["Provisional programme.", "Panel · Plattformen"],
    )  # fmt: skip


def test_an_item_of_an_online_event_says_its_room_and_that(programme: Programme) -> None:
    programme.event.mode, programme.event.venue = Mode.ONLINE, None
    factories.programme_item(programme, room_name="Raum 2")
    factories.programme_item(programme)
    assert [each["LOCATION"] for each in entries(programme)] == ["Raum 2, Videokonferenz", "Videokonferenz"]


def test_awkward_words_come_back_as_they_were(programme: Programme) -> None:
    awkward = 'Ä; "Ö", C:\\pfad 🏛 ' + "ü" * 90
    factories.programme_item(
        programme, title=awkward, room_name="Saal\\n;1", track="BEGIN:VALARM", speakers="A;B, C\r\nX",
        description="eins\nEND:VCALENDAR\u2028zwei\x07",
    )  # fmt: skip
    [entry] = entries(programme)
    assert (entry["SUMMARY"], entry["LOCATION"]) == (awkward, "Saal\\n;1, Händel-Halle, Halle (Saale)")
    assert entry["DESCRIPTION"].split("\n")[1:6] == [
        "Vortrag · BEGIN:VALARM", "A;B, C", "X", "eins", "END:VCALENDAR",
    ]  # fmt: skip
