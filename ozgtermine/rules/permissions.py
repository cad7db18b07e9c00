"""Who may do what: one function, `may(actor, action, thing)`, deny by default.

A role is held everywhere (by an account) or in a series (by a membership). A thing is anything that belongs to a
series and has a visibility: an event, a document, a series itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    ANONYMOUS = "anonymous"
    SIGNED_IN = "signed_in"
    MEMBER = "member"
    LEAD = "lead"
    DEPUTY_LEAD = "deputy_lead"
    MODERATOR = "moderator"
    PROJECT_OFFICE = "project_office"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Visibility(StrEnum):
    """Everybody, members of any series of the project, members of the series, or only those who plan the series."""

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
    READ_OWN_GROUPS = "read_own_groups"
    READ_WORKSPACE = "read_workspace"
    READ_HISTORY = "read_history"
    EDIT_EVENTS = "edit_events"
    WRAP_UP_EVENTS = "wrap_up_events"
    EDIT_DOCUMENTS = "edit_documents"
    APPROVE_REPORTS = "approve_reports"
    READ_REGISTRATIONS = "read_registrations"
    DECIDE_REGISTRATIONS = "decide_registrations"
    EDIT_MEMBERS = "edit_members"
    EDIT_SERIES = "edit_series"
    CREATE_SERIES = "create_series"
    EDIT_DIRECTORY = "edit_directory"
    READ_OUTBOX = "read_outbox"
    MANAGE_ACCOUNTS = "manage_accounts"
    CHANGE_SETTINGS = "change_settings"
    READ_AUDIT = "read_audit"


class Hideable(Protocol):
    """Something with a visibility that belongs to a series."""

    @property
    def visibility(self) -> Visibility: ...
    @property
    def series_id(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: roles that hold everywhere, and those that today's memberships give, by series id.

    `project_series` are the series of every project in which the actor is anything. Without the second factor that the
    house asks for, an actor has no roles and can only get one.
    """

    account_id: int | None = None
    person_id: int | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    series_roles: Mapping[int, frozenset[Role]] = field(default_factory=dict, hash=False)
    project_series: frozenset[int] = frozenset()
    lacks_second_factor: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    @property
    def rights(self) -> "Actor":
        """An actor who sees the same and is nobody: equal for all with the same roles."""
        return Actor(roles=self.roles, series_roles=self.series_roles, project_series=self.project_series)


ANONYMOUS = Actor()

_EVERYBODY = frozenset({Action.READ_PUBLIC, Action.REGISTER, Action.READ_MAILBOX, Action.SIGN_IN})
_SIGNED_IN = _EVERYBODY | {Action.USE_OWN_ACCOUNT}
_MEMBER = _SIGNED_IN | {Action.READ_OWN_GROUPS}
_MODERATOR = _MEMBER | {
    Action.READ_WORKSPACE,
    Action.READ_HISTORY,
    Action.WRAP_UP_EVENTS,
    Action.EDIT_DOCUMENTS,
    Action.READ_REGISTRATIONS,
}
_LEAD = _MODERATOR | {
    Action.EDIT_EVENTS,
    Action.APPROVE_REPORTS,
    Action.DECIDE_REGISTRATIONS,
    Action.EDIT_MEMBERS,
}
_PROJECT_OFFICE = _LEAD | {Action.EDIT_SERIES}
_EDITOR = _PROJECT_OFFICE | {Action.CREATE_SERIES, Action.EDIT_DIRECTORY, Action.READ_OUTBOX}
_ADMINISTRATOR = _EDITOR | {Action.MANAGE_ACCOUNTS, Action.CHANGE_SETTINGS, Action.READ_AUDIT}

ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.ANONYMOUS: _EVERYBODY,
    Role.SIGNED_IN: _SIGNED_IN,
    Role.MEMBER: _MEMBER,
    Role.MODERATOR: _MODERATOR,
    Role.LEAD: _LEAD,
    Role.DEPUTY_LEAD: _LEAD,
    Role.PROJECT_OFFICE: _PROJECT_OFFICE,
    Role.EDITOR: _EDITOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
}


def may(actor: Actor, action: Action, thing: Hideable | None = None) -> bool:
    """Return whether `actor` may do `action` to `thing`; without one, whether there is anything to do it to."""
    if thing is None:
        return may_everywhere(actor, action) or bool(series_where(actor, action))
    return may_see(actor, thing) and (may_everywhere(actor, action) or thing.series_id in series_where(actor, action))


def may_everywhere(actor: Actor, action: Action) -> bool:
    """Return whether `actor` may do `action` in every series, by a role of the account."""
    everybody = {Role.SIGNED_IN if actor.is_signed_in else Role.ANONYMOUS}
    return _grant(actor.roles | everybody, action)


def series_where(actor: Actor, action: Action) -> frozenset[int]:
    """Return the ids of the series in which a membership lets `actor` do `action`."""
    return frozenset(series_id for series_id, roles in actor.series_roles.items() if _grant(roles, action))


def _grant(roles: frozenset[Role], action: Action) -> bool:
    return any(action in ALLOWED[role] for role in roles)


def may_see(actor: Actor, thing: Hideable) -> bool:
    """Return whether `thing` is visible to `actor` by its visibility alone."""
    if may_everywhere(actor, Action.EDIT_EVENTS) or thing.series_id in series_where(actor, Action.EDIT_EVENTS):
        return True
    match thing.visibility:
        case Visibility.PUBLIC:
            return True
        case Visibility.PROJECT:
            return thing.series_id in actor.project_series or thing.series_id in actor.series_roles
        case Visibility.SERIES:
            return thing.series_id in actor.series_roles
        case Visibility.EDITORS:
            return False
