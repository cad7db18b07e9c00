"""Registering once for several events of a series: one form, one mail to confirm the address."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.forms.registration import SeriesForm, carried
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, Series
from ozgtermine.operations import registering
from ozgtermine.operations.offers import WrongDomainError, joinable
from ozgtermine.queries.events import find_series, upcoming
from ozgtermine.rendering.registrations import about_series
from ozgtermine.rules.permissions import Action
from ozgtermine.views import haste, pace
from ozgtermine.views.answers import page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("series_registration", __name__)


@blueprint.get("/reihen/<slug>/anmelden")
@requires(Action.REGISTER)
def ask(slug: str) -> Response:
    """Show the form with every event of the series that is open, or that there is none."""
    series, events = _series_or_404(slug)
    begun = haste.begun_now(settings().secret_key)
    return _form_page(series, events, SeriesForm.of_events(events, begun=begun))


@blueprint.post("/reihen/<slug>/anmelden")
@requires(Action.REGISTER)
def submit(slug: str) -> Response:
    """Check what was typed, show it to be checked once more, then take it."""
    series, events = _series_or_404(slug)
    form, step = SeriesForm.of_events(events, request.form), request.form.get("schritt", "pruefen")
    if step == "aendern":
        return _form_page(series, events, form)
    if not form.validate():
        return _form_page(series, events, form, status=422)
    if step != "absenden":
        return _step("registration/check.html", series, form)
    secret = settings().secret_key
    is_hasty = haste.looks_like_a_program(secret, form.begun.data or "", form.website.data or "")
    if is_hasty and "mensch" not in request.form:
        return _step("registration/assure.html", series, form)
    if seconds := pace.seconds_to_wait():
        return pace.later(_step("registration/later.html", series, form), seconds)
    return _take(series, events, form)


def _take(series: Series, events: list[Event], form: SeriesForm) -> Response:
    chosen = [each for each in events if each.id in set(form.events.data)]
    if not chosen:
        form.events.errors = [form.events.validators[0].sentence]
        return _form_page(series, events, form, status=422)
    letterhead, offer_ids = Letterhead.of(settings()), [each.offer.id for each in chosen if each.offer]
    try:
        with transaction() as session:
            registering.request_registration(
                session, offer_ids, form.details(chosen[0]), letterhead=letterhead, now=clock.now()
            )
    except WrongDomainError as refusal:
        show_in_form(form, refusal)
        return _form_page(series, events, form, status=refusal.status)
    return see_other("series_registration.sent", slug=series.slug)


@blueprint.get("/reihen/<slug>/anmelden/gesendet")
@requires(Action.REGISTER)
def sent(slug: str) -> Response:
    """Say that a mail is on its way: the same page whether or not the address is known."""
    series, _events = _series_or_404(slug)
    return page("registration/sent.html", about=about_series(series))


def _form_page(series: Series, events: list[Event], form: SeriesForm, *, status: int = 200) -> Response:
    return page("registration/series_form.html", status, series=series, events=events, form=form)


def _step(template: str, series: Series, form: SeriesForm) -> Response:
    return page(template, about=about_series(series), form=form, carried=carried(request.form))


def _series_or_404(slug: str) -> tuple[Series, list[Event]]:
    actor, now = current_actor(), clock.now()
    series = find_series(db.session(), slug, actor=actor)
    if series is None:
        raise NotFoundError
    coming = db.session.scalars(upcoming(actor, now, series_ids=[series.id]))
    return series, list(joinable(coming, now))
