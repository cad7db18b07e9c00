"""Settings: what counts before what, and two at once."""

import threading
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.database import PUBLIC, transaction
from ozgtermine.errors import InvalidValueError, StaleEditError
from ozgtermine.models.setting import CHANGEABLE, SETTINGS, Setting, SettingsGroup
from ozgtermine.operations.changing_settings import (
    change_legal_text,
    change_settings,
    restore_legal_text,
)
from ozgtermine.queries.revision import current_revision
from ozgtermine.queries.settings import effective_settings, stored_legal_text, version_of
from ozgtermine.rendering.settings import LABELS

SECRETS = {"secret_key", "smtp_password", "smtp_user", "database_url"}


def change(session: Session, configured: Settings, seen_version: int = 0, **values: object) -> None:
    group = next(group for group, names in SETTINGS.items() if set(values) <= set(names))
    change_settings(session, group, values, configured=configured, seen_version=seen_version)


def test_the_operator_counts_before_the_page_and_the_page_before_the_default(
    session: Session, settings: Settings
) -> None:
    assert effective_settings(session, settings).organisation == Settings.organisation
    change(session, settings, organisation="Von der Seite")
    assert effective_settings(session, settings).organisation == "Von der Seite"
    fixed = replace(settings, organisation="Vom Betrieb", fixed={"organisation": "config.toml"})
    assert effective_settings(session, fixed).organisation == "Vom Betrieb"


def test_what_the_operator_fixed_is_not_even_stored(session: Session, settings: Settings) -> None:
    fixed = replace(settings, fixed={"name": "config.toml"})
    change(session, fixed, name="Anders", organisation="Neu")
    assert {row.name for row in session.scalars(select(Setting))} == {"organisation"}


def test_every_setting_that_can_be_changed_exists_and_none_is_a_secret() -> None:
    fields = set(Settings.__dataclass_fields__)
    assert fields - SECRETS >= CHANGEABLE
    assert set(LABELS) == CHANGEABLE


@pytest.mark.parametrize(("name", "days"), [("audit_days", 89), ("audit_days", 3651), ("sent_mails_days", 0)])
def test_a_period_keeps_within_its_bounds(session: Session, settings: Settings, name: str, days: int) -> None:
    with pytest.raises(InvalidValueError) as refused:
        change(session, settings, **{name: days})
    assert refused.value.field == name
    assert version_of(session, CHANGEABLE) == 0


def test_each_change_raises_the_public_revision_and_none_raises_nothing(
    app: Flask, session: Session, settings: Settings
) -> None:
    assert Setting in PUBLIC
    revisions = []
    for name in ("Eins", "Eins", "Zwei"):
        with transaction() as writing:
            seen = version_of(writing, SETTINGS[SettingsGroup.ORGANISATION])
            change(writing, settings, seen, name=name)
        revisions.append(current_revision(session))
    assert revisions == [1, 1, 2]


def test_of_several_at_once_one_wins_and_the_others_learn_of_it(app: Flask, settings: Settings) -> None:
    told: list[str] = []
    start = threading.Barrier(6)

    def attempt(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction() as session:
                    change(session, settings, name=f"Fassung {number}")
            except StaleEditError:
                told.append("stale")
            else:
                told.append(f"Fassung {number}")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        stored = [row.value for row in session.scalars(select(Setting))]
    assert sorted(told, reverse=True) == [*["stale"] * 5, *stored]


def test_a_restored_text_can_be_taken_back_again(session: Session) -> None:
    change_legal_text(session, "impressum", "Eins", seen_version=0)
    change_legal_text(session, "impressum", "Zwei", seen_version=1)
    found = []
    for version in (2, 3):
        restore_legal_text(session, "impressum", seen_version=version)
        found.append(stored_legal_text(session, "impressum"))
    assert found == ["Eins", "Zwei"]
    with pytest.raises(StaleEditError):
        restore_legal_text(session, "impressum", seen_version=2)
