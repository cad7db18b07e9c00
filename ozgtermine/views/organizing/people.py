"""People: list, enter, edit, merge doubles."""

from datetime import date, timedelta

from flask import Blueprint, Response, request, url_for

from ozgtermine import clock
from ozgtermine.clock import BERLIN
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal, StaleEditError
from ozgtermine.forms.directory import PersonForm
from ozgtermine.models import Person
from ozgtermine.operations import keeping_the_directory as directory
from ozgtermine.queries.accounts import accounts_of_person
from ozgtermine.queries.directory import PAGE_SIZE, doubles, number_of, organisations, people
from ozgtermine.rendering.words import MEMBERSHIP_ROLES
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import seen_version
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_people", __name__)


@blueprint.get("/verwaltung/personen")
@requires(Action.EDIT_DIRECTORY)
def index() -> Response:
    """Show people by name, narrowed by words, page by page."""
    words, number = request.args.get("q", ""), max(1, request.args.get("seite", 1, type=int))
    found = people(words)
    total = number_of(db.session(), found)
    pages = max(1, -(-total // PAGE_SIZE))
    start = (min(number, pages) - 1) * PAGE_SIZE
    return page(
        "organizing/people.html",
        people=list(db.session.scalars(found.limit(PAGE_SIZE).offset(start)).unique()),
        words=words,
        total=total,
        number=min(number, pages),
        pages=pages,
        url_of=lambda each: url_for(".index", q=words or None, seite=each),
        roles=MEMBERSHIP_ROLES,
        today=clock.today(),
    )


@blueprint.get("/verwaltung/personen/neu")
@requires(Action.EDIT_DIRECTORY)
def ask_new() -> Response:
    return _form_page(PersonForm.of(db.session.scalars(organisations()), None))


@blueprint.post("/verwaltung/personen/neu")
@requires(Action.EDIT_DIRECTORY)
def create() -> Response:
    """Enter a person."""
    form = PersonForm.of(db.session.scalars(organisations()), request.form)
    if form.validate():
        try:
            with transaction() as session:
                person = directory.enter_person(session, form.details())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Person ist eingetragen.")))
            return see_other(".show", person_id=person.id)
    return _form_page(form, status=422)


def _form_page(form: PersonForm, person: Person | None = None, status: int = 200) -> Response:
    return page("organizing/person_form.html", status, form=form, person=person)


def person_or_404(person_id: int) -> Person:
    person = db.session.scalars(people().where(Person.id == person_id)).unique().one_or_none()
    if person is None:
        raise NotFoundError
    return person


@blueprint.get("/verwaltung/personen/<int:person_id>")
@requires(Action.EDIT_DIRECTORY)
def show(person_id: int) -> Response:
    """Show a person with all memberships."""
    person = person_or_404(person_id)
    return page(
        "organizing/person.html",
        person=person,
        accounts=list(db.session.scalars(accounts_of_person(person_id))),
        roles=MEMBERSHIP_ROLES,
        today=clock.today(),
        erased_on=_erased_on(person),
    )


def _erased_on(person: Person) -> date | None:
    """Return the day from which a night erases somebody who is in no group any more."""
    today = clock.today()
    lasts = any(each.ends_on is None or each.ends_on >= today for each in person.memberships)
    if person.unneeded_since is None or lasts:
        return None
    return (person.unneeded_since + timedelta(days=settings().people_days)).astimezone(BERLIN).date()


@blueprint.get("/verwaltung/personen/<int:person_id>/bearbeiten")
@requires(Action.EDIT_DIRECTORY)
def ask_edit(person_id: int) -> Response:
    person = person_or_404(person_id)
    return _form_page(PersonForm.of(db.session.scalars(organisations()), None, person), person)


@blueprint.post("/verwaltung/personen/<int:person_id>/bearbeiten")
@requires(Action.EDIT_DIRECTORY)
def edit(person_id: int) -> Response:
    """Take over what was typed; if somebody else was faster, show both versions and lose nothing."""
    form = PersonForm.of(db.session.scalars(organisations()), request.form)
    if form.validate():
        try:
            with transaction() as session:
                directory.edit_person(session, person_id, form.details(), seen_version=seen_version())
        except StaleEditError:
            person = person_or_404(person_id)
            theirs = PersonForm.of(db.session.scalars(organisations()), None, person)
            url = url_for(".edit", person_id=person_id)
            return page("organizing/entry_conflict.html", 409, form=form, theirs=theirs, thing=person, url=url)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Änderungen sind gespeichert.")))
            return see_other(".show", person_id=person_id)
    return _form_page(form, person_or_404(person_id), 422)


@blueprint.get("/verwaltung/personen/doppelte")
@requires(Action.EDIT_DIRECTORY)
def show_doubles() -> Response:
    """Show people who are probably one."""
    return page("organizing/doubles.html", groups=doubles(db.session()))


@blueprint.get("/verwaltung/personen/<int:person_id>/zusammenfuehren/<int:other_id>")
@requires(Action.EDIT_DIRECTORY)
def ask_merge(person_id: int, other_id: int) -> Response:
    """Show both side by side; the form begins with what is kept, and fills its gaps from the other."""
    person, other = person_or_404(person_id), person_or_404(other_id)
    form = PersonForm.of(db.session.scalars(organisations()), None, person)
    for name in ("given_name", "email"):
        form[name].data = getattr(person, name) or getattr(other, name)
    form.organisation_id.data = str(person.organisation_id or other.organisation_id or "")
    return page("organizing/merge_people.html", form=form, person=person, other=other, roles=MEMBERSHIP_ROLES)


@blueprint.post("/verwaltung/personen/<int:person_id>/zusammenfuehren/<int:other_id>")
@requires(Action.EDIT_DIRECTORY)
def merge(person_id: int, other_id: int) -> Response:
    """Make both one, with the values that were chosen."""
    form = PersonForm.of(db.session.scalars(organisations()), request.form)
    status = 422
    if form.validate():
        try:
            with transaction() as session:
                directory.merge_people(session, form.details(), kept_id=person_id, other_id=other_id)
        except Refusal as refusal:
            if refusal.status == NotFoundError.status:
                raise
            show_in_form(form, refusal)
            status = refusal.status
        else:
            notice("success", translate(N_("Aus beiden ist eine Person geworden.")))
            return see_other(".show", person_id=person_id)
    person, other = person_or_404(person_id), person_or_404(other_id)
    return page("organizing/merge_people.html", status, form=form, person=person, other=other, roles=MEMBERSHIP_ROLES)
