"""Registering: the form, its check, and what follows."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.forms.registration import RegistrationForm, carried
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event
from ozgtermine.operations import registering
from ozgtermine.operations.offers import WrongDomainError
from ozgtermine.queries.events import find_event, find_event_with_form
from ozgtermine.rendering.events import where_text
from ozgtermine.rendering.registrations import about_event
from ozgtermine.rules.permissions import Action
from ozgtermine.views import haste, pace
from ozgtermine.views.answers import page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.in_force import seen_revision
from ozgtermine.views.obstacles import mode_hints, obstacle
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("registration", __name__)


@blueprint.get("/termine/<slug>/anmelden")
@requires(Action.REGISTER)
def ask(slug: str) -> Response:
    """Show the form, or why one cannot register and what to do instead."""
    event = _event_with_form_or_404(slug)
    stopped = obstacle(db.session(), event, clock.now())
    if stopped:
        return page("registration/obstacle.html", event=event, obstacle=stopped)
    return _form_page(event, RegistrationForm.of(event, begun=haste.begun_now(settings().secret_key)))


@blueprint.post("/termine/<slug>/anmelden")
@requires(Action.REGISTER)
def submit(slug: str) -> Response:
    """Check what was typed, show it to be checked once more, then take it. Each step carries all that was typed."""
    event = _event_with_form_or_404(slug)
    stopped = obstacle(db.session(), event, clock.now())
    if stopped:
        return page("registration/obstacle.html", 409, event=event, obstacle=stopped)
    form = RegistrationForm.of(event, request.form)
    step = request.form.get("schritt", "pruefen")
    if step == "aendern":
        return _form_page(event, form)
    if not form.validate():
        return _form_page(event, form, status=422)
    if step != "absenden":
        return page("registration/check.html", about=about_event(event), form=form, carried=carried(request.form))
    return _send(event, form)


def _send(event: Event, form: RegistrationForm) -> Response:
    """Take the form, unless it came like a program's, or too many come from there: then the same once more."""
    if "mensch" not in request.form and _is_suspicious(form):
        return page("registration/assure.html", about=about_event(event), form=form, carried=carried(request.form))
    if seconds := pace.seconds_to_wait():
        waits = page("registration/later.html", about=about_event(event), form=form, carried=carried(request.form))
        return pace.later(waits, seconds)
    return _take(event, form)


def _form_page(event: Event, form: RegistrationForm, *, status: int = 200) -> Response:
    hints = mode_hints(db.session(), event)
    place = where_text(event)
    return page("registration/form.html", status, event=event, form=form, mode_hints=hints, place=place)


def _is_suspicious(form: RegistrationForm) -> bool:
    return haste.looks_like_a_program(settings().secret_key, form.begun.data or "", form.website.data or "")


def _take(event: Event, form: RegistrationForm) -> Response:
    if event.offer is None:
        raise NotFoundError
    details, offer_id = form.details(event), event.offer.id
    try:
        with transaction() as session:
            registering.request_registration(
                session, offer_id, details, colleagues=form.colleague_details(details),
                letterhead=_letterhead(), now=clock.now(),
            )  # fmt: skip
    except WrongDomainError as refusal:
        show_in_form(form, refusal)
        return _form_page(_event_with_form_or_404(event.slug), form, status=refusal.status)
    return see_other("registration.sent", slug=event.slug)


@blueprint.get("/termine/<slug>/anmelden/gesendet")
@requires(Action.REGISTER)
def sent(slug: str) -> Response:
    """Say that a mail is on its way: the same page whether or not the address is known."""
    return page("registration/sent.html", about=about_event(_event_or_404(slug)))


def _event_or_404(slug: str) -> Event:
    return _or_404(find_event(db.session(), slug, actor=current_actor(), now=clock.now()))


def _event_with_form_or_404(slug: str) -> Event:
    seen = seen_revision()
    return _or_404(find_event_with_form(db.session(), slug, actor=current_actor(), now=clock.now(), seen=seen))


def _or_404(event: Event | None) -> Event:
    if event is None:
        raise NotFoundError
    return event


def _letterhead() -> Letterhead:
    return Letterhead.of(settings())
