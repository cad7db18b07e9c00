"""What the settings are called, and their values in words; legal texts are called like their pages."""

from typing import Any

from ozgtermine.models.setting import LEGAL_TEXTS, legal_setting
from ozgtermine.rendering.legal import TITLES
from ozgtermine.rendering.words import MODES, POLICIES
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.wording import N_, translate

LABELS: dict[str, str] = {
    "name": N_("Name des Angebots"),
    "organisation": N_("Organisation"),
    "organisation_address": N_("Anschrift"),
    "contact_email": N_("E-Mail-Adresse für Fragen"),
    "show_state_banner": N_("Oben „Eine offizielle Website des Landes Sachsen-Anhalt“ mit der Landesflagge zeigen"),
    "mail_from": N_("Absenderadresse"),
    "mail_from_name": N_("Name des Absenders"),
    "reply_to": N_("Antworten gehen an"),
    "mails_per_minute": N_("Höchstens so viele Mails in der Minute"),
    "new_series_mode": N_("Wie nimmt man teil?"),
    "new_series_policy": N_("Anmeldung"),
    "new_series_duration_minutes": N_("Übliche Dauer in Minuten"),
    "sent_mails_days": N_("Gesendete Mails, in Tagen"),
    "form_drafts_days": N_("Nicht gespeicherte Eingaben, in Tagen"),
    "sign_in_notes_days": N_("An- und Abmeldungen im Protokoll, in Tagen"),
    "audit_days": N_("Änderungen im Protokoll, in Tagen"),
    "people_days": N_("Personen ohne Gruppe und ihre Konten, in Tagen"),
    "require_second_factor": N_("Redaktion und Administration brauchen einen zweiten Faktor"),
}
_LEGAL = {legal_setting(text): TITLES[text] for text in LEGAL_TEXTS}


def setting_name(name: str) -> str:
    """Return what the setting of that name is called."""
    if name in _LEGAL:
        return translate(N_("Rechtstext: %(title)s"), title=translate(_LEGAL[name]))
    return translate(LABELS.get(name, name))


def setting_value(name: str, value: Any) -> str:  # noqa: ANN401 - a setting of any type
    """Return the value of a setting in words, nothing where there is none."""
    if isinstance(value, bool):
        return translate(N_("ja") if value else N_("nein"))
    if name == "new_series_mode" and value in set(Mode):
        return translate(MODES[Mode(value)])
    if name == "new_series_policy" and value in set(Policy):
        return translate(POLICIES[Policy(value)])
    return "" if value is None else str(value)
