"""Who is signed in. Requests without a session cookie never touch the session, so that public answers stay public."""

from flask import current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from ozgtermine.database import db
from ozgtermine.models import Account
from ozgtermine.rules.permissions import ANONYMOUS, Actor, Role

login_manager = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """An account as Flask-Login wants it; raising the account's epoch ends all its sessions."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}.{self.account.session_epoch}"


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load(identity: str) -> SignedIn | None:
    account_id, _dot, epoch = identity.partition(".")
    account = db.session.get(Account, int(account_id)) if account_id.isdigit() else None
    if account is None or account.disabled_at or str(account.session_epoch) != epoch:
        return None
    return SignedIn(account)


def has_session() -> bool:
    """Return whether the request came with a session cookie, valid or not."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def current_actor() -> Actor:
    """Return who acts in this request."""
    if "actor" not in g:
        g.actor = _actor() if has_session() else ANONYMOUS
    actor: Actor = g.actor
    return actor


def _actor() -> Actor:
    if not current_user.is_authenticated:
        return ANONYMOUS
    account: Account = current_user.account
    return Actor(account_id=account.id, name=account.name, roles=frozenset({Role(account.role.value)}))
