"""When an event is, and what happens to it: moved, cancelled, published."""

from datetime import date, datetime, time

from wtforms import Form, SelectField, StringField
from wtforms.validators import Optional

from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import ClockTime, GermanDate, WholeNumber, between, choices
from ozgtermine.rendering.words import PRECISIONS
from ozgtermine.rules import schedule
from ozgtermine.rules.schedule import Precision, When
from ozgtermine.wording import N_

LONGEST_LINE = 200


class WhenForm(Form):
    """Day and time; what is not known yet stays empty."""

    starts_on = GermanDate(N_("Tag"), validators=[Needed(N_("Geben Sie den Tag ein"))])
    ends_on = GermanDate(
        N_("Letzter Tag"), description=N_("Nur bei mehreren Tagen."), validators=[Optional()]
    )
    start_time = ClockTime(
        N_("Beginn"), description=N_("Leer lassen, solange die Uhrzeit nicht feststeht."), validators=[Optional()]
    )
    end_time = ClockTime(N_("Ende"), validators=[Optional()])
    precision = SelectField(
        N_("Wie genau steht der Tag fest?"), choices=choices(PRECISIONS), default=Precision.DAY.value,
        validators=[Needed(N_("Wählen Sie eine Möglichkeit aus"))],
    )

    def when(self) -> When:
        """Return the checked When; raises InvalidValueError naming the field."""
        coarse = Precision(self.precision.data)
        return schedule.when(
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            start_time=self.start_time.data,
            end_time=self.end_time.data,
            precision=coarse if coarse in (Precision.WEEK, Precision.MONTH) else None,
        )


def when_values(value: When) -> dict[str, date | time | str | None]:
    """Return a When as the fields of a form."""
    coarse = value.precision in (Precision.WEEK, Precision.MONTH)
    return {
        "starts_on": value.starts_on,
        "ends_on": value.ends_on if value.has_several_days and not coarse else None,
        "start_time": value.start_time,
        "end_time": value.end_time,
        "precision": value.precision.value if coarse else Precision.DAY.value,
    }


class MoveForm(WhenForm):
    """The new date, and why."""

    reason = StringField(
        N_("Grund"),
        description=N_("Steht auf der Seite des Termins."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )


class CancelForm(Form):
    reason = StringField(
        N_("Grund der Absage"),
        description=N_("Steht auf der Seite des Termins."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Grund der Absage ein")), at_most(LONGEST_LINE), is_readable()],
    )


class PublishForm(Form):
    """At once, or at a time."""

    number = WholeNumber(
        N_("Laufende Nummer"),
        validators=[Optional(), between(1, 9999, N_("Geben Sie eine Nummer zwischen 1 und 9999 ein."))],
    )
    publish_on = GermanDate(
        N_("Veröffentlichen am"), description=N_("Leer lassen: sofort."), validators=[Optional()]
    )
    publish_time = ClockTime(N_("Uhrzeit"), description=N_("Leer: 00:00 Uhr."), validators=[Optional()])

    def publish_at(self, now: datetime) -> datetime:
        """Return the instant chosen; raises InvalidValueError for a time that the clock change skips or doubles."""
        if self.publish_on.data is None:
            return now
        chosen = schedule.when(starts_on=self.publish_on.data, start_time=self.publish_time.data or time(0))
        return schedule.starts_at(chosen)
