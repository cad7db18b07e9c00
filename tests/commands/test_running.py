"""`ozgtermine run`, as `make run` calls it: real processes, one folder."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from ozgtermine.config import ConfigurationError, Settings
from tests.living import TOP, Site, clean_environment, running
from tests.ports import free_port

COMMAND = [sys.executable, "-m", "ozgtermine", "run"]
DEADLINE_SECONDS = 15


def test_the_screen_says_where_everything_is_and_how_to_stop(live_server: Site) -> None:
    address = live_server.address
    assert [" ".join(line.split()) for line in live_server.screen.splitlines() if line.strip()] == [
        "OZG-Termine läuft.",
        f"Adresse {address}/",
        f"Kalender {address}/kalender/alle.ics",
        f"Postfach {address}/postfach (Mails werden nicht versendet)",
        f"Erstes Konto {live_server.setup_link} (gilt einmal, 24 Stunden)",
        "Beenden mit Strg+C. Alle Daten bleiben erhalten.",
    ]
    with urlopen(f"{address}/kalender/alle.ics") as answer:
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_starting_again_keeps_all_data(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        key, rows = (tmp_path / "secret_key").read_text("ascii"), row_counts(tmp_path)
        first_link = site.setup_link
    with running(tmp_path) as site:
        assert (tmp_path / "secret_key").read_text("ascii") == key
        assert row_counts(tmp_path) == rows
        assert site.setup_link != first_link
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert rows["event"] > 0


def row_counts(instance: Path) -> dict[str, int]:
    connection = sqlite3.connect(instance / "ozgtermine.sqlite")
    try:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608
    finally:
        connection.close()


def test_a_killed_mail_worker_comes_back_and_stopping_ends_every_process(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        (worker,) = children(site.process.pid, "worker")
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: children(site.process.pid, "worker") not in ([], [worker]))
        everything = list(descendants(site.process.pid))
        assert set(children(site.process.pid, "serve")) < set(everything)
        site.process.send_signal(signal.SIGTERM)
        assert site.process.wait(DEADLINE_SECONDS) == 0
    assert [pid for pid in everything if Path(f"/proc/{pid}").exists()] == []


def test_a_killed_server_worker_comes_back(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        (server,) = children(site.process.pid, "serve")
        for pid in children(server):
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: answers(site.address))


def test_killing_the_command_leaves_no_process_behind(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        everything = list(descendants(site.process.pid))
        site.process.kill()
        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everything))


def children(pid: int, word: str = "") -> list[int]:
    """Return the children of a process, those alone whose name has the `word`."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(each) for each in found if word in Path(f"/proc/{each}/comm").read_text("utf-8")]


def descendants(pid: int) -> Iterator[int]:
    for child in children(pid):
        yield child
        yield from descendants(child)


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--today", "morgen"], "„morgen“ ist kein Tag. Schreiben Sie zum Beispiel 2023-02-06."),
        (["--port", "http"], "„http“ ist kein Port. Nehmen Sie eine Zahl von 1 bis 65535."),
        (
            ["--instance", "/dev/null/x"],
            "In den Ordner /dev/null/x lässt sich nicht schreiben: Not a directory",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path
) -> None:
    assert refused(tmp_path, *arguments) == sentence


def test_a_taken_port_is_named_together_with_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused(tmp_path, "--port", str(port)) == (
            f"Der Port {port} ist schon belegt. Nehmen Sie einen anderen, zum Beispiel: make run PORT={port + 1}"
        )


def test_another_day_is_refused_outside_of_a_demonstration(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('environment = "production"\n', encoding="utf-8")
    assert refused(tmp_path, "--today", "2023-02-06") == (
        "Ein anderer Tag (TODAY) geht nur im Vorführbetrieb (environment = 'demo')."
    )


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('smtp_hots = "mail.example"\n', encoding="utf-8")
    assert refused(tmp_path) == "Unbekannte Einstellung: smtp_hots"


@pytest.mark.parametrize("name", ["mail_from", "reply_to", "contact_email"])
def test_an_address_that_many_mail_servers_cannot_take_is_refused_before_a_mail_depends_on_it(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(f'{name} = "ozg@münster.example"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="stehen Umlaute") as refusal:
        Settings.load({"OZGTERMINE_INSTANCE": str(tmp_path)})
    assert refusal.value.values == {"name": name}


def refused(instance: Path, *arguments: str) -> str:
    """Return the one sentence with which a start is refused."""
    done = subprocess.run(
        [*COMMAND, "--port", str(free_port()), "--instance", str(instance), *arguments],
        cwd=TOP, env=clean_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.removesuffix("\n")
