"""What everybody gets alike, remembered by the process: answered with 304, or with its bytes, before anything is made.

An answer is a pure function of its address, the public revision, and time. One look at the revision proves that the
remembered one is current; `valid_until` names the instant at which it would change by itself.
"""

import gzip
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from threading import Lock

from flask import Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, quote_etag

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.errors import Refusal
from ozgtermine.queries.revision import current_revision

MOST_ANSWERS = 256
SHARED_SECONDS = 300

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a view makes: bytes, their type, and until when they are true."""

    body: bytes
    content_type: str
    file_name: str
    valid_until: datetime
    last_modified: datetime | None = None


@dataclass(frozen=True)
class Remembered:
    """A made answer, and what proves it current."""

    made: Made
    revision: int
    made_at: datetime

    @cached_property
    def digest(self) -> str:
        return sha256(self.made.body).hexdigest()[:32]

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.made.body, 6, mtime=0)

    def is_current(self, revision: int, now: datetime) -> bool:
        return self.revision == revision and self.made_at <= now < self.made.valid_until


class Shelf:
    """The answers of one application, the least used forgotten first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Remembered] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> Remembered | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: str, answer: Remembered) -> None:
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)

    def forget(self, key: str) -> None:
        with self._lock:
            self._answers.pop(key, None)


def shared(key: str, make: Callable[[datetime], Made]) -> Response:
    """Answer with what `make` makes, made only where the remembered answer is no longer true.

    While the database is away the last good answer stands in: one 500, and Thunderbird stops asking.
    """
    shelf: Shelf = current_app.extensions.setdefault("ozgtermine.shelf", Shelf())
    found = shelf.find(key)
    try:
        answer = _current(shelf, key, found, make)
    except SQLAlchemyError as error:  # away, or all its connections are taken
        if found is None:
            raise
        _log.warning("database failed, sending the last good %s: %s", key, error)
        answer = found
    return _response(answer)


def _current(shelf: Shelf, key: str, found: Remembered | None, make: Callable[[datetime], Made]) -> Remembered:
    now = clock.now()
    revision = current_revision(db.session())
    if found and found.is_current(revision, now):
        return found
    try:
        fresh = Remembered(make(now), revision, now)
    except (HTTPException, Refusal):  # withdrawn: the last good answer must not come back when the database is away
        shelf.forget(key)
        raise
    shelf.put(key, fresh)
    return fresh


def _response(answer: Remembered) -> Response:
    packs = request.accept_encodings.quality("gzip") > 0
    changed = not _is_known(answer)
    response = Response(status=200 if changed else 304)
    if changed:
        response.set_data(answer.packed if packs else answer.made.body)
        response.headers["Content-Type"] = answer.made.content_type
        response.headers["Content-Disposition"] = f"inline; filename={answer.made.file_name}"
        if packs:
            response.headers["Content-Encoding"] = "gzip"
    else:
        response.headers.pop("Content-Type", None)
    response.headers["ETag"] = quote_etag(f"{answer.digest}-gzip" if packs else answer.digest)
    if answer.made.last_modified:
        response.headers["Last-Modified"] = http_date(answer.made.last_modified)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={SHARED_SECONDS}, must-revalidate"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _is_known(answer: Remembered) -> bool:
    """Return whether the client has these bytes, in whatever encoding it got them.

    A date alone counts only if it is exactly ours: what was hidden can make it go back.
    """
    if "If-None-Match" in request.headers:
        known = request.if_none_match
        return any(known.contains_weak(each) for each in (answer.digest, f"{answer.digest}-gzip"))
    since, ours = request.if_modified_since, answer.made.last_modified
    return bool(since and ours and since == ours.astimezone(UTC).replace(microsecond=0))
