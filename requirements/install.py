"""Makes `.venv` and installs a lock file into it: install.py runtime|dev. Standard library only.

Does nothing where the environment is already what the lock file says. `dev` holds all of `runtime`, so that both can
share one environment. Make sure of the Python first: the Makefile calls this only with 3.11 or newer.
"""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"


def main(wanted: str) -> None:
    """Have everything of the lock file `wanted` in `.venv`; ends the process with a sentence where that fails."""
    installed = STAMP.read_text(encoding="utf-8") if STAMP.is_file() else ""
    name = "dev" if installed.startswith("dev ") else wanted
    lock = HERE / f"{name}.txt"
    fingerprint = f"{name} {hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version_info[:2]} {VENV}"
    if PYTHON.exists() and installed == fingerprint:
        return
    if not (find_spec("venv") and find_spec("ensurepip")):
        sys.exit("Dem Python auf diesem Rechner fehlt venv. Auf Debian: apt install python3-venv")
    sys.stdout.write("Die Umgebung .venv wird eingerichtet; das dauert beim ersten Mal etwa eine Minute …\n")
    sys.stdout.flush()
    _quietly([sys.executable, "-m", "venv", "--clear", str(VENV)], "Die Umgebung .venv ließ sich nicht anlegen.")
    install = ["-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(lock)]
    _quietly([str(PYTHON), *install], "Die Pakete ließen sich nicht installieren.")
    STAMP.write_text(fingerprint, encoding="utf-8")


def _quietly(command: list[str], sentence: str) -> None:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n{sentence}")


if __name__ == "__main__":
    main(sys.argv[1])
