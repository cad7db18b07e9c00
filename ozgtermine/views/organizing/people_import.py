"""People and memberships by the table: upload, look at what would change, take over; and take along."""

from contextlib import closing

from flask import Blueprint, Response, make_response, request
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal
from ozgtermine.files.receiving import safe_name
from ozgtermine.files.tables import MOST_BYTES, XLSX, csv_bytes, read_table, xlsx_bytes
from ozgtermine.forms.directory import ImportForm
from ozgtermine.models import AuditAct, PendingImport, Person
from ozgtermine.operations import auditing
from ozgtermine.operations.importing_people import Outcome, Result, take_over
from ozgtermine.queries.directory import people
from ozgtermine.rendering.directory import EXAMPLE, HEADER, directory_rows
from ozgtermine.rules.people_table import lines
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate, translate_number

blueprint = Blueprint("organizing_people_import", __name__)

_TAKEN_OVER = (
    N_("In der Tabelle steht nichts Neues."),
    N_("Eine Zeile ist übernommen."),
    N_("%(number)s Zeilen sind übernommen."),
)
FORMATS = {"csv": ("text/csv; charset=utf-8", csv_bytes), "xlsx": (XLSX, xlsx_bytes)}


@blueprint.get("/verwaltung/personen/import")
@requires(Action.EDIT_DIRECTORY)
def ask() -> Response:
    return page("organizing/people_import.html", form=ImportForm())


@blueprint.post("/verwaltung/personen/import")
@requires(Action.EDIT_DIRECTORY)
def upload() -> Response:
    """Keep the rows of the table for the second step."""
    form = ImportForm(request.form)
    form.file.data = sent = request.files.get("file")
    if form.validate() and sent:
        try:
            with closing(sent):
                header, rows = read_table(sent.stream.read(MOST_BYTES + 1))
            lines(header, rows)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            with transaction() as session:
                pending = _keep(session, safe_name(sent.filename or ""), header, rows)
            return see_other(".preview", import_id=pending.id)
    return page("organizing/people_import.html", 422, form=form)


def _keep(session: Session, file_name: str, header: list[str], rows: list[list[str]]) -> PendingImport:
    """Keep the rows; an earlier table of the same person that was not taken over is forgotten."""
    account_id = current_actor().account_id or 0
    session.execute(delete(PendingImport).where(PendingImport.account_id == account_id))
    pending = PendingImport(
        account_id=account_id, file_name=file_name, header=header, rows=rows, created_at=clock.real_now()
    )
    session.add(pending)
    session.flush()
    return pending


def _own_or_404(session: Session, import_id: int) -> PendingImport:
    own = select(PendingImport).where(
        PendingImport.id == import_id, PendingImport.account_id == current_actor().account_id
    )
    pending = session.scalars(own).one_or_none()
    if pending is None:
        raise NotFoundError
    return pending


@blueprint.get("/verwaltung/personen/import/<int:import_id>")
@requires(Action.EDIT_DIRECTORY)
def preview(import_id: int) -> Response:
    """Show what each row would lead to."""
    pending = _own_or_404(db.session(), import_id)
    file_name, results = pending.file_name, _looked_at(pending)
    return page(
        "organizing/people_import_preview.html",
        import_id=import_id,
        file_name=file_name,
        results=[result for result in results if result.outcome is not Outcome.UNCHANGED],
        counts={outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome},
    )


def _looked_at(pending: PendingImport) -> list[Result]:
    """Take the rows over and take all of it back: what a preview shows is what will be done."""
    table = lines(pending.header, pending.rows)
    with transaction() as session:
        results = take_over(session, table)
        session.rollback()
    return results


@blueprint.post("/verwaltung/personen/import/<int:import_id>")
@requires(Action.EDIT_DIRECTORY)
def apply(import_id: int) -> Response:
    """Take over every row without an error, in one transaction."""
    with transaction() as session:
        pending = _own_or_404(session, import_id)
        results = take_over(session, lines(pending.header, pending.rows))
        session.delete(pending)
    done = sum(result.outcome in (Outcome.NEW, Outcome.CHANGED) for result in results)
    notice("success", translate_number(done, _TAKEN_OVER))
    return see_other("organizing_people.index")


@blueprint.get("/verwaltung/personen/vorlage.<any(csv, xlsx):suffix>")
@requires(Action.EDIT_DIRECTORY)
def template(suffix: str) -> Response:
    """Give an empty table with its headings and one example."""
    return _table(suffix, "vorlage-personen", [EXAMPLE])


@blueprint.get("/verwaltung/personen/alle.<any(csv, xlsx):suffix>")
@requires(Action.EDIT_DIRECTORY)
def export(suffix: str) -> Response:
    """Give everybody with every membership; that it was taken along is noted."""
    with transaction() as session:
        first = session.scalars(select(Person).limit(1)).first()
        if first is not None:
            text = translate(N_("Alle Personen als %(format)s"), format=suffix.upper())
            auditing.note(session, AuditAct.EXPORTED, first, now=clock.now(), text=text)
    return _table(suffix, "personen", directory_rows(db.session.scalars(people()).unique()))


def _table(suffix: str, name: str, rows: list[list[str]]) -> Response:
    media_type, write = FORMATS[suffix]
    response = make_response(write(HEADER, rows))
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return confidential(response)
