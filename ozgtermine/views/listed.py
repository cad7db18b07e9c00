"""The cards of a list of events: after a change only those are made anew that it was about.

Made of the former list as calendars are of their former edition (`operations/following_calendars.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.queries.events import events_of_list
from ozgtermine.queries.revision import Point, present_point, touched_since
from ozgtermine.queries.seats import counts
from ozgtermine.rendering.events import Card, card

_BYTES_OF_A_CARD = 2_000


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The cards of a list by their events, as of a point of the public state, and true until an instant."""

    point: Point | None
    made_at: datetime
    valid_until: datetime
    cards: Mapping[int, Card]

    @property
    def size(self) -> int:
        """Bytes that it takes to remember it."""
        return _BYTES_OF_A_CARD * len(self.cards)

    def __contains__(self, word: bytes) -> bool:
        return word.decode() in repr(self.cards)


def listed(session: Session, ids: Sequence[int], former: Listed | None, now: datetime, valid_until: datetime) -> Listed:
    """Return the cards of these events in their order; with a former list they are what they would be without."""
    point, kept = _still_true(session, former, now) if former else (present_point(session), {})
    events = events_of_list(session, [each for each in ids if each not in kept])
    counted = counts(session, [each.offer.id for each in events if each.offer])
    cards = {**kept, **{each.id: card(each, counted, now) for each in events}}
    present = {each: cards[each] for each in ids if each in cards}
    return Listed(point=point, made_at=now, valid_until=valid_until, cards=present)


def _still_true(session: Session, former: Listed, now: datetime) -> tuple[Point | None, Mapping[int, Card]]:
    """Return where the public state stands, and the cards that neither a change since nor time has touched."""
    is_valid = former.made_at <= now < former.valid_until
    since = touched_since(session, former.point) if former.point and is_valid else None
    if since is None:
        return present_point(session), {}
    point, touched = since
    return point, {event_id: each for event_id, each in former.cards.items() if event_id not in touched}
