"""The terms of registration: of one event, and those that a series' new events begin with."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.forms.terms import TermsForm
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, RegistrationOffer, Series
from ozgtermine.operations import setting_terms
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404, series_or_404
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_terms", __name__)


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldeangebot")
@requires(Action.EDIT_EVENTS)
def ask_of_event(event_id: int) -> Response:
    event, offer = _event_with_offer(event_id)
    return page("organizing/terms.html", event=event, series=event.series, form=TermsForm.of(offer))


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldeangebot")
@requires(Action.EDIT_EVENTS)
def set_of_event(event_id: int) -> Response:
    """Change the terms of one event's offer; a form with errors comes back as it was typed."""
    event, offer = _event_with_offer(event_id)
    form = TermsForm.of(offer, request.form)
    if not form.validate():
        return page("organizing/terms.html", 422, event=event, series=event.series, form=form)
    details, offer_id = form.details(offer), offer.id
    with transaction() as session:
        setting_terms.set_terms_of_offer(
            session, offer_id, details, form.question_details(), issue=form.wanted_issue(),
            letterhead=Letterhead.of(settings()), now=clock.now(),
        )  # fmt: skip
    notice("success", translate(N_("Die Bedingungen der Anmeldung sind gespeichert.")))
    return see_other("organizing_events.show", event_id=event_id)


@blueprint.get("/verwaltung/reihen/<int:series_id>/anmeldeangebot")
@requires(Action.EDIT_SERIES)
def ask_of_series(series_id: int) -> Response:
    series = series_or_404(series_id)
    return page("organizing/terms.html", event=None, series=series, form=TermsForm.of(series.terms))


@blueprint.post("/verwaltung/reihen/<int:series_id>/anmeldeangebot")
@requires(Action.EDIT_SERIES)
def set_of_series(series_id: int) -> Response:
    """Change what the offers of new events begin with."""
    series = series_or_404(series_id)
    form = TermsForm.of(series.terms, request.form)
    if not form.validate():
        return page("organizing/terms.html", 422, event=None, series=series, form=form)
    details = form.details(series.terms)
    with transaction() as session:
        setting_terms.set_terms_of_series(
            session, session.get_one(Series, series_id), details, form.question_details()
        )
    notice("success", translate(N_("Neue Termine der Reihe beginnen mit diesen Bedingungen.")))
    return see_other("organizing_series.ask_edit", series_id=series_id)


def _event_with_offer(event_id: int) -> tuple[Event, RegistrationOffer]:
    event = event_or_404(event_id)
    if event.offer is None:
        raise NotFoundError
    return event, event.offer
