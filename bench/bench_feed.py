"""Feeds and pages beside the least that WSGI and Flask can do, in one run: only the ratios mean much."""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import Measured, etag, measure, server
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.migrations import upgrade
from ozgtermine.models import Series, SeriesKind
from ozgtermine.operations.entering_events import enter
from ozgtermine.rules.schedule import when

EVENTS = 300
GZIP = {"Accept-Encoding": "gzip"}
KEY = "only for a benchmark"


def main() -> None:
    """Print a line for each measure: requests per second, CPU, ratios to WSGI hello and Flask hello."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"OZGTERMINE_INSTANCE": folder, "OZGTERMINE_SECRET_KEY": KEY}
        fill(Settings.load({**os.environ, **environment}))
        with server("bench.hello:wsgi", {}) as (pid, port):
            wsgi = measure(pid, port, "/", {})
        with server("bench.hello:flask", {}) as (pid, port):
            flask = measure(pid, port, "/", {})
        print(f"{'':34}{'per second':>12}{'CPU µs':>9}{'× WSGI':>9}{'× Flask':>9}")
        for name, measured in (("WSGI hello world", wsgi), ("Flask hello world", flask)):
            show(name, measured, wsgi, flask)
        with server("ozgtermine.application:create_app", environment, factory=True) as (pid, port):
            for name, path, headers in cases(port):
                show(name, measure(pid, port, path, headers), wsgi, flask)


def cases(port: int) -> list[tuple[str, str, dict[str, str]]]:
    """Return what is asked for."""
    feed = "/kalender/alle.ics"
    return [
        (f"feed of {EVENTS} events, 304", feed, {**GZIP, "If-None-Match": etag(port, feed, GZIP)}),
        (f"feed of {EVENTS} events, 200 gzip", feed, GZIP),
        (f"feed of {EVENTS} events, 200 plain", feed, {}),
        ("start page, 100 events, 200", "/", {}),
    ]


def show(name: str, measured: Measured, wsgi: Measured, flask: Measured) -> None:
    print(
        f"{name:34}{measured.per_second:12,.0f}{measured.cpu_microseconds:9,.0f}"
        f"{measured.per_second / wsgi.per_second:9.2f}{measured.per_second / flask.per_second:9.2f}"
    )


def fill(settings: Settings) -> None:
    """Make a database with a series of coming events."""
    now = datetime.now(UTC)
    with create_app(settings).app_context():
        upgrade(db.engine)
        with transaction() as session:
            series = Series(slug="bench", kind=SeriesKind.OTHER, title="Bench", singular="Termin")
            session.add(series)
            for number in range(EVENTS):
                day = (now + timedelta(days=number + 1)).date()
                enter(session, series, when(starts_on=day), topic=f"Thema {number}", publish_at=now, now=now)


if __name__ == "__main__":
    main()
