"""What stands between a calendar program and the server: it writes down what is asked, and can break."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

NOT_PASSED_ON = frozenset({"host", "connection", "keep-alive", "transfer-encoding", "date", "server"})


@dataclass(frozen=True)
class Fault:
    """An answer instead of the server's; without a status the connection is closed without a word."""

    status: int = 0
    content_type: str = "text/html; charset=utf-8"
    body: bytes = b"<!doctype html><title>Wartung</title><p>Bitte sp\xc3\xa4ter."


@dataclass(frozen=True)
class Asked:
    """One request, with what was answered."""

    method: str
    path: str
    headers: dict[str, str]
    status: int

    @property
    def validators(self) -> list[str]:
        return [name for name in ("If-None-Match", "If-Modified-Since") if name in self.headers]


@dataclass
class Gateway:
    """Passes requests on to `server`, unless there is a fault."""

    server: str
    address: str = ""
    fault: Fault | None = None
    asked: list[Asked] = field(default_factory=list)

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length) if length else None
        status, headers, content = self._answer(handler, body)
        self.asked.append(Asked(handler.command, handler.path, dict(handler.headers), status))
        if status == 0:
            handler.close_connection = True
            return
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        if status not in (204, 304) and not any(name.lower() == "content-length" for name, _value in headers):
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    def _answer(
        self, handler: BaseHTTPRequestHandler, body: bytes | None
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        if self.fault is not None:
            return self.fault.status, [("Content-Type", self.fault.content_type)], self.fault.body
        connection = HTTPConnection(urlsplit(self.server).netloc, timeout=30)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in NOT_PASSED_ON}
        connection.request(handler.command, handler.path, body=body, headers=headers)
        answer = connection.getresponse()
        passed = [(name, value) for name, value in answer.getheaders() if name.lower() not in NOT_PASSED_ON]
        content = answer.read()
        connection.close()
        return answer.status, passed, content


@contextmanager
def gateway(server: str) -> Iterator[Gateway]:
    made = Gateway(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing: what was asked is in `asked`."""

        def do(self) -> None:
            made.pass_on(self)

        do_GET = do_HEAD = do_OPTIONS = do_PROPFIND = do_REPORT = do_PUT = do_DELETE = do  # noqa: N815 - HTTP's names

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
