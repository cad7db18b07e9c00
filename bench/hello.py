"""The two measures of all others: the least that WSGI and Flask can do."""

import sys
from collections.abc import Callable, Iterable

from flask import Flask

from ozgtermine.commands.serving import serve_application


def wsgi(_environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer nothing but hello."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


flask = Flask(__name__)


@flask.get("/")
def hello() -> str:
    return "hello"


@flask.post("/")
def take() -> str:
    return "hello"


if __name__ == "__main__":
    _command, name, host, port = sys.argv
    serve_application({"wsgi": wsgi, "flask": flask}[name], host, int(port))
