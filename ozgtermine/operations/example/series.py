"""The series of the example: who holds which events, and what they are called."""

from dataclasses import dataclass, field
from datetime import date, time

from sqlalchemy.orm import Session

from ozgtermine.models import (
    Cadence,
    Membership,
    MembershipRole,
    Organisation,
    Project,
    Sector,
    Series,
    SeriesKind,
    Venue,
)
from ozgtermine.operations.consultation_hours import get_or_add_consultation_hours
from ozgtermine.operations.example import people
from ozgtermine.rules.registering import Mode, Policy

CONTACT = "ozg@sachsen-anhalt.de"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A working group: its pair, of the ministry and of a pilot municipality, and its own day and hour."""

    number: int
    slug: str
    name: str
    aim: str
    kick_off_on: date
    hour: time
    pair: tuple[tuple[str, str], tuple[str, str]]
    colour: str


GROUPS = (
    Group(
        number=1,
        slug="ag-1-kooperationsmodell",
        name="Kooperationsmodell",
        aim="Wie Land und Kommunen auf Dauer zusammenarbeiten, rechtlich und organisatorisch.",
        kick_off_on=date(2023, 1, 17),
        hour=time(9),
        pair=(("Hanna", "Beispielmann"), ("Theo", "Mustermeier")),
        colour="seagreen",
    ),
    Group(
        number=2,
        slug="ag-2-strategie-und-umsetzung",
        name="Strategie und Umsetzung",
        aim="Welche Ziele die Verwaltungsdigitalisierung hat und in welchen Schritten sie erreicht werden.",
        kick_off_on=date(2023, 1, 18),
        hour=time(13),
        pair=(("Ruben", "Probst-Muster"), ("Leyla", "Entwurfer")),
        colour="darkcyan",
    ),
    Group(
        number=3,
        slug="ag-3-finanzen",
        name="Finanzen",
        aim="Was die gemeinsame Arbeit kostet und wer sie bezahlt.",
        kick_off_on=date(2023, 1, 19),
        hour=time(10),
        pair=(("Wilma", "Vorlagner"), ("Sören", "Beispielsen")),
        colour="olivedrab",
    ),
    Group(
        number=4,
        slug="ag-4-kommunikation",
        name="Kommunikation",
        aim="Wie Beteiligte und Öffentlichkeit von den Ergebnissen erfahren.",
        kick_off_on=date(2023, 1, 24),
        hour=time(9),
        pair=(("Mai", "Schablonski"), ("Georg", "Musterhuber")),
        colour="darkorchid",
    ),
    Group(
        number=5,
        slug="ag-5-technik",
        name="Technik",
        aim="Welche Systeme gemeinsam genutzt und wie sie verbunden werden.",
        kick_off_on=date(2023, 1, 26),
        hour=time(14),
        pair=(("Nils", "Blaupausner"), ("Ewa", "Probewski")),
        colour="slategray",
    ),
)


@dataclass(kw_only=True)
class Cast:
    """The series of the example, to enter events into."""

    hours: Series
    federal_hours: Series
    groups: dict[str, Series] = field(default_factory=dict)
    plenary: Series
    congress: Series
    others: Series


def add_series(session: Session) -> Cast:
    """Add organisations, people, the project and its series; return the series."""
    ministry = Organisation(
        name="Ministerium für Infrastruktur und Digitales des Landes Sachsen-Anhalt",
        short_name="MID",
        sector=Sector.STATE,
        website="https://mid.sachsen-anhalt.de/",
    )
    federal = Organisation(name="Bundesministerium des Innern und für Heimat", short_name="BMI", sector=Sector.FEDERAL)
    council = Organisation(name="IT-Planungsrat", sector=Sector.FEDERAL, website="https://www.it-planungsrat.de/")
    project = Project(
        slug="cio-projekt",
        title="CIO-Projekt „Dialog kommunal-digital“",
        starts_on=date(2023, 1, 16),
        cadence=Cadence.CONTINUE,
        plenary_weekday=3,
    )
    hours = get_or_add_consultation_hours(session)
    hours.organiser, hours.contact_email = ministry, CONTACT
    cast = Cast(
        hours=hours,
        federal_hours=_federal_hours(federal),
        plenary=_plenary(project, ministry),
        congress=_congress(council),
        others=_others(),
    )
    pilots = [people.organisation(name) for name in people.PILOTS]
    for group, pilot in zip(GROUPS, pilots, strict=True):
        cast.groups[group.slug] = _working_group(group, project, ministry, pilot)
    session.add_all([cast.federal_hours, cast.plenary, cast.congress, cast.others, *cast.groups.values()])
    session.flush()
    return cast


def _federal_hours(federal: Organisation) -> Series:
    return Series(
        slug="ozg-sprechstunde-bmi",
        kind=SeriesKind.CONSULTATION_HOUR,
        title="OZG-Sprechstunden des BMI",
        singular="OZG-Sprechstunde des BMI",
        description="Sprechstunden, zu denen der Bund einlädt. Eine Anmeldung ist hier nicht möglich.",
        colour="dimgray",
        position=20,
        organiser=federal,
        is_foreign=True,
        default_policy=Policy.NONE,
    )


def _working_group(group: Group, project: Project, ministry: Organisation, pilot: Organisation) -> Series:
    own, municipal = group.pair
    title = f"AG {group.number} {group.name}"
    return Series(
        slug=group.slug,
        kind=SeriesKind.WORKING_GROUP,
        title=title,
        singular=f"Sitzung der AG {group.name}",
        description=group.aim,
        colour=group.colour,
        position=30 + group.number,
        project=project,
        number_in_project=group.number,
        organiser=ministry,
        contact_email=CONTACT,
        interval_weeks=2,
        kick_off_on=group.kick_off_on,
        default_start_time=group.hour,
        default_duration_minutes=90,
        default_policy=Policy.NONE,
        memberships=[
            Membership(
                person=people.person(*name, at),
                role=MembershipRole.LEAD,
                starts_on=date(2023, 1, 16),
                ends_on=None,
            )
            for name, at in ((own, ministry), (municipal, pilot))
        ],
    )


def _plenary(project: Project, ministry: Organisation) -> Series:
    return Series(
        slug="plenum",
        kind=SeriesKind.PLENARY,
        title="Plenarsitzungen",
        singular="Plenarsitzung",
        description="Alle Arbeitsgruppen kommen zusammen und zeigen einander den Stand ihrer Arbeit.",
        colour="darkgoldenrod",
        position=40,
        project=project,
        organiser=ministry,
        contact_email=CONTACT,
        default_mode=Mode.ON_SITE,
        default_policy=Policy.NONE,
    )


def _congress(council: Organisation) -> Series:
    return Series(
        slug="fachkongress-it-planungsrat",
        kind=SeriesKind.CONGRESS,
        title="Fachkongresse des IT-Planungsrats",
        singular="Fachkongress des IT-Planungsrats",
        description="Der jährliche Kongress des IT-Planungsrats für Verwaltung und Wissenschaft.",
        colour="firebrick",
        position=50,
        organiser=council,
        website="https://www.it-planungsrat.de/",
        default_mode=Mode.ON_SITE,
        default_policy=Policy.ON_REQUEST,
    )


def _others() -> Series:
    return Series(
        slug="weitere-termine",
        kind=SeriesKind.OTHER,
        title="Weitere Termine",
        singular="Veranstaltung",
        description="Veranstaltungen anderer, auf die wir hinweisen.",
        colour="cadetblue",
        position=60,
        is_foreign=True,
        default_policy=Policy.EXTERNAL,
    )


def congress_hall() -> Venue:
    return Venue(
        name="Georg-Friedrich-Händel-Halle",
        street="Salzgrafenplatz 1",
        postal_code="06108",
        city="Halle (Saale)",
    )
