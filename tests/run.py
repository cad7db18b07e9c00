"""`make test`: provides Chromium and PostgreSQL where it may, then runs every check and says what was left out.

With CI=true leaving anything out is a failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgresql import RUNNING, answers

TOP = Path(__file__).parents[1]
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")
NEEDED = {  # what is looked for → Debian's package
    "chromium": "chromium",
    "postgresql": "postgresql",
}


def main() -> int:
    missing = [name for name in NEEDED if not is_there(name)]
    if missing and may_install():
        install([NEEDED[name] for name in missing])
        missing = [name for name in NEEDED if not is_there(name)]
    if missing and IN_CI:
        print(f"Missing in CI: {', '.join(missing)}", file=sys.stderr)
        return 1
    codes = [subprocess.run(command, cwd=TOP, check=False).returncode for command in commands()]
    if missing:
        packages = " ".join(NEEDED[name] for name in missing)
        print(f"\nLeft out: the tests that need {' and '.join(missing)}. To run them: sudo apt-get install {packages}")
    return max(codes)


def commands() -> list[list[str]]:
    """Return what is checked; the import contracts are among the tests (test_architecture.py)."""
    return [
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "mypy"],
        [sys.executable, "-m", "pytest", "-n", str(min(os.cpu_count() or 2, 4)), "--dist", "loadfile", *sys.argv[1:]],
    ]


def is_there(name: str) -> bool:
    if name == "chromium":
        return shutil.which("chromium") is not None
    if os.environ.get("OZGTERMINE_TEST_POSTGRESQL"):
        return True
    return answers(RUNNING) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def prefix() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def may_install() -> bool:
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        return True
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def install(packages: list[str]) -> None:
    print(f"Installing {' '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The machine's own cluster is not ours to start: the tests make a private one.
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        subprocess.run([*prefix(), "apt-get", *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
