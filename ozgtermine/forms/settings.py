"""What administrators set, a form for each page; what the operator has fixed is not among its fields."""

from collections.abc import Mapping
from typing import Any, Self

from wtforms import BooleanField, Field, Form, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from ozgtermine.config import Settings
from ozgtermine.forms.checks import Needed, at_most, is_address, is_readable, stripped
from ozgtermine.forms.fields import WholeNumber, between, choices
from ozgtermine.models.setting import SettingsGroup
from ozgtermine.rendering.settings import LABELS
from ozgtermine.rendering.words import MODES, POLICIES
from ozgtermine.rules.retention import Period, period
from ozgtermine.wording import N_, translate

LONGEST_LINE = 200
LONGEST_TEXT = 100_000
MOST_MAILS_PER_MINUTE = 6_000
DAY_MINUTES = 24 * 60
CHOOSE = Needed(N_("Wählen Sie eine Möglichkeit aus"))


class SettingsForm(Form):
    """Fields are named like the settings."""

    @classmethod
    def of(cls, settings: Settings, data: Mapping[str, str] | None = None) -> Self:
        """Return the form filled with `data`, or before that with the settings in force."""
        form = cls(data, data={name: getattr(settings, name) for name in cls()._fields})
        for name in settings.fixed:
            if name in form:
                del form[name]
        return form

    def values(self) -> dict[str, Any]:
        """Return the settings that were typed, after `validate` has held."""
        return {field.name: field.data for field in self}


class OrganisationForm(SettingsForm):
    name = StringField(
        LABELS["name"],
        description=N_("Steht oben auf jeder Seite, in Kalendern und als Absender, wenn dort kein anderer steht."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Namen des Angebots ein")), at_most(60), is_readable()],
    )
    organisation = StringField(
        LABELS["organisation"],
        description=N_("Steht oben und unten auf jeder Seite, im Impressum und unter jeder Mail."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie den Namen der Organisation ein")), at_most(LONGEST_LINE), is_readable()],
    )
    organisation_address = StringField(
        LABELS["organisation_address"],
        description=N_("Straße und Hausnummer, Postleitzahl und Ort, mit Komma getrennt."),
        filters=[stripped],
        validators=[Needed(N_("Geben Sie die Anschrift ein")), at_most(LONGEST_LINE), is_readable()],
    )
    contact_email = StringField(
        LABELS["contact_email"],
        description=N_("Steht im Impressum und dort, wo jemand nicht weiterkommt. Reihen können eine eigene haben."),
        filters=[stripped],
        validators=[
            Needed(N_("Geben Sie eine E-Mail-Adresse für Fragen ein")),
            at_most(LONGEST_LINE),
            is_readable(),
            is_address,
        ],
    )  # fmt: skip
    show_state_banner = BooleanField(LABELS["show_state_banner"])


class MailForm(SettingsForm):
    mail_from = StringField(
        LABELS["mail_from"],
        description=N_("Ihr Mailserver muss für diese Adresse senden dürfen (SPF, DKIM). Sie steht auch in Einladungen "
                       "als Organisator; ändern Sie sie selten."),
        filters=[stripped],
        validators=[
            Needed(N_("Geben Sie die Absenderadresse ein")), at_most(LONGEST_LINE), is_readable(), is_address,
        ],
    )  # fmt: skip
    mail_from_name = StringField(
        LABELS["mail_from_name"],
        description=N_("Leer: der Name des Angebots."),
        filters=[stripped],
        validators=[at_most(60), is_readable()],
    )
    reply_to = StringField(
        LABELS["reply_to"],
        description=N_("Leer: die E-Mail-Adresse für Fragen. Hat eine Reihe eine eigene, gilt diese."),
        filters=[stripped],
        validators=[Optional(), at_most(LONGEST_LINE), is_readable(), is_address],
    )
    mails_per_minute = WholeNumber(
        LABELS["mails_per_minute"],
        description=N_("Was Ihr Mailserver (Relay) verträgt. Bestätigungen gehen immer vor Rundmails."),
        validators=[
            Needed(N_("Geben Sie ein, wie viele Mails in der Minute hinausgehen dürfen")),
            between(1, MOST_MAILS_PER_MINUTE, N_("Geben Sie eine Zahl von 1 bis 6000 ein.")),
        ],
    )


class DefaultsForm(SettingsForm):
    new_series_mode = RadioField(LABELS["new_series_mode"], choices=choices(MODES), validators=[CHOOSE])
    new_series_policy = RadioField(LABELS["new_series_policy"], choices=choices(POLICIES), validators=[CHOOSE])
    new_series_duration_minutes = WholeNumber(
        LABELS["new_series_duration_minutes"],
        validators=[
            Needed(N_("Geben Sie die übliche Dauer in Minuten ein")),
            between(1, DAY_MINUTES, N_("Geben Sie eine Dauer zwischen 1 und 1440 Minuten ein.")),
        ],
    )


def _days(setting: str) -> Field:
    """Return the field of a period; beside it stands the reason."""
    about: Period = period(setting)
    sentence = translate(
        N_("Geben Sie eine Zahl von %(least)s bis %(most)s ein."), least=about.least_days, most=about.most_days
    )
    return WholeNumber(
        LABELS[setting],
        description=about.reason,
        validators=[Needed(sentence), between(about.least_days, about.most_days, sentence)],
    )


class RetentionForm(SettingsForm):
    sent_mails_days = _days("sent_mails_days")
    form_drafts_days = _days("form_drafts_days")
    sign_in_notes_days = _days("sign_in_notes_days")
    audit_days = _days("audit_days")
    people_days = _days("people_days")


class SignInForm(SettingsForm):
    require_second_factor = BooleanField(
        LABELS["require_second_factor"],
        description=N_("Einen Einmalcode oder Passkey. Wer noch keinen hat, richtet ihn bei der nächsten Anmeldung ein "
                       "und kann bis dahin nichts ändern. Ohne Häkchen genügt ein Passwort: Das empfehlen wir nicht."),
    )  # fmt: skip


class LegalTextForm(Form):
    text = TextAreaField(
        N_("Text"),
        description=N_("In Markdown: ## Überschrift, - Aufzählung, **fett**, [Linktext](https://…). HTML wird als Text "
                       "gezeigt. Leer: Der mitgelieferte Text gilt wieder."),
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        validators=[at_most(LONGEST_TEXT), is_readable(several_lines=True)],
    )  # fmt: skip


FORMS: dict[SettingsGroup, type[SettingsForm]] = {
    SettingsGroup.ORGANISATION: OrganisationForm,
    SettingsGroup.MAIL: MailForm,
    SettingsGroup.DEFAULTS: DefaultsForm,
    SettingsGroup.RETENTION: RetentionForm,
    SettingsGroup.SIGN_IN: SignInForm,
}
