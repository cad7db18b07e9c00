"""People and memberships from a table: row by row, each whole or not at all, and a second time without effect.

A preview is the import itself, whose transaction is rolled back: what it shows is what will be done.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError, Refusal
from ozgtermine.models import Membership, MembershipRole, Organisation, Person, Sector, Series
from ozgtermine.operations.keeping_the_directory import PersonDetails, enter_person, find_person
from ozgtermine.rendering.words import MEMBERSHIP_ROLES, SECTORS
from ozgtermine.rules.names import normalised_name
from ozgtermine.rules.people_table import Column, Line, chosen, day_of, yes_or_no
from ozgtermine.wording import N_, translate


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class Result:
    """What a row leads to: changes as what, before and after; a refused row has a sentence instead."""

    number: int
    name: str
    outcome: Outcome = Outcome.UNCHANGED
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    sentence: str = ""

    def note(self, what: str, before: str, after: str) -> None:
        self.changes.append((what, before, after))
        self.outcome = Outcome.CHANGED if self.outcome is Outcome.UNCHANGED else self.outcome


def take_over(session: Session, lines: list[Line]) -> list[Result]:
    """Enter every row that has no error, and say of each what it led to."""
    return [_take_over_one(session, line) for line in lines]


def _take_over_one(session: Session, line: Line) -> Result:
    result = Result(line.number, f"{line[Column.GIVEN_NAME]} {line[Column.FAMILY_NAME]}".strip())
    try:
        with session.begin_nested():
            organisation = _organisation(session, line, result)
            person = _person(session, line, organisation, result)
            _membership(session, line, person, result)
            session.flush()
    except Refusal as refusal:
        sentence = translate(refusal.sentence, "de", **refusal.values)
        return Result(line.number, result.name, Outcome.REFUSED, sentence=sentence)
    return result


def _organisation(session: Session, line: Line, result: Result) -> Organisation | None:
    name = line[Column.ORGANISATION]
    if not name:
        return None
    same = select(Organisation).where(func.lower(Organisation.name) == name.lower())
    organisation = session.scalars(same).one_or_none()
    sector = _sector(line)
    if organisation is None:
        if sector is None:
            raise InvalidValueError(
                N_("Die Organisation „%(name)s“ ist neu. Geben Sie ihren Sektor an."), name=name
            )
        organisation = Organisation(name=name, sector=sector, short_name="", is_pilot=False)
        session.add(organisation)
        result.note(translate(N_("Neue Organisation")), "", name)
    if sector is not None and sector is not organisation.sector:
        result.note(Column.SECTOR, translate(SECTORS[organisation.sector]), translate(SECTORS[sector]))
        organisation.sector = sector
    if line[Column.SHORT_NAME] and line[Column.SHORT_NAME] != organisation.short_name:
        result.note(Column.SHORT_NAME, organisation.short_name, line[Column.SHORT_NAME])
        organisation.short_name = line[Column.SHORT_NAME]
    if line[Column.PILOT] and (pilot := yes_or_no(line[Column.PILOT], Column.PILOT)) is not organisation.is_pilot:
        result.note(Column.PILOT, _word(said=organisation.is_pilot), _word(said=pilot))
        organisation.is_pilot = pilot
    return organisation


def _word(*, said: bool) -> str:
    return translate(N_("ja") if said else N_("nein"))


def _sector(line: Line) -> Sector | None:
    words = {sector.value: translate(word) for sector, word in SECTORS.items()}
    return Sector(chosen(line[Column.SECTOR], words, Column.SECTOR)) if line[Column.SECTOR] else None


def _person(session: Session, line: Line, organisation: Organisation | None, result: Result) -> Person:
    given, family = line[Column.GIVEN_NAME], line[Column.FAMILY_NAME]
    if not family:
        raise InvalidValueError(N_("Der Nachname fehlt."))
    email = _address(line[Column.EMAIL])
    person = find_person(session, email) if email else _by_name(session, given, family, organisation)
    if person is None:
        result.outcome = Outcome.NEW
        session.flush()
        person = enter_person(
            session,
            PersonDetails(
                given_name=given,
                family_name=family,
                email=email,
                organisation_id=organisation.id if organisation else None,
            ),
        )
        result.note(translate(N_("Neue Person")), "", person.name)
        return person
    for column, attribute, value in (
        (Column.GIVEN_NAME, "given_name", given),
        (Column.FAMILY_NAME, "family_name", family),
    ):
        if value and value != getattr(person, attribute):
            result.note(column, getattr(person, attribute), value)
            setattr(person, attribute, value)
    if organisation is not None and person.organisation is not organisation:
        result.note(Column.ORGANISATION, person.organisation.name if person.organisation else "", organisation.name)
        person.organisation = organisation
    return person


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise InvalidValueError(N_("„%(text)s“ ist keine E-Mail-Adresse."), text=text) from error
    return found.ascii_email or found.normalized


def _by_name(session: Session, given: str, family: str, organisation: Organisation | None) -> Person | None:
    """Return the one person of that name and house; raises InvalidValueError where several are meant."""
    same = select(Person).where(func.lower(Person.family_name) == family.lower())
    wanted = normalised_name(given, family)
    found = [
        person
        for person in session.scalars(same)
        if normalised_name(person.given_name, person.family_name) == wanted
        and (organisation is None or person.organisation_id == organisation.id)
    ]
    if len(found) > 1:
        raise InvalidValueError(N_("Diesen Namen haben mehrere Personen. Geben Sie die E-Mail-Adresse an."))
    return found[0] if found else None


def _membership(session: Session, line: Line, person: Person, result: Result) -> None:
    if not line[Column.SERIES]:
        return
    series = _series(session, line[Column.SERIES])
    words = {role.value: translate(word) for role, word in MEMBERSHIP_ROLES.items()}
    role = MembershipRole(chosen(line[Column.ROLE] or words[MembershipRole.MEMBER], words, Column.ROLE))
    starts_on, ends_on = day_of(line[Column.STARTS_ON], Column.STARTS_ON), day_of(line[Column.ENDS_ON], Column.ENDS_ON)
    if starts_on and ends_on and ends_on < starts_on:
        raise InvalidValueError(N_("Der letzte Tag liegt vor dem ersten."))
    same = select(Membership).where(
        Membership.series_id == series.id, Membership.person_id == person.id, Membership.role == role
    )
    known = [each for each in session.scalars(same) if _meets(each, starts_on, ends_on)]
    what = f"{translate(MEMBERSHIP_ROLES[role])}, {series.title}"
    if not known:
        session.add(Membership(series=series, person=person, role=role, starts_on=starts_on, ends_on=ends_on))
        result.note(what, "", _span(starts_on, ends_on))
    elif (known[0].starts_on, known[0].ends_on) != (starts_on, ends_on):
        result.note(what, _span(known[0].starts_on, known[0].ends_on), _span(starts_on, ends_on))
        known[0].starts_on, known[0].ends_on = starts_on, ends_on


def _series(session: Session, text: str) -> Series:
    wanted = normalised_name(text)
    for series in session.scalars(select(Series).order_by(Series.position)):
        if wanted in (normalised_name(series.title), series.slug):
            return series
    raise InvalidValueError(N_("Eine Reihe „%(text)s“ gibt es nicht."), text=text)


def _meets(known: Membership, starts_on: date | None, ends_on: date | None) -> bool:
    """Return whether two spans have a day in common."""
    begins_after = starts_on is not None and known.ends_on is not None and starts_on > known.ends_on
    ends_before = ends_on is not None and known.starts_on is not None and ends_on < known.starts_on
    return not (begins_after or ends_before)


def _span(starts_on: date | None, ends_on: date | None) -> str:
    begin = starts_on.strftime("%d.%m.%Y") if starts_on else translate(N_("schon immer"))
    return f"{begin} – {ends_on.strftime('%d.%m.%Y') if ends_on else translate(N_('auf Dauer'))}"
