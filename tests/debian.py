"""Programs of Debian that tests and benchmarks need: installed where that may be, else named."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping


def is_program(name: str) -> bool:
    return shutil.which(name) is not None


def provide(needed: Mapping[str, str], *, is_there: Callable[[str], bool] = is_program) -> list[str]:
    """Return which of `needed` (what is looked for → Debian's package) are still missing after trying to install."""
    missing = [name for name in needed if not is_there(name)]
    if missing and may_install():
        install([needed[name] for name in missing])
        missing = [name for name in needed if not is_there(name)]
    return missing


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
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    # The machine's own services are not ours to start: what is needed runs privately.
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        subprocess.run([*prefix, "apt-get", *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
