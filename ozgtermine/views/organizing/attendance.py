"""Who was there: by person."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.models import Event
from ozgtermine.operations import deciding
from ozgtermine.queries.organizing import Order, registrations_of
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import State
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.wording import N_, translate_number

blueprint = Blueprint("organizing_attendance", __name__)

_NOTED = (
    N_("Notiert: Niemand war da."),
    N_("Notiert: Eine Person war da."),
    N_("Notiert: %(number)s Personen waren da."),
)


@blueprint.get("/verwaltung/termine/<int:event_id>/anwesenheit")
@requires(Action.WRAP_UP_EVENTS)
def ask(event_id: int) -> Response:
    """Show who was registered, to be ticked; everybody is ticked where nothing was noted yet."""
    event, offer_id = _event_with_offer(event_id)
    found = registrations_of(offer_id, state=State.CONFIRMED, order=Order.NAME)
    return page("organizing/attendance.html", event=event, registrations=list(db.session.scalars(found)))


@blueprint.post("/verwaltung/termine/<int:event_id>/anwesenheit")
@requires(Action.WRAP_UP_EVENTS)
def note(event_id: int) -> Response:
    """Note who was there; the number of attendees follows."""
    _event, offer_id = _event_with_offer(event_id)
    present = request.form.getlist("anmeldung", type=int)
    with transaction() as session:
        number = deciding.note_attendance(session, offer_id, present)
    notice("success", translate_number(number, _NOTED))
    return see_other("organizing_registrations.index", event_id=event_id)


def _event_with_offer(event_id: int) -> tuple[Event, int]:
    event = event_or_404(event_id)
    if event.offer is None or not event.starts_at <= clock.now():
        raise NotFoundError
    return event, event.offer.id
