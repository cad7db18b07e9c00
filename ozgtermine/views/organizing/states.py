"""What happens to an event: published, hidden, moved, cancelled, restored."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from wtforms import Form

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.scheduling import CancelForm, MoveForm, PublishForm, when_values
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event
from ozgtermine.operations import scheduling
from ozgtermine.operations.entering_events import next_number
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404, seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_states", __name__)

Change = Callable[[Session, Event], None]


@blueprint.get("/verwaltung/termine/<int:event_id>/veroeffentlichen")
@requires(Action.EDIT_EVENTS)
def ask_publish(event_id: int) -> Response:
    event = event_or_404(event_id)
    form = PublishForm(number=event.number or next_number(db.session(), event.series))
    return page("organizing/publish.html", event=event, form=form)


@blueprint.post("/verwaltung/termine/<int:event_id>/veroeffentlichen")
@requires(Action.EDIT_EVENTS)
def publish(event_id: int) -> Response:
    """Make the event visible, now or at a time, with its number."""
    form = PublishForm(request.form)

    def change(session: Session, event: Event) -> None:
        now = clock.now()
        scheduling.publish(session, event, publish_at=form.publish_at(now), number=form.number.data, now=now)

    done = N_("Der Termin ist veröffentlicht.") if not form.publish_on.data else N_("Der Termin wird veröffentlicht.")
    return _changed(event_id, form, "organizing/publish.html", change, done)


@blueprint.post("/verwaltung/termine/<int:event_id>/verbergen")
@requires(Action.EDIT_EVENTS)
def hide(event_id: int) -> Response:
    """Make the event a draft again."""
    done = N_("Der Termin ist verborgen und wieder ein Entwurf.")
    return _changed(event_id, Form(), "", lambda _session, event: scheduling.hide(event, now=clock.now()), done)


@blueprint.get("/verwaltung/termine/<int:event_id>/verlegen")
@requires(Action.EDIT_EVENTS)
def ask_move(event_id: int) -> Response:
    event = event_or_404(event_id)
    return page("organizing/move.html", event=event, form=MoveForm(data=when_values(event.when)))


@blueprint.post("/verwaltung/termine/<int:event_id>/verlegen")
@requires(Action.EDIT_EVENTS)
def move(event_id: int) -> Response:
    """Put the event on another date."""
    form = MoveForm(request.form)

    def change(_session: Session, event: Event) -> None:
        scheduling.move(event, form.when(), reason=form.reason.data, now=clock.now())

    return _changed(event_id, form, "organizing/move.html", change, N_("Der Termin ist verlegt."))


@blueprint.get("/verwaltung/termine/<int:event_id>/absagen")
@requires(Action.EDIT_EVENTS)
def ask_cancel(event_id: int) -> Response:
    return page("organizing/cancel.html", event=event_or_404(event_id), form=CancelForm())


@blueprint.post("/verwaltung/termine/<int:event_id>/absagen")
@requires(Action.EDIT_EVENTS)
def cancel(event_id: int) -> Response:
    """Cancel the event; it stays visible with the reason."""
    form = CancelForm(request.form)

    def change(_session: Session, event: Event) -> None:
        scheduling.cancel(event, reason=form.reason.data, now=clock.now())

    return _changed(event_id, form, "organizing/cancel.html", change, N_("Der Termin ist abgesagt."))


@blueprint.post("/verwaltung/termine/<int:event_id>/wiederherstellen")
@requires(Action.EDIT_EVENTS)
def restore(event_id: int) -> Response:
    """Take the cancellation back."""
    done = N_("Der Termin findet wieder statt.")
    letterhead = Letterhead.of(settings())

    def change(session: Session, event: Event) -> None:
        scheduling.restore(session, event, letterhead=letterhead, now=clock.now())

    return _changed(event_id, Form(), "", change, done)


def _changed(event_id: int, form: Form, template: str, change: Change, done: str) -> Response:
    """Do `change` to the version that was seen and show the event; a refused form comes back as it was typed.

    So does one that somebody else overtook: it shows what is there now, and can be sent again.
    """
    event = event_or_404(event_id)
    if not form.validate():
        return page(template, 422, event=event, form=form)
    try:
        with transaction() as session:
            change(session, scheduling.get_event(session, event_id, seen_version=seen_version()))
    except Refusal as refusal:
        if not template:
            raise
        show_in_form(form, refusal)
        return page(template, refusal.status, event=event_or_404(event_id), form=form)
    notice("success", translate(done))
    return see_other("organizing_events.show", event_id=event_id)
