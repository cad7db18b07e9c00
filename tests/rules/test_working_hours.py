"""Deadlines on working days from 8 to 18 o'clock, in local time."""

from datetime import UTC, date, datetime

import pytest

from ozgtermine.queries.days_off import days_off
from ozgtermine.rules.working_hours import deadline, latest_day

EASTER = days_off(date(2023, 4, 1), date(2023, 4, 30))


def berlin(day: str, clock: str, *, utc_hours: int) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}+0{utc_hours}:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # within a day; over night; from the evening; over a weekend
        (berlin("2023-02-06", "09:00", utc_hours=1), 4, berlin("2023-02-06", "13:00", utc_hours=1)),
        (berlin("2023-02-06", "16:00", utc_hours=1), 4, berlin("2023-02-07", "10:00", utc_hours=1)),
        (berlin("2023-02-06", "20:00", utc_hours=1), 10, berlin("2023-02-07", "18:00", utc_hours=1)),
        (berlin("2023-02-10", "17:00", utc_hours=1), 2, berlin("2023-02-13", "09:00", utc_hours=1)),
        (berlin("2023-02-11", "03:00", utc_hours=1), 1, berlin("2023-02-13", "09:00", utc_hours=1)),
        # Good Friday and Easter Monday are days off; the clock change of 26.03.2023 is none of the deadline's business
        (berlin("2023-04-06", "17:00", utc_hours=2), 2, berlin("2023-04-11", "09:00", utc_hours=2)),
        (berlin("2023-03-24", "17:00", utc_hours=1), 2, berlin("2023-03-27", "09:00", utc_hours=2)),
    ],
)
def test_a_deadline_counts_working_hours_alone(start: datetime, hours: int, end: datetime) -> None:
    assert deadline(start, hours, days_off=EASTER) == end
    assert end.date() <= latest_day(start, hours)
