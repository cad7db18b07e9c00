"""The record in German: who did what to which thing, and each column before and after in words.

Ids become the names of what they point to (`Names`, looked up by `queries.audit`); secrets are only "geändert".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Time

from ozgtermine.models import AuditAct, AuditEntry, Base, EventStatus, Sector, SignInMethod
from ozgtermine.models.base import UtcDateTime
from ozgtermine.rendering.audited_words import COLUMNS, COMMON, THINGS, WEEKDAYS, WORDS
from ozgtermine.rendering.dates import clock, numeric_day, short_instant
from ozgtermine.rendering.settings import setting_name, setting_value
from ozgtermine.rendering.words import SECTORS, SIGN_IN_METHODS
from ozgtermine.wording import N_, translate

Names = Mapping[tuple[str, int], str]

NOTHING = "–"
LONGEST_INLINE = 60
LONGEST_OPEN = 1_000

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
        return translate(WEEKDAYS[value])
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
