"""`make interop`: the entries in mails as khal keeps them, a program of its own, from the first to the last."""

import os
import subprocess
import sys
from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import Event, OutgoingMail
from ozgtermine.operations import scheduling
from ozgtermine.rules.schedule import when
from tests.factories import NOW
from tests.operations.test_announcing_changes import announced, event, parts

__all__ = ["event"]
KHAL = Path(sys.executable).with_name("khal")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A calendar of khal's, empty; what a mail brings is imported as by somebody who opens it."""
    (tmp_path / "config").write_text(
        f"[calendars]\n[[termine]]\npath = {tmp_path}/termine\n[sqlite]\npath = {tmp_path}/khal.db\n"
        "[locale]\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\ntimeformat = %H:%M\n"
        "dateformat = %d.%m.%Y\nlongdateformat = %d.%m.%Y\ndatetimeformat = %d.%m.%Y %H:%M\n"
        "longdatetimeformat = %d.%m.%Y %H:%M\n", "utf-8"
    )  # fmt: skip
    (tmp_path / "termine").mkdir()
    return tmp_path


def khal(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(KHAL), "-c", str(folder / "config"), *arguments], capture_output=True, text=True, check=True,
        env={**os.environ, "XDG_DATA_HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    return done.stdout.strip()


def take(folder: Path, mail: OutgoingMail) -> None:
    attached = folder / "invite.ics"
    attached.write_text(next(content for kind, content in parts(mail) if kind == "text/calendar"), "utf-8")
    khal(folder, "import", "--batch", "-a", "termine", str(attached))


def entries(folder: Path) -> list[str]:
    found = khal(folder, "list", "--format", "{start} {end} {title} {status}", "--day-format", "", "01.01.2023", "365d")
    return [line.strip() for line in found.splitlines() if line.strip()]


def test_one_entry_follows_its_event(session: Session, event: Event, folder: Path) -> None:
    [first] = session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "registration_confirmed"))
    take(folder, first)
    before = entries(folder)

    scheduling.move(event, when(starts_on=date(2023, 3, 1), start_time=time(14), end_time=time(15, 30)),
                    reason="Raum belegt.", now=NOW)  # fmt: skip
    [moved] = announced(session)
    take(folder, moved)
    after = entries(folder)

    assert len(before) == len(after) == 1
    assert before != after
    assert after[0].startswith("01.03.2023 14:00 01.03.2023 15:30 ")
