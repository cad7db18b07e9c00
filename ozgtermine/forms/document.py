"""Uploading a file."""

from datetime import datetime, time

from wtforms import FileField, Form, SelectField, StringField
from wtforms.validators import Optional

from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import GermanDate, choices
from ozgtermine.models import DocumentKind, Event
from ozgtermine.rendering.documents import KIND_NAMES
from ozgtermine.rendering.words import VISIBILITIES
from ozgtermine.rules import schedule
from ozgtermine.rules.permissions import Visibility
from ozgtermine.wording import N_

LONGEST_LINE = 200
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))
PUBLISH = {
    "now": N_("Sofort"),
    "end": N_("Nach dem Ende des Termins"),
    "day": N_("An einem Tag"),
    "draft": N_("Noch nicht"),
}


class DocumentForm(Form):
    file = FileField(
        N_("Datei"),
        description=N_("PDF, PowerPoint, Word, Excel, OpenDocument, PNG oder JPEG."),
        validators=[Needed(N_("Wählen Sie eine Datei aus"))],
    )
    title = StringField(
        N_("Titel"),
        description=N_("Zum Beispiel „Präsentation zur 28. OZG-Sprechstunde“. Leer: der Name der Datei."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )
    kind = SelectField(
        N_("Art"), choices=choices(KIND_NAMES), default=DocumentKind.PRESENTATION.value, validators=[CHOOSE]
    )
    visibility = SelectField(
        N_("Wer sieht die Unterlage?"),
        choices=choices(VISIBILITIES),
        default=Visibility.PUBLIC.value,
        validators=[CHOOSE],
    )
    publish = SelectField(
        N_("Wann veröffentlichen?"), choices=choices(PUBLISH), default="now", validators=[CHOOSE]
    )
    publish_on = GermanDate(
        N_("Tag der Veröffentlichung"), description=N_("Nur bei „An einem Tag“."), validators=[Optional()]
    )

    def publish_at(self, event: Event, now: datetime) -> datetime | None:
        """Return the instant chosen, None for a draft."""
        if self.publish.data == "end":
            return event.ends_at
        if self.publish.data == "day" and self.publish_on.data:
            return schedule.starts_at(schedule.when(starts_on=self.publish_on.data, start_time=time(0)))
        return now if self.publish.data == "now" else None
