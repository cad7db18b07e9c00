"""Makes `.venv` and installs a lock file into it: install.py runtime|dev. Standard library only, for any Python 3.

Does nothing where the environment is already what the lock file says.
"""

import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
VENV = os.path.join(TOP, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
OLDEST = (3, 11)


def main():
    if sys.version_info < OLDEST:
        sys.exit("OZG-Termine braucht Python 3.11 oder neuer, hier ist %d.%d." % sys.version_info[:2])
    # dev holds all of runtime, so that both commands can share one environment
    name = "dev" if read(STAMP).startswith("dev ") else sys.argv[1]
    wanted = fingerprint(name)
    if os.path.exists(PYTHON) and read(STAMP) == wanted:
        return
    make_environment()
    lock = os.path.join(HERE, name + ".txt")
    quietly([PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", lock],
            "Die Pakete ließen sich nicht installieren.")
    with open(STAMP, "w", encoding="ascii") as file:
        file.write(wanted)


def fingerprint(name):
    """Return what the environment is made of: lock file and Python."""
    with open(os.path.join(HERE, name + ".txt"), "rb") as file:
        return "%s %s %d.%d" % ((name, hashlib.sha256(file.read()).hexdigest()) + sys.version_info[:2])


def read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def make_environment():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit("Dem Python auf diesem Rechner fehlt venv. Auf Debian: apt install python3-venv")
    print("Die Umgebung wird eingerichtet (.venv), das dauert beim ersten Mal etwa eine Minute …", flush=True)
    quietly([sys.executable, "-m", "venv", "--clear", VENV], "Die Umgebung .venv ließ sich nicht anlegen.")


def quietly(command, sentence):
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    if done.returncode:
        sys.stderr.write(done.stdout.decode("utf-8", "replace"))
        sys.exit(sentence)


main()
