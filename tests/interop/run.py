"""`make interop`: provides the calendar programs of others where it may, then lets them read and follow our feeds.

What is missing leaves its tests out, by name. Not part of CI: it takes packages from three places and some minutes.
"""

import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from tests.debian import install, may_install  # noqa: E402 - the folder is known by now
from tests.interop.needs import DEBIAN, missing  # noqa: E402 - see above
from tests.run import is_there  # noqa: E402 - see above


def main() -> int:
    wanted = [package for name in missing() for package in DEBIAN[name]]
    if not is_there("postgresql"):
        wanted.append("postgresql")
    if wanted and may_install():
        install(wanted)
    _install_python_programs()
    code = subprocess.run([sys.executable, "-m", "pytest", "-s", "tests/interop", *sys.argv[1:]], cwd=TOP, check=False)
    if left := [package for name in missing() for package in DEBIAN[name]]:
        print(f"\nLeft out: {', '.join(missing())}. To run them: sudo apt-get install {' '.join(left)}")
    return code.returncode


def _install_python_programs() -> None:
    locked = ["--require-hashes", "--no-deps", "-r", str(TOP / "requirements" / "interop.txt")]
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *locked], check=shutil.which("khal") is None)


if __name__ == "__main__":
    sys.exit(main())
