"""What editors type about the terms of registration, of one event or as a series' defaults."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField, SelectField, StringField
from wtforms import TextAreaField as LongTextField
from wtforms.validators import Optional, ValidationError

from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import NumberNeeded, WholeNumber, between, choices
from ozgtermine.models import OfferQuestion, QuestionKind, RegistrationOffer, Sector, SeriesTerms
from ozgtermine.operations.setting_terms import QuestionDetails, TermsDetails
from ozgtermine.rendering.words import PROMOTIONS, QUESTION_KINDS, SECTORS
from ozgtermine.rules.registering import Promotion
from ozgtermine.wording import N_, translate

LONGEST_LINE = 200
MOST_QUESTIONS = 20
BLANK_ROWS = 2
FEWEST_CHOICES = 2
MOST_DAYS = 365
MOST_SEATS = 100_000
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+")
_ISSUE = re.compile(r"(0?[1-9]|1[0-2])/(\d{4})")
_LISTS = frozenset({QuestionKind.ONE_OF.value, QuestionKind.SEVERAL_OF.value})
NUMBER_NEEDED = NumberNeeded(N_("Geben Sie eine Zahl ein."))
A_DAY_NUMBER = between(0, MOST_DAYS, N_("Geben Sie eine Zahl zwischen 0 und 365 ein."))


class QuestionForm(Form):
    """One extra question; a row without a question is none."""

    question_id = HiddenField()
    label = StringField(N_("Frage"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_readable()])
    kind = SelectField(N_("Art der Antwort"), choices=choices(QUESTION_KINDS), default=QuestionKind.TEXT.value)
    purpose = StringField(
        N_("Wozu wir fragen"),
        description=N_("Ergänzt den Satz „Wir fragen, um …“, zum Beispiel: das Mittagessen zu bestellen."),
        filters=[stripped],
        validators=[at_most(LONGEST_LINE), is_readable()],
    )
    choices = LongTextField(
        N_("Antworten zur Auswahl, eine je Zeile"),
        filters=[stripped],
        validators=[at_most(5_000), is_readable(several_lines=True)],
    )
    is_required = BooleanField(N_("Muss beantwortet werden"))
    is_sensitive = BooleanField(
        N_("Besonders schützenswert"), description=N_("Gesundheit, Ernährung und Ähnliches: mit eigener Einwilligung.")
    )
    is_erased_early = BooleanField(N_("Antworten gleich nach dem Termin löschen"), default=True)
    is_removed = BooleanField(N_("Frage entfernen"))

    def validate_choices(self, field: LongTextField) -> None:
        lines = [line for line in (field.data or "").splitlines() if line.strip()]
        if self.is_asked and self.kind.data in _LISTS and len(lines) < FEWEST_CHOICES:
            raise ValidationError(translate(N_("Geben Sie mindestens zwei Antworten zur Auswahl ein, eine je Zeile.")))

    def validate_is_required(self, field: BooleanField) -> None:
        if field.data and self.kind.data == QuestionKind.CONSENT.value:
            raise ValidationError(translate(N_("Eine Einwilligung muss freiwillig sein.")))
        if field.data and self.is_sensitive.data:
            raise ValidationError(translate(N_("Eine schützenswerte Frage muss freiwillig sein.")))

    @property
    def is_asked(self) -> bool:
        return bool(self.label.data) and not self.is_removed.data

    def details(self) -> QuestionDetails:
        """Return what was typed, after `validate` has held."""
        return QuestionDetails(
            id=int(self.question_id.data) if (self.question_id.data or "").isdecimal() else None,
            kind=QuestionKind(self.kind.data),
            label=self.label.data,
            purpose=self.purpose.data,
            choices=self.choices.data,
            is_required=self.is_required.data,
            is_sensitive=self.is_sensitive.data,
            is_erased_early=self.is_erased_early.data,
        )


class TermsForm(Form):
    """Beyond policy and seats: when, for whom, how the line moves, what else is asked, how long it is kept."""

    opens_days_before = WholeNumber(
        N_("Anmeldung öffnet so viele Tage vorher"),
        description=N_("Um 8 Uhr. Leer: sofort, oder ab dem Tag in den Angaben zum Termin."),
        validators=[Optional(), A_DAY_NUMBER],
    )
    issue = StringField(
        N_("Öffnet mit der Newsletterausgabe (MM/JJJJ)"), filters=[stripped], validators=[at_most(LONGEST_LINE)]
    )
    closes_hours_before = WholeNumber(
        N_("Anmeldung schließt so viele Stunden vorher"),
        description=N_("Leer: mit dem Beginn."),
        validators=[Optional(), between(0, 24 * MOST_DAYS, N_("Geben Sie eine Zahl von 0 an ein."))],
    )
    has_waiting_list = BooleanField(N_("Warteliste, wenn alle Plätze vergeben sind"), default=True)
    promotion = RadioField(
        N_("Wird ein Platz frei"), choices=choices(PROMOTIONS), default=Promotion.AUTOMATIC.value,
        validators=[Needed(N_("Wählen Sie eine Möglichkeit aus"))],
    )  # fmt: skip
    claim_hours = WholeNumber(
        N_("Frist zum Annehmen in Arbeitsstunden"),
        description=N_("Montag bis Freitag von 8 bis 18 Uhr, ohne Feiertage: 10 sind ein Arbeitstag."),
        default=10,
        validators=[NUMBER_NEEDED, between(1, 200, N_("Geben Sie eine Zahl zwischen 1 und 200 ein."))],
    )
    eligibility = StringField(
        N_("Wer teilnehmen kann"), filters=[stripped], validators=[at_most(LONGEST_LINE), is_readable()]
    )
    mail_domains = StringField(
        N_("Nur mit Adressen dieser Domains"),
        description=N_("Mit Leerzeichen getrennt, zum Beispiel: sachsen-anhalt.de magdeburg.de. Leer: alle."),
        filters=[stripped],
        validators=[at_most(2_000), is_readable()],
    )
    largest_group = WholeNumber(
        N_("So viele Personen darf eine Anmeldung nennen"),
        default=1,
        validators=[NUMBER_NEEDED, between(1, 20, N_("Geben Sie eine Zahl zwischen 1 und 20 ein."))],
    )
    reminder_hours = WholeNumber(
        N_("Erinnerung so viele Stunden vorher"),
        description=N_("Leer: keine Erinnerung."),
        validators=[Optional(), between(1, 1_000, N_("Geben Sie eine Zahl zwischen 1 und 1000 ein."))],
    )
    retention_days = WholeNumber(
        N_("Angaben der Teilnehmenden so viele Tage nach dem Termin löschen"),
        default=30,
        validators=[NUMBER_NEEDED, between(0, MOST_DAYS, N_("Geben Sie eine Zahl zwischen 0 und 365 ein."))],
    )
    questions = FieldList(FormField(QuestionForm), N_("Zusatzfragen"), max_entries=MOST_QUESTIONS + BLANK_ROWS)

    @classmethod
    def of(
        cls, terms: RegistrationOffer | SeriesTerms | None, data: MultiDict[str, str] | None = None
    ) -> Self:
        """Return the form with a seat number per sector, filled with what holds or with `data`, and blank rows."""
        fields = {_quota_name(sector): _quota(words) for sector, words in SECTORS.items()}
        form: Self = type(cls.__name__, (cls,), fields)(data, data=_values(terms) if terms else {})
        if not isinstance(terms, RegistrationOffer):
            del form.issue
        else:
            del form.has_waiting_list, form.eligibility  # they are part of the event's own form
        if data is None:
            for _row in range(BLANK_ROWS):
                form.questions.append_entry()
        return form

    def quota_fields(self) -> list[Any]:
        return [self[_quota_name(sector)] for sector in SECTORS]

    def validate_mail_domains(self, field: StringField) -> None:
        wrong = [each for each in field.data.casefold().split() if not _DOMAIN.fullmatch(each)]
        if wrong:
            sentence = N_("„%(domain)s“ ist keine Domain. Schreiben Sie zum Beispiel: magdeburg.de")
            raise ValidationError(translate(sentence, domain=wrong[0]))

    def validate_issue(self, field: StringField) -> None:
        if field.data and not _ISSUE.fullmatch(field.data):
            raise ValidationError(translate(N_("Geben Sie die Ausgabe als MM/JJJJ ein, zum Beispiel 02/2023.")))

    def wanted_issue(self) -> tuple[int, int] | None:
        """Return year and month of the issue that was typed."""
        found = _ISSUE.fullmatch(self.issue.data) if "issue" in self and self.issue.data else None
        return (int(found[2]), int(found[1])) if found else None

    def details(self, terms: RegistrationOffer | SeriesTerms | None) -> TermsDetails:
        """Return what was typed, after `validate` has held; what another form is about stays as it is."""
        is_of_series = "has_waiting_list" in self
        quotas = {sector.value: self[_quota_name(sector)].data for sector in SECTORS}
        return TermsDetails(
            has_waiting_list=self.has_waiting_list.data if is_of_series or terms is None else terms.has_waiting_list,
            eligibility=self.eligibility.data if is_of_series or terms is None else terms.eligibility,
            promotion=Promotion(self.promotion.data),
            claim_hours=self.claim_hours.data,
            opens_days_before=self.opens_days_before.data,
            closes_hours_before=self.closes_hours_before.data,
            mail_domains=" ".join(self.mail_domains.data.casefold().split()),
            quotas={sector: seats for sector, seats in quotas.items() if seats is not None},
            largest_group=self.largest_group.data,
            reminder_hours=self.reminder_hours.data,
            retention_days=self.retention_days.data,
        )

    def question_details(self) -> list[QuestionDetails]:
        """Return the questions that are asked, in their order."""
        return [row.form.details() for row in self.questions if row.form.is_asked]


def _quota_name(sector: Sector) -> str:
    return f"quota_{sector.value}"


def _quota(words: str) -> WholeNumber:
    in_range = between(0, MOST_SEATS, N_("Geben Sie eine Zahl von 0 an ein."))
    return WholeNumber(words, validators=[Optional(), in_range])


def _values(terms: RegistrationOffer | SeriesTerms) -> Mapping[str, object]:
    issue = terms.opens_with_issue if isinstance(terms, RegistrationOffer) else None
    names = TermsDetails.__dataclass_fields__
    return {
        **{name: getattr(terms, name) for name in names if name not in ("quotas", "promotion")},
        "promotion": terms.promotion.value,
        "issue": f"{issue.month:02}/{issue.year}" if issue else "",
        **{f"quota_{sector}": seats for sector, seats in terms.quotas.items()},
        "questions": _rows(terms.questions),
    }


def _rows(questions: Sequence[OfferQuestion]) -> list[dict[str, object]]:
    return [
        {
            "question_id": each.id,
            "label": each.label,
            "kind": each.kind.value,
            "purpose": each.purpose,
            "choices": each.choices,
            "is_required": each.is_required,
            "is_sensitive": each.is_sensitive,
            "is_erased_early": each.is_erased_early,
        }
        for each in questions
    ]
