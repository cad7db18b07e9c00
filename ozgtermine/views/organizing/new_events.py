"""A new event: with the defaults of its series, or like another one; as a draft, or published at once."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.event import EventForm, series_values, template_values
from ozgtermine.models import Event, Series
from ozgtermine.operations import scheduling
from ozgtermine.queries.organizing import series_for
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import all_venues, event_or_404, series_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_new_events", __name__)


@blueprint.get("/verwaltung/termine/neu")
@requires(Action.EDIT_EVENTS)
def ask() -> Response:
    """Show the form, filled from a series or from another event; without either, the choice of series."""
    template_id, series_id = request.args.get("vorlage", type=int), request.args.get("reihe", type=int)
    if template_id is not None:
        template = event_or_404(template_id)
        return _form_page(EventForm.of(all_venues(), None, template_values(template)), template.series, like=template)
    own = list(db.session.scalars(series_for(current_actor(), Action.EDIT_EVENTS)))
    if series_id is None and len(own) != 1:
        return page("organizing/choose_series.html", series=own)
    series = series_or_404(own[0].id if series_id is None else series_id)
    return _form_page(EventForm.of(all_venues(), None, series_values(series)), series)


@blueprint.post("/verwaltung/termine/neu")
@requires(Action.EDIT_EVENTS)
def create() -> Response:
    """Add a draft, or by the other button a published event."""
    series = series_or_404(request.args.get("reihe", 0, type=int))
    like = event_or_404(request.args.get("wie", 0, type=int)) if "wie" in request.args else None
    form = EventForm.of(all_venues(), request.form, {})
    if form.validate():
        try:
            event = _add(series, form, like)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(_DONE[event.published_at is not None]))
            return see_other("organizing_events.show", event_id=event.id)
    return _form_page(form, series, like=like, status=422)


_DONE = {
    True: N_("Der Termin ist veröffentlicht."),
    False: N_("Der Entwurf ist angelegt. Veröffentlichen Sie ihn, wenn er fertig ist."),
}


def _add(series: Series, form: EventForm, like: Event | None) -> Event:
    now = clock.now()
    with transaction() as session:
        own = session.get_one(Series, series.id)
        model = session.get_one(Event, like.id) if like else None
        event = scheduling.create_event(session, own, form.details(), form.when(), like=model, now=now)
        if "publish" in request.form:
            scheduling.publish(session, event, publish_at=now, number=form.number.data, now=now)
    return event


def _form_page(form: EventForm, series: Series, *, like: Event | None = None, status: int = 200) -> Response:
    return page("organizing/event_form.html", status, form=form, series=series, event=None, like=like)
