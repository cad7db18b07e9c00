"""Asks for the calendars that series follow: lease one, fetch and read it, apply what it says.

The lease is committed before anything is asked for, and nothing is locked while somebody else's server takes its time.
Any number of workers may run. It is a thread of its own, so that mails do not wait for a slow server.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import OperationalError

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError, Refusal
from ozgtermine.ical.reading import read_calendar
from ozgtermine.jobs.fetching import Fetcher
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.operations import mirroring
from ozgtermine.operations.importing_calendars import Outcome
from ozgtermine.operations.mirroring import Question, Validators
from ozgtermine.queries.mirrors import due_mirrors
from ozgtermine.wording import N_, translate

LOOK_EVERY_SECONDS = 5.0
DATABASE_AWAY_SECONDS = 30.0
_log = logging.getLogger(__name__)


def poll_due(settings: Settings, fetcher: Fetcher | None = None, *, now: datetime) -> int:
    """Ask for every calendar that is due; return how many were asked for. What goes wrong is noted, and tried later."""
    due = [each.id for each in db.session.scalars(due_mirrors(now))]
    db.session.rollback()
    if not due:
        return 0
    fetcher = fetcher or Fetcher(settings.allowed_mirror_hosts)
    questions = [question for mirror_id in due if (question := _leased(mirror_id, now))]
    for question in questions:
        _poll(question, settings, fetcher, now)
    return len(questions)


def _leased(mirror_id: int, now: datetime) -> Question | None:
    with transaction() as session:
        return mirroring.lease(session, mirror_id, now=now)


def _poll(question: Question, settings: Settings, fetcher: Fetcher, now: datetime) -> None:
    try:
        _ask(question, settings, fetcher, now)
    except (BusyError, OperationalError):
        raise
    except Refusal as refusal:
        _note_failure(question, translate(refusal.sentence, "de", **refusal.values), now)
    except Exception:  # noqa: BLE001 - one calendar must not end the thread that asks for all of them
        _log.exception("mirror %s", question.mirror_id)
        _note_failure(question, translate(N_("Ein Fehler bei uns. Die Technik findet ihn im Protokoll.")), now)


def _ask(question: Question, settings: Settings, fetcher: Fetcher, now: datetime) -> None:
    fetched = fetcher.fetch(question.address, etag=question.etag, last_modified=question.last_modified)
    if fetched.content is None:
        with transaction() as session:
            mirroring.note_unchanged(session, question, now=now)
        return
    calendar = read_calendar(fetched.content, today=clock.berlin_day(now))
    validators = Validators(etag=fetched.etag, last_modified=fetched.last_modified)
    with transaction() as session:
        report = mirroring.apply(
            session, question, calendar, validators, letterhead=Letterhead.of(settings), now=now
        )
    _log.info(
        "mirror %s: %s new, %s changed", question.mirror_id, report.number(Outcome.NEW), report.number(Outcome.CHANGED)
    )


def _note_failure(question: Question, sentence: str, now: datetime) -> None:
    _log.warning("mirror %s: %s", question.mirror_id, sentence)
    with transaction() as session:
        mirroring.note_failure(session, question, sentence, now=now)


class Poller(threading.Thread):
    """Asks until it is told to stop; what it holds when the process ends becomes due again by itself."""

    def __init__(self, app: Flask, settings_in_force: Callable[[], Settings]) -> None:
        super().__init__(name="mirroring", daemon=True)
        self._app = app
        self._settings_in_force = settings_in_force
        self._ends = threading.Event()

    def stop(self) -> None:
        self._ends.set()

    def run(self) -> None:
        while not self._ends.is_set():
            with self._app.app_context():
                pause = self._round()
            self._ends.wait(pause)

    def _round(self) -> float:
        try:
            poll_due(self._settings_in_force(), now=clock.now())
        except (BusyError, OperationalError) as error:
            _log.warning("the database is away: %s", error)
            db.session.remove()
            return DATABASE_AWAY_SECONDS
        return LOOK_EVERY_SECONDS
