"""What starting costs, and what a server that waits takes of the memory."""

import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.installation import installation
from bench.load import ask, children, cpu_seconds, product

BUDGETS = {"start until the first answer, CPU s": 1.5, "--help, ms": 150, "--help, CPU ms": 150,
           "idle, server with 2 workers, MiB": 150, "idle, with the worker too, MiB": 230}  # fmt: skip
TIMES = 5
SETTLED_SECONDS = 3


def main() -> None:
    """Print each figure beside its budget; memory is PSS, what is shared counted once."""
    found: dict[str, float] = {}
    wall, cpu = zip(*(_help() for _time in range(TIMES)), strict=True)
    found["--help, ms"], found["--help, CPU ms"] = median(wall) * 1000, median(cpu) * 1000
    with installation("") as installed, product(installed.environment) as (pid, port):
        ask(port, "/", {})
        found["start until the first answer, CPU s"] = cpu_seconds(pid)
        worker = subprocess.Popen(
            [sys.executable, "-m", "ozgtermine", "worker"], env={**os.environ, **installed.environment},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            time.sleep(SETTLED_SECONDS)
            served = _pss(pid) + sum(map(_pss, children(pid)))
            found["idle, server with 2 workers, MiB"] = served
            found["idle, with the worker too, MiB"] = served + _pss(worker.pid)
        finally:
            worker.terminate()
            worker.wait()
    for name, most in BUDGETS.items():
        print(f"{name:50}{found[name]:9.2f}{most:9.1f}  {'met' if found[name] <= most else 'MISSED'}")


def _help() -> tuple[float, float]:
    """Return the seconds and the CPU seconds of `ozgtermine --help`."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "ozgtermine", "--help"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, used


def _pss(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
