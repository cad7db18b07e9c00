"""Many people who register at once, over connections of their own."""

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from bench.load import cpu_seconds

CLIENTS = 64
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Flow:
    """Many clients, each with a connection of its own, that send POSTs as fast as they are answered."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port, self.local = pid, port, threading.local()

    def of(self, posts: list[tuple[str, str]]) -> "Flow":
        """Send them all and keep what was measured."""
        before, began = cpu_seconds(self.pid), time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            times = sorted(pool.map(self._send, posts))
        self.seconds = time.perf_counter() - began
        self.per_second, self.p99_ms = len(posts) / self.seconds, times[len(times) * 99 // 100] * 1000
        self.cpu_ms = (cpu_seconds(self.pid) - before) * 1000 / len(posts)
        return self

    def _send(self, post: tuple[str, str]) -> float:
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        began = time.perf_counter()
        self.local.connection.request("POST", post[0], post[1], FORM)
        answer = self.local.connection.getresponse()
        answer.read()
        if answer.status >= http.HTTPStatus.BAD_REQUEST and post[1]:
            raise RuntimeError(f"{post[0]}: {answer.status}")
        return time.perf_counter() - began


def typed(number: int) -> str:
    """Return the body of the form that a person of that number sends."""
    return urlencode({
        "given_name": "Erika", "family_name": f"Muster {number}", "email": f"e{number}@musterburg.example",
        "organisation": "Stadt", "sector": "municipal", "language": "de", "schritt": "absenden", "mensch": "ja",
    })  # fmt: skip
