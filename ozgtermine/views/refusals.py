"""A rule's refusal as an error of the form that it is about, so that nothing typed is lost."""

from wtforms import Form

from ozgtermine.errors import Refusal
from ozgtermine.wording import translate


def show_in_form(form: Form, refusal: Refusal) -> None:
    """Add the refusal's sentence to the field it names, or to the form where it names none."""
    sentence = translate(refusal.sentence, "de", **refusal.values)
    if refusal.field in form:
        field = form[refusal.field]
        field.errors = [*field.errors, sentence]
    else:
        form.form_errors.append(sentence)
