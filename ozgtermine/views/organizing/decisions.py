"""Deciding about registrations, one or many at once: what is chosen, what the mail says, and then the decision."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal
from ozgtermine.forms.deciding import ByHandForm, DecisionForm, MessageForm
from ozgtermine.mail import messages
from ozgtermine.mail.composing import Mail
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import AuditEntry, Event, Registration
from ozgtermine.operations import auditing, deciding, inviting_members, revoking_decisions
from ozgtermine.operations.deciding import STEPS, Decided, Decision
from ozgtermine.operations.offers import FullError
from ozgtermine.operations.taking_back import changes_of
from ozgtermine.queries.organizing import registrations_of
from ozgtermine.rules.mailing import REVOCABLE_FOR
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import Mode, State, may_happen
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import event_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.wording import N_, translate, translate_number

blueprint = Blueprint("organizing_decisions", __name__)

HEADINGS = {
    Decision.APPROVE: N_("Anfragen annehmen"),
    Decision.DECLINE: N_("Ablehnen"),
    Decision.CANCEL: N_("Anmeldungen beenden"),
}
_IN_A_MAIL = "…"
_WRITTEN = (
    N_("Keine Mail geht hinaus: Von den Ausgewählten hat niemand die Adresse bestätigt."),
    N_("Die Mail geht in zehn Minuten hinaus."),
    N_("%(number)s Mails gehen in zehn Minuten hinaus."),
)
_INVITED = (
    N_("Niemand ist neu eingeladen: Alle Mitglieder sind es schon, oder die Anmeldung ist nicht offen."),
    N_("Ein Mitglied ist eingeladen."),
    N_("%(number)s Mitglieder sind eingeladen."),
)


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldungen/auswahl")
@requires(Action.DECIDE_REGISTRATIONS)
def choose(event_id: int) -> Response:
    """Show whom a decision or message is about, and what it will say; nothing is decided yet."""
    event, chosen, decision = event_or_404(event_id), _chosen(event_id), _decision()
    if chosen and request.form.get("aktion") == "write":
        return _message_page(event, chosen, MessageForm())
    if not chosen or decision is None:
        return _nothing_chosen(event_id)
    return _decision_page(event, chosen, decision, DecisionForm())


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldungen/entscheiden")
@requires(Action.DECIDE_REGISTRATIONS)
def decide(event_id: int) -> Response:
    """Decide; the mails wait ten minutes, and until then everything can be taken back."""
    event, chosen, decision, form = event_or_404(event_id), _chosen(event_id), _decision(), DecisionForm(request.form)
    if not chosen or decision is None:
        return _nothing_chosen(event_id)
    if not form.validate() or request.form.get("schritt") != "entscheiden":
        return _decision_page(event, chosen, decision, form, status=422 if form.errors else 200)
    ids = [each.id for each in chosen]
    with transaction() as session:
        decided = deciding.decide(
            session, _offer_id(event), ids, decision, reason=form.reason.data, letterhead=_letterhead(),
            now=clock.now(),
        )  # fmt: skip
    notice("success", _outcome(decided))
    return see_other("organizing_decisions.show_change", event_id=event_id, change_id=decided.change_id)


def _outcome(decided: Decided) -> str:
    """Return in a sentence what came of a decision."""
    parts = [
        (decided.seats, N_("%(number)s angemeldet")),
        (decided.waiting, N_("%(number)s auf der Warteliste, weil alle Plätze vergeben sind")),
        (decided.ended, N_("%(number)s beendet")),
        (decided.skipped, N_("%(number)s unverändert, weil die Entscheidung dort nicht passt")),
    ]
    said = [translate(words, number=number) for number, words in parts if number]
    return ", ".join(said) + "." if said else translate(N_("Es hat sich nichts geändert."))


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen/aenderung/<change_id>")
@requires(Action.DECIDE_REGISTRATIONS)
def show_change(event_id: int, change_id: str) -> Response:
    """Show how many mails of a decision or message still wait, and take it back if one likes."""
    event = event_or_404(event_id)
    entries = _entries(event, change_id)
    number = revoking_decisions.number_of_waiting_mails(db.session(), change_id)
    until = entries[0].at + REVOCABLE_FOR
    is_revocable = number > 0 and revoking_decisions.is_revocable(entries, now=clock.now())
    return page(
        "organizing/decided.html", event=event, change_id=change_id, number=number, until=until,
        is_revocable=is_revocable,
    )  # fmt: skip


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldungen/aenderung/<change_id>/zuruecknehmen")
@requires(Action.DECIDE_REGISTRATIONS)
def take_back(event_id: int, change_id: str) -> Response:
    """Undo the decision: its mails are never sent."""
    _entries(event_or_404(event_id), change_id)
    with transaction() as session:
        revoking_decisions.take_back(session, change_id, letterhead=_letterhead(), now=clock.now())
    notice("success", translate(N_("Zurückgenommen. Niemand hat davon erfahren.")))
    return _to_list(event_id)


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldungen/nachricht")
@requires(Action.DECIDE_REGISTRATIONS)
def write(event_id: int) -> Response:
    """Show the mail as it will be read, then promise it to everybody who is chosen."""
    event, chosen, form = event_or_404(event_id), _chosen(event_id), MessageForm(request.form)
    if not form.validate():
        return _message_page(event, chosen, form, status=422)
    if request.form.get("schritt") != "senden" or not chosen:
        return _message_page(event, chosen, form)
    ids = [each.id for each in chosen]
    with transaction() as session:
        number = deciding.write_to(
            session, _offer_id(event), ids, subject=form.subject.data, text=form.text.data,
            letterhead=_letterhead(), now=clock.now(),
        )  # fmt: skip
        session.flush()
        change_id = auditing.change_id(session)
    notice("success" if number else "warning", translate_number(number, _WRITTEN))
    if not number:
        return _to_list(event_id)
    return see_other("organizing_decisions.show_change", event_id=event_id, change_id=change_id)


@blueprint.get("/verwaltung/termine/<int:event_id>/anmeldungen/neu")
@requires(Action.DECIDE_REGISTRATIONS)
def ask_add(event_id: int) -> Response:
    event = event_or_404(event_id)
    _offer_id(event)
    return page("organizing/registration_form.html", event=event, form=ByHandForm.of_event(event))


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldungen/neu")
@requires(Action.DECIDE_REGISTRATIONS)
def add(event_id: int) -> Response:
    """Register somebody who asked by phone or in person."""
    event = event_or_404(event_id)
    form = ByHandForm.of_event(event, request.form)
    if not form.validate():
        return page("organizing/registration_form.html", 422, event=event, form=form)
    offer_id, details = _offer_id(event), form.details(event)
    try:
        with transaction() as session:
            added = deciding.add_by_hand(session, offer_id, details, letterhead=_letterhead(), now=clock.now())
            has_seat = added.state is State.CONFIRMED
    except Refusal as refusal:
        show_in_form(form, refusal)
        return page("organizing/registration_form.html", refusal.status, event=event_or_404(event_id), form=form)
    done = N_("Die Person ist angemeldet.") if has_seat else N_("Die Person steht auf der Warteliste.")
    notice("success", translate(done))
    return _to_list(event_id)


@blueprint.post("/verwaltung/termine/<int:event_id>/anmeldungen/<int:registration_id>/teilnahme")
@requires(Action.DECIDE_REGISTRATIONS)
def move_to_pool(event_id: int, registration_id: int) -> Response:
    """Let somebody take part on site instead of online, or the other way round."""
    offer_id, mode = _offer_id(event_or_404(event_id)), request.form.get("teilnahme", type=Mode)
    if mode is None:
        return _nothing_chosen(event_id)
    try:
        with transaction() as session:
            deciding.move_to_pool(session, offer_id, registration_id, mode, letterhead=_letterhead(), now=clock.now())
    except FullError as refusal:
        notice("warning", translate(refusal.sentence))
    else:
        notice("success", translate(N_("Die Teilnahme ist geändert.")))
    return _to_list(event_id)


@blueprint.post("/verwaltung/termine/<int:event_id>/mitglieder-einladen")
@requires(Action.DECIDE_REGISTRATIONS)
def invite_members(event_id: int) -> Response:
    """Invite now who is a member and has not been invited."""
    offer_id = _offer_id(event_or_404(event_id))
    with transaction() as session:
        invited = inviting_members.invite_members(
            session, offer_id, letterhead=_letterhead(), today=clock.today(), now=clock.now()
        )
        number = len(invited)
    notice("success", translate_number(number, _INVITED))
    return _to_list(event_id)


def _decision_page(
    event: Event, chosen: list[Registration], decision: Decision, form: DecisionForm, *, status: int = 200
) -> Response:
    fitting = [each for each in chosen if may_happen(each.state, STEPS[decision])]
    mail = _decision_mail(fitting[0], decision, form.reason.data or "") if fitting else None
    return page(
        "organizing/decide.html", status, event=event, chosen=chosen, fitting=fitting, decision=decision.value,
        heading=HEADINGS[decision], form=form, mail=mail,
    )  # fmt: skip


def _decision_mail(registration: Registration, decision: Decision, reason: str) -> Mail:
    """Return what the first of them will read; the reason is only lent to the row, and nothing is written."""
    with db.session.no_autoflush:
        before, registration.decision_reason = registration.decision_reason, reason
        try:
            return _built(registration, decision)
        finally:
            registration.decision_reason = before


def _built(registration: Registration, decision: Decision) -> Mail:
    letterhead = _letterhead()
    if decision is Decision.APPROVE:
        return messages.approved(letterhead, registration, token=_IN_A_MAIL, invitation=None, now=clock.now())
    build = messages.declined if decision is Decision.DECLINE else messages.removed
    return build(letterhead, registration, invitation=None)


def _message_page(
    event: Event, chosen: list[Registration], form: MessageForm, *, status: int = 200
) -> Response:
    mail = None
    if chosen and form.subject.data and form.text.data and not form.errors:
        mail = messages.to_participants(
            _letterhead(), chosen[0], subject=form.subject.data, text=form.text.data, token=_IN_A_MAIL
        )
    return page("organizing/write.html", status, event=event, chosen=chosen, form=form, mail=mail)


def _entries(event: Event, change_id: str) -> list[AuditEntry]:
    """Return what was recorded under a change of this event. Raises NotFoundError for another event's."""
    entries = changes_of(db.session(), change_id)
    if {entry.event_id for entry in entries} != {event.id}:
        raise NotFoundError
    return entries


def _chosen(event_id: int) -> list[Registration]:
    event = event_or_404(event_id)
    ids = set(request.form.getlist("anmeldung", type=int))
    return [each for each in db.session.scalars(registrations_of(_offer_id(event))) if each.id in ids]


def _decision() -> Decision | None:
    return request.form.get("aktion", type=Decision)


def _nothing_chosen(event_id: int) -> Response:
    notice("warning", translate(N_("Wählen Sie zuerst in der Liste aus, um wen es geht.")))
    return _to_list(event_id)


def _offer_id(event: Event) -> int:
    if event.offer is None:
        raise NotFoundError
    return event.offer.id


def _to_list(event_id: int) -> Response:
    return see_other("organizing_registrations.index", event_id=event_id)


def _letterhead() -> Letterhead:
    return Letterhead.of(settings())
