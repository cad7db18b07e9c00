"""Accounts: set up by a one-time link, sign in and out, change the password."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, request, session, url_for
from flask_login import login_user, logout_user

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal
from ozgtermine.forms.account import FirstAdministratorForm, InvitedForm, PasswordForm, SignInForm
from ozgtermine.models import Account, AccountLink, AccountLinkPurpose
from ozgtermine.operations import accounts
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, notice, page, see_other
from ozgtermine.views.guards import requires
from ozgtermine.views.interrupted import kept_fields
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import SignedIn, current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/konto/einrichten/<token>")
@requires(Action.SIGN_IN)
def ask_set_up(token: str) -> Response:
    """Show the form of a one-time link; looking does not use it up."""
    link = accounts.get_link(db.session(), token, now=clock.now())
    return _set_up_page(link, _set_up_form(link))


@blueprint.post("/konto/einrichten/<token>")
@requires(Action.SIGN_IN)
def set_up(token: str) -> Response:
    """Use up the link and sign in."""
    link = accounts.get_link(db.session(), token, now=clock.now())
    form = _set_up_form(link)
    if not form.validate():
        return _set_up_page(link, form, 422)
    email = form.email.data if isinstance(form, FirstAdministratorForm) else ""
    try:
        with transaction() as writing:
            account = accounts.set_up(
                writing, token, name=form.name.data, email=email, password=form.password.data, now=clock.now()
            )
    except Refusal as refusal:
        if refusal.field is None:
            raise
        show_in_form(form, refusal)
        return _set_up_page(link, form, 422)
    _begin_session(account)
    notice("success", translate(N_("Ihr Konto ist eingerichtet. Willkommen!")))
    return see_other("organizing_start.index")


def _set_up_form(link: AccountLink) -> InvitedForm:
    kind = FirstAdministratorForm if link.purpose is AccountLinkPurpose.SET_UP else InvitedForm
    return kind(request.form if request.method == "POST" else None)


def _set_up_page(link: AccountLink, form: InvitedForm, status: int = 200) -> Response:
    is_first = link.purpose is AccountLinkPurpose.SET_UP
    return confidential(page("accounts/set_up.html", status, form=form, is_first=is_first))


@blueprint.get("/verwaltung/anmelden")
@requires(Action.SIGN_IN)
def ask_sign_in() -> Response:
    """Show the sign-in form; who is signed in already goes on."""
    if current_actor().is_signed_in:
        return _go_on()
    return page("accounts/sign_in.html", form=SignInForm(), kept={}, target="")


@blueprint.post("/verwaltung/anmelden")
@requires(Action.SIGN_IN)
def sign_in() -> Response:
    """Sign in with a new session, and go on where one was stopped."""
    form = SignInForm(request.form)
    if form.validate():
        try:
            with transaction() as writing:
                account = accounts.sign_in(
                    writing,
                    email=form.email.data,
                    password=form.password.data,
                    network=request.remote_addr or "",
                    now=clock.now(),
                )
        except accounts.TooManyAttemptsError as refusal:
            show_in_form(form, refusal)
            return _sign_in_page(form, refusal.status)
        if account:
            _begin_session(account)
            return _resume() if kept_fields() else _go_on()
        form.form_errors.append(translate(N_("E-Mail-Adresse oder Passwort stimmen nicht.")))
    return _sign_in_page(form, 422)


def _sign_in_page(form: SignInForm, status: int) -> Response:
    target = _local(request.form.get("target"))
    return page("accounts/sign_in.html", status, form=form, kept=kept_fields(), target=target)


def _begin_session(account: Account) -> None:
    """Start with an empty session, so that one planted before signing in is worth nothing."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(account))


def _resume() -> Response:
    """Show what was typed before the session ended, with one button that sends it again."""
    return page("accounts/resume.html", kept=kept_fields(), target=_local(request.form.get("target")))


def _go_on() -> Response:
    return make_response(redirect(_local(request.args.get("next")) or url_for("organizing_start.index"), code=303))


def _local(target: str | None) -> str:
    """Return `target` if it is a path of ours, else nothing: no other host, no `//`, backslash or control character."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return ""
    if "\\" in target or any(ord(each) < ord(" ") for each in target):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target


@blueprint.post("/verwaltung/abmelden")
@requires(Action.SIGN_IN)
def sign_out() -> Response:
    """End this session."""
    logout_user()
    session.clear()
    answer = see_other("start.index")
    answer.delete_cookie(current_app.config["SESSION_COOKIE_NAME"])
    return answer


@blueprint.get("/verwaltung/konto")
@requires(Action.USE_OWN_ACCOUNT)
def show() -> Response:
    return page("accounts/show.html", form=PasswordForm(), account=_own_account())


@blueprint.post("/verwaltung/konto")
@requires(Action.USE_OWN_ACCOUNT)
def change_password() -> Response:
    """Take a new password; all other sessions of the account end."""
    form = PasswordForm(request.form)
    if form.validate():
        try:
            with transaction() as writing:
                account = writing.get_one(Account, current_actor().account_id)
                accounts.change_password(writing, account, old=form.old_password.data, new=form.password.data)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            _begin_session(account)
            notice("success", translate(N_("Das neue Passwort gilt. Alle anderen Sitzungen sind beendet.")))
            return see_other("accounts.show")
    return page("accounts/show.html", 422, form=form, account=_own_account())


@blueprint.post("/verwaltung/konto/ueberall-abmelden")
@requires(Action.USE_OWN_ACCOUNT)
def sign_out_everywhere() -> Response:
    """End every session of the account, this one too."""
    with transaction() as writing:
        accounts.sign_out_everywhere(writing, writing.get_one(Account, current_actor().account_id))
    return sign_out()


def _own_account() -> Account:
    account = db.session.get(Account, current_actor().account_id)
    if account is None:
        raise NotFoundError
    return account
