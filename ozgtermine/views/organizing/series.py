"""Series: list, create, edit."""

from flask import Blueprint, Response, request

from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal, StaleEditError
from ozgtermine.forms.series import SeriesForm, values_by_default
from ozgtermine.models import Series
from ozgtermine.operations import editing_series
from ozgtermine.queries.mirrors import mirror_of
from ozgtermine.queries.organizing import series_for
from ozgtermine.rendering.words import SERIES_KINDS
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import all_venues, seen_version, series_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_series", __name__)


@blueprint.get("/verwaltung/reihen")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    found = list(db.session.scalars(series_for(current_actor(), Action.READ_WORKSPACE)))
    return page("organizing/series.html", series=found, kinds=SERIES_KINDS)


@blueprint.get("/verwaltung/reihen/neu")
@requires(Action.CREATE_SERIES)
def ask_new() -> Response:
    form = SeriesForm.of(all_venues(), None, begins_with=values_by_default(settings()))
    return page("organizing/series_form.html", form=form, **_shown(None))


@blueprint.post("/verwaltung/reihen/neu")
@requires(Action.CREATE_SERIES)
def create() -> Response:
    """Add a series."""
    form = SeriesForm.of(all_venues(), request.form)
    if form.validate():
        try:
            with transaction() as session:
                editing_series.create_series(session, form.details())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Reihe ist angelegt.")))
            return see_other(".index")
    return page("organizing/series_form.html", 422, form=form, **_shown(None))


@blueprint.get("/verwaltung/reihen/<int:series_id>")
@requires(Action.EDIT_SERIES)
def ask_edit(series_id: int) -> Response:
    series = series_or_404(series_id)
    return page("organizing/series_form.html", form=SeriesForm.of(all_venues(), None, series), **_shown(series))


@blueprint.post("/verwaltung/reihen/<int:series_id>")
@requires(Action.EDIT_SERIES)
def edit(series_id: int) -> Response:
    """Take over what was typed; if somebody else was faster, show both versions and lose nothing."""
    series = series_or_404(series_id)
    form = SeriesForm.of(all_venues(), request.form)
    if form.validate():
        try:
            with transaction() as session:
                own = session.get_one(Series, series_id, with_for_update=True)
                editing_series.edit_series(own, form.details(), seen_version=seen_version())
        except StaleEditError:
            theirs = SeriesForm.of(all_venues(), None, series_or_404(series_id))
            return page("organizing/series_conflict.html", 409, form=form, theirs=theirs, series=series)
        notice("success", translate(N_("Die Änderungen sind gespeichert.")))
        return see_other(".index")
    return page("organizing/series_form.html", 422, form=form, **_shown(series))


def _shown(series: Series | None) -> dict[str, object]:
    """Return what the page shows besides its form: the series, and how the calendar that it follows stands."""
    return {"series": series, "mirror": mirror_of(db.session(), series.id) if series else None}
