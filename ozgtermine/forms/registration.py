"""The one short form of a registration."""

from collections.abc import Mapping
from typing import Self

from wtforms import Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from ozgtermine.forms.checks import Needed, at_most, is_address, is_no_advertisement, is_readable, stripped
from ozgtermine.models import Event, Sector, SeriesKind
from ozgtermine.operations.registering import Details
from ozgtermine.rendering.events import modes
from ozgtermine.rendering.words import PARTICIPATION, SECTORS
from ozgtermine.rules.registering import Mode
from ozgtermine.wording import N_, translate

LONGEST_NAME = 80
LONGEST_WORD = 200
LONGEST_QUESTION = 2000


class RegistrationForm(Form):
    """What we ask. `website` is left empty by people; `begun` tells when the form was opened, signed."""

    mode = RadioField(
        N_("Wie nehmen Sie teil?"),
        choices=[SelectChoice(mode.value, translate(words)) for mode, words in PARTICIPATION.items()],
        validators=[
            Needed(N_("Wählen Sie aus, ob Sie vor Ort oder online teilnehmen")),
            AnyOf(list(PARTICIPATION), N_("Wählen Sie aus, ob Sie vor Ort oder online teilnehmen")),
        ],
        validate_choice=False,
    )
    given_name = StringField(
        N_("Vorname"),
        filters=[stripped],
        validators=[
            Needed(N_("Geben Sie Ihren Vornamen ein")), at_most(LONGEST_NAME), is_readable(), is_no_advertisement
        ],
        render_kw={"autocomplete": "given-name"},
    )
    family_name = StringField(
        N_("Nachname"),
        filters=[stripped],
        validators=[
            Needed(N_("Geben Sie Ihren Nachnamen ein")), at_most(LONGEST_NAME), is_readable(), is_no_advertisement
        ],
        render_kw={"autocomplete": "family-name"},
    )
    email = StringField(
        N_("E-Mail-Adresse"),
        description=N_("Dorthin schicken wir einen Link, mit dem Sie die Anmeldung bestätigen."),
        filters=[stripped],
        validators=[
            Needed(N_("Geben Sie Ihre E-Mail-Adresse ein")), at_most(LONGEST_WORD), is_readable(), is_address
        ],
        render_kw={"autocomplete": "email"},
    )
    organisation = StringField(
        N_("Organisation"),
        description=N_("Zum Beispiel Ihre Stadt, Ihr Landkreis oder Ihre Behörde."),
        filters=[stripped],
        validators=[at_most(LONGEST_WORD), is_readable()],
        render_kw={"autocomplete": "organization"},
    )
    sector = SelectField(
        N_("Bereich"),
        description=N_("Damit wir wissen, wen unsere Termine erreichen."),
        choices=[
            SelectChoice("", translate(N_("Bitte auswählen"))),
            *(SelectChoice(sector.value, translate(words)) for sector, words in SECTORS.items()),
        ],
        validators=[AnyOf(["", *Sector], N_("Wählen Sie einen Bereich aus der Liste"))],
        validate_choice=False,
        default="",
    )
    question = TextAreaField(
        N_("Ihre Frage an die Sprechstunde"),
        description=N_("Wir bereiten uns darauf vor. Schreiben Sie bitte keine personenbezogenen Daten hinein."),
        filters=[stripped],
        validators=[at_most(LONGEST_QUESTION), is_readable(several_lines=True)],
    )
    website = StringField(N_("Dieses Feld bitte leer lassen"), filters=[stripped])
    begun = HiddenField()

    @classmethod
    def of(cls, event: Event, data: "Mapping[str, str] | None" = None, *, begun: str = "") -> Self:
        """Return the form with the fields that this event asks for."""
        form = cls(data) if data is not None else cls(begun=begun)
        if event.mode is not Mode.HYBRID:
            del form.mode
        if event.series.kind is not SeriesKind.CONSULTATION_HOUR:
            del form.question
        return form

    def details(self, event: Event) -> Details:
        """Return what was typed, after `validate` has held."""
        question = self._fields.get("question")
        return Details(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            mode=Mode(self.mode.data) if "mode" in self else modes(event.mode)[0],
            organisation=self.organisation.data or "",
            sector=Sector(self.sector.data) if self.sector.data else None,
            question=question.data or "" if question else "",
        )
