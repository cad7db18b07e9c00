"""Who is in a group: today, before and later; joining, another role, leaving."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.directory import LeaveForm, MemberForm, MembershipForm
from ozgtermine.forms.fields import choices
from ozgtermine.mail import outbox
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.mail.membership_messages import joined
from ozgtermine.models import Membership, MembershipRole, Series, SeriesKind
from ozgtermine.operations import joining_groups
from ozgtermine.operations.keeping_the_directory import PersonDetails, enter_person, find_person
from ozgtermine.queries.directory import members_of, organisations, pair_flaws
from ozgtermine.queries.erasure import erased_members_of
from ozgtermine.rendering.words import MEMBERSHIP_ROLES, PAIR_FLAWS
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import series_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_members", __name__)


def _roles(series: Series) -> list[MembershipRole]:
    return [role for role in MEMBERSHIP_ROLES if joining_groups.may_give(current_actor(), series, role)]


def _form(series: Series) -> MemberForm:
    return MemberForm.of(
        db.session.scalars(organisations()), _roles(series), request.form if request.method == "POST" else None
    )


@blueprint.get("/verwaltung/reihen/<int:series_id>/mitglieder")
@requires(Action.EDIT_MEMBERS)
def index(series_id: int) -> Response:
    """Show who is in the group, those who lead first, and the form to add somebody."""
    series = series_or_404(series_id)
    return _page(series, _form(series))


def _page(series: Series, form: MemberForm, status: int = 200) -> Response:
    today = clock.today()
    found = list(db.session.scalars(members_of(series.id)))
    order = list(MEMBERSHIP_ROLES)
    current = sorted((each for each in found if each.is_current(today)), key=lambda each: order.index(each.role))
    leading = [each for each in current if each.is_lead]
    flaws = pair_flaws(series, leading) if series.kind is SeriesKind.WORKING_GROUP else []
    return page(
        "organizing/members.html",
        status,
        series=series,
        form=form,
        current=current,
        others=[each for each in found if not each.is_current(today)],
        erased=erased_members_of(db.session(), series.id),
        roles=MEMBERSHIP_ROLES,
        flaws=[PAIR_FLAWS[flaw] for flaw in flaws],
        may_change=_roles(series),
        today=today,
    )


@blueprint.post("/verwaltung/reihen/<int:series_id>/mitglieder")
@requires(Action.EDIT_MEMBERS)
def add(series_id: int) -> Response:
    """Add somebody; a person of that address is taken as known."""
    series = series_or_404(series_id)
    form = _form(series)
    if form.validate():
        try:
            with transaction() as session:
                membership = _join(session, session.get_one(Series, series_id), form)
        except Refusal as refusal:
            show_in_form(form, refusal)
            return _page(series_or_404(series_id), form, refusal.status)
        notice("success", translate(N_("%(name)s gehört jetzt dazu."), name=membership.person.name))
        return see_other(".index", series_id=series_id)
    return _page(series, form, 422)


def _join(session: Session, series: Series, form: MemberForm) -> Membership:
    person = find_person(session, form.email.data) or enter_person(
        session,
        PersonDetails(
            given_name=form.given_name.data,
            family_name=form.family_name.data,
            email=form.email.data,
            organisation_id=int(form.organisation_id.data) if form.organisation_id.data else None,
            language=form.language.data,
        ),
    )
    role = MembershipRole(form.role.data)
    membership = joining_groups.join(
        session,
        series,
        person,
        role,
        actor=current_actor(),
        starts_on=form.starts_on.data or clock.today(),
        ends_on=form.ends_on.data,
    )
    if form.invite.data:
        letterhead = Letterhead.of(settings())
        mail = joined(letterhead, membership)
        outbox.post(session, mail, letterhead, now=clock.now())
    return membership


@blueprint.get("/verwaltung/reihen/<int:series_id>/mitglieder/<int:membership_id>")
@requires(Action.EDIT_MEMBERS)
def ask_change(series_id: int, membership_id: int) -> Response:
    """Show a membership with its role and its end."""
    series = series_or_404(series_id)
    membership = joining_groups.get_membership(db.session(), series, membership_id)
    form = MembershipForm(role=membership.role.value)
    form.role.choices = choices({role: MEMBERSHIP_ROLES[role] for role in _roles(series)})
    return _change_page(series, membership, form, LeaveForm(last_day=clock.today()))


def _change_page(
    series: Series, membership: Membership, form: MembershipForm, leave_form: LeaveForm, status: int = 200
) -> Response:
    return page(
        "organizing/membership.html",
        status,
        series=series,
        membership=membership,
        form=form,
        leave_form=leave_form,
        roles=MEMBERSHIP_ROLES,
        is_last_lead=_is_last_lead(series, membership),
    )


def _is_last_lead(series: Series, membership: Membership) -> bool:
    leading = [each for each in db.session.scalars(members_of(series.id)) if each.is_lead]
    return [each.id for each in leading if each.is_current(clock.today())] == [membership.id]


@blueprint.post("/verwaltung/reihen/<int:series_id>/mitglieder/<int:membership_id>/rolle")
@requires(Action.EDIT_MEMBERS)
def change_role(series_id: int, membership_id: int) -> Response:
    """Give another role from a day on."""
    series, form = series_or_404(series_id), MembershipForm(request.form)
    membership = joining_groups.get_membership(db.session(), series, membership_id)
    if not form.validate():
        return _change_page(series, membership, form, LeaveForm(), 422)
    try:
        with transaction() as session:
            joining_groups.change_role(
                session,
                joining_groups.get_membership(session, session.get_one(Series, series_id), membership_id),
                MembershipRole(form.role.data),
                actor=current_actor(),
                from_day=form.from_day.data or clock.today(),
            )
    except Refusal as refusal:
        show_in_form(form, refusal)
        membership = joining_groups.get_membership(db.session(), series_or_404(series_id), membership_id)
        return _change_page(series, membership, form, LeaveForm(), refusal.status)
    notice("success", translate(N_("Die Rolle ist geändert.")))
    return see_other(".index", series_id=series_id)


@blueprint.post("/verwaltung/reihen/<int:series_id>/mitglieder/<int:membership_id>/beenden")
@requires(Action.EDIT_MEMBERS)
def leave(series_id: int, membership_id: int) -> Response:
    """End the membership on a day."""
    series, leave_form = series_or_404(series_id), LeaveForm(request.form)
    membership = joining_groups.get_membership(db.session(), series, membership_id)
    if not leave_form.validate():
        return _change_page(series, membership, MembershipForm(role=membership.role.value), leave_form, 422)
    with transaction() as session:
        own = joining_groups.get_membership(session, session.get_one(Series, series_id), membership_id)
        joining_groups.leave(session, own, actor=current_actor(), last_day=leave_form.last_day.data)
    notice("success", translate(N_("Die Mitgliedschaft ist beendet.")))
    return see_other(".index", series_id=series_id)
