"""Debian's packages for the tests: got where this machine lets us, else named to whoever can get them."""

import os
import shutil
import subprocess


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
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # The machine's own cluster is not ours to start: the tests make a private one.
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        subprocess.run([*prefix, "apt-get", *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
