"""Search over everything that one works on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.models import (
    Account,
    AuditAct,
    Document,
    Event,
    Organisation,
    Person,
    Registration,
    Series,
    Venue,
)
from ozgtermine.operations import auditing
from ozgtermine.queries.search import LONGEST_TEXT, Area, Hits, Question, search
from ozgtermine.rendering.dates import long_when, short_day
from ozgtermine.rendering.documents import KIND_NAMES
from ozgtermine.rendering.words import ACCOUNT_ROLES, SECTORS, SERIES_KINDS, STATES
from ozgtermine.rules.permissions import Action, may_everywhere, series_where
from ozgtermine.views.answers import confidential, page
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_search", __name__)

AREAS = {
    Area.EVENTS: N_("Termine"),
    Area.SERIES: N_("Reihen"),
    Area.DOCUMENTS: N_("Unterlagen"),
    Area.PEOPLE: N_("Personen"),
    Area.REGISTRATIONS: N_("Anmeldungen"),
    Area.ORGANISATIONS: N_("Organisationen"),
    Area.VENUES: N_("Orte"),
    Area.ACCOUNTS: N_("Konten"),
}


@dataclass(frozen=True)
class Hit:
    """A thing that was found: where it leads, what it is and when."""

    url: str
    title: str
    facts: str


@dataclass(frozen=True)
class Group:
    """The hits of one kind; `more_url` leads to all of them, where not all are shown."""

    area: str
    title: str
    hits: list[Hit]
    total: int
    more_url: str


@blueprint.get("/verwaltung/suche")
@requires(Action.READ_WORKSPACE)
def index() -> Response:
    """Show what is found for `q`, a few of each kind, or all of the kind `nur`."""
    typed = " ".join(request.args.get("q", "").replace("\0", "").split())[:LONGEST_TEXT]
    question, area = Question.of(typed), _area()
    found = _found(question, area) if question else []
    groups = [_group(each, typed, area) for each in found]
    _note_registrations(found)
    return confidential(
        page(
            "organizing/search.html",
            typed=typed,
            is_enough=question is not None,
            groups=groups,
            area=area,
            area_title=translate(AREAS[area]) if area else "",
        )
    )


def _area() -> Area | None:
    wanted = request.args.get("nur", "")
    return Area(wanted) if wanted in list(Area) else None


def _found(question: Question, area: Area | None) -> list[Hits]:
    return search(db.session(), question, current_actor(), today=clock.today(), area=area)


def _note_registrations(found: list[Hits]) -> None:
    """Write down for each event that somebody has looked at its participants; not for whom he was looking."""
    rows = [row for each in found if each.area is Area.REGISTRATIONS for row in each.rows]
    event_ids = sorted({row.offer.event_id for row in rows})
    if not event_ids:
        return
    with transaction() as session:
        events = select(Event).where(Event.id.in_(event_ids)).options(joinedload(Event.series)).order_by(Event.id)
        for event in session.scalars(events):
            text = translate(N_("Anmeldungen in der Suche angesehen"))
            auditing.note(session, AuditAct.VIEWED, event, now=clock.now(), text=text)


def _group(hits: Hits, typed: str, area: Area | None) -> Group:
    more = area is None and hits.total > len(hits.rows)
    return Group(
        area=hits.area.value,
        title=translate(AREAS[hits.area]),
        hits=[_HITS[hits.area](each) for each in hits.rows],
        total=hits.total,
        more_url=url_for(".index", q=typed, nur=hits.area.value) if more else "",
    )


def _event(event: Event) -> Hit:
    state = [] if event.published_at else [translate(N_("Entwurf"))]
    state += [translate(N_("abgesagt"))] if event.is_cancelled else []
    address = url_for("organizing_events.show", event_id=event.id)
    return Hit(address, event.title, _facts(long_when(event.when), event.series.title, *state))


def _series(series: Series) -> Hit:
    address = url_for("organizing_events.index", reihe=series.id, stand="alle")
    return Hit(address, series.title, _facts(translate(SERIES_KINDS[series.kind])))


def _document(document: Document) -> Hit:
    address = url_for("organizing_events.show", event_id=document.event_id)
    state = [] if document.published_at else [translate(N_("Entwurf"))]
    kind, day = translate(KIND_NAMES[document.kind]), short_day(document.event.starts_on)
    return Hit(address, document.title, _facts(kind, document.event.name, day, *state))


def _person(person: Person) -> Hit:
    """A person leads to its page, or for who leads a group to the members of that."""
    actor, organisation = current_actor(), person.organisation.name if person.organisation else ""
    address = f"/verwaltung/personen/{person.id}"
    if not may_everywhere(actor, Action.EDIT_DIRECTORY):
        led = series_where(actor, Action.EDIT_MEMBERS)
        series_id = next(each.series_id for each in person.memberships if each.series_id in led)
        address = f"/verwaltung/reihen/{series_id}/mitglieder"
    return Hit(address, person.name, _facts(organisation, person.email))


def _registration(registration: Registration) -> Hit:
    event = registration.offer.event
    address = url_for("organizing_registrations.index", event_id=event.id)
    state, day = translate(STATES[registration.state]), short_day(event.starts_on)
    return Hit(address, registration.name, _facts(event.title, day, state, registration.email))


def _organisation(organisation: Organisation) -> Hit:
    address = f"/verwaltung/organisationen/{organisation.id}"
    return Hit(address, organisation.name, _facts(organisation.short_name, translate(SECTORS[organisation.sector])))


def _venue(venue: Venue) -> Hit:
    """A venue has no page of its own: it leads to what takes place there."""
    address = url_for(".index", q=venue.name, nur=Area.EVENTS.value)
    town = f"{venue.postal_code} {venue.city}".strip()
    return Hit(address, venue.name, _facts(venue.street, town))


def _account(account: Account) -> Hit:
    address = url_for("organizing_accounts.show", account_id=account.id)
    role = translate(ACCOUNT_ROLES[account.role]) if account.role else ""
    return Hit(address, account.name, _facts(role, account.email))


def _facts(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


_HITS: Mapping[Area, Callable[[Any], Hit]] = {
    Area.EVENTS: _event,
    Area.SERIES: _series,
    Area.DOCUMENTS: _document,
    Area.PEOPLE: _person,
    Area.REGISTRATIONS: _registration,
    Area.ORGANISATIONS: _organisation,
    Area.VENUES: _venue,
    Area.ACCOUNTS: _account,
}
