"""Fields that several forms use: days, times and numbers as people type them in German."""

from collections.abc import Mapping
from typing import TypeVar

from wtforms import Form, IntegerField, SelectField, StringField
from wtforms.fields import DateField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from ozgtermine.forms.checks import Check, Needed, stripped
from ozgtermine.rendering.words import LANGUAGES
from ozgtermine.wording import N_, translate

Value = TypeVar("Value", bound=str)


def choices(words: Mapping[Value, str]) -> list[SelectChoice]:
    return [SelectChoice(value, translate(text)) for value, text in words.items()]


def mail_language(label: str = N_("Sprache unserer E-Mails")) -> SelectField:
    """Return the field in which language mails to somebody are written."""
    chosen = Needed(N_("Wählen Sie eine Sprache aus der Liste"))
    return SelectField(label, choices=choices(LANGUAGES), default="de", validators=[chosen])


class AddressField(StringField):
    """A mail address: once it is checked its `data` is what mails go to, but pages show it as it was typed."""

    @property
    def typed(self) -> str:
        return stripped(self.raw_data[0]) if self.raw_data else self.data or ""

    def _value(self) -> str:
        return self.typed


class GermanDate(DateField):
    """A day, as browsers send it (2023-02-22) or as people type it (22.02.2023)."""

    def __init__(self, label: str, **arguments: object) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"], **arguments)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text for text in valuelist if text.strip()])
        except ValueError as error:
            raise ValueError(translate(N_("Geben Sie den Tag im Format TT.MM.JJJJ ein."))) from error


class ClockTime(TimeField):
    """A time of day, 10:00 or 10.00."""

    def __init__(self, label: str, **arguments: object) -> None:
        super().__init__(label, format=["%H:%M", "%H:%M:%S", "%H.%M"], **arguments)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(translate(N_("Geben Sie die Uhrzeit im Format 10:00 ein."))) from error


class WholeNumber(IntegerField):
    """A number without fractions."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(translate(N_("Geben Sie eine ganze Zahl ein."))) from error


class NumberNeeded(Needed):
    """A number was typed; 0 is one."""

    def __call__(self, _form: Form, field: IntegerField) -> None:
        if not any(text.strip() for text in field.raw_data or ()):
            field.process_errors, field.errors = [], []
            raise StopValidation(translate(self.sentence))
        if field.process_errors:
            raise StopValidation  # it has its sentence already


def between(least: int, most: int, sentence: str) -> Check:
    """Check a number, where one was typed."""

    def check(_form: Form, field: IntegerField) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(translate(sentence))

    return check


def is_web_address(_form: Form, field: StringField) -> None:
    if field.data and not field.data.startswith(("https://", "http://")):
        raise ValidationError(translate(N_("Geben Sie eine Adresse ein, die mit https:// beginnt.")))
