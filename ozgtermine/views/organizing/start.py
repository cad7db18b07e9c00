"""What needs doing, and what comes next."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import Select

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.models import Event
from ozgtermine.queries import todo
from ozgtermine.queries.directory import pair_gaps
from ozgtermine.queries.organizing import all_events
from ozgtermine.queries.outbox import number_of_failed
from ozgtermine.rendering.words import PAIR_FLAWS
from ozgtermine.rules.permissions import Action, Actor, may
from ozgtermine.views.answers import page
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("organizing_start", __name__)

MOST_ROWS = 8


@blueprint.get("/verwaltung/")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    """Show what waits for a decision, what lacks something, and the next dates."""
    now = clock.now()
    waiting = _waiting(current_actor(), now)
    return page(
        "organizing/index.html",
        **waiting,
        pair_flaws=PAIR_FLAWS,
        nothing_to_do=not any(waiting.values()),
        coming=_first(all_events(current_actor(), coming_after=now)),
        now=now,
    )


def _waiting(actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what waits, by its kind; each kind is empty for those who have no part in it."""
    session, plans = db.session(), may(actor, Action.EDIT_EVENTS)
    return {
        "number_of_failed": number_of_failed(session) if may(actor, Action.READ_OUTBOX) else 0,
        "lead_gaps": pair_gaps(session, actor, clock.today()) if may(actor, Action.EDIT_MEMBERS) else [],
        "requests": todo.with_requests(session, actor, now),
        "reports_due": todo.reports_due(session, actor, now),
        "without_topic": _first(todo.without_topic(actor, now)) if plans else [],
        "without_time": _first(todo.without_time(actor, now)) if plans else [],
        "without_presentation": _first(todo.without_presentation(actor, now)),
        "unreachable_mirrors": list(session.scalars(todo.unreachable_mirrors(actor).limit(MOST_ROWS))),
        "vanished": _first(todo.vanished(actor, now)),
        "unpublished": _first(todo.unpublished(actor, now)) if plans else [],
    }


def _first(found: Select[Event]) -> list[Event]:
    return list(db.session.scalars(found.limit(MOST_ROWS)))
