"""The record to read: all of it for administrators, and of one event, series or person for who works on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from sqlalchemy import Select

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.files.tables import csv_bytes
from ozgtermine.forms.audit import AuditFilter
from ozgtermine.models import AuditAct, AuditEntry, Person
from ozgtermine.operations import auditing
from ozgtermine.queries import audit
from ozgtermine.rendering.audit import (
    ACTS,
    Change,
    Names,
    changes_inside,
    changes_of,
    note_in_words,
    sentence,
    thing_name,
)
from ozgtermine.rendering.dates import short_instant
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, page
from ozgtermine.views.guards import actor_may, requires
from ozgtermine.views.organizing.lookup import event_or_404, series_or_404
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_audit", __name__)

HEADER = (
    N_("Zeitpunkt"), N_("Wer"), N_("Was"), N_("Woran"), N_("Titel"), N_("Satz"), N_("Angabe"), N_("Vorher"),
    N_("Nachher"), N_("Anmerkung"),
)  # fmt: skip
MOST_CHANGES = 8


@dataclass(frozen=True)
class Shown:
    """An entry as the page shows it."""

    entry: AuditEntry
    sentence: str
    changes: list[Change]
    links: list[tuple[str, str]]

    @property
    def note(self) -> str:
        return note_in_words(self.entry)

    @property
    def is_folded(self) -> bool:
        """Whether what changed is too much to show at once; of a new thing it is all that it is."""
        whole = self.entry.act in (AuditAct.CREATED, AuditAct.REMOVED) and self.entry.thing != "setting"
        too_much = len(self.changes) > MOST_CHANGES or any(each.is_very_long for each in self.changes)
        return bool(self.changes) and (whole or too_much)


@blueprint.get("/verwaltung/protokoll")
@requires(Action.READ_AUDIT)
def index() -> Response:
    """Show what was done, the newest first, narrowed by the form above."""
    form = AuditFilter(request.args)
    form.offer(audit.authors(db.session()), audit.things(db.session()))
    if not form.validate():
        return page("organizing/audit.html", 400, form=form, entries=[], number=1, pages=1, total=0, url_of=None)
    found = audit.recorded(form.wanted)
    total = audit.number_of(db.session(), found)
    pages = max(1, -(-total // audit.PAGE_SIZE))
    number = min(max(1, request.args.get("seite", 1, type=int)), pages)
    return page(
        "organizing/audit.html",
        form=form,
        entries=_shown(audit.page_of(found, number)),
        number=number,
        pages=pages,
        total=total,
        url_of=lambda each: _address(".index", **form.parameters, seite=each),
    )


@blueprint.get("/verwaltung/protokoll.csv")
@requires(Action.READ_AUDIT)
def export() -> Response:
    """Give the selection as a table, a row for each changed column; that this was done is recorded too."""
    form = AuditFilter(request.args)
    if not form.validate():
        raise NotFoundError
    entries = list(db.session.scalars(audit.recorded(form.wanted).limit(audit.MOST_EXPORTED)))
    names = audit.names_of(db.session(), entries)
    content = csv_bytes([translate(each) for each in HEADER], (row for each in entries for row in _rows(each, names)))
    with transaction() as session:
        text = translate(N_("Protokoll als CSV-Datei, Einträge: %(number)s"), number=len(entries))
        auditing.note(session, AuditAct.EXPORTED, AuditEntry(), now=clock.now(), text=text)
    response = make_response(content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="protokoll.csv"'
    return confidential(response)


def _rows(entry: AuditEntry, names: Names) -> Iterator[tuple[str, ...]]:
    facts = (
        short_instant(entry.at), translate(entry.author), translate(ACTS[entry.act]), thing_name(entry.thing),
        entry.title, sentence(entry, names),
    )  # fmt: skip
    for change in changes_of(entry, names) or [Change("", "", "")]:
        yield (*facts, change.name, change.before, change.after, note_in_words(entry))


@blueprint.get("/verwaltung/termine/<int:event_id>/verlauf")
@requires(Action.READ_HISTORY)
def of_event(event_id: int) -> Response:
    """Show what was done to an event and all that belongs to it."""
    event = event_or_404(event_id)
    ways = [
        (url_for("organizing_events.index"), translate(N_("Termine"))),
        (url_for("organizing_events.show", event_id=event.id), event.name),
    ]
    return _history(audit.recorded_of_event(event_id, current_actor()), event.title, ways, event_id=event_id)


@blueprint.get("/verwaltung/reihen/<int:series_id>/verlauf")
@requires(Action.READ_HISTORY)
def of_series(series_id: int) -> Response:
    """Show what was done to a series, its members and its events."""
    series = series_or_404(series_id)
    ways = [(url_for("organizing_series.index"), translate(N_("Reihen")))]
    return _history(audit.recorded_of_series(series_id, current_actor()), series.title, ways, series_id=series_id)


@blueprint.get("/verwaltung/personen/<int:person_id>/verlauf")
@requires(Action.EDIT_DIRECTORY)
def of_person(person_id: int) -> Response:
    """Show what was done to a person, their memberships and their account."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    ways = [("/verwaltung/personen", translate(N_("Personen")))]
    return _history(audit.recorded_of_person(person_id), person.name, ways, person_id=person_id)


def _history(found: Select[AuditEntry], title: str, ways: list[tuple[str, str]], **thing: int) -> Response:
    pages = max(1, -(-audit.number_of(db.session(), found) // audit.PAGE_SIZE))
    number = min(max(1, request.args.get("seite", 1, type=int)), pages)
    return page(
        "organizing/audit_history.html",
        title=title,
        ways=ways,
        entries=_shown(audit.page_of(found, number)),
        number=number,
        pages=pages,
        url_of=lambda each: _address(request.endpoint or "", **thing, seite=each),
    )


def _address(endpoint: str, /, **values: Any) -> str:  # noqa: ANN401 - what url_for takes
    return url_for(endpoint, **values)


def _shown(found: Select[AuditEntry]) -> list[Shown]:
    entries = list(db.session.scalars(found))
    names = audit.names_of(db.session(), entries)
    return [Shown(each, sentence(each, names), _below(each, names), list(_links(each, names))) for each in entries]


def _below(entry: AuditEntry, names: Names) -> list[Change]:
    """Return what the page lists below the sentence: all, unless the sentence says it all."""
    changes = changes_of(entry, names)
    return [] if changes == changes_inside(entry, names) else changes


def _links(entry: AuditEntry, names: Names) -> Iterator[tuple[str, str]]:
    """Yield the histories of what the entry is about, where that still exists and there is more to see than here."""
    for kind, thing_id, action in (
        ("event", entry.event_id, Action.READ_HISTORY),
        ("person", entry.person_id, Action.EDIT_DIRECTORY),
        ("series", entry.series_id, Action.READ_HISTORY),
    ):
        endpoint, name = f"organizing_audit.of_{kind}", names.get((kind, thing_id or 0))
        if name and endpoint != request.endpoint and actor_may(action):
            words = translate(N_("Verlauf von „%(name)s“"), name=name)
            yield _address(endpoint, **{f"{kind}_id": thing_id}), words
            return
