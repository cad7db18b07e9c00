"""Many threads and two processes at once: nobody sees old bytes after a write that is over, and memory is bounded."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Self

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.front.layer import Front
from ozgtermine.front.revision import remembered_seconds
from ozgtermine.models import Event
from ozgtermine.rules.schedule import when
from tests import factories

READERS, WRITES, MOST = 4, 16, 8
ADDRESSES = ("/kalender/alle.ics", "/termine/termin.ics", "/termine/termin", "/", "/einbetten/alle/text.txt")
OTHER = """
import sys
from pathlib import Path
from sqlalchemy import select
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.models import Event
app = create_app(Settings(instance=Path(sys.argv[2]), database_url=sys.argv[1], secret_key="s"))
for line in sys.stdin:
    with app.app_context(), transaction() as session:
        session.scalars(select(Event)).one().topic = line.strip()
    print("written", flush=True)
"""


@pytest.fixture
def other(settings: Settings, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start another process that writes what it is told."""
    command = [sys.executable, "-c", OTHER, settings.database_url, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


class Readers:
    """Ask without pause; `written` is the last number whose write is over and known to this process."""

    def __init__(self, app: Flask, front: Front) -> None:
        self.written, self.old, self.asked, self.largest = 0, list[str](), 0, 0
        self._app, self._front, self._ended = app, front, Signal()
        self._threads = [Thread(target=self._read) for _number in range(READERS)]

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join(30)

    def _read(self) -> None:
        client, years = self._app.test_client(), cycle(range(2000, 2040))
        for address in cycle(ADDRESSES):
            if self._ended.is_set():
                return
            least = self.written
            found = re.search(r"Stand (\d+)", client.get(address).text)
            if found is None or int(found[1]) < least:
                self.old.append(f"{address}: {found and found[0]} after {least}")
            client.get(f"/kalender/alle.ics?jahr={next(years)}")
            self.asked += 1
            self.largest = max(self.largest, len(self._front.shelf))


def test_nobody_sees_old_bytes_after_a_write(
    app: Flask, session: Session, other: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ozgtermine.front.shelf.MOST_ANSWERS", MOST)
    factories.event(session, slug="termin", topic="Stand 0", at=when(starts_on=clock.today()))
    session.commit()
    with Readers(app, app.extensions["ozgtermine.front"]) as readers:
        for number in range(1, WRITES + 1):
            if number % 4:
                with transaction() as writing:
                    writing.scalars(select(Event)).one().topic = f"Stand {number}"
            else:
                _write_elsewhere(other, f"Stand {number}")
                time.sleep(remembered_seconds(db.engine))
            readers.written = number
    assert readers.old == []
    assert readers.asked > WRITES
    assert readers.largest <= MOST + READERS  # each may be seen before it has made room


def _write_elsewhere(other: "subprocess.Popen[str]", topic: str) -> None:
    assert other.stdin is not None
    assert other.stdout is not None
    other.stdin.write(f"{topic}\n")
    other.stdin.flush()
    assert other.stdout.readline() == "written\n"
