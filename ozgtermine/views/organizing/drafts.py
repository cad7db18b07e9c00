"""What is typed into the forms of the workspace is kept until it is saved; a small script sends it here."""

from flask import Blueprint, Response, current_app, jsonify, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError
from ozgtermine.models import FormDraft
from ozgtermine.operations import keeping_drafts
from ozgtermine.operations.keeping_drafts import Typed, UnfitDraftError
from ozgtermine.rendering.dates import clock_time, numeric_day
from ozgtermine.rules.permissions import Action
from ozgtermine.views.guards import requires
from ozgtermine.views.sessions import current_actor, has_session
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_drafts", __name__)

ADDRESS = "/verwaltung/zwischenstand"
ACCEPTED = 303


@blueprint.get(ADDRESS)
@requires(Action.READ_WORKSPACE)
def show() -> Response:
    """Say what the account has typed on the page `seite` and not saved; nothing (204) if there is nothing."""
    draft = keeping_drafts.find_draft(db.session(), _account_id(), request.args.get("seite", ""))
    return _nothing() if draft is None else jsonify(fields=draft.fields, offer=_offer(draft))


def _offer(draft: FormDraft) -> str:
    sentence = N_("Sie haben hier am %(day)s um %(clock)s Uhr etwas eingegeben, das nicht gespeichert wurde.")
    day = draft.saved_at.astimezone(clock.BERLIN).date()
    return translate(sentence, day=numeric_day(day), clock=clock_time(draft.saved_at))


@blueprint.post(ADDRESS)
@requires(Action.READ_WORKSPACE)
def keep() -> Response:
    """Keep what was typed, and say at what time."""
    try:
        typed = Typed.of(request.get_json(silent=True))
    except UnfitDraftError as refusal:
        return _refused(refusal)
    with transaction() as session:
        draft = keeping_drafts.keep(session, _account_id(), typed, now=clock.now())
    return jsonify(said=translate(N_("Zwischenstand gesichert um %(clock)s Uhr"), clock=clock_time(draft.saved_at)))


def _refused(refusal: UnfitDraftError) -> Response:
    answer = jsonify(said=translate(refusal.sentence))
    answer.status_code = 422
    return answer


@blueprint.post(f"{ADDRESS}/verwerfen")
@requires(Action.READ_WORKSPACE)
def discard() -> Response:
    """Forget what was typed on a page."""
    with transaction() as session:
        keeping_drafts.discard(session, _account_id(), request.args.get("seite", ""))
    return _nothing()


def _account_id() -> int:
    account_id = current_actor().account_id
    if account_id is None:
        raise RuntimeError("only who is signed in comes here")
    return account_id


def _nothing() -> Response:
    return current_app.response_class(status=204)


@blueprint.after_app_request
def forget_accepted(response: Response) -> Response:
    """Forget the draft of a form as soon as it was accepted; if the database is busy, the night does."""
    if request.method != "POST" or response.status_code != ACCEPTED or not request.path.startswith(keeping_drafts.SIDE):
        return response
    account_id = current_actor().account_id if has_session() else None
    target = request.full_path.rstrip("?")
    if account_id is not None and keeping_drafts.is_awaited(db.session(), account_id, target):
        try:
            with transaction() as session:
                keeping_drafts.forget_sent(session, account_id, target)
        except BusyError:
            current_app.logger.warning("a draft stays although its form was accepted: the database is busy")
    return response
