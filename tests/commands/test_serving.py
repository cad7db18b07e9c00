"""`ozgtermine serve` through the door of its administrator."""

import socket
import subprocess
import sys
from pathlib import Path

from tests.living import TOP, clean_environment
from tests.ports import free_port


def refused(instance: Path, port: int, **settings: str) -> str:
    """Return the one sentence with which a start is refused."""
    environment = clean_environment() | {"OZGTERMINE_INSTANCE": str(instance)} | settings
    done = subprocess.run(
        [sys.executable, "-m", "ozgtermine", "serve", "--port", str(port)],
        cwd=TOP, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.removesuffix("\n")


def test_what_is_not_prepared_is_said_once_and_nothing_is_started(tmp_path: Path) -> None:
    assert refused(tmp_path, free_port()) == (
        "Der geheime Schlüssel fehlt noch. Rufen Sie einmal „ozgtermine migrate“ auf."
    )


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused(tmp_path, port, OZGTERMINE_SECRET_KEY="only-for-tests").startswith(
            f"Der Port {port} ist schon belegt."
        )
