"""What a registered person changes behind a mailed link: answers, a deputy, further events of the series."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.registration_changes import ChangeForm, DeputyForm
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, LinkPurpose, Registration
from ozgtermine.operations import answering, confirming, consents, deputising
from ozgtermine.operations.offers import joinable
from ozgtermine.operations.registration_links import get_registration
from ozgtermine.queries.events import upcoming
from ozgtermine.queries.registrations import of_address
from ozgtermine.rendering.participation import place_of
from ozgtermine.rendering.words import STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import LIVE
from ozgtermine.views.answers import confidential, page, see_other, settings
from ozgtermine.views.dead_links import lead_on
from ozgtermine.views.guards import requires
from ozgtermine.views.obstacles import mode_hints
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor

blueprint = Blueprint("registration_changes", __name__, url_prefix="/anmeldung")
lead_on(blueprint)


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    """What lies behind a mailed link, errors included, stays out of caches, others' logs and search engines."""
    return confidential(response)


@blueprint.get("/<token>/aendern")
@requires(Action.REGISTER)
def ask_change(token: str) -> Response:
    """Show what was said, to be changed."""
    registration = _registration(token)
    return _change_page(registration, token, ChangeForm.of_registration(registration))


@blueprint.post("/<token>/aendern")
@requires(Action.REGISTER)
def change(token: str) -> Response:
    """Take the changes over; a form with errors comes back as it was typed."""
    registration = _registration(token)
    form = ChangeForm.of_registration(registration, request.form)
    if not form.validate():
        return _change_page(registration, token, form, status=422)
    details = form.changed(registration)
    with transaction() as session:
        answering.change(session, token, details, letterhead=_letterhead(), now=clock.now())
    return see_other("registration_links.show", token=token)


@blueprint.post("/<token>/einwilligung/<int:consent_id>/widerrufen")
@requires(Action.REGISTER)
def revoke(token: str, consent_id: int) -> Response:
    """Take a consent back, also after registration has closed."""
    with transaction() as session:
        consents.revoke(session, token, consent_id, now=clock.now())
    return see_other("registration_links.show", token=token)


def _change_page(registration: Registration, token: str, form: ChangeForm, *, status: int = 200) -> Response:
    event = registration.offer.event
    hints = mode_hints(db.session(), event)
    return page("registration/change.html", status, event=event, form=form, token=token, mode_hints=hints)


@blueprint.get("/<token>/vertretung")
@requires(Action.REGISTER)
def ask_deputy(token: str) -> Response:
    """Ask who takes the place."""
    return page("registration/deputy.html", event=_registration(token).offer.event, token=token, form=DeputyForm())


@blueprint.post("/<token>/vertretung")
@requires(Action.REGISTER)
def send_deputy(token: str) -> Response:
    """Mail the deputy a link; until it is used everything stays as it is."""
    form = DeputyForm(request.form)
    if not form.validate():
        return page("registration/deputy.html", 422, event=_registration(token).offer.event, token=token, form=form)
    try:
        with transaction() as session:
            deputising.ask_deputy(session, token, **form.data, letterhead=_letterhead(), now=clock.now())
    except Refusal as refusal:
        show_in_form(form, refusal)
        event = _registration(token).offer.event
        return page("registration/deputy.html", refusal.status, event=event, token=token, form=form)
    return see_other("registration_links.show", token=token)


@blueprint.get("/vertretung/<token>")
@requires(Action.REGISTER)
def ask_to_take_over(token: str) -> Response:
    """Show the deputy what the button will do."""
    deputy = deputising.get_deputy(db.session(), token, now=clock.now())
    event = deputy.registration.offer.event
    place = place_of(event, deputy.registration.mode)
    return page("registration/take_over.html", deputy=deputy, event=event, place=place, token=token)


@blueprint.post("/vertretung/<token>")
@requires(Action.REGISTER)
def take_over(token: str) -> Response:
    """Put the deputy in the registration's place, and show it to them."""
    with transaction() as session:
        managed = deputising.take_over(session, token, letterhead=_letterhead(), now=clock.now())
    return see_other("registration_links.show", token=managed.token)


@blueprint.get("/<token>/weitere")
@requires(Action.REGISTER)
def ask_further(token: str) -> Response:
    """Show what one is registered for in the series, and the other events that one can register for."""
    registration = _registration(token)
    own = {each.offer.event.id: each.state for each in _of_same_person(registration)}
    further = [each for each in _further(registration) if each.id not in own]
    had = [(each, own[each.id]) for each in _coming(registration) if each.id in own]
    return page("registration/further.html", further=further, had=had, states=STATES, token=token,
                series=registration.offer.event.series)  # fmt: skip


@blueprint.post("/<token>/weitere")
@requires(Action.REGISTER)
def join_further(token: str) -> Response:
    """Register for what was ticked, without another mail to confirm the address; the page says what came of it."""
    registration = _registration(token)
    wanted = set(request.form.getlist("termin", type=int))
    offered = [each.offer.id for each in _further(registration) if each.offer and each.id in wanted]
    with transaction() as session:
        confirming.join(session, token, offered, letterhead=_letterhead(), now=clock.now())
    return see_other("registration_changes.ask_further", token=token)


def _coming(registration: Registration) -> list[Event]:
    series_id = registration.offer.event.series_id
    return list(db.session.scalars(upcoming(current_actor(), clock.now(), series_ids=[series_id])))


def _further(registration: Registration) -> list[Event]:
    return list(joinable(_coming(registration), clock.now()))


def _of_same_person(registration: Registration) -> list[Registration]:
    same = of_address(db.session(), registration.email_normalised)
    return [each for each in same if each.name_normalised == registration.name_normalised and each.state in LIVE]


def _registration(token: str) -> Registration:
    return get_registration(db.session(), token, LinkPurpose.MANAGE, now=clock.now())


def _letterhead() -> Letterhead:
    return Letterhead.of(settings())
