"""The same change for several events at once: all of them or none."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import InvalidValueError, Refusal, StaleEditError
from ozgtermine.forms.several import Change, SeveralForm
from ozgtermine.models import Event
from ozgtermine.operations import auditing, scheduling
from ozgtermine.rules import schedule
from ozgtermine.rules.permissions import Action, Visibility
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_several", __name__)

MOST_EVENTS = 50


@blueprint.get("/verwaltung/termine/mehrere")
@requires(Action.EDIT_EVENTS)
def ask() -> Response:
    """Show the chosen events and what can be done to all of them."""
    return _page(_chosen(request.args.getlist("termin", type=int)), SeveralForm())


@blueprint.post("/verwaltung/termine/mehrere")
@requires(Action.EDIT_EVENTS)
def change() -> Response:
    """Change every chosen event in one transaction, and show what can be taken back."""
    events, form = _chosen(request.form.getlist("termin", type=int)), SeveralForm(request.form)
    if not events or not form.validate():
        return _page(events, form, 422)
    try:
        with transaction() as session:
            for event in events:
                _change_one(session, event.id, form)
            session.flush()
            change_id = auditing.change_id(session)
    except Refusal as refusal:
        show_in_form(form, refusal)
        return _page(_chosen([event.id for event in events]), form, refusal.status)
    notice("success", translate(N_("Die Termine sind geändert.")))
    return see_other("organizing_changes.show", change_id=change_id)


def _chosen(ids: list[int]) -> list[Event]:
    return [event_or_404(event_id) for event_id in dict.fromkeys(ids[:MOST_EVENTS])]


def _page(events: list[Event], form: SeveralForm, status: int = 200) -> Response:
    return page("organizing/several.html", status, events=events, form=form, now=clock.now())


def _change_one(session: Session, event_id: int, form: SeveralForm) -> None:
    """Do the chosen change to one event; a refusal names the event that it is about."""
    seen = request.form.get(f"version-{event_id}", 0, type=int)
    try:
        event = scheduling.get_event(session, event_id, seen_version=seen)
    except StaleEditError:
        title = session.get_one(Event, event_id).title
        raise InvalidValueError(
            N_("„%(title)s“ hat inzwischen jemand geändert. Prüfen Sie die Liste und senden Sie sie noch einmal ab."),
            title=title,
        ) from None
    _do(session, event, form)


def _do(session: Session, event: Event, form: SeveralForm) -> None:
    now = clock.now()
    match Change(form.change.data):
        case Change.PUBLISH:
            scheduling.publish(session, event, publish_at=event.published_at or now, now=now)
        case Change.HIDE:
            scheduling.hide(event, now=now)
        case Change.SHOW_TO:
            scheduling.show_to(event, Visibility(form.visibility.data), now=now)
        case Change.CANCEL:
            scheduling.cancel(event, reason=form.reason.data, now=now)
        case Change.SET_TIME:
            _set_time(event, form)


def _set_time(event: Event, form: SeveralForm) -> None:
    if not event.when.is_known_to_the_day:
        raise InvalidValueError(N_("Bei „%(title)s“ steht der Tag noch nicht fest."), title=event.title)
    when = schedule.when(
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        start_time=form.start_time.data,
        end_time=form.end_time.data,
    )
    if when != event.when:
        scheduling.move(event, when, reason=form.reason.data, now=clock.now())
