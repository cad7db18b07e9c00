"""Who may do what: one function, `may(actor, action, thing)`, deny by default.

A thing is anything with the attributes that its action asks for (an event's visibility and series, a series' id).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    ANONYMOUS = "anonymous"
    MEMBER = "member"
    LEAD = "lead"
    DEPUTY_LEAD = "deputy_lead"
    MODERATOR = "moderator"
    PROJECT_OFFICE = "project_office"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Visibility(StrEnum):
    PUBLIC = "public"
    PROJECT = "project"
    SERIES = "series"
    EDITORS = "editors"


class Action(StrEnum):
    """What a route does; each route declares exactly one."""

    READ_PUBLIC = "read_public"
    REGISTER = "register"
    READ_MAILBOX = "read_mailbox"
    SIGN_IN = "sign_in"
    USE_OWN_ACCOUNT = "use_own_account"
    READ_WORKSPACE = "read_workspace"
    EDIT_EVENTS = "edit_events"
    EDIT_SERIES = "edit_series"
    EDIT_DOCUMENTS = "edit_documents"
    READ_REGISTRATIONS = "read_registrations"
    MANAGE_ACCOUNTS = "manage_accounts"


class Hideable(Protocol):
    """Something with a visibility that belongs to a series."""

    @property
    def visibility(self) -> Visibility: ...
    @property
    def series_id(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: roles of the account, and those that memberships give, by series id."""

    account_id: int | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    series_roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None


ANONYMOUS = Actor()

_EVERYBODY = frozenset({Action.READ_PUBLIC, Action.REGISTER, Action.READ_MAILBOX, Action.SIGN_IN})
_EDITOR = frozenset(
    {
        Action.USE_OWN_ACCOUNT,
        Action.READ_WORKSPACE,
        Action.EDIT_EVENTS,
        Action.EDIT_SERIES,
        Action.EDIT_DOCUMENTS,
        Action.READ_REGISTRATIONS,
    }
)
ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.ANONYMOUS: _EVERYBODY,
    Role.EDITOR: _EVERYBODY | _EDITOR,
    Role.ADMINISTRATOR: _EVERYBODY | _EDITOR | {Action.MANAGE_ACCOUNTS},
}


def may(actor: Actor, action: Action, thing: Hideable | None = None) -> bool:
    """Return whether `actor` may do `action`, to `thing` where one is meant."""
    granted = any(action in ALLOWED.get(role, frozenset()) for role in (Role.ANONYMOUS, *actor.roles))
    return granted and (thing is None or may_see(actor, thing))


def may_see(actor: Actor, thing: Hideable) -> bool:
    """Return whether `thing` is visible to `actor` by its visibility alone."""
    if thing.visibility is Visibility.PUBLIC or actor.roles & {Role.EDITOR, Role.ADMINISTRATOR}:
        return True
    return thing.visibility is Visibility.SERIES and thing.series_id in actor.series_roles
