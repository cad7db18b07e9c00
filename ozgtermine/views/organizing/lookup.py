"""What the editors' views look up."""

from flask import request

from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.models import Event, Series, Venue
from ozgtermine.queries.organizing import event_to_edit, venues


def event_or_404(event_id: int) -> Event:
    """Return the event with all that its page shows."""
    event = db.session.scalars(event_to_edit(event_id)).one_or_none()
    if event is None:
        raise NotFoundError
    return event


def series_or_404(series_id: int) -> Series:
    """Return the series."""
    series = db.session.get(Series, series_id)
    if series is None:
        raise NotFoundError
    return series


def all_venues() -> list[Venue]:
    """Return every venue."""
    return list(db.session.scalars(venues()))


def seen_version() -> int:
    """Return the version that the posted form was made from; a missing one counts as stale."""
    return request.form.get("version", 0, type=int)
