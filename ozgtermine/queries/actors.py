"""Who somebody is today: the roles of an account, and those that memberships give by date."""

from collections import defaultdict
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ozgtermine.models import AccountRole, Membership, Series
from ozgtermine.queries.people import is_current
from ozgtermine.rules.permissions import Actor, Role


class Holder(Protocol):
    """Whose the roles are: an account, as an object or as what a request has asked of it."""

    @property
    def id(self) -> int: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> AccountRole | None: ...


def actor_of(session: Session, account: Holder, today: date) -> Actor:
    """Return the account as an actor; a membership counts from its first to its last day.

    The project office of one series of a project is that of all its series.
    """
    found: defaultdict[int, set[Role]] = defaultdict(set)
    projects: dict[int, set[Role]] = defaultdict(set)
    for membership in _memberships(session, account.person_id, today):
        role = Role(membership.role.value)
        found[membership.series_id].add(role)
        if membership.series.project_id is not None:
            projects[membership.series.project_id].add(role)
    of_projects = _series_of(session, set(projects))
    for series_id, project_id in of_projects.items():
        if Role.PROJECT_OFFICE in projects[project_id]:
            found[series_id].add(Role.PROJECT_OFFICE)
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        name=account.name,
        roles=frozenset({Role(account.role.value)} if account.role else set()),
        series_roles={series_id: frozenset(roles) for series_id, roles in found.items()},
        project_series=frozenset(of_projects),
    )


def _memberships(session: Session, person_id: int | None, today: date) -> list[Membership]:
    if person_id is None:
        return []
    own = select(Membership).where(Membership.person_id == person_id, is_current(today))
    return list(session.scalars(own.options(joinedload(Membership.series))))


def _series_of(session: Session, project_ids: set[int]) -> dict[int, int]:
    """Return series id → project id of the series of these projects."""
    if not project_ids:
        return {}
    rows = session.execute(select(Series.id, Series.project_id).where(Series.project_id.in_(project_ids)))
    return {series_id: project_id for series_id, project_id in rows.all() if project_id is not None}
