"""Events: list, create, look at, edit."""

from flask import Blueprint, Response, request, url_for

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal, StaleEditError
from ozgtermine.forms.event import EventForm, event_values, series_values
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, Series
from ozgtermine.operations import scheduling
from ozgtermine.queries.organizing import PAGE_SIZE, all_events, all_series, counts_by_state, number_of, page_of
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import authorise, requires
from ozgtermine.views.organizing.lookup import all_venues, event_or_404, seen_version, series_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_events", __name__)

STATES = {"kommende": N_("Kommende"), "entwuerfe": N_("Entwürfe"), "alle": N_("Alle")}


@blueprint.get("/verwaltung/termine")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    """Show events, narrowed by series and state, page by page."""
    series_id, state = request.args.get("reihe", type=int), request.args.get("stand", "kommende")
    number = max(1, request.args.get("seite", 1, type=int))
    found = all_events(
        series_id=series_id,
        coming_after=clock.now() if state == "kommende" else None,
        drafts=state == "entwuerfe",
    )
    pages = max(1, -(-number_of(db.session(), found) // PAGE_SIZE))
    return page(
        "organizing/events.html",
        events=list(db.session.scalars(page_of(found, min(number, pages)))),
        series=list(db.session.scalars(all_series())),
        series_id=series_id,
        states=[(text, url_for(".index", stand=key, reihe=series_id), key == state) for key, text in STATES.items()],
        number=min(number, pages),
        pages=pages,
        url_of=lambda each: url_for(".index", stand=state, reihe=series_id, seite=each),
        now=clock.now(),
    )


@blueprint.get("/verwaltung/termine/neu")
@requires(Action.EDIT_EVENTS)
def ask_new() -> Response:
    """Show the form with the defaults of the chosen series; without one, the choice of series."""
    series_id = request.args.get("reihe", type=int)
    if series_id is None:
        return page("organizing/choose_series.html", series=list(db.session.scalars(all_series())))
    series = series_or_404(series_id)
    return _form_page(EventForm.of(all_venues(), None, series_values(series)), series)


@blueprint.post("/verwaltung/termine/neu")
@requires(Action.EDIT_EVENTS)
def create() -> Response:
    """Add a draft."""
    series = series_or_404(request.args.get("reihe", 0, type=int))
    authorise(Action.EDIT_EVENTS, series)
    form = EventForm.of(all_venues(), request.form, {})
    if form.validate():
        try:
            with transaction() as session:
                own = session.get_one(Series, series.id)
                event = scheduling.create_event(session, own, form.details(), form.when(), now=clock.now())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Der Entwurf ist angelegt. Veröffentlichen Sie ihn, wenn er fertig ist.")))
            return see_other(".show", event_id=event.id)
    return _form_page(form, series, status=422)


def _form_page(form: EventForm, series: Series, event: Event | None = None, status: int = 200) -> Response:
    return page("organizing/event_form.html", status, form=form, series=series, event=event)


@blueprint.get("/verwaltung/termine/<int:event_id>")
@requires(Action.READ_WORKSPACE)
def show(event_id: int) -> Response:
    """Show one event with what can be done to it."""
    event = event_or_404(event_id)
    counted = counts_by_state(db.session(), event.offer.id) if event.offer else {}
    return page("organizing/event.html", event=event, counted=counted, now=clock.now())


@blueprint.get("/verwaltung/termine/<int:event_id>/bearbeiten")
@requires(Action.EDIT_EVENTS)
def ask_edit(event_id: int) -> Response:
    event = event_or_404(event_id)
    form = EventForm.of(all_venues(), None, event_values(event), with_date=event.published_at is None)
    return _form_page(form, event.series, event)


@blueprint.post("/verwaltung/termine/<int:event_id>/bearbeiten")
@requires(Action.EDIT_EVENTS)
def edit(event_id: int) -> Response:
    """Take over what was typed; if somebody else was faster, show both versions and lose nothing."""
    event = event_or_404(event_id)
    authorise(Action.EDIT_EVENTS, event)
    form = EventForm.of(all_venues(), request.form, {}, with_date=event.published_at is None)
    if form.validate():
        try:
            _save(event_id, form)
        except StaleEditError:
            theirs = EventForm.of(all_venues(), None, event_values(event), with_date=event.published_at is None)
            return page("organizing/conflict.html", 409, form=form, theirs=theirs, event=event)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Änderungen sind gespeichert.")))
            return see_other(".show", event_id=event_id)
    return _form_page(form, event.series, event, 422)


def _save(event_id: int, form: EventForm) -> None:
    with transaction() as session:
        event = scheduling.get_event(session, event_id, seen_version=seen_version())
        when = form.when() if event.published_at is None else event.when
        letterhead = Letterhead.of(settings())
        scheduling.edit_event(session, event, form.details(), when, letterhead=letterhead, now=clock.now())
