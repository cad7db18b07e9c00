"""What people were told of an event against what holds now: as facts to store, and as words."""

from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256
from typing import Any

from ozgtermine.models import Event, EventStatus
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, When


@dataclass(frozen=True, kw_only=True)
class EventChange:
    """What differs: None where it does not. `kind` names the mail: cancelled, restored, moved, or changed."""

    kind: str
    old_when: When | None = None
    old_mode: Mode | None = None
    old_place: str | None = None
    has_new_access: bool = False


def told(event: Event) -> dict[str, Any]:
    """Return what people are told of an event, as plain values; of the access only whether it is the same."""
    access = event.access
    secret = f"{access.link}\n{access.phone}\n{access.pin}" if access else ""
    return {
        "starts_on": event.starts_on.isoformat(),
        "ends_on": event.ends_on.isoformat(),
        "start_time": event.start_time.isoformat() if event.start_time else None,
        "end_time": event.end_time.isoformat() if event.end_time else None,
        "precision": event.precision.value,
        "zone": event.zone,
        "mode": event.mode.value,
        "place": _place(event),
        "status": event.status.value,
        "access": sha256(secret.encode()).hexdigest() if secret else "",
    }


def change_since(before: dict[str, Any], event: Event) -> EventChange | None:
    """Return what has changed since people were told `before`, None where all is as it was."""
    now = told(event)
    if now == before:
        return None
    is_off, was_off = (each["status"] == EventStatus.CANCELLED for each in (now, before))
    if is_off:
        return None if was_off else EventChange(kind="cancelled")
    old_when = _when(before) if _when(before) != event.when else None
    old_place = before["place"] if before["place"] != now["place"] else None
    old_mode = Mode(before["mode"]) if before["mode"] != now["mode"] else None
    kind = "restored" if was_off else ("moved" if old_when else "changed")
    if kind == "changed" and old_place is None and old_mode is None and before["access"] == now["access"]:
        return None
    return EventChange(
        kind=kind, old_when=old_when, old_mode=old_mode, old_place=old_place,
        has_new_access=before["access"] != now["access"],
    )  # fmt: skip


def _place(event: Event) -> str:
    if event.venue is None:
        return ""
    return f"{event.venue.address}, {event.room.name}" if event.room else event.venue.address


def _when(stored: dict[str, Any]) -> When:
    start, end = stored["start_time"], stored["end_time"]
    return When(
        starts_on=date.fromisoformat(stored["starts_on"]),
        ends_on=date.fromisoformat(stored["ends_on"]),
        start_time=time.fromisoformat(start) if start else None,
        end_time=time.fromisoformat(end) if end else None,
        precision=Precision(stored["precision"]),
        zone=stored["zone"],
    )
