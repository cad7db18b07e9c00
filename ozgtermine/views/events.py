"""One event: topic, when, where, state in words, registration, calendar file, documents."""

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.models import Access, Audience, Event
from ozgtermine.queries.documents import documents_of_event
from ozgtermine.queries.events import find_event
from ozgtermine.queries.registrations import counts
from ozgtermine.rendering.events import badges, moved_text, topic_text, where_text
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import Opening
from ozgtermine.views.answers import page
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("events", __name__)


@blueprint.get("/termine/<slug>")
@requires(Action.READ_PUBLIC)
def show(slug: str) -> Response:
    """Show one event; a hidden one is like one that does not exist."""
    actor, now = current_actor(), clock.now()
    event = find_event(db.session(), slug, actor=actor, now=now)
    if event is None:
        raise NotFoundError
    counted = counts(db.session(), [event.offer.id] if event.offer else [])
    return page(
        "events/show.html",
        event=event,
        topic=topic_text(event),
        where=where_text(event),
        moved=moved_text(event),
        badges=list(badges(event, counted, now)),
        opening=event.offer.opening(now) if event.offer else Opening.NEVER,
        is_over=event.is_over(now),
        documents_shown=list(db.session.scalars(documents_of_event(actor, now, event.id))),
        access=_public_access(event),
    )


def _public_access(event: Event) -> Access | None:
    access = event.access
    if access is None or access.audience is not Audience.EVERYBODY:
        return None
    return access if access.visible_from is None or access.visible_from <= clock.now() else None
