"""One series: what comes, what was, its documents, its calendar."""

from collections import defaultdict
from datetime import datetime

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.models import Document, Event
from ozgtermine.queries.documents import documents_of_series
from ozgtermine.queries.events import find_series, past, upcoming
from ozgtermine.queries.mirrors import mirror_of
from ozgtermine.queries.people import leads
from ozgtermine.queries.seats import counts
from ozgtermine.queries.turning_points import next_turn
from ozgtermine.rendering.events import card
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import Opening
from ozgtermine.views.answers import page
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor
from ozgtermine.views.sharing import shared_page

blueprint = Blueprint("series", __name__)

MOST_PAST_EVENTS = 200


@blueprint.get("/reihen/<slug>")
@requires(Action.READ_PUBLIC)
def show(slug: str) -> Response:
    """Show one series."""
    actor, now = current_actor(), clock.now()
    series = find_series(db.session(), slug, actor=actor)
    if series is None:
        raise NotFoundError
    coming = list(db.session.scalars(upcoming(actor, now, series_ids=[series.id])))
    over = list(db.session.scalars(past(actor, now, series_ids=[series.id], limit=MOST_PAST_EVENTS)))
    counted = counts(db.session(), [each.offer.id for each in coming if each.offer])
    documents: defaultdict[int, list[Document]] = defaultdict(list)
    for document in db.session.scalars(documents_of_series(actor, now, series.id)):
        documents[document.event_id].append(document)
    answer = page(
        "series/show.html",
        series=series,
        coming=[card(each, counted, now) for each in coming],
        can_register_for_several=sum(_is_open(each, now) for each in coming) > 1,
        past=[(card(each, {}, now), documents.get(each.id, [])) for each in over],
        source=mirror_of(db.session(), series.id) if series.is_foreign else None,
        leads=list(db.session.scalars(leads(series.id, clock.today()))),
    )
    return shared_page(answer, next_turn(db.session(), now))


def _is_open(event: Event, now: datetime) -> bool:
    return event.offer is not None and event.offer.opening(now) is Opening.OPEN
