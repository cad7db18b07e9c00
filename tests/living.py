"""The product as its users have it: `ozgtermine run` with server, worker and example, on a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

import pytest

from ozgtermine.mail.folder import Kept, kept_mails
from tests.ports import free_port

TOP = Path(__file__).parents[1]
TODAY = "2023-02-06"  # the day on which the newsletter that the example tells lies on the table
START_DEADLINE_SECONDS = 60
STOP_DEADLINE_SECONDS = 20


@dataclass(frozen=True)
class Site:
    """A running product; `screen` is what it printed."""

    address: str
    instance: Path
    screen: str
    process: subprocess.Popen[str]

    @property
    def setup_link(self) -> str:
        """The link that makes the first administrator's account; works once."""
        found = re.search(r"http\S+/konto/\S+", self.screen)
        assert found, self.screen
        return found[0]

    def mails(self) -> list[Kept]:
        """Return the mails in the mailbox, the last one first."""
        return kept_mails(self.instance / "mail")


@contextmanager
def running(instance: Path, *, today: str = TODAY, name: str = "127.0.0.1", **settings: str) -> Iterator[Site]:
    """Run the product in `instance`, called `name`.

    `settings` (`database_url`, `smtp_host`, …) go through its environment.
    """
    port = free_port()
    command = [sys.executable, "-m", "ozgtermine", "run", "--port", str(port), "--instance", str(instance)]
    process = subprocess.Popen(
        [*command, "--today", today],
        cwd=TOP,
        env={
            **clean_environment(),
            "OZGTERMINE_BASE_URL": f"http://{name}:{port}",
            **{f"OZGTERMINE_{name.upper()}": value for name, value in settings.items()},
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Site(f"http://{name}:{port}", instance, screen_of(process), process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_DEADLINE_SECONDS)
        _stream(process).close()


def clean_environment() -> dict[str, str]:
    """Return this process's environment without settings of the product."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OZGTERMINE_")}


def screen_of(process: subprocess.Popen[str]) -> str:
    """Return what `process` prints up to the line that says how to stop it, or up to its end."""
    guard = threading.Timer(START_DEADLINE_SECONDS, process.kill)
    guard.start()
    lines = []
    for line in _stream(process):
        lines.append(line)
        if "Strg+C" in line:
            break
    guard.cancel()
    return "".join(lines)


def _stream(process: subprocess.Popen[str]) -> TextIO:
    return cast("TextIO", process.stdout)


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield the product on 6 February 2023 with its example; one for all tests of a process, which leave it usable."""
    with running(tmp_path_factory.mktemp("live")) as site:
        yield site
