"""The programs that these tests drive, and what Debian calls them."""

import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
DEBIAN = {
    "vdirsyncer": ["vdirsyncer"],
    "libical": ["gcc", "libc6-dev", "libical-dev", "pkg-config"],
    "ical.js": ["nodejs", "npm"],
    "evolution": [
        "evolution-data-server", "gir1.2-ecal-2.0", "gir1.2-edataserver-1.2", "python3-gi", "dbus-daemon",
    ],
}  # fmt: skip


def missing() -> list[str]:
    return [name for name in DEBIAN if not has(name)]


def has(name: str) -> bool:
    match name:
        case "vdirsyncer":
            return shutil.which("vdirsyncer") is not None
        case "libical":
            return shutil.which("cc") is not None and _knows_libical()
        case "ical.js":
            return shutil.which("npm") is not None
        case _:
            return shutil.which("dbus-run-session") is not None and _talks_to_evolution()


def _knows_libical() -> bool:
    asked = ["pkg-config", "--exists", "libical"]
    return shutil.which("pkg-config") is not None and subprocess.run(asked, check=False).returncode == 0


def _talks_to_evolution() -> bool:
    program = "import gi; gi.require_version('ECal', '2.0'); gi.require_version('EDataServer', '1.2')"
    is_bound = subprocess.run([SYSTEM_PYTHON, "-c", program], capture_output=True, check=False).returncode == 0
    return is_bound and any(Path("/usr/lib/evolution-data-server").glob("calendar-backends/*http.so"))


def needs(name: str) -> pytest.MarkDecorator:
    """Leave a test out where the program is not there."""
    return pytest.mark.skipif(not has(name), reason=f"needs {name}: apt-get install {' '.join(DEBIAN[name])}")
