"""The pages behind mailed links: confirm, see, withdraw. A GET changes nothing, for mail scanners follow links."""

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import LinkPurpose, Registration
from ozgtermine.operations import registering
from ozgtermine.operations.offers import FullError, NotOpenError
from ozgtermine.operations.registration_links import get_registration
from ozgtermine.queries.registrations import place_in_line
from ozgtermine.rendering.participation import access_for_participants, place_of
from ozgtermine.rendering.registrations import standing
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import LIVE, State
from ozgtermine.views.answers import confidential, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.obstacles import obstacle

blueprint = Blueprint("registration_links", __name__, url_prefix="/anmeldung")


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    """What lies behind a mailed link, errors included, stays out of caches, others' logs and search engines."""
    return confidential(response)


@blueprint.get("/bestaetigen/<token>")
@requires(Action.REGISTER)
def ask_to_confirm(token: str) -> Response:
    """Show what the button will do."""
    registration = get_registration(db.session(), token, LinkPurpose.CONFIRM, now=clock.now())
    return _page("registration/confirm.html", registration, token)


@blueprint.post("/bestaetigen/<token>")
@requires(Action.REGISTER)
def confirm(token: str) -> Response:
    """Confirm the address and go to the registration's own page; where there is no seat any more, say so."""
    now = clock.now()
    try:
        with transaction() as session:
            managed = registering.confirm(session, token, letterhead=Letterhead.of(settings()), now=now)
    except (NotOpenError, FullError):
        registration = get_registration(db.session(), token, LinkPurpose.CONFIRM, now=now)
        event = registration.offer.event
        stopped = obstacle(db.session(), event, now, mode=registration.mode)
        return page("registration/obstacle.html", 409, event=event, obstacle=stopped)
    return see_other("registration_links.show", token=managed.token)


@blueprint.get("/<token>")
@requires(Action.REGISTER)
def show(token: str) -> Response:
    """Show a registration to whoever holds its link."""
    now = clock.now()
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=now)
    is_confirmed = registration.state is State.CONFIRMED
    access = access_for_participants(registration.offer.event, now) if is_confirmed else None
    return _page("registration/show.html", registration, token, access=access, can_withdraw=_can_end(registration))


@blueprint.get("/<token>/abmelden")
@requires(Action.REGISTER)
def ask_to_withdraw(token: str) -> Response:
    """Ask before withdrawing."""
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=clock.now())
    if not _can_end(registration):
        return see_other("registration_links.show", token=token)
    return _page("registration/withdraw.html", registration, token)


@blueprint.post("/<token>/abmelden")
@requires(Action.REGISTER)
def withdraw(token: str) -> Response:
    """Withdraw, and go back to the registration's page, which says so."""
    with transaction() as session:
        registering.withdraw(session, token, letterhead=Letterhead.of(settings()), now=clock.now())
    return see_other("registration_links.show", token=token)


def _can_end(registration: Registration) -> bool:
    return registration.state in LIVE and not registration.offer.event.is_over(clock.now())


def _page(template: str, registration: Registration, token: str, **values: object) -> Response:
    event = registration.offer.event
    waits = registration.state is State.WAITING
    in_line = place_in_line(db.session(), registration) if waits else None
    return page(
        template,
        registration=registration,
        event=event,
        token=token,
        place=place_of(event, registration.mode),
        standing=standing(registration.state, place=in_line),
        **values,
    )
