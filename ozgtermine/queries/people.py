"""Who leads what, by date."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager

from ozgtermine.models import Membership, MembershipRole, Person


def is_current(day: date) -> ColumnElement[bool]:
    """Return the condition of memberships that hold on `day`, their first and last day included."""
    return and_(
        or_(Membership.starts_on.is_(None), Membership.starts_on <= day),
        or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
    )


def leads(series_id: int, day: date) -> Select[Membership]:
    """Return who leads the series on `day`, with person and organisation."""
    return (
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.series_id == series_id,
            Membership.role == MembershipRole.LEAD,
            is_current(day),
        )
        .options(contains_eager(Membership.person).joinedload(Person.organisation))
        .order_by(Person.family_name, Person.given_name)
    )
