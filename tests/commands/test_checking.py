"""`ozgtermine check` names what is wrong in sentences, and says when nothing is."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from ozgtermine.application import create_app
from ozgtermine.commands.checking import problems_of
from ozgtermine.commands.example import fill_with_example
from ozgtermine.commands.preparing import migrate_database, prepare_folder
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.models import Event, RenderedEvent
from tests.ports import free_port

NO_ACCOUNT = "Es gibt noch kein Administrationskonto. Rufen Sie auf: ozgtermine invite"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return those of a demonstration on SQLite, in a prepared folder."""
    prepare_folder(tmp_path)
    return Settings(instance=tmp_path, environment="demo", secret_key="only-for-tests")


def problems(settings: Settings, *, migrated: bool = True) -> list[str]:
    app = create_app(settings)
    if migrated:
        migrate_database(app)
    return problems_in(app)


def problems_in(app: Flask) -> list[str]:
    with app.app_context():
        found = list(problems_of(app))
        db.session.remove()
        db.engine.dispose()
    return found


def test_a_new_demonstration_lacks_nothing_but_an_account(settings: Settings) -> None:
    assert problems(settings) == [NO_ACCOUNT]


def test_a_database_without_tables_is_told_to_migrate(settings: Settings) -> None:
    assert problems(settings, migrated=False) == [
        "Die Datenbank ist nicht auf dem neuesten Stand. Rufen Sie auf: ozgtermine migrate"
    ]


def test_a_database_that_does_not_answer_is_told(settings: Settings) -> None:
    away = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
    assert problems(replace(settings, database_url=away), migrated=False) == [
        "Die Datenbank ist nicht erreichbar: OperationalError."
    ]


def test_a_secret_key_that_others_may_read_is_told(settings: Settings) -> None:
    key = settings.instance / "secret_key"
    key.chmod(0o644)
    assert problems(settings) == [
        f"Den geheimen Schlüssel dürfen auch andere lesen. Rufen Sie auf: chmod 600 {key}",
        NO_ACCOUNT,
    ]


def test_a_mail_server_that_does_not_answer_is_told(settings: Settings) -> None:
    port = free_port()
    (first, second) = problems(replace(settings, smtp_host="127.0.0.1", smtp_port=port))
    assert (first, second.partition(" antwortet")[0]) == (NO_ACCOUNT, f"Der Mailserver 127.0.0.1:{port}")


def test_a_folder_that_cannot_be_written_is_told(settings: Settings) -> None:
    settings.mail_folder.rmdir()
    settings.mail_folder.touch()
    assert problems(settings) == [f"In den Ordner {settings.mail_folder} lässt sich nicht schreiben.", NO_ACCOUNT]


def test_documents_that_are_missing_or_changed_are_told(settings: Settings) -> None:
    app = create_app(settings)
    migrate_database(app)
    fill_with_example(app)
    first, second, *_others = sorted(path for path in settings.documents_folder.rglob("*") if path.is_file())
    first.unlink()
    second.write_bytes(b"changed")
    told = [re.sub(r"„.*“", "„…“", each) for each in problems_in(app)]
    assert sorted(told) == [
        f"Die Datei „…“ fehlt im Speicher ({first.name[:12]}…).",
        f"Die Datei „…“ ist beschädigt ({second.name[:12]}…).",
        NO_ACCOUNT,
    ]


def test_production_wants_https_mail_and_its_own_legal_texts(settings: Settings) -> None:
    own = (
        "Für „{}“ gilt der mitgelieferte Text. Schreiben Sie Ihren unter Einstellungen, Rechtstexte, oder legen Sie "
        "ihn als legal/{}.md in den Instanzordner."
    )
    assert problems(replace(settings, environment="production")) == [
        "base_url beginnt nicht mit https://. Anmeldungen würden unverschlüsselt übertragen.",
        "smtp_host fehlt: Mails werden nur als Dateien abgelegt, niemand bekommt sie.",
        own.format("Impressum", "impressum"),
        own.format("Datenschutz", "datenschutz"),
        own.format("Barrierefreiheit", "barrierefreiheit"),
        NO_ACCOUNT,
    ]


def test_a_kept_calendar_entry_that_is_not_its_events_is_told(settings: Settings) -> None:
    app = create_app(replace(settings, base_url="http://termine.example"))
    migrate_database(app)
    fill_with_example(app)
    app.test_client().get("/kalender/alle.ics")
    assert problems_in(app) == [NO_ACCOUNT]
    with app.app_context(), transaction() as session:
        kept = session.scalars(select(RenderedEvent).order_by(RenderedEvent.event_id)).first()
        assert kept
        uid, kept.content = session.get_one(Event, kept.event_id).uid, kept.content.replace(b"SUMMARY:", b"SUMMARY:x")
    assert problems_in(app) == [
        NO_ACCOUNT, f"Der gespeicherte Kalendereintrag {uid} ist nicht der, der zu seinem Termin gehört.",
    ]  # fmt: skip
