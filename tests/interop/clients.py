"""Calendar programs that subscribe to a feed, each as its user has it; all show what they hold in the same words."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from tests.ical.corpus import Said
from tests.ical.readers import by_icalendar
from tests.interop.gateway import Gateway
from tests.interop.needs import SYSTEM_PYTHON

PROGRAMS = Path(__file__).parent / "programs"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}END:VCALENDAR\r\n"
ASK_DEADLINE_SECONDS = 20
SHOW_DEADLINE_SECONDS = 6
QUIET_SECONDS = 1.5
Holds = dict[str, Said]


class Client(Protocol):
    """Asks its server for news, and shows what it holds then."""

    def sync(self, expected: Holds) -> tuple[Holds, str]:
        """Return what it holds, and what it complained of; it is given some time to come to what is expected."""


class Vdirsyncer:
    """vdirsyncer into a folder, which khal shows."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        (folder / "termine").mkdir(parents=True)
        (folder / "vdirsyncer.conf").write_text(
            f'[general]\nstatus_path = "{folder}/status/"\n[pair termine]\na = "here"\nb = "there"\n'
            f'collections = null\nconflict_resolution = "b wins"\n'
            f'[storage here]\ntype = "filesystem"\npath = "{folder}/termine"\nfileext = ".ics"\n'
            f'[storage there]\ntype = "http"\nurl = "{address}"\n', "utf-8"
        )  # fmt: skip
        (folder / "khal.conf").write_text(
            f"[calendars]\n[[termine]]\npath = {folder}/termine\n[sqlite]\npath = {folder}/khal.db\n"
            "[locale]\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\ntimeformat = %H:%M\n"
            "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%dT%H:%M\n"
            "longdatetimeformat = %Y-%m-%dT%H:%M\n", "utf-8"
        )  # fmt: skip
        self._run("discover")

    def sync(self, expected: Holds) -> tuple[Holds, str]:
        """Return what the folder holds; under a UID of the feed what is equal to it in all but the UID.

        vdirsyncer puts a hash of the entry in the place of its UID when it reads from an address.
        """
        complaint = self._run("sync")
        uid_of = {replace(each, uid=""): uid for uid, each in expected.items()}
        found: Holds = {}
        for path in (self.folder / "termine").glob("*.ics"):
            [entry] = by_icalendar(path.read_bytes()).values()
            assert re.fullmatch("[0-9a-f]{64}", entry.uid)
            uid = uid_of.get(replace(entry, uid=""), entry.uid)
            found[uid] = replace(entry, uid=uid)
        return found, complaint

    def listed(self) -> set[tuple[str, str, str]]:
        """Return what khal lists: start, end and title."""
        places = (Path(sys.executable).with_name("khal"), Path("/usr/bin/khal"))
        khal = next(str(each) for each in places if each.exists())
        done = subprocess.run(
            [khal, "-c", str(self.folder / "khal.conf"), "list", "--day-format", "",
             "--format", "{start-long-full}\t{end-long-full}\t{title}", "today", "100d"],
            env={**os.environ, "XDG_DATA_HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
        return {(start, end, title) for start, end, title in rows}

    def _run(self, command: str) -> str:
        done = subprocess.run(
            ["vdirsyncer", "-c", str(self.folder / "vdirsyncer.conf"), command],
            input="y\n", capture_output=True, text=True, check=False, env={**os.environ, "HOME": str(self.folder)},
        )  # fmt: skip
        return "" if done.returncode == 0 else done.stderr.strip()


class Evolution:
    """Evolution's data server in a session of its own."""

    def __init__(self, process: "subprocess.Popen[str]", gateway: Gateway) -> None:
        self._process, self._gateway = process, gateway
        assert self._answer() == "ready"

    def sync(self, expected: Holds) -> tuple[Holds, str]:
        """Return what it holds once it has nothing more to ask; asked again where a question before was still open."""
        for _attempt in range(2):
            complaint = self._refresh()
            _wait(lambda: self._holds() == expected, SHOW_DEADLINE_SECONDS)
            if self._holds() == expected:
                break
        return self._holds(), complaint

    def _refresh(self) -> str:
        before = len(self._gateway.asked)
        complaint = self._ask("refresh")
        if complaint != "asked":
            return str(complaint)
        _wait(lambda: len(self._gateway.asked) > before, ASK_DEADLINE_SECONDS)
        seen = -1
        while seen != len(self._gateway.asked):
            seen = len(self._gateway.asked)
            time.sleep(QUIET_SECONDS)
        return ""

    def _holds(self) -> Holds:
        shown = self._ask("show")
        assert isinstance(shown, list)
        return by_icalendar(CALENDAR.format("".join(shown)).encode())

    def _ask(self, line: str) -> object:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> object:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


@contextmanager
def evolution(folder: Path, address: str, gateway: Gateway) -> Iterator[Evolution]:
    """Yield Evolution's data server, subscribed; it ends with its session."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    process = subprocess.Popen(
        ["dbus-run-session", "--", SYSTEM_PYTHON, str(PROGRAMS / "evolution.py"), address],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8",
             "GSETTINGS_BACKEND": "memory", "TZ": "Europe/Berlin", **own},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield Evolution(process, gateway)
    finally:
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def _wait(is_so: Callable[[], bool], seconds: float) -> None:
    """Wait until it is so, or the time is up: the caller looks what is true then."""
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
