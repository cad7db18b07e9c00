"""The extra questions of an offer as fields of its form."""

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, Form, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, StopValidation

from ozgtermine.forms.checks import Needed, at_most, is_readable, stripped
from ozgtermine.forms.fields import NumberNeeded, WholeNumber, between
from ozgtermine.models import OfferQuestion, QuestionKind
from ozgtermine.wording import N_, translate

LONGEST_ANSWER = 200
LONGEST_TEXT = 2_000
LARGEST_NUMBER = 1_000_000
YES_OR_NO = {"ja": N_("Ja"), "nein": N_("Nein")}
_NO_ANSWER: tuple[object, ...] = (None, "", [])
_ANSWER_FIRST = N_("Beantworten Sie die Frage „%(label)s“")
_WE_ASK = N_("Wir fragen, um %(purpose)s.")


def field_name(question: OfferQuestion) -> str:
    return f"frage_{question.id}"


def consent_name(question: OfferQuestion) -> str:
    return f"einwilligung_{question.id}"


def question_fields(questions: Sequence[OfferQuestion]) -> dict[str, Any]:
    """Return the attributes of a form that asks these questions, in their order."""
    fields: dict[str, Any] = {}
    for each in questions:
        fields[field_name(each)] = _field(each)
        if each.needs_consent:
            fields[consent_name(each)] = BooleanField(consent_wording(each), validators=[_agreed_if_answered(each)])
    return fields


def consent_wording(question: OfferQuestion) -> str:
    """Return the words of the consent, which are stored as they were read."""
    if question.kind is QuestionKind.CONSENT:
        return translate(N_("%(statement)s Ich kann das jederzeit widerrufen."), statement=question.label)
    sentence = N_("Ich willige ein, dass meine Antwort auf „%(label)s“ verarbeitet wird, um %(purpose)s. Ich kann das "
                  "jederzeit widerrufen.")  # fmt: skip
    purpose = question.purpose or translate(N_("den Termin vorzubereiten"))
    return translate(sentence, label=question.label, purpose=purpose)


def _field(question: OfferQuestion) -> Any:  # noqa: ANN401 - WTForms' unbound fields have no type
    missing = translate(_ANSWER_FIRST, label=question.label)
    required = Needed(missing) if question.is_required else Optional()
    about = {"description": translate(_WE_ASK, purpose=question.purpose) if question.purpose else ""}
    match question.kind:
        case QuestionKind.TEXT:
            checks = [required, at_most(LONGEST_ANSWER), is_readable()]
            return StringField(question.label, filters=[stripped], validators=checks, **about)
        case QuestionKind.LONG_TEXT:
            checks = [required, at_most(LONGEST_TEXT), is_readable(several_lines=True)]
            return TextAreaField(question.label, filters=[stripped], validators=checks, **about)
        case QuestionKind.CONSENT:
            return BooleanField(consent_wording(question), **about)
        case QuestionKind.NUMBER:
            number = NumberNeeded(missing) if question.is_required else Optional()
            in_range = between(0, LARGEST_NUMBER, N_("Geben Sie eine Zahl zwischen 0 und 1 000 000 ein."))
            return WholeNumber(question.label, validators=[number, in_range], **about)
        case QuestionKind.SEVERAL_OF:
            choices = [SelectChoice(each, each) for each in question.options]
            return SelectMultipleField(
                question.label, choices=choices, validators=[required, _offered(question)], validate_choice=False,
                **about,
            )  # fmt: skip
        case QuestionKind.ONE_OF:
            choices = [SelectChoice(each, each) for each in question.options]
        case QuestionKind.YES_NO:
            choices = [SelectChoice(value, translate(words)) for value, words in YES_OR_NO.items()]
    return RadioField(
        question.label, choices=choices, validators=[required, _offered(question)], validate_choice=False, **about
    )


def _offered(question: OfferQuestion) -> Any:  # noqa: ANN401 - a check of WTForms
    allowed = set(YES_OR_NO if question.kind is QuestionKind.YES_NO else question.options)

    def check(_form: Form, field: Field) -> None:
        given = field.data if isinstance(field.data, list) else [field.data or ""]
        if any(each and each not in allowed for each in given):
            raise StopValidation(translate(N_("Wählen Sie bei „%(label)s“ eine der Antworten"), label=question.label))

    return check


def _agreed_if_answered(question: OfferQuestion) -> Any:  # noqa: ANN401 - a check of WTForms
    def check(form: Form, field: Field) -> None:
        if form[field_name(question)].data not in _NO_ANSWER and not field.data:
            raise StopValidation(
                translate(N_("Ohne Einwilligung dürfen wir Ihre Antwort auf „%(label)s“ nicht speichern. Willigen Sie "
                             "ein, oder lassen Sie die Frage offen."), label=question.label)
            )

    return check


def answers(form: Form, questions: Sequence[OfferQuestion]) -> dict[str, Any]:
    """Return what was answered, by id of the question; what was left open is not in it."""
    given = {str(each.id): form[field_name(each)].data for each in questions}
    return {question: answer for question, answer in given.items() if answer is not False and answer not in _NO_ANSWER}


def consents(form: Form, questions: Sequence[OfferQuestion]) -> dict[str, str]:
    """Return the words of every consent that was given, by its purpose."""
    answered = [each for each in questions if form[field_name(each)].data not in _NO_ANSWER]
    agreed = [
        each for each in answered
        if (each.needs_consent and form[consent_name(each)].data)
        or (each.kind is QuestionKind.CONSENT and form[field_name(each)].data)
    ]  # fmt: skip
    return {consent_name(each): consent_wording(each) for each in agreed}


def answer_values(questions: Sequence[OfferQuestion], given: dict[str, Any]) -> dict[str, Any]:
    """Return stored answers as the values of the form's fields."""
    values = {field_name(each): given[str(each.id)] for each in questions if str(each.id) in given}
    agreed = {consent_name(each): True for each in questions if each.needs_consent and str(each.id) in given}
    return values | agreed


def in_words(questions: Sequence[OfferQuestion], given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each question that was answered, with the answer as text."""
    for each in questions:
        answer = given.get(str(each.id))
        if answer is None:
            continue
        if each.kind is QuestionKind.CONSENT:
            yield each.label, translate(YES_OR_NO["ja"])
        elif each.kind is QuestionKind.YES_NO:
            yield each.label, translate(YES_OR_NO.get(answer, str(answer)))
        else:
            yield each.label, ", ".join(answer) if isinstance(answer, list) else str(answer)
