"""A calendar to subscribe to: a constant header, and the kept entries joined.

No METHOD, and no UID: vdirsyncer kept one of six events of a calendar that had one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ozgtermine.ical.lines import line, text
from ozgtermine.ical.timezone import VTIMEZONE, ZONE

PRODID = "-//Sachsen-Anhalt MID//OZG-Termine//DE"
POLL_EVERY = "PT4H"
MOST_BYTES = 1_000_000
"""Google takes no larger one."""
BYTES_FOR_THE_REST = 120_000
"""What the header and the entries of what has left may take."""
_DAYS = re.compile(rb"\r\nDTSTART[^:]*:(\d{8})[^\r]*\r\nDTEND[^:]*:(\d{8})")
# Apple wants the value, RFC 7986 the name (CSS Color 3).
COLOURS = {
    "steelblue": "#4682B4",
    "seagreen": "#2E8B57",
    "darkcyan": "#008B8B",
    "olivedrab": "#6B8E23",
    "darkorchid": "#9932CC",
    "slategray": "#708090",
    "dimgray": "#696969",
    "darkgoldenrod": "#B8860B",
    "firebrick": "#B22222",
    "royalblue": "#4169E1",
}


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What a calendar says of itself; `address` is its own, `page` the one for people."""

    name: str
    description: str
    colour: str
    address: str
    page: str


def calendar(feed: Feed, entries: Iterable[bytes]) -> bytes:
    """Return the whole calendar of kept `entries`."""
    return b"".join((header(feed), *entries, b"END:VCALENDAR\r\n"))


def that_fit(entries: Sequence[bytes], today: date) -> list[bool]:
    """Return for each entry whether the calendar has room for it.

    What is over gives way first, the longest ago first of all; then what is farthest away.
    """
    room = MOST_BYTES - BYTES_FOR_THE_REST
    if sum(map(len, entries)) <= room:
        return [True] * len(entries)
    fits = [False] * len(entries)
    for _distance, number in sorted((_distance_to(today, entry), number) for number, entry in enumerate(entries)):
        room -= len(entries[number])
        if room < 0:
            break
        fits[number] = True
    return fits


def _distance_to(today: date, entry: bytes) -> tuple[bool, int]:
    """Return what puts the nearest first; days, not instants, so that a calendar changes by itself at midnight."""
    found = _DAYS.search(entry)
    assert found  # noqa: S101 - every entry of ours has both
    starts_on, ends_on = (date.fromisoformat(each.decode()) for each in found.groups())
    return ends_on < today, abs((starts_on - today).days)


def header(feed: Feed) -> bytes:
    """Return all that stands before the first entry; Nextcloud polls weekly where the interval is missing."""
    return b"".join(
        (
            b"BEGIN:VCALENDAR\r\n",
            line("VERSION", "2.0"),
            line("PRODID", PRODID),
            line("CALSCALE", "GREGORIAN"),
            text("NAME", feed.name),
            text("X-WR-CALNAME", feed.name),
            text("DESCRIPTION", feed.description),
            text("X-WR-CALDESC", feed.description),
            line("X-WR-TIMEZONE", ZONE),
            line("REFRESH-INTERVAL;VALUE=DURATION", POLL_EVERY),
            line("X-PUBLISHED-TTL", POLL_EVERY),
            *_colour(feed.colour),
            line("SOURCE;VALUE=URI", feed.address),
            line("URL", feed.page),
            VTIMEZONE,
        )
    )


def _colour(name: str) -> Iterable[bytes]:
    if name in COLOURS:
        yield line("COLOR", name)
        yield line("X-APPLE-CALENDAR-COLOR", COLOURS[name])
