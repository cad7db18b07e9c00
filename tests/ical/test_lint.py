"""The lint finds what it is for: a right sample, broken in many ways, each caught by its own rule."""

from collections.abc import Callable

import pytest

from tests.ical import lint
from tests.ical.lint import RULES, Sent, complaints

GOOD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Beispiel//DE
CALSCALE:GREGORIAN
NAME:Termine
X-WR-CALNAME:Termine
DESCRIPTION:Alle\\, hier
X-WR-CALDESC:Alle\\, hier
X-WR-TIMEZONE:Europe/Berlin
REFRESH-INTERVAL;VALUE=DURATION:PT4H
X-PUBLISHED-TTL:PT4H
COLOR:seagreen
X-APPLE-CALENDAR-COLOR:#2E8B57
SOURCE;VALUE=URI:https://termine.example/kalender/alle.ics
URL:https://termine.example/
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:timed
DTSTAMP:20230201T090000Z
CREATED:20230131T090000Z
LAST-MODIFIED:20230201T090000Z
SEQUENCE:0
DTSTART;TZID=Europe/Berlin:20230222T100000
DTEND;TZID=Europe/Berlin:20230222T113000
SUMMARY:Ämter
DESCRIPTION:Zeile\\nund noch eine\\; mit allem
LOCATION:Halle\\, Saale
URL:https://termine.example/termine/timed
CATEGORIES:Ämter
STATUS:CONFIRMED
TRANSP:OPAQUE
ORGANIZER:mailto:ozg@land.example
ATTACH;FMTTYPE=application/pdf;FILENAME="a;b.pdf":https://termine.example/a
ATTACH;FMTTYPE=application/pdf:https://termine.example/b
END:VEVENT
BEGIN:VEVENT
UID:days
DTSTAMP:20230201T090000Z
CREATED:20230131T090000Z
LAST-MODIFIED:20230201T090000Z
SEQUENCE:1
DTSTART;VALUE=DATE:20230329
DTEND;VALUE=DATE:20230331
SUMMARY:Kongress
DESCRIPTION:Alle Angaben
LOCATION:Halle
URL:https://termine.example/termine/days
CATEGORIES:Kongress
STATUS:CANCELLED
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:left
DTSTAMP:20230203T090000Z
LAST-MODIFIED:20230203T090000Z
SEQUENCE:1
DTSTART;TZID=Europe/Berlin:20230223T100000
DTEND;TZID=Europe/Berlin:20230223T113000
SUMMARY:Termin entfällt
STATUS:CANCELLED
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()

Change = Callable[[bytes], bytes]


def instead(old: str, new: str) -> Change:
    """Return what puts `new` where `old` stands first."""
    before, after = (each.replace("\n", "\r\n").encode() for each in (old, new))
    assert before in GOOD, old
    return lambda content: content.replace(before, after, 1)


def without(line: str) -> Change:
    return instead(f"{line}\n", "")


ZONE = GOOD[GOOD.index(b"BEGIN:VTIMEZONE") : GOOD.index(b"BEGIN:VEVENT")]
LONG = "x" * 70
MUTATIONS: list[tuple[lint.Rule, Change]] = [
    (lint.starts_with_a_mark, lambda content: b"\xef\xbb\xbf" + content),
    (lint.ends_lines_otherwise, lambda content: content.replace(b"\r\n", b"\n")),
    (lint.ends_lines_otherwise, lambda content: content.replace(b"Kongress\r\n", b"Kongress\n", 1)),
    (lint.ends_lines_otherwise, lambda content: content.removesuffix(b"\r\n")),
    (lint.has_a_line_too_long, instead("SUMMARY:Ä", f"SUMMARY:{LONG}")),
    (lint.has_a_line_too_long, instead("SUMMARY:Ä", f"SUMMARY:x\n {LONG}{LONG}")),
    (lint.has_a_blank_line, instead("\nSUMMARY", "\n\nSUMMARY")),
    (lint.has_a_blank_line, instead("\nSUMMARY", "\n \nSUMMARY")),
    (lint.has_a_control_character, instead("SUMMARY:Ä", "SUMMARY:\x07")),
    (lint.has_a_control_character, instead("SUMMARY:Ä", "SUMMARY:\x00")),
    (lint.has_a_control_character, instead("SUMMARY:Ä", "SUMMARY:\x85")),
    (lint.folds_inside_a_character, lambda content: content.replace(b"\xc3\x84", b"\xc3\r\n \x84", 1)),
    (lint.is_too_large, instead("Alle Angaben", f"{LONG}\n " * 15_000)),
    (lint.is_not_one_calendar, lambda content: content + content),
    (lint.is_not_one_calendar, without("BEGIN:VCALENDAR")),
    (lint.is_not_one_calendar, lambda content: content + b"X:1\r\n"),
    (lint.is_not_one_calendar, lambda _content: b"<!doctype html>\r\n"),
    (lint.ends_what_it_did_not_begin, without("END:VEVENT")),
    (lint.ends_what_it_did_not_begin, instead("END:DAYLIGHT", "END:STANDARD")),
    (lint.ends_what_it_did_not_begin, without("END:VCALENDAR")),
    (lint.has_an_unknown_part, instead("BEGIN:VEVENT", "BEGIN:VTODO\nUID:x\nEND:VTODO\nBEGIN:VEVENT")),
    (lint.is_another_version, instead("VERSION:2.0", "VERSION:1.0")),
    (lint.has_its_header_out_of_order, instead("VERSION:2.0\nPRODID:-//Beispiel//DE", "PRODID:x\nVERSION:2.0")),
    (lint.lacks_in_its_header, without("NAME:Termine")),
    (lint.lacks_in_its_header, without("X-PUBLISHED-TTL:PT4H")),
    (lint.says_twice_in_its_header, instead("NAME:Termine", "NAME:Termine\nNAME:Termine")),
    (lint.has_a_uid_of_its_own, instead("CALSCALE", "UID:1\nCALSCALE")),
    (lint.has_a_method, instead("CALSCALE", "METHOD:PUBLISH\nCALSCALE")),
    (lint.hides_the_type_of_a_value, instead("REFRESH-INTERVAL;VALUE=DURATION", "REFRESH-INTERVAL")),
    (lint.hides_the_type_of_a_value, instead("SOURCE;VALUE=URI", "SOURCE")),
    (lint.has_a_time_zone_without_rules, instead("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RDATE:20230326T020000")),
    (lint.has_a_time_zone_without_rules, without("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")),
    (lint.has_a_time_zone_twice, lambda content: content.replace(ZONE, ZONE + ZONE)),
    (lint.names_an_unknown_time_zone, instead("DTSTART;TZID=Europe/Berlin:2", "DTSTART;TZID=Europe/Rome:2")),
    (lint.names_an_unknown_time_zone, lambda content: content.replace(ZONE, b"")),
    (lint.has_a_floating_time, instead("DTSTART;TZID=Europe/Berlin:2", "DTSTART:2")),
    (lint.lacks_in_an_event, without("UID:timed")),
    (lint.lacks_in_an_event, without("CREATED:20230131T090000Z")),
    (lint.lacks_in_an_event, without("DTEND;TZID=Europe/Berlin:20230223T113000")),
    (lint.says_twice_in_an_event, instead("SEQUENCE:0", "SEQUENCE:0\nSEQUENCE:0")),
    (lint.has_its_event_out_of_order, instead("TRANSP:OPAQUE\nORGANIZER:mailto:ozg@land.example",
                                              "ORGANIZER:mailto:ozg@land.example\nTRANSP:OPAQUE")),
    (lint.says_what_no_feed_says, instead("ORGANIZER", "ATTENDEE:mailto:a@b.example\nORGANIZER")),
    (lint.says_what_no_feed_says, instead("END:VEVENT", "BEGIN:VALARM\nACTION:DISPLAY\nEND:VALARM\nEND:VEVENT")),
    (lint.says_what_no_feed_says, instead("ORGANIZER", "RRULE:FREQ=DAILY\nORGANIZER")),
    (lint.tells_of_what_has_left, instead("SUMMARY:Termin entfällt", "SUMMARY:Termin entfällt\nURL:https://a.example")),
    (lint.has_a_uid_twice, instead("UID:days", "UID:timed")),
    (lint.ends_before_it_begins, instead("20230222T113000", "20230222T100000")),
    (lint.ends_before_it_begins, instead("20230222T113000", "20230222T093000")),
    (lint.ends_before_it_begins, instead("DTEND;VALUE=DATE:20230331", "DTEND;VALUE=DATE:20230329")),
    (lint.ends_in_another_kind_than_it_begins, instead("DTEND;VALUE=DATE", "DTEND;TZID=Europe/Berlin")),
    (lint.has_a_time_that_is_none, instead("20230222T100000", "20230231T100000")),
    (lint.has_a_time_that_is_none, instead("20230222T100000", "20230326T023000")),
    (lint.has_a_time_that_is_none, instead("20230329", "20230329T000000")),
    (lint.has_an_instant_that_is_not_utc, instead("CREATED:20230131T090000Z", "CREATED:20230131T090000")),
    (lint.is_stamped_otherwise_than_changed, instead("DTSTAMP:20230201T090000Z", "DTSTAMP:20230202T090000Z")),
    (lint.has_a_sequence_that_is_none, instead("SEQUENCE:0", "SEQUENCE:-1")),
    (lint.has_an_unknown_state, instead("STATUS:CONFIRMED", "STATUS:confirmed")),
    (lint.has_an_unknown_state, instead("TRANSP:OPAQUE", "TRANSP:BUSY")),
    (lint.blocks_time_though_it_is_off, instead("STATUS:CANCELLED\nTRANSP:TRANSPARENT",
                                                "STATUS:CANCELLED\nTRANSP:OPAQUE")),
    (lint.escapes_a_text_wrongly, instead("Halle\\, Saale", "Halle, Saale")),
    (lint.escapes_a_text_wrongly, instead("eine\\; mit", "eine; mit")),
    (lint.escapes_a_text_wrongly, instead("Zeile\\nund", "Zeile\\tund")),
    (lint.escapes_a_text_wrongly, instead("NAME:Termine", "NAME:Termine; alle")),
    (lint.breaks_a_parameter, instead('FILENAME="a;b.pdf"', 'FILENAME="a"b.pdf"')),
    (lint.breaks_a_parameter, instead("SUMMARY:Ämter", "Ämter")),
    (lint.breaks_a_parameter, instead('FILENAME="a;b.pdf"', "FILENAME=a,b.pdf")),
    (lint.offers_a_reply, instead("ORGANIZER:mailto:", "ORGANIZER;CN=OZG:mailto:")),
    (lint.offers_a_reply, instead("ORGANIZER:mailto:ozg@land.example", "ORGANIZER:ozg@land.example")),
    (lint.hides_the_type_of_a_file, instead("ATTACH;FMTTYPE=application/pdf:", "ATTACH:")),
    (lint.has_an_address_that_is_none, instead("URL:https://termine.example/termine/timed", "URL:/termine/timed")),
]  # fmt: skip


def test_what_is_right_is_not_complained_of() -> None:
    assert complaints(GOOD) == []


@pytest.mark.parametrize(("rule", "change"), MUTATIONS)
def test_what_is_broken_is_caught_by_its_rule(rule: lint.Rule, change: Change) -> None:
    broken = change(GOOD)
    assert broken != GOOD
    assert list(rule(Sent(broken))) != []
    assert any(each.startswith(f"{rule.__name__}: ") for each in complaints(broken))


def test_every_rule_is_seen_to_catch_something() -> None:
    assert {rule for rule, _change in MUTATIONS} == set(RULES)
