"""Registration on plain values: its states and what leads from one to another, when it is open, what seats are called.

`TRANSITIONS` is the whole state machine; `docs/registration.md` shows the diagram made of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby


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
    """`invited` is a member who was asked and has not said yes; it holds no seat."""

    UNCONFIRMED = "unconfirmed"
    INVITED = "invited"
    REQUESTED = "requested"
    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LAPSED = "lapsed"


SEATED = frozenset({State.CONFIRMED, State.OFFERED})
LIVE = frozenset({
    State.UNCONFIRMED, State.INVITED, State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED,
})  # fmt: skip
ENDED = frozenset(State) - LIVE


class Step(StrEnum):
    """What happens to a registration."""

    CONFIRM_ADDRESS = "address confirmed"
    REPLY = "member replies"
    APPROVE = "approve"
    DECLINE = "decline"
    PROMOTE = "seat free"
    CLAIM = "claim"
    LAPSE = "deadline passed"
    WITHDRAW = "withdraw"
    CANCEL = "cancelled by editors"
    TAKE_BACK = "decision taken back"


TRANSITIONS: Mapping[tuple[State, Step], frozenset[State]] = {
    (State.UNCONFIRMED, Step.CONFIRM_ADDRESS): frozenset({State.CONFIRMED, State.WAITING, State.REQUESTED}),
    (State.UNCONFIRMED, Step.CANCEL): frozenset({State.CANCELLED}),
    (State.INVITED, Step.REPLY): frozenset({State.INVITED, State.CONFIRMED, State.WAITING}),
    (State.INVITED, Step.CANCEL): frozenset({State.CANCELLED}),
    (State.REQUESTED, Step.APPROVE): frozenset({State.CONFIRMED, State.WAITING}),
    (State.REQUESTED, Step.DECLINE): frozenset({State.DECLINED}),
    (State.REQUESTED, Step.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.REQUESTED, Step.CANCEL): frozenset({State.CANCELLED}),
    (State.WAITING, Step.PROMOTE): frozenset({State.CONFIRMED, State.OFFERED}),
    (State.WAITING, Step.REPLY): frozenset({State.INVITED}),
    (State.WAITING, Step.DECLINE): frozenset({State.DECLINED}),
    (State.WAITING, Step.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.WAITING, Step.CANCEL): frozenset({State.CANCELLED}),
    (State.WAITING, Step.TAKE_BACK): frozenset({State.REQUESTED}),
    (State.OFFERED, Step.CLAIM): frozenset({State.CONFIRMED}),
    (State.OFFERED, Step.LAPSE): frozenset({State.LAPSED}),
    (State.OFFERED, Step.REPLY): frozenset({State.INVITED}),
    (State.OFFERED, Step.DECLINE): frozenset({State.DECLINED}),
    (State.OFFERED, Step.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.OFFERED, Step.CANCEL): frozenset({State.CANCELLED}),
    (State.CONFIRMED, Step.REPLY): frozenset({State.INVITED}),
    (State.CONFIRMED, Step.DECLINE): frozenset({State.DECLINED}),
    (State.CONFIRMED, Step.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.CONFIRMED, Step.CANCEL): frozenset({State.CANCELLED}),
    (State.CONFIRMED, Step.TAKE_BACK): frozenset({State.REQUESTED}),
    (State.DECLINED, Step.TAKE_BACK): frozenset({State.REQUESTED, State.WAITING, State.OFFERED, State.CONFIRMED}),
    (State.CANCELLED, Step.TAKE_BACK): LIVE,
}


def may_become(state: State, step: Step, target: State) -> bool:
    """Return whether `step` leads from `state` to `target`."""
    return target in TRANSITIONS.get((state, step), frozenset())


def may_happen(state: State, step: Step) -> bool:
    """Return whether `step` leads anywhere from `state`."""
    return (state, step) in TRANSITIONS


def diagram() -> str:
    """Return the state machine as a Mermaid state diagram; what editors take back stands in words below it."""
    arrows: list[tuple[State, State, Step]] = sorted(
        (source, target, step)
        for (source, step), targets in TRANSITIONS.items() if step is not Step.TAKE_BACK
        for target in targets
    )  # fmt: skip
    lines = ["stateDiagram-v2", f"    [*] --> {State.UNCONFIRMED}", f"    [*] --> {State.INVITED}"]
    for (source, target), same in groupby(arrows, key=lambda arrow: arrow[:2]):
        lines.append(f"    {source} --> {target}: {', '.join(step for _source, _target, step in same)}")
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in sorted(ENDED))])


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


@dataclass
class Seats:
    """What is free of one offer, by mode (None: unlimited) and by sector where that has a quota.

    Counted once under the lock and then kept in step with every seat given and freed. Where nobody waits, nobody need
    be looked for.
    """

    left: dict[Mode, int | None]
    quota_left: dict[str, int]
    has_a_line: bool = True

    @property
    def free_modes(self) -> list[Mode]:
        return [mode for mode, left in self.left.items() if left is None or left > 0]

    @property
    def exhausted_sectors(self) -> list[str]:
        return [sector for sector, left in self.quota_left.items() if left <= 0]

    def has_one_for(self, mode: Mode, sector: str | None) -> bool:
        return mode in self.free_modes and sector not in self.exhausted_sectors

    def take(self, mode: Mode, sector: str | None) -> None:
        self._change(mode, sector, -1)

    def free(self, mode: Mode, sector: str | None) -> None:
        self._change(mode, sector, 1)

    def _change(self, mode: Mode, sector: str | None, by: int) -> None:
        left = self.left[mode]
        self.left[mode] = None if left is None else left + by
        if sector in self.quota_left:
            self.quota_left[sector] += by


def availability(pool: Pool, *, has_waiting_list: bool) -> Availability:
    """Return the seats of a pool in words: few means at most a tenth, or three, are left."""
    if pool.left is None or pool.seats is None:
        return Availability.FREE
    open_to_the_public = pool.left - pool.waiting
    if open_to_the_public <= 0:
        return Availability.WAITING_LIST if has_waiting_list else Availability.FULL
    return Availability.FEW if open_to_the_public <= max(3, pool.seats // 10) else Availability.FREE
