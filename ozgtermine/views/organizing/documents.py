"""Documents of an event: upload, publish, withdraw; and all documents as a list."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.files.receiving import receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.forms.document import DocumentForm
from ozgtermine.models import Document, DocumentKind, Event
from ozgtermine.operations import publishing_documents
from ozgtermine.queries.documents import newest_worked_on
from ozgtermine.rules.permissions import Action, Visibility, may
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import authorise, requires
from ozgtermine.views.organizing.lookup import document_or_404, event_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_documents", __name__)

MOST_ROWS = 200


@blueprint.get("/verwaltung/unterlagen")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    """Show every document, drafts too, the newest first."""
    found = newest_worked_on(current_actor(), limit=MOST_ROWS)
    return page("organizing/documents.html", documents=list(db.session.scalars(found)), now=clock.now())


@blueprint.get("/verwaltung/termine/<int:event_id>/unterlagen")
@requires(Action.EDIT_DOCUMENTS)
def ask_upload(event_id: int) -> Response:
    return page("organizing/upload.html", event=event_or_404(event_id), form=DocumentForm())


@blueprint.post("/verwaltung/termine/<int:event_id>/unterlagen")
@requires(Action.EDIT_DOCUMENTS)
def upload(event_id: int) -> Response:
    """Receive the file outside of the transaction, then add its row."""
    event = event_or_404(event_id)
    form = DocumentForm(request.form)
    form.file.data = request.files.get("file")
    if form.validate():
        try:
            _take(event, form)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Unterlage ist hochgeladen.")))
            return see_other("organizing_events.show", event_id=event_id)
    return page("organizing/upload.html", 422, event=event, form=form)


def _take(event: Event, form: DocumentForm) -> None:
    sent, now = form.file.data, clock.now()
    is_report = form.kind.data == DocumentKind.STATUS_REPORT
    waits_for_approval = is_report and not may(current_actor(), Action.APPROVE_REPORTS, event)
    store = DocumentStore(settings().documents_folder)
    limit = settings().upload_limit_bytes
    file = receive(store, sent.stream, file_name=sent.filename or "", limit_bytes=limit)
    with transaction() as session:
        own = session.get_one(Event, event.id)
        publishing_documents.upload(
            session,
            own,
            file,
            title=form.title.data,
            kind=DocumentKind(form.kind.data),
            visibility=Visibility(form.visibility.data),
            publish_at=None if waits_for_approval else form.publish_at(own, now),
            now=now,
            actor=current_actor(),
        )


@blueprint.post("/verwaltung/unterlagen/<int:document_id>/veroeffentlichen")
@requires(Action.EDIT_DOCUMENTS)
def publish(document_id: int) -> Response:
    """Make the document visible at once; a status report only who may approve it."""
    document = document_or_404(document_id)
    if document.kind is DocumentKind.STATUS_REPORT:
        authorise(Action.APPROVE_REPORTS, document)
    return _changed(document_id, publish_it=True)


@blueprint.post("/verwaltung/unterlagen/<int:document_id>/verbergen")
@requires(Action.EDIT_DOCUMENTS)
def withdraw(document_id: int) -> Response:
    """Make the document a draft; its file and its address stay."""
    return _changed(document_id, publish_it=False)


def _changed(document_id: int, *, publish_it: bool) -> Response:
    document_or_404(document_id)
    with transaction() as session:
        document = session.get_one(Document, document_id)
        if publish_it:
            publishing_documents.publish(document, publish_at=clock.now())
        else:
            publishing_documents.withdraw(document)
    done = N_("Die Unterlage ist veröffentlicht.") if publish_it else N_("Die Unterlage ist verborgen.")
    notice("success", translate(done))
    return see_other("organizing_events.show", event_id=document.event_id)
