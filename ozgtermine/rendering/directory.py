"""The directory as rows of a table, in the form in which it is imported again."""

from collections.abc import Iterable

from ozgtermine.models import Membership, Person, Sector
from ozgtermine.rendering.words import MEMBERSHIP_ROLES, SECTORS
from ozgtermine.rules.people_table import Column
from ozgtermine.wording import N_, translate

HEADER = [column.value for column in Column]
EXAMPLE = [
    "Petra", "Beispiel", "petra.beispiel@beispielstedt.example", "Stadt Beispielstedt", "Beispielstedt",
    translate(SECTORS[Sector.MUNICIPAL]), "ja", "AG 1 Kooperationsmodell", "Leitung", "16.01.2023", "",
]  # fmt: skip


def directory_rows(people: Iterable[Person]) -> list[list[str]]:
    """Return a row per membership, and one for each person who has none."""
    rows = []
    for person in people:
        memberships: list[Membership | None] = [*person.memberships] or [None]
        rows += [_row(person, membership) for membership in memberships]
    return rows


def _row(person: Person, membership: Membership | None) -> list[str]:
    house = person.organisation
    of_house = [
        house.name if house else "",
        house.short_name if house else "",
        translate(SECTORS[house.sector]) if house else "",
        translate(N_("ja") if house.is_pilot else N_("nein")) if house else "",
    ]
    if membership is None:
        return [person.given_name, person.family_name, person.email, *of_house, "", "", "", ""]
    days = [day.strftime("%d.%m.%Y") if day else "" for day in (membership.starts_on, membership.ends_on)]
    role = translate(MEMBERSHIP_ROLES[membership.role])
    return [person.given_name, person.family_name, person.email, *of_house, membership.series.title, role, *days]
