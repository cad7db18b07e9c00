"""Registration on plain values: its states, when it is open, how many seats are left and what that is called."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Policy(StrEnum):
    NONE = "none"
    EXTERNAL = "external"
    OPEN = "open"
    ON_REQUEST = "on_request"
    MEMBERS = "members"


class Mode(StrEnum):
    """How one takes part; `hybrid` is an event's mode only, a registration has one of the others."""

    ON_SITE = "on_site"
    ONLINE = "online"
    HYBRID = "hybrid"


class Promotion(StrEnum):
    AUTOMATIC = "automatic"
    CLAIM = "claim"


class State(StrEnum):
    UNCONFIRMED = "unconfirmed"
    REQUESTED = "requested"
    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LAPSED = "lapsed"


SEATED = frozenset({State.CONFIRMED, State.OFFERED})
LIVE = frozenset({State.UNCONFIRMED, State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED})


class Opening(StrEnum):
    """Where an offer stands in time."""

    NEVER = "never"
    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


class Availability(StrEnum):
    """Seats in words; the public sees no number, so that a registration rarely changes a page."""

    FREE = "free"
    FEW = "few"
    WAITING_LIST = "waiting_list"
    FULL = "full"


def opening(
    policy: Policy, *, opens_at: datetime | None, closes_at: datetime, cancelled: bool, now: datetime
) -> Opening:
    """Return whether one can register at `now`; `external` and `none` are never registered for here."""
    if policy in (Policy.NONE, Policy.EXTERNAL):
        return Opening.NEVER
    if cancelled or now >= closes_at:
        return Opening.CLOSED
    if opens_at and now < opens_at:
        return Opening.NOT_YET
    return Opening.OPEN


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The seats of one mode: `seats` None means unlimited; `taken` counts confirmed and offered ones."""

    seats: int | None
    taken: int
    waiting: int

    @property
    def left(self) -> int | None:
        return None if self.seats is None else max(0, self.seats - self.taken)

    @property
    def has_a_seat_for_the_public(self) -> bool:
        """Nobody passes the people who wait: with a line, a free seat is theirs."""
        return self.left is None or self.left > self.waiting


def availability(pool: Pool, *, has_waiting_list: bool) -> Availability:
    """Return the seats of a pool in words: few means at most a tenth, or three, are left."""
    if pool.left is None or pool.seats is None:
        return Availability.FREE
    open_to_the_public = pool.left - pool.waiting
    if open_to_the_public <= 0:
        return Availability.WAITING_LIST if has_waiting_list else Availability.FULL
    return Availability.FEW if open_to_the_public <= max(3, pool.seats // 10) else Availability.FREE
