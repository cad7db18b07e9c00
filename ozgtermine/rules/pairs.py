"""The Doppelspitze: a working group is led by exactly two, one of its ministry and one of a pilot municipality."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    NO_LEAD = "no_lead"
    NO_MINISTRY = "no_ministry"
    NO_PILOT = "no_pilot"
    TOO_MANY = "too_many"


@dataclass(frozen=True, kw_only=True)
class Lead:
    """Where somebody who leads comes from."""

    is_of_ministry: bool
    is_of_pilot: bool


def flaws(leads: Sequence[Lead]) -> list[Flaw]:
    """Return what is wrong with those who lead today, nothing where the pair is complete."""
    if not leads:
        return [Flaw.NO_LEAD]
    found = []
    if not any(lead.is_of_ministry for lead in leads):
        found.append(Flaw.NO_MINISTRY)
    if not any(lead.is_of_pilot for lead in leads):
        found.append(Flaw.NO_PILOT)
    if len(leads) > 2:  # noqa: PLR2004 - a pair
        found.append(Flaw.TOO_MANY)
    return found
