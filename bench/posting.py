"""Many people who register at once, each over a connection of their own and from a network of their own.

The clients are a process of their own, so that only the server's CPU is counted.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import cpu_seconds

CLIENTS = 64
BEHIND_A_PROXY = {"OZGTERMINE_TRUSTED_PROXIES": "1"}
Post = tuple[str, str]


@dataclass(frozen=True)
class Flow:
    """What a number of POSTs took, sent by 64 clients as fast as they were answered; `refused` are 4xx and 5xx."""

    posts: int
    seconds: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    refused: int

    @property
    def per_second(self) -> float:
        return self.posts / self.seconds


def flow(pid: int, port: int, posts: list[Post]) -> Flow:
    """Send them all, and return what was measured."""
    before = cpu_seconds(pid)
    done = subprocess.run(
        [sys.executable, __file__, str(port)], input=json.dumps(posts).encode(), capture_output=True, check=True
    )
    cpu, (seconds, answers) = cpu_seconds(pid) - before, json.loads(done.stdout)
    times = sorted(milliseconds for milliseconds, _status in answers)
    return Flow(
        posts=len(posts),
        seconds=seconds,
        cpu_ms=cpu * 1000 / len(posts),
        p50_ms=times[len(times) // 2],
        p99_ms=times[len(times) * 99 // 100],
        refused=sum(status >= HTTPStatus.BAD_REQUEST for _milliseconds, status in answers),
    )


def typed(number: int) -> str:
    """Return the body of the form that a person of that number sends."""
    return urlencode({
        "given_name": "Erika", "family_name": f"Muster {number}", "email": f"e{number}@musterburg.example",
        "organisation": "Stadt", "sector": "municipal", "language": "de", "schritt": "absenden", "mensch": "ja",
    })  # fmt: skip


def _client(number: int, port: int, posts: list[Post], answers: list[tuple[float, int]]) -> None:
    """Send one POST after the other, until none is left for anybody."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb")
        while posts:
            request = _request(number, *posts.pop())
            began = time.perf_counter()
            connection.sendall(request)
            status, length = int(stream.readline().split()[1]), 0
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            stream.read(length)
            answers.append(((time.perf_counter() - began) * 1000, status))


def _request(number: int, path: str, body: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
        f"X-Forwarded-For: 10.0.0.{number}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def main() -> None:
    """Be the clients' process."""
    posts: list[Post] = [(path, body) for path, body in reversed(json.load(sys.stdin))]
    answers: list[tuple[float, int]] = []
    clients = [
        threading.Thread(target=_client, args=(number, int(sys.argv[1]), posts, answers)) for number in range(CLIENTS)
    ]
    began = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    json.dump((time.perf_counter() - began, answers), sys.stdout)


if __name__ == "__main__":
    main()
