"""What waits to be said to everybody who takes part, after an event was changed: now, or not at all."""

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.operations import announcing_changes
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.wording import N_, translate, translate_number

blueprint = Blueprint("organizing_event_notices", __name__)

_SENT = (
    N_("Niemand ist zu benachrichtigen."),
    N_("Die Mail geht jetzt hinaus."),
    N_("%(number)s Mails gehen jetzt hinaus."),
)


@blueprint.post("/verwaltung/termine/<int:event_id>/benachrichtigung/verwerfen")
@requires(Action.EDIT_EVENTS)
def discard(event_id: int) -> Response:
    """Tell nobody of the last change."""
    event_or_404(event_id)
    with transaction() as session:
        announcing_changes.discard_notice(session, event_id)
    notice("success", translate(N_("Niemand wird über diese Änderung benachrichtigt.")))
    return see_other("organizing_events.show", event_id=event_id)


@blueprint.post("/verwaltung/termine/<int:event_id>/benachrichtigung/senden")
@requires(Action.EDIT_EVENTS)
def send(event_id: int) -> Response:
    """Tell everybody now instead of in ten minutes."""
    event_or_404(event_id)
    letterhead, now = Letterhead.of(settings()), clock.now()
    with transaction() as session:
        found = announcing_changes.find_notice(session, event_id)
        number = announcing_changes.announce(session, found, letterhead=letterhead, now=now) if found else 0
    notice("success", translate_number(number, _SENT))
    return see_other("organizing_events.show", event_id=event_id)
