"""Organisations: list, enter, edit, merge, remove."""

from flask import Blueprint, Response, request, url_for

from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal, StaleEditError
from ozgtermine.forms.directory import OrganisationForm
from ozgtermine.models import Organisation, Sector
from ozgtermine.operations import keeping_the_directory as directory
from ozgtermine.queries.directory import number_of_people, organisations
from ozgtermine.rendering.words import SECTORS
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_organisations", __name__)


@blueprint.get("/verwaltung/organisationen")
@requires(Action.EDIT_DIRECTORY)
def index() -> Response:
    """Show organisations, narrowed by words and sector."""
    words, chosen = request.args.get("q", ""), request.args.get("bereich", "")
    sector = Sector(chosen) if chosen in set(Sector) else None
    found = list(db.session.scalars(organisations(words, sector)))
    return page(
        "organizing/organisations.html", organisations=found, words=words, sector=sector, sectors=SECTORS
    )


@blueprint.get("/verwaltung/organisationen/neu")
@requires(Action.EDIT_DIRECTORY)
def ask_new() -> Response:
    return _form_page(OrganisationForm.of(None))


@blueprint.post("/verwaltung/organisationen/neu")
@requires(Action.EDIT_DIRECTORY)
def create() -> Response:
    """Enter an organisation."""
    form = OrganisationForm.of(request.form)
    if form.validate():
        try:
            with transaction() as session:
                directory.enter_organisation(session, form.details())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Organisation ist eingetragen.")))
            return see_other(".index")
    return _form_page(form, status=422)


def _form_page(form: OrganisationForm, organisation: Organisation | None = None, status: int = 200) -> Response:
    others = list(db.session.scalars(organisations())) if organisation else []
    people = number_of_people(db.session(), organisation.id) if organisation else 0
    return page(
        "organizing/organisation_form.html",
        status,
        form=form,
        organisation=organisation,
        others=[each for each in others if each is not organisation],
        number_of_people=people,
    )


def _or_404(organisation_id: int) -> Organisation:
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFoundError
    return organisation


@blueprint.get("/verwaltung/organisationen/<int:organisation_id>")
@requires(Action.EDIT_DIRECTORY)
def ask_edit(organisation_id: int) -> Response:
    organisation = _or_404(organisation_id)
    return _form_page(OrganisationForm.of(None, organisation), organisation)


@blueprint.post("/verwaltung/organisationen/<int:organisation_id>")
@requires(Action.EDIT_DIRECTORY)
def edit(organisation_id: int) -> Response:
    """Take over what was typed; if somebody else was faster, show both versions and lose nothing."""
    form = OrganisationForm.of(request.form)
    if form.validate():
        try:
            with transaction() as session:
                directory.edit_organisation(session, organisation_id, form.details(), seen_version=seen_version())
        except StaleEditError:
            organisation = _or_404(organisation_id)
            theirs = OrganisationForm.of(None, organisation)
            url = url_for(".edit", organisation_id=organisation_id)
            return page("organizing/entry_conflict.html", 409, form=form, theirs=theirs, thing=organisation, url=url)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Änderungen sind gespeichert.")))
            return see_other(".index")
    return _form_page(form, _or_404(organisation_id), 422)


@blueprint.post("/verwaltung/organisationen/<int:organisation_id>/entfernen")
@requires(Action.EDIT_DIRECTORY)
def remove(organisation_id: int) -> Response:
    """Remove an organisation that nothing points to."""
    try:
        with transaction() as session:
            directory.remove_organisation(session, organisation_id)
    except directory.StillUsedError as refusal:
        notice("error", translate(refusal.sentence))
        return see_other(".ask_edit", organisation_id=organisation_id)
    notice("success", translate(N_("Die Organisation ist entfernt.")))
    return see_other(".index")


@blueprint.post("/verwaltung/organisationen/<int:organisation_id>/zusammenfuehren")
@requires(Action.EDIT_DIRECTORY)
def merge(organisation_id: int) -> Response:
    """Keep the chosen organisation, and move everybody of this one there."""
    kept_id = request.form.get("kept", 0, type=int)
    with transaction() as session:
        kept = directory.merge_organisations(session, kept_id=kept_id, other_id=organisation_id)
    notice("success", translate(N_("Alles gehört jetzt zu „%(name)s“."), name=kept.name))
    return see_other(".ask_edit", organisation_id=kept.id)
