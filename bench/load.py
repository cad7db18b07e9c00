"""Servers as they are served, the load that wrk puts on them, and the CPU time that they take for it.

wrk is quick enough not to be what is measured. Cases are asked in turn, round after round, and each ratio is one of
the same round: a neighbour who works on the same machine slows all of them alike.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from ozgtermine.commands.serving import server_command
from tests.debian import provide
from tests.ports import free_port

CONNECTIONS = 16
SECONDS = 1
ROUNDS = 5
TOP = Path(__file__).parents[1]
PACKAGES = {"wrk": "wrk", "nginx": "nginx"}
REPORT = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("\\n=%d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Case:
    """What is asked of which server; `expects` is the status of a right answer."""

    name: str
    pid: int
    port: int
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    expects: int = 200


@dataclass(frozen=True)
class Measured:
    """One round: requests per second, the 99th of 100 latencies, microseconds of the server's CPU for each."""

    per_second: float
    p99_ms: float
    cpu_microseconds: float


class Rounds:
    """The rounds of all cases, by name."""

    def __init__(self, measured: dict[str, list[Measured]]) -> None:
        self.measured = measured

    def middle(self, name: str) -> Measured:
        rounds = self.measured[name]
        return Measured(
            per_second=median(each.per_second for each in rounds),
            p99_ms=median(each.p99_ms for each in rounds),
            cpu_microseconds=median(each.cpu_microseconds for each in rounds),
        )

    def ratio(self, name: str, to: str) -> float:
        """Return how many times as many requests a second it answers, in the middle of the rounds."""
        pairs = zip(self.measured[name], self.measured[to], strict=True)
        return median(one.per_second / other.per_second for one, other in pairs)


def need_programs() -> None:
    """Provide nginx and wrk, or end and say how to have them."""
    missing = provide(PACKAGES)
    if missing:
        packages = " ".join(PACKAGES[name] for name in missing)
        sys.exit(f"Left out: this benchmark needs {' and '.join(missing)}. To run it: sudo apt-get install {packages}")


def product(environment: Mapping[str, str]) -> AbstractContextManager[tuple[int, int]]:
    """Return what yields process id and port of the product as it is served."""
    return _server(server_command, environment)


def hello(name: str) -> AbstractContextManager[tuple[int, int]]:
    """Return what yields process id and port of one of the applications of `bench.hello`, served in the same way."""
    return _server(lambda host, port: [sys.executable, "-m", "bench.hello", name, host, str(port)], {})


@contextmanager
def _server(command: Callable[[str, int], list[str]], environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    port = free_port()
    process = subprocess.Popen(command("127.0.0.1", port), cwd=TOP, env={**os.environ, **environment})
    try:
        _wait(port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def measure(cases: Sequence[Case], *, rounds: int = ROUNDS, seconds: int = SECONDS) -> Rounds:
    """Ask for each case over many connections, in turn, after one round to warm up."""
    for case in cases:
        _check(case)
        _ask(case, 1)
    measured: dict[str, list[Measured]] = {case.name: [] for case in cases}
    for _round in range(rounds):
        for case in cases:
            before = cpu_seconds(case.pid)
            asked, per_second, p99_ms = _ask(case, seconds)
            cpu = (cpu_seconds(case.pid) - before) / asked * 1e6
            measured[case.name].append(Measured(per_second, p99_ms, cpu))
    return Rounds(measured)


def ask(port: int, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers (names in small letters) and body exactly as received."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def _check(case: Case) -> None:
    status = ask(case.port, case.path, case.headers)[0]
    if status != case.expects:
        raise RuntimeError(f"{case.name}: {status} instead of {case.expects}")


def _ask(case: Case, seconds: int) -> tuple[int, float, float]:
    """Return how often was asked, how often in a second, and the p99 in milliseconds."""
    headers = [word for name, value in case.headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", "/dev/stdin", *headers,
               f"http://127.0.0.1:{case.port}{case.path}"]  # fmt: skip
    done = subprocess.run(command, input=REPORT, capture_output=True, text=True, check=True)
    asked, microseconds, p99, errors = map(int, done.stdout.rpartition("\n=")[2].split())
    if errors:
        raise RuntimeError(f"{case.name}: {errors} of {asked} failed")
    return asked, asked / microseconds * 1e6, p99 / 1000


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and of its children, to the microsecond (Linux, clock_getcpuclockid(3))."""
    return sum(time.clock_gettime((~each << 3) | 2) for each in (pid, *children(pid)))


def children(pid: int) -> list[int]:
    """Return the process ids of its children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text("ascii", "replace").rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


def _wait(port: int) -> None:
    for _attempt in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError
