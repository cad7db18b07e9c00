"""From an event of the library to what we keep of it: texts, and wall times in Sachsen-Anhalt."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from ozgtermine.clock import BERLIN
from ozgtermine.errors import Refusal
from ozgtermine.rules.foreign_calendar import Entry, one_line, plain_text, web_address
from ozgtermine.rules.schedule import Precision, When
from ozgtermine.wording import N_

FIRST_YEAR, LAST_YEAR = 1990, 2100

Event = Any
"""An event of the library, whose types allow each property to be anything."""


class NotTakenError(Refusal):
    """One event cannot be taken."""


def foreign_entry(key: tuple[str, str], line: int, event: Event, zone: tzinfo, *, is_off: bool) -> Entry:
    """Return the entry of a UID and a repetition; raises NotTakenError where its times make no sense."""
    uid, recurrence = key
    status = str(event.get("STATUS", "")).strip().upper()
    return Entry(
        uid=uid,
        recurrence=recurrence,
        line=line,
        sequence=max(0, sequence_of(event)),
        summary=one_line(_text(event, "SUMMARY")),
        description=plain_text(_text(event, "DESCRIPTION")),
        location=one_line(_text(event, "LOCATION")),
        website=web_address(_text(event, "URL")),
        when=_when(event, zone),
        is_cancelled=is_off or status == "CANCELLED",
        is_tentative=status == "TENTATIVE",
    )


def _text(event: Event, name: str) -> str:
    """Return a text; one that is there in several languages as it is there first."""
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def _when(event: Event, zone: tzinfo) -> When:
    """Return the wall times in Sachsen-Anhalt; raises NotTakenError where they are none."""
    start, end = event["DTSTART"].dt, _end(event)
    has_times = isinstance(start, datetime)
    if has_times != isinstance(end, datetime):
        raise NotTakenError(N_("Beginn und Ende passen nicht zusammen: Nur eines hat eine Uhrzeit."))
    if not FIRST_YEAR <= start.year <= LAST_YEAR or end.year > LAST_YEAR:
        raise NotTakenError(N_("Das Jahr %(year)s liegt zu weit weg."), year=start.year)
    if not has_times:
        return _days(start, end)
    begins, ends = (_aware(each, zone).astimezone(UTC).astimezone(BERLIN) for each in (start, end))
    if ends < begins:
        raise NotTakenError(N_("Das Ende liegt vor dem Beginn."))
    if _is_all_day(event, begins, ends):
        return _days(begins.date(), ends.date())
    if begins.fold or ends.fold:
        raise NotTakenError(N_("Diese Uhrzeit gibt es an diesem Tag zweimal, weil die Uhr zurückgestellt wird."))
    has_end = ends > begins
    return When(
        starts_on=begins.date(),
        ends_on=ends.date(),
        start_time=begins.time().replace(second=0, microsecond=0),
        end_time=ends.time().replace(second=0, microsecond=0) if has_end else None,
        precision=Precision.MINUTE,
    )


def _end(event: Event) -> Any:  # noqa: ANN401 - a day or an instant, as the start is
    """Return where it ends; a day without an end ends with itself, a time without one at once (3.6.1)."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return event["DTEND"].dt
    if "DURATION" in event:
        return start + event["DURATION"].dt
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _aware(value: datetime, zone: tzinfo) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=zone)


def _is_all_day(event: Event, begins: datetime, ends: datetime) -> bool:
    """Return whether Outlook means whole days by its midnights."""
    said = str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).strip().upper() == "TRUE"
    return said and ends > begins and not any((begins.hour, begins.minute, ends.hour, ends.minute))


def _days(first: date, end: date) -> When:
    """Return whole days; the end is exclusive."""
    last = end - timedelta(days=1)
    if end < first:
        raise NotTakenError(N_("Das Ende liegt vor dem Beginn."))
    return When(starts_on=first, ends_on=max(first, last), precision=Precision.DAY)


def recurrence_of(event: Event, zone: tzinfo) -> str:
    """Return which repetition it is: the day, or the instant in UTC, at which the rule has it; "" for none."""
    if "RECURRENCE-ID" not in event:
        return ""
    at = event["RECURRENCE-ID"].dt
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}"
    return f"{_aware(at, zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def sequence_of(event: Event) -> int:
    value = event.get("SEQUENCE", 0)
    return min(int(value), 2**31 - 1) if isinstance(value, int) else 0
