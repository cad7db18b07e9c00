"""Who takes part in an event: to look at, and to take along; both are noted in the record."""

from flask import Blueprint, Response, make_response

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.files.tables import csv_bytes
from ozgtermine.models import AuditAct, Event
from ozgtermine.operations import auditing
from ozgtermine.queries.organizing import counts_by_state, registrations_of
from ozgtermine.rendering.participants import HEADER, participant_rows
from ozgtermine.rendering.words import PARTICIPATION, SECTORS, STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, page
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_registrations", __name__)


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen")
@requires(Action.READ_REGISTRATIONS)
def index(event_id: int) -> Response:
    """Show the registrations in the order of the requests, with counts per state."""
    event = event_or_404(event_id)
    counted = counts_by_state(db.session(), event.offer.id if event.offer else 0)
    _note(event, AuditAct.VIEWED, translate(N_("Anmeldungen angesehen")))
    return page(
        "organizing/registrations.html",
        event=event,
        registrations=list(db.session.scalars(registrations_of(event.offer.id if event.offer else 0))),
        totals=[(translate(words), counted[state]) for state, words in STATES.items() if state in counted],
        states=STATES,
        modes=PARTICIPATION,
        sectors=SECTORS,
    )


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen.csv")
@requires(Action.READ_REGISTRATIONS)
def export(event_id: int) -> Response:
    """Give the registrations as a table for Excel."""
    event = event_or_404(event_id)
    _note(event, AuditAct.EXPORTED, translate(N_("Anmeldungen als CSV")))
    found = db.session.scalars(registrations_of(event.offer.id if event.offer else 0))
    response = make_response(csv_bytes([translate(each) for each in HEADER], participant_rows(found)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="anmeldungen-{event.slug}.csv"'
    return confidential(response)


def _note(event: Event, act: AuditAct, text: str) -> None:
    with transaction() as session:
        auditing.note(session, act, session.get_one(Event, event.id), now=clock.now(), text=text)
