"""A programme in words: its days, and how it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ozgtermine.models import Programme, ProgrammeItem, ProgrammeState
from ozgtermine.rendering.dates import long_day, numeric_day, short_day
from ozgtermine.rendering.words import ITEM_KINDS
from ozgtermine.rules.programme import day_of, number_of_days
from ozgtermine.rules.schedule import When
from ozgtermine.wording import N_, translate


@dataclass(frozen=True, kw_only=True)
class ProgrammeDay:
    """The items of a day; `held_on` is None while the event's days are not known."""

    number: int
    held_on: date | None
    heading: str
    items: Sequence[ProgrammeItem]


def programme_days(programme: Programme, language: str = "de") -> Iterator[ProgrammeDay]:
    """Yield the days of the programme that have items."""
    event = programme.event.when
    for number, items in groupby(programme.items, key=lambda item: item.day):
        held_on = day_of(event, number) if event.is_known_to_the_day else None
        heading = long_day(held_on, language) if held_on else day_without_date(number, language)
        yield ProgrammeDay(number=number, held_on=held_on, heading=heading, items=list(items))


def day_without_date(number: int, language: str = "de") -> str:
    return translate(N_("Tag %(number)s"), language, number=number)


def day_choices(event: When) -> list[tuple[int, str]]:
    """Return the days that an item can be on."""
    days = range(1, number_of_days(event) + 1)
    if not event.is_known_to_the_day:
        return [(number, day_without_date(number)) for number in days]
    return [(number, short_day(day_of(event, number))) for number in days]


def kind_text(item: ProgrammeItem, language: str = "de") -> str:
    return translate(ITEM_KINDS[item.kind], language)


def standing(programme: Programme, language: str = "de") -> str:
    """Return how the programme stands: "Vorläufiges Programm, Stand: 06.02.2023"."""
    is_final = programme.state is ProgrammeState.FINAL
    said = N_("Programm, Stand: %(day)s") if is_final else N_("Vorläufiges Programm, Stand: %(day)s")
    return translate(said, language, day=numeric_day(programme.stands_at, language))
