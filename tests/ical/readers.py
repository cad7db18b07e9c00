"""Feeds read by libraries that know nothing of each other, each to the same plain values."""

from datetime import date, datetime
from typing import Any

import icalendar
import vobject

from tests.ical.corpus import Said


def by_icalendar(content: bytes) -> dict[str, Said]:
    """Read strictly: whatever the library complains of is an error."""
    calendar = icalendar.Calendar.from_ical(content)
    found = {}
    for each in calendar.walk("VEVENT"):
        assert each.errors == []
        found[str(each["UID"])] = Said(
            uid=str(each["UID"]), start=_plain(each["DTSTART"].dt), end=_plain(each["DTEND"].dt),
            summary=str(each["SUMMARY"]), description=str(each.get("DESCRIPTION", "")),
            location=str(each.get("LOCATION", "")), status=str(each["STATUS"]), sequence=int(each["SEQUENCE"]),
            url=str(each.get("URL", "")),
        )  # fmt: skip
    assert calendar.errors == []
    return found


def by_vobject(content: bytes) -> dict[str, Said]:
    calendar = vobject.readOne(content.decode())
    return {_value(each, "uid"): _said(each) for each in calendar.contents.get("vevent", [])}


def _said(event: Any) -> Said:
    return Said(
        uid=_value(event, "uid"), start=_plain(event.dtstart.value), end=_plain(event.dtend.value),
        summary=_value(event, "summary"), description=_value(event, "description"),
        location=_value(event, "location"), status=_value(event, "status"), sequence=int(_value(event, "sequence")),
        url=_value(event, "url"),
    )  # fmt: skip


def _value(event: Any, name: str) -> str:
    found = event.contents.get(name)
    return str(found[0].value) if found else ""


def _plain(value: date | datetime) -> str:
    return value.isoformat()
