"""Every field that holds personal data: what it is, why it is kept, on what ground, until when.

The record of processing activities (Art. 30 DSGVO) is made of this table, and a test compares it with the models.
"""

from dataclasses import dataclass

from ozgtermine.wording import N_

PUBLIC_TASK = N_("Art. 6 Abs. 1 Buchst. e DSGVO, § 4 DSAG LSA (öffentliche Aufgabe)")
CONSENT = N_("Art. 6 Abs. 1 Buchst. a DSGVO (Einwilligung)")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Columns of one table that serve one purpose."""

    table: str
    columns: tuple[str, ...]
    what: str
    purpose: str
    ground: str = PUBLIC_TASK
    until: str


WITH_THE_REGISTRATION = N_("mit der Anmeldung, siehe Fristen")
AFTER_THE_LAST_MEMBERSHIP = N_("Ende der letzten Mitgliedschaft und die Frist für Personen ohne Gruppe")

REGISTER = (
    Kept(
        table="registration",
        columns=("given_name", "family_name", "name_normalised", "email", "email_normalised", "organisation", "sector"),
        what=N_("Name, E-Mail-Adresse, Organisation und Bereich der Teilnehmenden"),
        purpose=N_("Plätze vergeben, zum Termin schreiben, Zielgruppen zählen"),
        until=WITH_THE_REGISTRATION,
    ),
    Kept(
        table="registration",
        columns=("question", "answers"),
        what=N_("Frage an den Termin und Antworten auf Zusatzfragen"),
        purpose=N_("den Termin vorbereiten"),
        until=N_("Ende des Termins, einzelne Antworten mit der Anmeldung"),
    ),
    Kept(
        table="registration",
        columns=("state", "mode", "reply", "waits_for_mode", "decision_reason", "has_attended", "person_id", "language",
                 "submission", "requested_at", "address_confirmed_at", "decided_at", "waiting_since", "claim_until",
                 "ended_at"),
        what=N_("Stand der Anmeldung mit Zeitpunkten, Entscheidung und Anwesenheit"),
        purpose=N_("Reihenfolge und Plätze nachweisen, Teilnahme bescheinigen"),
        until=WITH_THE_REGISTRATION,
    ),
    Kept(
        table="deputy",
        columns=("given_name", "family_name", "email"),
        what=N_("Name und E-Mail-Adresse einer Vertretung"),
        purpose=N_("die Anmeldung auf die Vertretung übertragen"),
        until=N_("Übernahme, sonst 72 Stunden"),
    ),
    Kept(
        table="consent",
        columns=("purpose", "wording", "given_at", "withdrawn_at"),
        what=N_("Einwilligungen mit Wortlaut und Zeitpunkt"),
        purpose=N_("freiwillige Angaben verarbeiten, die Einwilligung nachweisen"),
        ground=CONSENT,
        until=WITH_THE_REGISTRATION,
    ),
    Kept(
        table="address_link",
        columns=("email", "email_normalised"),
        what=N_("Adresse, an die ein Link zu den eigenen Daten ging"),
        purpose=N_("Auskunft geben (Art. 15 DSGVO)"),
        until=N_("24 Stunden"),
    ),
    Kept(
        table="personal_calendar",
        columns=("email_normalised", "created_at", "retired_at"),
        what=N_("Adresse, deren Termine ein persönlicher Kalender zeigt"),
        purpose=N_("eigene Termine im Kalenderprogramm"),
        until=N_("solange sonst etwas unter der Adresse gespeichert ist; eine ersetzte Kalenderadresse 90 Tage"),
    ),
    Kept(
        table="outgoing_mail",
        columns=("recipient", "recipient_normalised", "recipient_name", "subject", "text", "html", "calendar",
                 "registration_id"),
        what=N_("Mails an Teilnehmende und Konten"),
        purpose=N_("zusagen, erinnern, Änderungen mitteilen"),
        until=N_("die Frist für gesendete Mails, siehe Einstellungen"),
    ),
    Kept(
        table="person",
        columns=("given_name", "family_name", "email", "email_normalised", "organisation_id", "language",
                 "unneeded_since"),
        what=N_("Mitglieder und Leitungen der Arbeitsgruppen"),
        purpose=N_("Gruppen führen und zu ihren Terminen einladen"),
        until=AFTER_THE_LAST_MEMBERSHIP,
    ),
    Kept(
        table="membership",
        columns=("series_id", "person_id", "role", "starts_on", "ends_on"),
        what=N_("Wer in welcher Gruppe welche Rolle hat oder hatte"),
        purpose=N_("Rechte geben, Leitungen nennen, zu Terminen einladen"),
        until=AFTER_THE_LAST_MEMBERSHIP,
    ),
    Kept(
        table="programme_item",
        columns=("speakers",),
        what=N_("Namen und Funktionen derer, die auf einem Kongress sprechen; sie sind veröffentlicht"),
        purpose=N_("ankündigen und festhalten, wer worüber spricht"),
        until=N_("bis die Redaktion sie aus dem Programm nimmt, auf Wunsch sofort"),
    ),
    Kept(
        table="account",
        columns=("name", "email", "email_normalised", "person_id", "role", "password_hash", "totp_secret", "totp_step",
                 "oidc_subject", "created_at", "disabled_at", "last_signed_in_at", "language"),
        what=N_("Konten der Redaktion, der Leitungen und Mitglieder"),
        purpose=N_("Zugang sichern"),
        until=N_("mit der Person; Konten der Redaktion und der Administration, solange sie bestehen"),
    ),
)  # fmt: skip

HOLDS_NONE = {
    "registration": frozenset({"id", "offer_id", "invitation_sequence", "remind_of_claim_at", "reminded_for"}),
    "deputy": frozenset({"id", "registration_id", "token_hash", "expires_at"}),
    "consent": frozenset({"id", "registration_id"}),
    "address_link": frozenset({"id", "token_hash", "expires_at"}),
    "personal_calendar": frozenset({"id", "salt", "token_hash"}),
    "outgoing_mail": frozenset({
        "id", "message_id", "kind", "sender", "sender_name", "reply_to", "calendar_method", "priority", "state",
        "change_id", "created_at", "due_at", "leased_until", "attempts", "sent_at", "last_error",
    }),
    "person": frozenset({"id", "version", "uid"}),
    "membership": frozenset({"id"}),
    "programme_item": frozenset({
        "id", "programme_id", "uid", "kind", "title", "description", "day", "start_time", "end_time", "track",
        "room_id", "room_name", "position", "created_at", "changed_at", "sequence", "version",
    }),
    "account": frozenset({"id"}),
}  # fmt: skip
"""Table → columns that say nothing of a person."""
