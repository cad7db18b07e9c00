"""Reads any calendar into plain values, in a child process with limits; a broken or hostile one is a sentence."""

import json
import logging
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import ozgtermine
from ozgtermine.errors import Refusal
from ozgtermine.rules.foreign_calendar import ForeignCalendar
from ozgtermine.wording import N_

MOST_BYTES = 5_000_000
WALL_SECONDS = 30
AHEAD = timedelta(days=366)
CHILD_ENVIRONMENT = {
    "PYTHONPATH": str(Path(ozgtermine.__path__[0]).parent),
    "PYTHONDONTWRITEBYTECODE": "1",
}
_log = logging.getLogger(__name__)


class UnreadableCalendarError(Refusal):
    """Nothing of the calendar is taken; the sentence says why."""

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message, field="file", **values)


def read_calendar(content: bytes, *, today: date) -> ForeignCalendar:
    """Return the entries of a calendar, repetitions from 1 January of last year to a year from `today`.

    Slow for large ones: call it before the transaction. Raises UnreadableCalendarError.
    """
    text = _decoded(content)
    first_day, last_day = date(today.year - 1, 1, 1), today + AHEAD
    answer = _answer_of_child(text, first_day, last_day)
    if "refused" in answer:
        raise UnreadableCalendarError(answer["refused"])
    return ForeignCalendar.of_plain(answer)


def _decoded(content: bytes) -> str:
    """Return the text, which is UTF-8 or else taken for Windows'; raises UnreadableCalendarError."""
    if len(content) > MOST_BYTES:
        raise UnreadableCalendarError(N_("Die Datei ist zu groß (mehr als 5 MB). Teilen Sie den Kalender auf."))
    if not content.strip():
        raise UnreadableCalendarError(N_("Die Datei ist leer."))
    if b"\0" in content:
        raise UnreadableCalendarError(N_("Das ist keine Textdatei. Nehmen Sie eine Datei, die auf .ics endet."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    start = text.lstrip()[:15].upper()
    if start.startswith("<"):
        raise UnreadableCalendarError(
            N_("Das ist eine Webseite und kein Kalender. Vielleicht ist der Link abgelaufen oder braucht ein Kennwort.")
        )
    if not start.startswith("BEGIN:VCALENDAR"):
        raise UnreadableCalendarError(N_("Das ist kein Kalender. Nehmen Sie eine Datei, die auf .ics endet."))
    return text


def _answer_of_child(text: str, first_day: date, last_day: date) -> dict[str, str]:
    """Return what `parsing` says of the text; the child knows no secret of our environment."""
    command = [sys.executable, "-m", "ozgtermine.ical.parsing", first_day.isoformat(), last_day.isoformat()]
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", errors="replace"),
            capture_output=True,
            check=False,
            timeout=WALL_SECONDS,
            env=CHILD_ENVIRONMENT,
        )
    except subprocess.TimeoutExpired as error:
        raise _exhausting() from error
    if done.returncode:
        _log.warning("reading a calendar ended with %s: %s", done.returncode, done.stderr[-500:])
        raise _exhausting()
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def _exhausting() -> UnreadableCalendarError:
    return UnreadableCalendarError(
        N_("Den Kalender zu lesen, dauert zu lange oder braucht zu viel Speicher. Teilen Sie ihn auf.")
    )
