"""Passkeys: made and removed in one's own account, and used to sign in."""

import ipaddress
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, request, session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import InvalidValueError, NotAllowedError
from ozgtermine.forms.account import CodeForm, PasskeyNameForm, SignInForm
from ozgtermine.mail.account_messages import Notice
from ozgtermine.models import Account, SignInMethod
from ozgtermine.operations import passkeys
from ozgtermine.operations.passkeys import NOT_TAKEN, Site
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, configured, notice, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.notices import tell
from ozgtermine.views.own_account import ask_for_proof, own_account, own_session
from ozgtermine.views.signing_in import finish, pending_account, second_factor_page, sign_in_page
from ozgtermine.wording import translate

blueprint = Blueprint("passkeys", __name__)

_CHALLENGE = "passkey_challenge"


def site() -> Site:
    parts = urlsplit(configured().base_url)
    return Site(host=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}", name=settings().name)


def are_possible() -> bool:
    """Return whether browsers make passkeys for our host: only for names, never for bare network addresses."""
    try:
        ipaddress.ip_address(site().host)
    except ValueError:
        return True
    return False


@blueprint.post("/verwaltung/konto/passkeys/neu")
@requires(Action.USE_OWN_ACCOUNT)
def begin() -> Response:
    """Give the browser what it needs to make a passkey."""
    if ask_for_proof() is not None:
        raise NotAllowedError
    return _options(*passkeys.registration_options(site(), own_account()))


def _options(options: str, challenge: str) -> Response:
    session[_CHALLENGE] = challenge
    response = make_response(options)
    response.mimetype = "application/json"
    return confidential(response)


@blueprint.post("/verwaltung/konto/passkeys")
@requires(Action.USE_OWN_ACCOUNT)
def add() -> Response:
    """Keep the passkey that the browser has made, under a name."""
    if (proof := ask_for_proof()) is not None:
        return proof
    form, challenge = PasskeyNameForm(request.form), session.pop(_CHALLENGE, "")
    if not form.validate():
        notice("error", form.name.errors[0])
        return see_other("second_factors.show")
    credential = request.form.get("credential", "")
    try:
        with transaction() as writing:
            account = writing.get_one(Account, own_session().account.id)
            passkeys.register(
                account, site(), credential, challenge, name=form.name.data, now=clock.real_now()
            )
            tell(writing, account, Notice.FACTOR_ADDED)
    except InvalidValueError as refusal:
        notice("error", translate(refusal.sentence))
    return see_other("second_factors.show")


@blueprint.post("/verwaltung/konto/passkeys/<int:passkey_id>/entfernen")
@requires(Action.USE_OWN_ACCOUNT)
def remove(passkey_id: int) -> Response:
    """Take one's own passkey away."""
    if (proof := ask_for_proof()) is not None:
        return proof
    with transaction() as writing:
        account = writing.get_one(Account, own_session().account.id)
        passkeys.remove(account, passkey_id)
        tell(writing, account, Notice.FACTOR_REMOVED)
    return see_other("second_factors.show")


@blueprint.post("/verwaltung/anmelden/passkey/beginnen")
@requires(Action.SIGN_IN)
def challenge() -> Response:
    """Give the browser a challenge: for the account whose password was right, else for any passkey."""
    return _options(*passkeys.authentication_options(site(), pending_account()))


@blueprint.post("/verwaltung/anmelden/passkey")
@requires(Action.SIGN_IN)
def sign_in() -> Response:
    """Take the answer to the challenge as the second factor, or as password and second factor in one."""
    pending, kept_challenge = pending_account(), session.pop(_CHALLENGE, "")
    with transaction() as writing:
        found = passkeys.authenticate(
            writing, site(), request.form.get("credential", ""), kept_challenge, now=clock.real_now()
        )
    if found is not None and (pending is None or pending.id == found.id):
        return finish(found.id, SignInMethod.PASSWORD_AND_PASSKEY if pending else SignInMethod.PASSKEY)
    return _refused(db.session.get(Account, pending.id) if pending else None)


def _refused(pending: Account | None) -> Response:
    if pending is None:
        form = SignInForm()
        form.form_errors.append(translate(NOT_TAKEN))
        return sign_in_page(422, form=form)
    code_form = CodeForm()
    code_form.form_errors.append(translate(NOT_TAKEN))
    return second_factor_page(pending, code_form, 422)
