"""A programme pasted as a table: look at what each line leads to, correct it, take it over."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.programme import TableForm
from ozgtermine.models import Event
from ozgtermine.operations import pasting_programmes, planning_programmes
from ozgtermine.operations.importing_people import Outcome, Result
from ozgtermine.queries.programmes import find_programme
from ozgtermine.rendering.words import ITEM_KINDS
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.programme_table import lines
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404, seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_programme_tables", __name__)


@blueprint.get("/verwaltung/termine/<int:event_id>/programm/tabelle")
@requires(Action.EDIT_EVENTS)
def ask(event_id: int) -> Response:
    return _page(event_or_404(event_id), TableForm(), [])


@blueprint.post("/verwaltung/termine/<int:event_id>/programm/tabelle")
@requires(Action.EDIT_EVENTS)
def paste(event_id: int) -> Response:
    """Show what the table leads to; by the other button take it over, if no line has an error.

    If the programme has changed since it was looked at, it is looked at again.
    """
    event, form = event_or_404(event_id), TableForm(request.form)
    results: list[Result] = []
    if not form.validate():
        return _page(event, form, results, 422)
    try:
        results = _looked_at(event_id, form)
        if "take" in request.form and not _refused(results):
            _take(event_id, form)
            notice("success", translate(N_("Die Tabelle ist übernommen.")))
            return see_other("organizing_programmes.index", event_id=event_id)
    except Refusal as refusal:
        show_in_form(form, refusal)
        return _page(event, form, results, refusal.status)
    return _page(event, form, results, 422 if _refused(results) else 200)


def _looked_at(event_id: int, form: TableForm) -> list[Result]:
    """Take the lines over and take all of it back: what a preview shows is what will be done."""
    with transaction() as session:
        results = _entered(session, event_id, form)
        session.rollback()
    return results


def _take(event_id: int, form: TableForm) -> None:
    with transaction() as session:
        _entered(session, event_id, form, seen=seen_version())


def _entered(session: Session, event_id: int, form: TableForm, *, seen: int | None = None) -> list[Result]:
    programme = planning_programmes.get_programme(session, event_id, now=clock.now(), seen_version=seen)
    return pasting_programmes.take_over(session, programme, lines(form.table.data), now=clock.now())


def _refused(results: list[Result]) -> bool:
    return any(each.outcome is Outcome.REFUSED for each in results)


def _page(event: Event, form: TableForm, results: list[Result], status: int = 200) -> Response:
    programme = find_programme(db.session(), event)
    return page(
        "organizing/programme_table.html",
        status,
        event=event,
        programme=programme,
        form=form,
        results=results,
        has_errors=_refused(results),
        counts={outcome: sum(each.outcome is outcome for each in results) for outcome in Outcome},
        kinds=[translate(word) for word in ITEM_KINDS.values()],
    )
