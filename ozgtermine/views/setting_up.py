"""Setting up an account on a mailed link, and choosing a new password on one."""

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.account import AddressForm, FirstAdministratorForm, InvitedForm, NewPasswordForm
from ozgtermine.mail import account_messages, outbox
from ozgtermine.mail.account_messages import Notice
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, AccountLink, AccountLinkPurpose, SignInMethod
from ozgtermine.operations import account_links, account_sessions, accounts, signing_in
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import confidential, notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.notices import tell
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import begin_session
from ozgtermine.views.targets import go_on
from ozgtermine.wording import N_, translate

blueprint = Blueprint("setting_up", __name__)


@blueprint.get("/konto/einrichten/<token>")
@requires(Action.SIGN_IN)
def ask(token: str) -> Response:
    """Show the form of a one-time link; looking does not use it up."""
    link = accounts.find_set_up_link(db.session(), token, now=clock.real_now())
    return _page(link, _form(link))


@blueprint.post("/konto/einrichten/<token>")
@requires(Action.SIGN_IN)
def set_up(token: str) -> Response:
    """Use up the link and sign in."""
    link = accounts.find_set_up_link(db.session(), token, now=clock.real_now())
    form = _form(link)
    if not form.validate():
        return _page(link, form, 422)
    email = form.email.data if isinstance(form, FirstAdministratorForm) else ""
    try:
        with transaction() as writing:
            account = accounts.set_up(
                writing, token, name=form.name.data, email=email, password=form.password.data, now=clock.real_now()
            )
    except Refusal as refusal:
        if refusal.field is None:
            raise
        show_in_form(form, refusal)
        return _page(link, form, 422)
    begin_session(account.id, SignInMethod.PASSWORD, letterhead=Letterhead.of(settings()))
    notice("success", translate(N_("Ihr Konto ist eingerichtet. Willkommen!")))
    return go_on()


def _form(link: AccountLink) -> InvitedForm:
    kind = FirstAdministratorForm if link.purpose is AccountLinkPurpose.SET_UP else InvitedForm
    return kind(request.form if request.method == "POST" else None)


def _page(link: AccountLink, form: InvitedForm, status: int = 200) -> Response:
    is_first = link.purpose is AccountLinkPurpose.SET_UP
    return confidential(page("accounts/set_up.html", status, form=form, is_first=is_first))


@blueprint.get("/konto/passwort-vergessen")
@requires(Action.SIGN_IN)
def ask_reset() -> Response:
    return page("accounts/forgotten.html", form=AddressForm())


@blueprint.post("/konto/passwort-vergessen")
@requires(Action.SIGN_IN)
def send_reset() -> Response:
    """Mail a link to an account that has a password; the answer is the same for everybody."""
    form = AddressForm(request.form)
    if not form.validate():
        return page("accounts/forgotten.html", 422, form=form)
    letterhead, now = Letterhead.of(settings()), clock.real_now()
    with transaction() as writing:
        account = accounts.find_account(writing, form.email.data)
        if account and _may_reset(account) and signing_in.number_of_links(writing, account, now=now) < _MOST:
            token = account_links.new_link(writing, AccountLinkPurpose.RESET_PASSWORD, account, now=now)
            outbox.post(
                writing, account_messages.reset_password(letterhead, account, token=token), letterhead, now=clock.now()
            )
    return see_other("signing_in.sent")


_MOST = signing_in.LINKS_PER_HOUR


def _may_reset(account: Account) -> bool:
    return account.disabled_at is None and account.password_hash is not None


@blueprint.get("/konto/passwort/<token>")
@requires(Action.SIGN_IN)
def ask_new_password(token: str) -> Response:
    account_links.get_link(db.session(), token, AccountLinkPurpose.RESET_PASSWORD, now=clock.real_now())
    return confidential(page("accounts/new_password.html", form=NewPasswordForm()))


@blueprint.post("/konto/passwort/<token>")
@requires(Action.SIGN_IN)
def take_new_password(token: str) -> Response:
    """Use up the link and take the password; every session ends, and the second factor is still asked for."""
    form = NewPasswordForm(request.form)
    if form.validate():
        try:
            with transaction() as writing:
                purpose = AccountLinkPurpose.RESET_PASSWORD
                link = account_links.use_link(writing, token, purpose, now=clock.real_now())
                account = writing.get_one(Account, link.account_id)
                accounts.change_password(account, form.password.data)
                account_sessions.end_all(writing, account)
                tell(writing, account, Notice.PASSWORD_CHANGED)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            show_in_form(form, refusal)
        else:
            return see_other("signing_in.ask")
    return confidential(page("accounts/new_password.html", 422, form=form))
