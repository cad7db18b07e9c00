"""A calendar to subscribe to: a constant header, and the kept entries joined.

No METHOD, and no UID: vdirsyncer kept one of six events of a calendar that had one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ozgtermine.ical.component import times_in
from ozgtermine.ical.lines import line, text
from ozgtermine.ical.timezone import VTIMEZONE, ZONE

PRODID = "-//Sachsen-Anhalt MID//OZG-Termine//DE"
POLL_EVERY = "PT4H"
MOST_BYTES = 1_000_000
"""Google takes no larger one."""
BYTES_FOR_THE_REST = 120_000
"""What the header and the entries of what has left may take."""
_DAYS = re.compile(r"DTSTART[^:]*:(\d{8})[^\r]*\r\nDTEND[^:]*:(\d{8})")
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
    nearest = sorted(range(len(entries)), key=lambda number: (distance_to(today, times_in(entries[number])), number))
    fitting = set(nearest[: number_that_fit(len(entries[number]) for number in nearest)])
    return [number in fitting for number in range(len(entries))]


def number_that_fit(sizes: Iterable[int]) -> int:
    """Return for how many there is room, the first ones first."""
    room, number = MOST_BYTES - BYTES_FOR_THE_REST, 0
    for size in sizes:
        room -= size
        if room < 0:
            break
        number += 1
    return number


def distance_to(today: date, times: str) -> tuple[bool, int]:
    """Return what puts the nearest first; days, not instants, so that a calendar changes by itself at midnight."""
    starts_on, ends_on = _days(times)
    return ends_on < today, abs((starts_on - today).days)


@lru_cache(maxsize=4_096)
def _days(times: str) -> tuple[date, date]:
    found = _DAYS.match(times)
    assert found  # noqa: S101 - every entry of ours has both
    starts_on, ends_on = map(date.fromisoformat, found.groups())
    return starts_on, ends_on


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
