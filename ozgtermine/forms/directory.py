"""Organisations, people, memberships, and tables of them."""

from collections.abc import Iterable, Mapping
from typing import Self

from wtforms import BooleanField, FileField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.forms.fields import GermanDate, choices, is_web_address, mail_language
from ozgtermine.models import MembershipRole, Organisation, Person, Sector
from ozgtermine.operations.keeping_the_directory import OrganisationDetails, PersonDetails
from ozgtermine.rendering.words import MEMBERSHIP_ROLES, SECTORS
from ozgtermine.wording import N_, translate

LONGEST_LINE = 200
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))


class OrganisationForm(Form):
    name = StringField(
        N_("Name"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Namen der Organisation ein")), at_most(LONGEST_LINE), is_readable()],
    )
    short_name = StringField(
        N_("Kurzname"),
        description=N_("Zum Beispiel „MID“."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )
    sector = SelectField(N_("Bereich"), choices=choices(SECTORS), default=Sector.MUNICIPAL.value, validators=[CHOOSE])
    is_pilot = BooleanField(
        N_("Pilotkommune"), description=N_("Aus Pilotkommunen kommt je eine Leitung der Arbeitsgruppen.")
    )
    website = StringField(N_("Website"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_web_address])

    @classmethod
    def of(cls, data: Mapping[str, str] | None, organisation: Organisation | None = None) -> Self:
        """Return the form filled with `data`, or with what the organisation is."""
        return cls(data, obj=organisation)

    def details(self) -> OrganisationDetails:
        """Return what was typed, after `validate` has held."""
        return OrganisationDetails(
            name=self.name.data,
            short_name=self.short_name.data,
            sector=Sector(self.sector.data),
            is_pilot=self.is_pilot.data,
            website=self.website.data,
        )


class PersonForm(Form):
    given_name = StringField(
        N_("Vorname"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_readable()]
    )
    family_name = StringField(
        N_("Nachname"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Nachnamen ein")), at_most(LONGEST_LINE), is_readable()],
    )
    email = StringField(
        N_("E-Mail-Adresse"),
        description=N_("Mit ihr meldet sich an, wer Mitglied einer Gruppe ist."),
        filters=[stripped],
        validators=[Optional(), at_most(LONGEST_LINE), is_address],
    )
    organisation_id = SelectField(N_("Organisation"), coerce=str, default="")
    language = mail_language()

    @classmethod
    def of(
        cls, organisations: Iterable[Organisation], data: Mapping[str, str] | None, person: Person | None = None
    ) -> Self:
        """Return the form with the organisations to choose from, filled with `data` or with what the person is."""
        values = {"organisation_id": str(person.organisation_id or "")} if person else {}
        form = cls(data, obj=person, data=values)
        if data is None and person is not None:
            form.organisation_id.data = str(person.organisation_id or "")
        form.organisation_id.choices = organisation_choices(organisations)
        return form

    def details(self) -> PersonDetails:
        """Return what was typed, after `validate` has held."""
        return PersonDetails(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            email=self.email.data or "",
            organisation_id=int(self.organisation_id.data) if self.organisation_id.data else None,
            language=self.language.data,
        )


def organisation_choices(organisations: Iterable[Organisation]) -> list[SelectChoice]:
    none = SelectChoice("", translate(N_("Keine oder unbekannt")))
    return [none, *(SelectChoice(str(each.id), each.name) for each in organisations)]


class MemberForm(Form):
    """Somebody who joins a group: by address, so that a known person is found without a list of all."""

    given_name = StringField(N_("Vorname"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_readable()])
    family_name = StringField(
        N_("Nachname"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Nachnamen ein")), at_most(LONGEST_LINE), is_readable()],
    )
    email = StringField(
        N_("E-Mail-Adresse"),
        description=N_("Ist die Person schon bekannt, nehmen wir sie unter dieser Adresse."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie die E-Mail-Adresse ein")), at_most(LONGEST_LINE), is_address],
    )
    organisation_id = SelectField(N_("Organisation"), coerce=str, default="")
    language = mail_language()
    role = SelectField(
        N_("Rolle"), choices=choices(MEMBERSHIP_ROLES), default=MembershipRole.MEMBER.value, validators=[CHOOSE]
    )
    starts_on = GermanDate(N_("Ab"), description=N_("Leer: ab heute."), validators=[Optional()])
    ends_on = GermanDate(N_("Bis"), description=N_("Leer: auf Dauer."), validators=[Optional()])
    invite = BooleanField(N_("Per E-Mail sagen, wie man sich anmeldet"), default=True)

    @classmethod
    def of(
        cls, organisations: Iterable[Organisation], roles: Iterable[MembershipRole], data: Mapping[str, str] | None
    ) -> Self:
        """Return the form with the organisations and the roles to choose from."""
        form = cls(data)
        form.organisation_id.choices = organisation_choices(organisations)
        form.role.choices = [SelectChoice(role.value, translate(MEMBERSHIP_ROLES[role])) for role in roles]
        return form


class MembershipForm(Form):
    """Another role from a day on, or the last day."""

    role = SelectField(N_("Rolle"), choices=choices(MEMBERSHIP_ROLES), validators=[CHOOSE])
    from_day = GermanDate(N_("Ab"), validators=[Optional()])


class LeaveForm(Form):
    last_day = GermanDate(N_("Letzter Tag"), validators=[Needed(N_("Geben Sie den letzten Tag ein"))])


class ImportForm(Form):
    file = FileField(
        N_("Tabelle"),
        description=N_(
            "Excel-Arbeitsmappe (.xlsx) oder CSV, bis 5.000 Zeilen. Vor dem Übernehmen sehen Sie, was sich ändert."
        ),
        validators=[Needed(N_("Wählen Sie eine Datei aus"))],
    )
