"""The programme of an event: its items one by one, and how it stands."""

from flask import Blueprint, Response, request, url_for

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal, StaleEditError
from ozgtermine.forms.programme import ItemForm, StandingForm, item_values, next_values
from ozgtermine.models import Event, ProgrammeItem, ProgrammeState
from ozgtermine.operations import planning_programmes as planning
from ozgtermine.queries.programmes import find_item, find_programme, rooms_of, tracks_of
from ozgtermine.rendering.programmes import kind_text, programme_days, standing
from ozgtermine.rendering.words import PROGRAMME_STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404, seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_programmes", __name__)

ADDRESS = "/verwaltung/termine/<int:event_id>/programm"
REMOVED_MEANWHILE = N_(
    "Jemand hat diesen Programmpunkt inzwischen gelöscht. Wenn Sie speichern, wird er neu angelegt."
)


@blueprint.get(ADDRESS)
@requires(Action.EDIT_EVENTS)
def index(event_id: int) -> Response:
    """Show the programme day by day, with what can be done to it."""
    event = event_or_404(event_id)
    programme = find_programme(db.session(), event)
    return page(
        "organizing/programme.html",
        event=event,
        programme=programme,
        days=list(programme_days(programme)) if programme else [],
        kind_text=kind_text,
        standing=standing(programme) if programme else "",
        states=PROGRAMME_STATES,
    )


@blueprint.get(f"{ADDRESS}/stand")
@requires(Action.EDIT_EVENTS)
def ask_standing(event_id: int) -> Response:
    event = event_or_404(event_id)
    return _standing_page(event, StandingForm.of(None, find_programme(db.session(), event)))


@blueprint.post(f"{ADDRESS}/stand")
@requires(Action.EDIT_EVENTS)
def announce(event_id: int) -> Response:
    """Say how the programme stands; if somebody else was faster, show both versions and lose nothing."""
    event, form = event_or_404(event_id), StandingForm(request.form)
    if not form.validate():
        return _standing_page(event, form, 422)
    now = clock.now()
    try:
        with transaction() as session:
            programme = planning.get_programme(session, event_id, now=now, seen_version=seen_version())
            state = ProgrammeState(form.state.data)
            planning.announce(programme, state=state, as_of=form.as_of.data, note=form.note.data, now=now)
    except StaleEditError:
        theirs = find_programme(db.session(), event)
        values = {"form": form, "theirs": StandingForm.of(None, theirs), "thing": theirs}
        return page("organizing/entry_conflict.html", 409, **values, url=url_for(".announce", event_id=event_id))
    notice("success", translate(N_("Der Stand des Programms ist gespeichert.")))
    return see_other(".index", event_id=event_id)


def _standing_page(event: Event, form: StandingForm, status: int = 200) -> Response:
    programme = find_programme(db.session(), event)
    return page("organizing/programme_standing.html", status, event=event, programme=programme, form=form)


@blueprint.get(f"{ADDRESS}/neu")
@requires(Action.EDIT_EVENTS)
def ask_add(event_id: int) -> Response:
    """Show an empty form; after another item it begins where that one ends."""
    event = event_or_404(event_id)
    before = find_item(db.session(), event_id, request.args.get("nach", 0, type=int))
    return _item_page(event, ItemForm.of(event.when, None, next_values(before) if before else {}))


@blueprint.post(f"{ADDRESS}/neu")
@requires(Action.EDIT_EVENTS)
def add(event_id: int) -> Response:
    """Add an item, and by the first button go on with the next."""
    event = event_or_404(event_id)
    form = ItemForm.of(event.when, request.form, {})
    if form.validate():
        try:
            with transaction() as session:
                programme = planning.get_programme(session, event_id, now=clock.now())
                item = planning.add_item(session, programme, form.details(), now=clock.now())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("„%(title)s“ steht im Programm."), title=item.title))
            if "next" in request.form:
                return see_other(".ask_add", event_id=event_id, nach=item.id)
            return see_other(".index", event_id=event_id)
    return _item_page(event, form, status=422)


@blueprint.get(f"{ADDRESS}/<int:item_id>")
@requires(Action.EDIT_EVENTS)
def ask_edit(event_id: int, item_id: int) -> Response:
    event = event_or_404(event_id)
    item = find_item(db.session(), event_id, item_id)
    if item is None:
        raise NotFoundError
    return _item_page(event, ItemForm.of(event.when, None, item_values(item)), item)


@blueprint.post(f"{ADDRESS}/<int:item_id>")
@requires(Action.EDIT_EVENTS)
def edit(event_id: int, item_id: int) -> Response:
    """Take over what was typed; what somebody else has changed or removed meanwhile is shown, and nothing lost."""
    event = event_or_404(event_id)
    form = ItemForm.of(event.when, request.form, {})
    item = find_item(db.session(), event_id, item_id)
    if item is None:
        form.form_errors.append(translate(REMOVED_MEANWHILE))
        return _item_page(event, form, status=409)
    if form.validate():
        try:
            _save(event_id, item_id, form)
        except StaleEditError:
            return _conflict(event, item, form)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Änderungen sind gespeichert.")))
            return see_other(".index", event_id=event_id)
    return _item_page(event, form, item, 422)


def _save(event_id: int, item_id: int, form: ItemForm) -> None:
    with transaction() as session:
        programme = planning.get_programme(session, event_id, now=clock.now())
        item = planning.get_item(programme, item_id, seen_version=seen_version())
        planning.edit_item(session, item, form.details(), now=clock.now())


def _conflict(event: Event, item: ProgrammeItem, form: ItemForm) -> Response:
    theirs = ItemForm.of(event.when, None, item_values(item))
    url = url_for(".edit", event_id=event.id, item_id=item.id)
    return page("organizing/entry_conflict.html", 409, form=form, theirs=theirs, thing=item, url=url)


@blueprint.post(f"{ADDRESS}/<int:item_id>/loeschen")
@requires(Action.EDIT_EVENTS)
def remove(event_id: int, item_id: int) -> Response:
    """Take the item out of the programme, in the version that was seen."""
    event_or_404(event_id)
    with transaction() as session:
        programme = planning.get_programme(session, event_id, now=clock.now())
        item = planning.get_item(programme, item_id, seen_version=seen_version())
        title = item.title
        planning.remove_item(session, item, now=clock.now())
    notice("success", translate(N_("„%(title)s“ steht nicht mehr im Programm."), title=title))
    return see_other(".index", event_id=event_id)


def _item_page(event: Event, form: ItemForm, item: ProgrammeItem | None = None, status: int = 200) -> Response:
    rooms, tracks = rooms_of(db.session(), event), tracks_of(db.session(), event)
    template = "organizing/programme_item.html"
    return page(template, status, event=event, form=form, item=item, rooms=rooms, tracks=tracks)
