"""Reads a calendar in a process of its own, which `reading` starts: what somebody has made to harm us harms only this.

`python -m ozgtermine.ical.parsing FIRST_DAY LAST_DAY < calendar` writes what it has read as JSON. Each event is cut out
and read by itself, so that it is refused alone and with its line; properties that we do not use are not read at all.
"""

import json
import re
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import FrameType
from typing import Any

import icalendar
import recurring_ical_events
from icalendar.timezone import tzp

from ozgtermine.clock import BERLIN
from ozgtermine.errors import Refusal
from ozgtermine.rules.foreign_calendar import Entry, ForeignCalendar, Unread, one_line, plain_text, web_address
from ozgtermine.rules.schedule import Precision, When
from ozgtermine.wording import N_, translate

MOST_EVENTS = 2_000
MOST_ENTRIES = 2_000
MOST_OCCURRENCES = 400
MOST_LINES = 300_000
LONGEST_PROPERTY = 50_000
DEEPEST = 6
CPU_SECONDS = 10
CPU_SECONDS_EACH = 1.0
MEMORY_BYTES = 512_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2100

Event = Any
"""An event of the library, whose types allow each property to be anything."""

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_WANTED = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SUMMARY", "DESCRIPTION",
    "LOCATION", "URL", "STATUS", "SEQUENCE", "CLASS", "X-MICROSOFT-CDO-ALLDAYEVENT",
})  # fmt: skip
_OF_ZONES = frozenset({"TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE", "RDATE", "BEGIN", "END"})
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_ANOTHER_IS_BROKEN = N_(
    "Eine Ausnahme dieses wiederholten Termins ist nicht lesbar. Wir nehmen auch die übrigen nicht auf."
)
_OTHER_METHODS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"})


class NotACalendarError(Refusal):
    """Nothing of the file can be read."""


class NotTakenError(Refusal):
    """One event cannot be taken."""


class _TookTooLongError(Exception):
    """One event has used up its time."""


@dataclass
class _Block:
    """The lines of an event or a zone, and where it begins; one that `is_open` never ended."""

    line: int
    lines: list[str] = field(default_factory=list)
    is_open: bool = True
    is_too_long: bool = False

    @property
    def content(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"


@dataclass
class _Parts:
    """What a calendar is made of."""

    events: list[_Block] = field(default_factory=list)
    zones: list[_Block] = field(default_factory=list)
    zone_of_all: str = ""
    method: str = ""


@dataclass(frozen=True)
class _Window:
    """Between which days repetitions count, and where times without a zone are at home."""

    first_day: date
    last_day: date
    zone: tzinfo


def parse(text: str, *, first_day: date, last_day: date) -> ForeignCalendar:
    """Return the entries of a calendar, its repetitions from `first_day` to `last_day`, in order of date.

    Raises NotACalendarError where it is none, or has nothing in it, or too much.
    """
    parts = _parts(text)
    if parts.method in _OTHER_METHODS:
        raise NotACalendarError(N_("Das ist die Antwort auf eine Einladung und kein Kalender."))
    if not parts.events:
        raise NotACalendarError(N_("Der Kalender enthält keine Termine."))
    for zone in parts.zones:
        _learn_zone(zone)
    window = _Window(first_day, last_day, _known_zone(parts.zone_of_all) or BERLIN)
    entries, unread = _read_all(parts, window)
    if len(entries) > MOST_ENTRIES:
        raise NotACalendarError(
            N_("Der Kalender enthält mehr als %(most)s Termine. Teilen Sie ihn auf."), most=MOST_ENTRIES
        )
    return ForeignCalendar(
        entries=tuple(sorted(entries, key=lambda each: (each.when.starts_on, str(each.when.start_time), each.key))),
        unread=tuple(sorted(unread, key=lambda each: each.line)),
    )


def _parts(text: str) -> _Parts:
    """Cut a calendar into its events and zones."""
    parts, stack, block = _Parts(), list[str](), None
    for number, content in _logical_lines(text):
        name = _NAME.match(content)
        word = name[0].upper() if name else ""
        value = content.partition(":")[2].strip().upper()
        if word == "BEGIN":
            stack.append(value)
            _check_depth(stack)
            if len(stack) == 2 and value in ("VEVENT", "VTIMEZONE"):  # noqa: PLR2004 - right inside of VCALENDAR
                block = _begun(parts, value, number)
        if block is not None:
            _keep(block, stack, word, content)
        elif len(stack) == 1:
            _note_of_calendar(parts, word, content)
        if word == "END" and value in stack:
            del stack[len(stack) - 1 - stack[::-1].index(value) :]
            if block is not None and len(stack) <= 1:
                block.is_open, block = False, None
    return parts


def _check_depth(stack: list[str]) -> None:
    if stack[0] != "VCALENDAR":
        raise NotACalendarError(N_("Das ist kein Kalender. Nehmen Sie eine Datei, die auf .ics endet."))
    if len(stack) > DEEPEST:
        raise NotACalendarError(N_("Der Kalender ist tiefer verschachtelt, als es einen Sinn ergibt."))


def _begun(parts: _Parts, kind: str, number: int) -> _Block:
    block = _Block(number)
    (parts.events if kind == "VEVENT" else parts.zones).append(block)
    if len(parts.events) > MOST_EVENTS:
        raise NotACalendarError(
            N_("Der Kalender enthält mehr als %(most)s Termine. Teilen Sie ihn auf."), most=MOST_EVENTS
        )
    return block


def _keep(block: _Block, stack: list[str], word: str, content: str) -> None:
    """Keep a line of an event that we use, or of a zone; alarms inside of events are left out."""
    is_event = stack[1:2] == ["VEVENT"]
    is_wanted = word in _WANTED or word in ("BEGIN", "END") if is_event else word in _OF_ZONES
    if not is_wanted or (is_event and len(stack) > 2):  # noqa: PLR2004 - below the event
        return
    if len(content) > LONGEST_PROPERTY:
        block.is_too_long = True
        return
    block.lines.append(content)


def _note_of_calendar(parts: _Parts, word: str, content: str) -> None:
    value = content.partition(":")[2].strip()
    if word == "X-WR-TIMEZONE":
        parts.zone_of_all = value[:100]
    elif word == "METHOD":
        parts.method = value.upper()


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield unfolded lines with the number of the first line that each stands on (RFC 5545, 3.1)."""
    pieces: list[str] = []
    begun_on = number = 0
    for match in _LINE.finditer(text):
        number += 1
        if number > MOST_LINES:
            raise NotACalendarError(N_("Die Datei hat zu viele Zeilen. Teilen Sie den Kalender auf."))
        piece = match[1]
        if piece[:1] in (" ", "\t") and pieces:
            pieces.append(piece[1:])
            continue
        if pieces:
            yield begun_on, "".join(pieces)
        pieces, begun_on = ([piece], number) if piece.strip() else ([], number)
    if pieces:
        yield begun_on, "".join(pieces)


def _learn_zone(block: _Block) -> None:
    """Let times of the file name this zone; one that makes no sense stays unknown, and so refuses its events alone."""
    try:
        with _limited_time():
            zone = icalendar.Timezone.from_ical(block.content)
            if isinstance(zone, icalendar.Timezone) and "TZID" in zone:
                tzp.cache_timezone_component(zone)
    except Exception:  # noqa: BLE001 - the library raises of everything; what came of it is asked for by name later
        return


def _known_zone(name: str) -> tzinfo | None:
    if not name:
        return None
    try:
        return tzp.timezone(name)
    except (ValueError, OSError):  # names with "..", NUL or a folder's
        return None


def _read_all(parts: _Parts, window: _Window) -> tuple[list[Entry], list[Unread]]:
    groups: dict[str, list[tuple[_Block, Event]]] = {}
    entries: list[Entry] = []
    unread: list[Unread] = []
    for block in parts.events:
        try:
            with _limited_time():
                event = _event(block)
                groups.setdefault(str(event["UID"]).strip(), []).append((block, event))
        except Exception as error:  # noqa: BLE001 - 75 of 955 real files make the library raise something
            unread.append(_refused(block, error))
    # A repetition whose change cannot be read would else be taken at its old time.
    broken = {each.uid for each in unread}
    for uid, group in groups.items():
        if uid in broken:
            unread.append(_refused(group[0][0], NotTakenError(_ANOTHER_IS_BROKEN)))
            continue
        try:
            with _limited_time():
                entries += _entries(uid, group, window, is_off=parts.method == "CANCEL")
        except Exception as error:  # noqa: BLE001 - as above
            unread.append(_refused(group[0][0], error))
        if len(entries) > MOST_ENTRIES:
            break
    return entries, unread


def _refused(block: _Block, error: Exception) -> Unread:
    match error:
        case Refusal():
            sentence = translate(error.sentence, "de", **error.values)
        case _TookTooLongError():
            sentence = translate(N_("Diesen Termin auszurechnen, dauert zu lange. Vereinfachen Sie die Wiederholung."))
        case _:
            sentence = translate(N_("Dieser Termin ist nicht lesbar."))
    uid, name = (_raw(block, each) for each in ("UID", "SUMMARY"))
    return Unread(uid=uid.strip(), line=block.line, name=one_line(name), sentence=sentence)


def _raw(block: _Block, name: str) -> str:
    """Return a text of a block that cannot be read as a whole, for whoever looks for it."""
    for content in block.lines:
        if re.match(rf"{name}[;:]", content, re.IGNORECASE):
            return _unescaped(content.partition(":")[2])
    return ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)


def _event(block: _Block) -> Event:
    """Return the event of a block; raises NotTakenError where it has not what every event has."""
    if block.is_open:
        raise NotTakenError(N_("Der Termin hört mitten in der Datei auf. Sie ist wohl unvollständig."))
    if block.is_too_long:
        raise NotTakenError(N_("Eine Angabe dieses Termins ist viel zu lang."))
    event: Event = icalendar.Event.from_ical(block.content)
    if not isinstance(event, icalendar.Event):
        raise NotTakenError(N_("Dieser Termin ist nicht lesbar."))
    broken = sorted({str(name) for name, _why in event.errors if name != "SEQUENCE"})
    if broken:
        raise NotTakenError(N_("Diese Angaben sind nicht lesbar: %(names)s."), names=", ".join(broken))
    if not str(event.get("UID", "")).strip():
        raise NotTakenError(N_("Dem Termin fehlt seine Kennung (UID), an der wir ihn wiedererkennen."))
    if "DTSTART" not in event:
        raise NotTakenError(N_("Dem Termin fehlt der Beginn."))
    _check_single(event)
    _check_zones(event)
    _check_rules(event)
    return event


def _check_single(event: Event) -> None:
    for name in ("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "SUMMARY", "STATUS"):
        if isinstance(event.get(name), list):
            raise NotTakenError(N_("Die Angabe %(name)s steht mehrmals da."), name=name)


def _check_zones(event: Event) -> None:
    """Refuse a time whose zone nobody knows: it would pass as one of ours."""
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"):
        values = event.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            zone = value.params.get("TZID") if hasattr(value, "params") else None
            times = [each.dt for each in value.dts] if hasattr(value, "dts") else [value.dt]
            if zone and any(isinstance(each, datetime) and each.tzinfo is None for each in times):
                raise NotTakenError(N_("Die Zeitzone „%(zone)s“ kennen wir nicht."), zone=one_line(str(zone), 60))


def _check_rules(event: Event) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        times_a_day = 1
        for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            times_a_day *= max(1, len(rule.get(name, [])))
        if times_a_day > 1 or _TOO_OFTEN & {str(each).upper() for each in rule.get("FREQ", [])}:
            raise NotTakenError(N_("Der Termin wiederholt sich mehrmals am Tag. Solche Termine nehmen wir nicht auf."))


def _entries(
    uid: str, group: list[tuple[_Block, Event]], window: _Window, *, is_off: bool
) -> list[Entry]:
    """Return what the events of one UID lead to: one entry, or each repetition with what was changed of it."""
    lines = {_recurrence(event, window.zone): block.line for block, event in group}
    events = [event for _block, event in group]
    repeats = any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    found = _occurrences(events, window) if repeats else [max(reversed(events), key=_sequence)]
    entries = []
    for event in found:
        if str(event.get("CLASS", "PUBLIC")).strip().upper() not in ("PUBLIC", ""):
            raise NotTakenError(N_("Der Termin ist als privat gekennzeichnet. Wir nehmen ihn nicht auf."))
        recurrence = _recurrence(event, window.zone) if repeats else ""
        line = lines.get(recurrence) or group[0][0].line
        entries.append(_entry((uid, recurrence), line, event, window.zone, is_off=is_off))
    return entries


def _occurrences(events: list[Event], window: _Window) -> list[Event]:
    whole = icalendar.Calendar()
    for event in events:
        whole.add_component(event)
    found: list[Event] = recurring_ical_events.of(whole).between(window.first_day, window.last_day + timedelta(days=1))
    if len(found) > MOST_OCCURRENCES:
        raise NotTakenError(N_("Die Wiederholung ergibt mehr als %(most)s Termine."), most=MOST_OCCURRENCES)
    return found


def _recurrence(event: Event, zone: tzinfo) -> str:
    """Return which repetition it is: the day, or the instant in UTC, at which the rule has it; "" for none."""
    if "RECURRENCE-ID" not in event:
        return ""
    at = event["RECURRENCE-ID"].dt
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}"
    return f"{_aware(at, zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _sequence(event: Event) -> int:
    value = event.get("SEQUENCE", 0)
    return min(int(value), 2**31 - 1) if isinstance(value, int) else 0


def _entry(key: tuple[str, str], line: int, event: Event, zone: tzinfo, *, is_off: bool) -> Entry:
    uid, recurrence = key
    status = str(event.get("STATUS", "")).strip().upper()
    return Entry(
        uid=uid,
        recurrence=recurrence,
        line=line,
        sequence=max(0, _sequence(event)),
        summary=one_line(_text(event, "SUMMARY")),
        description=plain_text(_text(event, "DESCRIPTION")),
        location=one_line(_text(event, "LOCATION")),
        website=web_address(_text(event, "URL")),
        when=_when(event, zone),
        is_cancelled=is_off or status == "CANCELLED",
        is_tentative=status == "TENTATIVE",
    )


def _text(event: Event, name: str) -> str:
    """Return a text; one that is there in several languages as it is there first."""
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def _when(event: Event, zone: tzinfo) -> When:
    """Return the wall times in Sachsen-Anhalt; raises NotTakenError where they are none."""
    start, end = event["DTSTART"].dt, _end(event)
    has_times = isinstance(start, datetime)
    if has_times != isinstance(end, datetime):
        raise NotTakenError(N_("Beginn und Ende passen nicht zusammen: Nur eines hat eine Uhrzeit."))
    if not FIRST_YEAR <= start.year <= LAST_YEAR or end.year > LAST_YEAR:
        raise NotTakenError(N_("Das Jahr %(year)s liegt zu weit weg."), year=start.year)
    if not has_times:
        return _days(start, end)
    begins, ends = (_aware(each, zone).astimezone(UTC).astimezone(BERLIN) for each in (start, end))
    if ends < begins:
        raise NotTakenError(N_("Das Ende liegt vor dem Beginn."))
    if _is_all_day(event, begins, ends):
        return _days(begins.date(), ends.date())
    if begins.fold or ends.fold:
        raise NotTakenError(N_("Diese Uhrzeit gibt es an diesem Tag zweimal, weil die Uhr zurückgestellt wird."))
    has_end = ends > begins
    return When(
        starts_on=begins.date(),
        ends_on=ends.date(),
        start_time=begins.time().replace(second=0, microsecond=0),
        end_time=ends.time().replace(second=0, microsecond=0) if has_end else None,
        precision=Precision.MINUTE,
    )


def _end(event: Event) -> Any:  # noqa: ANN401 - a day or an instant, as the start is
    """Return where it ends; a day without an end ends with itself, a time without one at once (3.6.1)."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return event["DTEND"].dt
    if "DURATION" in event:
        return start + event["DURATION"].dt
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _aware(value: datetime, zone: tzinfo) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=zone)


def _is_all_day(event: Event, begins: datetime, ends: datetime) -> bool:
    """Return whether Outlook means whole days by its midnights."""
    said = str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).strip().upper() == "TRUE"
    return said and ends > begins and not any((begins.hour, begins.minute, ends.hour, ends.minute))


def _days(first: date, end: date) -> When:
    """Return whole days; the end is exclusive."""
    last = end - timedelta(days=1)
    if end < first:
        raise NotTakenError(N_("Das Ende liegt vor dem Beginn."))
    return When(starts_on=first, ends_on=max(first, last), precision=Precision.DAY)


@contextmanager
def _limited_time() -> Iterator[None]:
    """Raise _TookTooLongError inside where one event takes more than its share of this process's time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TookTooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS_EACH)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def main() -> None:
    """Read standard input under limits and write what was read, or the sentence why not."""
    for limit, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    warnings.simplefilter("ignore")
    first_day, last_day = (date.fromisoformat(each) for each in sys.argv[1:3])
    text = sys.stdin.buffer.read().decode("utf-8")
    try:
        answer = parse(text, first_day=first_day, last_day=last_day).as_plain()
    except NotACalendarError as error:
        answer = {"refused": translate(error.sentence, "de", **error.values)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
