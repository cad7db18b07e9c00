"""The start page: what comes next, by month, narrowed by kind and series."""

from flask import Blueprint, Response, request, url_for

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.models import Document, Series, SeriesKind
from ozgtermine.queries.documents import newest_documents
from ozgtermine.queries.events import upcoming, visible_series
from ozgtermine.queries.registrations import counts
from ozgtermine.queries.turning_points import next_turn
from ozgtermine.rendering.events import by_month, card
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import page
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor
from ozgtermine.views.sharing import shared_page
from ozgtermine.wording import N_

blueprint = Blueprint("start", __name__)

KINDS = {
    "sprechstunden": (SeriesKind.CONSULTATION_HOUR, N_("Sprechstunden")),
    "arbeitsgruppen": (SeriesKind.WORKING_GROUP, N_("Arbeitsgruppen")),
    "plenarsitzungen": (SeriesKind.PLENARY, N_("Plenarsitzungen")),
    "kongresse": (SeriesKind.CONGRESS, N_("Kongresse")),
    "weitere": (SeriesKind.OTHER, N_("Weitere")),
}
MOST_EVENTS = 100
NEW_DOCUMENTS = 3


@blueprint.get("/")
@requires(Action.READ_PUBLIC)
def index() -> Response:
    """Show the coming events; an unknown filter shows all of them."""
    actor, now = current_actor(), clock.now()
    every_series = list(db.session.scalars(visible_series(actor)))
    kind = request.args.get("art", "")
    chosen = next((each for each in every_series if each.slug == request.args.get("reihe")), None)
    statement = upcoming(
        actor,
        now,
        kind=KINDS[kind][0] if kind in KINDS else None,
        series_ids=[chosen.id] if chosen else None,
        limit=MOST_EVENTS,
    )
    found = list(db.session.scalars(statement))
    counted = counts(db.session(), [each.offer.id for each in found if each.offer])
    answer = page(
        "start/index.html",
        months=list(by_month(card(each, counted, now) for each in found)),
        kinds=_kind_links(kind, every_series),
        series=[each for each in every_series if kind not in KINDS or each.kind is KINDS[kind][0]],
        chosen=chosen,
        kind=kind if kind in KINDS else "",
        new_documents=_new_documents(),
    )
    known = [name for name, is_known in (("art", kind in KINDS), ("reihe", chosen is not None)) if is_known]
    return shared_page(answer, next_turn(db.session(), now), arguments=known)


def _kind_links(chosen: str, every_series: list[Series]) -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is the chosen one; only kinds that have a series."""
    present = {each.kind for each in every_series}
    all_events = (N_("Alle"), url_for("start.index"), chosen not in KINDS)
    return [all_events] + [
        (label, url_for("start.index", art=slug), slug == chosen)
        for slug, (kind, label) in KINDS.items()
        if kind in present
    ]


def _new_documents() -> list[Document]:
    return list(db.session.scalars(newest_documents(current_actor(), clock.now(), limit=NEW_DOCUMENTS)))
