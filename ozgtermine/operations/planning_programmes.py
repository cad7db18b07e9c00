"""The programme of an event: its items entered, changed, removed; and how it goes along with its event.

What calendars show is kept in the item's row: `changed_at` follows every change, `sequence` rises when time, place or
status change (RFC 5545, 3.8.7.4). All of it happens under a lock of the event, so that nobody moves it meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, object_session, selectinload

from ozgtermine.errors import InvalidValueError, NotFoundError, StaleEditError
from ozgtermine.models import Event, ItemKind, Programme, ProgrammeItem, ProgrammeState, Room
from ozgtermine.rules.names import normalised_name
from ozgtermine.rules.programme import MOST_ITEMS, item_when, number_of_days
from ozgtermine.wording import N_


@dataclass(frozen=True, kw_only=True)
class ItemDetails:
    """What editors say about an item; the room in words, None for a position at the end."""

    day: int
    start_time: time | None
    end_time: time | None
    kind: ItemKind
    title: str
    description: str = ""
    speakers: str = ""
    room: str = ""
    track: str = ""
    position: int | None = None


def get_programme(session: Session, event_id: int, *, now: datetime, seen_version: int | None = None) -> Programme:
    """Return the event's programme with its items, locked; made now, as a draft, where there is none.

    Raises StaleEditError where it is not the version that was seen, 0 for none.
    """
    event = session.scalars(_locked(event_id)).one()
    found = select(Programme).where(Programme.event_id == event_id).options(selectinload(Programme.items))
    programme = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if seen_version is not None and seen_version != (programme.version if programme else 0):
        raise StaleEditError
    if programme is None:
        programme = Programme(event=event, state=ProgrammeState.DRAFT, changed_at=now)
        session.add(programme)
        session.flush()
    return programme


def _locked(event_id: int) -> Select[Event]:
    locked = select(Event).where(Event.id == event_id).with_for_update(of=Event)
    return locked.execution_options(populate_existing=True)


def get_item(programme: Programme, item_id: int, *, seen_version: int | None = None) -> ProgrammeItem:
    """Return the item; raises NotFoundError, StaleEditError where it is not the version that was seen."""
    item = next((each for each in programme.items if each.id == item_id), None)
    if item is None:
        raise NotFoundError
    if seen_version is not None and item.version != seen_version:
        raise StaleEditError
    return item


def announce(programme: Programme, *, state: ProgrammeState, as_of: date | None, note: str, now: datetime) -> None:
    """Say how the programme stands. Its items are tentative in calendars while it is provisional."""
    was_shown, before = programme.is_shown, programme.state
    programme.state, programme.as_of, programme.note = state, as_of, note
    programme.changed_at = now
    if was_shown and not programme.is_shown:
        _leave_room(programme.items)
    elif state is not before:
        for item in programme.items:
            item.sequence += was_shown
            item.changed_at = now


def add_item(session: Session, programme: Programme, details: ItemDetails, *, now: datetime) -> ProgrammeItem:
    """Return a new item with a UID for life; the one that is there where all of this was entered before.

    Raises InvalidValueError with the field's name.
    """
    present = next((each for each in programme.items if _is_same(each, details)), None)
    if present is not None:
        return present
    if len(programme.items) >= MOST_ITEMS:
        raise InvalidValueError(N_("Ein Programm hat höchstens %(most)s Punkte."), most=MOST_ITEMS)
    item = ProgrammeItem(uid=str(uuid4()), created_at=now, changed_at=now, sequence=0)
    item.position = max((each.position for each in programme.items), default=0) + 1
    _take_over(session, programme, item, details)
    programme.items.append(item)
    programme.changed_at = now
    session.flush()
    return item


def _is_same(item: ProgrammeItem, details: ItemDetails) -> bool:
    """Return whether a second click, or a second line of a table, says what is there already."""
    there = (item.day, item.start_time, item.end_time, item.kind, item.title, item.track, item.speakers)
    said = (
        details.day, details.start_time, details.end_time, details.kind, details.title, details.track, details.speakers
    )  # fmt: skip
    return there == said and is_in(item, details.room)


def is_in(item: ProgrammeItem, room: str) -> bool:
    """Return whether the item is in the room of that name; one of the house is known however it is spelled."""
    if item.room is None:
        return item.place == room
    return normalised_name(item.place) == normalised_name(room)


def edit_item(session: Session, item: ProgrammeItem, details: ItemDetails, *, now: datetime) -> None:
    """Take over what was typed; raises InvalidValueError with the field's name."""
    place_and_time, content = _place_and_time(item), _content(item)
    _take_over(session, item.programme, item, details)
    has_moved = _place_and_time(item) != place_and_time
    if has_moved or _content(item) != content:
        item.sequence += has_moved
        item.changed_at = item.programme.changed_at = now
    session.flush()


def _place_and_time(item: ProgrammeItem) -> tuple[object, ...]:
    return (item.day, item.start_time, item.end_time, item.room_id, item.room_name)


def _content(item: ProgrammeItem) -> tuple[object, ...]:
    return (item.kind, item.title, item.description, item.speakers, item.track)


def _take_over(session: Session, programme: Programme, item: ProgrammeItem, details: ItemDetails) -> None:
    when = item_when(programme.event.when, details.day, details.start_time, details.end_time)
    item.day, item.start_time, item.end_time = details.day, when.start_time, when.end_time
    item.kind, item.title, item.description = details.kind, details.title, details.description
    item.speakers, item.track = details.speakers, details.track
    item.room_id = _room_id(session, programme.event, details.room)
    item.room_name = details.room if item.room_id is None else ""
    if details.position is not None:
        item.position = details.position


def _room_id(session: Session, event: Event, name: str) -> int | None:
    """Return the room of that name in the event's house, None where there is none: then the name stands for itself."""
    if not name or event.venue_id is None:
        return None
    rooms = session.scalars(select(Room).where(Room.venue_id == event.venue_id))
    return next((room.id for room in rooms if normalised_name(room.name) == normalised_name(name)), None)


def remove_item(session: Session, item: ProgrammeItem, *, now: datetime) -> None:
    """Take the item out; who has it in a calendar is told that it is off."""
    programme = item.programme
    programme.items.remove(item)
    programme.changed_at = now
    session.flush()


def what_items_share(event: Event) -> tuple[object, ...]:
    """Return what the time, place and status of every item depend on."""
    return (event.starts_on, event.ends_on, event.precision, event.mode, event.venue_id, event.room_id, event.status)


def follow(event: Event, *, now: datetime) -> None:
    """Let the programme go along with its event, whose day, place or status has changed.

    Raises InvalidValueError where an item would lie outside of the event, or at a time that does not exist that day.
    """
    items = _items_of(event)
    for item in items:
        _check_still_fits(event, item)
        item.sequence += 1
        item.changed_at = item.programme.changed_at = now


def _check_still_fits(event: Event, item: ProgrammeItem) -> None:
    if item.day > number_of_days(event.when):
        raise InvalidValueError(
            N_("Der Programmpunkt „%(title)s“ läge außerhalb des Termins. Ändern Sie zuerst das Programm."),
            field="ends_on", title=item.title,
        )  # fmt: skip
    item_when(event.when, item.day, item.start_time, item.end_time)


def leave_room(event: Event) -> None:
    """Leave room for a number, as the event does that the public loses sight of: its items leave with it."""
    _leave_room(_items_of(event))


def _leave_room(items: Sequence[ProgrammeItem]) -> None:
    for item in items:
        item.sequence += 2


def _items_of(event: Event) -> Sequence[ProgrammeItem]:
    """Return the items without writing the event before: whether its number is free is for others to find out."""
    session = object_session(event)
    if session is None:
        return ()
    with session.no_autoflush:
        return event.programme.items if event.programme else ()


COPIED = ("kind", "title", "description", "day", "start_time", "end_time", "track", "room_id", "room_name", "speakers")


def copy_programme(session: Session, model: Event, event: Event, *, now: datetime) -> None:
    """Give the event the programme of `model` on its own days, as a draft; what lies beyond them is left out.

    Raises InvalidValueError where an item's time does not exist on its new day.
    """
    if model.programme is None:
        return
    copy = Programme(event=event, state=ProgrammeState.DRAFT, note=model.programme.note, changed_at=now)
    fitting = (each for each in model.programme.items if each.day <= number_of_days(event.when))
    for position, each in enumerate(fitting, start=1):
        item_when(event.when, each.day, each.start_time, each.end_time)
        values = {name: getattr(each, name) for name in COPIED}
        copy.items.append(
            ProgrammeItem(**values, uid=str(uuid4()), position=position, created_at=now, changed_at=now, sequence=0)
        )
    session.add(copy)
    session.flush()
