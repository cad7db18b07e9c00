"""Signing in and out: by password and second factor, or by a mailed link."""

from flask import Blueprint, Response, current_app, request, session
from flask_login import logout_user

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import LinkExpiredError
from ozgtermine.forms.account import AddressForm, CodeForm, SignInForm
from ozgtermine.mail import account_messages, outbox
from ozgtermine.mail.account_messages import Notice
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, AccountLinkPurpose, AuditAct, SignInMethod
from ozgtermine.operations import account_links, account_sessions, accounts, auditing, passwords, second_factors
from ozgtermine.operations import signing_in as operations
from ozgtermine.operations.second_factors import WRONG_CODE, Vault
from ozgtermine.operations.signing_in import TooManyAttemptsError
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, page, see_other, settings
from ozgtermine.views.attempts import attempt
from ozgtermine.views.guards import requires
from ozgtermine.views.interrupted import kept_fields
from ozgtermine.views.notices import tell
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import begin_session, current_actor, current_session
from ozgtermine.views.targets import go_on, local
from ozgtermine.wording import N_, translate

blueprint = Blueprint("signing_in", __name__)

PENDING = "second_factor_of"
PENDING_SECONDS = 600


@blueprint.get("/verwaltung/anmelden")
@requires(Action.SIGN_IN)
def ask() -> Response:
    """Show both ways in; who is signed in already goes on."""
    if current_actor().is_signed_in:
        return go_on()
    return sign_in_page()


def sign_in_page(
    status: int = 200, *, form: SignInForm | None = None, link_form: AddressForm | None = None
) -> Response:
    """Return the page with both ways in; fields that were typed elsewhere are carried along."""
    return page(
        "accounts/sign_in.html",
        status,
        form=form or SignInForm(),
        link_form=link_form or AddressForm(prefix="link-"),
        kept=kept_fields(),
        target=local(request.form.get("target")),
    )


@blueprint.post("/verwaltung/anmelden")
@requires(Action.SIGN_IN)
def sign_in() -> Response:
    """Take the password; then the second factor is asked for, where the account has one."""
    form = SignInForm(request.form)
    if not form.validate():
        return sign_in_page(422, form=form)
    email, password = form.email.data, form.password.data
    try:
        account = attempt(email, lambda: operations.verified(db.session(), email, password))
    except TooManyAttemptsError as refusal:
        show_in_form(form, refusal)
        return _later(sign_in_page(refusal.status, form=form))
    if account is None:
        _note_failure(email)
        form.form_errors.append(translate(N_("E-Mail-Adresse oder Passwort stimmen nicht.")))
        return sign_in_page(422, form=form)
    _renew_hash(account.id, password)
    if account.has_second_factor:
        return _ask_second_factor(account)
    return finish(account.id, SignInMethod.PASSWORD)


def _later(response: Response) -> Response:
    response.headers["Retry-After"] = str(int(operations.WINDOW.total_seconds()))
    return response


def _note_failure(email: str) -> None:
    """Write down that somebody failed at an account; a name that has none is nobody's business."""
    with transaction() as writing:
        account = accounts.find_account(writing, email)
        if account is not None:
            auditing.note(writing, AuditAct.SIGN_IN_FAILED, account, now=clock.now(), text=request.remote_addr or "")


def _renew_hash(account_id: int, password: str) -> None:
    account = db.session.get(Account, account_id)
    stored = account.password_hash if account else None
    if stored and (renewed := passwords.renewed(stored, password)) != stored:
        with transaction() as writing:
            writing.get_one(Account, account_id).password_hash = renewed


def finish(account_id: int, method: SignInMethod) -> Response:
    """Begin the session, and show what was typed before the last one ended, or go on."""
    kept, target = kept_fields(), local(request.form.get("target"))
    begin_session(account_id, method, letterhead=Letterhead.of(settings()))
    return page("accounts/resume.html", kept=kept, target=target) if kept else go_on()


def _ask_second_factor(account: Account) -> Response:
    """Remember for some minutes that the password was right; that alone opens nothing."""
    session.clear()
    session[PENDING] = [account.id, int(clock.real_now().timestamp()) + PENDING_SECONDS]
    return second_factor_page(account, CodeForm())


def second_factor_page(account: Account, form: CodeForm, status: int = 200) -> Response:
    """Return the page that asks for the code or the passkey."""
    return page(
        "accounts/second_factor.html",
        status,
        form=form,
        has_totp=account.totp_secret is not None,
        has_passkeys=bool(account.passkeys),
        kept=kept_fields(),
        target=local(request.form.get("target")),
    )


def pending_account() -> Account | None:
    """Return the account whose password was right some minutes ago in this browser."""
    account_id, until = session.get(PENDING) or (0, 0)
    if until < clock.real_now().timestamp():
        return None
    account = db.session.get(Account, account_id)
    return account if account and account.disabled_at is None else None


@blueprint.post("/verwaltung/anmelden/zweiter-faktor")
@requires(Action.SIGN_IN)
def second_factor() -> Response:
    """Take a code of the authenticator, or a recovery code, once."""
    account, form = pending_account(), CodeForm(request.form)
    if account is None:
        return sign_in_page(401)
    if not form.validate():
        return second_factor_page(account, form, 422)
    try:
        method = attempt(f"code:{account.id}", lambda: _method_of(account.id, form.code.data))
    except TooManyAttemptsError as refusal:
        show_in_form(form, refusal)
        return _later(second_factor_page(account, form, refusal.status))
    if method is None:
        form.code.errors = [translate(WRONG_CODE)]
        return second_factor_page(account, form, 422)
    return finish(account.id, method)


def _method_of(account_id: int, code: str) -> SignInMethod | None:
    """Use the code up, the row locked, so that of two at once one fails."""
    vault, now = Vault(str(current_app.config["SECRET_KEY"])), clock.real_now()
    with transaction() as writing:
        account = writing.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        if second_factors.use_totp(account, vault, code, now=now):
            return SignInMethod.PASSWORD_AND_TOTP
        if second_factors.use_recovery_code(account, code, now=now):
            tell(writing, account, Notice.RECOVERY_CODE_USED)
            return SignInMethod.PASSWORD_AND_RECOVERY_CODE
    return None


@blueprint.post("/verwaltung/anmelden/link")
@requires(Action.SIGN_IN)
def send_link() -> Response:
    """Mail a link to who is in a group; the answer is the same for everybody."""
    form = AddressForm(request.form, prefix="link-")
    if not form.validate():
        return sign_in_page(422, link_form=form)
    letterhead, now = Letterhead.of(settings()), clock.real_now()
    with transaction() as writing:
        account = accounts.member_account(writing, form.email.data, today=clock.today(), now=now)
        if account and account.disabled_at is None and operations.number_of_links(writing, account, now=now) < _MOST:
            if account.role is not None:
                mail = account_messages.sign_in_by_password(letterhead, account)
            else:
                token = account_links.new_link(writing, AccountLinkPurpose.SIGN_IN, account, now=now)
                mail = account_messages.sign_in_link(letterhead, account, token=token)
            outbox.post(writing, mail, letterhead, now=clock.now())
    return see_other("signing_in.sent")


_MOST = operations.LINKS_PER_HOUR


@blueprint.get("/verwaltung/anmelden/gesendet")
@requires(Action.SIGN_IN)
def sent() -> Response:
    return page("accounts/sent.html")


@blueprint.get("/konto/anmelden/<token>")
@requires(Action.SIGN_IN)
def ask_enter(token: str) -> Response:
    """Show one button; looking does not use the link up, and a mail scanner does not press it."""
    account_links.get_link(db.session(), token, AccountLinkPurpose.SIGN_IN, now=clock.real_now())
    return confidential(page("accounts/enter.html"))


@blueprint.post("/konto/anmelden/<token>")
@requires(Action.SIGN_IN)
def enter(token: str) -> Response:
    """Use the link up and sign in; an account with a role, or one that is in no group any more, stays out."""
    with transaction() as writing:
        account = operations.enter_by_link(writing, token, now=clock.real_now())
        if account.role or account.disabled_at or not accounts.is_in_a_group(writing, account, today=clock.today()):
            raise LinkExpiredError
    return finish(account.id, SignInMethod.LINK)


@blueprint.post("/verwaltung/abmelden")
@requires(Action.SIGN_IN)
def sign_out() -> Response:
    """End this session, here and on the server."""
    found = current_session()
    if found is not None:
        with transaction() as writing:
            auditing.note(writing, AuditAct.SIGNED_OUT, writing.get_one(Account, found.account.id), now=clock.now())
            account_sessions.end(writing, found.account.id, found.id)
    return signed_out()


def signed_out() -> Response:
    """Forget the session in the browser and lead to the start page."""
    logout_user()
    session.clear()
    answer = see_other("start.index")
    answer.delete_cookie(current_app.config["SESSION_COOKIE_NAME"])
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


