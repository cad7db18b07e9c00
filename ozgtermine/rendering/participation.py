"""What somebody who takes part needs to know of an event: where it is, and how to get in."""

from dataclasses import replace
from datetime import datetime

from ozgtermine.models import Access, Audience, Event
from ozgtermine.rendering.dates import long_when, numeric_day
from ozgtermine.rules.registering import Mode
from ozgtermine.wording import N_, translate


def day_in_subject(event: Event, language: str = "de") -> str:
    """Return the day as short as a subject wants it: "22.02.2023", "29.–30. März 2023", "Kalenderwoche 8/2023"."""
    when = event.when
    if when.has_several_days or not when.is_known_to_the_day:
        return long_when(replace(when, start_time=None, end_time=None), language)
    return numeric_day(when.starts_on, language)


def place_of(event: Event, mode: Mode, language: str = "de") -> str:
    """Return the place for somebody who takes part in `mode`, or that it follows."""
    if mode is Mode.ONLINE:
        return translate(N_("Videokonferenz"), language)
    if event.venue is None:
        return translate(N_("Ort folgt"), language)
    return f"{event.venue.address}, {event.room.name}" if event.room else event.venue.address


def access_for_participants(event: Event, now: datetime) -> Access | None:
    """Return how a confirmed participant gets in, if that is known and already to be seen."""
    return _access_for(event, now, Audience.EVERYBODY, Audience.REGISTERED)


def access_for_members(event: Event, now: datetime) -> Access | None:
    """Return how a member of the group gets in without a registration, if that is known and already to be seen."""
    return _access_for(event, now, Audience.EVERYBODY, Audience.MEMBERS)


def _access_for(event: Event, now: datetime, *audiences: Audience) -> Access | None:
    access = event.access
    if access is None or access.audience not in audiences:
        return None
    is_early = access.visible_from is not None and now < access.visible_from
    return None if is_early else access
