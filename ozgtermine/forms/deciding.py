"""What editors type when they decide about registrations, write to people, or add somebody."""

from typing import Self

from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField, TextAreaField

from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.registration import RegistrationForm
from ozgtermine.models import Event
from ozgtermine.wording import N_

LONGEST_REASON = 1_000
LONGEST_MESSAGE = 10_000


class DecisionForm(Form):
    """Why; the reason is part of the mail."""

    reason = TextAreaField(
        N_("Begründung"),
        description=N_("Steht in der E-Mail. Leer lassen, wenn keine nötig ist."),
        filters=[stripped],
        validators=[at_most(LONGEST_REASON), is_readable(several_lines=True)],
    )


class MessageForm(Form):
    """A message to several people."""

    subject = StringField(
        N_("Betreff"),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie einen Betreff ein")), at_most(200), is_readable()],
    )
    text = TextAreaField(
        N_("Nachricht"),
        description=N_("Anrede, Gruß und die Angaben zum Termin stehen schon in der E-Mail."),
        filters=[stripped],
        validators=[
            Needed(N_("Schreiben Sie eine Nachricht")), at_most(LONGEST_MESSAGE), is_readable(several_lines=True),
        ],
    )  # fmt: skip


class ByHandForm(RegistrationForm):
    """Somebody who asked by phone or in person."""

    @classmethod
    def of_event(cls, event: Event, data: MultiDict[str, str] | None = None) -> Self:
        """Return the form without what only the public page needs."""
        form = cls.of(event, data)
        for name in ("website", "begun"):
            del form[name]
        if "colleagues" in form:
            del form.colleagues
        return form
