"""The register of personal data knows every column, and the record is made of it."""

import pytest

from ozgtermine.models import Base
from ozgtermine.rendering.processing_record import processing_record
from ozgtermine.rules.personal_data import HOLDS_NONE, REGISTER
from ozgtermine.rules.registering import State
from ozgtermine.rules.retention import CLOCKS, PERIODS

TABLES = sorted({each.table for each in REGISTER})


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_in_the_register_or_holds_nothing_of_a_person(table: str) -> None:
    named = [column for each in REGISTER if each.table == table for column in each.columns]
    assert len(named) == len(set(named))
    assert set(named) | HOLDS_NONE[table] == set(Base.metadata.tables[table].columns.keys())
    assert not set(named) & HOLDS_NONE[table]


def test_every_state_has_one_clock() -> None:
    assert sorted(state for clock in CLOCKS for state in clock.states) == sorted(State)


def test_the_record_says_what_why_and_until_when() -> None:
    text = processing_record(organisation="Haus", contact="a@b.example", days={each.setting: 7 for each in PERIODS})

    assert "Verantwortlich: Haus" in text
    assert "Rechtsgrundlage: Art. 6 Abs. 1 Buchst. a DSGVO (Einwilligung)" in text
    assert "Gesendete Mails: 7 Tage" in text
    assert all(f"Felder: {each.table} (" in text for each in REGISTER)
