"""The store of documents: bytes named by their SHA-256, written whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ozgtermine.errors import InvalidValueError
from ozgtermine.wording import N_

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A received file that is not kept yet."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class DocumentStore:
    """Files below `folder`, as `<first two digits>/<sha256>`; equal bytes are one file.

    A file comes before its row: what no row names after a crash is an orphan, never a row without bytes.
    """

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where the bytes of that hash lie, or would lie."""
        return self.folder / sha256[:2] / sha256

    @contextmanager
    def incoming(self, stream: BinaryIO, *, limit_bytes: int) -> Iterator[Incoming]:
        """Yield the stream's bytes in a temporary file that is gone afterwards unless it was kept.

        Raises InvalidValueError where the stream is empty or longer than `limit_bytes`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".incoming-", dir=self.folder)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                sha256, size_bytes = _copy(stream, file, limit_bytes)
                file.flush()
                os.fsync(file.fileno())
            yield Incoming(path=path, sha256=sha256, size_bytes=size_bytes)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> Path:
        """Move the file to its place, where it survives a power failure."""
        place = self.path(incoming.sha256)
        place.parent.mkdir(exist_ok=True)
        incoming.path.chmod(0o640)
        incoming.path.replace(place)
        for folder in (place.parent, self.folder):
            _sync_folder(folder)
        return place

    def strays(self, named: Collection[str], *, before: datetime) -> Iterator[Path]:
        """Yield the files that no row names, older than `before` by the file system's clock.

        Younger ones may be waiting for their row; what an interrupted upload left is a stray too.
        """
        for path in sorted(self.folder.rglob("*")):
            is_old = path.is_file() and path.stat().st_mtime < before.timestamp()
            if is_old and path.name not in named:
                yield path


def _copy(stream: BinaryIO, file: BinaryIO, limit_bytes: int) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > limit_bytes:
            raise InvalidValueError(
                N_("Die Datei ist größer als %(limit)s MB. Verkleinern Sie zum Beispiel die Bilder darin."),
                field="file",
                limit=limit_bytes // 1_000_000,
            )
        digest.update(chunk)
        file.write(chunk)
    if not size_bytes:
        raise InvalidValueError(N_("Die Datei ist leer. Wählen Sie eine andere Datei."), field="file")
    return digest.hexdigest(), size_bytes


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
