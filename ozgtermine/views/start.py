"""The start page: what comes next, by month, narrowed by kind and series."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.models import Series, SeriesKind
from ozgtermine.queries.documents import newest_documents
from ozgtermine.queries.events import ids_of_upcoming, visible_series
from ozgtermine.queries.turning_points import next_turn
from ozgtermine.rendering.events import by_month
from ozgtermine.rules.permissions import Action
from ozgtermine.views.guards import requires
from ozgtermine.views.listed import Listed, listed
from ozgtermine.views.parts import Look, kept_part, look
from ozgtermine.views.sessions import current_actor
from ozgtermine.views.sharing import former_answer, shared_page
from ozgtermine.wording import N_, translate

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


@dataclass(frozen=True)
class _Rendered:
    """The page, or what stands between its frame; `known` are the parameters of its address that mean something."""

    title: str
    html: str
    known: tuple[str, ...]
    listed: Listed


@blueprint.get("/")
@requires(Action.READ_PUBLIC)
def index() -> Response:
    """Show the coming events; an unknown filter shows all of them."""
    looking = look(current_actor(), clock.now())
    kind, slug = request.args.get("art", ""), request.args.get("reihe", "")
    seen_by = (looking.actor.account_id, looking.actor.person_id, looking.actor.name)  # the frame says who is signed in
    part = kept_part(("start page", kind, slug, *seen_by), looking, lambda: _page(kind, slug, looking))
    made = part.value
    return shared_page(make_response(made.html), part.valid_until, arguments=made.known, remembered=made.listed)


def _page(kind: str, slug: str, looking: Look) -> tuple[_Rendered, datetime]:
    """Return the page; its content is the same for all with the actor's rights."""
    content = kept_part(("start", kind, slug), looking, lambda: _content(kind, slug, looking))
    html = render_template("start/index.html", title=content.value.title, content=Markup(content.value.html))  # noqa: S704 - escaped there
    return replace(content.value, html=html), content.valid_until


def _content(kind: str, slug: str, looking: Look) -> tuple[_Rendered, datetime]:
    actor, now, _revision = looking
    every_series = list(db.session.scalars(visible_series(actor)))
    chosen = next((each for each in every_series if each.slug == slug), None)
    only_kind = KINDS[kind][0] if kind in KINDS else None
    ids = ids_of_upcoming(
        db.session(), actor, now, kind=only_kind, series_id=chosen.id if chosen else None, limit=MOST_EVENTS
    )
    valid_until, before = next_turn(db.session(), now), former_answer()
    found = listed(db.session(), ids, before if isinstance(before, Listed) else None, now, valid_until)
    html = render_template(
        "start/_content.html",
        months=list(by_month(found.cards.values())),
        kinds=_kind_links(kind, every_series),
        series=[each for each in every_series if only_kind in (None, each.kind)],
        new_documents=newest_documents(db.session(), actor, now, limit=NEW_DOCUMENTS),
    )
    known = [name for name, is_known in (("art", only_kind), ("reihe", chosen)) if is_known]
    title = chosen.title if chosen else translate(N_("Termine"))
    return _Rendered(title, html, tuple(known), found), valid_until


def _kind_links(chosen: str, every_series: list[Series]) -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is the chosen one; only kinds that have a series."""
    present = {each.kind for each in every_series}
    all_events = (N_("Alle"), "/", chosen not in KINDS)
    return [all_events] + [
        (label, f"/?art={slug}", slug == chosen)
        for slug, (kind, label) in KINDS.items()
        if kind in present
    ]
