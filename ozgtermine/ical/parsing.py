"""Reads a calendar in a process of its own, which `reading` starts: what somebody has made to harm us harms only this.

`python -m ozgtermine.ical.parsing FIRST_DAY LAST_DAY < calendar` writes what it has read as JSON. Each event is cut out
and read by itself, so that it is refused alone and with its line; properties that we do not use are not read at all.
"""

import json
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from types import FrameType

import icalendar
import recurring_ical_events
from icalendar.timezone import tzp

from ozgtermine.clock import BERLIN
from ozgtermine.errors import Refusal
from ozgtermine.ical.blocks import Block, NotACalendarError, Parts, parts_of
from ozgtermine.ical.foreign_entry import Event, NotTakenError, foreign_entry, recurrence_of, sequence_of
from ozgtermine.rules.foreign_calendar import Entry, ForeignCalendar, Unread, one_line
from ozgtermine.wording import N_, translate

MOST_ENTRIES = 2_000
MOST_OCCURRENCES = 400
CPU_SECONDS = 10
CPU_SECONDS_EACH = 1.0
MEMORY_BYTES = 512_000_000

_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_ANOTHER_IS_BROKEN = N_(
    "Eine Ausnahme dieses wiederholten Termins ist nicht lesbar. Wir nehmen auch die übrigen nicht auf."
)
_NEVER_WITHIN = N_("Vom %(first)s bis zum %(last)s findet keine Wiederholung dieses Termins statt.")
_OTHER_METHODS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"})


class _TookTooLongError(Exception):
    """One event has used up its time."""


@dataclass(frozen=True)
class _Window:
    """Between which days repetitions count, and where times without a zone are at home."""

    first_day: date
    last_day: date
    zone: tzinfo

    @property
    def as_words(self) -> dict[str, str]:
        return {"first": f"{self.first_day:%d.%m.%Y}", "last": f"{self.last_day:%d.%m.%Y}"}


def parse(text: str, *, first_day: date, last_day: date) -> ForeignCalendar:
    """Return the entries of a calendar, its repetitions from `first_day` to `last_day`, in order of date.

    Raises NotACalendarError where it is none, or has nothing in it, or too much.
    """
    parts = parts_of(text)
    if parts.method in _OTHER_METHODS:
        raise NotACalendarError(N_("Das ist die Antwort auf eine Einladung und kein Kalender."))
    if not parts.events:
        raise NotACalendarError(N_("Der Kalender enthält keine Termine."))
    for zone in parts.zones:
        _learn_zone(zone)
    window = _Window(first_day, last_day, _known_zone(parts.zone_of_all) or BERLIN)
    read = _read_all(parts, window)
    if len(read.entries) > MOST_ENTRIES:
        raise NotACalendarError(
            N_("Der Kalender enthält mehr als %(most)s Termine. Teilen Sie ihn auf."), most=MOST_ENTRIES
        )
    return read


def _learn_zone(block: Block) -> None:
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


def _read_all(parts: Parts, window: _Window) -> ForeignCalendar:
    groups: dict[str, list[tuple[Block, Event]]] = {}
    entries: list[Entry] = []
    unread: list[Unread] = []
    left_out: list[Unread] = []
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
                found = _entries(uid, group, window, is_off=parts.method == "CANCEL")
            entries += found
            if not found:
                left_out.append(_unread(group[0][0], translate(_NEVER_WITHIN, **window.as_words)))
        except Exception as error:  # noqa: BLE001 - as above
            unread.append(_refused(group[0][0], error))
        if len(entries) > MOST_ENTRIES:
            break
    return ForeignCalendar(
        entries=tuple(sorted(entries, key=lambda each: (each.when.starts_on, str(each.when.start_time), each.key))),
        unread=tuple(sorted(unread, key=lambda each: each.line)),
        left_out=tuple(sorted(left_out, key=lambda each: each.line)),
    )


def _refused(block: Block, error: Exception) -> Unread:
    match error:
        case Refusal():
            sentence = translate(error.sentence, "de", **error.values)
        case _TookTooLongError():
            sentence = translate(N_("Diesen Termin auszurechnen, dauert zu lange. Vereinfachen Sie die Wiederholung."))
        case _:
            sentence = translate(N_("Dieser Termin ist nicht lesbar."))
    return _unread(block, sentence)


def _unread(block: Block, sentence: str) -> Unread:
    uid, name = (block.text(each) for each in ("UID", "SUMMARY"))
    return Unread(uid=uid.strip(), line=block.line, name=one_line(name), sentence=sentence)


def _event(block: Block) -> Event:
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
    uid: str, group: list[tuple[Block, Event]], window: _Window, *, is_off: bool
) -> list[Entry]:
    """Return what the events of one UID lead to: one entry, or each repetition with what was changed of it."""
    lines = {recurrence_of(event, window.zone): block.line for block, event in group}
    events = [event for _block, event in group]
    repeats = any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    found = _occurrences(events, window) if repeats else [max(reversed(events), key=sequence_of)]
    entries = []
    for event in found:
        if str(event.get("CLASS", "PUBLIC")).strip().upper() not in ("PUBLIC", ""):
            raise NotTakenError(N_("Der Termin ist als privat gekennzeichnet. Wir nehmen ihn nicht auf."))
        recurrence = recurrence_of(event, window.zone) if repeats else ""
        line = lines.get(recurrence) or group[0][0].line
        entries.append(foreign_entry((uid, recurrence), line, event, window.zone, is_off=is_off))
    return entries


def _occurrences(events: list[Event], window: _Window) -> list[Event]:
    whole = icalendar.Calendar()
    for event in events:
        whole.add_component(event)
    found: list[Event] = recurring_ical_events.of(whole).between(window.first_day, window.last_day + timedelta(days=1))
    if len(found) > MOST_OCCURRENCES:
        raise NotTakenError(N_("Die Wiederholung ergibt mehr als %(most)s Termine."), most=MOST_OCCURRENCES)
    return found


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
