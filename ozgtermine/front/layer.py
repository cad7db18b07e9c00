"""The layer: answers what it has kept, and keeps what a view marks as shared.

An answer is a pure function of its address, the public revision, and time. One look at the revision proves it current;
`valid_until` names the instant at which it would change by itself. Whoever has a session goes straight to Flask.
"""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from sqlalchemy import Engine

from ozgtermine import clock
from ozgtermine.front.kept import Headers, Kept
from ozgtermine.front.last_good import LastGood
from ozgtermine.front.revision import AwayError, revision_look
from ozgtermine.front.shelf import Shelf
from ozgtermine.views.sharing import FORMER, SHARED, Shared

Error = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
_GONE = ("404", "410")
_log = logging.getLogger(__name__)


class Front:
    """WSGI (PEP 3333) around the application."""

    def __init__(self, app: Flask, engine: Engine, folder: Path) -> None:
        self._app = app.wsgi_app
        self._cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        self._look = revision_look(engine)
        self.shelf = Shelf()
        self.last_good = LastGood(folder)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or self._cookie in environ.get("HTTP_COOKIE", ""):
            return self._app(environ, start_response)
        query = environ.get("QUERY_STRING", "")
        key = f"{environ['PATH_INFO']}?{query}" if query else environ["PATH_INFO"]
        found = self.shelf.find(key)
        revision = self.seen_revision()
        if found is not None and revision is not None and found.is_current(revision, clock.now()):
            return found.answer(environ, start_response)
        return self._made(key, revision, environ, start_response)

    def seen_revision(self) -> int | None:
        """Return the revision, None while the database is away; what belongs to another one is forgotten."""
        try:
            revision = self._look()
        except AwayError as error:
            _log.warning("the public revision cannot be looked up: %s", error)
            return None
        self.shelf.see(revision)
        return revision

    def forget(self) -> None:
        """Be like a process that has just started."""
        self.shelf.forget()

    def _made(
        self, key: str, revision: int | None, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Flask answer, and keep it if the view says that everybody gets the same."""
        now, said, former = clock.now(), _Said(), self.shelf.former(key)
        environ[FORMER] = former.remembered
        iterable = self._app(environ, said)
        shared: Shared | None = environ.get(SHARED)
        if shared is not None and said.status.startswith("200"):
            _close(iterable)
            kept = Kept(
                shared.body, said.headers, revision=revision or 0, made_at=now, valid_until=shared.valid_until,
                former=former.pieces, remembered=shared.remembered,
            )  # fmt: skip
            if revision is not None and shared.is_kept:
                self.shelf.put(key, kept)
                if shared.stands_in:
                    self.last_good.put(key, kept)
            return kept.answer(environ, start_response)
        self.shelf.forget_former(key)
        if key.partition("?")[0].endswith(".ics") and (copy := self._copy(key, said.status)):
            _close(iterable)
            return copy.answer(environ, start_response)
        start_response(said.status, said.headers, said.error)
        return iterable

    def _copy(self, key: str, status: str) -> Kept | None:
        """Return what stands in for a failed feed; of one that was withdrawn the copy goes."""
        if status.startswith(_GONE):
            self.last_good.forget(key)
        return self.last_good.find(key, clock.now()) if status.startswith("5") else None


class _Said:
    """Takes what an application says to start_response."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []
        self.error: Error | None = None

    def __call__(self, status: str, headers: Headers, error: Error | None = None, /) -> Callable[[bytes], object]:
        self.status, self.headers, self.error = status, headers, error
        return lambda _data: None


def _close(iterable: Iterable[bytes]) -> None:
    close = getattr(iterable, "close", None)
    if close:
        close()


def install(app: Flask, engine: Engine, folder: Path) -> Front:
    """Put the layer around `app`; its copies of feeds lie in `folder`."""
    front = Front(app, engine, folder)
    app.wsgi_app = front  # type: ignore[method-assign]
    app.extensions["ozgtermine.front"] = front
    return front
