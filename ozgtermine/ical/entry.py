"""The one writer of VEVENTs: what an entry says, in a fixed order of its properties."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ozgtermine.clock import BERLIN
from ozgtermine.ical.lines import day, line, text, utc
from ozgtermine.ical.timezone import ZONE
from ozgtermine.rules import schedule
from ozgtermine.rules.schedule import When

DEFAULT_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is written: values, and for what not every entry has, whole lines; `related_to` is another entry's UID."""

    uid: str
    created_at: datetime
    changed_at: datetime
    sequence: int
    times: tuple[bytes, ...]
    summary: str
    description: str
    place: str
    page: str
    category: str
    status: str
    is_busy: bool
    conference: tuple[bytes, ...] = ()
    people: tuple[bytes, ...] = ()
    related_to: str = ""
    attachments: tuple[bytes, ...] = ()


def vevent_of(entry: Entry) -> bytes:
    """Return the entry as bytes."""
    return b"".join(
        (
            b"BEGIN:VEVENT\r\n",
            *_identity(entry),
            *entry.times,
            text("SUMMARY", entry.summary),
            text("DESCRIPTION", entry.description),
            *entry.conference,
            text("LOCATION", entry.place),
            line("URL", entry.page),
            text("CATEGORIES", entry.category),
            line("STATUS", entry.status),
            line("TRANSP", "OPAQUE" if entry.is_busy else "TRANSPARENT"),
            *entry.people,
            *((text("RELATED-TO", entry.related_to),) if entry.related_to else ()),
            *entry.attachments,
            b"END:VEVENT\r\n",
        )
    )


def _identity(entry: Entry) -> Iterator[bytes]:
    """Yield what tells entries and their versions apart.

    DTSTAMP is the last change and never now: a feed that moved with every poll made 189,000 false changes a day in
    one Nextcloud.
    """
    yield text("UID", entry.uid)
    yield line("DTSTAMP", utc(entry.changed_at))
    yield line("CREATED", utc(entry.created_at))
    yield line("LAST-MODIFIED", utc(entry.changed_at))
    yield line("SEQUENCE", str(entry.sequence))


def is_all_day(when: When) -> bool:
    return when.start_time is None or when.has_several_days


def times_of(when: When, *, usual_minutes: int | None = None) -> tuple[bytes, ...]:
    """Return DTSTART and a DTEND that is always later; the end of days is exclusive (RFC 5545, 3.6.1)."""
    if is_all_day(when):
        return (
            line("DTSTART;VALUE=DATE", day(when.starts_on)),
            line("DTEND;VALUE=DATE", day(when.ends_on + timedelta(days=1))),
        )
    starts_at = schedule.starts_at(when)
    minutes = usual_minutes or DEFAULT_MINUTES
    ends_at = schedule.ends_at(when) if when.end_time else starts_at + timedelta(minutes=minutes)
    return (line(f"DTSTART;TZID={ZONE}", _local(starts_at)), line(f"DTEND;TZID={ZONE}", _local(ends_at)))


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(BERLIN):%Y%m%dT%H%M%S}"
