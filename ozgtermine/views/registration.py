"""Registering: the form, its check, and the pages behind mailed links."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.forms.registration import RegistrationForm
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, LinkPurpose
from ozgtermine.operations import registering
from ozgtermine.operations.offers import FullError, NotOpenError
from ozgtermine.operations.registration_links import get_registration
from ozgtermine.queries.events import find_event
from ozgtermine.queries.registrations import place_in_line
from ozgtermine.rendering.participation import access_for_participants, place_of
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import LIVE, State
from ozgtermine.views import haste
from ozgtermine.views.answers import confidential, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.obstacles import obstacle
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("registration", __name__)


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    """What lies behind a mailed link, errors included, stays out of caches, logs of others and search engines."""
    return confidential(response) if "token" in (request.view_args or {}) else response


@blueprint.get("/termine/<slug>/anmelden")
@requires(Action.REGISTER)
def ask(slug: str) -> Response:
    """Show the form, or why one cannot register and what to do instead."""
    event = _event_or_404(slug)
    stopped = obstacle(db.session(), event, clock.now())
    if stopped:
        return page("registration/obstacle.html", event=event, obstacle=stopped)
    form = RegistrationForm.of(event, begun=haste.begun_now(settings().secret_key))
    return page("registration/form.html", event=event, form=form)


@blueprint.post("/termine/<slug>/anmelden")
@requires(Action.REGISTER)
def submit(slug: str) -> Response:
    """Check what was typed, show it to be checked once more, then take it. Each step carries all that was typed."""
    event = _event_or_404(slug)
    form = RegistrationForm.of(event, request.form)
    step = request.form.get("schritt", "pruefen")
    if step == "aendern":
        return page("registration/form.html", event=event, form=form)
    if not form.validate():
        return page("registration/form.html", 422, event=event, form=form)
    if step != "absenden":
        return page("registration/check.html", event=event, form=form)
    if "mensch" not in request.form and _is_suspicious(form):
        return page("registration/assure.html", event=event, form=form)
    return _take(event, form)


def _is_suspicious(form: RegistrationForm) -> bool:
    return haste.looks_like_a_program(settings().secret_key, form.begun.data or "", form.website.data or "")


def _take(event: Event, form: RegistrationForm) -> Response:
    now = clock.now()
    stopped = obstacle(db.session(), event, now)
    if stopped or event.offer is None:
        return page("registration/obstacle.html", 409, event=event, obstacle=stopped)
    with transaction() as session:
        registering.request_registration(
            session, event.offer.id, form.details(event), letterhead=Letterhead.of(settings()), now=now
        )
    return see_other("registration.sent", slug=event.slug)


@blueprint.get("/termine/<slug>/anmelden/gesendet")
@requires(Action.REGISTER)
def sent(slug: str) -> Response:
    """Say that a mail is on its way: the same page whether or not the address is known."""
    return page("registration/sent.html", event=_event_or_404(slug))


@blueprint.get("/anmeldung/bestaetigen/<token>")
@requires(Action.REGISTER)
def ask_to_confirm(token: str) -> Response:
    """Show what the button will do; following the link alone changes nothing."""
    registration = get_registration(db.session(), token, LinkPurpose.CONFIRM, now=clock.now())
    return page("registration/confirm.html", registration=registration, event=registration.offer.event)


@blueprint.post("/anmeldung/bestaetigen/<token>")
@requires(Action.REGISTER)
def confirm(token: str) -> Response:
    """Confirm the address and go to the registration's own page."""
    now = clock.now()
    try:
        with transaction() as session:
            managed = registering.confirm(session, token, letterhead=Letterhead.of(settings()), now=now)
    except (NotOpenError, FullError):
        registration = get_registration(db.session(), token, LinkPurpose.CONFIRM, now=now)
        event = registration.offer.event
        stopped = obstacle(db.session(), event, now, mode=registration.mode)
        return page("registration/obstacle.html", 409, event=event, obstacle=stopped)
    return see_other("registration.show", token=managed.token)


@blueprint.get("/anmeldung/<token>")
@requires(Action.REGISTER)
def show(token: str) -> Response:
    """Show a registration to whoever holds its link."""
    now = clock.now()
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=now)
    event = registration.offer.event
    is_confirmed = registration.state is State.CONFIRMED
    waits = registration.state is State.WAITING
    return page(
        "registration/show.html",
        registration=registration,
        event=event,
        token=token,
        place=place_of(event, registration.mode),
        place_in_line=place_in_line(db.session(), registration) if waits else None,
        access=access_for_participants(event, now) if is_confirmed else None,
        can_withdraw=registration.state in LIVE and not event.is_over(now),
    )


@blueprint.get("/anmeldung/<token>/abmelden")
@requires(Action.REGISTER)
def ask_to_withdraw(token: str) -> Response:
    """Ask before withdrawing."""
    now = clock.now()
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=now)
    if registration.state not in LIVE or registration.offer.event.is_over(now):
        return see_other("registration.show", token=token)
    return page(
        "registration/withdraw.html", registration=registration, event=registration.offer.event, token=token
    )


@blueprint.post("/anmeldung/<token>/abmelden")
@requires(Action.REGISTER)
def withdraw(token: str) -> Response:
    """Withdraw, and go back to the registration's page, which says so."""
    with transaction() as session:
        registering.withdraw(session, token, letterhead=Letterhead.of(settings()), now=clock.now())
    return see_other("registration.show", token=token)


def _event_or_404(slug: str) -> Event:
    event = find_event(db.session(), slug, actor=current_actor(), now=clock.now())
    if event is None:
        raise NotFoundError
    return event
