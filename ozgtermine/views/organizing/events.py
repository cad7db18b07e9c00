"""Events: list, look at, preview, edit."""

from flask import Blueprint, Response, request, url_for

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal, StaleEditError
from ozgtermine.forms.event import EventForm, event_values
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event
from ozgtermine.operations import scheduling
from ozgtermine.operations.announcing_changes import pending_notice
from ozgtermine.operations.taking_back import last_revocable
from ozgtermine.queries.organizing import PAGE_SIZE, all_events, counts_by_state, number_of, page_of, series_for
from ozgtermine.rendering.words import PROGRAMME_STATES
from ozgtermine.rules.permissions import ANONYMOUS, Action
from ozgtermine.views.answers import confidential, notice, page, see_other, settings
from ozgtermine.views.events import event_page
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import all_venues, event_or_404, seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_events", __name__)

STATES = {"kommende": N_("Kommende"), "entwuerfe": N_("Entwürfe"), "alle": N_("Alle")}


@blueprint.get("/verwaltung/termine")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    """Show events, narrowed by series and state, page by page."""
    series_id, state = request.args.get("reihe", type=int), request.args.get("stand", "kommende")
    number = max(1, request.args.get("seite", 1, type=int))
    actor = current_actor()
    found = all_events(
        actor,
        series_id=series_id,
        coming_after=clock.now() if state == "kommende" else None,
        drafts=state == "entwuerfe",
    )
    pages = max(1, -(-number_of(db.session(), found) // PAGE_SIZE))
    return page(
        "organizing/events.html",
        events=list(db.session.scalars(page_of(found, min(number, pages)))),
        series=list(db.session.scalars(series_for(actor, Action.READ_WORKSPACE))),
        series_id=series_id,
        state=state,
        states=[(text, url_for(".index", stand=key, reihe=series_id), key == state) for key, text in STATES.items()],
        number=min(number, pages),
        pages=pages,
        url_of=lambda each: url_for(".index", stand=state, reihe=series_id, seite=each),
        now=clock.now(),
    )


@blueprint.get("/verwaltung/termine/<int:event_id>")
@requires(Action.READ_WORKSPACE)
def show(event_id: int) -> Response:
    """Show one event with what can be done to it."""
    event, now = event_or_404(event_id), clock.now()
    counted = counts_by_state(db.session(), event.offer.id) if event.offer else {}
    change = last_revocable(db.session(), event, now=now)
    told = pending_notice(db.session(), event)
    return page(
        "organizing/event.html",
        event=event,
        counted=counted,
        change=change,
        told=told,
        programme_states=PROGRAMME_STATES,
        now=now,
    )


@blueprint.get("/verwaltung/termine/<int:event_id>/vorschau")
@requires(Action.READ_WORKSPACE)
def preview(event_id: int) -> Response:
    """Show the event's page as everybody would see it, published or not."""
    return confidential(event_page(event_or_404(event_id), ANONYMOUS, is_preview=True))


@blueprint.get("/verwaltung/termine/<int:event_id>/bearbeiten")
@requires(Action.EDIT_EVENTS)
def ask_edit(event_id: int) -> Response:
    event = event_or_404(event_id)
    form = EventForm.of(all_venues(), None, event_values(event), with_date=event.published_at is None)
    return _form_page(form, event)


@blueprint.post("/verwaltung/termine/<int:event_id>/bearbeiten")
@requires(Action.EDIT_EVENTS)
def edit(event_id: int) -> Response:
    """Take over what was typed; if somebody else was faster, show both versions and lose nothing."""
    event = event_or_404(event_id)
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
    return _form_page(form, event, 422)


def _form_page(form: EventForm, event: Event, status: int = 200) -> Response:
    return page("organizing/event_form.html", status, form=form, series=event.series, event=event)


def _save(event_id: int, form: EventForm) -> None:
    with transaction() as session:
        event = scheduling.get_event(session, event_id, seen_version=seen_version())
        when = form.when() if event.published_at is None else event.when
        letterhead = Letterhead.of(settings())
        scheduling.edit_event(session, event, form.details(), when, letterhead=letterhead, now=clock.now())
