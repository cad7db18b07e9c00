"""The one short form of a registration, for one event or several of a series."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, ValidationError

from ozgtermine.forms import questions as asked
from ozgtermine.forms.checks import Needed, at_most, is_address, is_no_advertisement, is_readable, stripped
from ozgtermine.forms.fields import AddressField
from ozgtermine.models import Event, OfferQuestion, Sector, SeriesKind
from ozgtermine.operations.registering import Details
from ozgtermine.rendering.dates import long_when
from ozgtermine.rendering.events import modes
from ozgtermine.rendering.words import LANGUAGES, PARTICIPATION, SECTORS
from ozgtermine.rules.registering import Mode
from ozgtermine.wording import N_, translate

LONGEST_NAME = 80
LONGEST_WORD = 200
LONGEST_QUESTION = 2000
LARGEST_GROUP = 20
_STEPS = frozenset({"schritt", "mensch"})
_NOT_SAID = frozenset({"website", "begun", "language", "events"})


def name_checks(sentence: str) -> list[Any]:
    """Return the checks of a name that must be given; `sentence` asks for it."""
    return [Needed(sentence), at_most(LONGEST_NAME), is_readable(), is_no_advertisement]


class ColleagueForm(Form):
    """Somebody else of the same house; without an address of their own their mails go to the one who registers."""

    given_name = StringField(
        N_("Vorname"), filters=[stripped], validators=[at_most(LONGEST_NAME), is_readable(), is_no_advertisement]
    )
    family_name = StringField(
        N_("Nachname"), filters=[stripped], validators=[at_most(LONGEST_NAME), is_readable(), is_no_advertisement]
    )
    email = AddressField(
        N_("E-Mail-Adresse, wenn eine eigene"), filters=[stripped], validators=[at_most(LONGEST_WORD), is_readable()]
    )

    @property
    def is_filled(self) -> bool:
        return bool(self.given_name.data or self.family_name.data or self.email.data)

    def validate_family_name(self, field: StringField) -> None:
        if self.is_filled and not (field.data and self.given_name.data):
            raise ValidationError(translate(N_("Geben Sie Vor- und Nachnamen der weiteren Person ein.")))

    def validate_email(self, field: StringField) -> None:
        if field.data:
            is_address(self, field)


class RegistrationForm(Form):
    """What we ask, with a row for each colleague and a field for each question of the offer.

    `website` is left empty by people; `begun` tells when the form was opened, signed.
    """

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
        validators=name_checks(N_("Geben Sie Ihren Vornamen ein")),
        render_kw={"autocomplete": "given-name"},
    )
    family_name = StringField(
        N_("Nachname"),
        filters=[stripped],
        validators=name_checks(N_("Geben Sie Ihren Nachnamen ein")),
        render_kw={"autocomplete": "family-name"},
    )
    email = AddressField(
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
    language = SelectField(
        N_("Sprache unserer E-Mails"),
        choices=[SelectChoice(each, words) for each, words in LANGUAGES.items()],
        validators=[Needed(N_("Wählen Sie eine Sprache aus der Liste")),
                    AnyOf(list(LANGUAGES), N_("Wählen Sie eine Sprache aus der Liste"))],
        validate_choice=False,
        default="de",
    )
    colleagues = FieldList(FormField(ColleagueForm), N_("Weitere Personen"), max_entries=LARGEST_GROUP)
    website = StringField(N_("Dieses Feld bitte leer lassen"), filters=[stripped])
    begun = HiddenField()

    questions: Sequence[OfferQuestion] = ()
    _most_colleagues = 0

    @classmethod
    def of(
        cls,
        event: Event,
        data: MultiDict[str, str] | None = None,
        *,
        begun: str = "",
        values: dict[str, Any] | None = None,
    ) -> Self:
        """Return the form with the fields that this event asks for."""
        questions = event.offer.questions if event.offer else []
        kind = type(cls.__name__, (cls,), asked.question_fields(questions)) if questions else cls
        form: Self = kind(data, data=values or {}, begun=begun if data is None else None)
        form.questions = questions
        form._fit(event)
        form._offer_rows(event.offer.largest_group - 1 if event.offer else 0)
        return form

    def _fit(self, event: Event) -> None:
        if event.mode is not Mode.HYBRID:
            del self.mode
        if event.series.kind is not SeriesKind.CONSULTATION_HOUR:
            del self.question
        if event.offer is None or event.offer.largest_group == 1:
            del self.colleagues

    def _offer_rows(self, number: int) -> None:
        self._most_colleagues = number
        if "colleagues" in self:
            for _row in range(number - len(self.colleagues)):
                self.colleagues.append_entry()

    def validate_colleagues(self, _field: FieldList) -> None:
        most = self._most_colleagues
        if len(self._named_colleagues()) > most:
            sentence = N_("Sie können höchstens %(number)s weitere Personen anmelden.")
            raise ValidationError(translate(sentence, number=most))

    def question_rows(self) -> list[tuple[OfferQuestion, Field, Field | None]]:
        """Return each extra question with its field, and the field of its consent where it needs one."""
        return [
            (each, self[asked.field_name(each)], self[asked.consent_name(each)] if each.needs_consent else None)
            for each in self.questions
        ]

    def given(self) -> Iterator[tuple[str, str]]:
        """Yield what was typed, to be read once more: label and text, which is empty where nothing was said."""
        for field in self:
            if field.name in _NOT_SAID:
                continue
            if field.name == "colleagues":
                for each in self._named_colleagues():
                    words = f"{each.given_name.data} {each.family_name.data}"
                    yield translate(N_("Weitere Person")), f"{words}, {each.email.typed}" if each.email.data else words
            elif field.name.startswith("einwilligung_"):
                if field.data:
                    yield translate(N_("Einwilligung")), field.label.text
            elif not field.name.startswith("frage_"):
                yield field.label.text, _said(field)
        yield from asked.in_words(self.questions, asked.answers(self, self.questions))

    def details(self, event: Event) -> Details:
        """Return what was typed, after `validate` has held."""
        question = self._fields.get("question")
        mode = Mode(self.mode.data) if "mode" in self else modes(event.mode)[0]
        return Details(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            mode=mode,
            organisation=self.organisation.data or "",
            sector=Sector(self.sector.data) if self.sector.data else None,
            question=question.data or "" if question else "",
            answers=asked.answers(self, self.questions),
            consents=asked.consents(self, self.questions),
            language=self.language.data,
        )

    def colleague_details(self, own: Details) -> list[Details]:
        """Return the colleagues who were named, with what they have in common with who registers them."""
        return [
            replace(
                own,
                given_name=each.given_name.data,
                family_name=each.family_name.data,
                email=each.email.data or own.email,
                question="",
                answers={},
                consents={},
            )
            for each in self._named_colleagues()
        ]

    @property
    def names_colleagues(self) -> bool:
        return bool(self._named_colleagues())

    def _named_colleagues(self) -> list[ColleagueForm]:
        rows = [each.form for each in self.colleagues] if "colleagues" in self else []
        return [each for each in rows if each.is_filled]


class SeriesForm(RegistrationForm):
    """Registering once for several events of a series."""

    events = SelectMultipleField(
        N_("Zu diesen Terminen anmelden"),
        coerce=int,
        validators=[Needed(N_("Wählen Sie mindestens einen Termin aus"))],
        validate_choice=False,
    )

    @classmethod
    def of_events(cls, events: Sequence[Event], data: MultiDict[str, str] | None = None, *, begun: str = "") -> Self:
        """Return the form with the events to choose from; all of them are chosen at first."""
        form = cls(data, data={"events": [each.id for each in events]}, begun=begun if data is None else None)
        form.events.choices = [SelectChoice(each.id, f"{long_when(each.when)}: {each.title}") for each in events]
        if not any(each.mode is Mode.HYBRID for each in events):
            del form.mode
        del form.question, form.colleagues
        return form

    def given(self) -> Iterator[tuple[str, str]]:
        chosen = set(self.events.data or ())
        for choice in self.events.choices:
            if choice.value in chosen:
                yield translate(N_("Termin")), choice.label
        yield from super().given()


def carried(data: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Return what a page between form and answer must carry along: all that was sent but the step itself."""
    return [(name, text) for name, text in data.items(multi=True) if text and name not in _STEPS]


def _said(field: Field) -> str:
    if isinstance(field, AddressField):
        return field.typed
    choices = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    return choices.get(field.data, "") if choices else field.data or ""
