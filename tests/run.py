"""`make test`: provides Chromium and PostgreSQL where it may, then runs every check and says what was left out.

With CI=true leaving anything out is a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.debian import provide
from tests.postgresql import RUNNING, answers

TOP = Path(__file__).parents[1]
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")
NEEDED = {  # what is looked for → Debian's package
    "chromium": "chromium",
    "postgresql": "postgresql",
}
RUFF = [sys.executable, "-m", "ruff", "check", "."]
MYPY = [sys.executable, "-m", "mypy"]


def main() -> int:
    missing = provide(NEEDED, is_there=is_there)
    if missing and IN_CI:
        print(f"Missing in CI: {', '.join(missing)}", file=sys.stderr)
        return 1
    code = checks()
    if missing:
        packages = " ".join(NEEDED[name] for name in missing)
        print(f"\nLeft out: the tests that need {' and '.join(missing)}. To run them: sudo apt-get install {packages}")
    return code


def checks() -> int:
    """Return 0 if all is well; the import contracts are among the tests (test_architecture.py).

    mypy works beside the tests, which wait for servers and browsers now and then, and speaks after them.
    """
    with tempfile.TemporaryFile() as said, subprocess.Popen(MYPY, cwd=TOP, stdout=said, stderr=said) as typed:
        codes = [subprocess.run(command, cwd=TOP, check=False).returncode for command in (RUFF, pytest())]
        codes.append(typed.wait())
        said.seek(0)
        print(said.read().decode())
    return max(codes)


def pytest() -> list[str]:
    """Return the command of the tests, which wait half of the time, one process more than there are cores."""
    processes = min((os.cpu_count() or 2) + 1, 4)
    return [sys.executable, "-m", "pytest", "-n", str(processes), "--dist", "loadfile", *sys.argv[1:]]


def is_there(name: str) -> bool:
    if name == "chromium":
        return shutil.which("chromium") is not None
    if os.environ.get("OZGTERMINE_TEST_POSTGRESQL"):
        return True
    return answers(RUNNING) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


if __name__ == "__main__":
    sys.exit(main())
