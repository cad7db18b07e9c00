"""The rhythm of a project: working groups meet every few weeks, a plenary follows three meetings of each.

Golden case: kick-offs in weeks 3 and 4 of 2023, every two weeks, plenaries on Thursdays give the first
plenary on 02.03.2023.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

MEETINGS_PER_PLENARY = 3
RESUMES_AFTER_WEEKS = 2
WEEK = timedelta(weeks=1)


class Cadence(StrEnum):
    """What working groups do after a plenary: go on in their rhythm, or start anew."""

    CONTINUE = "continue"
    RESTART = "restart"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A working group; its kick-off is its first meeting and gives its weekday."""

    key: str
    kick_off_on: date
    interval_weeks: int = 2


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A proposed meeting; `rhythm_on` is the day before a day off moved it."""

    group: str
    held_on: date
    rhythm_on: date


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Proposed meetings and plenaries, each by day."""

    meetings: list[Meeting] = field(default_factory=list)
    plenaries: list[date] = field(default_factory=list)


@dataclass(kw_only=True)
class _Progress:
    """Where a group stands: the day its rhythm names next, and its meetings since the last plenary."""

    group: Group
    next_on: date
    since_plenary: list[date] = field(default_factory=list)


def monday_of(day: date) -> date:
    """Return the Monday of the ISO week."""
    return day - timedelta(days=day.weekday())


def plenary_due_on(
    meetings: Mapping[str, Sequence[date]], *, weekday: int, days_off: Collection[date] = frozenset()
) -> date | None:
    """Return the day of the next plenary, or None while a group lacks its third meeting.

    `meetings` holds, of every active group, the days of its meetings since the last plenary, held or
    planned, without cancelled ones. The plenary is on the first free `weekday` (Monday is 0) after the
    week of the last third meeting.
    """
    if not meetings or any(len(days) < MEETINGS_PER_PLENARY for days in meetings.values()):
        return None
    last = max(sorted(days)[MEETINGS_PER_PLENARY - 1] for days in meetings.values())
    day = monday_of(last) + WEEK + timedelta(days=weekday)
    while day in days_off:
        day += WEEK
    return day


def plan(
    groups: Sequence[Group],
    *,
    until: date,
    cadence: Cadence = Cadence.CONTINUE,
    plenary_weekday: int = 3,
    days_off: Collection[date] = frozenset(),
) -> Plan:
    """Return what the rhythm proposes up to and including `until`.

    No group meets in the week of a plenary. A group that is ahead goes on while another lags.
    """
    proposed = Plan()
    every = [_Progress(group=group, next_on=group.kick_off_on) for group in groups]
    plenary = _next_plenary(every, proposed, until, plenary_weekday, days_off)
    while plenary is not None:
        proposed.plenaries.append(plenary)
        for each in every:
            each.since_plenary.clear()
            each.next_on = _resumes_on(each, groups, plenary, cadence)
        plenary = _next_plenary(every, proposed, until, plenary_weekday, days_off)
    proposed.meetings.sort(key=lambda meeting: (meeting.held_on, meeting.group))
    return proposed


def _next_plenary(
    every: Sequence[_Progress], proposed: Plan, until: date, weekday: int, days_off: Collection[date]
) -> date | None:
    """Let the groups meet until a plenary is due, and return its day; None where that lies after `until`."""
    while True:
        due = plenary_due_on(
            {each.group.key: each.since_plenary for each in every}, weekday=weekday, days_off=days_off
        )
        last_day = min(until, monday_of(due) - timedelta(days=1)) if due else until
        next_one = min(every, key=lambda each: each.next_on, default=None)
        if next_one is None or next_one.next_on > last_day:
            return due if due and due <= until else None
        _meet(next_one, proposed, days_off)


def _meet(progress: _Progress, proposed: Plan, days_off: Collection[date]) -> None:
    day = _working_day(progress.next_on, days_off)
    if day is not None:
        proposed.meetings.append(Meeting(group=progress.group.key, held_on=day, rhythm_on=progress.next_on))
        progress.since_plenary.append(day)
    progress.next_on += WEEK * progress.group.interval_weeks


def _working_day(day: date, days_off: Collection[date]) -> date | None:
    """Return `day`, or the nearest working day of its week where it is off; the later of two."""
    week = [monday_of(day) + timedelta(days=offset) for offset in range(5)]
    candidates = sorted((day, *week), key=lambda other: (abs(other - day), day - other))
    return next((each for each in candidates if each not in days_off), None)


def _resumes_on(progress: _Progress, groups: Sequence[Group], plenary: date, cadence: Cadence) -> date:
    """Return the day on which the group meets first after the plenary."""
    kick_off = progress.group.kick_off_on
    if cadence is Cadence.RESTART:
        first_week = min(monday_of(group.kick_off_on) for group in groups)
        offset = monday_of(kick_off) - first_week
        return monday_of(plenary) + RESUMES_AFTER_WEEKS * WEEK + offset + timedelta(days=kick_off.weekday())
    day = progress.next_on
    while monday_of(day) <= monday_of(plenary):
        day += WEEK * progress.group.interval_weeks
    return day
