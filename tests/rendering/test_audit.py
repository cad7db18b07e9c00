"""The record in German words: every column and every value of an audited table has some."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Enum, Table

from ozgtermine.models import AuditAct, AuditEntry, Base
from ozgtermine.rendering.audit import ACTS, Change, changes_of, note_in_words, sentence, value_in_words
from ozgtermine.rendering.audited_words import COLUMNS, COMMON, THINGS, WORDS
from tests.factories import NOW

AUDITED = sorted(
    (mapper.local_table for mapper in Base.registry.mappers if mapper.class_.audited), key=lambda table: table.name
)


def recorded_columns(table: Any) -> list[Column[Any]]:
    return [each for each in table.columns if not each.primary_key and not each.info.get("derived")]


def entry(**values: Any) -> AuditEntry:
    defaults: dict[str, Any] = {
        "at": NOW, "author": "Erika Muster", "act": AuditAct.CHANGED, "thing": "event", "title": "Sprechstunde",
        "changes": {}, "note": "",
    }  # fmt: skip
    return AuditEntry(**(defaults | values))


@pytest.mark.parametrize("table", AUDITED, ids=lambda table: table.name)
def test_every_column_of_an_audited_table_has_a_german_name(table: Table) -> None:
    known = COLUMNS.get(table.name, {}).keys() | COMMON.keys()
    nameless = [each.name for each in recorded_columns(table) if each.name not in known]
    assert (table.name in THINGS, nameless) == (True, [])


@pytest.mark.parametrize("table", AUDITED, ids=lambda table: table.name)
def test_every_word_of_an_audited_table_has_a_german_one(table: Table) -> None:
    kinds = {each.type.enum_class for each in recorded_columns(table) if isinstance(each.type, Enum)}
    assert {kind: set(kind) - set(WORDS.get(kind, {})) for kind in kinds if kind} == {
        kind: set() for kind in kinds if kind
    }


@pytest.mark.parametrize("table", AUDITED, ids=lambda table: table.name)
def test_every_value_of_an_audited_table_is_readable(table: Table) -> None:
    """Nobody reads an id, a stored word, True, or an instant in UTC."""
    unreadable = {}
    for column in recorded_columns(table):
        if isinstance(column.type, JSON):
            continue
        stored, forbidden = _example(column)
        said = value_in_words(column, stored, {})
        if said in forbidden:
            unreadable[column.name] = said
    assert unreadable == {}


def _example(column: Column[Any]) -> tuple[Any, set[str]]:
    """Return a stored value, and what must not be shown for it."""
    if column.foreign_keys:
        return 7, {"7"}
    if isinstance(column.type, Enum):
        return column.type.enums[0], {column.type.enums[0]}
    if isinstance(column.type, Boolean):
        return True, {"True", "true", "1"}
    stored = {datetime: "2023-02-22T09:00:00+00:00", date: "2023-02-22"}.get(column.type.python_type)
    return (stored, {stored}) if stored else ("x", set())


def test_every_act_has_a_word_and_a_sentence() -> None:
    assert set(ACTS) == set(AuditAct)
    assert all("Erika Muster" in sentence(entry(act=act), {}) or act is AuditAct.SIGN_IN_FAILED for act in AuditAct)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"topic": ["", "Neu"], "recap": ["", "So war es"]}, "Erika Muster hat den Termin „Sprechstunde“ geändert"),
        ({"topic": ["Alt", "Neu"]}, "Erika Muster hat den Termin „Sprechstunde“ geändert: Thema Alt → Neu"),
        ({"moved_at": [None, "2023-02-06T09:00:00+00:00"], "starts_on": ["2023-02-22", "2023-03-01"]},
         "Erika Muster hat den Termin „Sprechstunde“ verlegt: Tag 22.02.2023 → 01.03.2023"),
        ({"status": ["confirmed", "cancelled"]}, "Erika Muster hat den Termin „Sprechstunde“ abgesagt"),
        ({"status": ["cancelled", "confirmed"]},
         "Erika Muster hat die Absage zurückgenommen: Termin „Sprechstunde“"),
        ({"published_at": [None, "2023-02-06T09:00:00+00:00"]},
         "Erika Muster hat den Termin „Sprechstunde“ veröffentlicht"),
        ({"published_at": ["2023-02-06T09:00:00+00:00", None]}, "Erika Muster hat den Termin „Sprechstunde“ verborgen"),
    ],
)  # fmt: skip
def test_what_was_done_is_said_with_the_words_of_the_editors(changes: dict[str, list[Any]], said: str) -> None:
    assert sentence(entry(changes=changes), {}) == said


def test_a_setting_is_called_as_on_its_page_and_unset_is_the_default() -> None:
    changed = entry(act=AuditAct.CREATED, thing="setting", title="new_series_policy",
                    changes={"name": [None, "new_series_policy"], "value": [None, "on_request"]})  # fmt: skip
    assert sentence(changed, {}) == "Erika Muster hat die Einstellung „Anmeldung“ geändert"
    assert changes_of(changed, {}) == [Change("Wert", "Vorgabe", "Teilnahmeanfrage, die Redaktion entscheidet")]


def test_before_and_after_are_what_people_read() -> None:
    changed = entry(
        changes={
            "attendees_estimated": [False, True],
            "venue_id": [1, 2],
            "starts_on": ["2023-02-22", "2023-03-01"],
            "start_time": ["10:00:00", None],
            "published_at": [None, "2023-07-06T22:30:00+00:00"],
            "precision": ["minute", "day"],
            "no_more": [1, 2],
        }
    )
    assert changes_of(changed, {("venue", 2): "Roncalli-Haus"}) == [
        Change("Tag", "22.02.2023", "01.03.2023"),
        Change("Beginn", "10:00 Uhr", "–"),
        Change("Wie genau der Tag feststeht", "Tag und Uhrzeit stehen fest", "Der Tag steht fest"),
        Change("Ort", "gelöscht (Nr. 1)", "Roncalli-Haus"),
        Change("Veröffentlicht ab", "–", "07.07.2023, 00:30 Uhr"),
        Change("Zahl geschätzt", "nein", "ja"),
        Change("no_more", "1", "2"),
    ]


def test_a_look_is_said_with_what_was_looked_at() -> None:
    look = entry(act=AuditAct.VIEWED, note="Anmeldungen angesehen")
    assert sentence(look, {}) == "Erika Muster hat etwas angesehen: Anmeldungen angesehen (Termin „Sprechstunde“)"


def test_a_sign_in_says_by_what_and_from_where() -> None:
    signed_in = entry(act=AuditAct.SIGNED_IN, thing="account", title="Erika Muster",
                      note="password_and_totp, Firefox auf Windows")  # fmt: skip
    assert sentence(signed_in, {}) == "Erika Muster hat sich angemeldet"
    assert note_in_words(signed_in) == "Passwort und Code, Firefox auf Windows"


def test_of_a_secret_only_the_change_is_shown() -> None:
    changed = entry(thing="access", title="", changes={"pin": [None, None]})
    assert changes_of(changed, {}) == [Change("PIN", "", "geändert", is_secret=True)]
    assert sentence(changed, {}) == "Erika Muster hat den Zugang geändert"


def test_a_table_that_is_no_more_is_still_readable() -> None:
    old = entry(thing="abandoned", title="Etwas", changes={"what": ["a", "b"]})
    assert (sentence(old, {}), changes_of(old, {})) == (
        "Erika Muster hat abandoned „Etwas“ geändert: what a → b", [Change("what", "a", "b")],
    )  # fmt: skip
