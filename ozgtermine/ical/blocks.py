"""Cuts a calendar into its events and zones, line by line, each to be read by itself (RFC 5545, 3.1 and 3.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ozgtermine.errors import Refusal
from ozgtermine.wording import N_

MOST_EVENTS = 2_000
MOST_LINES = 300_000
LONGEST_PROPERTY = 50_000
DEEPEST = 6

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_WANTED = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SUMMARY", "DESCRIPTION",
    "LOCATION", "URL", "STATUS", "SEQUENCE", "CLASS", "X-MICROSOFT-CDO-ALLDAYEVENT",
})  # fmt: skip
_OF_ZONES = frozenset({"TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE", "RDATE", "BEGIN", "END"})


class NotACalendarError(Refusal):
    """Nothing of the file can be read."""


@dataclass
class Block:
    """The lines of an event or a zone, and where it begins; one that `is_open` never ended."""

    line: int
    lines: list[str] = field(default_factory=list)
    is_open: bool = True
    is_too_long: bool = False

    @property
    def content(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"

    def text(self, name: str) -> str:
        """Return a text of a block that cannot be read as a whole, for whoever looks for it."""
        for content in self.lines:
            if re.match(rf"{name}[;:]", content, re.IGNORECASE):
                return _unescaped(content.partition(":")[2])
        return ""


@dataclass
class Parts:
    """What a calendar is made of."""

    events: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)
    zone_of_all: str = ""
    method: str = ""


def parts_of(text: str) -> Parts:
    """Cut a calendar into its events and zones. Raises NotACalendarError."""
    parts, stack, block = Parts(), list[str](), None
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


def _begun(parts: Parts, kind: str, number: int) -> Block:
    block = Block(number)
    (parts.events if kind == "VEVENT" else parts.zones).append(block)
    if len(parts.events) > MOST_EVENTS:
        raise NotACalendarError(
            N_("Der Kalender enthält mehr als %(most)s Termine. Teilen Sie ihn auf."), most=MOST_EVENTS
        )
    return block


def _keep(block: Block, stack: list[str], word: str, content: str) -> None:
    """Keep a line of an event that we use, or of a zone; alarms inside of events are left out."""
    is_event = stack[1:2] == ["VEVENT"]
    is_wanted = word in _WANTED or word in ("BEGIN", "END") if is_event else word in _OF_ZONES
    if not is_wanted or (is_event and len(stack) > 2):  # noqa: PLR2004 - below the event
        return
    if len(content) > LONGEST_PROPERTY:
        block.is_too_long = True
        return
    block.lines.append(content)


def _note_of_calendar(parts: Parts, word: str, content: str) -> None:
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


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)
