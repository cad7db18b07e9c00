"""What is kept of people and what was erased, as numbers; and who looked at lists of participants."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ozgtermine.models import AuditAct, AuditEntry, Base, ErasedCount, ErasedMembership, MembershipRole
from ozgtermine.rules.registering import State

MOST_LOOKS = 100


def numbers_of_rows(session: Session, tables: Sequence[str]) -> dict[str, int]:
    """Return how many rows each of these tables has."""
    return {
        name: session.scalars(select(func.count()).select_from(Base.metadata.tables[name])).one() for name in tables
    }


def erased_by_state(session: Session) -> dict[State, int]:
    """Return how many registrations were erased, by the state in which they ended."""
    grouped = select(ErasedCount.state, func.sum(ErasedCount.number)).group_by(ErasedCount.state)
    return {row[0]: row[1] for row in session.execute(grouped)}


def erased_by_role(session: Session) -> dict[MembershipRole, int]:
    """Return how many memberships were erased together with their people, by role."""
    grouped = select(ErasedMembership.role, func.sum(ErasedMembership.number)).group_by(ErasedMembership.role)
    return {row[0]: row[1] for row in session.execute(grouped)}


def erased_members_of(session: Session, series_id: int) -> dict[MembershipRole, int]:
    """Return how many former members of a series are known by number alone, by role."""
    of_series = select(ErasedMembership.role, func.sum(ErasedMembership.number)).where(
        ErasedMembership.series_id == series_id
    )
    return {row[0]: row[1] for row in session.execute(of_series.group_by(ErasedMembership.role))}


def last_erased_at(session: Session) -> datetime | None:
    latest = (session.scalar(select(func.max(each.erased_at))) for each in (ErasedCount, ErasedMembership))
    return max((each for each in latest if each is not None), default=None)


def looks_at_people() -> Select[AuditEntry]:
    """Select who looked at participants or took their data along, the newest first."""
    looks = AuditEntry.act.in_((AuditAct.VIEWED, AuditAct.EXPORTED))
    return select(AuditEntry).where(looks).order_by(AuditEntry.id.desc()).limit(MOST_LOOKS)
