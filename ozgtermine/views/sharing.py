"""What everybody gets alike: a view says so, and until when; the public front keeps it (`front/`)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Response, make_response, request
from werkzeug.http import http_date

from ozgtermine.views.sessions import has_session

SHARED = "ozgtermine.shared"
"""Where in the WSGI environment a view leaves its `Shared`."""
FORMER = "ozgtermine.former"
"""Where in it the front leaves what the view remembered of the answer before, see `Remembered`."""
SHARED_SECONDS = 300


class Remembered(Protocol):
    """What a view wants to know of its answer when it makes the next one; it goes with the answer, or soon after."""

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        ...

    def __contains__(self, word: bytes) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A body that is a function of address, public revision and time, and true until `valid_until`.

    One that `stands_in` is also kept on disk, for while the database is away. An address with unknown parameters is
    answered but not kept: anybody can invent them.
    """

    body: bytes
    valid_until: datetime
    stands_in: bool = False
    is_kept: bool = True
    remembered: Remembered | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a view makes: bytes, their type, and until when they are true."""

    body: bytes
    content_type: str
    file_name: str
    valid_until: datetime
    last_modified: datetime | None = None
    remembered: Remembered | None = None


def shared_file(made: Made, *, arguments: Collection[str] = ()) -> Response:
    """Share a feed or an embed with everybody, programs of other sites too."""
    response = make_response(made.body)
    response.headers["Content-Type"] = made.content_type
    response.headers["Content-Disposition"] = f"inline; filename={made.file_name}"
    if made.last_modified:
        response.headers["Last-Modified"] = http_date(made.last_modified)
    response.headers["Cache-Control"] = f"public, max-age={SHARED_SECONDS}, must-revalidate"
    response.headers["Access-Control-Allow-Origin"] = "*"
    is_feed = made.content_type.startswith("text/calendar")
    _share(
        Shared(
            body=made.body,
            valid_until=made.valid_until,
            stands_in=is_feed,
            is_kept=_knows(arguments),
            remembered=made.remembered,
        )
    )
    return response


def shared_page(
    response: Response,
    valid_until: datetime,
    *,
    arguments: Collection[str] = (),
    remembered: Remembered | None = None,
) -> Response:
    """Share a page with everybody who is not signed in."""
    if not has_session() and response.status_code == 200:  # noqa: PLR2004 - HTTP's own number
        body, is_kept = response.get_data(), _knows(arguments)
        _share(Shared(body=body, valid_until=valid_until, is_kept=is_kept, remembered=remembered))
    return response


def former_answer() -> Remembered | None:
    """Return what was remembered of the former answer to this address, if it was given just now."""
    found: Remembered | None = request.environ.get(FORMER)
    return found


def is_shared() -> bool:
    """Return whether the answer to this request goes out through the front, which packs it itself."""
    return SHARED in request.environ


def _share(shared: Shared) -> None:
    request.environ[SHARED] = shared


def _knows(arguments: Collection[str]) -> bool:
    return all(each in arguments for each in request.args)
