"""What the editors' views look up, together with whether the actor may do to it what the route declares."""

from typing import TypeVar

from flask import current_app, request

from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.models import Document, Event, Series, Venue
from ozgtermine.queries.organizing import event_to_edit, series_for, venues
from ozgtermine.rules.permissions import Action, Hideable
from ozgtermine.views.guards import authorise, declared_action
from ozgtermine.views.sessions import current_actor


def event_or_404(event_id: int) -> Event:
    """Return the event with all that its page shows, if the actor works on it and may do this route's action to it."""
    return _allowed(db.session.scalars(event_to_edit(current_actor(), event_id)).one_or_none())


def series_or_404(series_id: int) -> Series:
    """Return the series, if the actor works on it and may do this route's action to it."""
    found = series_for(current_actor(), Action.READ_WORKSPACE).where(Series.id == series_id)
    return _allowed(db.session.scalars(found).one_or_none())


def document_or_404(document_id: int) -> Document:
    """Return the document, if the actor works on its event and may do this route's action to it."""
    document = db.session.get(Document, document_id)
    if document is not None:
        event_or_404(document.event_id)
    return _allowed(document)


Thing = TypeVar("Thing", bound=Hideable)


def _allowed(thing: Thing | None) -> Thing:
    if thing is None:
        raise NotFoundError
    authorise(route_action(), thing)
    return thing


def route_action() -> Action:
    """Return the action that the present route declares."""
    action = declared_action(current_app, request.endpoint or "")
    if action is None:
        raise NotFoundError
    return action


def all_venues() -> list[Venue]:
    """Return every venue."""
    return list(db.session.scalars(venues()))


def seen_version() -> int:
    """Return the version that the posted form was made from; a missing one counts as stale."""
    return request.form.get("version", 0, type=int)
