"""One event: topic, when, where, state in words, registration, calendar file, documents."""

from datetime import datetime

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.models import Access, Audience, Event
from ozgtermine.queries.documents import documents_of_event
from ozgtermine.queries.events import find_event
from ozgtermine.queries.mirrors import source_of
from ozgtermine.queries.programmes import find_shown_programme
from ozgtermine.queries.seats import counts
from ozgtermine.queries.turning_points import next_turn
from ozgtermine.rendering.events import badges, moved_text, topic_text, where_text
from ozgtermine.rendering.programmes import kind_text, programme_days, standing
from ozgtermine.rules.permissions import ANONYMOUS, Action, Actor, may_see
from ozgtermine.rules.registering import Opening
from ozgtermine.views.answers import links, page
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor
from ozgtermine.views.sharing import shared_page

blueprint = Blueprint("events", __name__)


@blueprint.get("/termine/<slug>")
@requires(Action.READ_PUBLIC)
def show(slug: str) -> Response:
    """Show one event; a hidden one is like one that does not exist."""
    actor = current_actor()
    event = find_event(db.session(), slug, actor=actor, now=clock.now())
    if event is None:
        raise NotFoundError
    return shared_page(event_page(event, actor), next_turn(db.session(), clock.now()))


def event_page(event: Event, actor: Actor, *, is_preview: bool = False) -> Response:
    """Return the event's page as `actor` sees it."""
    now = clock.now()
    programme = find_shown_programme(db.session(), event)
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
        access=visible_access(event, actor),
        programme=programme,
        programme_days=list(programme_days(programme)) if programme else [],
        standing=standing(programme) if programme else "",
        kind_text=kind_text,
        programme_calendar=_programme_calendar(event, now) if programme and programme.items else "",
        source=source_of(db.session(), event),
        is_preview=is_preview,
        is_draft=not event.is_published(now),
    )


def _programme_calendar(event: Event, now: datetime) -> str:
    """Return the address of the programme's calendar, nothing where not everybody finds it or no day is known."""
    is_public = event.is_published(now) and may_see(ANONYMOUS, event) and may_see(ANONYMOUS, event.series)
    return links().programme_calendar(event.slug) if is_public and event.when.is_known_to_the_day else ""


def visible_access(event: Event, actor: Actor) -> Access | None:
    """Return how to get in, if that is for `actor` to know by now."""
    access = event.access
    if access is None or (access.visible_from is not None and access.visible_from > clock.now()):
        return None
    is_member = access.audience is Audience.MEMBERS and event.series_id in actor.series_roles
    return access if access.audience is Audience.EVERYBODY or is_member else None
