"""A load of keep-alive connections from a process of its own, and the CPU time that the server took for it."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
SECONDS = 3.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """Requests per second, and microseconds of the server's CPU for each."""

    per_second: float
    cpu_microseconds: float


@contextmanager
def server(target: str, environment: dict[str, str], *, factory: bool = False) -> Iterator[tuple[int, int]]:
    """Yield process id and port of a granian that serves `target` as the product is served."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2",
               "--blocking-threads", "4", "--log-level", "error", *(["--factory"] if factory else []), target]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait(port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def measure(pid: int, port: int, path: str, headers: dict[str, str]) -> Measured:
    """Ask for `path` over many connections for some seconds."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    _ask(port, request, 0.5)  # warm
    before = cpu_seconds(pid)
    asked, seconds = _ask(port, request, SECONDS)
    return Measured(asked / seconds, (cpu_seconds(pid) - before) / asked * 1e6)


def etag(port: int, path: str, headers: dict[str, str]) -> str:
    """Return the ETag exactly as received."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = connection.recv(1 << 20).partition(b"\r\n\r\n")[0].decode("latin-1")
    return next(line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("etag:"))


def _ask(port: int, request: bytes, seconds: float) -> tuple[int, float]:
    """Return how often was asked in how many seconds, by a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(port), str(seconds)], input=request, capture_output=True, check=True
    )
    asked, took = done.stdout.split()
    return int(asked), float(took)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and of its children."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int) -> None:
    for _attempt in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def _client(port: int, request: bytes, until: float, counts: list[int]) -> None:
    asked = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb")
        while time.monotonic() < until:
            connection.sendall(request)
            status, length = stream.readline().split()[1], 0
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            if status not in (b"200", b"304"):
                raise ValueError(status)
            stream.read(length if status == b"200" else 0)
            asked += 1
    counts.append(asked)


def main() -> None:
    """Be the client process."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    request, counts = sys.stdin.buffer.read(), list[int]()
    began = time.monotonic()
    arguments = (port, request, began + seconds, counts)
    clients = [threading.Thread(target=_client, args=arguments) for _number in range(CONNECTIONS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    print(sum(counts), time.monotonic() - began)


if __name__ == "__main__":
    main()
