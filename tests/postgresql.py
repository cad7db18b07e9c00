"""A PostgreSQL server for the tests: the one that is named, the one that runs, or a private one that ends with them."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.ports import free_port

RUNNING = "postgresql://postgres@127.0.0.1:5432/postgres"
START_DEADLINE_SECONDS = 30


@contextmanager
def server() -> Iterator[str | None]:
    """Yield the address of a server whose user may create databases, None where there is no PostgreSQL at all."""
    named = os.environ.get("OZGTERMINE_TEST_POSTGRESQL")
    if named:
        yield named
    elif answers(RUNNING):
        yield RUNNING
    elif programs := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        with _private(programs[-1].parent) as address:
            yield address
    else:
        yield None


def answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _private(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="ozgtermine-postgresql-"))
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    port = free_port()
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8"],
        check=True,
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    process = subprocess.Popen(
        [
            programs / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            "-k",
            folder,
            "-c",
            "listen_addresses=127.0.0.1",
        ],
        user=user,
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        while not answers(address) and time.monotonic() < deadline:
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)
