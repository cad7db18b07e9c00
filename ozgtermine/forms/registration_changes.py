"""What a registered person changes behind a mailed link: their answers, or who comes in their place."""

from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from ozgtermine.forms import questions as asked
from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.forms.fields import AddressField
from ozgtermine.forms.registration import LONGEST_WORD, RegistrationForm, name_checks
from ozgtermine.models import Event, Registration, Sector
from ozgtermine.operations.registering import Details
from ozgtermine.rules.registering import Mode
from ozgtermine.wording import N_


class DeputyForm(Form):
    """Who takes somebody's place."""

    given_name = StringField(
        N_("Vorname"), filters=[stripped], validators=name_checks(N_("Geben Sie den Vornamen ein"))
    )
    family_name = StringField(
        N_("Nachname"), filters=[stripped], validators=name_checks(N_("Geben Sie den Nachnamen ein"))
    )
    email = AddressField(
        N_("E-Mail-Adresse"),
        description=N_("Dorthin schicken wir einen Link, mit dem Ihre Vertretung die Anmeldung übernimmt."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie die E-Mail-Adresse ein")), at_most(LONGEST_WORD), is_readable(), is_address],
    )


class ChangeForm(RegistrationForm):
    """What a registered person can change; name and address are a deputy's business."""

    @classmethod
    def of_registration(cls, registration: Registration, data: MultiDict[str, str] | None = None) -> Self:
        event = registration.offer.event
        return cls.of(event, data, values=None if data is not None else _values(registration))

    def _fit(self, event: Event) -> None:
        super()._fit(event)
        for name in ("given_name", "family_name", "email", "website", "begun"):
            del self[name]
        if "colleagues" in self:
            del self.colleagues

    def changed(self, registration: Registration) -> Details:
        """Return the registration's details with what was typed."""
        question = self._fields.get("question")
        return Details(
            given_name=registration.given_name,
            family_name=registration.family_name,
            email=registration.email,
            mode=Mode(self.mode.data) if "mode" in self else registration.mode,
            organisation=self.organisation.data or "",
            sector=Sector(self.sector.data) if self.sector.data else None,
            question=question.data or "" if question else registration.question,
            answers=asked.answers(self, self.questions),
            consents=asked.consents(self, self.questions),
            language=self.language.data,
        )


def _values(registration: Registration) -> dict[str, Any]:
    return {
        "mode": (registration.waits_for_mode or registration.mode).value,
        "organisation": registration.organisation,
        "sector": registration.sector.value if registration.sector else "",
        "question": registration.question,
        "language": registration.language,
        **asked.answer_values(registration.offer.questions, registration.answers),
    }
