"""One's own second factor: an authenticator, recovery codes; passkeys have a module of their own."""

from flask import Blueprint, Response, current_app, request, session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import InvalidValueError
from ozgtermine.forms.account import CodeForm, PasskeyNameForm
from ozgtermine.mail.account_messages import Notice
from ozgtermine.models import Account
from ozgtermine.operations import second_factors
from ozgtermine.operations.second_factors import Vault
from ozgtermine.rendering.pictures import qr_code
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.notices import tell
from ozgtermine.views.own_account import ask_for_proof, own_account, own_session
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("second_factors", __name__)

_SECRET = "totp_secret"  # noqa: S105 - where it waits in the session, encrypted


def vault() -> Vault:
    return Vault(str(current_app.config["SECRET_KEY"]))


@blueprint.get("/verwaltung/konto/zweiter-faktor")
@requires(Action.USE_OWN_ACCOUNT)
def show() -> Response:
    """Show what the account has, and what can be added."""
    account = own_account()
    return page(
        "accounts/second_factors.html",
        account=account,
        codes_left=second_factors.codes_left(account),
        passkey_form=PasskeyNameForm(),
        is_needed=current_actor().lacks_second_factor,
    )


@blueprint.get("/verwaltung/konto/zweiter-faktor/app")
@requires(Action.USE_OWN_ACCOUNT)
def ask_totp() -> Response:
    """Show a fresh secret as a picture and as letters."""
    if (proof := ask_for_proof()) is not None:
        return proof
    secret = second_factors.new_secret()
    session[_SECRET] = vault().lock(secret)
    return _totp_page(secret, CodeForm())


def _totp_page(secret: str, form: CodeForm, status: int = 200) -> Response:
    address = second_factors.address_of(secret, own_account(), settings().name)
    picture = qr_code(address)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return confidential(page("accounts/totp.html", status, form=form, picture=picture, secret=groups))


@blueprint.post("/verwaltung/konto/zweiter-faktor/app")
@requires(Action.USE_OWN_ACCOUNT)
def add_totp() -> Response:
    """Take the authenticator once it has shown a right code; recovery codes come with it."""
    form, secret = CodeForm(request.form), vault().open(session.get(_SECRET, ""))
    if secret is None or ask_for_proof() is not None:
        return see_other(".ask_totp")
    if not form.validate():
        return _totp_page(secret, form, 422)
    try:
        with transaction() as writing:
            account = writing.get_one(Account, own_session().account.id, with_for_update=True)
            second_factors.add_totp(account, vault(), secret, form.code.data, now=clock.real_now())
            codes = [] if second_factors.codes_left(account) else second_factors.new_recovery_codes(writing, account)
            tell(writing, account, Notice.FACTOR_ADDED)
    except InvalidValueError as refusal:
        show_in_form(form, refusal)
        return _totp_page(secret, form, 422)
    session.pop(_SECRET, None)
    notice("success", translate(N_("Die Authenticator-App ist eingerichtet.")))
    return confidential(page("accounts/recovery_codes.html", codes=codes)) if codes else see_other(".show")


@blueprint.post("/verwaltung/konto/zweiter-faktor/app/entfernen")
@requires(Action.USE_OWN_ACCOUNT)
def remove_totp() -> Response:
    """Take the authenticator away."""
    if (proof := ask_for_proof()) is not None:
        return proof
    with transaction() as writing:
        account = writing.get_one(Account, own_session().account.id)
        second_factors.remove_totp(account)
        tell(writing, account, Notice.FACTOR_REMOVED)
    notice("success", translate(N_("Die Authenticator-App ist entfernt.")))
    return see_other(".show")


@blueprint.post("/verwaltung/konto/zweiter-faktor/codes")
@requires(Action.USE_OWN_ACCOUNT)
def make_recovery_codes() -> Response:
    """Show fresh recovery codes once; the old ones no longer work."""
    if (proof := ask_for_proof()) is not None:
        return proof
    with transaction() as writing:
        account = writing.get_one(Account, own_session().account.id)
        codes = second_factors.new_recovery_codes(writing, account)
        tell(writing, account, Notice.RECOVERY_CODES_MADE)
    return confidential(page("accounts/recovery_codes.html", codes=codes))
