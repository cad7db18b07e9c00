"""Who is in a group: joining, another role from a day on, leaving. What was stays known."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, NotAllowedError, NotFoundError
from ozgtermine.models import Membership, MembershipRole, Person, Series
from ozgtermine.rules.permissions import Action, Actor, may
from ozgtermine.wording import N_

ONE_DAY = timedelta(days=1)


def may_give(actor: Actor, series: Series, role: MembershipRole) -> bool:
    """Return whether `actor` may give and take that role: the project office's only who has it, and the editors."""
    if role is MembershipRole.PROJECT_OFFICE:
        return may(actor, Action.EDIT_SERIES, series)
    return may(actor, Action.EDIT_MEMBERS, series)


def join(
    session: Session,
    series: Series,
    person: Person,
    role: MembershipRole,
    *,
    actor: Actor,
    starts_on: date | None,
    ends_on: date | None = None,
) -> Membership:
    """Add the person to the group, in that role, from a day to a day.

    Raises NotAllowedError, or InvalidValueError where the days are in the wrong order or the person has that role then.
    """
    _check_may_give(actor, series, role)
    if starts_on and ends_on and ends_on < starts_on:
        raise InvalidValueError(N_("Der letzte Tag liegt vor dem ersten."), field="ends_on")
    for other in _same_role(session, series, person, role):
        begins_after = starts_on is not None and other.ends_on is not None and starts_on > other.ends_on
        ends_before = ends_on is not None and other.starts_on is not None and ends_on < other.starts_on
        if not (begins_after or ends_before):
            raise InvalidValueError(
                N_("%(name)s hat diese Rolle in dieser Zeit schon."), field="role", name=person.name
            )
    membership = Membership(series=series, person=person, role=role, starts_on=starts_on, ends_on=ends_on)
    session.add(membership)
    session.flush()
    return membership


def _same_role(session: Session, series: Series, person: Person, role: MembershipRole) -> list[Membership]:
    same = select(Membership).where(
        Membership.series_id == series.id, Membership.person_id == person.id, Membership.role == role
    )
    return list(session.scalars(same))


def leave(session: Session, membership: Membership, *, actor: Actor, last_day: date) -> None:
    """End the membership on a day; one that would not have begun by then is taken away."""
    _check_may_give(actor, membership.series, membership.role)
    if membership.starts_on is not None and last_day < membership.starts_on:
        session.delete(membership)
        return
    membership.ends_on = last_day


def change_role(
    session: Session, membership: Membership, role: MembershipRole, *, actor: Actor, from_day: date
) -> Membership:
    """End the membership the day before, and begin one in the other role, until the day the first would have ended."""
    if role is membership.role:
        raise InvalidValueError(N_("Das ist schon die Rolle."), field="role")
    series, person, until = membership.series, membership.person, membership.ends_on
    leave(session, membership, actor=actor, last_day=from_day - ONE_DAY)
    session.flush()
    return join(session, series, person, role, actor=actor, starts_on=from_day, ends_on=until)


def get_membership(session: Session, series: Series, membership_id: int) -> Membership:
    """Return the membership, locked, if it is one of the series; raises NotFoundError."""
    same = select(Membership).where(Membership.id == membership_id, Membership.series_id == series.id)
    membership = session.scalars(same.with_for_update(of=Membership)).one_or_none()
    if membership is None:
        raise NotFoundError
    return membership


def _check_may_give(actor: Actor, series: Series, role: MembershipRole) -> None:
    if not may_give(actor, series, role):
        raise NotAllowedError
