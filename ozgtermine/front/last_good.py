"""Feeds on disk: what is sent while the database is away, also by a process that has just started.

One 500, and Thunderbird stops asking until it is restarted; an empty or foreign answer empties a calendar.
"""

import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import get_ident

from ozgtermine.front.kept import Kept

_log = logging.getLogger(__name__)


class LastGood:
    """A file for each address: a line of JSON with address and headers, then the bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: dict[str, bytes] = {}

    def put(self, key: str, answer: Kept) -> None:
        """Keep the answer, whole or not at all; a full disk costs the copy, not the answer."""
        if self._written.get(key) == answer.body:
            return
        path = self._path(key)
        beside = path.with_suffix(f".{os.getpid()}-{get_ident()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(json.dumps([key, answer.headers]).encode() + b"\n" + answer.body)
            beside.replace(path)
        except OSError as error:
            _log.warning("no last good copy of %s: %s", key, error)
        else:
            self._written[key] = answer.body

    def find(self, key: str, now: datetime) -> Kept | None:
        """Return the copy, good for this one answer."""
        try:
            head, _newline, body = self._path(key).read_bytes().partition(b"\n")
            named, headers = json.loads(head)
        except (OSError, ValueError):
            return None
        pairs = [(name, value) for name, value in headers]
        return Kept(body, pairs, revision=-1, made_at=now, valid_until=now) if named == key else None

    def forget(self, key: str) -> None:
        self._written.pop(key, None)
        self._path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """Yield the address of every copy."""
        for path in sorted(self.folder.glob("*.feed")):
            try:
                with path.open("rb") as file:
                    yield json.loads(file.readline())[0]
            except (OSError, ValueError, LookupError):
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{sha256(key.encode()).hexdigest()[:40]}.feed"
