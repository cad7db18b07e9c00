"""Everything that is kept about one address, for whoever can read its mail: to see, to take along, to erase."""

import json

from flask import Blueprint, Response, make_response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import LinkExpiredError
from ozgtermine.files.tables import csv_bytes
from ozgtermine.forms.own_data import AddressForm
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import AddressLink, Registration
from ozgtermine.operations.address_links import get_address, mail_a_link
from ozgtermine.operations.erasing import erase_person
from ozgtermine.operations.graveyard import Graveyard
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.registrations import of_address
from ozgtermine.rendering.own_data import HEADER, facts, rows
from ozgtermine.rendering.words import STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.views import personal_calendars
from ozgtermine.views.answers import confidential, configured, page, see_other, settings
from ozgtermine.views.dead_links import lead_on
from ozgtermine.views.guards import requires
from ozgtermine.wording import translate

blueprint = Blueprint("own_data", __name__, url_prefix="/meine-anmeldungen")
lead_on(blueprint)


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    """What lies behind a mailed link, errors included, stays out of caches, others' logs and search engines."""
    return confidential(response)


@blueprint.get("")
@requires(Action.REGISTER)
def ask() -> Response:
    """Ask for the address that the link goes to."""
    return page("registration/own_data_ask.html", form=AddressForm())


@blueprint.post("")
@requires(Action.REGISTER)
def send() -> Response:
    """Mail the link, if anything is kept about the address; the answer is the same for any."""
    form = AddressForm(request.form)
    if not form.validate():
        return page("registration/own_data_ask.html", 422, form=form)
    with transaction() as session:
        mail_a_link(session, form.email.data, letterhead=Letterhead.of(settings()), now=clock.now())
    return see_other("own_data.sent")


@blueprint.get("/gesendet")
@requires(Action.REGISTER)
def sent() -> Response:
    return page("registration/own_data_sent.html")


@blueprint.get("/<token>")
@requires(Action.REGISTER)
def show(token: str) -> Response:
    """Show every registration under the address."""
    link, found = _address(token)
    calendar = personal_calendars.address_of(link.email_normalised)
    return page(
        "registration/own_data.html", found=found, link=link, token=token, states=STATES, calendar=calendar
    )


@blueprint.post("/<token>/kalender")
@requires(Action.REGISTER)
def give_calendar(token: str) -> Response:
    """Give the address its own calendar, or a new address for it."""
    link, _found = _address(token)
    personal_calendars.give(link.email_normalised)
    return see_other("own_data.show", token=token)


@blueprint.post("/<token>/anmeldung/<int:registration_id>")
@requires(Action.REGISTER)
def manage(token: str, registration_id: int) -> Response:
    """Lead to the page of one registration, through a fresh link."""
    _link, found = _address(token)
    if registration_id not in {each.id for each in found}:
        raise LinkExpiredError
    with transaction() as session:
        fresh = manage_link(session, session.get_one(Registration, registration_id))
    return see_other("registration_links.show", token=fresh)


@blueprint.get("/<token>/daten.json")
@requires(Action.REGISTER)
def as_json(token: str) -> Response:
    """Give all that is kept as JSON (Art. 20 DSGVO)."""
    _link, found = _address(token)
    return _file(json.dumps([facts(each) for each in found], ensure_ascii=False, indent=2).encode(),
                 "meine-daten.json", "application/json")  # fmt: skip


@blueprint.get("/<token>/daten.csv")
@requires(Action.REGISTER)
def as_csv(token: str) -> Response:
    """Give all that is kept as a table."""
    _link, found = _address(token)
    content = csv_bytes([translate(each) for each in HEADER], rows(found))
    return _file(content, "meine-daten.csv", "text/csv; charset=utf-8")


@blueprint.get("/<token>/loeschen")
@requires(Action.REGISTER)
def ask_to_erase(token: str) -> Response:
    """Say what erasing means before it happens."""
    _link, found = _address(token)
    coming = [each for each in found if not each.offer.event.is_over(clock.now())]
    return page("registration/own_data_erase.html", found=found, coming=coming, token=token)


@blueprint.post("/<token>/loeschen")
@requires(Action.REGISTER)
def erase(token: str) -> Response:
    """Erase everything that is kept about the address; the link is dead afterwards."""
    link, _found = _address(token)
    graveyard, letterhead = Graveyard.of(configured()), Letterhead.of(settings())
    with transaction() as session:
        erase_person(session, link.email_normalised, graveyard, letterhead=letterhead, now=clock.now())
    return see_other("own_data.erased")


@blueprint.get("/geloescht")
@requires(Action.REGISTER)
def erased() -> Response:
    return page("registration/own_data_erased.html")


def _address(token: str) -> tuple[AddressLink, list[Registration]]:
    link = get_address(db.session(), token, now=clock.now())
    return link, of_address(db.session(), link.email_normalised)


def _file(content: bytes, name: str, media_type: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
