"""Organisations, people and who is in which group, as those see them who keep the directory."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from ozgtermine.models import Membership, MembershipRole, Organisation, Person, Sector, Series, SeriesKind
from ozgtermine.queries.organizing import series_for
from ozgtermine.queries.people import is_current
from ozgtermine.rules import pairs
from ozgtermine.rules.names import normalised_name
from ozgtermine.rules.pairs import Flaw
from ozgtermine.rules.permissions import Action, Actor

PAGE_SIZE = 50


def people(words: str = "") -> Select[Person]:
    """Return people whose name, address or organisation has every word, by name, with their memberships."""
    found = select(Person).outerjoin(Person.organisation)
    for word in words.split():
        found = found.where(
            or_(
                Person.given_name.icontains(word, autoescape=True),
                Person.family_name.icontains(word, autoescape=True),
                Person.email.icontains(word, autoescape=True),
                Organisation.name.icontains(word, autoescape=True),
                Organisation.short_name.icontains(word, autoescape=True),
            )
        )
    loaded = (contains_eager(Person.organisation), selectinload(Person.memberships).joinedload(Membership.series))
    return found.options(*loaded).order_by(Person.family_name, Person.given_name, Person.id)


def organisations(words: str = "", sector: Sector | None = None) -> Select[Organisation]:
    """Return organisations by name."""
    found = select(Organisation)
    for word in words.split():
        by_name = Organisation.name.icontains(word, autoescape=True)
        found = found.where(or_(by_name, Organisation.short_name.icontains(word, autoescape=True)))
    if sector is not None:
        found = found.where(Organisation.sector == sector)
    return found.order_by(Organisation.name, Organisation.id)


def number_of(session: Session, found: Select[Person] | Select[Organisation]) -> int:
    """Return how many rows the selection has."""
    rows = found.options().order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def number_of_people(session: Session, organisation_id: int) -> int:
    """Return how many people belong to the organisation."""
    return session.scalar(select(func.count()).where(Person.organisation_id == organisation_id)) or 0


def members_of(series_id: int) -> Select[Membership]:
    """Return every membership of the series, past ones too, those who lead first."""
    return (
        select(Membership)
        .join(Membership.person)
        .where(Membership.series_id == series_id)
        .options(contains_eager(Membership.person).joinedload(Person.organisation))
        .order_by(Person.family_name, Person.given_name, Membership.starts_on, Membership.id)
    )


def doubles(session: Session) -> list[list[Person]]:
    """Return people who are probably one: the same name, and the same organisation or none known of one of them."""
    by_name: defaultdict[str, list[Person]] = defaultdict(list)
    everybody = select(Person).options(joinedload(Person.organisation))
    everybody = everybody.order_by(func.lower(Person.family_name), Person.id)
    for person in session.scalars(everybody):
        by_name[normalised_name(person.given_name, person.family_name)].append(person)
    return [alike for same in by_name.values() if len(alike := _of_one_house(same)) > 1]


def _of_one_house(same_name: list[Person]) -> list[Person]:
    """Return those of one name who share a house; nobody where all are of different ones."""
    houses = {person.organisation_id for person in same_name if person.organisation_id is not None}
    if len(houses) <= 1:
        return same_name
    by_house: defaultdict[int | None, list[Person]] = defaultdict(list)
    for person in same_name:
        by_house[person.organisation_id].append(person)
    return max(by_house.values(), key=len)


@dataclass(frozen=True, kw_only=True)
class PairGap:
    """A working group whose Doppelspitze is not complete."""

    series: Series
    flaws: list[Flaw]


def pair_gaps(session: Session, actor: Actor, day: date) -> list[PairGap]:
    """Return the working groups whose members `actor` may edit and that are not led by a complete pair on `day`."""
    groups = list(
        session.scalars(
            series_for(actor, Action.EDIT_MEMBERS).where(
                Series.kind == SeriesKind.WORKING_GROUP, Series.is_foreign.is_(False)
            )
        )
    )
    leading = _leading(session, [group.id for group in groups], day)
    found = [PairGap(series=group, flaws=pair_flaws(group, leading[group.id])) for group in groups]
    return [gap for gap in found if gap.flaws]


def _leading(session: Session, series_ids: list[int], day: date) -> dict[int, list[Membership]]:
    leads = (
        select(Membership)
        .where(Membership.series_id.in_(series_ids), Membership.role == MembershipRole.LEAD, is_current(day))
        .options(joinedload(Membership.person).joinedload(Person.organisation))
    )
    found: defaultdict[int, list[Membership]] = defaultdict(list)
    for membership in session.scalars(leads):
        found[membership.series_id].append(membership)
    return found


def pair_flaws(series: Series, leading: list[Membership]) -> list[Flaw]:
    """Return what is wrong with those who lead the group; its ministry is the organisation that organises it."""
    return pairs.flaws(
        [
            pairs.Lead(
                is_of_ministry=series.organiser_id is not None
                and membership.person.organisation_id == series.organiser_id,
                is_of_pilot=membership.person.organisation is not None and membership.person.organisation.is_pilot,
            )
            for membership in leading
        ]
    )
