"""Deadlines in working hours: on working days from 08 to 18 o'clock, local time."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ozgtermine.rules.schedule import ZONE

OPENS, CLOSES = time(8), time(18)
HOURS_A_DAY = 10
SATURDAY = 5


def latest_day(start: datetime, hours: int) -> date:
    """Return a day that `deadline` never passes: what days off must be known up to."""
    return start.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=30 + 3 * hours // HOURS_A_DAY)


def deadline(start: datetime, hours: int, *, days_off: Collection[date]) -> datetime:
    """Return the instant, in UTC, at which `hours` working hours after `start` have passed.

    A start outside of working hours counts from the next morning; the deadline itself lies within them.
    """
    local = start.astimezone(ZoneInfo(ZONE))
    day, clock = local.date(), max(local.time(), OPENS)
    left = timedelta(hours=hours)
    while True:
        if _is_working(day, days_off) and clock < CLOSES:
            today = datetime.combine(day, CLOSES) - datetime.combine(day, clock)
            if left <= today:
                return (datetime.combine(day, clock) + left).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
            left -= today
        day, clock = day + timedelta(days=1), OPENS


def _is_working(day: date, days_off: Collection[date]) -> bool:
    return day.weekday() < SATURDAY and day not in days_off
