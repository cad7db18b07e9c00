"""What editors type about an event, on one page; the form turns itself into the values that operations take."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from ozgtermine.clock import BERLIN
from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import GermanDate, WholeNumber, between, choices, is_web_address
from ozgtermine.forms.scheduling import WhenForm, when_values
from ozgtermine.models import Access, Audience, Event, RegistrationOffer, Series, TopicKind, Venue
from ozgtermine.operations.scheduling import AccessDetails, EventDetails, OfferDetails
from ozgtermine.rendering.words import AUDIENCES, MODES, POLICIES, TOPIC_KINDS, VISIBILITIES
from ozgtermine.rules import schedule
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.wording import N_, translate

LONGEST_LINE = 200
LONGEST_TEXT = 20_000
MOST_SEATS = 100_000
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))


class EventForm(WhenForm):
    """Everything about an event on one page, in the order in which it is known."""

    topic = StringField(
        N_("Thema"),
        description=N_("Leer lassen, solange es nicht feststeht."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )
    topic_kind = SelectField(
        N_("Art des Themas"), choices=choices(TOPIC_KINDS), default=TopicKind.TOPIC.value, validators=[CHOOSE]
    )
    number = WholeNumber(
        N_("Laufende Nummer"),
        description=N_("Leer lassen: Die nächste Nummer der Reihe wird beim Veröffentlichen vergeben."),
        validators=[Optional(), between(1, 9999, N_("Geben Sie eine Nummer zwischen 1 und 9999 ein."))],
    )
    description = TextAreaField(
        N_("Beschreibung"), filters=[stripped], validators=[at_most(LONGEST_TEXT), is_readable(several_lines=True)]
    )
    mode = RadioField(N_("Wie nimmt man teil?"), choices=choices(MODES), default=Mode.ONLINE.value, validators=[CHOOSE])
    venue_id = SelectField(N_("Ort"), coerce=str, default="")
    website = StringField(
        N_("Website der Veranstaltung"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_web_address]
    )
    visibility = SelectField(
        N_("Wer sieht den Termin?"), choices=choices(VISIBILITIES), default=Visibility.PUBLIC.value, validators=[CHOOSE]
    )
    policy = RadioField(N_("Anmeldung"), choices=choices(POLICIES), default=Policy.OPEN.value, validators=[CHOOSE])
    external_url = StringField(
        N_("Adresse der Anmeldung beim Veranstalter"),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_web_address],
    )
    seats_online = WholeNumber(
        N_("Plätze online"),
        description=N_("Leer: unbegrenzt."),
        validators=[Optional(), between(0, MOST_SEATS, N_("Geben Sie eine Zahl von 0 an ein."))],
    )
    seats_on_site = WholeNumber(
        N_("Plätze vor Ort"),
        description=N_("Leer: unbegrenzt."),
        validators=[Optional(), between(0, MOST_SEATS, N_("Geben Sie eine Zahl von 0 an ein."))],
    )
    has_waiting_list = BooleanField(N_("Warteliste, wenn alle Plätze vergeben sind"), default=True)
    opens_on = GermanDate(N_("Anmeldung möglich ab"), description=N_("Leer: sofort."), validators=[Optional()])
    closes_on = GermanDate(
        N_("Anmeldung möglich bis einschließlich"), description=N_("Leer: bis zum Beginn."), validators=[Optional()]
    )
    eligibility = StringField(
        N_("Wer teilnehmen kann"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_readable()]
    )
    access_link = StringField(
        N_("Link zur Videokonferenz"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_web_address]
    )
    access_phone = StringField(N_("Telefon zur Einwahl"), filters=[stripped], validators=[at_most(LONGEST_LINE)])
    access_pin = StringField(N_("PIN"), filters=[stripped], validators=[at_most(LONGEST_LINE)])
    audience = SelectField(
        N_("Wer sieht die Zugangsdaten?"),
        choices=choices(AUDIENCES), default=Audience.REGISTERED.value,
        validators=[CHOOSE],
    )
    recap = TextAreaField(
        N_("Rückblick"),
        description=N_("Nach dem Termin: was besprochen wurde."),
        filters=[stripped],
        validators=[at_most(LONGEST_TEXT), is_readable(several_lines=True)],
    )
    number_of_attendees = WholeNumber(
        N_("Zahl der Teilnehmenden"),
        validators=[Optional(), between(0, MOST_SEATS, N_("Geben Sie eine Zahl von 0 an ein."))],
    )
    attendees_estimated = BooleanField(N_("Die Zahl ist geschätzt"))

    @classmethod
    def of(
        cls,
        venues: list[Venue],
        data: Mapping[str, str] | None,
        values: Mapping[str, object],
        *,
        with_date: bool = True,
    ) -> Self:
        """Return the form with the venues to choose from, filled with `data` or, before that, with `values`.

        The date of a published event is not part of it: that is moved, so that everybody learns of it.
        """
        form = cls(data, data=dict(values))
        if not with_date:
            for name in WhenForm():
                del form[name.name]
        form.venue_id.choices = [
            SelectChoice("", translate(N_("Steht noch nicht fest"))),
            *(SelectChoice(str(venue.id), venue.address) for venue in venues),
        ]
        return form

    def validate_external_url(self, field: StringField) -> None:
        if self.policy.data == Policy.EXTERNAL.value and not field.data:
            raise ValidationError(translate(N_("Geben Sie die Adresse an, unter der man sich anmeldet.")))

    def validate_closes_on(self, field: GermanDate) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(translate(N_("Die Anmeldung endet vor ihrem Beginn. Prüfen Sie die beiden Tage.")))

    def details(self) -> EventDetails:
        """Return what was typed, after `validate` has held."""
        return EventDetails(
            topic=self.topic.data,
            topic_kind=TopicKind(self.topic_kind.data),
            description=self.description.data,
            recap=self.recap.data,
            website=self.website.data,
            mode=Mode(self.mode.data),
            venue_id=int(self.venue_id.data) if self.venue_id.data else None,
            visibility=Visibility(self.visibility.data),
            number=self.number.data,
            number_of_attendees=self.number_of_attendees.data,
            attendees_estimated=self.attendees_estimated.data,
            offer=self._offer(),
            access=AccessDetails(
                link=self.access_link.data,
                phone=self.access_phone.data,
                pin=self.access_pin.data,
                audience=Audience(self.audience.data),
            ),
        )

    def _offer(self) -> OfferDetails:
        return OfferDetails(
            policy=Policy(self.policy.data),
            external_url=self.external_url.data,
            opens_at=_midnight(self.opens_on.data, days_later=0),
            closes_at=_midnight(self.closes_on.data, days_later=1),
            seats_on_site=self.seats_on_site.data,
            seats_online=self.seats_online.data,
            has_waiting_list=self.has_waiting_list.data,
            eligibility=self.eligibility.data,
        )


def _midnight(day: date | None, *, days_later: int) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days_later), time(0), ZoneInfo(schedule.ZONE))


def event_values(event: Event) -> dict[str, object]:
    """Return an event as the fields of its form."""
    return {
        **when_values(event.when),
        "topic": event.topic,
        "topic_kind": event.topic_kind.value,
        "number": event.number,
        "description": event.description,
        "recap": event.recap,
        "mode": event.mode.value,
        "venue_id": str(event.venue_id or ""),
        "website": event.website,
        "visibility": event.visibility.value,
        "number_of_attendees": event.number_of_attendees,
        "attendees_estimated": event.attendees_estimated,
        **_offer_values(event.offer),
        **_access_values(event.access),
    }


_OF_THAT_DAY_ALONE = (
    "starts_on", "ends_on", "number", "recap", "number_of_attendees", "attendees_estimated", "opens_on", "closes_on",
)  # fmt: skip


def template_values(event: Event) -> dict[str, object]:
    """Return what an event like this one begins with: all but its day, its number, and what happened there."""
    return {name: value for name, value in event_values(event).items() if name not in _OF_THAT_DAY_ALONE}


def _offer_values(offer: RegistrationOffer | None) -> dict[str, object]:
    if offer is None:
        return {"policy": Policy.NONE.value}
    closes = offer.closes_at.astimezone(BERLIN).date() if offer.closes_at else None
    return {
        "policy": offer.policy.value,
        "external_url": offer.external_url,
        "seats_online": offer.seats_online,
        "seats_on_site": offer.seats_on_site,
        "has_waiting_list": offer.has_waiting_list,
        "opens_on": offer.opens_at.astimezone(BERLIN).date() if offer.opens_at else None,
        "closes_on": closes - timedelta(days=1) if closes else None,
        "eligibility": offer.eligibility,
    }


def _access_values(access: Access | None) -> dict[str, object]:
    if access is None:
        return {}
    return {
        "access_link": access.link,
        "access_phone": access.phone,
        "access_pin": access.pin,
        "audience": access.audience.value,
    }


def series_values(series: Series) -> dict[str, object]:
    """Return what a new event of the series begins with."""
    start, minutes = series.default_start_time, series.default_duration_minutes
    end = None
    if start and minutes:
        total = start.hour * 60 + start.minute + minutes
        end = time(total // 60, total % 60) if total < 24 * 60 else None
    return {
        "start_time": start,
        "end_time": end,
        "mode": series.default_mode.value,
        "venue_id": str(series.default_venue_id or ""),
        "visibility": series.visibility.value,
        "policy": series.default_policy.value,
        "seats_online": series.default_seats_online,
        "seats_on_site": series.default_seats_on_site,
    }
