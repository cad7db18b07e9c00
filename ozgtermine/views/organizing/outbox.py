"""The outbox: what failed and what to do about it, what waits, what went out. Recipients are personal data."""

from datetime import timedelta

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.forms.outbox import ChosenMailsForm
from ozgtermine.models import AuditAct, MailState, OutgoingMail
from ozgtermine.operations import auditing, resending
from ozgtermine.queries import outbox
from ozgtermine.queries.audit import has_looked
from ozgtermine.rendering.outbox import STATES, advice
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate, translate_number

blueprint = Blueprint("organizing_outbox", __name__)

ONE_LOOK = timedelta(minutes=10)


@blueprint.get("/verwaltung/mails")
@requires(Action.READ_OUTBOX)
def index() -> Response:
    """Show the outbox."""
    return _page(ChosenMailsForm())


def _page(form: ChosenMailsForm, status: int = 200) -> Response:
    """Return the page; that somebody looked is recorded, once for a while."""
    now, account_id = clock.now(), current_actor().account_id
    if not has_looked(db.session(), account_id, OutgoingMail.__tablename__, since=now - ONE_LOOK):
        with transaction() as writing:
            text = translate(N_("Empfänger im Mailausgang"))
            auditing.note(writing, AuditAct.VIEWED, OutgoingMail(), now=now, text=text)
    session, present = db.session(), settings()
    counted = outbox.counts_by_state(session)
    return page(
        "organizing/outbox.html",
        status,
        form=form,
        failed=[(mail, advice(mail.last_error)) for mail in session.scalars(outbox.failed_mails())],
        waiting=list(session.scalars(outbox.waiting_mails())),
        sent=list(session.scalars(outbox.sent_mails())),
        number_of_failed=counted.get(MailState.FAILED, 0),
        number_of_waiting=sum(counted.get(state, 0) for state in outbox.WAITING),
        number_of_sent=counted.get(MailState.SENT, 0),
        states=STATES,
        sent_mails_days=present.sent_mails_days,
        now=now,
    )


@blueprint.post("/verwaltung/mails/senden")
@requires(Action.READ_OUTBOX)
def resend() -> Response:
    """Send the chosen mails once more, or all that failed."""
    form = ChosenMailsForm.of(request.form)
    if "all" in request.form:
        form.mail.data = outbox.failed_ids(db.session())
    elif not form.validate():
        return _page(form, 422)
    with transaction() as session:
        number = resending.resend(session, form.mail.data, now=clock.now())
    notice("success", translate_number(number, _SENT_AGAIN))
    return see_other(".index")


@blueprint.get("/verwaltung/mails/verwerfen")
@requires(Action.READ_OUTBOX)
def ask_discard() -> Response:
    """Ask once more: what is discarded nobody can send again."""
    form = ChosenMailsForm.of(request.args)
    if not form.validate():
        return _page(form, 400)
    chosen = outbox.failed_mails().where(OutgoingMail.id.in_(form.mail.data))
    return page("organizing/outbox_discard.html", mails=list(db.session.scalars(chosen)))


@blueprint.post("/verwaltung/mails/verwerfen")
@requires(Action.READ_OUTBOX)
def discard() -> Response:
    """Forget the chosen mails."""
    form = ChosenMailsForm.of(request.form)
    if not form.validate():
        return _page(form, 422)
    with transaction() as session:
        number = resending.discard(session, form.mail.data, now=clock.now())
    notice("success", translate_number(number, _DISCARDED))
    return see_other(".index")


_SENT_AGAIN = (
    N_("Keine dieser Mails ist noch zu senden."),
    N_("Die Mail wird noch einmal gesendet."),
    N_("%(number)s Mails werden noch einmal gesendet."),
)
_DISCARDED = (
    N_("Keine dieser Mails ist noch da."),
    N_("Die Mail ist verworfen."),
    N_("%(number)s Mails sind verworfen."),
)
