"""An event's programme: when its items are, counted from the event's first day, and who speaks.

An item knows the number of its day, not the day: when the event moves, its programme has moved with it.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from ozgtermine.errors import InvalidValueError
from ozgtermine.rules import schedule
from ozgtermine.rules.schedule import When
from ozgtermine.wording import N_

# so that the programme's calendar stays below the megabyte at which Google drops one
MOST_ITEMS = 200
LONGEST_DESCRIPTION = 2_000
LONGEST_SPEAKERS = 1_000
MOST_VAGUE_DAYS = 7
"""How many days a programme can have while those of its event are not known."""


class ItemKind(StrEnum):
    KEYNOTE = "keynote"
    IMPULSE = "impulse"
    TALK = "talk"
    WORKSHOP = "workshop"
    PANEL = "panel"
    BREAK = "break"


class ProgrammeState(StrEnum):
    """Seen by those who plan the event alone; by everybody, as provisional; by everybody, as it will be."""

    DRAFT = "draft"
    PROVISIONAL = "provisional"
    FINAL = "final"


def number_of_days(event: When) -> int:
    """Return how many days a programme of the event can have."""
    if not event.is_known_to_the_day:
        return MOST_VAGUE_DAYS
    return (event.ends_on - event.starts_on).days + 1


def day_of(event: When, number: int) -> date:
    """Return the event's day of that number, counted from 1."""
    return event.starts_on + timedelta(days=number - 1)


def item_when(event: When, number: int, start_time: time | None, end_time: time | None) -> When:
    """Return the checked wall time of an item on that day of the event; an unknown time stays unknown.

    Raises InvalidValueError with the field's name: `day` where the event has no such day, `start_time` or `end_time`
    where they contradict each other, or do not exist once on that day.
    """
    if not 1 <= number <= number_of_days(event):
        raise InvalidValueError(N_("Dieser Tag liegt außerhalb des Termins."), field="day")
    return schedule.when(
        starts_on=day_of(event, number), start_time=start_time, end_time=end_time, zone=event.zone
    )


@dataclass(frozen=True)
class Speaker:
    """Somebody on stage: a name, or a function alone; the role is what follows the first comma."""

    name: str
    role: str = ""


def one_a_line(text: str) -> str:
    """Return speakers as they are kept: "Name, Funktion" on each line, without blanks around them."""
    return "\n".join(", ".join(filter(None, (each.name, each.role))) for each in speakers_in(text))


def speakers_in(text: str) -> list[Speaker]:
    """Return who speaks, one a line: "Name, Funktion"."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    parts = (line.partition(",") for line in lines if line.strip(","))
    return [Speaker(name.strip(), role.strip()) for name, _comma, role in parts]
