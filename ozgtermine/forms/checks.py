"""Checks that forms share; each says in a sentence what to do."""

import unicodedata
from collections.abc import Callable

from email_validator import EmailNotValidError, validate_email
from wtforms import Field, Form
from wtforms.validators import StopValidation, ValidationError

from ozgtermine.wording import N_, translate

Check = Callable[[Form, Field], None]

_LINE_BREAKS = {"\n", "\r", "\t"}
_DIRECTION_OVERRIDES = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def stripped(text: str | None) -> str:
    """Return what was typed without blanks around it."""
    return (text or "").strip()


class Needed:
    """Something was typed or chosen."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms' own way to mark a field

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, _form: Form, field: Field) -> None:
        if field.process_errors:
            raise StopValidation  # something was typed, and it has its sentence already
        if not field.data:
            field.errors = []
            raise StopValidation(translate(self.sentence))


def at_most(number: int) -> Check:
    """Check the length in characters."""

    def check(_form: Form, field: Field) -> None:
        if len(field.data or "") > number:
            raise StopValidation(
                translate(N_("Kürzen Sie die Angabe „%(label)s“ auf höchstens %(number)s Zeichen."),
                          label=field.label.text, number=number)
            )

    return check


def is_readable(*, several_lines: bool = False) -> Check:
    """Refuse control characters, and those that turn the direction of what follows."""
    allowed = _LINE_BREAKS if several_lines else set()
    refused = {"Cc", "Cs"} if several_lines else {"Cc", "Cs", "Zl", "Zp"}

    def check(_form: Form, field: Field) -> None:
        text = set(field.data or "") - allowed
        if any(unicodedata.category(each) in refused or each in _DIRECTION_OVERRIDES for each in text):
            raise StopValidation(
                translate(N_("Entfernen Sie unsichtbare Steuerzeichen aus der Angabe „%(label)s“. Tippen Sie sie am "
                             "besten neu ein."), label=field.label.text)
            )

    return check


def is_no_advertisement(_form: Form, field: Field) -> None:
    """Refuse addresses of websites where a name belongs: our mails greet with it."""
    text = (field.data or "").casefold()
    if "://" in text or "www." in text or "@" in text:
        raise ValidationError(
            translate(N_("Geben Sie in das Feld „%(label)s“ keine Internetadresse ein."), label=field.label.text)
        )


def is_address(_form: Form, field: Field) -> None:
    """Take a mail address that every mail server understands; its domain becomes ASCII. Asks no name server."""
    try:
        found = validate_email(field.data or "", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise StopValidation(
            translate(N_("Geben Sie eine E-Mail-Adresse im Format name@beispiel.de ein."))
        ) from error
    field.data = found.ascii_email or found.normalized
