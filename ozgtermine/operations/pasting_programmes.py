"""A pasted table becomes a programme: what is there already is known again, what is new is added, nothing is removed.

A preview is the same, whose transaction is rolled back: what it shows is what will be done. A second time it changes
nothing.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, Refusal
from ozgtermine.models import Programme, ProgrammeItem
from ozgtermine.operations.importing_people import Outcome, Result
from ozgtermine.operations.planning_programmes import ItemDetails, add_item, edit_item, is_in
from ozgtermine.rendering.dates import clock
from ozgtermine.rendering.programmes import day_choices
from ozgtermine.rendering.words import ITEM_KINDS
from ozgtermine.rules.names import normalised_name
from ozgtermine.rules.programme import LONGEST_SPEAKERS, MOST_ITEMS, item_when, one_a_line
from ozgtermine.rules.programme_table import Column, Line, day_number, kind_in, speakers_lines, times_in
from ozgtermine.rules.schedule import When
from ozgtermine.wording import N_, translate

Read = dict[int, ItemDetails]
Key = Callable[[int, time | None, str], Hashable]


def take_over(session: Session, programme: Programme, lines: Sequence[Line], *, now: datetime) -> list[Result]:
    """Enter every line that has no error, and say of each what it led to.

    Raises InvalidValueError where there is none, or too many.
    """
    if not lines:
        raise InvalidValueError(N_("Die Tabelle ist leer."), field="table")
    if len(lines) > MOST_ITEMS:
        raise InvalidValueError(N_("Ein Programm hat höchstens %(most)s Punkte."), field="table", most=MOST_ITEMS)
    read, refused = _read(programme.event.when, lines)
    known = _known_again(programme.items, read)
    for number, details in read.items():
        try:
            refused[number] = _enter(session, programme, number, details, known.get(number), now)
        except Refusal as refusal:
            refused[number] = _refused(number, details.title, refusal)
    return [refused[line.number] for line in lines]


def _read(event: When, lines: Sequence[Line]) -> tuple[Read, dict[int, Result]]:
    """Return what the lines say, and of those that cannot be read the sentences."""
    read: Read = {}
    refused: dict[int, Result] = {}
    above = None
    for line in lines:
        try:
            details = _details(event, line, above)
            if details in read.values():
                raise InvalidValueError(N_("Diese Zeile steht schon weiter oben."))
            read[line.number] = details
            above = details.day
        except Refusal as refusal:
            refused[line.number] = _refused(line.number, line[Column.TITLE], refusal)
    return read, refused


def _refused(number: int, title: str, refusal: Refusal) -> Result:
    sentence = translate(refusal.sentence, "de", **refusal.values)
    return Result(number, title, Outcome.REFUSED, sentence=sentence)


def _details(event: When, line: Line, above: int | None) -> ItemDetails:
    if not line[Column.TITLE]:
        raise InvalidValueError(N_("Der Titel fehlt."))
    for column, longest in _LONGEST.items():
        if len(line[column]) > longest:
            raise InvalidValueError(
                N_("Kürzen Sie die Angabe „%(label)s“ auf höchstens %(number)s Zeichen."),
                label=column.value, number=longest,
            )  # fmt: skip
    day = day_number(line[Column.DAY], event, above=above)
    start_time, end_time = times_in(line[Column.FROM], line[Column.TO])
    item_when(event, day, start_time, end_time)
    return ItemDetails(
        day=day,
        start_time=start_time,
        end_time=end_time,
        kind=kind_in(line[Column.KIND], {kind.value: translate(word) for kind, word in ITEM_KINDS.items()}),
        title=_one_line(line[Column.TITLE]),
        speakers=one_a_line(speakers_lines(line[Column.SPEAKERS])),
        room=_one_line(line[Column.ROOM]),
        track=_one_line(line[Column.TRACK]),
    )


_LONGEST = {Column.TITLE: 200, Column.ROOM: 200, Column.TRACK: 200, Column.SPEAKERS: LONGEST_SPEAKERS}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _known_again(items: Sequence[ProgrammeItem], read: Read) -> Mapping[int, ProgrammeItem]:
    """Return the item that each line is about: by title, day and time; else by title and day; else by title alone."""
    known: dict[int, ProgrammeItem] = {}
    free = list(items)
    for key in _KEYS:
        for number, details in read.items():
            wanted = key(details.day, details.start_time, details.title)
            same = (each for each in free if key(each.day, each.start_time, each.title) == wanted)
            if number not in known and (item := next(same, None)):
                known[number] = item
                free.remove(item)
    return known


_KEYS: tuple[Key, ...] = (
    lambda day, start, title: (day, start, normalised_name(title)),
    lambda day, _start, title: (day, normalised_name(title)),
    lambda _day, _start, title: normalised_name(title),
)


def _enter(
    session: Session, programme: Programme, number: int, details: ItemDetails, item: ProgrammeItem | None, now: datetime
) -> Result:
    event = programme.event.when
    if item is None:
        add_item(session, programme, details, now=now)
        understood = [(str(column), "", text) for column, text in _in_words(event, details) if text]
        return Result(number, details.title, Outcome.NEW, understood)
    result = Result(number, details.title)
    before = _in_words(event, _details_of(item, details))
    for (column, was), (_column, will_be) in zip(before, _in_words(event, details), strict=True):
        if was != will_be:
            result.note(str(column), was, will_be or "–")
    edit_item(session, item, replace(details, description=item.description), now=now)
    return result


def _details_of(item: ProgrammeItem, new: ItemDetails) -> ItemDetails:
    """Return what the item says now, its room as the new line spells it where it is the same."""
    return ItemDetails(
        day=item.day,
        start_time=item.start_time,
        end_time=item.end_time,
        kind=item.kind,
        title=item.title,
        speakers=item.speakers,
        room=new.room if is_in(item, new.room) else item.place,
        track=item.track,
    )


def _in_words(event: When, details: ItemDetails) -> list[tuple[Column, str]]:
    return [
        (Column.DAY, dict(day_choices(event)).get(details.day, "")),
        (Column.FROM, clock(details.start_time) if details.start_time else ""),
        (Column.TO, clock(details.end_time) if details.end_time else ""),
        (Column.KIND, translate(ITEM_KINDS[details.kind])),
        (Column.TITLE, details.title),
        (Column.SPEAKERS, details.speakers.replace("\n", " / ")),
        (Column.ROOM, details.room),
        (Column.TRACK, details.track),
    ]
