"""An answer as it is kept: its bytes, plain and packed, and every header it may go out with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags

from ozgtermine.front.packing import Deflated, Packed
from ozgtermine.views.sharing import Remembered

Headers = list[tuple[str, str]]
# What a 304 says: RFC 9110, 15.4.5, and what a browser needs to read the answer at all.
_SAID_UNCHANGED = frozenset({"cache-control", "last-modified", "access-control-allow-origin"})
_MADE_HERE = frozenset({"content-length", "content-encoding", "etag", "vary", "set-cookie"})
SMALLEST_PACKED = 1_000


@dataclass(frozen=True)
class _Form:
    """The answer in one encoding."""

    etag: str
    body: bytes
    whole: Headers
    unchanged: Headers


class Kept:
    """What a view made, with what proves it current. Equal bodies have equal strong ETags, one per encoding."""

    def __init__(  # noqa: PLR0913 - what proves it current is named
        self,
        body: bytes,
        headers: Headers,
        *,
        revision: int,
        made_at: datetime,
        valid_until: datetime,
        former: Deflated = MappingProxyType({}),
        remembered: Remembered | None = None,
    ) -> None:
        self.body = body
        self.headers = [(name, value) for name, value in headers if name.lower() not in _MADE_HERE]
        self.remembered = remembered
        self.revision, self.made_at, self.valid_until = revision, made_at, valid_until
        self._last_modified = next((value for name, value in self.headers if name.lower() == "last-modified"), "")
        packed = Packed(body, former)
        self.pieces = packed.pieces if len(packed.pieces) > 1 else {}
        self._plain = self._packed = self._form(f'"{packed.digest}"', body, [])
        if len(body) >= SMALLEST_PACKED:
            self._packed = self._form(f'"{packed.digest}-gzip"', packed.body, [("Content-Encoding", "gzip")])
        self._etags = frozenset((self._plain.etag, self._packed.etag))

    @cached_property
    def size(self) -> int:
        """Bytes that it takes, with the pieces of its packed form and what is remembered of it."""
        packed = len(self._packed.body) if self._packed is not self._plain else 0
        remembered = self.remembered.size if self.remembered else 0
        return len(self.body) + packed + sum(map(len, self.pieces.values())) + remembered

    def _form(self, etag: str, body: bytes, encoding: Headers) -> _Form:
        own = [("ETag", etag), ("Vary", "Accept-Encoding")]
        return _Form(
            etag=etag,
            body=body,
            whole=[*self.headers, *encoding, ("Content-Length", str(len(body))), *own],
            unchanged=[*(each for each in self.headers if each[0].lower() in _SAID_UNCHANGED), *own],
        )

    def is_current(self, revision: int, now: datetime) -> bool:
        return self.revision == revision and self.made_at <= now < self.valid_until

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer GET or HEAD, with 304 where the client has these bytes (RFC 9110, 13.2.2).

        A list, not a tuple: granian sends a list in one piece and everything else as a stream, for half as much again.
        """
        form = self._packed if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else self._plain
        if self._is_known(environ):
            start_response("304 NOT MODIFIED", form.unchanged)
            return []
        start_response("200 OK", form.whole)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [form.body]

    def _is_known(self, environ: WSGIEnvironment) -> bool:
        """Return whether the client has these bytes, in whatever encoding it got them.

        A date alone counts only if it is exactly ours: what was hidden can make it go back.
        """
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            return tags in self._etags or any(parse_etags(tags).contains_weak(each.strip('"')) for each in self._etags)
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if not (since and self._last_modified):
            return False
        return bool(since == self._last_modified or parse_date(since) == parse_date(self._last_modified))


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted, Accept).quality("gzip") > 0
