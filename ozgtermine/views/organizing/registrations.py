"""Who takes part in an event: to look at, to search, and to take along; looks and exports are noted in the record."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, request, url_for
from sqlalchemy import Select

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.files.tables import XLSX, csv_bytes, xlsx_bytes
from ozgtermine.forms.questions import in_words
from ozgtermine.models import AuditAct, Event, Registration
from ozgtermine.operations import auditing
from ozgtermine.pdf.attendance import ListHead, ListRow, attendance_list
from ozgtermine.queries.organizing import Order, counts_by_pool, counts_by_state, registrations_of
from ozgtermine.rendering.dates import long_when
from ozgtermine.rendering.events import where_text
from ozgtermine.rendering.participants import header_row, participant_rows
from ozgtermine.rendering.words import PARTICIPATION, REPLIES, SECTORS, STATES
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import Mode, State
from ozgtermine.views.answers import confidential, page
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_registrations", __name__)

ORDERS = {Order.REQUESTED: N_("Eingang"), Order.NAME: N_("Name"), Order.ORGANISATION: N_("Organisation")}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the address of a list asks for."""

    state: State | None
    mode: Mode | None
    words: str
    order: Order

    @classmethod
    def now(cls) -> "Chosen":
        args = request.args
        return cls(
            state=args.get("stand", type=State),
            mode=args.get("teilnahme", type=Mode),
            words=args.get("suche", "")[:100],
            order=args.get("sortierung", Order.REQUESTED, type=Order),
        )

    @property
    def query(self) -> dict[str, str]:
        given = {"stand": self.state, "teilnahme": self.mode, "suche": self.words, "sortierung": self.order}
        return {name: value for name, value in given.items() if value}


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen")
@requires(Action.READ_REGISTRATIONS)
def index(event_id: int) -> Response:
    """Show the registrations that the address asks for, with counts per state and pool."""
    event, chosen = event_or_404(event_id), Chosen.now()
    offer_id = event.offer.id if event.offer else 0
    counted = counts_by_state(db.session(), offer_id)
    _note(event, AuditAct.VIEWED, translate(N_("Anmeldungen angesehen")))
    return page(
        "organizing/registrations.html",
        event=event,
        chosen=chosen,
        registrations=list(db.session.scalars(_found(event, chosen))),
        totals=_totals(event, counted),
        counted=counted,
        states=STATES,
        modes=PARTICIPATION,
        sectors=SECTORS,
        replies=REPLIES,
        orders=ORDERS,
        said=_said,
        now=clock.now(),
        links_to_states=_links_to_states(event, chosen, counted),
    )


def _found(event: Event, chosen: Chosen) -> Select[Registration]:
    return registrations_of(
        event.offer.id if event.offer else 0,
        state=chosen.state, mode=chosen.mode, words=chosen.words, order=chosen.order,
    )  # fmt: skip


def _said(registration: Registration) -> list[tuple[str, str]]:
    """Return what somebody answered, the question to the event first."""
    asked = [(translate(N_("Frage")), registration.question)] if registration.question else []
    return asked + list(in_words(registration.offer.questions, registration.answers))


def _totals(event: Event, counted: dict[State, int]) -> list[tuple[str, object]]:
    totals: list[tuple[str, object]] = [
        (translate(words), counted[state]) for state, words in STATES.items() if state in counted
    ]
    if event.offer and event.mode is Mode.HYBRID:
        for mode, states in counts_by_pool(db.session(), event.offer.id).items():
            taken = sum(states.get(each, 0) for each in (State.CONFIRMED, State.OFFERED))
            seats = event.offer.seats(mode)
            of = translate(N_("%(taken)s von %(seats)s Plätzen"), taken=taken, seats=seats)
            totals.append((translate(PARTICIPATION[mode]), taken if seats is None else of))
    return totals


def _links_to_states(event: Event, chosen: Chosen, counted: dict[State, int]) -> list[tuple[str, str, bool]]:
    """Return where one sees those of one state alone: words, address, and whether one is there."""
    rest = {name: value for name, value in chosen.query.items() if name != "stand"}
    list_of_event = url_for("organizing_registrations.index", event_id=event.id)

    def address(**query: str) -> str:
        asked = urlencode(rest | query)
        return f"{list_of_event}?{asked}" if asked else list_of_event

    everything = (translate(N_("Alle")), address(), chosen.state is None)
    return [everything] + [
        (f"{translate(words)} ({counted[state]})", address(stand=state), chosen.state is state)
        for state, words in STATES.items() if state in counted
    ]  # fmt: skip


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen.csv")
@requires(Action.READ_REGISTRATIONS)
def export(event_id: int) -> Response:
    """Give the registrations as a table for Excel."""
    event = event_or_404(event_id)
    _note(event, AuditAct.EXPORTED, translate(N_("Anmeldungen als CSV")))
    return _file(csv_bytes(*_table(event)), event, "csv", "text/csv; charset=utf-8")


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen.xlsx")
@requires(Action.READ_REGISTRATIONS)
def export_workbook(event_id: int) -> Response:
    """Give the registrations as an Excel workbook."""
    event = event_or_404(event_id)
    _note(event, AuditAct.EXPORTED, translate(N_("Anmeldungen als Excel-Datei")))
    return _file(xlsx_bytes(*_table(event)), event, "xlsx", XLSX)


@blueprint.get("/verwaltung/termine/<int:event_id>/teilnahmeliste.pdf")
@requires(Action.READ_REGISTRATIONS)
def print_list(event_id: int) -> Response:
    """Give the list that lies at the door: who has a seat, and where to sign."""
    event = event_or_404(event_id)
    _note(event, AuditAct.EXPORTED, translate(N_("Teilnahmeliste als PDF")))
    found = registrations_of(event.offer.id if event.offer else 0, state=State.CONFIRMED)
    head = ListHead(
        title=event.title, when=long_when(event.when), place=where_text(event), made_at=clock.now()
    )
    rows = [
        ListRow(
            given_name=each.given_name,
            family_name=each.family_name,
            organisation=each.organisation,
            participation=translate(PARTICIPATION[each.mode]),
        )
        for each in db.session.scalars(found)
    ]
    response = make_response(attendance_list(head, rows))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="teilnahmeliste-{event.slug}.pdf"'
    return confidential(response)


def _table(event: Event) -> tuple[list[str], list[list[str]]]:
    questions = event.offer.questions if event.offer else []
    found = db.session.scalars(_found(event, Chosen.now()))
    return header_row(questions), participant_rows(found, questions)


def _file(content: bytes, event: Event, extension: str, media_type: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="anmeldungen-{event.slug}.{extension}"'
    return confidential(response)


def _note(event: Event, act: AuditAct, text: str) -> None:
    with transaction() as session:
        auditing.note(session, act, session.get_one(Event, event.id), now=clock.now(), text=text)
