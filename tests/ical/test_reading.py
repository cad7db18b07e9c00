"""Calendars of Outlook, Google and Nextcloud, broken and hostile ones: read into plain values, or a sentence."""

from collections.abc import Iterable
from datetime import date, time
from pathlib import Path

import pytest

from ozgtermine.ical import parsing, reading
from ozgtermine.ical.blocks import NotACalendarError
from ozgtermine.ical.parsing import parse
from ozgtermine.ical.reading import UnreadableCalendarError, read_calendar
from ozgtermine.rules.foreign_calendar import Entry, ForeignCalendar
from ozgtermine.rules.schedule import Precision

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2023, 2, 6)


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an event that is read in this process more time: collecting the garbage of all tests may fall into it."""
    monkeypatch.setattr(parsing, "CPU_SECONDS_EACH", 20.0)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.ics").read_bytes()


def vcalendar(*events: str, head: str = "") -> str:
    """Return a calendar of events, each of which is the lines between its UID and its end."""
    blocks = [f"BEGIN:VEVENT\nUID:{number}\n{lines}\nEND:VEVENT\n" for number, lines in enumerate(events, start=1)]
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(blocks)}END:VCALENDAR\n"


def parsed(*events: str, head: str = "") -> ForeignCalendar:
    return parse(vcalendar(*events, head=head), first_day=date(2022, 1, 1), last_day=date(2024, 2, 7))


def row(entry: Entry) -> tuple[str, str, str]:
    """Return day, begin, and end or last day."""
    begin, end = (f"{each or ''}"[:5] for each in (entry.when.start_time, entry.when.end_time))
    return str(entry.when.starts_on), begin, end or str(entry.when.ends_on)


def times(entries: Iterable[Entry]) -> list[tuple[str, str, str]]:
    return [row(each) for each in entries]


def test_outlook_names_zones_by_windows_moves_one_of_a_series_and_means_days_by_midnights() -> None:
    read = read_calendar(sample("outlook"), today=TODAY)
    assert [(each.summary, each.location, *row(each)) for each in read.entries] == [
        ("Gespräch mit Tallinn", "", "2023-02-20", "10:00", "11:00"),
        ("Jour fixe, Umsetzung", "Microsoft Teams-Besprechung", "2023-03-15", "10:00", "11:30"),
        ("11. Fachkongress", "Georg-Friedrich-Händel-Halle", "2023-03-29", "", "2023-03-31"),
        ("Jour fixe, Umsetzung (verschoben)", "Raum 2.14", "2023-03-30", "13:30", "15:00"),
        ("Jour fixe, Umsetzung", "Microsoft Teams-Besprechung", "2023-04-05", "10:00", "11:30"),
    ]
    assert read.entries[1].description == "Offene Fragen bitte vorab."
    assert [(each.line, each.name, each.sentence) for each in read.unread] == [
        (88, "Zahnarzt", "Der Termin ist als privat gekennzeichnet. Wir nehmen ihn nicht auf.")
    ]


def test_google_writes_markup_cancels_one_of_a_series_and_says_what_is_tentative() -> None:
    read = read_calendar(sample("google"), today=TODAY)
    series = [each for each in read.entries if each.recurrence]
    assert [(each.recurrence, each.is_cancelled, *row(each)) for each in series] == [
        ("20230309T130000Z", False, "2023-03-09", "14:00", "15:30"),
        ("20230413T120000Z", False, "2023-04-13", "16:00", "17:30"),
        ("20230511T120000Z", True, "2023-05-11", "14:00", "15:30"),
        ("20230608T120000Z", False, "2023-06-08", "14:00", "15:30"),
    ]
    assert series[0].description == (
        "Der Bund berichtet.\nUnterlagen: OZG beim Bund (https://www.bmi.bund.example/ozg)"
    )
    [day] = [each for each in read.entries if each.uid == "tag@google.com"]
    assert (day.when.precision, day.is_tentative, day.location) == (Precision.DAY, True, "Stadthalle, Magdeburg")
    assert times(read.entries)[-1] == ("2023-07-12", "10:00", "11:30")


def test_nextcloud_adds_single_dates_and_says_how_long_it_lasts() -> None:
    read = read_calendar(sample("nextcloud"), today=TODAY)
    assert [(each.summary, *row(each)) for each in read.entries] == [
        ("Gespräch mit New York", "2023-03-20", "14:00", "15:00"),  # where summer time had begun
        ("Redaktionsrunde", "2023-03-22", "10:00", "11:30"),
        ("In der Zeitumstellung", "2023-03-26", "03:30", "04:00"),
        ("Ohne Zeitzone", "2023-03-27", "09:00", "10:00"),
        ("Redaktionsrunde", "2023-03-28", "09:00", "10:30"),
        ("Redaktionsrunde", "2023-04-04", "09:00", "10:30"),
    ]
    assert (read.entries[1].description, read.entries[1].website) == (
        "Erste Zeile\nZweite; mit Semikolon", "https://cloud.example/runde"
    )  # fmt: skip
    assert read.entries[1].sequence == 4


def test_a_series_at_ten_stays_at_ten_over_the_change_of_the_clock() -> None:
    read = parsed("DTSTART;TZID=Europe/Berlin:20230315T100000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:A")
    assert [row(each)[:2] for each in read.entries] == [
        ("2023-03-15", "10:00"), ("2023-03-22", "10:00"), ("2023-03-29", "10:00"),
    ]  # fmt: skip


def test_times_without_a_zone_are_at_home_where_the_calendar_is() -> None:
    read = parsed("DTSTART:20230301T100000\nSUMMARY:A", head="X-WR-TIMEZONE:America/New_York\n")
    assert times(read.entries) == [("2023-03-01", "16:00", "2023-03-01")]


def test_a_repetition_without_end_ends_with_the_window() -> None:
    read = parsed("DTSTART;VALUE=DATE:20100106\nRRULE:FREQ=WEEKLY\nSUMMARY:A")
    assert (read.entries[0].when.starts_on, read.entries[-1].when.starts_on) == (date(2022, 1, 5), date(2024, 2, 7))


def test_what_repeats_outside_of_the_window_alone_is_left_out_with_a_sentence() -> None:
    read = parsed("DTSTART;VALUE=DATE:20100106\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Alt", "DTSTART:20230301T100000Z")
    (old,) = read.left_out
    assert (old.name, old.sentence) == (
        "Alt", "Vom 01.01.2022 bis zum 07.02.2024 findet keine Wiederholung dieses Termins statt."
    )  # fmt: skip
    assert (len(read.entries), read.unread) == (1, ())
    assert ForeignCalendar.of_plain(read.as_plain()) == read


def test_a_withdrawn_invitation_cancels() -> None:
    read = parsed("DTSTART:20230301T100000Z\nSUMMARY:A", head="METHOD:CANCEL\n")
    assert [each.is_cancelled for each in read.entries] == [True]


def test_of_two_versions_the_later_one_counts() -> None:
    one = "BEGIN:VEVENT\nUID:1\nSEQUENCE:{}\nDTSTART:202303{}T100000Z\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{one.format(2, '02')}{one.format(1, '01')}END:VCALENDAR\n"
    read = parse(text, first_day=date(2022, 1, 1), last_day=date(2024, 1, 1))
    assert [each.when.starts_on for each in read.entries] == [date(2023, 3, 2)]


def test_text_that_would_turn_or_hide_others_is_cleaned() -> None:
    read = parsed(
        "DTSTART:20230301T100000Z\nSUMMARY:A\u202eB\\nC\x07\nURL:javascript:alert(1)\nDESCRIPTION:x\\n\\n\\n\\ny"
    )
    assert (read.entries[0].summary, read.entries[0].website, read.entries[0].description) == ("AB C", "", "x\n\ny")


GOOD = "DTSTART:20230301T100000Z\nSUMMARY:Gut"
TWICE = "Diese Uhrzeit gibt es an diesem Tag zweimal, weil die Uhr zurückgestellt wird."
SEVERAL_TIMES = "Der Termin wiederholt sich mehrmals am Tag. Solche Termine nehmen wir nicht auf."


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("SUMMARY:A", "Dem Termin fehlt der Beginn."),
        ("DTSTART:morgen\nSUMMARY:A", "Diese Angaben sind nicht lesbar: DTSTART."),
        ("DTSTART:20230301T100000Z\nRRULE:FREQ=WEEKLY;COUNT=x\nSUMMARY:A", "Diese Angaben sind nicht lesbar: RRULE."),
        ("DTSTART;TZID=Mars/Krater:20230301T100000\nSUMMARY:A", "Die Zeitzone „Mars/Krater“ kennen wir nicht."),
        ("DTSTART;TZID=../../etc/hosts:20230301T100000\nSUMMARY:A", "Die Zeitzone „../../etc/hosts“ kennen wir nicht."),
        ("DTSTART:20230301T100000Z\nDTEND:20230301T090000Z\nSUMMARY:A", "Das Ende liegt vor dem Beginn."),
        ("DTSTART;VALUE=DATE:20230301\nDTEND;VALUE=DATE:20230227\nSUMMARY:A", "Das Ende liegt vor dem Beginn."),
        ("DTSTART:20230301T100000Z\nDTEND;VALUE=DATE:20230302\nSUMMARY:A",
         "Beginn und Ende passen nicht zusammen: Nur eines hat eine Uhrzeit."),
        ("DTSTART:00010101T000000Z\nSUMMARY:A", "Das Jahr 1 liegt zu weit weg."),
        ("DTSTART:20230301T100000Z\nDTSTART:20230302T100000Z\nSUMMARY:A", "Die Angabe DTSTART steht mehrmals da."),
        ("DTSTART:20231029T013000Z\nSUMMARY:A", TWICE),
        ("DTSTART:20230301T100000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:A", SEVERAL_TIMES),
        ("DTSTART:20230301T100000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3\nSUMMARY:A", SEVERAL_TIMES),
        ("DTSTART:20220101T100000Z\nRRULE:FREQ=DAILY\nSUMMARY:A", "Die Wiederholung ergibt mehr als 400 Termine."),
        (f"DTSTART:20230301T100000Z\nSUMMARY:A\nDESCRIPTION:{'x' * 60_000}",
         "Eine Angabe dieses Termins ist viel zu lang."),
        ("DTSTART:20230301T100000Z\nSUMMARY:A\nCLASS:CONFIDENTIAL",
         "Der Termin ist als privat gekennzeichnet. Wir nehmen ihn nicht auf."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_with_its_line_and_the_others_are_taken(lines: str, sentence: str) -> None:
    read = parsed(lines, GOOD)
    assert [(each.line, each.name, each.sentence) for each in read.unread] == [(3, "A", sentence)]
    assert [each.summary for each in read.entries] == ["Gut"]


def test_a_time_that_is_there_twice_is_known_by_its_zone() -> None:
    first = parsed("DTSTART:20231029T003000Z\nSUMMARY:A")
    assert times(first.entries) == [("2023-10-29", "02:30", "2023-10-29")]


def test_a_series_of_which_one_change_cannot_be_read_is_left_out_whole() -> None:
    """Else the changed one would be announced at its old time."""
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20230301T100000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:A\n"
        "END:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20230308T100000Z\nDTSTART;TZID=Mond:20230309T100000\n"
        "SUMMARY:B\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    read = parse(text, first_day=date(2022, 1, 1), last_day=date(2024, 1, 1))
    assert (read.entries, [(each.uid, each.line, each.name) for each in read.unread]) == (
        (), [("1", 2, "A"), ("1", 8, "B")]
    )  # fmt: skip


def test_an_event_that_the_file_breaks_off_is_said() -> None:
    read = parse(vcalendar(GOOD, GOOD).partition("END:VEVENT\nEND")[0], first_day=TODAY, last_day=date(2024, 1, 1))
    assert [each.summary for each in read.entries] == ["Gut"]
    assert "hört mitten in der Datei auf" in read.unread[0].sentence


ZONE = (
    "BEGIN:VTIMEZONE\nTZID:{}\nBEGIN:STANDARD\nDTSTART{}:19700101T000000\n"
    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0100\n{}END:STANDARD\nEND:VTIMEZONE\n"
)


@pytest.mark.parametrize(
    "zone",
    [
        ZONE.format("Kreis", ";TZID=Kreis", ""),
        ZONE.format("Kreis", "", "RRULE:FREQ=SECONDLY\n"),
        "BEGIN:VTIMEZONE\nTZID:Kreis\nBEGIN:VTIMEZONE\nTZID:Kreis\nEND:VTIMEZONE\nEND:VTIMEZONE\n",
        "BEGIN:VTIMEZONE\nTZID:Kreis\nBEGIN:STANDARD\nTZOFFSETTO:+9999\nEND:STANDARD\nEND:VTIMEZONE\n",
    ],
    ids=["named by itself", "changing each second", "inside itself", "of no sense"],
)
def test_a_zone_of_no_sense_costs_its_own_events_alone(zone: str) -> None:
    content = vcalendar("DTSTART;TZID=Kreis:20230301T100000\nSUMMARY:A", GOOD, head=zone)
    read = read_calendar(content.encode(), today=TODAY)
    assert "Gut" in [each.summary for each in read.entries]
    assert len(read.entries) + len(read.unread) == 2


def deep(levels: int) -> str:
    return "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * levels + "END:VEVENT\n" * levels + "END:VCALENDAR\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Die Datei ist leer."),
        (b" \r\n", "Die Datei ist leer."),
        (b"<!DOCTYPE html><html><body>Anmelden</body></html>", "Das ist eine Webseite und kein Kalender."),
        (b"%PDF-1.7\n", "Das ist kein Kalender."),
        (b"BEGIN:VCARD\nEND:VCARD\n", "Das ist kein Kalender."),
        (b"BEGIN:VCALENDAR\n\0\nEND:VCALENDAR\n", "Das ist keine Textdatei."),
        (b"BEGIN:VCALENDAR\n" + b"x" * 10_000_000, "Die Datei ist zu groß (mehr als 5 MB)."),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "Der Kalender enthält keine Termine."),
        (b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nEND:VTODO\nEND:VCALENDAR\n", "Der Kalender enthält keine Termine."),
        (b"BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n", "Das ist die Antwort auf eine Einladung"),
        (deep(400).encode(), "Der Kalender ist tiefer verschachtelt, als es einen Sinn ergibt."),
        (b"BEGIN:VCALENDAR\n" + b"\n" * 400_000, "Die Datei hat zu viele Zeilen."),
        (vcalendar(*[GOOD] * 2_001).encode(), "Der Kalender enthält mehr als 2000 Termine."),
        (vcalendar(*["DTSTART:20220301T100000Z\nRRULE:FREQ=DAILY;COUNT=390"] * 6).encode(),
         "Der Kalender enthält mehr als 2000 Termine."),
    ],
    ids=["nothing", "blank", "HTML", "PDF", "a card", "NUL", "10 MB", "no events", "tasks only", "an answer", "deep",
         "lines", "events", "repetitions"],
)  # fmt: skip
def test_a_file_that_is_no_calendar_is_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableCalendarError) as refused:
        read_calendar(content, today=TODAY)
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        (b"\xef\xbb\xbf" + vcalendar("DTSTART:20230301T100000Z\nSUMMARY:Köthen").encode(), "Köthen"),
        (vcalendar("DTSTART:20230301T100000Z\nSUMMARY:Köthen").encode("latin-1"), "Köthen"),
        (vcalendar("DTSTART:20230301T100000Z\nSUMMARY:Köt\n hen").replace("\n", "\r").encode(), "Köthen"),
        (vcalendar("dtstart:20230301T100000Z\nsummary:klein").encode(), "klein"),
    ],
    ids=["with a mark", "latin-1", "carriage returns", "small letters"],
)
def test_files_are_read_as_people_have_them(content: bytes, summary: str) -> None:
    assert [each.summary for each in read_calendar(content, today=TODAY).entries] == [summary]


def test_broken_utf8_is_read_as_well_as_it_goes() -> None:
    content = vcalendar("DTSTART:20230301T100000Z\nSUMMARY:K\u00f6then").encode().replace(b"\xc3\xb6", b"\xc3")
    assert [each.summary for each in read_calendar(content, today=TODAY).entries] == ["KÃthen"]


def test_a_hard_rule_takes_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "CPU_SECONDS_EACH", 3.0)
    hard = "DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:A"
    read = parsed(hard, GOOD)
    assert [each.summary for each in read.entries] == ["Gut"]
    assert [each.sentence for each in read.unread] == [
        "Diesen Termin auszurechnen, dauert zu lange. Vereinfachen Sie die Wiederholung."
    ]


def test_what_exhausts_the_process_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WALL_SECONDS", 0.05)
    with pytest.raises(UnreadableCalendarError, match="dauert zu lange"):
        read_calendar(sample("google"), today=TODAY)


def test_the_child_knows_nothing_of_our_environment() -> None:
    assert sorted(reading.CHILD_ENVIRONMENT) == ["PYTHONDONTWRITEBYTECODE", "PYTHONPATH"]


def test_no_calendar_is_said_in_this_process_too() -> None:
    with pytest.raises(NotACalendarError):
        parse("BEGIN:VCALENDAR\nEND:VCALENDAR\n", first_day=TODAY, last_day=TODAY)


def test_what_was_read_survives_being_stored() -> None:
    read = parsed(GOOD, "DTSTART;VALUE=DATE:20230301\nSUMMARY:B", "SUMMARY:C")
    assert ForeignCalendar.of_plain(read.as_plain()) == read
    assert read.entries[0].when.start_time in (None, time(11))
