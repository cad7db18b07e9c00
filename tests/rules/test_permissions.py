"""Who may do what: by role, by series, by visibility; and the page that shows it."""

from dataclasses import dataclass

import pytest

from ozgtermine.rules.permissions import (
    ALLOWED,
    ANONYMOUS,
    Action,
    Actor,
    Role,
    Visibility,
    may,
    may_everywhere,
    may_see,
    series_where,
)
from tests.living import TOP

OWN, OTHER, OF_PROJECT = 1, 2, 3


@dataclass(frozen=True)
class Thing:
    visibility: Visibility
    series_id: int | None = OWN


def in_series(role: Role) -> Actor:
    return Actor(account_id=1, series_roles={OWN: frozenset({role})}, project_series=frozenset({OWN, OF_PROJECT}))


def everywhere(role: Role) -> Actor:
    return Actor(account_id=1, roles=frozenset({role}))


def test_the_page_shows_the_table() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (TOP / "docs/rights.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    roles = [Role(name.replace(" ", "_")) for name in rows[0][1:]]
    shown = {role: {Action(row[0]) for row in rows[1:] if row[place] == "x"} for place, role in enumerate(roles, 1)}
    assert shown == {role: set(actions) for role, actions in ALLOWED.items()}


def test_nobody_without_an_account_may_do_more_than_read_and_register() -> None:
    assert {action for action in Action if may(ANONYMOUS, action)} == {
        Action.READ_PUBLIC, Action.REGISTER, Action.READ_MAILBOX, Action.SIGN_IN,
    }  # fmt: skip


def test_an_account_without_any_role_may_only_mind_itself() -> None:
    former = Actor(account_id=1)
    assert {action for action in Action if may(former, action) and not may(ANONYMOUS, action)} == {
        Action.USE_OWN_ACCOUNT
    }


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD, Role.DEPUTY_LEAD, Role.PROJECT_OFFICE])
def test_a_role_in_a_series_ends_at_its_border(role: Role) -> None:
    actor = in_series(role)
    for action in ALLOWED[role] - ALLOWED[Role.MEMBER]:
        assert may(actor, action)
        assert not may_everywhere(actor, action)
        assert series_where(actor, action) == {OWN}
        assert may(actor, action, Thing(Visibility.PUBLIC, OWN))
        assert not may(actor, action, Thing(Visibility.PUBLIC, OTHER))


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMINISTRATOR])
def test_a_role_of_the_account_holds_in_every_series(role: Role) -> None:
    for action in ALLOWED[role]:
        assert may(everywhere(role), action, Thing(Visibility.EDITORS, OTHER))


@pytest.mark.parametrize(
    ("visibility", "member", "of_project", "stranger", "lead"),
    [
        (Visibility.PUBLIC, True, True, True, True),
        (Visibility.PROJECT, True, True, False, True),
        (Visibility.SERIES, True, False, False, True),
        (Visibility.EDITORS, False, False, False, True),
    ],
)
def test_visibility_says_who_sees(
    visibility: Visibility, *, member: bool, of_project: bool, stranger: bool, lead: bool
) -> None:
    actor = in_series(Role.MEMBER)
    seen = [may_see(actor, Thing(visibility, series_id)) for series_id in (OWN, OF_PROJECT, OTHER)]
    assert seen == [member, of_project, stranger]
    assert may_see(ANONYMOUS, Thing(visibility)) is (visibility is Visibility.PUBLIC)
    assert may_see(in_series(Role.LEAD), Thing(visibility)) is lead
    assert may_see(everywhere(Role.EDITOR), Thing(visibility, OTHER))


def test_a_member_of_a_series_without_a_project_sees_what_is_for_the_project() -> None:
    alone = Actor(account_id=1, series_roles={OWN: frozenset({Role.MEMBER})})
    assert may_see(alone, Thing(Visibility.PROJECT))
