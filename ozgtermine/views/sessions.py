"""Who is signed in. Requests without a session cookie never touch the session, so that public answers stay public.

The cookie holds a random token; what it stands for is a row (`AccountSession`), so that it can be ended from anywhere.
"""

from datetime import timedelta

from flask import current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError
from ozgtermine.mail import outbox
from ozgtermine.mail.account_messages import Notice, security_notice
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Account, AccountRole, AccountSession, AuditAct, SignInMethod
from ozgtermine.operations import account_sessions, auditing
from ozgtermine.operations.account_sessions import SEEN_EVERY, FoundSession, Lifetime
from ozgtermine.operations.auditing import author_of, set_author
from ozgtermine.queries.actors import actor_of
from ozgtermine.rules.devices import device_name
from ozgtermine.rules.permissions import ANONYMOUS, Actor
from ozgtermine.views import known_devices
from ozgtermine.views.in_force import configured, settings

login_manager = LoginManager()
# What it would compare, address and program, changes with every train ride; the token alone is the session.
login_manager.session_protection = None


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A session as Flask-Login wants it: its id is the token."""

    def __init__(self, token: str, found: FoundSession) -> None:
        self.token = token
        self.found = found

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load(token: str) -> SignedIn | None:
    found = account_sessions.find(db.session(), token)
    if found is None or not account_sessions.is_alive(found, _lifetime(found.account.role), now=clock.real_now()):
        return None
    return SignedIn(token, found)


def _lifetime(role: AccountRole | None) -> Lifetime:
    """Return how long a session lives: short for those who can change what everybody sees."""
    given = configured()
    if role is None:
        return Lifetime(
            idle=timedelta(days=given.member_session_idle_days), at_most=timedelta(days=given.member_session_days)
        )
    return Lifetime(
        idle=timedelta(minutes=given.session_idle_minutes), at_most=timedelta(minutes=given.session_minutes)
    )


def has_session() -> bool:
    """Return whether the request came with a session cookie, valid or not."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def begin_session(account_id: int, method: SignInMethod, *, letterhead: Letterhead) -> None:
    """Sign in with a new session; one planted before is worth nothing. A device that is new is told by mail."""
    now = clock.real_now()
    with transaction() as writing:
        account = writing.get_one(Account, account_id)
        is_first, device = account.last_signed_in_at is None, device_name(request.user_agent.string)
        token = account_sessions.begin(
            writing, account, method=method, device=device, lifetime=_lifetime(account.role), now=now
        )
        actor = actor_of(writing, account, clock.today())
        set_author(writing, author_of(actor))
        auditing.note(writing, AuditAct.SIGNED_IN, account, now=clock.now(), text=f"{method}, {device}")
        if not is_first and not known_devices.is_known(account.email):
            named = device_name(request.user_agent.string, account.language)
            mail = security_notice(letterhead, account, Notice.NEW_DEVICE, device=named, now=now)
            outbox.post(writing, mail, letterhead, now=clock.now())
    found = account_sessions.find(db.session(), token)
    if found is None:
        raise RuntimeError("a session that was just committed is gone")
    session.clear()
    session.permanent = account.role is None
    login_user(SignedIn(token, found))
    g.pop("actor", None)
    g.has_new_session = True
    known_devices.remember(account.email)


def keep_alive() -> None:
    """Note every few minutes that the session is in use; where the database is busy, the next request does."""
    found = current_session() if has_session() else None
    now = clock.real_now()
    if found is None or now < found.last_seen_at + SEEN_EVERY:
        return
    try:
        with transaction() as writing:
            seen = writing.get(AccountSession, found.id)
            if seen is not None:
                seen.last_seen_at = now
    except BusyError:
        return


def current_session() -> FoundSession | None:
    """Return the session of this request."""
    if not (has_session() or g.get("has_new_session")) or not current_user.is_authenticated:
        return None
    found: FoundSession = current_user.found
    return found


def current_actor() -> Actor:
    """Return who acts in this request."""
    if "actor" not in g:
        found = current_session()
        g.actor = _actor(found) if found else ANONYMOUS
        set_author(db.session(), author_of(g.actor))
    actor: Actor = g.actor
    return actor


def _actor(found: FoundSession) -> Actor:
    account = found.account
    if lacks_second_factor(found):
        return Actor(account_id=account.id, name=account.name, lacks_second_factor=True)
    return actor_of(db.session(), account, clock.today())


def lacks_second_factor(found: FoundSession) -> bool:
    """Return whether the account must have a second factor before it may do anything; a provider has its own."""
    is_exempt = found.account.role is None or found.method is SignInMethod.PROVIDER
    return not is_exempt and settings().require_second_factor and not found.account.has_second_factor
