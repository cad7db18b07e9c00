"""Which mails of the outbox are meant."""

from collections.abc import Mapping
from typing import Self

from wtforms import Form, SelectMultipleField
from wtforms.validators import ValidationError

from ozgtermine.wording import N_, translate

LONGEST_ID = 10


def _number(text: object) -> int:
    """Return the id, 0 for what is none: such a mail does not exist."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < LONGEST_ID else 0


class ChosenMailsForm(Form):
    """The boxes in front of the mails that failed."""

    mail = SelectMultipleField(N_("Auswahl"), coerce=_number, validate_choice=False)

    @classmethod
    def of(cls, data: Mapping[str, str]) -> Self:
        return cls(data)

    def validate_mail(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(translate(N_("Wählen Sie mindestens eine Mail aus.")))
