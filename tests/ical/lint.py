"""Reads calendars by the letter of RFC 5545 and of our own rules, independently of the writer.

A rule is a function named by what is wrong; it yields where. Each has samples in test_lint.py that it alone must catch.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

MOST_OCTETS = 75
MOST_BYTES = 1_000_000
HEADER = (
    "VERSION", "PRODID", "CALSCALE", "NAME", "X-WR-CALNAME", "DESCRIPTION", "X-WR-CALDESC", "X-WR-TIMEZONE",
    "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "COLOR", "X-APPLE-CALENDAR-COLOR", "SOURCE", "URL",
)  # fmt: skip
OPTIONAL_IN_HEADER = ("COLOR", "X-APPLE-CALENDAR-COLOR")
EVENT = (
    "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION",
    "CONFERENCE", "LOCATION", "URL", "CATEGORIES", "STATUS", "TRANSP", "ORGANIZER", "RELATED-TO", "ATTACH",
)  # fmt: skip
OPTIONAL_IN_EVENT = ("CONFERENCE", "RELATED-TO", "ORGANIZER", "ATTACH")
SEVERAL = ("ATTACH", "RELATED-TO")
DEPARTED = "SUMMARY:Termin entfällt"
DEPARTED_IN_ENGLISH = "SUMMARY:Event cancelled"
EVENT_THAT_LEFT = (
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP"
)  # fmt: skip
TEXTS = ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "NAME", "X-WR-CALNAME", "X-WR-CALDESC")
INSTANTS = ("DTSTAMP", "CREATED", "LAST-MODIFIED")
PARAMETER = r';[A-Z-]+=(?:"[^"\x00-\x08\x0a-\x1f]*"|[^";:,\x00-\x1f]+)'


@dataclass(frozen=True)
class Line:
    """A content line, unfolded: its name, its parameters as they stand, its value."""

    whole: str

    @property
    def name(self) -> str:
        return re.split("[;:]", self.whole)[0]

    @property
    def parameters(self) -> str:
        found = re.match(rf"[A-Z-]+((?:{PARAMETER})*):", self.whole)
        return found[1] if found else ""

    @property
    def value(self) -> str:
        return self.whole.removeprefix(f"{self.name}{self.parameters}:")


@dataclass(frozen=True)
class Sent:
    """A feed as it was sent, in the parts that rules look at."""

    content: bytes

    @cached_property
    def lines(self) -> list[Line]:
        unfolded = self.content.replace(b"\r\n ", b"").decode(errors="replace")
        return [Line(each) for each in unfolded.split("\r\n")[:-1]]

    @cached_property
    def header(self) -> list[Line]:
        whole = [each.whole for each in self.lines]
        begins = [place for place, each in enumerate(whole) if each.startswith("BEGIN:")]
        return self.lines[1 : begins[1]] if len(begins) > 1 else self.lines[1:-1]

    @cached_property
    def zones(self) -> list[list[Line]]:
        return list(self._parts("VTIMEZONE"))

    @cached_property
    def events(self) -> list[list[Line]]:
        return list(self._parts("VEVENT"))

    def _parts(self, kind: str) -> Iterator[list[Line]]:
        part: list[Line] | None = None
        for line in self.lines:
            if line.whole == f"BEGIN:{kind}":
                part = []
            elif line.whole == f"END:{kind}":
                yield part or []
                part = None
            elif part is not None:
                part.append(line)


def has_left(event: list[Line]) -> bool:
    return any(each.whole in (DEPARTED, DEPARTED_IN_ENGLISH) for each in event)


def of(event: list[Line], name: str) -> Line:
    """Return the line of that name, an empty one where there is none: that is another rule's business."""
    return next((each for each in event if each.name == name), Line(f"{name}:"))


def starts_with_a_mark(sent: Sent) -> Iterator[str]:
    if sent.content.startswith(b"\xef\xbb\xbf"):
        yield "BOM"


def ends_lines_otherwise(sent: Sent) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", sent.content) or not sent.content.endswith(b"\r\n"):
        yield "not CRLF"


def has_a_line_too_long(sent: Sent) -> Iterator[str]:
    yield from (repr(each) for each in sent.content.split(b"\r\n") if len(each) > MOST_OCTETS)


def has_a_blank_line(sent: Sent) -> Iterator[str]:
    yield from ("blank" for each in sent.content.split(b"\r\n")[:-1] if each in (b"", b" "))


def has_a_control_character(sent: Sent) -> Iterator[str]:
    for each in sent.lines:
        yield from re.findall("[\x00-\x08\x0a-\x1f\x7f-\x9f]", each.whole)


def folds_inside_a_character(sent: Sent) -> Iterator[str]:
    for each in sent.content.split(b"\r\n"):
        try:
            each.decode()
        except UnicodeDecodeError:
            yield repr(each)


def is_too_large(sent: Sent) -> Iterator[str]:
    if len(sent.content) > MOST_BYTES:
        yield str(len(sent.content))


def is_not_one_calendar(sent: Sent) -> Iterator[str]:
    whole = [each.whole for each in sent.lines]
    is_framed = whole[:1] == ["BEGIN:VCALENDAR"] and whole[-1:] == ["END:VCALENDAR"]
    if not is_framed or whole.count("BEGIN:VCALENDAR") != 1:
        yield "frame"


def ends_what_it_did_not_begin(sent: Sent) -> Iterator[str]:
    open_parts: list[str] = []
    for line in sent.lines:
        if line.name == "BEGIN":
            open_parts.append(line.value)
        elif line.name == "END" and (not open_parts or open_parts.pop() != line.value):
            yield line.whole
    yield from open_parts


def has_an_unknown_part(sent: Sent) -> Iterator[str]:
    known = ("VCALENDAR", "VTIMEZONE", "DAYLIGHT", "STANDARD", "VEVENT", "VALARM")
    yield from (each.value for each in sent.lines if each.name == "BEGIN" and each.value not in known)


def is_another_version(sent: Sent) -> Iterator[str]:
    if of(sent.header, "VERSION").whole != "VERSION:2.0":
        yield of(sent.header, "VERSION").whole


def has_its_header_out_of_order(sent: Sent) -> Iterator[str]:
    names = [each.name for each in sent.header if each.name in HEADER]
    if names != sorted(names, key=HEADER.index):
        yield str(names)


def lacks_in_its_header(sent: Sent) -> Iterator[str]:
    names = [each.name for each in sent.header]
    yield from (each for each in HEADER if each not in OPTIONAL_IN_HEADER and each not in names)


def says_twice_in_its_header(sent: Sent) -> Iterator[str]:
    names = [each.name for each in sent.header]
    yield from {each for each in names if names.count(each) > 1}


def has_a_uid_of_its_own(sent: Sent) -> Iterator[str]:
    yield from (each.whole for each in sent.header if each.name == "UID")


def has_a_method(sent: Sent) -> Iterator[str]:
    yield from (each.whole for each in sent.lines if each.name == "METHOD")


def hides_the_type_of_a_value(sent: Sent) -> Iterator[str]:
    typed = {"REFRESH-INTERVAL": ";VALUE=DURATION", "SOURCE": ";VALUE=URI"}
    yield from (each.whole for each in sent.header if typed.get(each.name, "") not in each.parameters)


def has_a_time_zone_without_rules(sent: Sent) -> Iterator[str]:
    for zone in sent.zones:
        names = [each.name for each in zone]
        if names.count("RRULE") != names.count("BEGIN") or "RDATE" in names:
            yield of(zone, "TZID").value


def has_a_time_zone_twice(sent: Sent) -> Iterator[str]:
    names = [of(each, "TZID").value for each in sent.zones]
    yield from {each for each in names if names.count(each) > 1}


def names_an_unknown_time_zone(sent: Sent) -> Iterator[str]:
    known = [of(each, "TZID").value for each in sent.zones]
    for line in _in_events(sent):
        named = re.search(";TZID=([^;:]+)", line.parameters)
        if named and named[1] not in known:
            yield named[1]


def has_a_floating_time(sent: Sent) -> Iterator[str]:
    for line in _in_events(sent):
        if line.name in ("DTSTART", "DTEND") and not line.parameters and not line.value.endswith("Z"):
            yield line.whole


def lacks_in_an_event(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        needed = EVENT_THAT_LEFT if has_left(event) else [each for each in EVENT if each not in OPTIONAL_IN_EVENT]
        names = [each.name for each in event]
        yield from (each for each in needed if each not in names)


def says_twice_in_an_event(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        names = [each.name for each in event]
        yield from {each for each in names if names.count(each) > 1 and each not in SEVERAL}


def has_its_event_out_of_order(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        names = [each.name for each in event if each.name in EVENT]
        if names != sorted(names, key=EVENT.index):
            yield str(names)


def says_what_no_feed_says(sent: Sent) -> Iterator[str]:
    """ATTENDEE, VALARM, RRULE and whatever else we do not mean to write."""
    yield from (each.name for each in _in_events(sent) if each.name not in EVENT)


def tells_of_what_has_left(sent: Sent) -> Iterator[str]:
    for event in filter(has_left, sent.events):
        yield from (each.name for each in event if each.name not in EVENT_THAT_LEFT)


def has_a_uid_twice(sent: Sent) -> Iterator[str]:
    names = [of(each, "UID").value for each in sent.events]
    yield from {each for each in names if names.count(each) > 1}


def ends_before_it_begins(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        start, end = of(event, "DTSTART"), of(event, "DTEND")
        if start.value.endswith("Z") is end.value.endswith("Z") and end.value <= start.value:
            yield of(event, "UID").value


def ends_in_another_kind_than_it_begins(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        if of(event, "DTSTART").parameters != of(event, "DTEND").parameters:
            yield of(event, "UID").value


def has_a_time_that_is_none(sent: Sent) -> Iterator[str]:
    for line in _in_events(sent):
        if line.name not in ("DTSTART", "DTEND"):
            continue
        pattern = r"\d{8}" if ";VALUE=DATE" in line.parameters else r"\d{8}T\d{6}Z?"
        if not re.fullmatch(pattern, line.value) or not _exists(line.value):
            yield line.whole


def _exists(value: str) -> bool:
    try:
        wall = datetime.strptime(value, "%Y%m%d" if len(value) == 8 else "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time
    except ValueError:
        return False
    berlin = ZoneInfo("Europe/Berlin")
    there_and_back = wall.replace(tzinfo=berlin).astimezone(ZoneInfo("UTC")).astimezone(berlin)
    return there_and_back.replace(tzinfo=None) == wall


def has_an_instant_that_is_not_utc(sent: Sent) -> Iterator[str]:
    for line in _in_events(sent):
        if line.name in INSTANTS and (line.parameters or not re.fullmatch(r"\d{8}T\d{6}Z", line.value)):
            yield line.whole


def is_stamped_otherwise_than_changed(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        if of(event, "DTSTAMP").value != of(event, "LAST-MODIFIED").value:
            yield of(event, "UID").value


def has_a_sequence_that_is_none(sent: Sent) -> Iterator[str]:
    yield from (each.whole for each in _in_events(sent) if each.name == "SEQUENCE" and not each.value.isdecimal())


def has_an_unknown_state(sent: Sent) -> Iterator[str]:
    known = {"STATUS": ("CONFIRMED", "TENTATIVE", "CANCELLED"), "TRANSP": ("OPAQUE", "TRANSPARENT")}
    yield from (each.whole for each in _in_events(sent) if each.value not in known.get(each.name, (each.value,)))


def blocks_time_though_it_is_off(sent: Sent) -> Iterator[str]:
    for event in sent.events:
        is_a_day = ";VALUE=DATE" in of(event, "DTSTART").parameters
        if (of(event, "STATUS").value == "CANCELLED" or is_a_day) and of(event, "TRANSP").value == "OPAQUE":
            yield of(event, "UID").value


def escapes_a_text_wrongly(sent: Sent) -> Iterator[str]:
    for line in (*sent.header, *_in_events(sent)):
        if line.name in TEXTS and not re.fullmatch(r"(?:[^\\;,]|\\[\\;,n])*", line.value):
            yield line.whole


def breaks_a_parameter(sent: Sent) -> Iterator[str]:
    for line in sent.lines:
        if not re.match(rf"[A-Z-]+(?:{PARAMETER})*:", line.whole):
            yield line.whole


def offers_a_reply(sent: Sent) -> Iterator[str]:
    organizers = (each.whole for each in _in_events(sent) if each.name == "ORGANIZER")
    yield from (each for each in organizers if not re.fullmatch("ORGANIZER:mailto:[^@ ]+@[^@ ]+", each))


def hides_the_type_of_a_file(sent: Sent) -> Iterator[str]:
    for line in _in_events(sent):
        if line.name == "ATTACH" and not re.search(r";FMTTYPE=[a-z]+/[\w.+-]+", line.parameters):
            yield line.whole


def has_an_address_that_is_none(sent: Sent) -> Iterator[str]:
    for line in (*sent.header, *_in_events(sent)):
        if line.name in ("URL", "SOURCE", "ATTACH") and not re.fullmatch(r"https?://[^\s<>\"]+", line.value):
            yield line.whole


def _in_events(sent: Sent) -> Iterator[Line]:
    for event in sent.events:
        yield from event


Rule = Callable[[Sent], Iterator[str]]
RULES: tuple[Rule, ...] = (
    starts_with_a_mark, ends_lines_otherwise, has_a_line_too_long, has_a_blank_line, has_a_control_character,
    folds_inside_a_character, is_too_large, is_not_one_calendar, ends_what_it_did_not_begin, has_an_unknown_part,
    is_another_version, has_its_header_out_of_order, lacks_in_its_header, says_twice_in_its_header,
    has_a_uid_of_its_own, has_a_method, hides_the_type_of_a_value, has_a_time_zone_without_rules,
    has_a_time_zone_twice, names_an_unknown_time_zone, has_a_floating_time, lacks_in_an_event, says_twice_in_an_event,
    has_its_event_out_of_order, says_what_no_feed_says, tells_of_what_has_left, has_a_uid_twice,
    ends_before_it_begins, ends_in_another_kind_than_it_begins, has_a_time_that_is_none,
    has_an_instant_that_is_not_utc, is_stamped_otherwise_than_changed, has_a_sequence_that_is_none,
    has_an_unknown_state, blocks_time_though_it_is_off, escapes_a_text_wrongly, breaks_a_parameter, offers_a_reply,
    hides_the_type_of_a_file, has_an_address_that_is_none,
)  # fmt: skip


def complaints(content: bytes) -> list[str]:
    """Return what is wrong with a feed, by rule and place; nothing where it is right."""
    sent = Sent(content)
    return [f"{rule.__name__}: {where}" for rule in RULES for where in rule(sent)]
