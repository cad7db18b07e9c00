"""The lock files install the same everywhere: exact versions, hashes, no address of an index."""

import re
from pathlib import Path

import pytest

from tests.living import TOP

LOCKS = [TOP / "requirements" / name for name in ("runtime.txt", "dev.txt")]
REQUIREMENT = re.compile(r"([a-z0-9-]+)(\[[a-z,]+\])?==\S+( ; .+?)? \\\n((    --hash=sha256:[0-9a-f]{64}( \\)?\n)+)")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_exact_versions_with_hashes_and_nothing_else(lock: Path) -> None:
    assert REQUIREMENT.sub("", lock.read_text(encoding="utf-8")) == ""


def test_what_runs_is_what_was_tested() -> None:
    runtime, dev = (lock.read_text(encoding="utf-8").split("\n") for lock in LOCKS)
    versions = {line for line in runtime if "==" in line}
    assert versions
    assert versions - set(dev) == set()
