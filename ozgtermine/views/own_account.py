"""One's own account: who one is, where one is signed in, the password."""

from flask import Blueprint, Response, request, url_for

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import InvalidValueError, NotFoundError, Refusal
from ozgtermine.forms.account import LanguageForm, PasswordForm, ProofForm
from ozgtermine.mail.account_messages import Notice
from ozgtermine.models import Account, AccountSession
from ozgtermine.operations import account_sessions, accounts, passwords
from ozgtermine.operations.account_sessions import FoundSession
from ozgtermine.operations.second_factors import codes_left
from ozgtermine.operations.signing_in import TooManyAttemptsError
from ozgtermine.rendering.words import ACCOUNT_ROLES, SIGN_IN_METHODS
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other
from ozgtermine.views.attempts import attempt
from ozgtermine.views.guards import requires
from ozgtermine.views.notices import tell
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_session
from ozgtermine.views.signing_in import signed_out
from ozgtermine.views.targets import go_on, local
from ozgtermine.wording import N_, translate

blueprint = Blueprint("own_account", __name__)

WRONG_PASSWORD = N_("Das Passwort stimmt nicht.")


def own_session() -> FoundSession:
    """Return the session of this request; the route's action has seen to it that there is one."""
    found = current_session()
    if found is None:
        raise RuntimeError("no session in a route that needs one")
    return found


def own_account() -> Account:
    """Return the account of this request."""
    return db.session.get_one(Account, own_session().account.id)


@blueprint.get("/verwaltung/konto")
@requires(Action.USE_OWN_ACCOUNT)
def show() -> Response:
    """Show who one is, where one is signed in, and how one proves it."""
    account = own_account()
    return page(
        "accounts/show.html",
        account=account,
        role=translate(ACCOUNT_ROLES[account.role]) if account.role else "",
        sessions=account_sessions.sessions_of(db.session(), account.id, now=clock.real_now()),
        own_session=own_session(),
        methods=SIGN_IN_METHODS,
        codes_left=codes_left(account),
        language_form=LanguageForm(language=account.language),
    )


@blueprint.post("/verwaltung/konto/sprache")
@requires(Action.USE_OWN_ACCOUNT)
def choose_language() -> Response:
    """Have one's mails written in another language."""
    form = LanguageForm(request.form)
    if not form.validate():
        raise NotFoundError
    with transaction() as writing:
        accounts.choose_language(writing.get_one(Account, own_session().account.id), form.language.data)
    notice("success", translate(N_("Die Sprache Ihrer E-Mails ist gespeichert.")))
    return see_other(".show")


@blueprint.get("/verwaltung/konto/passwort")
@requires(Action.USE_OWN_ACCOUNT)
def ask_password() -> Response:
    return page("accounts/password.html", form=PasswordForm())


@blueprint.post("/verwaltung/konto/passwort")
@requires(Action.USE_OWN_ACCOUNT)
def change_password() -> Response:
    """Take a new password; all other sessions of the account end."""
    form = PasswordForm(request.form)
    if form.validate():
        try:
            _prove(form.old_password.data, field="old_password")
            with transaction() as writing:
                account = writing.get_one(Account, own_session().account.id)
                accounts.change_password(account, form.password.data)
                account_sessions.end_all(writing, account, but=own_session().id)
                tell(writing, account, Notice.PASSWORD_CHANGED)
        except Refusal as refusal:
            show_in_form(form, refusal)
            return page("accounts/password.html", refusal.status, form=form)
        notice("success", translate(N_("Das neue Passwort gilt. Alle anderen Sitzungen sind beendet.")))
        return see_other(".show")
    return page("accounts/password.html", 422, form=form)


def _prove(password: str, *, field: str) -> None:
    """Go on only if this is the account's password; raises InvalidValueError, TooManyAttemptsError."""
    account = own_account()
    stored = account.password_hash
    if attempt(account.email, lambda: True if passwords.is_right(stored, password) else None) is None:
        raise InvalidValueError(WRONG_PASSWORD, field=field)


@blueprint.post("/verwaltung/konto/sitzungen/<int:session_id>/beenden")
@requires(Action.USE_OWN_ACCOUNT)
def end_session(session_id: int) -> Response:
    """End one session of one's own; one of somebody else is not touched."""
    with transaction() as writing:
        account_sessions.end(writing, own_session().account.id, session_id)
    notice("success", translate(N_("Die Sitzung ist beendet.")))
    return see_other(".show")


@blueprint.post("/verwaltung/konto/ueberall-abmelden")
@requires(Action.USE_OWN_ACCOUNT)
def sign_out_everywhere() -> Response:
    """End every session of the account, this one too."""
    account_id = own_session().account.id
    with transaction() as writing:
        account_sessions.end_all(writing, writing.get_one(Account, account_id))
    return signed_out()


def ask_for_proof() -> Response | None:
    """Return the way to the page that asks for the password once more, None where it was shown just now."""
    if account_sessions.is_proven(own_session(), now=clock.real_now()):
        return None
    back = request.path if request.method == "GET" else url_for("own_account.show")
    return see_other("own_account.ask_proof", next=back)


@blueprint.get("/verwaltung/konto/bestaetigen")
@requires(Action.USE_OWN_ACCOUNT)
def ask_proof() -> Response:
    return page("accounts/proof.html", form=ProofForm(), next=local(request.args.get("next")))


@blueprint.post("/verwaltung/konto/bestaetigen")
@requires(Action.USE_OWN_ACCOUNT)
def prove() -> Response:
    """Take the password once more, and go on to what is delicate."""
    form = ProofForm(request.form)
    status = 422
    if form.validate():
        try:
            _prove(form.password.data, field="password")
        except (InvalidValueError, TooManyAttemptsError) as refusal:
            show_in_form(form, refusal)
            status = refusal.status
        else:
            with transaction() as writing:
                writing.get_one(AccountSession, own_session().id).proven_at = clock.real_now()
            return go_on()
    return page("accounts/proof.html", status, form=form, next=local(request.form.get("next")))
