"""Parts of pages that are the same for all who may see the same: rendered once for each change, not for each person.

What somebody sees of events is a function of the rights in series and everywhere, the public revision, and time. What
says who is signed in, as the frame of a page does, must have account and name in its key. Who it is, and whether the
session still counts, is asked of the database for each request before anything kept is looked at; nothing kept here is
sent to anybody by the front.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from flask import current_app

from ozgtermine.database import db
from ozgtermine.queries.revision import current_revision
from ozgtermine.rules.permissions import Actor

MOST_PARTS = 64
_KEPT = "ozgtermine.parts"


Value = TypeVar("Value")


@dataclass(frozen=True)
class Part(Generic[Value]):
    """What was rendered; true of a revision until an instant."""

    value: Value
    revision: int
    made_at: datetime
    valid_until: datetime


class _Parts:
    """The parts of one process, the least used forgotten first; those of another revision are all dropped."""

    def __init__(self) -> None:
        self._parts: OrderedDict[Hashable, Part[Any]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, revision: int, now: datetime) -> Part[Any] | None:
        with self._lock:
            found = self._parts.get(key)
            if found is None or found.revision != revision or not found.made_at <= now < found.valid_until:
                return None
            self._parts.move_to_end(key)
            return found

    def put(self, key: Hashable, part: Part[Any]) -> None:
        with self._lock:
            if any(each.revision != part.revision for each in self._parts.values()):
                self._parts.clear()
            self._parts[key] = part
            if len(self._parts) > MOST_PARTS:
                self._parts.popitem(last=False)


class Look(NamedTuple):
    """Who looks, when, and at what revision; it is asked for first, so that no part is older than it says."""

    actor: Actor
    now: datetime
    revision: int


def look(actor: Actor, now: datetime) -> Look:
    return Look(actor, now, current_revision(db.session()))


def kept_part(
    key: tuple[Hashable, ...], look: Look, make: Callable[[], tuple[Value, datetime]]
) -> Part[Value]:
    """Return what `make` renders, with the instant until which it is true, for all with the actor's rights."""
    parts: _Parts = current_app.extensions.setdefault(_KEPT, _Parts())
    key = (*key, look.actor.rights)
    found: Part[Value] | None = parts.find(key, look.revision, look.now)
    if found is None:
        value, valid_until = make()
        found = Part(value, look.revision, look.now, valid_until)
        parts.put(key, found)
    return found
