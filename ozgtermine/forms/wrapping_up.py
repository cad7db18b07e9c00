"""After an event: the slides, what was spoken about, how many came."""

from wtforms import BooleanField, FileField, Form, StringField, TextAreaField
from wtforms.validators import Optional

from ozgtermine.forms.checks import at_most, is_readable, stripped
from ozgtermine.forms.fields import WholeNumber, between
from ozgtermine.wording import N_

LONGEST_LINE = 200
LONGEST_TEXT = 20_000
MOST_ATTENDEES = 100_000


class WrapUpForm(Form):
    file = FileField(
        N_("Präsentation"),
        description=N_("PDF, PowerPoint oder OpenDocument; sie erscheint sofort auf der Seite des Termins."),
    )
    title = StringField(
        N_("Titel der Präsentation"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_readable()]
    )
    recap = TextAreaField(
        N_("Rückblick"),
        description=N_("Was besprochen wurde, in ein paar Sätzen."),
        filters=[stripped],
        validators=[at_most(LONGEST_TEXT), is_readable(several_lines=True)],
    )
    number_of_attendees = WholeNumber(
        N_("Zahl der Teilnehmenden"),
        validators=[Optional(), between(0, MOST_ATTENDEES, N_("Geben Sie eine Zahl von 0 an ein."))],
    )
    attendees_estimated = BooleanField(N_("Die Zahl ist geschätzt"))
