"""Fields of forms: label, hint and error belong to the control, and the error summary leads to it."""

import re

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length

from ozgtermine.rendering.templates import environment


class _Registration(Form):
    surname = StringField(
        "Nachname",
        [InputRequired("Geben Sie Ihren Nachnamen ein"), Length(max=80)],
        description="Wie im Ausweis.",
        render_kw={"autocomplete": "family-name"},
    )
    office = StringField("Behörde")
    mode = RadioField(
        "Teilnahme",
        [InputRequired("Wählen Sie, wie Sie teilnehmen möchten")],
        choices=[SelectChoice("online", "Online")],
    )
    agreed = BooleanField("Einverstanden", [InputRequired("Bestätigen Sie die Hinweise")])


def _fields() -> object:
    return environment().get_template("macros/fields.html").module


def _rendered(macro: str, argument: object) -> str:
    return re.sub(r"\s+", " ", str(getattr(_fields(), macro)(argument))).replace("> <", "><").strip()


def _rejected() -> _Registration:
    form = _Registration(MultiDict({"office": "Stadt Halle (Saale)"}))
    assert not form.validate()
    return form


def test_a_field_carries_its_hint_and_no_constraint_of_the_browser() -> None:
    assert _rendered("text", _Registration().surname) == (
        '<div class="kern-form-input"><label class="kern-label" for="surname">Nachname</label>'
        '<div class="kern-hint" id="surname-hint">Wie im Ausweis.</div>'
        '<input aria-describedby="surname-hint" autocomplete="family-name" class="kern-form-input__input" '
        'id="surname" name="surname" type="text" value=""></div>'
    )


def test_a_rejected_field_is_marked_and_described_by_hint_and_error() -> None:
    shown = _rendered("text", _rejected().surname)
    assert 'aria-describedby="surname-hint surname-error" aria-invalid="true"' in shown
    assert '<span class="kern-sr-only">Fehler: </span>Geben Sie Ihren Nachnamen ein</span>' in shown


def test_what_may_stay_empty_says_so() -> None:
    form = _Registration()
    assert '<span class="kern-label__optional"> – Optional</span>' in _rendered("text", form.office)
    assert "Optional" not in _rendered("text", form.surname)


def test_what_was_typed_stays() -> None:
    assert 'value="Stadt Halle (Saale)"' in _rendered("text", _rejected().office)


def test_the_summary_leads_to_each_rejected_field_in_the_same_words() -> None:
    links = re.findall(r'<a [^>]*href="#([^"]+)">([^<]+)</a>', _rendered("error_summary", _rejected()))
    assert links == [
        ("surname", "Geben Sie Ihren Nachnamen ein"),
        ("mode", "Wählen Sie, wie Sie teilnehmen möchten"),
        ("agreed", "Bestätigen Sie die Hinweise"),
    ]


def test_every_link_of_the_summary_finds_its_target() -> None:
    form = _rejected()
    assert 'id="surname" name="surname"' in _rendered("text", form.surname)
    assert '<fieldset class="kern-fieldset kern-fieldset--error" id="mode" tabindex="-1"' in _rendered(
        "radios", form.mode
    )
    assert 'id="agreed"' in _rendered("checkbox", form.agreed)


def test_a_fresh_form_has_no_summary_and_a_plain_title() -> None:
    assert _rendered("error_summary", _Registration()) == ""
    assert _rendered("title_prefix", _Registration()) == ""


def test_the_title_of_a_rejected_form_begins_with_the_error() -> None:
    assert _rendered("title_prefix", _rejected()) == "Fehler:"
