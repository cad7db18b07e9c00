"""The one place that reads the clock for the domain: `now()`.

In demonstration mode the clock is moved by a fixed offset that goes on ticking, the same for server and worker.
Sessions, rate limits and the Date of mails use the real time.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

_offset = timedelta(0)


def now() -> datetime:
    """Return the product's present instant, aware and in UTC."""
    return datetime.now(UTC) + _offset


def real_now() -> datetime:
    """Return the true instant, also in a demonstration: for sessions, limits and one-time links."""
    return datetime.now(UTC)


def today() -> date:
    """Return the product's present day in Sachsen-Anhalt."""
    return berlin_day(now())


def berlin_day(instant: datetime) -> date:
    """Return the day of `instant` in Sachsen-Anhalt."""
    return instant.astimezone(BERLIN).date()


def shift(offset: timedelta) -> None:
    """Move the clock by `offset` from now on; only `create_app` of a demonstration does this."""
    global _offset  # noqa: PLW0603 - one process has one clock
    _offset = offset


def days_until(day: date) -> int:
    """Return by how many days the clock must be shifted so that today is `day`, at the same time of day."""
    return (day - datetime.now(UTC).astimezone(BERLIN).date()).days
