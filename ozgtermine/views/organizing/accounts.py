"""Accounts, for administrators: invite, give a role, disable, help somebody who has lost the second factor."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError, Refusal
from ozgtermine.forms.account import InvitationForm, RoleForm
from ozgtermine.mail import account_messages, outbox
from ozgtermine.mail.account_messages import Notice
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, AccountRole
from ozgtermine.operations import account_sessions, accounts, second_factors
from ozgtermine.queries.accounts import all_accounts
from ozgtermine.rendering.words import ACCOUNT_ROLES, SIGN_IN_METHODS
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.notices import tell
from ozgtermine.views.own_account import ask_for_proof
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_accounts", __name__)

Change = Callable[[Session, Account], None]


@blueprint.get("/verwaltung/konten")
@requires(Action.MANAGE_ACCOUNTS)
def index() -> Response:
    """Show every account: those with a role first."""
    found = list(db.session.scalars(all_accounts()))
    return page("accounts/index.html", accounts=found, roles=ACCOUNT_ROLES, form=InvitationForm())


@blueprint.post("/verwaltung/konten")
@requires(Action.MANAGE_ACCOUNTS)
def invite() -> Response:
    """Make an account and mail the link on which it is set up."""
    if (proof := ask_for_proof()) is not None:
        return proof
    form = InvitationForm(request.form)
    if form.validate():
        try:
            _invite(form.email.data, form.name.data, AccountRole(form.role.data), form.language.data)
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Einladung an %(email)s ist unterwegs."), email=form.email.data))
            return see_other(".index")
    found = list(db.session.scalars(all_accounts()))
    return page("accounts/index.html", 422, accounts=found, roles=ACCOUNT_ROLES, form=form)


def _invite(email: str, name: str, role: AccountRole, language: str) -> None:
    letterhead = Letterhead.of(settings())
    with transaction() as writing:
        token = accounts.invite(
            writing, email=email, name=name, role=role, language=language, now=clock.real_now()
        )
        account = accounts.find_account(writing, email)
        if account is None:
            raise RuntimeError("an invited account is there")
        mail = account_messages.invited(letterhead, account, token=token, role=role)
        outbox.post(writing, mail, letterhead, now=clock.now())


@blueprint.get("/verwaltung/konten/<int:account_id>")
@requires(Action.MANAGE_ACCOUNTS)
def show(account_id: int) -> Response:
    """Show one account with what can be done to it."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFoundError
    sessions = account_sessions.sessions_of(db.session(), account_id, now=clock.real_now())
    role = RoleForm(role=account.role.value if account.role else "")
    return page(
        "accounts/account.html",
        account=account,
        role_form=role,
        roles=ACCOUNT_ROLES,
        methods=SIGN_IN_METHODS,
        sessions=sessions,
        is_own=account.id == current_actor().account_id,
    )


@blueprint.post("/verwaltung/konten/<int:account_id>/einladen")
@requires(Action.MANAGE_ACCOUNTS)
def invite_again(account_id: int) -> Response:
    """Mail a fresh link to who has not set up the account; the one before no longer works."""
    account = db.session.get(Account, account_id)
    if account is None or account.role is None:
        raise NotFoundError
    _invite(account.email, account.name, account.role, account.language)
    notice("success", translate(N_("Die Einladung an %(email)s ist unterwegs."), email=account.email))
    return see_other(".show", account_id=account_id)


@blueprint.post("/verwaltung/konten/<int:account_id>/rolle")
@requires(Action.MANAGE_ACCOUNTS)
def give_role(account_id: int) -> Response:
    """Give the account another role."""
    form = RoleForm(request.form)
    if not form.validate():
        raise NotFoundError

    def change(session: Session, account: Account) -> None:
        role = AccountRole(form.role.data)
        if account.role is not role:
            accounts.give_role(session, account, role)
            tell(session, account, Notice.ROLE_CHANGED, own_device=False)

    return _changed(account_id, change, N_("Die Rolle ist geändert."))


@blueprint.post("/verwaltung/konten/<int:account_id>/sperren")
@requires(Action.MANAGE_ACCOUNTS)
def disable(account_id: int) -> Response:
    """Let nobody in by this account any more."""

    def change(session: Session, account: Account) -> None:
        accounts.disable(session, account, now=clock.real_now())
        tell(session, account, Notice.DISABLED, own_device=False)

    return _changed(account_id, change, N_("Das Konto ist gesperrt."))


@blueprint.post("/verwaltung/konten/<int:account_id>/freischalten")
@requires(Action.MANAGE_ACCOUNTS)
def enable(account_id: int) -> Response:
    """Let the account in again."""

    def change(session: Session, account: Account) -> None:
        accounts.enable(account)
        tell(session, account, Notice.ENABLED, own_device=False)

    return _changed(account_id, change, N_("Das Konto ist wieder freigeschaltet."))


@blueprint.post("/verwaltung/konten/<int:account_id>/zweiter-faktor")
@requires(Action.MANAGE_ACCOUNTS)
def forget_second_factor(account_id: int) -> Response:
    """Help somebody who has lost every second factor: the next sign-in begins with a new one."""

    def change(session: Session, account: Account) -> None:
        second_factors.forget_all(session, account)
        account_sessions.end_all(session, account)
        tell(session, account, Notice.FACTOR_REMOVED, own_device=False)

    return _changed(account_id, change, N_("Der zweite Faktor ist entfernt."))


@blueprint.post("/verwaltung/konten/<int:account_id>/sitzungen")
@requires(Action.MANAGE_ACCOUNTS)
def end_sessions(account_id: int) -> Response:
    """End every session of the account."""
    return _changed(account_id, account_sessions.end_all, N_("Alle Sitzungen sind beendet."))


def _changed(account_id: int, change: Change, done: str) -> Response:
    """Do `change` to the account, all administrators locked; what the rules refuse is said on its page."""
    if (proof := ask_for_proof()) is not None:
        return proof
    try:
        with transaction() as writing:
            change(writing, accounts.get_account(writing, account_id))
    except accounts.LastAdministratorError as refusal:
        notice("error", translate(refusal.sentence))
    else:
        notice("success", translate(done))
    return see_other(".show", account_id=account_id)
