"""Programmes of events, with all that is shown of them."""

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, selectinload

from ozgtermine.models import Event, Programme, ProgrammeItem, Room


def find_programme(session: Session, event: Event) -> Programme | None:
    """Return the event's programme with its items in order and their rooms; a draft too."""
    found = select(Programme).where(Programme.event_id == event.id)
    with_items = found.options(selectinload(Programme.items).joinedload(ProgrammeItem.room))
    return session.scalars(with_items).one_or_none()


def find_shown_programme(session: Session, event: Event) -> Programme | None:
    """Return the event's programme if it is for everybody to see."""
    programme = find_programme(session, event)
    return programme if programme and programme.is_shown else None


def rooms_of(session: Session, event: Event) -> list[str]:
    """Return the names of rooms to choose from: those of the event's house, and those typed for other items."""
    of_house = select(Room.name).where(Room.venue_id == event.venue_id)
    return sorted({*session.scalars(of_house), *_words_of_items(session, event, ProgrammeItem.room_name)})


def tracks_of(session: Session, event: Event) -> list[str]:
    """Return the tracks that other items have."""
    return sorted(_words_of_items(session, event, ProgrammeItem.track))


def _words_of_items(session: Session, event: Event, column: InstrumentedAttribute[str]) -> set[str]:
    of_event = select(column).join(ProgrammeItem.programme).where(Programme.event_id == event.id, column != "")
    return set(session.scalars(of_event))


def find_item(session: Session, event_id: int, item_id: int) -> ProgrammeItem | None:
    """Return the item of that event's programme."""
    found = select(ProgrammeItem).join(ProgrammeItem.programme).where(
        ProgrammeItem.id == item_id, Programme.event_id == event_id
    )
    return session.scalars(found.options(contains_eager(ProgrammeItem.programme))).one_or_none()
