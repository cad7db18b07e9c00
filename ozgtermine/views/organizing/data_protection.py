"""For the data protection officer: what is kept, why, until when; what was erased; who looked."""

from flask import Blueprint, Response, make_response

from ozgtermine.database import db
from ozgtermine.queries.erasure import erased_by_role, erased_by_state, last_erased_at, looks_at_people, numbers_of_rows
from ozgtermine.rendering.processing_record import processing_record
from ozgtermine.rendering.words import MEMBERSHIP_ROLES, STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.personal_data import REGISTER
from ozgtermine.rules.retention import CLOCKS, PERIODS
from ozgtermine.views.answers import page, settings
from ozgtermine.views.guards import requires

blueprint = Blueprint("organizing_data_protection", __name__)


@blueprint.get("/verwaltung/datenschutz")
@requires(Action.READ_AUDIT)
def show() -> Response:
    """Show the page; it names nobody but those who looked at lists."""
    session = db.session()
    return page(
        "organizing/data_protection.html",
        register=REGISTER,
        numbers=numbers_of_rows(session, sorted({each.table for each in REGISTER})),
        clocks=CLOCKS,
        erased=erased_by_state(session),
        erased_members=erased_by_role(session),
        periods=PERIODS,
        days=_days(),
        last_erased_at=last_erased_at(session),
        looks=list(session.scalars(looks_at_people())),
        states=STATES,
        roles=MEMBERSHIP_ROLES,
        record=_record(),
    )


@blueprint.get("/verwaltung/datenschutz/verzeichnis.txt")
@requires(Action.READ_AUDIT)
def record() -> Response:
    """Give the text blocks for the record of processing activities."""
    response = make_response(_record())
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="verarbeitungsverzeichnis.txt"'
    return response


def _record() -> str:
    house = settings()
    return processing_record(organisation=house.organisation, contact=house.contact_email, days=_days())


def _days() -> dict[str, int]:
    """Return the periods in force."""
    house = settings()
    return {each.setting: getattr(house, each.setting) for each in PERIODS}
