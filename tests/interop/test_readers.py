"""`make interop`: our hardest feeds read by programs outside of Python, equal to what the database says."""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from ozgtermine import clock
from tests.ical import corpus
from tests.ical.corpus import Said
from tests.interop.needs import needs

PROGRAMS = Path(__file__).parent / "programs"
Read = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: corpus.NOW)


@pytest.fixture(scope="module")
def ical_js(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Return what reads with ical.js, installed as locked into a folder of the test's own."""
    folder = tmp_path_factory.mktemp("ical_js")
    shutil.copytree(PROGRAMS / "ical_js", folder, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return lambda feed: _printed(["node", "read.mjs", str(feed)], folder)


@pytest.fixture(scope="module")
def libical(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Return what reads with Debian's libical; it ends with an error where a restriction is broken."""
    program = tmp_path_factory.mktemp("libical") / "read"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libical"], capture_output=True, check=True, text=True)
    subprocess.run(["cc", "-o", program, PROGRAMS / "libical.c", *flags.stdout.split()], check=True)
    return lambda feed: _printed([str(program), str(feed)], program.parent)


def _printed(command: list[str], folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2_000:]}"
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "program", [pytest.param("ical_js", marks=needs("ical.js")), pytest.param("libical", marks=needs("libical"))]
)
def test_every_program_finds_what_the_database_says(
    client: FlaskClient, session: Session, request: pytest.FixtureRequest, tmp_path: Path, program: str
) -> None:
    read: Read = request.getfixturevalue(program)
    corpus.fill(session)
    feeds = list(corpus.feeds(client, session))
    corpus.many(session, 900, description="Wörter; mit, allem " * 420)
    for address, content, expected in feeds:
        assert _read(read, content, tmp_path) == expected, address
    assert len(_read(read, client.get("/kalender/viele.ics").data, tmp_path)) > 500


@needs("libical")
@pytest.mark.parametrize("broken", [("VERSION:2.0\r\n", ""), ("SUMMARY:", "UID:2\r\nSUMMARY:"), ("PT4H", "4h")])
def test_libical_does_find_what_is_broken(
    client: FlaskClient, session: Session, libical: Read, tmp_path: Path, broken: tuple[str, str]
) -> None:
    corpus.fill(session)
    old, new = (each.encode() for each in broken)
    content = client.get("/termine/plain.ics").data
    assert old in content
    with pytest.raises(AssertionError, match=r"^4: "):
        _read(libical, content.replace(old, new, 1), tmp_path)


def _read(read: Read, content: bytes, folder: Path) -> dict[str, Said]:
    (folder / "feed.ics").write_bytes(content)
    return {each["uid"]: _said(each) for each in read(folder / "feed.ics")}


def _said(values: dict[str, Any]) -> Said:
    return Said(**(values | {name: _plain(**values[name]) for name in ("start", "end")}))


def _plain(*, wall: str, seconds: int | None) -> str:
    """Return a day, or a wall time with the offset that the program found."""
    if seconds is None:
        return wall
    shown = datetime.fromisoformat(wall)
    offset = shown.replace(tzinfo=UTC) - datetime.fromtimestamp(seconds, UTC)
    return shown.replace(tzinfo=timezone(timedelta(seconds=offset.total_seconds()))).isoformat()
