"""The same content is the same bytes: in every process, on both databases, with and without kept entries."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.models import Event, RenderedEvent
from tests import factories
from tests.ical.lint import complaints

NOW = datetime(2023, 2, 6, 9, tzinfo=UTC)
ADDRESS = "/kalender/alle.ics"
KNOWN = {"slug": "sprechstunde", "uid": "b3f1", "topic": "Ämter; Städte, „Kreise“"}
SEEN: set[bytes] = set()  # what the runs of a test on SQLite and on PostgreSQL have in common

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
clock.now = lambda: datetime(2023, 2, 6, 9, tzinfo=UTC)
url, instance, address = sys.argv[1:]
settings = Settings(instance=Path(instance), database_url=url, secret_key="s", base_url="http://termine.example")
answer = create_app(settings).test_client().get(address)
sys.stdout.buffer.write(f"{answer.headers['ETag']} ".encode() + answer.data)
"""


@pytest.fixture
def known(session: Session, monkeypatch: pytest.MonkeyPatch) -> Event:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    series = factories.series(session, slug="ozg-sprechstunde", contact_email="ozg@land.example")
    made = factories.event(session, series=series, **KNOWN)
    session.commit()
    return made


@pytest.mark.usefixtures("known")
def test_processes_and_databases_agree(client: FlaskClient, settings: Settings, tmp_path: Path) -> None:
    for seed in ("1", "77"):
        with transaction() as session:
            session.execute(delete(RenderedEvent))  # each process writes the entry itself
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, settings.database_url, str(tmp_path), ADDRESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        SEEN.add(done.stdout)
    answer = client.get(ADDRESS)  # from kept bytes
    SEEN.add(f"{answer.headers['ETag']} ".encode() + answer.data)
    assert complaints(answer.data) == []
    assert len(SEEN) == 1


def test_two_who_keep_the_same_entry_at_once_are_both_answered(app: Flask, known: Event) -> None:
    together = Barrier(2, timeout=20)
    answers: list[tuple[int, bytes]] = []
    writers_are_apart = db.engine.dialect.name == "sqlite"  # by the lock: both read, but only one at a time writes
    waited: list[str] = []

    def wait_for_the_other(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        is_first_look = "JOIN rendered_event" in statement
        if is_first_look or ("DELETE FROM rendered_event" in statement and not writers_are_apart):
            waited.append(statement)
            together.wait()

    def ask() -> None:
        answer = app.test_client().get(ADDRESS)
        answers.append((answer.status_code, answer.data))

    engine = db.engine
    event.listen(engine, "after_cursor_execute", wait_for_the_other)
    threads = [Thread(target=ask) for _each in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    event.remove(engine, "after_cursor_execute", wait_for_the_other)
    assert len(waited) == (2 if writers_are_apart else 4)
    assert [status for status, _body in answers] == [200, 200]
    assert len({body for _status, body in answers}) == 1
    assert db.session.scalar(select(func.count()).where(RenderedEvent.event_id == known.id)) == 1
