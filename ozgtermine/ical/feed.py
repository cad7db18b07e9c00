"""A calendar to subscribe to: a constant header, and the kept entries joined.

No METHOD, and no UID: vdirsyncer kept one of six events of a calendar that had one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ozgtermine.ical.lines import line, text
from ozgtermine.ical.timezone import VTIMEZONE, ZONE
from ozgtermine.models import Event

PRODID = "-//Sachsen-Anhalt MID//OZG-Termine//DE"
POLL_EVERY = "PT4H"
MOST_BYTES = 1_000_000
"""Google takes no larger one."""
BYTES_FOR_THE_REST = 120_000
"""What the header and the entries of what has left may take."""
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


def that_fit(events: Sequence[Event], entries: Sequence[bytes], today: date) -> list[tuple[Event, bytes]]:
    """Return the events with their entries, in their order, without those that a calendar has no room for.

    What is over gives way first, the longest ago first of all; then what is farthest away.
    """
    pairs = list(zip(events, entries, strict=True))
    room = MOST_BYTES - BYTES_FOR_THE_REST
    if sum(map(len, entries)) <= room:
        return pairs
    fits = set()
    for event, entry in sorted(pairs, key=lambda pair: _distance(pair[0], today)):
        room -= len(entry)
        if room < 0:
            break
        fits.add(event.uid)
    return [pair for pair in pairs if pair[0].uid in fits]


def _distance(event: Event, today: date) -> tuple[bool, int, str]:
    """Return what puts the nearest first; days, not instants, so that a calendar changes by itself at midnight."""
    return event.ends_on < today, abs((event.starts_on - today).days), event.uid


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
