"""Dates, times and sizes as people read them. Nothing unknown is shown as midnight."""

from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from ozgtermine.clock import BERLIN
from ozgtermine.rules.schedule import Precision, When
from ozgtermine.wording import N_, translate

KILOBYTE = 1_000
MEGABYTE = 1_000_000
_PATTERNS = {
    "de": {
        "long": "EEEE, d. MMMM y",
        "full": "d. MMMM y",
        "short": "EE, dd.MM.y",
        "month": "MMMM y",
        "short month": "MMM",
        "weekday": "EE",
        "numeric": "dd.MM.y",
    },
    "en": {
        "long": "EEEE, d MMMM y",
        "full": "d MMMM y",
        "short": "EE, d MMM y",
        "month": "MMMM y",
        "short month": "MMM",
        "weekday": "EE",
        "numeric": "dd/MM/y",
    },
}


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, language: str) -> str:
    text = format_date(day, _PATTERNS[language][pattern], locale=language)
    if pattern == "weekday":
        return text.rstrip(".")
    return text.replace(".,", ",") if pattern == "short" else text


def long_day(day: date, language: str = "de") -> str:
    """Return "Mittwoch, 22. Februar 2023"."""
    return _formatted(day, "long", language)


def full_day(day: date, language: str = "de") -> str:
    """Return "22. Februar 2023"."""
    return _formatted(day, "full", language)


def short_day(day: date, language: str = "de") -> str:
    """Return "Mi, 22.02.2023", for tables."""
    return _formatted(day, "short", language)


def numeric_day(day: date, language: str = "de") -> str:
    """Return "22.02.2023"."""
    return _formatted(day, "numeric", language)


def month_heading(day: date, language: str = "de") -> str:
    """Return "Februar 2023"."""
    return _formatted(day, "month", language)


def weekday_short(day: date, language: str = "de") -> str:
    """Return "Mi"."""
    return _formatted(day, "weekday", language)


def month_short(day: date, language: str = "de") -> str:
    """Return "Feb."."""
    return _formatted(day, "short month", language)


def clock(value: time) -> str:
    """Return "10:00"."""
    return f"{value:%H:%M}"


@lru_cache(maxsize=2048)
def long_when(value: When, language: str = "de") -> str:
    """Return day and time of an event in a sentence's words, or what is known of them."""
    days = _days(value, language)
    if value.start_time is None or not value.is_known_to_the_day:
        return days
    return f"{days}, {_times(value, language)}"


def time_of(value: When, language: str = "de") -> str:
    """Return the times alone, or that they follow."""
    return _times(value, language) if value.start_time else translate(N_("Uhrzeit folgt"), language)


def _days(value: When, language: str) -> str:
    if value.precision is Precision.WEEK:
        return translate(N_("Kalenderwoche %(week)s/%(year)s"), language, **_iso_week(value.starts_on))
    if value.precision is Precision.MONTH:
        return month_heading(value.starts_on, language)
    return day_range(value.starts_on, value.ends_on, language)


def _iso_week(day: date) -> dict[str, int]:
    year, week, _weekday = day.isocalendar()
    return {"week": week, "year": year}


def day_range(first: date, last: date, language: str = "de") -> str:
    """Return one day in words, or "29.–30. März 2023"."""
    if first == last:
        return long_day(first, language)
    if (first.year, first.month) == (last.year, last.month):
        mark = "." if language == "de" else ""
        return f"{first.day}{mark}–{full_day(last, language)}"
    return f"{full_day(first, language)} – {full_day(last, language)}"


def _times(value: When, language: str) -> str:
    if value.start_time is None:
        return ""
    if value.end_time is None:
        return translate(N_("%(start)s Uhr"), language, start=clock(value.start_time))
    return translate(
        N_("%(start)s bis %(end)s Uhr"), language, start=clock(value.start_time), end=clock(value.end_time)
    )


def long_instant(value: datetime, language: str = "de") -> str:
    """Return an instant as day and time in Sachsen-Anhalt."""
    local = value.astimezone(BERLIN)
    return f"{long_day(local.date(), language)}, {translate(N_('%(start)s Uhr'), language, start=clock(local.time()))}"


def clock_time(value: datetime) -> str:
    """Return the time of an instant in Sachsen-Anhalt, "10:42"."""
    return clock(value.astimezone(BERLIN).time())


def short_instant(value: datetime, language: str = "de") -> str:
    """Return "22.02.2023, 10:00 Uhr"."""
    local = value.astimezone(BERLIN)
    time_text = translate(N_("%(start)s Uhr"), language, start=clock(local.time()))
    return f"{numeric_day(local.date(), language)}, {time_text}"


def iso(value: When) -> str:
    """Return the machine-readable start for `<time datetime>` (HTML, 4.5.14): a week, month, day or local time."""
    if value.precision is Precision.WEEK:
        return "{year}-W{week:02}".format(**_iso_week(value.starts_on))
    if value.precision is Precision.MONTH:
        return f"{value.starts_on:%Y-%m}"
    if value.start_time is None:
        return value.starts_on.isoformat()
    return f"{value.starts_on.isoformat()}T{clock(value.start_time)}"


def file_size(size_bytes: int, language: str = "de") -> str:
    """Return "2,1 MB" (decimal units, as file managers of today show them)."""
    if size_bytes < KILOBYTE:
        return translate(N_("%(size)s Byte"), language, size=size_bytes)
    if size_bytes < MEGABYTE:
        return f"{format_decimal(round(size_bytes / KILOBYTE), locale=language)} KB"
    return f"{format_decimal(round(size_bytes / MEGABYTE, 1), format='#,##0.0', locale=language)} MB"


FILTERS = {
    each.__name__: each
    for each in (
        long_day, full_day, short_day, numeric_day, month_heading, weekday_short, month_short, clock, long_when,
        time_of, day_range, long_instant, clock_time, short_instant, iso, file_size,
    )
}
