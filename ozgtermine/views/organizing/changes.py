"""A change of one or several events, and taking it back."""

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.models import AuditEntry
from ozgtermine.operations import taking_back
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_changes", __name__)


@blueprint.get("/verwaltung/aenderungen/<change_id>")
@requires(Action.EDIT_EVENTS)
def show(change_id: str) -> Response:
    """Show which events a change was about, and whether it can still be taken back."""
    entries = _entries_or_404(change_id)
    events = [event_or_404(each) for each in _event_ids(entries)]
    revocable = taking_back.is_revocable(entries, now=clock.now())
    until = entries[0].at + REVOCABLE_FOR if revocable else None
    return page("organizing/change.html", events=events, change=entries[0], until=until, now=clock.now())


@blueprint.post("/verwaltung/aenderungen/<change_id>/zuruecknehmen")
@requires(Action.EDIT_EVENTS)
def take_back(change_id: str) -> Response:
    """Give every event of the change its values from before."""
    for event_id in _event_ids(_entries_or_404(change_id)):
        event_or_404(event_id)
    with transaction() as session:
        events = taking_back.take_back(session, change_id, now=clock.now())
    notice("success", translate(N_("Die Änderung ist zurückgenommen.")))
    if len(events) == 1:
        return see_other("organizing_events.show", event_id=events[0].id)
    return see_other("organizing_events.index")


def _entries_or_404(change_id: str) -> list[AuditEntry]:
    return taking_back.changes_of(db.session(), change_id)


def _event_ids(entries: list[AuditEntry]) -> list[int]:
    """Return the events of the change; 0, which is none, for what belongs to no event, so that it is not found."""
    return list(dict.fromkeys(entry.event_id or 0 for entry in entries))
