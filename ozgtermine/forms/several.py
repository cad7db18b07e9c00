"""The same change for several events."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from wtforms import Form, RadioField, SelectField, StringField
from wtforms.validators import Optional

from ozgtermine.forms.checks import Check, Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import ClockTime, choices
from ozgtermine.rendering.words import VISIBILITIES
from ozgtermine.rules.permissions import Visibility
from ozgtermine.wording import N_, translate

LONGEST_LINE = 200


REASON = N_("Geben Sie den Grund der Absage ein")
START = N_("Geben Sie den Beginn ein")


class Change(StrEnum):
    PUBLISH = "publish"
    HIDE = "hide"
    SHOW_TO = "show_to"
    SET_TIME = "set_time"
    CANCEL = "cancel"


CHANGES = {
    Change.PUBLISH: N_("Veröffentlichen"),
    Change.HIDE: N_("Verbergen"),
    Change.SHOW_TO: N_("Ändern, wer sie sieht"),
    Change.SET_TIME: N_("Uhrzeit ändern"),
    Change.CANCEL: N_("Absagen"),
}


class SeveralForm(Form):
    change = RadioField(
        N_("Was soll geschehen?"),
        choices=choices(CHANGES),
        validators=[Needed(N_("Wählen Sie aus, was geschehen soll"))],
    )
    visibility = SelectField(
        N_("Wer sieht die Termine?"), choices=choices(VISIBILITIES), default=Visibility.PUBLIC.value
    )
    start_time = ClockTime(N_("Beginn"), validators=[Optional()])
    end_time = ClockTime(N_("Ende"), validators=[Optional()])
    reason = StringField(
        N_("Grund"),
        description=N_("Steht auf den Seiten der Termine, bei einer Absage oder neuen Uhrzeit."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )


    def validate(self, extra_validators: Mapping[str, Sequence[Check]] | None = None) -> bool:
        """Check each field, and that what the chosen change needs was typed."""
        valid = super().validate(extra_validators)
        needed = {Change.CANCEL: (self.reason, REASON), Change.SET_TIME: (self.start_time, START)}
        field, sentence = needed.get(self.change.data, (None, ""))
        if field is None or field.data or field.errors:
            return bool(valid)
        field.errors = [translate(sentence)]
        return False
