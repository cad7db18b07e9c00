"""From an upload to a kept file: received, looked into, named."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from ozgtermine.files.inspection import inspect
from ozgtermine.files.store import DocumentStore
from ozgtermine.rules.file_types import FileType

LONGEST_NAME = 150


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file that lies in the store and waits for its row."""

    sha256: str
    size_bytes: int
    type: FileType
    file_name: str


def receive(store: DocumentStore, stream: BinaryIO, *, file_name: str, limit_bytes: int) -> ReceivedFile:
    """Keep the stream's bytes if they are a file that we take; nothing stays of one that is refused.

    Slow for large files: call it before the transaction, not inside. Raises a Refusal with the field `file`.
    """
    name = safe_name(file_name)
    with store.incoming(stream, limit_bytes=limit_bytes) as incoming:
        found = inspect(incoming.path, name)
        store.keep(incoming)
    return ReceivedFile(
        sha256=incoming.sha256,
        size_bytes=incoming.size_bytes,
        type=found,
        file_name=_with_suffix(name, found),
    )


def safe_name(file_name: str) -> str:
    """Return a name that no folder, header or terminal trips over; German letters stay."""
    last = PurePosixPath(unicodedata.normalize("NFC", file_name).replace("\\", "/")).name
    visible = "".join(each if each.isprintable() else " " for each in last)
    words = " ".join(re.sub(r'[<>:"|?*;]', " ", visible).split()).strip(". ")
    stem, suffix = PurePosixPath(words).stem, PurePosixPath(words).suffix
    return stem[: LONGEST_NAME - len(suffix)].rstrip() + suffix if words else "datei"


def _with_suffix(name: str, found: FileType) -> str:
    return name if PurePosixPath(name).suffix.lower() in found.suffixes else name + found.suffix
