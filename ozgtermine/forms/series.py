"""What editors type about a series."""

from collections.abc import Mapping
from typing import Self

from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ozgtermine.config import Settings
from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.forms.fields import ClockTime, WholeNumber, between, choices, is_web_address
from ozgtermine.models import Series, SeriesKind, Venue
from ozgtermine.operations.editing_series import SeriesDetails
from ozgtermine.rendering.words import MODES, POLICIES, SERIES_KINDS, VISIBILITIES
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.wording import N_, translate

LONGEST_LINE = 200
LONGEST_TEXT = 5_000
MOST_SEATS = 100_000
DAY_MINUTES = 24 * 60
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))
NOT_NEGATIVE = between(0, MOST_SEATS, N_("Geben Sie eine Zahl von 0 an ein."))


class SeriesForm(Form):
    title = StringField(
        N_("Name der Reihe"),
        description=N_("Zum Beispiel „OZG-Sprechstunden“."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Namen der Reihe ein")), at_most(LONGEST_LINE), is_readable()],
    )
    singular = StringField(
        N_("So heißt ein einzelner Termin"),
        description=N_("Zum Beispiel „OZG-Sprechstunde“; die Nummer kommt davor."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie ein, wie ein Termin heißt")), at_most(LONGEST_LINE), is_readable()],
    )
    kind = SelectField(N_("Art der Reihe"), choices=choices(SERIES_KINDS), validators=[CHOOSE])
    description = TextAreaField(
        N_("Beschreibung"), filters=[stripped], validators=[at_most(LONGEST_TEXT), is_readable(several_lines=True)]
    )
    contact_email = StringField(
        N_("E-Mail-Adresse für Fragen"), filters=[stripped], validators=[Optional(), at_most(LONGEST_LINE), is_address]
    )
    website = StringField(N_("Website"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_web_address])
    visibility = SelectField(
        N_("Wer sieht die Reihe?"),
        choices=choices(VISIBILITIES),
        default=Visibility.PUBLIC.value,
        validators=[CHOOSE],
    )
    is_foreign = BooleanField(N_("Jemand anderes veranstaltet diese Reihe"))
    default_start_time = ClockTime(N_("Übliche Uhrzeit"), validators=[Optional()])
    default_duration_minutes = WholeNumber(
        N_("Übliche Dauer in Minuten"),
        validators=[Optional(), between(1, DAY_MINUTES, N_("Geben Sie eine Dauer zwischen 1 und 1440 Minuten ein."))],
    )
    default_mode = RadioField(
        N_("Wie nimmt man teil?"), choices=choices(MODES), default=Mode.ONLINE.value, validators=[CHOOSE]
    )
    default_venue_id = SelectField(N_("Üblicher Ort"), coerce=str, default="")
    default_policy = RadioField(
        N_("Anmeldung"), choices=choices(POLICIES), default=Policy.OPEN.value, validators=[CHOOSE]
    )
    default_seats_online = WholeNumber(
        N_("Plätze online"), description=N_("Leer: unbegrenzt."), validators=[Optional(), NOT_NEGATIVE]
    )
    default_seats_on_site = WholeNumber(
        N_("Plätze vor Ort"), description=N_("Leer: unbegrenzt."), validators=[Optional(), NOT_NEGATIVE]
    )

    @classmethod
    def of(
        cls,
        venues: list[Venue],
        data: Mapping[str, str] | None,
        series: Series | None = None,
        *,
        begins_with: Mapping[str, object] | None = None,
    ) -> Self:
        """Return the form with the venues to choose from, filled with `data` or with what the series is.

        A new series `begins_with` what the settings say.
        """
        form = cls(data, data=_values(series) if series else dict(begins_with or {}))
        form.default_venue_id.choices = [
            SelectChoice("", translate(N_("Keiner"))),
            *(SelectChoice(str(venue.id), venue.address) for venue in venues),
        ]
        return form

    def details(self) -> SeriesDetails:
        """Return what was typed, after `validate` has held."""
        return SeriesDetails(
            title=self.title.data,
            singular=self.singular.data,
            kind=SeriesKind(self.kind.data),
            description=self.description.data,
            contact_email=self.contact_email.data,
            website=self.website.data,
            visibility=Visibility(self.visibility.data),
            is_foreign=self.is_foreign.data,
            default_start_time=self.default_start_time.data,
            default_duration_minutes=self.default_duration_minutes.data,
            default_mode=Mode(self.default_mode.data),
            default_venue_id=int(self.default_venue_id.data) if self.default_venue_id.data else None,
            default_policy=Policy(self.default_policy.data),
            default_seats_on_site=self.default_seats_on_site.data,
            default_seats_online=self.default_seats_online.data,
        )


def values_by_default(settings: Settings) -> dict[str, object]:
    """Return what a new series begins with."""
    return {
        "default_mode": settings.new_series_mode,
        "default_policy": settings.new_series_policy,
        "default_duration_minutes": settings.new_series_duration_minutes,
    }


def _values(series: Series) -> dict[str, object]:
    stored = {name: getattr(series, name) for name in SeriesDetails.__dataclass_fields__}
    return {**stored, "default_venue_id": str(series.default_venue_id or "")}
