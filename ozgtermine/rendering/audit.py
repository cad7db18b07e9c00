"""The record in German: who did what to which thing, and each column before and after in words.

Ids become the names of what they point to (`Names`, looked up by `queries.audit`); secrets are only "geändert".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Time

from ozgtermine.models import (
    AccountRole,
    Audience,
    AuditAct,
    AuditEntry,
    Base,
    Cadence,
    DocumentKind,
    EventStatus,
    ItemKind,
    MembershipRole,
    ProgrammeState,
    QuestionKind,
    Reply,
    Sector,
    SeriesKind,
    SignInMethod,
    TopicKind,
)
from ozgtermine.models.base import UtcDateTime
from ozgtermine.rendering.dates import clock, numeric_day, short_instant
from ozgtermine.rendering.documents import KIND_NAMES
from ozgtermine.rendering.settings import setting_name, setting_value
from ozgtermine.rendering.words import (
    ACCOUNT_ROLES,
    AUDIENCES,
    ITEM_KINDS,
    MEMBERSHIP_ROLES,
    MODES,
    POLICIES,
    PRECISIONS,
    PROGRAMME_STATES,
    PROMOTIONS,
    QUESTION_KINDS,
    SECTORS,
    SERIES_KINDS,
    SIGN_IN_METHODS,
    STATES,
    TOPIC_KINDS,
    VISIBILITIES,
)
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode, Policy, Promotion, State
from ozgtermine.rules.schedule import Precision
from ozgtermine.wording import N_, translate

Names = Mapping[tuple[str, int], str]

NOTHING = "–"
LONGEST_INLINE = 60
LONGEST_OPEN = 1_000


@dataclass(frozen=True)
class Thing:
    """What a table's row is called alone ("Termin") and as an object ("den Termin")."""

    name: str
    object: str


THINGS: dict[str, Thing] = {
    "event": Thing(N_("Termin"), N_("den Termin")),
    "access": Thing(N_("Zugang"), N_("den Zugang")),
    "registration_offer": Thing(N_("Anmeldeangebot"), N_("das Anmeldeangebot")),
    "series_terms": Thing(N_("Vorgaben der Reihe"), N_("die Vorgaben der Reihe")),
    "offer_question": Thing(N_("Zusatzfrage"), N_("die Zusatzfrage")),
    "consent": Thing(N_("Einwilligung"), N_("eine Einwilligung")),
    "registration": Thing(N_("Anmeldung"), N_("eine Anmeldung")),
    "programme": Thing(N_("Programm"), N_("das Programm")),
    "programme_item": Thing(N_("Programmpunkt"), N_("den Programmpunkt")),
    "document": Thing(N_("Unterlage"), N_("die Unterlage")),
    "document_version": Thing(N_("Fassung einer Unterlage"), N_("eine Fassung der Unterlage")),
    "series": Thing(N_("Reihe"), N_("die Reihe")),
    "mirror": Thing(N_("Abruf eines Kalenders"), N_("den Abruf eines Kalenders")),
    "project": Thing(N_("Projekt"), N_("das Projekt")),
    "venue": Thing(N_("Ort"), N_("den Ort")),
    "room": Thing(N_("Raum"), N_("den Raum")),
    "organisation": Thing(N_("Organisation"), N_("die Organisation")),
    "person": Thing(N_("Person"), N_("die Person")),
    "membership": Thing(N_("Mitgliedschaft"), N_("die Mitgliedschaft")),
    "account": Thing(N_("Konto"), N_("das Konto")),
    "passkey": Thing(N_("Passkey"), N_("den Passkey")),
    "newsletter_issue": Thing(N_("Newsletterausgabe"), N_("die Newsletterausgabe")),
    "setting": Thing(N_("Einstellung"), N_("die Einstellung")),
    "outgoing_mail": Thing(N_("Mail"), N_("eine Mail")),
    "audit_entry": Thing(N_("Protokoll"), N_("das Protokoll")),
}

ACTS: dict[AuditAct, str] = {
    AuditAct.CREATED: N_("Angelegt"),
    AuditAct.CHANGED: N_("Geändert"),
    AuditAct.REMOVED: N_("Gelöscht"),
    AuditAct.TAKEN_BACK: N_("Zurückgenommen"),
    AuditAct.VIEWED: N_("Angesehen"),
    AuditAct.EXPORTED: N_("Exportiert"),
    AuditAct.WROTE: N_("Nachricht verschickt"),
    AuditAct.SIGNED_IN: N_("Angemeldet"),
    AuditAct.SIGN_IN_FAILED: N_("Anmeldung gescheitert"),
    AuditAct.SIGNED_OUT: N_("Abgemeldet"),
}

SAID_IN_THE_SENTENCE = frozenset({AuditAct.VIEWED, AuditAct.EXPORTED, AuditAct.WROTE, AuditAct.SIGN_IN_FAILED})
_SENTENCES: dict[AuditAct, str] = {
    AuditAct.CREATED: N_("%(author)s hat %(thing)s angelegt"),
    AuditAct.CHANGED: N_("%(author)s hat %(thing)s geändert"),
    AuditAct.REMOVED: N_("%(author)s hat %(thing)s gelöscht"),
    AuditAct.TAKEN_BACK: N_("%(author)s hat die letzte Änderung zurückgenommen: %(thing)s"),
    AuditAct.VIEWED: N_("%(author)s hat etwas angesehen: %(thing)s"),
    AuditAct.EXPORTED: N_("%(author)s hat etwas exportiert: %(thing)s"),
    AuditAct.WROTE: N_("%(author)s hat Teilnehmenden geschrieben: %(thing)s"),
    AuditAct.SIGNED_IN: N_("%(author)s hat sich angemeldet"),
    AuditAct.SIGN_IN_FAILED: N_("Eine Anmeldung ist gescheitert: %(thing)s"),
    AuditAct.SIGNED_OUT: N_("%(author)s hat sich abgemeldet"),
}
_MOVED = N_("%(author)s hat %(thing)s verlegt")
_CANCELLED = N_("%(author)s hat %(thing)s abgesagt")
_RESTORED = N_("%(author)s hat die Absage zurückgenommen: %(thing)s")
_PUBLISHED = N_("%(author)s hat %(thing)s veröffentlicht")
_HIDDEN = N_("%(author)s hat %(thing)s verborgen")

COMMON: dict[str, str] = {
    "series_id": N_("Reihe"),
    "event_id": N_("Termin"),
    "project_id": N_("Projekt"),
    "person_id": N_("Person"),
    "organisation_id": N_("Organisation"),
    "venue_id": N_("Ort"),
    "room_id": N_("Raum"),
    "document_id": N_("Unterlage"),
    "account_id": N_("Konto"),
    "slug": N_("Adresse der Seite"),
    "title": N_("Titel"),
    "name": N_("Name"),
    "kind": N_("Art"),
    "description": N_("Beschreibung"),
    "website": N_("Website"),
    "language": N_("Sprache"),
    "visibility": N_("Wer es sieht"),
    "published_at": N_("Veröffentlicht ab"),
    "starts_on": N_("Beginn"),
    "ends_on": N_("Ende"),
    "number": N_("Laufende Nummer"),
    "note": N_("Anmerkung"),
    "email": N_("E-Mail-Adresse"),
    "contact_email": N_("E-Mail-Adresse für Fragen"),
    "given_name": N_("Vorname"),
    "family_name": N_("Nachname"),
    "phone": N_("Telefon"),
    "role": N_("Rolle"),
    "sector": N_("Verwaltungsebene"),
    "mode": N_("Teilnahme"),
    "created_at": N_("Angelegt am"),
    "created_by_id": N_("Angelegt von"),
}
TERMS: dict[str, str] = {
    "has_waiting_list": N_("Warteliste"),
    "promotion": N_("Nachrücken"),
    "claim_hours": N_("Frist zum Annehmen in Arbeitsstunden"),
    "opens_days_before": N_("Öffnet so viele Tage vorher"),
    "closes_hours_before": N_("Schließt so viele Stunden vorher"),
    "eligibility": N_("Wer teilnehmen kann"),
    "mail_domains": N_("Zugelassene Mail-Domains"),
    "quotas": N_("Kontingente"),
    "largest_group": N_("Personen je Anmeldung"),
    "reminder_hours": N_("Erinnerung so viele Stunden vorher"),
    "retention_days": N_("Aufbewahrung in Tagen nach dem Termin"),
}
COLUMNS: dict[str, dict[str, str]] = {
    "event": {
        "topic": N_("Thema"),
        "topic_kind": N_("Art des Themas"),
        "recap": N_("Rückblick"),
        "starts_on": N_("Tag"),
        "ends_on": N_("Letzter Tag"),
        "start_time": N_("Beginn"),
        "end_time": N_("Ende"),
        "precision": N_("Wie genau der Tag feststeht"),
        "zone": N_("Zeitzone"),
        "status": N_("Stand"),
        "cancelled_at": N_("Abgesagt am"),
        "cancellation_reason": N_("Grund der Absage"),
        "moved_at": N_("Verlegt am"),
        "moved_from_on": N_("Ursprünglicher Tag"),
        "moved_from_time": N_("Ursprünglicher Beginn"),
        "move_reason": N_("Grund der Verlegung"),
        "number_of_attendees": N_("Zahl der Teilnehmenden"),
        "attendees_estimated": N_("Zahl geschätzt"),
    },
    "access": {
        "link": N_("Link zur Videokonferenz"),
        "phone": N_("Telefon zur Einwahl"),
        "pin": N_("PIN"),
        "audience": N_("Wer die Zugangsdaten sieht"),
        "visible_from": N_("Sichtbar ab"),
    },
    "registration_offer": {
        "policy": N_("Anmeldung"),
        "external_url": N_("Adresse der Anmeldung beim Veranstalter"),
        "opens_at": N_("Anmeldung möglich ab"),
        "closes_at": N_("Anmeldung möglich bis"),
        "seats_on_site": N_("Plätze vor Ort"),
        "seats_online": N_("Plätze online"),
        "opens_with_issue_id": N_("Öffnet mit der Newsletterausgabe"),
        **TERMS,
    },
    "series_terms": TERMS,
    "offer_question": {
        "offer_id": N_("Anmeldeangebot"),
        "terms_id": N_("Vorgaben der Reihe"),
        "label": N_("Frage"),
        "purpose": N_("Wozu wir fragen"),
        "choices": N_("Antworten zur Auswahl"),
        "is_required": N_("Pflicht"),
        "is_sensitive": N_("Besonders schützenswert"),
        "is_erased_early": N_("Antwort wird am Ende des Termins gelöscht"),
    },
    "consent": {
        "registration_id": N_("Anmeldung"),
        "purpose": N_("Zweck"),
        "wording": N_("Wortlaut"),
        "given_at": N_("Erteilt am"),
        "withdrawn_at": N_("Widerrufen am"),
    },
    "registration": {
        "offer_id": N_("Anmeldeangebot"),
        "state": N_("Stand"),
        "organisation": N_("Organisation"),
        "question": N_("Frage"),
        "reply": N_("Antwort auf die Einladung"),
        "requested_at": N_("Eingang"),
        "address_confirmed_at": N_("Adresse bestätigt am"),
        "decided_at": N_("Entschieden am"),
        "waiting_since": N_("Auf der Warteliste seit"),
        "ended_at": N_("Beendet am"),
        "answers": N_("Antworten auf die Zusatzfragen"),
        "decision_reason": N_("Begründung"),
        "waits_for_mode": N_("Wartet auf einen Platz"),
        "claim_until": N_("Platz angeboten bis"),
        "has_attended": N_("War dabei"),
    },
    "programme": {"state": N_("Stand des Programms"), "as_of": N_("Stand (Tag)")},
    "programme_item": {
        "programme_id": N_("Programm"),
        "day": N_("Tag des Termins"),
        "start_time": N_("Beginn"),
        "end_time": N_("Ende"),
        "track": N_("Strang"),
        "room_name": N_("Raum, frei benannt"),
        "speakers": N_("Mitwirkende"),
        "position": N_("Reihenfolge"),
    },
    "document_version": {
        "number": N_("Fassung"),
        "sha256": N_("Prüfsumme"),
        "size_bytes": N_("Größe in Byte"),
        "media_type": N_("Dateityp"),
        "file_name": N_("Dateiname"),
        "uploaded_at": N_("Hochgeladen am"),
        "uploaded_by_id": N_("Hochgeladen von"),
    },
    "project": {
        "cadence": N_("Rhythmus nach dem Plenum"),
        "plenary_weekday": N_("Wochentag des Plenums"),
    },
    "series": {
        "singular": N_("So heißt ein einzelner Termin"),
        "kind": N_("Art der Reihe"),
        "colour": N_("Farbe"),
        "position": N_("Platz in der Liste"),
        "number_in_project": N_("Nummer im Projekt"),
        "organiser_id": N_("Veranstalter"),
        "is_foreign": N_("Jemand anderes veranstaltet"),
        "interval_weeks": N_("Abstand in Wochen"),
        "kick_off_on": N_("Auftakt"),
        "default_start_time": N_("Übliche Uhrzeit"),
        "default_duration_minutes": N_("Übliche Dauer in Minuten"),
        "default_mode": N_("Übliche Teilnahme"),
        "default_venue_id": N_("Üblicher Ort"),
        "default_policy": N_("Übliche Anmeldung"),
        "default_seats_on_site": N_("Übliche Plätze vor Ort"),
        "default_seats_online": N_("Übliche Plätze online"),
    },
    "mirror": {"address": N_("Adresse des Kalenders")},
    "venue": {
        "street": N_("Straße"),
        "postal_code": N_("Postleitzahl"),
        "city": N_("Stadt"),
        "accessibility": N_("Barrierefreiheit"),
        "accessibility_contact": N_("Ansprechperson für Barrierefreiheit"),
    },
    "room": {"capacity": N_("Plätze")},
    "organisation": {"short_name": N_("Kurzname"), "is_pilot": N_("Pilotkommune")},
    "person": {},
    "membership": {"starts_on": N_("Von"), "ends_on": N_("Bis")},
    "account": {
        "password_hash": N_("Passwort"),
        "totp_secret": N_("Einmalcodes (TOTP)"),
        "oidc_subject": N_("Anmeldung über das Ministerium"),
        "session_epoch": N_("Sitzungen beendet"),
        "disabled_at": N_("Gesperrt am"),
        "last_signed_in_at": N_("Zuletzt angemeldet am"),
    },
    "newsletter_issue": {
        "year": N_("Jahr"),
        "month": N_("Monat"),
        "cut_off_on": N_("Redaktionsschluss"),
        "imported_at": N_("Übernommen am"),
    },
    "setting": {"name": N_("Einstellung"), "value": N_("Wert")},
}

WORDS: dict[type[StrEnum], Mapping[Any, str]] = {
    Audience: AUDIENCES,
    Mode: MODES,
    Policy: POLICIES,
    Sector: SECTORS,
    SeriesKind: SERIES_KINDS,
    State: STATES,
    TopicKind: TOPIC_KINDS,
    Visibility: VISIBILITIES,
    DocumentKind: KIND_NAMES,
    ItemKind: ITEM_KINDS,
    ProgrammeState: PROGRAMME_STATES,
    Precision: {**PRECISIONS, Precision.MINUTE: N_("Tag und Uhrzeit stehen fest")},
    EventStatus: {
        EventStatus.CONFIRMED: N_("findet statt"),
        EventStatus.TENTATIVE: N_("vorläufig"),
        EventStatus.CANCELLED: N_("abgesagt"),
    },
    Promotion: PROMOTIONS,
    Cadence: {
        Cadence.CONTINUE: N_("Der Rhythmus läuft weiter"),
        Cadence.RESTART: N_("Der Rhythmus beginnt neu"),
    },
    Reply: {Reply.YES: N_("ja"), Reply.MAYBE: N_("vielleicht"), Reply.NO: N_("nein")},
    QuestionKind: QUESTION_KINDS,
    MembershipRole: MEMBERSHIP_ROLES,
    AccountRole: ACCOUNT_ROLES,
}
_WEEKDAYS = (
    N_("Montag"), N_("Dienstag"), N_("Mittwoch"), N_("Donnerstag"), N_("Freitag"), N_("Samstag"), N_("Sonntag"),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One column in words, before and after; of a secret only that it changed."""

    name: str
    before: str
    after: str
    is_secret: bool = False

    @property
    def is_short(self) -> bool:
        return max(len(self.before), len(self.after)) <= LONGEST_INLINE

    @property
    def is_very_long(self) -> bool:
        return max(len(self.before), len(self.after)) > LONGEST_OPEN


def thing_name(thing: str) -> str:
    """Return what a row of that table is called."""
    return translate(THINGS[thing].name) if thing in THINGS else thing


def sentence(entry: AuditEntry, names: Names) -> str:
    """Return who did what: "Erika Muster hat den Termin „…“ verlegt: Tag 22.02.2023 → 01.03.2023"."""
    words = _sentence_of(entry)
    named = _named(entry, alone=words.endswith(": %(thing)s"))
    if entry.note and entry.act in SAID_IN_THE_SENTENCE:
        named = f"{entry.note} ({named})" if entry.title else entry.note
    said = translate(words, author=translate(entry.author), thing=named)
    inside = ", ".join(f"{each.name} {each.before} → {each.after}" for each in changes_inside(entry, names))
    return f"{said}: {inside}" if inside else said


def note_in_words(entry: AuditEntry) -> str:
    """Return what stands below the sentence: of a sign-in by what and where from, else what was noted."""
    if entry.act in SAID_IN_THE_SENTENCE:
        return ""
    method, comma, device = entry.note.partition(", ")
    if entry.act is AuditAct.SIGNED_IN and method in set(SignInMethod):
        return translate(SIGN_IN_METHODS[SignInMethod(method)]) + comma + device
    return entry.note


def changes_inside(entry: AuditEntry, names: Names) -> list[Change]:
    """Return the changes that the sentence says itself: of a move the new date, else one short change alone."""
    if entry.act is not AuditAct.CHANGED:
        return []
    changes = changes_of(entry, names)
    if _sentence_of(entry) is _MOVED:
        dates = {column_name("event", name) for name in ("starts_on", "start_time")}
        return [each for each in changes if each.name in dates]
    is_said = len(changes) == 1 and changes[0].is_short and not changes[0].is_secret
    return changes if is_said and _sentence_of(entry) is _SENTENCES[AuditAct.CHANGED] else []


def _named(entry: AuditEntry, *, alone: bool) -> str:
    known = THINGS.get(entry.thing)
    noun = (translate(known.name if alone else known.object)) if known else entry.thing
    title = setting_name(entry.title) if entry.thing == "setting" else entry.title
    return translate(N_("%(noun)s „%(title)s“"), noun=noun, title=title) if title else noun


def _sentence_of(entry: AuditEntry) -> str:
    if entry.act is AuditAct.CREATED and entry.thing == "setting":
        return _SENTENCES[AuditAct.CHANGED]
    if entry.act is not AuditAct.CHANGED:
        return _SENTENCES[entry.act]
    special = (words for column, holds, words in _SPECIAL if column in entry.changes and holds(*entry.changes[column]))
    return next(special, _SENTENCES[AuditAct.CHANGED])


_SPECIAL: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("status", lambda _before, after: after == EventStatus.CANCELLED, _CANCELLED),
    ("status", lambda before, _after: before == EventStatus.CANCELLED, _RESTORED),
    ("moved_at", lambda _before, after: after is not None, _MOVED),
    ("published_at", lambda _before, after: after is not None, _PUBLISHED),
    ("published_at", lambda before, _after: before is not None, _HIDDEN),
)


def changes_of(entry: AuditEntry, names: Names) -> list[Change]:
    """Return the changed columns in the order of the table; of a setting, whose name is its title, the value."""
    order = {name: position for position, name in enumerate(_columns(entry.thing))}
    found = sorted(entry.changes.items(), key=lambda pair: order.get(pair[0], len(order)))
    if entry.thing == "setting":
        found = [("value", entry.changes.get("value", [None, ""]))]
    return [_change(entry, name, before, after, names) for name, (before, after) in found]


def _change(entry: AuditEntry, name: str, before: Any, after: Any, names: Names) -> Change:  # noqa: ANN401 - JSON
    column = _columns(entry.thing).get(name)
    label = column_name(entry.thing, name)
    if before is None and after is None:
        return Change(label, "", translate(N_("geändert")), is_secret=True)
    if entry.thing == "setting":
        unset = translate(N_("Vorgabe"))
        return Change(label, setting_value(entry.title, before) or unset, setting_value(entry.title, after) or unset)
    return Change(label, value_in_words(column, before, names), value_in_words(column, after, names))


def column_name(thing: str, column: str) -> str:
    """Return what the column is called, its own name where nobody has given it a German one."""
    return translate(COLUMNS.get(thing, {}).get(column) or COMMON.get(column) or column)


def _columns(thing: str) -> dict[str, Column[Any]]:
    """Return the columns of that table by their names; none where the table is no more."""
    table = Base.metadata.tables.get(thing)
    return {} if table is None else {column.name: column for column in table.columns}


def value_in_words(column: Column[Any] | None, value: Any, names: Names) -> str:  # noqa: ANN401 - JSON
    """Return a recorded value as people read it; a value that no longer fits its column as it stands."""
    if value is None or value == "":
        return NOTHING
    if column is None:
        return str(value)
    try:
        return _in_words(column, value, names)
    except (ValueError, KeyError, IndexError, TypeError):
        return str(value)


def _in_words(column: Column[Any], value: Any, names: Names) -> str:  # noqa: ANN401 - JSON
    kind = column.type
    if column.foreign_keys:
        table = next(iter(column.foreign_keys)).column.table.name
        return names.get((table, value)) or translate(N_("gelöscht (Nr. %(id)s)"), id=value)
    if isinstance(kind, Enum) and kind.enum_class:
        member: Any = kind.enum_class(value)
        return translate(WORDS[type(member)][member])
    if column.name == "plenary_weekday":
        return translate(_WEEKDAYS[value])
    for each, in_words in _BY_TYPE.items():
        if isinstance(kind, each):
            return in_words(value)
    if isinstance(value, dict):  # quotas
        return ", ".join(f"{translate(SECTORS[Sector(sector)])}: {seats}" for sector, seats in value.items()) or NOTHING
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


_BY_TYPE: dict[type, Callable[[Any], str]] = {
    Boolean: lambda value: translate(N_("ja") if value else N_("nein")),
    UtcDateTime: lambda value: short_instant(datetime.fromisoformat(value)),
    Date: lambda value: numeric_day(date.fromisoformat(value)),
    Time: lambda value: translate(N_("%(clock)s Uhr"), clock=clock(time.fromisoformat(value))),
}
