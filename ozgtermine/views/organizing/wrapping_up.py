"""After an event: slides, recap and number on one page, sent at once."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import Refusal
from ozgtermine.files.receiving import ReceivedFile, receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.forms.wrapping_up import WrapUpForm
from ozgtermine.models import Event
from ozgtermine.operations import publishing_documents, scheduling
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404, seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_wrapping_up", __name__)


@blueprint.get("/verwaltung/termine/<int:event_id>/abschliessen")
@requires(Action.WRAP_UP_EVENTS)
def ask(event_id: int) -> Response:
    event = event_or_404(event_id)
    form = WrapUpForm(
        title=translate(N_("Präsentation zur %(name)s"), name=event.name),
        recap=event.recap,
        number_of_attendees=event.number_of_attendees,
        attendees_estimated=event.attendees_estimated,
    )
    return page("organizing/wrap_up.html", event=event, form=form)


@blueprint.post("/verwaltung/termine/<int:event_id>/abschliessen")
@requires(Action.WRAP_UP_EVENTS)
def wrap_up(event_id: int) -> Response:
    """Keep the file, then note everything in one transaction."""
    event, form = event_or_404(event_id), WrapUpForm(request.form)
    form.file.data = request.files.get("file")
    if form.validate():
        try:
            file = _received(form)
            with transaction() as session:
                _note(session, scheduling.get_event(session, event_id, seen_version=seen_version()), form, file)
        except Refusal as refusal:
            show_in_form(form, refusal)
            return page("organizing/wrap_up.html", refusal.status, event=event_or_404(event_id), form=form)
        notice("success", translate(N_("Der Termin ist abgeschlossen.")))
        return see_other("organizing_events.show", event_id=event_id)
    return page("organizing/wrap_up.html", 422, event=event, form=form)


def _received(form: WrapUpForm) -> ReceivedFile | None:
    sent = form.file.data
    if not sent:
        return None
    store, limit = DocumentStore(settings().documents_folder), settings().upload_limit_bytes
    return receive(store, sent.stream, file_name=sent.filename or "", limit_bytes=limit)


def _note(session: Session, event: Event, form: WrapUpForm, file: ReceivedFile | None) -> None:
    now = clock.now()
    scheduling.wrap_up(
        event,
        recap=form.recap.data,
        number_of_attendees=form.number_of_attendees.data,
        attendees_estimated=form.attendees_estimated.data,
        now=now,
    )
    if file:
        publishing_documents.upload(
            session, event, file, title=form.title.data, visibility=event.visibility, publish_at=now, now=now,
            actor=current_actor(),
        )  # fmt: skip
