"""When an event is: what is known of its day and time, and the UTC instants derived from it.

The stored truth is wall time plus zone; what is unknown stays unknown and is never midnight.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ozgtermine.errors import InvalidValueError
from ozgtermine.wording import N_

ZONE = "Europe/Berlin"
REMINDER_TIME = time(8)


class Precision(StrEnum):
    """How exactly the date is known; a `week` or `month` is stored by its first day."""

    MINUTE = "minute"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class When:
    """Wall time of an event: first and last day (inclusive), start and end where known."""

    starts_on: date
    ends_on: date
    start_time: time | None = None
    end_time: time | None = None
    precision: Precision = Precision.MINUTE
    zone: str = ZONE

    @property
    def is_known_to_the_day(self) -> bool:
        return self.precision in (Precision.MINUTE, Precision.DAY)

    @property
    def has_several_days(self) -> bool:
        return self.ends_on > self.starts_on


def when(  # noqa: PLR0913 - an event's wall time has these parts, all named
    *,
    starts_on: date,
    ends_on: date | None = None,
    start_time: time | None = None,
    end_time: time | None = None,
    precision: Precision | None = None,
    zone: str = ZONE,
) -> When:
    """Return a checked When: without a time the precision is a day; weeks and months are widened to whole ones.

    Raises InvalidValueError with the field's name where the parts contradict each other, or where a wall time does
    not exist or exists twice on a day of clock change.
    """
    known = precision or (Precision.MINUTE if start_time else Precision.DAY)
    if known is Precision.MINUTE and start_time is None:
        known = Precision.DAY
    if known in (Precision.WEEK, Precision.MONTH):
        first, last = _week_of(starts_on) if known is Precision.WEEK else _month_of(starts_on)
        return When(starts_on=first, ends_on=last, precision=known, zone=zone)
    last = ends_on or starts_on
    _check_order(starts_on, last, start_time, end_time)
    for day, clock_time, field in ((starts_on, start_time, "start_time"), (last, end_time, "end_time")):
        if clock_time is not None:
            _check_exists_once(day, clock_time, zone, field)
    return When(
        starts_on=starts_on,
        ends_on=last,
        start_time=start_time,
        end_time=end_time if start_time else None,
        precision=known,
        zone=zone,
    )


def _check_order(first: date, last: date, start: time | None, end: time | None) -> None:
    if last < first:
        raise InvalidValueError(N_("Das Ende liegt vor dem Beginn. Prüfen Sie die beiden Tage."), field="ends_on")
    if end and not start:
        raise InvalidValueError(N_("Geben Sie auch die Uhrzeit des Beginns ein."), field="start_time")
    if first == last and start and end and end <= start:
        raise InvalidValueError(N_("Das Ende muss nach dem Beginn liegen. Prüfen Sie die Uhrzeiten."), field="end_time")


def _check_exists_once(day: date, clock_time: time, zone: str, field: str) -> None:
    tz = ZoneInfo(zone)
    wall = datetime.combine(day, clock_time)
    first, second = (wall.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != wall:
        raise InvalidValueError(
            N_("Diese Uhrzeit gibt es an diesem Tag nicht, weil die Uhr vorgestellt wird."), field=field
        )
    if first.utcoffset() != second.utcoffset():
        raise InvalidValueError(
            N_("Diese Uhrzeit gibt es an diesem Tag zweimal, weil die Uhr zurückgestellt wird."), field=field
        )


def _week_of(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def starts_at(value: When) -> datetime:
    """Return the instant, in UTC, from which the event counts as begun: its start, else its first day's midnight."""
    return _instant(value.starts_on, value.start_time or time(0), value.zone)


def ends_at(value: When) -> datetime:
    """Return the instant, in UTC, from which the event counts as over: its end, else the end of its last day."""
    if value.end_time:
        return _instant(value.ends_on, value.end_time, value.zone)
    return _instant(value.ends_on + timedelta(days=1), time(0), value.zone)


def registration_closes_at(value: When) -> datetime:
    """Return the default end of registration: the start, or the end of the day before where no time is known."""
    return starts_at(value)


def reminders_count_from(value: When) -> datetime:
    """Return the instant that reminders count back from: the start, or 08:00 where no time is known."""
    return _instant(value.starts_on, value.start_time or REMINDER_TIME, value.zone)


def _instant(day: date, clock_time: time, zone: str) -> datetime:
    return datetime.combine(day, clock_time, ZoneInfo(zone)).astimezone(UTC)
