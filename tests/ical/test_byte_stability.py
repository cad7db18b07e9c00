"""The same content is the same bytes: in every process, on both databases, with and without kept entries."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Thread

import icalendar
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
from tests.ical import corpus
from tests.ical.lint import complaints

NOW = corpus.NOW
ADDRESS = "/kalender/alle.ics"
KNOWN = {"slug": "sprechstunde", "uid": "b3f1", "topic": "Ämter; Städte, „Kreise“"}
SEEN: set[bytes] = set()  # what the runs of a test on SQLite and on PostgreSQL have in common

PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
url, instance, address, now = sys.argv[1:]
clock.now = lambda: datetime.fromisoformat(now)
settings = Settings(instance=Path(instance), database_url=url, secret_key="s", base_url="http://termine.example")
answer = create_app(settings).test_client().get(address)
sys.stdout.buffer.write(f"{answer.headers['ETag']} ".encode() + answer.data)
"""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock."""
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


@pytest.fixture
def known(session: Session, at: Callable[[datetime], None]) -> Event:
    at(NOW)
    series = factories.series(session, slug="ozg-sprechstunde", contact_email="ozg@land.example")
    made = factories.event(session, series=series, **KNOWN)
    session.commit()
    return made


def test_processes_databases_restarts_and_days_agree(
    client: FlaskClient, session: Session, settings: Settings, tmp_path: Path, at: Callable[[datetime], None]
) -> None:
    at(NOW)
    corpus.fill(session)
    corpus.let_one_leave(client)
    for seed, later in (("1", timedelta()), ("77", timedelta(days=1, hours=3))):
        with transaction() as writing:
            writing.execute(delete(RenderedEvent))  # each process writes the entries itself
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, settings.database_url, str(tmp_path), ADDRESS, (NOW + later).isoformat()],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        SEEN.add(done.stdout)
    answer = client.get(ADDRESS)  # from kept bytes
    SEEN.add(f"{answer.headers['ETag']} ".encode() + answer.data)
    assert complaints(answer.data) == []
    assert len(SEEN) == 1


def test_only_what_is_shown_or_the_day_changes_the_bytes(
    app: Flask, client: FlaskClient, session: Session, at: Callable[[datetime], None]
) -> None:
    """From then on: the departure is said for 90 days, the cancelled event until 90 days after its date."""
    at(NOW)
    corpus.fill(session)
    corpus.let_one_leave(client)
    seen = []
    for day in (date(2023, 2, 6), date(2023, 5, 7), date(2023, 5, 8), date(2023, 5, 23), date(2023, 5, 24),
                date(2023, 12, 31), date(2024, 12, 31), date(2025, 1, 1)):  # fmt: skip
        at(datetime.combine(day, time(12), UTC))
        app.extensions["ozgtermine.front"].forget()
        seen.append(client.get(ADDRESS).headers["ETag"])
    departed, cancelled, last_year, gone = seen[0], seen[2], seen[4], seen[7]
    assert seen == [departed, departed, cancelled, cancelled, last_year, last_year, last_year, gone]
    assert len(set(seen)) == 4
    with transaction() as writing:
        writing.scalars(select(Event).where(Event.slug == "leap")).one().topic = "Anders"
    assert client.get(ADDRESS).headers["ETag"] not in seen


def test_the_order_of_an_entry_is_no_question_of_language(
    client: FlaskClient, session: Session, at: Callable[[datetime], None]
) -> None:
    """Databases sort words by the rules of a country; bytes are the same everywhere."""
    at(NOW)
    series = factories.series(session, slug="ozg-sprechstunde")
    for uid in ("b", "A", "a-c", "ab", "Z", "ä"):
        factories.event(session, series=series, uid=uid)
    session.commit()
    found = [each["UID"] for each in icalendar.Calendar.from_ical(client.get(ADDRESS).data).walk("VEVENT")]
    assert found == ["A", "Z", "a-c", "ab", "b", "ä"]


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
