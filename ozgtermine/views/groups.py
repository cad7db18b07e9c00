"""The members' page: each of one's groups with the next dates and how to get in, what happened last, and who leads."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.models import Access, Document, Event, Membership, MembershipRole, Series
from ozgtermine.queries.groups import OwnGroup, groups_of
from ozgtermine.rendering.dates import numeric_day
from ozgtermine.rendering.events import Card, card
from ozgtermine.rules.permissions import Action, Visibility
from ozgtermine.views import personal_calendars
from ozgtermine.views.answers import confidential, links, page, see_other
from ozgtermine.views.events import visible_access
from ozgtermine.views.guards import requires
from ozgtermine.views.own_account import own_account
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("groups", __name__)

ROLES: dict[MembershipRole, tuple[str, str]] = {
    MembershipRole.LEAD: (N_("Sie leiten diese Gruppe."), N_("Sie leiten diese Gruppe bis %(day)s.")),
    MembershipRole.DEPUTY_LEAD: (N_("Sie vertreten die Leitung."), N_("Sie vertreten die Leitung bis %(day)s.")),
    MembershipRole.MEMBER: (N_("Sie sind Mitglied."), N_("Sie sind Mitglied bis %(day)s.")),
    MembershipRole.MODERATOR: (N_("Sie moderieren."), N_("Sie moderieren bis %(day)s.")),
    MembershipRole.PROJECT_OFFICE: (
        N_("Sie gehören zum Projektmanagement."), N_("Sie gehören zum Projektmanagement bis %(day)s."),
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ShownEvent:
    """An event with what one may know of it."""

    card: Card
    access: Access | None
    documents: list[Document]


@dataclass(frozen=True, kw_only=True)
class ShownGroup:
    """A group as its part of the page."""

    series: Series
    roles: list[str]
    coming: list[ShownEvent]
    past: list[ShownEvent]
    leads: list[Membership]
    calendar: str


@blueprint.get("/meine-gruppen")
@requires(Action.READ_OWN_GROUPS)
def index() -> Response:
    """Show the groups that one is in today."""
    found = groups_of(db.session(), current_actor(), now=clock.now(), today=clock.today())
    calendar = personal_calendars.address_of(_own_address())
    return confidential(page("groups/index.html", groups=[_shown(each) for each in found], calendar=calendar))


@blueprint.post("/meine-gruppen/kalender")
@requires(Action.READ_OWN_GROUPS)
def give_calendar() -> Response:
    """Give the member an own calendar, or a new address for it."""
    personal_calendars.give(_own_address())
    return see_other("groups.index")


def _own_address() -> str:
    return own_account().email_normalised


def _shown(group: OwnGroup) -> ShownGroup:
    return ShownGroup(
        series=group.series,
        roles=[_role(each) for each in group.own],
        coming=list(_events(group, group.coming)),
        past=list(_events(group, group.past)),
        leads=group.leads,
        calendar=links().calendar(group.series.slug) if group.series.visibility is Visibility.PUBLIC else "",
    )


def _role(membership: Membership) -> str:
    """Return what one is in the group, and until when."""
    for_good, until = ROLES[membership.role]
    if membership.ends_on is None:
        return translate(for_good)
    return translate(until, day=numeric_day(membership.ends_on))


def _events(group: OwnGroup, events: list[Event]) -> Iterator[ShownEvent]:
    actor, now = current_actor(), clock.now()
    for each in events:
        is_open = not each.is_over(now) and not each.is_cancelled
        yield ShownEvent(
            card=card(each, {}, now),
            access=visible_access(each, actor) if is_open else None,
            documents=group.documents.get(each.id, []),
        )
