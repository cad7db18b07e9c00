"""The two measures of all others: the least that WSGI and Flask can do."""

from collections.abc import Callable, Iterable

from flask import Flask


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
