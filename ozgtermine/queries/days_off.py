"""Days on which nothing is planned: public holidays of Sachsen-Anhalt, and the two eves."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=64)
def _of_year(year: int) -> frozenset[date]:
    from holidays.countries.germany import Germany  # it loads the calendars of all countries

    holidays = Germany(subdiv="ST", years=year, language="de")
    return frozenset({*holidays, date(year, 12, 24), date(year, 12, 31)})


def days_off(first: date, last: date) -> Collection[date]:
    """Return the days off from `first` to `last`, both included."""
    every = frozenset[date]().union(*(_of_year(year) for year in range(first.year, last.year + 1)))
    return frozenset(day for day in every if first <= day <= last)
