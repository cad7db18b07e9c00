"""Who takes part in an event."""

from flask import Blueprint, Response

from ozgtermine.database import db
from ozgtermine.queries.organizing import counts_by_state, registrations_of
from ozgtermine.rendering.words import PARTICIPATION, SECTORS, STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import page
from ozgtermine.views.guards import authorise, requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.wording import translate

blueprint = Blueprint("organizing_registrations", __name__)


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen")
@requires(Action.READ_REGISTRATIONS)
def index(event_id: int) -> Response:
    """Show the registrations in the order of the requests, with counts per state."""
    event = event_or_404(event_id)
    authorise(Action.READ_REGISTRATIONS, event)
    offer_id = event.offer.id if event.offer else 0
    counted = counts_by_state(db.session(), offer_id)
    return page(
        "organizing/registrations.html",
        event=event,
        registrations=list(db.session.scalars(registrations_of(offer_id))),
        totals=[(translate(words), counted[state]) for state, words in STATES.items() if state in counted],
        states=STATES,
        modes=PARTICIPATION,
        sectors=SECTORS,
    )
